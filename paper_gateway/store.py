"""The state folder: accounts, orders, executions and ids in one SQLite file.

May not know sessions or decide anything. Changes are collected and written as one transaction per
step, before the step's frames leave, so whatever a client was told is in the file. The file
survives the end of the process at any instant (write-ahead log); a power failure may cost the last
steps, which is the price of a write in some microseconds.
"""

import json
import sqlite3
from dataclasses import fields
from datetime import datetime
from pathlib import Path
from typing import Any

from paper_gateway.account import Account, Position
from paper_gateway.accounts import FIRST_ACCOUNT
from paper_gateway.book import Saved
from paper_gateway.combos import combo_of
from paper_gateway.contracts import Catalogue
from paper_gateway.orders import Execution, Order, Status
from paper_gateway.schema import NewerFile, empty, prepare
from paper_gateway.tickets import ticket_from_json, ticket_to_json
from paper_gateway.times import ZONE

FILE_NAME = "paper_gateway.sqlite3"
FIRST_PERM_ID = 1_000_000_000
KEPT_DAYS = 7

# What an order has gone through, as plain values by name; most orders differ in none of them.
_PROGRESS = {
    "is_released": False,
    "live_since": None,
    "stop_price": None,
    "working_limit": None,
    "waits_for_parent": False,
    "family_id": 0,
    "ticket_at": None,
}
Names = tuple[str, ...]
_EXECUTION_FIELDS = [each.name for each in fields(Execution)]


class StateError(Exception):
    """The state folder cannot be used; the text says why."""


