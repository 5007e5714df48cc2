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

DEPTH_EXCHANGES = (
    ("NASDAQ", "STK", "", "Deep2", 2147483647),
    ("ARCA", "STK", "", "Deep", 2147483647),
    ("NYSE", "STK", "", "Deep", 2147483647),
)
SMART_EXCHANGES = ((0, "NASDAQ", "Q"), (1, "NYSE", "N"), (2, "ARCA", "P"), (3, "AMEX", "A"))
DISPLAY_GROUPS = "1|2|3|4|5|6|7"
_SCANNER_XML = '<?xml version="1.0" encoding="UTF-8"?><ScanParameterResponse/>'
_FA_TEXT = "FA data operations ignored for non FA customers."
_NO_NEWS = "News feed is not allowed."
# What reqHistoricalTicks answers by what was asked for: message ids 96, 97 and 98.
_TICK_MESSAGES = {"MIDPOINT": 96, "BID_ASK": 97, "TRADES": 98}


def req_current_time(session: Session, _request: Request) -> None:
    session.send(replies.current_time(int(session.hub.clock())))


def req_managed_accounts(session: Session, _request: Request) -> None:
    session.send(replies.managed_accounts(session.hub.account.name))


def req_family_codes(session: Session, _request: Request) -> None:
    session.send(replies.family_codes([(session.hub.account.name, "")]))


def req_historical_ticks(session: Session, request: Request) -> None:
    message_id = _TICK_MESSAGES.get(request["what"])
    if message_id is None:
        session.refuse(request["req_id"], "Invalid what-to-show for historical ticks")
        return
    session.send(replies.historical_ticks(request["req_id"], message_id))


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


def _refusal(cause: str) -> Answer:
    def answer(session: Session, request: Request) -> None:
        session.refuse(request.values.get("req_id", -1), cause)

    return answer


def _frame(build: Callable[[int], bytes]) -> Answer:
    """A reply that needs nothing but the request's id."""

    def answer(session: Session, request: Request) -> None:
        session.send(build(request.values.get("req_id", -1)))

    return answer


HANDLERS: dict[int, Answer] = {
    10: _error(
        10092,
        "Deep market data is not supported for this combination of security type/exchange",
    ),
    11: _nothing,
    12: _nothing,
    13: _nothing,
    14: _nothing,
    17: req_managed_accounts,
    18: _refusal(_FA_TEXT),
    19: _refusal(_FA_TEXT),
    22: _frame(replies.scanner_data),
    23: _error(162, "API scanner subscription cancelled: {req_id}"),
    24: _frame(lambda _req_id: replies.scanner_parameters(_SCANNER_XML)),
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
    82: _frame(lambda _req_id: replies.depth_exchanges(DEPTH_EXCHANGES)),
    83: _frame(lambda req_id: replies.smart_components(req_id, SMART_EXCHANGES)),
    84: _error(10172, "Failed to request news article:No permission"),
    85: _frame(lambda _req_id: replies.news_providers([])),
    86: _frame(replies.historical_news_end),
    88: _frame(lambda req_id: replies.histogram(req_id, [])),
    89: _nothing,
    90: _nothing,
    96: req_historical_ticks,
    97: _error(10189, "Failed to request tick-by-tick data:not modelled by the paper gateway"),
    98: _nothing,
    100: _error(10276, _NO_NEWS),
    101: _nothing,
    102: _error(10276, _NO_NEWS),
    103: _nothing,
    104: _frame(lambda req_id: replies.user_info(req_id, "")),
}
