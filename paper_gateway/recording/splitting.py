"""One direction of a connection, cut into frames; whatever is no frame comes out too.

May not know messages or drop a byte: unlike the gateway's own reader it goes on when the stream
cannot be read any further, because a recorder only listens.
"""

import struct
from dataclasses import dataclass

from paper_gateway.wire import MAX_FRAME

GARBAGE = "garbage"
OVERSIZED = "oversized"
UNFINISHED = "unfinished"

_LENGTH = struct.Struct(">I")


@dataclass(frozen=True, slots=True)
class Piece:
    """``fault`` is empty for a frame, whose ``data`` is without the length; otherwise it is one of
    the constants of this module, and ``data`` are the bytes as they came."""

    data: bytes
    fault: str = ""


class Splitter:
    """``greeting`` is what the stream must open with: API and NUL for a client's."""

    def __init__(self, greeting: bytes = b"") -> None:
        self._greeting = greeting
        self._buffer = bytearray()
        self._fault = ""

    def feed(self, data: bytes) -> list[Piece]:
        """What ``data`` completes, in order."""
        if self._fault:
            return [Piece(data, self._fault)]
        self._buffer += data
        if not self._take_greeting():
            return self._rest() if self._fault else []
        pieces: list[Piece] = []
        start = 0
        while len(self._buffer) - start >= 4:
            (length,) = _LENGTH.unpack_from(self._buffer, start)
            if length > MAX_FRAME:
                self._fault = OVERSIZED
                break
            end = start + 4 + length
            if len(self._buffer) < end:
                break
            pieces.append(Piece(bytes(self._buffer[start + 4 : end])))
            start = end
        del self._buffer[:start]
        return [*pieces, *self._rest()] if self._fault else pieces

    def end(self) -> list[Piece]:
        """The stream is over: what is left of a frame that never became whole."""
        self._fault = self._fault or UNFINISHED
        return self._rest() if self._buffer else []

    def _take_greeting(self) -> bool:
        """False while the greeting is not there, or not right."""
        if not self._greeting:
            return True
        if not self._greeting.startswith(self._buffer[: len(self._greeting)]):
            self._fault = GARBAGE
            return False
        if len(self._buffer) < len(self._greeting):
            return False
        del self._buffer[: len(self._greeting)]
        self._greeting = b""
        return True

    def _rest(self) -> list[Piece]:
        rest = bytes(self._buffer)
        self._buffer.clear()
        return [Piece(rest, self._fault)]
