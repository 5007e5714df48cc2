"""Examples of why an order is what it is: they belong to the orders of the other examples."""

from __future__ import annotations

from web.openapi import examples
from web.openapi import recorder_examples as recorder


def test_the_pending_order_is_young() -> None:
    assert recorder.PENDING["question"] == "Why is it PendingSubmit?"
    assert "sleep workaround" in recorder.PENDING["answer"]


def test_the_filled_order_is_done() -> None:
    price = examples.FILLED["avgFillPrice"]
    assert recorder.FILLED["answer"].startswith(f"It is done: 100 filled at {price}.")
    assert [step["at"] for step in recorder.FILLED["evidence"]].count(None) == 0
