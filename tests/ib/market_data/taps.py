"""A cable that writes down what a client sends, message by message."""

from __future__ import annotations

from paper_gateway.wire import FrameReader, split_fields
from tests.conftest import Cable, Plug

DETAILS, DATA, CANCEL_DATA, PARAMETERS, DATA_TYPE = "9", "1", "2", "78", "59"
CON_ID, SYMBOL, SEC_TYPE, EXPIRY, STRIKE, RIGHT, EXCHANGE, PRIMARY, CURRENCY = (
    3, 4, 5, 6, 7, 8, 10, 11, 12,
)  # fmt: skip
KIND_OF_DATA = 2


class Tap(Cable):
    """`sent()` are the messages since the last `begin()`, each as its fields."""

    data = b""
    first = 0

    def carry(self, source: Plug, data: bytes) -> None:
        if not source.is_at_gateway:
            self.data += data
        super().carry(source, data)

    def begin(self) -> None:
        self.first = len(self._messages())

    def sent(self, *kinds: str) -> list[list[str]]:
        """Those of these kinds, or all; the first one of a connection is its greeting."""
        return [each for each in self._messages()[self.first :] if each[0] in kinds or not kinds]

    def _messages(self) -> list[list[str]]:
        return [split_fields(frame) for frame in FrameReader().feed(self.data)][1:]
