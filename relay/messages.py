"""The frames between relay and agent: one JSON object each, in a WebSocket text frame.

agent -> relay   hello, reply, event, pong
relay -> agent   welcome, request, ack, ping

Sans-I/O: bytes in, values out. A frame that is not exactly one of these is a BadFrame with the
code that closes the connection; nothing of it is used. Times are milliseconds of the relay's own
steady clock (`relay/clock.py`): neither side's wall clock decides whether an order is too old.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

import orjson

from trading.refusals import Refused
from trading.strict_json import parse_json

PROTOCOL = 1
MAX_FRAME = 1024 * 1024
MAX_NAME = 80

# Close codes: RFC 6455 section 7.4.1, and our own above 4400.
NOT_TEXT = 1003
NOT_JSON = 1007
TOO_BIG = 1009
STOPPING = 1012
BAD_FRAME = 4400
NOT_ALLOWED = 4401
WRONG_USER = 4403
NOT_HEARD = 4408
TAKEN_OVER = 4409
TOO_MANY = 4429

EVENTS = frozenset(
    {"status", "account", "position", "pnl", "order", "execution", "quote", "message"}
    | {"chain", "bar"}
)


class BadFrame(Exception):
    """The other side broke the protocol; `code` closes the connection."""

    def __init__(self, code: int, reason: str) -> None:
        super().__init__(reason)
        self.code = code
        self.reason = reason


@dataclass(frozen=True, slots=True)
class Hello:
    """The agent's first frame. `instance` stays the same on one machine (it is kept beside the
    journal), `run` is new with every start. `shares`: whether others may have its quotes; `feed`
    is then how the feed is called, never a person's name. `user`: the owner that the agent's policy
    file expects, or nothing; the key decides who it is."""

    instance: str
    run: str
    version: str
    mode: str
    shares: bool = False
    feed: str = ""
    label: str = ""
    user: str = ""
    protocol: int = PROTOCOL


@dataclass(frozen=True, slots=True)
class Welcome:
    """The relay's answer: whom the agent serves, under which epoch, and what is known already.

    `seen`: the number of the last event of this `run` that the relay has; 0 when it has none.
    """

    user: str
    epoch: int
    time: int
    seen: int
    heartbeat_ms: int


@dataclass(frozen=True, slots=True)
class Request:
    """One operation. `user`: whose; empty when another user asks for a quote.

    `issued` and `ttl` (milliseconds) say until when it may begin.
    """

    id: str
    op: str
    user: str
    epoch: int
    issued: int
    ttl: int
    args: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Reply:
    """The answer to a request: `result`, or `error` as in `trading/refusal_forms.py`."""

    id: str
    epoch: int
    result: Any = None
    error: Mapping[str, Any] | None = None


@dataclass(frozen=True, slots=True)
class Event:
    """Something that the user's pages hear; numbered from 1 in each run of the agent."""

    seq: int
    epoch: int
    kind: str
    data: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Ack:
    """The relay has the reply to an order: it need not be sent again."""

    id: str


@dataclass(frozen=True, slots=True)
class Ping:
    time: int


@dataclass(frozen=True, slots=True)
class Pong:
    """`time` as in the ping."""

    time: int


Frame = Hello | Welcome | Request | Reply | Event | Ack | Ping | Pong
Check = Callable[[Any], bool]


def _text(value: Any) -> bool:
    return isinstance(value, str) and len(value) <= MAX_NAME and value.isprintable()


def _name(value: Any) -> bool:
    return _text(value) and bool(value)


def _whole(value: Any) -> bool:
    return type(value) is int and 0 <= value < 2**53


def _flag(value: Any) -> bool:
    return isinstance(value, bool)


def _event_kind(value: Any) -> bool:
    return isinstance(value, str) and value in EVENTS


def _object(value: Any) -> bool:
    return isinstance(value, Mapping)


# Frame by its "t": its class and what each field must be. A field that is not here is refused.
FORMS: dict[str, tuple[type[Frame], dict[str, Check]]] = {
    "hello": (
        Hello,
        {
            "instance": _name,
            "run": _name,
            "version": _text,
            "mode": lambda value: value in ("paper", "live"),
            "shares": _flag,
            "feed": _text,
            "label": _text,
            "user": _text,
            "protocol": _whole,
        },
    ),
    "welcome": (
        Welcome,
        {"user": _name, "epoch": _whole, "time": _whole, "seen": _whole, "heartbeat_ms": _whole},
    ),
    "request": (
        Request,
        {
            "id": _name,
            "op": _name,
            "user": _text,
            "epoch": _whole,
            "issued": _whole,
            "ttl": _whole,
            "args": _object,
        },
    ),
    "reply": (
        Reply,
        {
            "id": _name,
            "epoch": _whole,
            "result": lambda value: True,
            "error": lambda value: value is None or _object(value),
        },
    ),
    "event": (
        Event,
        {"seq": _whole, "epoch": _whole, "kind": _event_kind, "data": _object},
    ),
    "ack": (Ack, {"id": _name}),
    "ping": (Ping, {"time": _whole}),
    "pong": (Pong, {"time": _whole}),
}
TYPES = {form: name for name, (form, _) in FORMS.items()}


def encode(frame: Frame) -> str:
    """The frame as the text of a WebSocket frame. Decimals stay the numbers that they are."""
    names = FORMS[TYPES[type(frame)]][1]
    values = {name: getattr(frame, name) for name in names}
    return json_text({"t": TYPES[type(frame)], **values})


def json_text(value: Any) -> str:
    """JSON in which a Decimal is a plain number, digit for digit."""
    return orjson.dumps(value, default=_number).decode()


def decode(text: str | bytes, *allowed: type[Frame], exact: bool = False) -> Frame:
    """The frame in a text, which must be one of `allowed`; else BadFrame.

    `exact`: numbers with a point become Decimals, as the body of an order needs them.
    """
    if len(text) > MAX_FRAME:
        raise BadFrame(TOO_BIG, f"A frame has at most {MAX_FRAME} bytes")
    return _parsed(_json(text, exact), allowed)


def _json(text: str | bytes, exact: bool) -> Any:
    try:
        if exact:
            return parse_json(text.encode() if isinstance(text, str) else text)
        return orjson.loads(text)
    except (orjson.JSONDecodeError, Refused, UnicodeEncodeError):
        raise BadFrame(NOT_JSON, "A frame must be JSON") from None


def _parsed(raw: Any, allowed: tuple[type[Frame], ...]) -> Frame:
    values = dict(raw) if isinstance(raw, Mapping) else {}
    kind = values.pop("t", None)
    form = FORMS.get(kind) if isinstance(kind, str) else None
    if form is None or form[0] not in allowed:
        raise BadFrame(BAD_FRAME, "A frame of this kind is not expected here")
    for name, value in values.items():
        check = form[1].get(name)
        if check is None or not check(value):
            raise BadFrame(BAD_FRAME, f"{kind}: {name[:MAX_NAME]} is not what it must be")
    try:
        return form[0](**values)
    except TypeError:
        raise BadFrame(BAD_FRAME, f"{kind}: a field is missing") from None


def _number(value: object) -> orjson.Fragment:
    if isinstance(value, Decimal):
        return orjson.Fragment(format(value, "f"))
    raise TypeError(f"{type(value).__name__} is not JSON")
