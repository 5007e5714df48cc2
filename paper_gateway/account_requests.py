"""Answers to requests about the account: values and summary.

May not change the account or know orders.
"""

from __future__ import annotations

from collections.abc import Callable, Collection
from functools import partial

from paper_gateway import replies
from paper_gateway.account import Position
from paper_gateway.account_values import (
    account_rows,
    ledger_and_worth,
    statement_of,
    summary_rows,
)
from paper_gateway.accounts import ALL
from paper_gateway.followed import Followed
from paper_gateway.notices import text_of
from paper_gateway.requests import Request
from paper_gateway.session import Session
from paper_gateway.times import local_time

# IB repeats account values every three minutes.
VALUES_SECONDS = 180.0
# TWS keeps at most two account summaries alive per client.
MAX_SUMMARIES = 2
# A new reqAccountUpdates ends the one before it.
UNSUBSCRIBED = 2100

VALUES = "account values"
VALUES_MULTI = "account values by request"
SUMMARY = "account summary"

INVALID_ACCOUNT = "Invalid account code"


# Account values


def req_account_updates(session: Session, request: Request) -> None:
    """One account at a time; without a name the first that managedAccounts lists. The master of an
    advisor shows the sum of all."""
    key = (VALUES, 0)
    if not request["subscribe"]:
        session.stop(key)
        return
    accounts = session.hub.accounts
    name = request["account"] or accounts.names[0]
    chosen = accounts.chosen(name)
    if not chosen:
        session.refuse(-1, INVALID_ACCOUNT)
        return
    before = session.followed.get(key)
    followed = Followed(chosen, name if len(chosen) > 1 else chosen[0].name)
    session.every(key, VALUES_SECONDS, partial(_push_values, session))
    session.followed[key] = followed
    if before is not None and before.name != followed.name:
        session.send_error(-1, UNSUBSCRIBED, text_of(UNSUBSCRIBED))
    _push_values(session)
    for account in chosen:
        for position in account.held():
            session.send(_portfolio_value(session, position))
    session.send(_update_time(session))
    session.send(replies.account_download_end(followed.name))


def req_account_updates_multi(session: Session, request: Request) -> None:
    """Model portfolios are not modelled: nothing belongs to one, so a model's list is empty."""
    req_id = request["req_id"]
    chosen = session.hub.accounts.chosen(request["account"])
    if not chosen:
        session.refuse(req_id, INVALID_ACCOUNT)
        return
    key = (VALUES_MULTI, req_id)
    followed = Followed([] if request["model"] else chosen, ledger_only=request["ledger_only"])
    session.every(key, VALUES_SECONDS, partial(_push_values_multi, session, req_id))
    session.followed[key] = followed
    _push_values_multi(session, req_id)
    session.send(replies.account_update_multi_end(req_id))


def push_account(session: Session, changed: Collection[Position]) -> None:
    """After fills: changed positions and values to the subscriptions to their accounts."""
    names = {position.account for position in changed}
    touched = [key for key, each in session.followed.items() if each.has_one_of(names)]
    for kind, req_id in touched:
        if kind == VALUES:
            _push_portfolio(session, changed)
        elif kind in _PUSHES:
            _PUSHES[kind](session, req_id)


def _push_portfolio(session: Session, changed: Collection[Position]) -> None:
    followed = session.followed[VALUES, 0]
    for position in changed:
        if followed.has_one_of([position.account]):
            session.send(_portfolio_value(session, position))
    _push_values(session)
    session.send(_update_time(session))


def _push_values(session: Session) -> None:
    followed = session.followed[VALUES, 0]
    statement = statement_of(followed.accounts, session.hub.clock(), followed.name)
    for row in followed.news(followed.name, account_rows(statement)):
        session.send(replies.account_value(*row, followed.name))


def _push_values_multi(session: Session, req_id: int) -> None:
    followed = session.followed[VALUES_MULTI, req_id]
    for account in followed.accounts:
        statement = statement_of([account], session.hub.clock())
        rows = (ledger_and_worth if followed.ledger_only else account_rows)(statement)
        for row in followed.news(account.name, rows):
            session.send(replies.account_update_multi(req_id, account.name, *row))


def _portfolio_value(session: Session, position: Position) -> bytes:
    hub, now = session.hub, session.hub.clock()
    account = hub.accounts[position.account]
    numbers = (
        position.quantity,
        hub.market.mark(position.definition.con_id, now),
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
    """The rows of each account. Groups of an advisor are not modelled: the only one is All."""
    req_id = request["req_id"]
    key = (SUMMARY, req_id)
    if request["group"] not in {"", ALL}:
        # The sentence is a guess.
        session.refuse(req_id, f"Unknown account group {request['group'][:40]}")
        return
    if not session.has_stream(key) and len(session.streams(SUMMARY)) >= MAX_SUMMARIES:
        session.send_error(
            req_id,
            322,
            "Error processing request.-'bN' : cause - Maximum number of account summary "
            "requests exceeded",
        )
        return
    tags = [tag.strip() for tag in request["tags"].split(",") if tag.strip()]
    session.every(key, VALUES_SECONDS, partial(_push_summary, session, req_id))
    session.followed[key] = Followed(list(session.hub.accounts), tags=tags)
    _push_summary(session, req_id)
    session.send(replies.account_summary_end(req_id))


def _push_summary(session: Session, req_id: int) -> None:
    followed = session.followed[SUMMARY, req_id]
    for account in followed.accounts:
        statement = statement_of([account], session.hub.clock())
        for row in followed.news(account.name, summary_rows(statement, list(followed.tags))):
            session.send(replies.account_summary(req_id, account.name, *row))


def cancel_of(kind: str) -> Callable[[Session, Request], None]:
    """The handler that ends a subscription of this kind by its reqId."""

    def cancel(session: Session, request: Request) -> None:
        session.stop((kind, request["req_id"]))

    return cancel


_PUSHES: dict[str, Callable[[Session, int], None]] = {
    VALUES_MULTI: _push_values_multi,
    SUMMARY: _push_summary,
}

HANDLERS = {
    6: req_account_updates,
    62: req_account_summary,
    63: cancel_of(SUMMARY),
    76: req_account_updates_multi,
    77: cancel_of(VALUES_MULTI),
}
