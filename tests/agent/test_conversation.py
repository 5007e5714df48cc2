"""One connection's frames: what is too large. The rest is tested with its link."""

from __future__ import annotations

import json

import pytest

from agent.conversation import TOO_LARGE, fitting
from relay.messages import MAX_FRAME, Event, Pong, Reply


def test_a_frame_that_fits_is_its_text() -> None:
    assert fitting(Pong(5)) == '{"t":"pong","time":5}'
    nearly = Reply("r-1", 1, "x" * (MAX_FRAME - 100))
    assert (
        fitting(nearly)
        == f'{{"t":"reply","id":"r-1","epoch":1,"result":"{nearly.result}","error":null}}'
    )


def test_an_answer_that_no_relay_carries_says_so() -> None:
    for text in ("x" * MAX_FRAME, "\u20ac" * (MAX_FRAME // 2)):
        frame = json.loads(fitting(Reply("r-1", 1, text)) or "")
        assert (frame["id"], frame["error"]["sentence"]) == ("r-1", TOO_LARGE)


def test_an_event_that_no_relay_carries_is_left_out(caplog: pytest.LogCaptureFixture) -> None:
    assert fitting(Event(1, 1, "order", {"text": "x" * MAX_FRAME})) is None
    assert "left out" in caplog.text