class Store:
    """One open state file. Use from one thread; close it when done."""

    def __init__(
        self, folder: Path | None, names: Names | None = None, reset: bool = False
    ) -> None:
        """Open or create the file; without a folder everything stays in memory.

        A new file (``reset`` makes it one) gets the accounts that are asked for. Raises StateError,
        also when the folder belongs to other accounts.
        """
        try:
            if folder is not None:
                folder.mkdir(parents=True, exist_ok=True)
            path = ":memory:" if folder is None else str(folder / FILE_NAME)
            self._database = sqlite3.connect(path, timeout=1.0)
        except (OSError, sqlite3.Error) as error:
            raise StateError(f"cannot use the state folder {folder}: {error}") from error
        self._orders: dict[int, Order] = {}
        self._positions: dict[tuple[str, int], Position] = {}
        self._is_dirty = False
        try:
            self._prepare(reset)
            self.names = self._claim(names)
        except (sqlite3.Error, StateError, NewerFile) as error:
            self._database.close()
            reason = "another paper gateway is using it" if "locked" in str(error) else error
            raise StateError(f"cannot use the state folder {folder}: {reason}") from error

    def _prepare(self, reset: bool) -> None:
        execute = self._database.execute
        # Exclusive locking also refuses a second gateway on the same folder.
        execute("PRAGMA locking_mode = EXCLUSIVE")
        execute("PRAGMA journal_mode = WAL")
        execute("PRAGMA synchronous = OFF")
        prepare(self._database)
        if reset:
            self._remember_highest()
            empty(self._database)

    def _claim(self, wanted: Names | None) -> Names:
        """The names of the accounts, an advisor's master first; they are given once."""
        known = self.fact("account")
        self.is_new = known is None
        names = tuple(known.split(",")) if known else wanted or (FIRST_ACCOUNT,)
        if wanted not in {None, names}:
            raise StateError(
                f"it holds account {','.join(names)}, not {','.join(wanted or ())} "
                "(--reset begins anew)"
            )
        if self.is_new:
            self.save_fact("account", ",".join(names))
        return names

    def close(self) -> None:
        self.commit()
        self._database.close()

    def commit(self) -> None:
        """Write what was saved since the last commit, as one transaction."""
        if not self._is_dirty:
            return
        for order in self._orders.values():
            self._write_order(order)
        for position in self._positions.values():
            self._write_position(position)
        self._orders.clear()
        self._positions.clear()
        self._is_dirty = False
        self._database.commit()

    # Facts: single values by name

    def fact(self, name: str) -> str | None:
        found = self._database.execute("SELECT value FROM facts WHERE name = ?", (name,)).fetchone()
        return None if found is None else str(found[0])

    def save_fact(self, name: str, value: str) -> None:
        self._execute("INSERT OR REPLACE INTO facts VALUES (?, ?)", (name, value))

    # Changes

    def save_order(self, order: Order) -> None:
        self._orders[order.perm_id] = order
        self._is_dirty = True

    def save_position(self, position: Position) -> None:
        self._positions[position.account, position.definition.con_id] = position
        self._is_dirty = True

    def save_execution(self, execution: Execution) -> None:
        number = int(execution.exec_id.split(".")[1], 16)
        row = json.dumps([getattr(execution, name) for name in _EXECUTION_FIELDS])
        self._execute("INSERT INTO executions VALUES (?, ?, ?)", (number, execution.time, row))

    def save_cash(self, account: str, cash: dict[str, float]) -> None:
        for row in cash.items():
            self._execute("INSERT OR REPLACE INTO cash VALUES (?, ?, ?)", (account, *row))

    def save_next_order_id(self, client_id: int, order_id: int) -> None:
        self._execute("INSERT OR REPLACE INTO clients VALUES (?, ?)", (client_id, order_id))

    def delete_position(self, account: str, con_id: int) -> None:
        self._positions.pop((account, con_id), None)
        self._execute("DELETE FROM positions WHERE account = ? AND con_id = ?", (account, con_id))

    def delete_order(self, perm_id: int) -> None:
        self._orders.pop(perm_id, None)
        self._execute("DELETE FROM orders WHERE perm_id = ?", (perm_id,))

    def _execute(self, statement: str, row: tuple[Any, ...]) -> None:
        self._database.execute(statement, row)
        self._is_dirty = True

    def _write_order(self, order: Order) -> None:
        state = (
            order.tif, order.status.value, order.filled, order.average_price, order.last_price,
            order.charged, order.why_held, order.is_triggered, order.completed_at,
            order.completed_text, _progress_of(order),
        )  # fmt: skip
        self._database.execute(
            "INSERT OR REPLACE INTO orders VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
            (
                order.perm_id,
                order.client_id,
                order.definition.con_id,
                order.created_at,
                json.dumps(ticket_to_json(order.ticket)),
                *state,
            ),
        )

    def _write_position(self, position: Position) -> None:
        p = position
        self._database.execute(
            "INSERT OR REPLACE INTO positions VALUES (?, ?, ?, ?, ?, ?, ?, ?)",
            (
                p.account,
                p.definition.con_id,
                p.quantity,
                p.average_cost,
                p.realized,
                p.day_value,
                p.day_flow,
                p.settled,
            ),  # fmt: skip
        )

    # Restoring

    def load_account(self, account: Account, catalogue: Catalogue) -> None:
        """Give an account its saved cash and positions; a new one keeps what it has."""
        own = (account.name,)
        rows = self._database.execute("SELECT currency, amount FROM cash WHERE account = ?", own)
        cash = dict(rows.fetchall())
        if not cash:
            self.save_account(account)
            return
        account.cash = cash
        for _, con_id, *numbers in self._database.execute(
            "SELECT * FROM positions WHERE account = ?", own
        ):
            definition = catalogue.by_con_id(con_id)
            if definition is not None:
                account.positions[con_id] = Position(account.name, definition, *numbers)

    def save_account(self, account: Account) -> None:
        """All of its cash and positions."""
        self.save_cash(account.name, account.cash)
        for position in account.positions.values():
            self.save_position(position)

    def latest_instant(self) -> float:
        """The latest epoch second that the file knows, 0 in a new one: time goes on from it."""
        (latest,) = self._database.execute(
            "SELECT MAX(at) FROM (SELECT MAX(time) AS at FROM executions UNION ALL "
            "SELECT MAX(created_at) FROM orders UNION ALL SELECT MAX(completed_at) FROM orders)"
        ).fetchone()
        day = self.fact("day")
        began = datetime.fromisoformat(day).replace(tzinfo=ZONE).timestamp() if day else 0.0
        return max(float(latest or 0.0), began)

    def load_book(self, account: str, catalogue: Catalogue, since: float) -> Saved:
        """Working orders, and the done orders and executions since an instant (epoch seconds).

        ``account`` is that of orders which named none.
        """
        rows = self._database.execute(
            "SELECT * FROM orders WHERE completed_at IS NULL OR completed_at >= ? ORDER BY perm_id",
            (since,),
        )
        orders = [self._order(row, account, catalogue) for row in rows]
        executions = self._database.execute(
            "SELECT row FROM executions WHERE time >= ? ORDER BY number", (since,)
        )
        return Saved(
            orders=tuple(order for order in orders if order is not None),
            executions=tuple(Execution(*json.loads(row)) for (row,) in executions),
            next_order_ids=tuple(self._database.execute("SELECT * FROM clients").fetchall()),
            last_perm_id=self._highest("perm_id", "orders", FIRST_PERM_ID),
            last_execution=self._highest("number", "executions", 0),
        )

    def forget_before(self, instant: float) -> None:
        """Delete done orders and executions that are older; the highest ids are remembered."""
        self.commit()
        self._remember_highest()
        self._execute("DELETE FROM orders WHERE completed_at < ?", (instant,))
        self._execute("DELETE FROM executions WHERE time < ?", (instant,))

    def _remember_highest(self) -> None:
        self.save_fact("highest perm_id", str(self._highest("perm_id", "orders", FIRST_PERM_ID)))
        self.save_fact("highest number", str(self._highest("number", "executions", 0)))

    def _highest(self, column: str, table: str, least: int) -> int:
        (highest,) = self._database.execute(f"SELECT MAX({column}) FROM {table}").fetchone()
        remembered = self.fact(f"highest {column}")
        return max(least, highest or 0, int(remembered or 0))

    def _order(self, row: tuple[Any, ...], account: str, catalogue: Catalogue) -> Order | None:
        perm_id, client_id, con_id, created_at, ticket_text, tif, status, *state = row
        ticket = ticket_from_json(json.loads(ticket_text))
        combo = combo_of(ticket, catalogue) if ticket.is_combo else None
        definition = combo or catalogue.by_con_id(con_id)
        if definition is None:
            return None
        filled, average_price, last_price, charged, why_held, triggered, *rest = state
        done_at, text, progress = rest
        return Order(
            perm_id=perm_id,
            client_id=client_id,
            ticket=ticket,
            definition=definition,
            account=ticket.account or account,
            created_at=created_at,
            tif=tif,
            status=Status(status),
            filled=filled,
            average_price=average_price,
            last_price=last_price,
            charged=charged,
            commission=charged if done_at is not None else 0.0,
            why_held=why_held,
            is_triggered=bool(triggered),
            completed_at=done_at,
            completed_text=text,
            **json.loads(progress),
        )


def _progress_of(order: Order) -> str:
    values = {name: getattr(order, name) for name in _PROGRESS}
    if order.is_done or values == _PROGRESS:
        return "{}"
    return json.dumps({name: value for name, value in values.items() if value != _PROGRESS[name]})
