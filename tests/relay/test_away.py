"""The status of an engine that cannot be asked."""

from __future__ import annotations

from relay.away import away_status, utc_now
from tests.fakes import NOW
from tests.relay.fake_relay import AWAY, status_form


def test_what_is_not_known_is_null_and_never_zero_or_empty() -> None:
    status = away_status("Your agent is not connected.", AWAY, NOW)
    assert status["connections"]["orders"]["state"] == "waiting"
    assert status["connections"]["data"]["reason"] == "Your agent is not connected."
    assert status["connections"]["data"]["since"] == AWAY["since"]
    known = {"time", "mode", "connections", "agent"}
    assert {name for name, value in status.items() if value is not None} == known


def test_it_has_every_field_of_a_status() -> None:
    assert away_status("", None, NOW).keys() == status_form().keys() | {"agent"}
    connection = away_status("", None, NOW)["connections"]["data"]
    assert connection.keys() == status_form()["connections"]["data"].keys()


def test_without_a_relay_nothing_is_known_of_the_agent() -> None:
    status = away_status("The relay does not answer", None, NOW)
    assert (status["agent"], status["mode"]) == (None, None)
    assert status["connections"]["data"]["since"] == "2026-11-20T14:31:02.118Z"


def test_the_time_is_in_utc() -> None:
    assert utc_now().utcoffset() is not None
