"""Answers as HTTP."""

from __future__ import annotations

from http import HTTPStatus
from typing import Any

import orjson
import pytest
from aiohttp import web

from relay.answers import Result, Unknown
from relay.problems import Denied, answered, denied, refused
from trading.refusal_forms import STATUSES, from_form, to_form
from trading.refusals import AgentNotConnected, Busy, FieldError, NoAnswer, Refused, TradingError


def parsed(response: web.Response) -> Any:
    assert isinstance(response.body, bytes)
    return orjson.loads(response.body)


def test_a_result_names_its_source() -> None:
    answer = answered(Result('{"bid":1.10}', is_own=False, feed='a "feed"'))
    assert parsed(answer) == {"result": {"bid": 1.1}, "source": {"own": False, "feed": 'a "feed"'}}


def test_unknown_is_202_and_says_where_to_look() -> None:
    answer = answered(Unknown("ui-1"))
    assert answer.status == 202
    assert parsed(answer) == {
        "error": "Order response timeout. Check TWS and try again.",
        "state": "unknown",
        "sent": "unknown",
        "clientOrderId": "ui-1",
    }
    assert "clientOrderId" not in parsed(answered(Unknown(None)))


@pytest.mark.parametrize("kind", STATUSES, ids=lambda kind: kind.__name__)
def test_every_error_has_its_status_and_can_be_made_again(kind: type[TradingError]) -> None:
    error = from_form(
        {"kind": kind.__name__, "sentence": "So it is", "sent": "no", "code": 1, "text": "t"}
        | {"orderId": 7, "fields": [], "malformed": False, "retryAfter": 3}
    )
    response = refused(error)
    assert response.status == STATUSES[kind]
    assert response.content_type == "application/problem+json"
    body = parsed(response)
    assert (body["error"], body["sent"], body["orderId"]) == (error.sentence, "no", 7)
    assert to_form(from_form(body["form"])) == to_form(error)


def test_an_agent_that_is_away_is_503_with_the_next_step() -> None:
    response = refused(AgentNotConnected())
    body = parsed(response)
    assert (response.status, response.headers["Retry-After"]) == (503, "2")
    assert (body["error"], body["errorCode"], body["sent"]) == (
        "Your agent is not connected",
        "agent_not_connected",
        "no",
    )
    assert "python -m agent" in body["detail"]


def test_busy_says_when_to_come_back() -> None:
    response = refused(Busy("Too much", 5))
    assert (response.status, response.headers["Retry-After"]) == (429, "5")


def test_what_is_malformed_is_400() -> None:
    assert refused(Refused("x", FieldError("", "x"), malformed=True)).status == 400


@pytest.mark.parametrize(
    "response",
    [answered(Result("1", True, "")), answered(Unknown("u")), refused(NoAnswer("x"))],
    ids=["result", "unknown", "error"],
)
def test_no_answer_may_be_kept_by_anything_between(response: web.Response) -> None:
    assert response.headers["Cache-Control"] == "no-store, private"
    assert response.headers["X-Content-Type-Options"] == "nosniff"


def test_a_denied_call_did_nothing() -> None:
    response = denied(Denied(HTTPStatus.UNAUTHORIZED, "Who are you?", **{"WWW-Authenticate": "B"}))
    assert (response.status, response.headers["WWW-Authenticate"]) == (401, "B")
    assert parsed(response)["sent"] == "no" and parsed(response)["error"] == "Who are you?"
