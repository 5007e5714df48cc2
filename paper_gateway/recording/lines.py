"""One line of a wire log: text that a person can read and compare, and exact bytes again.

May not read or write files, or know what a message means.

A line is: milliseconds since the log began, number of the connection, kind, name, content. In a
content every ``|`` ends a field, as NUL does on the wire. What cannot be printed, a backslash and a
``|`` of the field itself are escaped; bytes that are not UTF-8 stand as ``\\xNN``.
"""

import re
from dataclasses import dataclass
from enum import StrEnum


class LineError(ValueError):
    """A text is not a line of a wire log; says why."""


class Kind(StrEnum):
    """What a line holds."""

    REQUEST = ">"
    """A frame from the client to TWS."""
    REPLY = "<"
    """A frame from TWS to the client."""
    CLIENT_BYTES = ">?"
    """Bytes from the client that are no frame."""
    SERVER_BYTES = "<?"
    """Bytes from TWS that are no frame."""
    EVENT = "*"
    """What happened to the connection."""


class Event(StrEnum):
    """How a connection begins and ends: the names of lines that hold no bytes."""

    OPENED = "opened"
    NO_SERVER = "no-server"
    NOT_KEPT = "not-kept"
    """A binary message passed."""
    CLIENT_CLOSED = "client-closed"
    SERVER_CLOSED = "server-closed"
    CLIENT_RESET = "client-reset"
    SERVER_RESET = "server-reset"
    STOPPED = "stopped"
    """The recorder was told to end."""


_LINE = re.compile(r" *([0-9]+\.[0-9]) +([0-9]+) +(>\??|<\??|\*) +(\S+) *(.*)")
# Printable ASCII but the characters with a meaning of their own. Most frames are nothing else.
_PLAIN = re.compile(r"[ -\[\]-{}~]*")
_ESCAPE = re.compile(r"\\(?:([\\])|x([0-9a-f]{2})|u([0-9a-f]{4})|U([0-9a-f]{8}))")


@dataclass(frozen=True, slots=True)
class Line:
    """``at_ms`` counts from the beginning of the log. ``number`` is the line of the file, 0 for
    a line that was not read from one. ``content`` is a frame without its length."""

    at_ms: float
    connection: int
    kind: Kind
    name: str
    content: bytes
    number: int = 0

    @property
    def fields(self) -> list[str]:
        """The fields of a frame; bytes that are not UTF-8 are lone surrogates."""
        return fields_of(self.content)

    @property
    def frame(self) -> bytes:
        """The content with its length, as it is on the wire."""
        return len(self.content).to_bytes(4, "big") + self.content

    @property
    def message_id(self) -> str:
        return self.content.partition(b"\0")[0].decode("utf-8", "surrogateescape")

    def __str__(self) -> str:
        head = f"{self.at_ms:10.1f} {self.connection:>2} {self.kind.value:<2} {self.name:<24} "
        return (head + show(self.content)).rstrip()


def parse_line(text: str, number: int = 0) -> Line:
    """Read one line without its line end. Raises LineError."""
    match = _LINE.fullmatch(text)
    if match is None:
        raise LineError("not a line of the form 'milliseconds connection kind name content'")
    at_ms, connection, kind, name, content = match.groups()
    return Line(float(at_ms), int(connection), Kind(kind), name, unshow(content), number)


def texts_of(content: bytes) -> list[str]:
    """The texts between the NULs, one more than there are NULs: a frame that ends its last field
    has an empty text at the end. ``content_of`` makes the same bytes of them."""
    return content.decode("utf-8", "surrogateescape").split("\0")


def content_of(texts: list[str]) -> bytes:
    """The bytes of texts with NULs between them."""
    return "\0".join(texts).encode("utf-8", "surrogateescape")


def fields_of(content: bytes) -> list[str]:
    """The fields of a frame without its length; a last one without its end counts too."""
    texts = texts_of(content)
    if not texts[-1]:
        texts.pop()
    return texts


def show(content: bytes) -> str:
    """Bytes as one printable line."""
    text = "|".join(map(_show_field, texts_of(content)))
    # A space at an end would be lost between the columns, or in an editor.
    if text.startswith(" "):
        text = r"\x20" + text[1:]
    return text[:-1] + r"\x20" if text.endswith(" ") else text


def unshow(text: str) -> bytes:
    """The bytes that ``show`` wrote. Raises LineError."""
    return b"\0".join(_unshow_field(field) for field in text.split("|"))


def _show_field(field: str) -> str:
    if _PLAIN.fullmatch(field):
        return field
    return "".join(map(_show_character, field))


def _show_character(character: str) -> str:
    code = ord(character)
    if 0xDC80 <= code <= 0xDCFF:
        # What surrogateescape makes of a byte that is not UTF-8.
        return f"\\x{code - 0xDC00:02x}"
    if character == "\\":
        return r"\\"
    if character.isprintable() and character != "|":
        return character
    if code < 0x80:
        return f"\\x{code:02x}"
    return f"\\u{code:04x}" if code < 0x10000 else f"\\U{code:08x}"


def _unshow_field(field: str) -> bytes:
    if "\\" not in field:
        return field.encode()
    parts, end = [], 0
    for match in _ESCAPE.finditer(field):
        parts += [_unescaped(field[end : match.start()]), _meaning(match)]
        end = match.end()
    return b"".join([*parts, _unescaped(field[end:])])


def _unescaped(text: str) -> bytes:
    if "\\" in text:
        raise LineError(f"an unknown escape in '{text[:40]}'")
    return text.encode()


def _meaning(match: re.Match[str]) -> bytes:
    backslash, byte, short, long = match.groups()
    if backslash:
        return b"\\"
    if byte:
        return bytes.fromhex(byte)
    code = int(short or long, 16)
    if code > 0x10FFFF or 0xD800 <= code <= 0xDFFF:
        raise LineError(f"no character has the number {code:x}")
    return chr(code).encode()
