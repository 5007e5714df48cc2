"""Answers to the rarer requests for reference data, and the short answers to what is not modelled.

May not leave a request without an answer: what the paper gateway does not model gets an empty list
or the error that IB documents for it.
"""

from __future__ import annotations

from collections.abc import Callable

from paper_gateway import replies
from paper_gateway.requests import Request
from paper_gateway.session import Session

Answer = Callable[[Session, Request], None]

DISPLAY_GROUPS = "1|2|3|4|5|6|7"
_NO_ADVISOR = "FA data operations ignored for non FA customers."
_NO_GROUPS = "The paper gateway does not model groups, profiles and aliases of an advisor."
_NO_NEWS = "News feed is not allowed."


def req_current_time(session: Session, _request: Request) -> None:
    session.send(replies.current_time(int(session.hub.clock())))


def req_managed_accounts(session: Session, _request: Request) -> None:
    session.send(replies.managed_accounts(",".join(session.hub.accounts.names)))


def req_family_codes(session: Session, _request: Request) -> None:
    """The accounts of an advisor are one family, under the master's name (the form of the code is
    a guess); an account of any other login has no family."""
    accounts = session.hub.accounts
    session.send(replies.family_codes([(name, accounts.master) for name in accounts.names]))


def advisor_data(session: Session, request: Request) -> None:
    """requestFA and replaceFA: groups, profiles and aliases are not modelled."""
    cause = _NO_GROUPS if session.hub.accounts.master else _NO_ADVISOR
    session.refuse(request.values.get("req_id", -1), cause)


def update_display_group(session: Session, request: Request) -> None:
    session.send(replies.display_group_updated(request["req_id"], request["contract_info"]))


def _nothing(_session: Session, _request: Request) -> None:
    """Requests that IB does not answer either."""


def _error(code: int, text: str) -> Answer:
    """An error for the request's id; ``{req_id}`` in the text stands for it."""

    def answer(session: Session, request: Request) -> None:
        req_id = request.values.get("req_id", -1)
        session.send_error(req_id, code, text.format(req_id=req_id))

    return answer


def _frame(build: Callable[[int], bytes]) -> Answer:
    """A reply that needs nothing but the request's id."""

    def answer(session: Session, request: Request) -> None:
        session.send(build(request.values.get("req_id", -1)))

    return answer


HANDLERS: dict[int, Answer] = {
    12: _nothing,
    13: _nothing,
    14: _nothing,
    17: req_managed_accounts,
    18: advisor_data,
    19: advisor_data,
    49: req_current_time,
    52: _error(430, "The fundamentals data for the security specified is not available."),
    53: _nothing,
    65: _frame(lambda _req_id: replies.verify_completed("Verification is not supported.")),
    66: _frame(lambda _req_id: replies.verify_completed("Verification is not supported.")),
    67: _frame(lambda req_id: replies.display_groups(req_id, DISPLAY_GROUPS)),
    68: _frame(lambda req_id: replies.display_group_updated(req_id, "none")),
    69: update_display_group,
    70: _nothing,
    72: _frame(lambda _req_id: replies.verify_completed("Verification is not supported.")),
    73: _frame(lambda _req_id: replies.verify_completed("Verification is not supported.")),
    79: _frame(replies.soft_dollar_tiers),
    80: req_family_codes,
    100: _error(10276, _NO_NEWS),
    101: _nothing,
    102: _error(10276, _NO_NEWS),
    103: _nothing,
    104: _frame(lambda req_id: replies.user_info(req_id, "")),
}
