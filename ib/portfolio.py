"""Positions, account values and P&L: kept current from TWS's own updates, as rows of the API.

One reqPositions per connection: TWS then pushes every change. Between TWS's portfolio updates
(every three minutes) a position is valued with its live quote, if there is one.
"""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import ib_async

from trading.ib_objects import contract_row, number
from trading.refusals import NotFound
from trading.snapshots import AccountSummary, Rows, iso

Key = tuple[str, int]  # account, conId


class Portfolio:
    """Rows by account and conId. `changed` collects what the next publication must tell."""

    def __init__(self) -> None:
        self._rows: dict[Key, dict[str, Any]] = {}
        self._values: dict[str, dict[tuple[str, str], str]] = {}  # account -> (tag, currency)
        self._told: dict[str, datetime] = {}  # account -> when TWS last told one of its values
        self._pnl: dict[str, dict[str, Any]] = {}
        self.changed_positions: dict[Key, dict[str, Any]] = {}
        self.changed_accounts: set[str] = set()
        self.changed_pnl: set[str] = set()

    def clear(self) -> None:
        """A new connection starts from what TWS says then."""
        self.__init__()  # type: ignore[misc]

    def held_contracts(self) -> list[dict[str, Any]]:
        return [row["contract"] for row in self._rows.values()]

    def keys(self) -> list[Key]:
        """Account and conId of what is held."""
        return list(self._rows)

    def positions(self, account: str | None, as_of: datetime) -> Rows:
        rows = self._rows.values()
        return Rows(as_of, tuple(r for r in rows if account in (None, r["account"])))

    def account(self, account: str, as_of: datetime) -> AccountSummary:
        """As TWS told it last, every three minutes or after a trade: not as of now."""
        values = self._values.get(account)
        if not values:
            raise NotFound(f"TWS has sent no values for account {account} yet")
        rows = tuple(
            {"tag": tag, "value": value, "currency": currency}
            for (tag, currency), value in values.items()
        )
        return AccountSummary(min(as_of, self._told[account]), account, rows)

    def pnl(self, as_of: datetime) -> Rows:
        return Rows(as_of, tuple(self._pnl.values()))

    def on_position(self, position: ib_async.Position) -> None:
        """reqPositions' answer and every later change; zero means closed."""
        key = (position.account, position.contract.conId)
        if not position.position:
            row = self._rows.pop(key, None)
            if row:
                closed = {"position": 0, "marketValue": 0, "unrealizedPNL": 0}
                self.changed_positions[key] = row | closed
            return
        row = self._rows.get(key) or _empty_row(position)
        row = row | {"position": number(position.position), "avgCost": number(position.avgCost)}
        self._put(key, _valued(row, row["marketPrice"]))

    def on_portfolio_item(self, item: ib_async.PortfolioItem) -> None:
        """TWS's own valuation of a position (reqAccountUpdates)."""
        key = (item.account, item.contract.conId)
        if key in self._rows:
            fields = ("marketPrice", "marketValue", "unrealizedPNL", "realizedPNL")
            values = {name: number(getattr(item, name)) for name in fields}
            self._put(key, self._rows[key] | values)

    def on_position_pnl(self, pnl: ib_async.PnLSingle) -> None:
        """The day's profit of one position (reqPnLSingle). Its currency is not told by IB."""
        key, daily = (pnl.account, pnl.conId), number(pnl.dailyPnL)
        if key in self._rows and self._rows[key]["dailyPnL"] != daily:
            self._put(key, self._rows[key] | {"dailyPnL": daily})

    def on_price(self, con_id: int, price: float) -> None:
        """A live price of something that may be held."""
        for key, row in list(self._rows.items()):
            if key[1] == con_id and row["marketPrice"] != price:
                self._put(key, _valued(row, price))

    def on_value(self, value: ib_async.AccountValue) -> None:
        if value.account:
            self._values.setdefault(value.account, {})[value.tag, value.currency] = value.value
            self._told[value.account] = datetime.now(UTC)
            self.changed_accounts.add(value.account)

    def on_pnl(self, pnl: ib_async.PnL) -> None:
        self._pnl[pnl.account] = {
            "account": pnl.account,
            "dailyPnL": number(pnl.dailyPnL),
            "unrealizedPnL": number(pnl.unrealizedPnL),
            "realizedPnL": number(pnl.realizedPnL),
        }
        self.changed_pnl.add(pnl.account)

    def publications(self) -> list[tuple[str, dict[str, Any]]]:
        """What has changed since the last call, as (kind, payload) of the stream."""
        now = datetime.now(UTC)
        told: list[tuple[str, dict[str, Any]]] = [
            ("position", {"asOf": iso(now), **row}) for row in self.changed_positions.values()
        ]
        told += [
            ("account", self.account(name, now).to_payload()) for name in self.changed_accounts
        ]
        told += [("pnl", {"asOf": iso(now), **self._pnl[name]}) for name in self.changed_pnl]
        self.changed_positions.clear()
        self.changed_accounts.clear()
        self.changed_pnl.clear()
        return told

    def _put(self, key: Key, row: dict[str, Any]) -> None:
        # A row is replaced, never changed: other threads may be serializing the old one.
        self._rows[key] = self.changed_positions[key] = row


def _empty_row(position: ib_async.Position) -> dict[str, Any]:
    names = ("marketPrice", "marketValue", "dailyPnL", "unrealizedPNL", "realizedPNL")
    return {
        "account": position.account,
        "contract": contract_row(position.contract),
        "position": None,
        "avgCost": None,
        **dict.fromkeys(names),
    }


def _valued(row: dict[str, Any], price: float | None) -> dict[str, Any]:
    """IB's avgCost includes the multiplier, so value minus cost is the unrealised P&L."""
    if price is None:
        return row
    value = price * row["position"] * float(row["contract"]["multiplier"] or 1)
    return row | {
        "marketPrice": price,
        "marketValue": round(value, 6),
        "unrealizedPNL": round(value - row["avgCost"] * row["position"], 6),
    }
