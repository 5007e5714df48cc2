"""What settings decide about orders, and the questions asked before any order is sent."""

from __future__ import annotations

from dataclasses import dataclass, field

from trading.orders import OrderRequest
from trading.refusals import AccountMismatch, NotConnected, Refused, TradingError
from trading.restart_window import RestartWindow
from trading.risk import Limits
from trading.snapshots import ConnectionStatus


@dataclass(frozen=True, slots=True)
class OrderPolicy:
    """`paper_sleep`: the three steps of the sleep workaround in seconds, for paper accounts only.

    `order_timeout`: seconds until an order without any word from IB is called unknown.
    `absence_seconds`: how far apart two complete lists of TWS must be to prove that an order that
    both do not have was not placed. `accounts`: those that orders may be for; empty = all.
    """

    trading_mode: str = "paper"
    account: str = ""
    paper_sleep: tuple[float, float, float] = (1, 2, 1)
    order_timeout: float = 30
    absence_seconds: float = 10
    limits: Limits = field(default_factory=Limits)
    restart_window: RestartWindow | None = None
    accounts: frozenset[str] = frozenset()

    def has_sleep_workaround(self, status: ConnectionStatus) -> bool:
        accounts = status.accounts
        return bool(accounts) and all(map(is_paper, accounts)) and any(self.paper_sleep)

    def why_not(self, status: ConnectionStatus) -> TradingError | None:
        """What forbids a new order now, or None."""
        if not status.is_connected:
            return NotConnected(status.reason or "")
        if status.broker_link == "down":
            reason = "TWS has lost its connection to IB; it reconnects by itself"
            return NotConnected(reason, code="broker_link_down")
        if not status.accounts:
            return NotConnected("TWS has not named an account")
        wants_paper = self.trading_mode == "paper"
        others = [account for account in status.accounts if is_paper(account) != wants_paper]
        if others:
            return AccountMismatch(
                f"TRADING_MODE is {self.trading_mode} but TWS is logged in to {others[0]}; "
                "no order is sent"
            )
        return None

    def account_for(self, request: OrderRequest, accounts: tuple[str, ...]) -> str:
        """The account of an order: named by the request, else by settings, else the only one."""
        usable = tuple(a for a in accounts if not self.accounts or a in self.accounts)
        wanted = request.order.account or self.account
        if wanted and wanted not in accounts:
            raise AccountMismatch(f"Account {wanted} is not one of this TWS")
        if (wanted and wanted not in usable) or not usable:
            named = f"Account {wanted} is not" if wanted else "No account of this TWS is"
            raise AccountMismatch(f"{named} one that orders may be for here (ALLOWED_ACCOUNTS)")
        if not wanted and len(usable) > 1:
            raise Refused(f"Order account is required: one of {', '.join(usable)}")
        return wanted or usable[0]


def is_paper(account: str) -> bool:
    """Paper accounts begin with D (DU, DF, DI); live ones with U, F or I."""
    return account.startswith("D")
