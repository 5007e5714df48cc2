"""Which requests may begin: the user's own, of this connection, and not too old."""

from __future__ import annotations

import pytest

from agent.admission import Session, operation_of, why_not
from agent.clock import RelayClock
from relay.messages import Request
from trading.refusals import Refused, TradingError

NOW = 50_000


def request(op: str = "place-order", **changes: object) -> Request:
    fields: dict[str, object] = {
        "id": "r-1",
        "op": op,
        "user": "alice",
        "epoch": 7,
        "issued": NOW,
        "ttl": 10_000,
        "args": {},
    }
    return Request(**fields | changes)  # type: ignore[arg-type]


def refusal(asked: Request, *, shares_quotes: bool = False) -> TradingError | None:
    session = Session("alice", 7, RelayClock(NOW, lambda: 0.0))
    return why_not(asked, operation_of(asked), session, shares_quotes=shares_quotes)


def code(asked: Request, *, shares_quotes: bool = False) -> object:
    refused = refusal(asked, shares_quotes=shares_quotes)
    assert refused is not None
    assert (type(refused).__name__, refused.sent) == ("Undelivered", "no")
    return refused.code


def test_an_own_request_in_time_may_begin() -> None:
    assert refusal(request()) is None
    assert refusal(request(issued=NOW - 10_000)) is None


@pytest.mark.failure("F59")
def test_a_request_beyond_its_time_may_not() -> None:
    assert code(request(issued=NOW - 10_001)) == "expired"


def test_a_request_of_another_connection_may_not() -> None:
    assert code(request(epoch=6)) == "stale_epoch"
    assert code(request(epoch=8)) == "stale_epoch"


@pytest.mark.parametrize("op", ["place-order", "positions", "stock-quote", "cancel-order"])
def test_a_request_of_another_user_may_not(op: str) -> None:
    assert code(request(op, user="bob"), shares_quotes=True) == "wrong_user"


def test_a_strangers_quote_needs_that_quotes_are_shared() -> None:
    quote = request("stock-quote", user="")
    assert code(quote) == "wrong_user"
    assert refusal(quote, shares_quotes=True) is None


@pytest.mark.parametrize("op", ["place-order", "positions", "status", "cancel-all", "preview"])
def test_nothing_but_quotes_is_for_nobody(op: str) -> None:
    assert code(request(op, user=""), shares_quotes=True) == "wrong_user"


def test_an_operation_or_argument_that_is_not_in_the_table_is_refused() -> None:
    with pytest.raises(Refused, match="does not know the operation sell-all"):
        operation_of(request("sell-all"))
    with pytest.raises(Refused, match="user is not an argument of positions"):
        operation_of(request("positions", args={"user": "bob"}))
