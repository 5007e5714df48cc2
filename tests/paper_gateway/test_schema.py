"""The state file's tables: files of earlier versions still open, those of later ones do not."""

import sqlite3
from pathlib import Path

import pytest

from paper_gateway.assembly import build_hub
from paper_gateway.contracts import Catalogue
from paper_gateway.schema import FORMAT, NewerFile, prepare
from paper_gateway.settings import Settings
from paper_gateway.store import FILE_NAME, StateError, Store
from tests.paper_gateway.wire_client import AAPL, NOON, FakeClock, FakeMarket

# What a gateway with one account wrote.
FORMAT_1 = """
CREATE TABLE facts (name TEXT PRIMARY KEY, value TEXT NOT NULL) WITHOUT ROWID;
CREATE TABLE clients (client_id INTEGER PRIMARY KEY, next_order_id INTEGER NOT NULL);
CREATE TABLE cash (currency TEXT PRIMARY KEY, amount REAL NOT NULL) WITHOUT ROWID;
CREATE TABLE positions (
    con_id INTEGER PRIMARY KEY, quantity REAL NOT NULL, average_cost REAL NOT NULL,
    realized REAL NOT NULL, day_value REAL NOT NULL, day_flow REAL NOT NULL);
CREATE TABLE orders (
    perm_id INTEGER PRIMARY KEY, client_id INTEGER NOT NULL, con_id INTEGER NOT NULL,
    created_at REAL NOT NULL, ticket TEXT NOT NULL, tif TEXT NOT NULL, status TEXT NOT NULL,
    filled REAL NOT NULL, average_price REAL NOT NULL, last_price REAL NOT NULL,
    charged REAL NOT NULL, why_held TEXT NOT NULL, is_triggered INTEGER NOT NULL,
    completed_at REAL, completed_text TEXT NOT NULL);
CREATE TABLE executions (number INTEGER PRIMARY KEY, time REAL NOT NULL, row TEXT);
INSERT INTO facts VALUES ('format', '1'), ('account', 'DU777'), ('day', '2026-01-05');
INSERT INTO clients VALUES (7, 42);
INSERT INTO cash VALUES ('USD', 400000.25), ('EUR', -3.5);
INSERT INTO positions VALUES (265598, 100, 99.5, 12.25, 9000, 50);
INSERT INTO positions VALUES (900000101, 1, 300000, 0, 0, -5000);
"""
ES = 900_000_101


def old_file(folder: Path, text: str = FORMAT_1) -> None:
    with sqlite3.connect(folder / FILE_NAME) as database:
        database.executescript(text)
    database.close()


def test_a_file_of_one_account_becomes_one_of_several(tmp_path: Path) -> None:
    old_file(tmp_path)
    for _ in range(2):
        store = Store(tmp_path)
        hub = build_hub(Settings(), store, FakeClock(), FakeMarket(Catalogue.default()))
        account = hub.accounts["DU777"]
        assert (store.names, store.is_new) == (("DU777",), False)
        assert account.cash == {"USD": 400000.25, "EUR": -3.5}
        stock = account.positions[AAPL]
        assert (stock.account, stock.quantity, stock.average_cost) == ("DU777", 100, 99.5)
        assert (stock.realized, stock.day_value, stock.day_flow) == (12.25, 9000, 50)
        assert hub.book.next_order_id(7) == 42
        store.close()


def test_an_old_future_that_was_paid_for_is_worth_what_it_was(tmp_path: Path) -> None:
    old_file(tmp_path)
    store = Store(tmp_path)
    account = build_hub(Settings(), store, FakeClock(), FakeMarket(Catalogue.default())).account
    worth = 400_000.25 - 350 + 10_000 + 50 * 100
    assert account.figures(NOON).net_liquidation == pytest.approx(worth)
    account.apply_fill(account.positions[ES].definition, -1, 100.0, 0.0)
    assert account.figures(NOON).net_liquidation == pytest.approx(worth)
    assert account.cash["USD"] == 405_000.25
    store.close()


def test_a_file_of_a_later_version_is_refused(tmp_path: Path) -> None:
    Store(tmp_path).close()
    old_file(tmp_path, f"UPDATE facts SET value = '{FORMAT + 1}' WHERE name = 'format'")
    with pytest.raises(StateError, match="a later version of the paper gateway wrote it"):
        Store(tmp_path)


def test_preparing_twice_changes_nothing() -> None:
    database = sqlite3.connect(":memory:")
    prepare(database)
    tables = database.execute("SELECT sql FROM sqlite_master ORDER BY name").fetchall()
    prepare(database)
    assert database.execute("SELECT sql FROM sqlite_master ORDER BY name").fetchall() == tables
    database.execute("UPDATE facts SET value = '9' WHERE name = 'format'")
    with pytest.raises(NewerFile, match="format 9"):
        prepare(database)
    database.close()
