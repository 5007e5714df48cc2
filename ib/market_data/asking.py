"""One question to TWS: answered within a deadline, and TWS's error becomes ours."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from typing import Any

from ib_async.wrapper import RequestError

from trading.ib_errors import CodeTable
from trading.refusals import NoAnswer, NotConnected, NotFound, RejectedByIB

ANSWER_SECONDS = 10.0
NO_DEFINITION = 200
NO_ANSWER = "TWS did not answer in time"


class Asking:
    """It belongs to the reader's loop."""

    def __init__(self, codes: CodeTable, seconds: float = ANSWER_SECONDS) -> None:
        self._codes = codes
        self._seconds = seconds

    async def answer(self, request: Callable[[], Awaitable[Any]]) -> Any:
        """Send the request and wait for TWS's answer.

        Raises NoAnswer after the deadline, NotConnected, NotFound (error 200) or RejectedByIB.
        """
        try:
            async with asyncio.timeout(self._seconds):
                return await self.answer_in_time(request)
        except TimeoutError:
            raise NoAnswer(NO_ANSWER) from None

    async def answer_in_time(self, request: Callable[[], Awaitable[Any]]) -> Any:
        """As `answer`, for whoever has a deadline of its own."""
        try:
            return await request()
        except ConnectionError as error:
            raise NotConnected(str(error)) from error
        except RequestError as error:
            sentence = self._codes.sentence(error.code, error.message)
            kind = NotFound if error.code == NO_DEFINITION else RejectedByIB
            raise kind(sentence, code=error.code, text=error.message) from error
