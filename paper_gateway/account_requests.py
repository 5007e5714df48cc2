"""Answers to requests about the account: values, summary, positions, profit and loss.

May not change the account or know orders.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from functools import partial

from paper_gateway import replies
from paper_gateway.account import Position
from paper_gateway.account_values import Row, account_rows, summary_rows
from paper_gateway.requests import Request
from paper_gateway.session import Session
from paper_gateway.times import local_time

# IB repeats account values every three minutes, and P&L about once a second.
VALUES_SECONDS = 180.0
PNL_SECONDS = 1.0
# TWS keeps at most two account summaries alive per client.
MAX_SUMMARIES = 2

VALUES = "account values"
VALUES_MULTI = "account values by request"
SUMMARY = "account summary"
POSITIONS_MULTI = "positions by request"
PNL = "pnl"
PNL_SINGLE = "pnl of a position"

RowFrame = Callable[[Row], bytes]


# Positions


def req_positions(session: Session, _request: Request) -> None:
    session.wants_positions = True
    for position in session.hub.account.held():
        session.send(_position(session, position))
    session.send(replies.position_end())


def cancel_positions(session: Session, _request: Request) -> None:
    session.wants_positions = False


def req_positions_multi(session: Session, request: Request) -> None:
    req_id = request["req_id"]
    if not _is_known(session, request["account"]):
        session.refuse(req_id, "Invalid account code")
        return
    # The stream only marks the subscription: positions are told when they change.
    session.every((POSITIONS_MULTI, req_id), VALUES_SECONDS, _nothing)
    for position in session.hub.account.held():
        session.send(_position_multi(session, req_id, position))
    session.send(replies.position_multi_end(req_id))


def push_position(session: Session, position: Position) -> None:
    """Tell a changed position to a session that asked for positions; a closed one has size 0."""
    if session.wants_positions:
        session.send(_position(session, position))
    for req_id in session.streams(POSITIONS_MULTI):
        session.send(_position_multi(session, req_id, position))


def _position(session: Session, position: Position) -> bytes:
    return replies.position(
        session.hub.account.name,
        _contract(position),
        position.quantity,
        position.average_cost,
    )


def _position_multi(session: Session, req_id: int, position: Position) -> bytes:
    name = session.hub.account.name
    return replies.position_multi(
        req_id, name, _contract(position), position.quantity, position.average_cost
    )


def _contract(position: Position) -> str:
    definition = position.definition
    return replies.contract_fields(definition, definition.primary_exchange or definition.exchange)


# Account values


def req_account_updates(session: Session, request: Request) -> None:
    if not request["subscribe"]:
        session.stop((VALUES, 0))
        return
    if not _is_known(session, request["account"]):
        session.refuse(-1, "Invalid account code")
        return
    session.every((VALUES, 0), VALUES_SECONDS, partial(_push_values, session))
    session.sent_rows[VALUES, 0] = {}
    _push_values(session)
    for position in session.hub.account.held():
        session.send(_portfolio_value(session, position))
    session.send(_update_time(session))
    session.send(replies.account_download_end(session.hub.account.name))


def req_account_updates_multi(session: Session, request: Request) -> None:
    req_id = request["req_id"]
    if not _is_known(session, request["account"]):
        session.refuse(req_id, "Invalid account code")
        return
    key = (VALUES_MULTI, req_id)
    session.every(key, VALUES_SECONDS, partial(_push_values_multi, session, req_id))
    session.sent_rows[key] = {}
    _push_values_multi(session, req_id)
    session.send(replies.account_update_multi_end(req_id))


def push_account(session: Session, changed: Iterable[Position]) -> None:
    """After fills: changed positions and values to the sessions that follow the account."""
    if session.has_stream((VALUES, 0)):
        for position in changed:
            session.send(_portfolio_value(session, position))
        _push_values(session)
        session.send(_update_time(session))
    for req_id in session.streams(VALUES_MULTI):
        _push_values_multi(session, req_id)
    for req_id in session.streams(SUMMARY):
        _push_summary(session, req_id)


def _push_values(session: Session) -> None:
    name = session.hub.account.name
    for row in _changed(session, (VALUES, 0), _rows(session)):
        session.send(replies.account_value(*row, name))


def _push_values_multi(session: Session, req_id: int) -> None:
    name = session.hub.account.name
    for row in _changed(session, (VALUES_MULTI, req_id), _rows(session)):
        session.send(replies.account_update_multi(req_id, name, *row))


def _rows(session: Session) -> list[Row]:
    return account_rows(session.hub.account, session.hub.clock())


def _changed(session: Session, key: tuple[str, int], rows: Iterable[Row]) -> list[Row]:
    """The rows that differ from what this subscription was told; they count as told now."""
    sent = session.sent_rows.setdefault(key, {})
    changed = [row for row in rows if sent.get((row.tag, row.currency)) != row]
    sent.update({(row.tag, row.currency): row for row in changed})
    return changed


def _portfolio_value(session: Session, position: Position) -> bytes:
    account, now = session.hub.account, session.hub.clock()
    numbers = (
        position.quantity,
        session.hub.market.mark(position.definition.con_id, now),
        round(account.value(position, now), 6),
        position.average_cost,
        round(account.unrealized(position, now), 6),
        position.realized,
    )
    return replies.portfolio_value(position.definition, numbers, account.name)


def _update_time(session: Session) -> bytes:
    now = local_time(session.hub.clock())
    return replies.account_update_time(f"{now:%H:%M}")


# Account summary


def req_account_summary(session: Session, request: Request) -> None:
    key = (SUMMARY, request["req_id"])
    if not session.has_stream(key) and len(session.streams(SUMMARY)) >= MAX_SUMMARIES:
        session.send_error(
            request["req_id"],
            322,
            "Error processing request.-'bN' : cause - Maximum number of account summary "
            "requests exceeded",
        )
        return
    tags = [tag.strip() for tag in request["tags"].split(",") if tag.strip()]
    session.every(key, VALUES_SECONDS, partial(_push_summary, session, request["req_id"]))
    session.summary_tags[request["req_id"]] = tags
    session.sent_rows[key] = {}
    _push_summary(session, request["req_id"])
    session.send(replies.account_summary_end(request["req_id"]))


def _push_summary(session: Session, req_id: int) -> None:
    account = session.hub.account
    rows = summary_rows(account, session.summary_tags[req_id], session.hub.clock())
    for row in _changed(session, (SUMMARY, req_id), rows):
        session.send(replies.account_summary(req_id, account.name, *row))


# Profit and loss


def req_pnl(session: Session, request: Request) -> None:
    req_id = request["req_id"]
    if not _is_known(session, request["account"]):
        session.refuse(req_id, "Invalid account code")
        return
    session.every((PNL, req_id), PNL_SECONDS, partial(_push_pnl, session, req_id))
    _push_pnl(session, req_id)


def _push_pnl(session: Session, req_id: int) -> None:
    figures = session.hub.account.figures(session.hub.clock())
    session.send(replies.pnl(req_id, figures.daily, figures.unrealized, figures.realized))


def req_pnl_single(session: Session, request: Request) -> None:
    req_id, con_id = request["req_id"], request["con_id"]
    if not _is_known(session, request["account"]):
        session.refuse(req_id, "Invalid account code")
        return
    push = partial(_push_pnl_single, session, req_id, con_id)
    session.every((PNL_SINGLE, req_id), PNL_SECONDS, push)
    push()


def _push_pnl_single(session: Session, req_id: int, con_id: int) -> None:
    """Nothing at all for a contract that was not held today, as IB does."""
    account, now = session.hub.account, session.hub.clock()
    position = account.positions.get(con_id)
    if position is None:
        return
    numbers = (
        account.daily_pnl(position, now),
        account.unrealized(position, now),
        position.realized,
        account.value(position, now),
    )
    session.send(replies.pnl_single(req_id, position.quantity, numbers))


def _is_known(session: Session, account: str) -> bool:
    return account in {"", "All", session.hub.account.name}


def _nothing() -> None:
    """The action of a stream that only marks a subscription."""


def _cancel(kind: str) -> Callable[[Session, Request], None]:
    def cancel(session: Session, request: Request) -> None:
        session.stop((kind, request["req_id"]))

    return cancel


HANDLERS = {
    6: req_account_updates,
    61: req_positions,
    62: req_account_summary,
    63: _cancel(SUMMARY),
    64: cancel_positions,
    74: req_positions_multi,
    75: _cancel(POSITIONS_MULTI),
    76: req_account_updates_multi,
    77: _cancel(VALUES_MULTI),
    92: req_pnl,
    93: _cancel(PNL),
    94: req_pnl_single,
    95: _cancel(PNL_SINGLE),
}
