"""The tables of the state file, and how a file of an earlier version becomes one of this.

May not know what the rows mean to the gateway.
"""

import sqlite3

FORMAT = 2

_TABLES = """
CREATE TABLE IF NOT EXISTS facts (name TEXT PRIMARY KEY, value TEXT NOT NULL) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS clients (client_id INTEGER PRIMARY KEY, next_order_id INTEGER NOT NULL);
CREATE TABLE IF NOT EXISTS cash (
    account TEXT NOT NULL, currency TEXT NOT NULL, amount REAL NOT NULL,
    PRIMARY KEY (account, currency)) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS positions (
    account TEXT NOT NULL, con_id INTEGER NOT NULL, quantity REAL NOT NULL,
    average_cost REAL NOT NULL, realized REAL NOT NULL, day_value REAL NOT NULL,
    day_flow REAL NOT NULL, settled REAL NOT NULL, PRIMARY KEY (account, con_id)) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS orders (
    perm_id INTEGER PRIMARY KEY, client_id INTEGER NOT NULL, con_id INTEGER NOT NULL,
    created_at REAL NOT NULL, ticket TEXT NOT NULL, tif TEXT NOT NULL, status TEXT NOT NULL,
    filled REAL NOT NULL, average_price REAL NOT NULL, last_price REAL NOT NULL,
    charged REAL NOT NULL, why_held TEXT NOT NULL, is_triggered INTEGER NOT NULL,
    completed_at REAL, completed_text TEXT NOT NULL, progress TEXT NOT NULL DEFAULT '{}');
CREATE TABLE IF NOT EXISTS executions (number INTEGER PRIMARY KEY, time REAL NOT NULL, row TEXT);
"""
# Format 1 had one account. Its futures were paid for in full, so nothing of them was settled yet.
_FROM_ONE_ACCOUNT = """
ALTER TABLE cash RENAME TO cash_1;
ALTER TABLE positions RENAME TO positions_1;
{tables}
INSERT INTO cash SELECT value, currency, amount FROM cash_1, facts WHERE name = 'account';
INSERT INTO positions
    SELECT value, con_id, quantity, average_cost, realized, day_value, day_flow, 0
    FROM positions_1, facts WHERE name = 'account';
DROP TABLE cash_1;
DROP TABLE positions_1;
"""


class NewerFile(Exception):
    """The file was written by a later version of the gateway."""


def prepare(database: sqlite3.Connection) -> None:
    """Make the tables, or bring those of an earlier version up to this one. Raises NewerFile."""
    known = _columns(database, "facts")
    found = _format(database) if known else FORMAT
    if found > FORMAT:
        raise NewerFile(f"a later version of the paper gateway wrote it (format {found})")
    if "account" not in _columns(database, "cash") and known:
        database.executescript(f"BEGIN;{_FROM_ONE_ACCOUNT.format(tables=_TABLES)}COMMIT;")
    database.executescript(_TABLES)
    if "progress" not in _columns(database, "orders"):
        # A file of before orders had any.
        database.execute("ALTER TABLE orders ADD COLUMN progress TEXT NOT NULL DEFAULT '{}'")
    database.execute("INSERT OR REPLACE INTO facts VALUES ('format', ?)", (str(FORMAT),))
    database.commit()


def empty(database: sqlite3.Connection) -> None:
    """Forget everything but how high the ids have gone: no id is ever used twice."""
    for table in ("clients", "cash", "positions", "orders", "executions"):
        database.execute(f"DELETE FROM {table}")
    database.execute("DELETE FROM facts WHERE name NOT LIKE 'highest %' AND name <> 'format'")
    database.commit()


def _format(database: sqlite3.Connection) -> int:
    row = database.execute("SELECT value FROM facts WHERE name = 'format'").fetchone()
    return 1 if row is None else int(row[0])


def _columns(database: sqlite3.Connection, table: str) -> set[str]:
    return {row[1] for row in database.execute(f"PRAGMA table_info({table})")}
