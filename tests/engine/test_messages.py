"""What IB said last, for whoever comes later."""

from __future__ import annotations

from typing import Any

from engine.messages import MOST, Messages


def test_everything_is_published_and_the_last_messages_are_kept() -> None:
    told: list[tuple[str, dict[str, Any]]] = []
    messages = Messages(lambda kind, payload: told.append((kind, payload)))
    messages.publish("order", {"state": "filled"})
    for number in range(MOST + 1):
        messages.publish("message", {"code": number})
    assert len(told) == MOST + 2
    assert [row["code"] for row in messages.last().rows] == list(range(1, MOST + 1))
