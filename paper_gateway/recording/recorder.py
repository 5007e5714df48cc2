"""One connection as a listener hears it: bytes of either side in, lines of the log out.

May not forward, delay or change a byte, touch sockets or files, or fail on anything that is said.
"""

from collections.abc import Callable

from paper_gateway.recording.lines import Event, Kind, Line, content_of, texts_of
from paper_gateway.recording.message_names import (
    FIRST_BINARY_VERSION,
    HELLO,
    SERVER_VERSION,
    binary_name_of,
    name_of,
)
from paper_gateway.recording.redaction import Redactor
from paper_gateway.recording.splitting import Piece, Splitter
from paper_gateway.timers import Clock
from paper_gateway.wire import GREETING

# How much of a stretch of bytes that is no frame is written to the log.
MAX_LOOSE_BYTES = 1024
CUT = "-cut"
"""Ends the name of a line that holds only the beginning of such bytes."""


class Recorder:
    """``clock`` gives seconds; ``start`` is the instant at which the log began. ``write`` is given
    each line as it is complete."""

    def __init__(
        self,
        number: int,
        redactor: Redactor,
        write: Callable[[Line], None],
        clock: Clock,
        start: float = 0.0,
    ) -> None:
        self.number = number
        self.version = 0
        """What both agreed to speak; 0 until the server has said it."""
        self._redactor = redactor
        self._write = write
        self._clock = clock
        self._start = start
        self._splitters = {True: Splitter(GREETING), False: Splitter()}
        self._has_hello = False

    def client_said(self, data: bytes) -> None:
        self._hear(self._splitters[True].feed(data), True)

    def server_said(self, data: bytes) -> None:
        self._hear(self._splitters[False].feed(data), False)

    def happened(self, event: Event, text: str = "") -> None:
        """Something other than bytes."""
        self._put(Kind.EVENT, event, self._redactor.redact_text(text).encode())

    def ended(self) -> None:
        """Nothing more is coming: what was begun and not finished is written too."""
        for is_client, splitter in self._splitters.items():
            self._hear(splitter.end(), is_client)

    def _hear(self, pieces: list[Piece], is_client: bool) -> None:
        for piece in pieces:
            if piece.fault:
                self._take_loose(piece, is_client)
            elif self.version >= FIRST_BINARY_VERSION:
                self._pass_over(piece.data, is_client)
            else:
                self._take_frame(piece.data, is_client)

    def _take_frame(self, data: bytes, is_client: bool) -> None:
        texts = texts_of(data)
        name = self._name(texts, is_client)
        redacted = self._redactor.redact(texts, is_client, self.version)
        self._put(Kind.REQUEST if is_client else Kind.REPLY, name, content_of(redacted))

    def _name(self, texts: list[str], is_client: bool) -> str:
        """The name of a message, or of the two that open a connection and have no id."""
        if is_client and not self._has_hello:
            self._has_hello = True
            return HELLO
        if not is_client and not self.version and len(texts) == 3 and texts[0].isdecimal():
            self.version = int(texts[0][:4])
            return SERVER_VERSION
        return name_of(texts[0], is_client)

    def _pass_over(self, data: bytes, is_client: bool) -> None:
        """Binary messages are not kept: nothing in them could be redacted with certainty."""
        name = binary_name_of(data, is_client)
        side = "the client" if is_client else "the server"
        self.happened(Event.NOT_KEPT, f"{name} of {side}, {len(data)} bytes, binary")

    def _take_loose(self, piece: Piece, is_client: bool) -> None:
        kept = piece.data[:MAX_LOOSE_BYTES].decode("utf-8", "surrogateescape")
        name = piece.fault if len(piece.data) <= MAX_LOOSE_BYTES else piece.fault + CUT
        content = self._redactor.redact_text(kept).encode("utf-8", "surrogateescape")
        self._put(Kind.CLIENT_BYTES if is_client else Kind.SERVER_BYTES, name, content)

    def _put(self, kind: Kind, name: str, content: bytes) -> None:
        at_ms = (self._clock() - self._start) * 1000
        self._write(Line(at_ms, self.number, kind, name, content))
