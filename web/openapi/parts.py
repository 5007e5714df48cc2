"""What an operation of the API is made of, and the parameters and errors that many share.

It describes and does nothing.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from trading.bars import BAR_SIZES, DURATION, PRICES, YES_NO
from trading.orders import CLIENT_ORDER_ID
from web.openapi import examples, request_examples
from web.openapi.requests import ASCII_PATTERN, REFUSALS, Schema, request_schemas

PROBLEM = "application/problem+json"
# What may happen to whatever has to ask TWS.
TWS = (429, 503, 504)
JSON = "application/json"


@dataclass(frozen=True, slots=True)
class Answer:
    """One status of an operation. `schemas` are alternatives; `examples` are values by name."""

    about: str
    schemas: tuple[str, ...] = ("Problem",)
    examples: dict[str, Any] | None = None
    headers: tuple[str, ...] = ()
    media: str = JSON


@dataclass(frozen=True, slots=True)
class Parameter:
    name: str
    about: str
    schema: Schema
    place: str = "query"
    required: bool = False
    example: Any = None


@dataclass(frozen=True, slots=True)
class Operation:
    """`call` is a method and a path below `/api/v1`.

    `errors` are statuses of PROBLEMS; an answer of the operation's own goes before those.
    `body` is the schema of what is sent and `bodies` are examples of it by name. `events` are the
    stream's: (event, schema, meaning).
    """

    call: str
    name: str
    summary: str
    answers: dict[int, Answer]
    about: str = ""
    errors: tuple[int, ...] = ()
    scope: str = "read"
    parameters: tuple[Parameter, ...] = ()
    body: str = ""
    bodies: dict[str, Any] | None = None
    events: tuple[tuple[str, str, str], ...] = ()

    @property
    def method(self) -> str:
        return self.call.partition(" ")[0]

    @property
    def path(self) -> str:
        return f"/api/v1{self.call.partition(' ')[2]}"


def ok(about: str, schema: str, example: Any) -> dict[int, Answer]:
    return {200: Answer(about, (schema,), {"answer": example})}


def problem(status: int, about: str, error: str, **fields: Any) -> Answer:
    example = examples.problem(status, error, **fields)
    headers = {401: ("WWW-Authenticate",), 429: ("Retry-After",), 503: ("Retry-After",)}
    return Answer(about, examples={"answer": example}, headers=headers.get(status, ()))


PROBLEMS: dict[int, Answer] = {
    400: problem(
        400,
        "The body is not strict JSON, a key stands in the address, or the host name is not the "
        "desk's",
        "The body names a field twice",
        sent="no",
        errors=[{"pointer": "", "detail": "The body names a field twice"}],
    ),
    401: problem(
        401,
        "Nobody is signed in; the key is unknown or revoked",
        "Sign in, or send an API key.",
    ),
    403: problem(
        403,
        "Not allowed: the scope is too small, user_id or the account is another one's, or a "
        "browser sends no token",
        "This needs the scope trade; yours is read.",
        sent="no",
    ),
    404: problem(404, "There is no such thing", "There is no order mine-2", sent="no"),
    413: problem(
        413,
        "The body has more than 64 KiB",
        "The data value transmitted exceeds the capacity limit.",
        sent="no",
    ),
    415: problem(
        415,
        "The body is not plain application/json in UTF-8",
        "Send the body as application/json",
        sent="no",
    ),
    422: problem(
        422,
        "A value cannot be meant, or IB refuses it",
        "symbol is given twice",
        sent="no",
        errors=[{"pointer": "/symbol", "detail": "symbol is given twice"}],
    ),
    429: problem(
        429,
        "Too many requests wait for TWS",
        "Too many requests wait for TWS. Try again in a moment.",
        sent="no",
    ),
    503: Answer(
        "TWS cannot be reached or has lost IB; detail says why",
        examples={"answer": examples.NOT_CONNECTED},
        headers=("Retry-After",),
    ),
    504: problem(
        504,
        "TWS did not answer in time",
        "TWS did not answer in time",
        sent="no",
    ),
}
TEXT: Schema = {"type": "string", "maxLength": 64, "pattern": ASCII_PATTERN}
NAMED = Parameter(
    "clientOrderId",
    "The order's name",
    {"type": "string", "pattern": f"^{CLIENT_ORDER_ID.pattern}$"},
    place="path",
    required=True,
    example=examples.NAME,
)
ACCOUNT = Parameter("account", "One account; all of them, or the first, when absent", TEXT)
# A query names a contract by the same fields as a body; only an order has rules beyond that.
CONTRACT = tuple(
    Parameter(
        name,
        field["description"],
        {key: field[key] for key in field if key not in ("description", REFUSALS)},
        example=request_examples.REQUESTS["limit"]["contract"].get(name),
    )
    for name, field in request_schemas()["Contract"]["properties"].items()
    if name != "comboLegs"
)
BAR_SIZE = Parameter("barSize", "1 min when absent", {"enum": list(BAR_SIZES)}, example="5 mins")
LENGTH = Parameter(
    "duration",
    "How far back; 1 D when absent. At most 86400 S, 365 D, 52 W, 12 M or 70 Y, and 20,000 bars",
    {
        "type": "string",
        "pattern": f"^{DURATION.pattern}$",
        REFUSALS: ["duration must be a number and S, D, W, M or Y, such as 1 D"],
    },
    example="2 D",
)
PRICE = Parameter(
    "what",
    "Which price; trades when absent, the middle of currencies. BID_ASK counts twice in the budget",
    {"enum": list(PRICES)},
    example="TRADES",
)
HOURS = Parameter("rth", "Regular trading hours only", {"enum": list(YES_NO)}, example="no")
LIVE = Parameter(
    "live",
    "They go on for 90 seconds after each such request; changes come as `bar` on the stream",
    {"enum": list(YES_NO)},
    example="no",
)
