"""Frames as they should not be: garbage to send, and texts that break a careless reader.

May not send anything.
"""

import struct

from paper_gateway.wire import frame

_LENGTH = struct.Struct(">I")

_CONTRACT = (265598, "AAPL", "STK", "", "0.0", "", "", "NASDAQ", "USD", "AAPL", "NMS")
# Longer than IB's own client accepts (0xFFFFFF); a reader without a limit waits for 2 GB.
_OVERSIZED = b"\x7f\xff\xff\xff" + frame(49, 1, 0)
GARBAGE = {
    "zero_length": b"\0\0\0\0",
    "unknown_id": frame(9999, 1, "x"),
    "no_id": frame("", 1),
    "too_few_fields": frame(61, 3, "DU1234567"),
    "too_many_fields": frame(61, 3, "DU1234567", *_CONTRACT, 10, 100.0, "one too many"),
    "not_a_number": frame(49, 1, "soon"),
    "oversized": _OVERSIZED,
    "half_frame": frame(49, 1, 0)[:6],
}

_BAD_TEXTS = {
    "control": b"A\x01\x07\x08\x1b[31mB\r\n\tC\x7f",
    "not_utf8": b"A\xff\xfe\xc3(\xe2\x82B",
    "markup": b"<img src=x onerror=alert(1)>",
}
# Where the text stands, by message id: the long name of contractDetails, the text of an error.
_TEXT_FIELDS = {b"10": 19, b"4": 4}


def with_field(data: bytes, index: int, value: bytes) -> bytes:
    """A frame with one of its fields replaced; unchanged when it has not so many."""
    fields = data[4:].split(b"\0")
    if index >= len(fields):
        return data
    fields[index] = value
    body = b"\0".join(fields)
    return _LENGTH.pack(len(body)) + body


def with_bad_text(data: bytes, kind: str) -> bytes:
    """A frame whose text is replaced by a bad one (see the drill ``bad_text``), if it has one."""
    message_id = data[4:].split(b"\0", 1)[0]
    index = _TEXT_FIELDS.get(message_id)
    return data if index is None else with_field(data, index, _BAD_TEXTS[kind])
