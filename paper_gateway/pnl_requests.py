"""Answers to requests about profit and loss: of accounts, and of one position.

May not change an account or know orders. Nothing belongs to a model portfolio: a model has no P&L.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial

from paper_gateway import replies
from paper_gateway.account import Account
from paper_gateway.account_requests import INVALID_ACCOUNT, cancel_of
from paper_gateway.accounts import figures_of_all
from paper_gateway.requests import Request
from paper_gateway.session import Session

# IB tells P&L about once a second.
PNL_SECONDS = 1.0

PNL = "pnl"
PNL_SINGLE = "pnl of a position"


def req_pnl(session: Session, request: Request) -> None:
    """In the base currency; of all accounts together, their sum."""
    req_id = request["req_id"]
    chosen = session.hub.accounts.chosen(request["account"])
    if not chosen:
        session.refuse(req_id, INVALID_ACCOUNT)
    elif not request["model"]:
        push = partial(_push_pnl, session, req_id, chosen)
        session.every((PNL, req_id), PNL_SECONDS, push)
        push()


def _push_pnl(session: Session, req_id: int, accounts: Sequence[Account]) -> None:
    figures = figures_of_all(accounts, session.hub.clock())
    session.send(replies.pnl(req_id, figures.daily, figures.unrealized, figures.realized))


def req_pnl_single(session: Session, request: Request) -> None:
    """In the contract's currency; of all accounts together, the sum of their positions."""
    req_id, con_id = request["req_id"], request["con_id"]
    chosen = session.hub.accounts.chosen(request["account"])
    if not chosen:
        session.refuse(req_id, INVALID_ACCOUNT)
    elif not request["model"]:
        push = partial(_push_pnl_single, session, req_id, con_id, chosen)
        session.every((PNL_SINGLE, req_id), PNL_SECONDS, push)
        push()


def _push_pnl_single(
    session: Session, req_id: int, con_id: int, accounts: Sequence[Account]
) -> None:
    """Nothing at all for a contract that was not held today, as IB does."""
    now = session.hub.clock()
    rows = [
        (
            position.quantity,
            account.daily_pnl(position, now),
            account.unrealized(position, now),
            position.realized,
            account.value(position, now),
        )
        for account in accounts
        if (position := account.positions.get(con_id)) is not None
    ]
    if rows:
        quantity, *numbers = map(sum, zip(*rows, strict=True))
        session.send(replies.pnl_single(req_id, quantity, numbers))


HANDLERS = {
    92: req_pnl,
    93: cancel_of(PNL),
    94: req_pnl_single,
    95: cancel_of(PNL_SINGLE),
}
