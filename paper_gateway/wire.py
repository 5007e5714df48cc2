"""TWS socket framing and field text: bytes in, frames out, and back.

May not open sockets, know messages, or keep anything but unread bytes.

The layout is IB's: a client opens with ``API\\0`` and a length-prefixed ``vMIN..MAX``; from then on
both directions send frames of a 4-byte big-endian length and NUL-terminated text fields. Limits and
version ranges are those of IB's own client (frames up to 0xFFFFFF bytes).
"""

import math
import re
import struct
from collections.abc import Iterable

GREETING = b"API\0"
MAX_FRAME = 0xFFFFFF
MAX_HELLO = 1024
# The longest message that is decoded; IB's clients write far shorter ones. It is ours, not IB's.
MAX_REQUEST = 256 * 1024
# No text request has more than a few hundred fields; the cap bounds memory on a frame of NULs.
MAX_FIELDS = 4096
OLDEST_VERSION = 176
NEWEST_VERSION = 178

UNSET_FLOAT_TEXT = "1.7976931348623157E308"
UNSET_FLOAT = 1.7976931348623157e308
UNSET_INT = 2147483647
INFINITE_TEXTS = {"Infinite", "Infinity", "inf"}

_LENGTH = struct.Struct(">I")
_HELLO = re.compile(rb"v([0-9]{1,4})(?:\.\.([0-9]{1,4}))?(?: .*)?\0?", re.DOTALL)
_INTEGER = re.compile(r"-?[0-9]{1,10}")
_NUMBER = re.compile(r"[+-]?(?:[0-9]+\.?[0-9]*|\.[0-9]+)(?:[eE][+-]?[0-9]+)?")


class WireError(Exception):
    """The peer broke the framing or the handshake: this connection cannot go on."""


class FieldError(ValueError):
    """A field's text is not of its type: the request is malformed, the connection lives."""


class FrameReader:
    """Collects bytes and hands out whole frames, whatever way the bytes are split.

    ``fault`` is set, and stays set, once the stream cannot be read any further.
    """

    def __init__(self) -> None:
        self._buffer = bytearray()
        self._greeted = False
        self._hello_read = False
        self.fault: str | None = None

    def feed(self, data: bytes) -> list[bytes]:
        """The frames completed by ``data``, in order. The first frame is the version range."""
        if self.fault is not None:
            return []
        self._buffer += data
        if not self._greeted and not self._take_greeting():
            return []
        frames: list[bytes] = []
        start = 0
        while len(self._buffer) - start >= 4:
            (length,) = _LENGTH.unpack_from(self._buffer, start)
            limit = MAX_FRAME if self._hello_read else MAX_HELLO
            if length > limit:
                self.fault = f"a frame of {length} bytes is longer than the {limit} allowed"
                break
            end = start + 4 + length
            if len(self._buffer) < end:
                break
            frames.append(bytes(self._buffer[start + 4 : end]))
            self._hello_read = True
            start = end
        del self._buffer[: len(self._buffer) if self.fault else start]
        return frames

    def _take_greeting(self) -> bool:
        head = bytes(self._buffer[:4])
        if not GREETING.startswith(head):
            self.fault = "the connection does not open with API"
            self._buffer.clear()
            return False
        if len(head) < 4:
            return False
        del self._buffer[:4]
        self._greeted = True
        return True


def parse_hello(frame: bytes) -> tuple[int, int]:
    """The client's (oldest, newest) version from ``v157..178``. Raises WireError."""
    match = _HELLO.fullmatch(frame)
    if match is None:
        raise WireError("the version range is not of the form vMIN..MAX")
    oldest = int(match[1])
    return oldest, int(match[2] or match[1])


def negotiate(oldest: int, newest: int) -> int:
    """The version both sides speak. Raises WireError with a sentence for the user."""
    version = min(newest, NEWEST_VERSION)
    if version < OLDEST_VERSION or version < oldest:
        raise WireError(
            f"The paper gateway speaks API versions {OLDEST_VERSION} to {NEWEST_VERSION}; "
            f"this client offers {oldest} to {newest}."
        )
    return version


def split_fields(frame: bytes) -> list[str]:
    """The fields of a frame. Raises FieldError when it is absurdly long or has absurdly many."""
    if len(frame) > MAX_REQUEST:
        raise FieldError(f"more than {MAX_REQUEST} bytes")
    if frame.count(0) > MAX_FIELDS:
        raise FieldError(f"more than {MAX_FIELDS} fields")
    fields = frame.decode("utf-8", "replace").split("\0")
    if not fields[-1]:
        fields.pop()
    return fields


def frame_text(text: str) -> bytes:
    """A frame from fields that are already joined and NUL-terminated."""
    body = text.encode("utf-8", "replace")
    return _LENGTH.pack(len(body)) + body


def frame(*fields: object) -> bytes:
    """A frame from fields given as text or int."""
    return frame_text("\0".join(map(str, fields)) + "\0")


def frame_list(head: Iterable[object], rows: Iterable[Iterable[object]]) -> bytes:
    """A frame of fixed fields followed by the fields of every row."""
    parts = [str(field) for field in head]
    for row in rows:
        parts.extend(map(str, row))
    return frame_text("\0".join(parts) + "\0")


def escape(text: str) -> str:
    """Text for fields that IB's own client decodes as unicode-escape: errors and long names."""
    if text.isascii() and "\\" not in text:
        return text
    # A character beyond the 16-bit range needs the long form, U with eight digits.
    return "".join(_escape_character(character) for character in text)


def _escape_character(character: str) -> str:
    code = ord(character)
    if character == "\\":
        return "\\\\"
    if code < 128:
        return character
    return f"\\u{code:04x}" if code < 0x10000 else f"\\U{code:08x}"


def parse_int(text: str) -> int:
    """A 32-bit integer; empty means 0. Raises FieldError."""
    if not text:
        return 0
    if _INTEGER.fullmatch(text) is None or not -UNSET_INT - 1 <= (value := int(text)) <= UNSET_INT:
        raise FieldError(f"'{text[:40]}' is not an integer")
    return value


def parse_count(text: str) -> int:
    """How many rows follow: 0 to MAX_FIELDS. Raises FieldError."""
    count = parse_int(text)
    if not 0 <= count <= MAX_FIELDS:
        raise FieldError(f"'{text[:40]}' is not a count of rows")
    return count


def parse_float(text: str) -> float | None:
    """A number; None when empty or IB's unset value. Raises FieldError."""
    if not text:
        return None
    if text in INFINITE_TEXTS:
        return math.inf
    if _NUMBER.fullmatch(text) is None:
        raise FieldError(f"'{text[:40]}' is not a number")
    value = float(text)
    if not math.isfinite(value):
        raise FieldError(f"'{text[:40]}' is not a finite number")
    return None if value == UNSET_FLOAT else value


def parse_bool(text: str) -> bool:
    """1 or 0, as both client libraries write it; empty means no. Raises FieldError."""
    if text in {"", "0", "false", "False"}:
        return False
    if text in {"1", "true", "True"}:
        return True
    raise FieldError(f"'{text[:40]}' is neither 0 nor 1")


def number(value: float) -> str:
    """A price or size as text, without binary noise and without a needless fraction."""
    return f"{value:.12g}" if abs(value) < 1e15 else repr(value)


def optional_number(value: float | None) -> str:
    """As number; IB's unset value for None."""
    return UNSET_FLOAT_TEXT if value is None else number(value)
