"""A question to TWS ends in time: with its answer, or with an error in our words."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest
from ib_async.wrapper import RequestError

from ib.market_data.asking import Asking
from trading.ib_errors import CodeTable
from trading.refusals import NoAnswer, NotConnected, NotFound, RejectedByIB


async def test_the_answer_passes_as_it_is() -> None:
    async def answer() -> list[int]:
        return [1, 2]

    assert await Asking(CodeTable()).answer(answer) == [1, 2]


@pytest.mark.parametrize(
    ("error", "meaning"),
    [
        (ConnectionError("Socket disconnect"), NotConnected),
        (TimeoutError(), NoAnswer),
        (RequestError(5, 321, "Error validating request"), RejectedByIB),
        (RequestError(5, 200, "No security definition"), NotFound),
    ],
    ids=["gone", "silent", "refused", "unknown"],
)
async def test_an_error_is_told_in_our_words(error: Exception, meaning: type[Exception]) -> None:
    async def fail() -> None:
        raise error

    with pytest.raises(meaning):
        await Asking(CodeTable()).answer(fail)


async def test_a_request_that_cannot_leave_is_not_connected() -> None:
    def refuse() -> Any:
        raise ConnectionError("Not connected")

    with pytest.raises(NotConnected):
        await Asking(CodeTable()).answer(refuse)


async def test_a_silent_tws_is_waited_for_no_longer_than_the_deadline() -> None:
    with pytest.raises(NoAnswer):
        await Asking(CodeTable(), seconds=0).answer(asyncio.Event().wait)
