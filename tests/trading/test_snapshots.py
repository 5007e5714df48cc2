from __future__ import annotations

import json
from dataclasses import replace
from datetime import timedelta

import pytest

from tests.trading.orders_for_tests import ACCOUNT, START
from trading.snapshots import AccountSummary, ConnectionStatus, Farm, Rows, iso

TIME = "2026-11-20T14:31:02.118Z"


def summary(*rows: tuple[str, str, str]) -> dict[str, dict[str, object]]:
    """The number tags of an account with these (tag, value, currency)."""
    values = tuple({"tag": tag, "value": text, "currency": money} for tag, text, money in rows)
    payload = AccountSummary(START, ACCOUNT, values).to_payload()
    result: dict[str, dict[str, object]] = payload["summary"]
    return result


def test_a_time_is_utc_with_milliseconds_and_a_z() -> None:
    assert iso(START) == TIME
    assert iso(START.replace(microsecond=0)) == "2026-11-20T14:31:02.000Z"


def test_no_time_is_none() -> None:
    assert iso(None) is None


def test_rows_say_when_they_were_true_and_whether_they_are_stale() -> None:
    payload = Rows(START, ({"position": 1},)).to_payload("positions")
    assert payload == {"asOf": TIME, "stale": False, "positions": [{"position": 1}]}
    assert Rows(START, (), stale=True).to_payload("positions")["stale"] is True


def test_an_empty_account_is_an_empty_list() -> None:
    assert Rows(START, ()).to_payload("positions")["positions"] == []


def test_a_tag_with_several_currencies_shows_the_sum_in_the_base_currency() -> None:
    rows = summary(
        ("NetLiquidation", "1000000.50", "EUR"),
        ("CashBalance", "100", "EUR"),
        ("CashBalance", "550", "BASE"),
        ("CashBalance", "500", "USD"),
    )
    assert rows["CashBalance"] == {"value": 550.0, "currency": "EUR"}
    assert rows["NetLiquidation"] == {"value": 1000000.5, "currency": "EUR"}


def test_the_base_row_counts_wherever_it_stands() -> None:
    eur, base = ("CashBalance", "100", "EUR"), ("CashBalance", "550", "BASE")
    assert summary(base, eur)["CashBalance"]["value"] == 550.0
    assert summary(eur, base)["CashBalance"]["value"] == 550.0


def test_a_currencys_prefix_changes_nothing_but_never_hides_the_accounts_own() -> None:
    rows = summary(
        ("$LEDGER-AccruedCash", "7", "BASE"),
        ("$LEDGER-CashBalance", "550", "BASE"),
        ("AccruedCash", "9", "USD"),
        ("NetLiquidation", "1000", "USD"),
    )
    assert rows["AccruedCash"]["value"] == 9
    assert rows["CashBalance"] == {"value": 550.0, "currency": "USD"}


def test_a_base_row_without_a_known_base_currency_has_no_currency() -> None:
    assert summary(("CashBalance", "550", "BASE"))["CashBalance"]["currency"] is None


def test_a_tag_without_a_base_row_keeps_its_first_row() -> None:
    rows = summary(("BuyingPower", "4", "USD"), ("BuyingPower", "3", "EUR"), ("Cushion", "1", ""))
    assert rows["BuyingPower"] == {"value": 4.0, "currency": "USD"}
    assert rows["Cushion"] == {"value": 1.0, "currency": None}


@pytest.mark.parametrize(
    "text", ["true", "", "INDIVIDUAL", "1.7976931348623157E308", "NaN", "Infinity", "-Infinity"]
)
def test_a_value_that_is_no_number_or_unset_is_left_out_and_never_zero(text: str) -> None:
    assert summary(("Leverage-S", text, "USD")) == {}


def test_a_zero_is_a_zero() -> None:
    assert summary(("AccruedCash", "0.00", "USD"))["AccruedCash"]["value"] == 0.0


def test_an_account_summary_keeps_every_row_as_ib_sent_it() -> None:
    values = ({"tag": "AccountReady", "value": "true", "currency": ""},)
    payload = AccountSummary(START, ACCOUNT, values, stale=True).to_payload()
    assert payload == {
        "asOf": TIME,
        "stale": True,
        "account": ACCOUNT,
        "summary": {},
        "values": list(values),
    }


def test_a_connection_shows_its_state_and_what_is_not_known_as_null() -> None:
    status = ConnectionStatus("data", 999, "waiting", START, "TWS cannot be reached")
    assert status.to_payload() == {
        "name": "data",
        "clientId": 999,
        "state": "waiting",
        "reason": "TWS cannot be reached",
        "since": TIME,
        "serverVersion": None,
        "lastMessageAt": None,
        "reconnects": 0,
        "brokerLink": "unknown",
        "nextRetryAt": None,
    }
    assert not status.is_connected


def test_only_the_state_connected_is_connected() -> None:
    status = ConnectionStatus("data", 999, "connected", START)
    assert status.is_connected
    states = ("connecting", "waiting", "stopped")
    assert not any(replace(status, state=state).is_connected for state in states)


def test_a_connection_shows_its_times() -> None:
    later = START + timedelta(seconds=1)
    status = ConnectionStatus(
        "data", 999, "connected", START, last_message_at=later, next_retry_at=START
    )
    assert status.to_payload()["lastMessageAt"] == "2026-11-20T14:31:03.118Z"
    assert status.to_payload()["nextRetryAt"] == TIME


def test_a_farm_is_json() -> None:
    payload = Farm("usfarm", "market data", "ok", START).to_payload()
    assert json.loads(json.dumps(payload)) == payload
    assert payload == {"name": "usfarm", "kind": "market data", "state": "ok", "since": TIME}
