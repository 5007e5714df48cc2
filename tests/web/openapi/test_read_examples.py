"""Examples of what is read: values that belong together."""

from __future__ import annotations

from tests.fakes import NOW
from trading.snapshots import AccountSummary
from web.openapi import examples
from web.openapi import read_examples as readings


def test_the_account_summary_is_made_from_its_values() -> None:
    example = readings.ACCOUNT_VALUES
    summary = AccountSummary(NOW, example["account"], tuple(example["values"])).to_payload()
    assert summary["summary"] == example["summary"]


def test_the_position_is_worth_its_price() -> None:
    row = readings.POSITION
    assert row["marketValue"] == row["position"] * row["marketPrice"]
    assert row["unrealizedPNL"] == round((row["marketPrice"] - row["avgCost"]) * 100, 6)


def test_the_fill_is_the_fill_of_the_filled_order() -> None:
    fill, order = readings.EXECUTION, examples.FILLED
    assert (fill["orderRef"], fill["permId"]) == (order["clientOrderId"], order["permId"])
    assert (fill["price"], fill["commission"]) == (order["avgFillPrice"], order["commission"])


def test_the_stream_greets_with_a_hello() -> None:
    assert readings.STREAM.split("\n")[1] == "event: hello"
    assert '"reset":true' in readings.STREAM
