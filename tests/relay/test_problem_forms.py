"""What answers of the relay mean that are no results."""

from __future__ import annotations

import pytest

from relay.messages import json_text
from relay.problem_forms import error_in, parsed
from trading.refusal_forms import to_form
from trading.refusals import Busy, NoAnswer, NotConnected


def problem(**fields: object) -> bytes:
    return json_text(fields).encode()


def test_a_form_is_the_error_that_the_agent_raised() -> None:
    error = error_in(429, problem(form=to_form(Busy("Too many", 7))), is_order=True)
    assert isinstance(error, Busy)
    assert (error.sent, error.retry_after_seconds) == ("no", 7)


def test_a_form_of_nothing_known_leaves_an_order_unknown() -> None:
    assert error_in(503, problem(form={"kind": "?", "sent": "no"}), is_order=True).sent == "unknown"


@pytest.mark.parametrize("status", [400, 401, 403, 415, 429])
def test_what_the_relay_refuses_at_its_door_was_not_sent(status: int) -> None:
    error = error_in(status, problem(sent="no", error="Not you"), is_order=True)
    assert isinstance(error, NotConnected)
    assert (error.sent, error.code) == ("no", "relay_refuses")
    assert ("RELAY_TOKEN" in str(error.text)) is (status == 401)


@pytest.mark.parametrize(
    ("status", "body"),
    [
        (401, b""),
        (429, b"[]"),
        (403, b"<html>"),
        (500, b'{"sent": "no"}'),
        (302, b'{"sent": "no"}'),
    ],
)
def test_what_a_stranger_on_the_way_says_proves_nothing(status: int, body: bytes) -> None:
    assert error_in(status, body, is_order=True).sent == "unknown"
    assert error_in(status, body, is_order=False).sent == "no"


def test_an_order_that_the_relay_lost_is_unknown() -> None:
    error = error_in(202, problem(state="unknown", sent="unknown"), is_order=True)
    assert (type(error), error.sent) == (NoAnswer, "unknown")


def test_what_is_no_json_is_nothing() -> None:
    assert parsed(b"{") is None
    assert parsed(b"[1]") == [1]
