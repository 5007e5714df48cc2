"""The accounts that the policy allows: others are neither traded nor seen."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Any

from trading.orders import OrderResult
from trading.refusals import AccountMismatch
from trading.snapshots import Rows

OF_AN_ACCOUNT = frozenset({"account", "position", "pnl", "order", "execution"})


class AllowedAccounts:
    """`names` empty: every account of this TWS."""

    def __init__(self, names: frozenset[str]) -> None:
        self._names = names

    @property
    def are_named(self) -> bool:
        """Whether there may be accounts that are not allowed."""
        return bool(self._names)

    def __contains__(self, account: object) -> bool:
        return not self._names or account in self._names

    def checked(self, account: str | None) -> str | None:
        """The account as it is; AccountMismatch when it is another one."""
        if account and account not in self:
            raise AccountMismatch(f"Account {account} is not one that this agent may show or trade")
        return account

    def default(self, configured: str, known: tuple[str, ...]) -> str | None:
        """The account of a read that names none: the configured one, else the first allowed."""
        first = next((account for account in known if account in self), None)
        if known and first is None:
            raise AccountMismatch("No account of this TWS is one that this agent may show or trade")
        return configured or first

    def rows(self, rows: Rows) -> Rows:
        return replace(rows, rows=tuple(row for row in rows.rows if _account(row) in self))

    def dicts(self, rows: list[dict[str, Any]]) -> list[dict[str, Any]]:
        return [row for row in rows if _account(row) in self]

    def orders(self, results: list[OrderResult]) -> list[OrderResult]:
        return [result for result in results if result.payload["account"] in self]

    def order(self, result: OrderResult) -> OrderResult:
        self.checked(result.payload.get("account"))
        return result

    def status(self, status: dict[str, Any]) -> dict[str, Any]:
        """An engine's status without what belongs to other accounts."""
        accounts = [account for account in status["accounts"] if account in self]
        shown = status["account"] if status["account"] in self else None
        differences = self.dicts(status["positionDifferences"])
        return status | {
            "account": shown or next(iter(accounts), None),
            "accounts": accounts,
            "positionDifferences": differences,
        }

    def messages(self, rows: Rows, orders: Callable[[], list[OrderResult]]) -> Rows:
        """Of those about an order the ones whose order is known to be of an allowed account: what
        was kept may be about one that is forgotten, and then nobody can say whose it was."""
        if not self._names:
            return rows
        shown = {None, *(one.client_order_id for one in self.orders(orders()))}
        return replace(rows, rows=tuple(row for row in rows.rows if row["clientOrderId"] in shown))

    def may_tell(
        self, kind: str, payload: Mapping[str, Any], orders: Callable[[], list[OrderResult]]
    ) -> bool:
        """Whether an event may leave this machine. A message names the order that it is about."""
        if kind in OF_AN_ACCOUNT:
            return _account(payload) in self
        if not self._names or payload.get("clientOrderId") is None:
            return True
        about = (one for one in orders() if one.client_order_id == payload["clientOrderId"])
        return all(order.payload["account"] in self for order in about)


def _account(row: Mapping[str, Any]) -> object:
    """An open order of TWS carries its account inside its order."""
    return row["account"] if "account" in row else row["order"]["account"]
