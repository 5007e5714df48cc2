"""JSON Schemas of the bodies that change an order or close positions.

They describe what `web/exits.py` takes; this module parses and refuses nothing.
"""

from __future__ import annotations

from functools import reduce

from trading import order_types
from trading.order_rules import FIXED, NOTHING_CHANGES
from web.exits import PERCENTS
from web.openapi.answer_parts import ref
from web.openapi.requests import ORDER_REQUEST, REFUSALS, Schema, request_schemas

NO_OBJECT = "The body must be a JSON object"
ACCOUNT: Schema = {
    "type": "string",
    "description": "Needed when several accounts hold the position",
    REFUSALS: ["account must be a string", "Several accounts hold it: name the account"],
}


def _changes() -> Schema:
    """The fields of every type of order that IB lets change, each with what all types agree on."""
    schemas = request_schemas()
    fields: dict[str, list[Schema]] = {}
    for kind in order_types.CLASSES.values():
        for name, field in schemas[kind.__name__]["properties"].items():
            fields.setdefault(name, []).append(field)
    return {
        "type": "object",
        "description": "What to change of an order: fields of its type; null takes one away",
        "additionalProperties": False,
        "required": [],
        REFUSALS: [
            NOTHING_CHANGES,
            "Order action cannot change; cancel the order and place another one",
        ],
        "properties": {
            name: _or_null(reduce(_common, choices))
            for name, choices in fields.items()
            if name not in FIXED
        },
    }


def _common(one: Schema, other: Schema) -> Schema:
    """What two types of order say alike of a field; of values that may be chosen all of them."""
    kept = {key: value for key, value in one.items() if other.get(key) == value}
    if "enum" in one and "enum" in other:
        kept["enum"] = list(dict.fromkeys([*one["enum"], *other["enum"]]))
    return kept


def _or_null(field: Schema) -> Schema:
    about = {"description": field["description"]}
    exact = {k: v for k, v in field.items() if k not in ("description", "default", REFUSALS)}
    return {"anyOf": [exact, {"type": "null"}]} | about


def body_schema(about: str, needed: list[str], fields: Schema, *sentences: str) -> Schema:
    return {
        "type": "object",
        "description": about,
        "additionalProperties": False,
        "required": needed,
        REFUSALS: [NO_OBJECT, "hopefulPercent is not a field here", *sentences],
        "properties": fields,
    }


EXIT_REQUESTS: dict[str, Schema] = {
    "OrderChange": body_schema(
        "What to change of a live order",
        ["order"],
        {"order": ref("Changes") | {"description": "The fields to change, as in an order"}},
        "The body must name what to change, as in an order",
    ),
    "Changes": _changes(),
    "PositionClose": body_schema(
        "The position to close, and how much of it",
        ["conId"],
        {
            "conId": {
                "type": "integer",
                "description": "IB's own number of the contract that is held",
                REFUSALS: ["There is no such position"],
            },
            "percent": {
                "enum": list(PERCENTS),
                "default": PERCENTS[-1],
                "description": "How much of it; a part is rounded down to what can be traded",
                REFUSALS: ["percent must be 25, 50, 75 or 100"],
            },
            "account": ACCOUNT,
            "held": {
                "type": "number",
                "description": "The position as it was shown, below 0 when it is short. With it "
                "nothing is sent or cancelled when something else is held now (409)",
                REFUSALS: ["held must be a number"],
            },
            "wait": ORDER_REQUEST["properties"]["wait"] | {"default": "ack"},
        },
    ),
    "Dismissal": body_schema(
        "That somebody has looked for the order in TWS",
        ["confirm"],
        {
            "confirm": {
                "const": True,
                "description": "It is neither among its open nor among its completed orders",
                REFUSALS: ["Say confirm: true when you have looked for the order in TWS"],
            },
        },
    ),
    "Flatten": body_schema(
        "That every position is to be closed",
        ["confirm"],
        {
            "confirm": {
                "const": True,
                "description": "It cannot be taken back",
                REFUSALS: ["Say confirm: true to close every position at the market"],
            },
            "account": {
                "type": "string",
                "description": "The positions of this account alone; all open orders are cancelled",
                REFUSALS: ["account must be a string"],
            },
        },
    ),
}
