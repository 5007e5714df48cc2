"""Answers to requests about positions.

May not change an account or know orders.
"""

from __future__ import annotations

from collections.abc import Iterable

from paper_gateway import replies
from paper_gateway.account import Account, Position
from paper_gateway.account_requests import INVALID_ACCOUNT, VALUES_SECONDS, cancel_of
from paper_gateway.followed import Followed
from paper_gateway.requests import Request
from paper_gateway.session import Session

POSITIONS_MULTI = "positions by request"
# IB's page about positions: reqPositions is not available with more than 50 subaccounts, and
# reqPositionsMulti is to be used instead. What TWS then says is a guess.
MOST_ACCOUNTS = 50
TOO_MANY = "Positions of more than 50 accounts cannot be requested together"


def req_positions(session: Session, _request: Request) -> None:
    """The positions of all accounts, and their changes from now on."""
    accounts = session.hub.accounts
    if len(accounts) > MOST_ACCOUNTS:
        session.refuse(-1, TOO_MANY)
        return
    session.wants_positions = True
    for position in _held(accounts):
        session.send(_position(position))
    session.send(replies.position_end())


def cancel_positions(session: Session, _request: Request) -> None:
    session.wants_positions = False


def req_positions_multi(session: Session, request: Request) -> None:
    """The positions of one account, or of all. Nothing belongs to a model portfolio."""
    req_id = request["req_id"]
    chosen = session.hub.accounts.chosen(request["account"])
    if not chosen:
        session.refuse(req_id, INVALID_ACCOUNT)
        return
    key = (POSITIONS_MULTI, req_id)
    # The stream only marks the subscription: positions are told when they change.
    session.every(key, VALUES_SECONDS, _nothing)
    session.followed[key] = Followed([] if request["model"] else chosen)
    for position in _held(session.followed[key].accounts):
        session.send(_position_multi(req_id, position))
    session.send(replies.position_multi_end(req_id))


def push_position(session: Session, position: Position) -> None:
    """Tell a changed position to a session that asked for positions; a closed one has size 0."""
    if session.wants_positions:
        session.send(_position(position))
    for req_id in session.streams(POSITIONS_MULTI):
        if session.followed[POSITIONS_MULTI, req_id].has_one_of([position.account]):
            session.send(_position_multi(req_id, position))


def _held(accounts: Iterable[Account]) -> list[Position]:
    return [position for account in accounts for position in account.held()]


def _position(position: Position) -> bytes:
    return replies.position(
        position.account, _contract(position), position.quantity, position.average_cost
    )


def _position_multi(req_id: int, position: Position) -> bytes:
    return replies.position_multi(
        req_id,
        position.account,
        _contract(position),
        position.quantity,
        position.average_cost,
    )


def _contract(position: Position) -> str:
    """The exchange of a future is empty here, as in recorded traffic (rust-ibapi's ES row)."""
    definition = position.definition
    exchange = definition.primary_exchange or definition.exchange
    return replies.contract_fields(definition, "" if position.is_future else exchange)


def _nothing() -> None:
    """The action of a stream that only marks a subscription."""


HANDLERS = {
    61: req_positions,
    64: cancel_positions,
    74: req_positions_multi,
    75: cancel_of(POSITIONS_MULTI),
}
