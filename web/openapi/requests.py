"""JSON Schemas of what a request body may say.

They come from the classes that parse requests, made exact where pydantic's schema is wider than its
parser. This module describes; it parses and refuses nothing.
"""

from __future__ import annotations

from itertools import product
from typing import Any

from pydantic import BaseModel

from trading import algos, brackets, contracts, order_rules, order_types, orders, sizing
from trading.fields import MAX_NUMBER, MAX_STRING, TOO_LARGE
from trading.times import NOT_A_TIME
from web.openapi.meanings import MEANINGS
from web.openapi.sentences import BETWEEN_FIELDS, CONTRACT_RULES, OF_SIZE

Schema = dict[str, Any]

COMPONENTS = "#/components/schemas/"
# The sentences with which a field is refused; the page shows them beside the field.
REFUSALS = "x-refusals"
ASCII_PATTERN = "^[ -~]*$"
TOO_STRANGE = f"must be printable ASCII of at most {MAX_STRING} characters"
NOT_USED = "hopefulPercent is not used here; leave it out"
TIMES = frozenset({"goodTillDate", "goodAfterTime"})
# Fields of which a type has exactly one of each pair.
PAIRS = {
    "TRAIL": [("auxPrice", "trailingPercent")],
    "TRAIL LIMIT": [("auxPrice", "trailingPercent"), ("lmtPrice", "lmtPriceOffset")],
}
LIMITS = ("exclusiveMinimum", "minimum", "exclusiveMaximum", "maximum")
NUMBER_LIMITS = {
    "gt": "exclusiveMinimum",
    "ge": "minimum",
    "lt": "exclusiveMaximum",
    "le": "maximum",
}


def _ref(name: str, **more: Any) -> Schema:
    return {"$ref": f"{COMPONENTS}{name}"} | more


SIZE: Schema = {
    "type": "object",
    "description": "How large an order is, in one of three ways",
    "additionalProperties": False,
    "required": [],
    "oneOf": [{"required": [name]} for name in sizing.MOST],
    "properties": {
        name: {"type": "number", "exclusiveMinimum": 0, "maximum": int(most or MAX_NUMBER)}
        | {"description": MEANINGS[name]}
        for name, most in sizing.MOST.items()
    },
}


def _sized_by(name: str) -> Schema:
    return {"required": ["order"], "properties": {"order": {"required": [name]}}}


ORDER_REQUEST: Schema = {
    "type": "object",
    "description": "An order to place or, with order.whatIf, to preview",
    "additionalProperties": False,
    "required": ["contract", "order"],
    # How large it is stands in one of three places.
    "oneOf": [{"required": ["size"]}, _sized_by("totalQuantity"), _sized_by("cashQty")],
    REFUSALS: [
        "The body must be a JSON object",
        "hopefulPercent is not a field of an order request",
    ],
    "properties": {
        "contract": _ref("Contract", description="What is traded"),
        "order": _ref("OrderFields", description="How it is traded"),
        "bracket": _ref(
            "Bracket",
            description="Profit targets and a stop that IB attaches to the order. The order's "
            f"clientOrderId then has at most {brackets.MAX_KEY} characters; a preview shows the "
            "order alone",
        ),
        "size": _ref(
            "Size",
            description="Instead of order.totalQuantity; the quantity is rounded down, and a "
            "preview shows it. A retry that comes to another quantity by then is refused",
            **{REFUSALS: OF_SIZE},
        ),
        "clientOrderId": {
            "type": "string",
            "pattern": f"^{orders.CLIENT_ORDER_ID.pattern}$",
            "description": "Your name for the order: one name, at most one order. The header "
            "Idempotency-Key says the same; the desk makes up a name when both are absent",
            REFUSALS: [
                "clientOrderId must be 1 to 40 characters of A-Z a-z 0-9 . _ -",
                "clientOrderId and the Idempotency-Key header differ",
            ],
        },
        "wait": {
            "enum": ["outcome", "ack", "none"],
            "default": "outcome",
            "description": "How long the answer waits",
            REFUSALS: ["wait must be outcome, ack or none"],
        },
        "confirmDuplicate": {
            "type": "boolean",
            "default": False,
            "description": "Place it although the same order was placed a moment ago",
            REFUSALS: ["confirmDuplicate must be true or false"],
        },
    },
}


def request_schemas() -> dict[str, Schema]:
    """OrderRequest and what it is made of: Contract, one schema per order type, and their parts."""
    union = order_types.ORDER.json_schema(ref_template=f"{COMPONENTS}{{model}}")
    parts: dict[str, Schema] = union.pop("$defs")
    union |= {
        "description": "The order, by its type",
        REFUSALS: ["Order must be an object", *BETWEEN_FIELDS],
    }
    by_type = {kind.__name__: _order(kind, parts) for kind in order_types.CLASSES.values()}
    conditions = {name: part(schema) for name, schema in parts.items() if name not in by_type}
    return (
        {"OrderRequest": ORDER_REQUEST, "Contract": _contract(), "OrderFields": union}
        | by_type
        | {"Condition": _union("What an order waits for, by its condType", conditions)}
        | conditions
        | {"AlgoParams": _union("By the order's algoStrategy", algos.PARAMS.values())}
        | {kind.__name__: part_of(kind) for kind in algos.PARAMS.values()}
        | {"ComboLeg": part_of(contracts.ComboLeg), "Bracket": _bracket()}
        | {"Target": part_of(brackets.Target), "BracketStop": _stop(by_type), "Size": SIZE}
    )


def part_of(kind: type[BaseModel]) -> Schema:
    return part(kind.model_json_schema())


def part(schema: Schema) -> Schema:
    """pydantic's schema of a FieldSet with the limits that its validators know."""
    properties = schema["properties"].items()
    return {
        "type": "object",
        "description": schema["description"].split("\n\n")[0].replace("`", ""),
        "additionalProperties": False,
        "required": schema.get("required", []),
        "properties": {name: _field(name, field) for name, field in properties},
    }


def _union(about: str, choices: Any) -> Schema:
    names = [choice if isinstance(choice, str) else choice.__name__ for choice in choices]
    return {"description": about, "anyOf": [_ref(name) for name in names]}


def _contract() -> Schema:
    schema = part_of(contracts.Contract)
    schema["anyOf"] = [{"required": [name]} for name in ("symbol", "conId", "localSymbol")]
    schema[REFUSALS] = [f"Contract {NOT_USED}"]
    properties = schema["properties"]
    properties["conId"] |= {"minimum": 0, "maximum": contracts.MAX_CON_ID}
    properties["strike"]["type"] = ["number", "null"]
    legs = {"type": "array", "minItems": 2, "maxItems": contracts.MAX_LEGS}
    properties["comboLegs"] = legs | {"items": _ref("ComboLeg")} | _about("comboLegs")
    for name, field in properties.items():
        field[REFUSALS] = [
            *([contracts.SENTENCES[name]] if name in contracts.SENTENCES else []),
            *CONTRACT_RULES.get(name, []),
            *([f"Contract {name} {TOO_LARGE}"] if name == "strike" else []),
            *([f"Contract {name} {TOO_STRANGE}"] if "pattern" in field else []),
        ]
    return schema


def _order(kind: type[order_types.OrderFields], parts: dict[str, Schema]) -> Schema:
    schema = part(parts[kind.__name__])
    properties = schema["properties"]
    order_type = properties["orderType"]["const"]
    tifs = order_types.TIFS[order_type]
    properties["tif"] |= {"enum": list(tifs), "default": tifs[0]}
    properties["conditions"] = (
        {"type": "array", "minItems": 1, "maxItems": 10} | {"items": _ref("Condition")}
    ) | _about("conditions")
    if "algoParams" in properties:
        properties["algoParams"] = _ref("AlgoParams") | _about("algoParams")
    pairs = PAIRS.get(order_type, [])
    if pairs:
        schema["oneOf"] = [{"required": list(names)} for names in product(*pairs)]
    sentences = order_rules.SENTENCES | order_rules.SENTENCES_OF.get(order_type, {})
    for name, field in properties.items():
        field[REFUSALS] = _order_refusals(name, field, sentences)
    schema[REFUSALS] = [f"Order {NOT_USED}"]
    return schema


def _order_refusals(name: str, field: Schema, sentences: dict[str, str]) -> list[str]:
    said = [sentences[name]] if name in sentences else []
    if said and field.get("type") == "number":
        said.append(f"Order {name} {TOO_LARGE}")
    if name in TIMES:
        said.append(f"Order {name} {NOT_A_TIME}")
    elif "pattern" in field:
        said.append(f"Order {name} {TOO_STRANGE}")
    return said


def _bracket() -> Schema:
    schema = part_of(brackets.Bracket)
    targets = {"type": "array", "minItems": 1, "maxItems": brackets.MAX_TARGETS}
    schema["properties"]["targets"] = targets | {"items": _ref("Target")} | _about("targets")
    schema["properties"]["stop"] = _ref("BracketStop") | _about("stop")
    schema["anyOf"] = [{"required": ["targets"]}, {"required": ["stop"]}]
    return schema


def _stop(by_type: dict[str, Schema]) -> Schema:
    """The fields of the three types, without what the bracket says itself."""
    kinds = [order_types.CLASSES[name].__name__ for name in brackets.STOP_TYPES]
    fields: Schema = {}
    for kind in kinds:
        fields = by_type[kind]["properties"] | fields
    kept = {
        name: {key: value for key, value in field.items() if key not in (REFUSALS, "default")}
        for name, field in fields.items()
        if name not in brackets.STOP_SET
    }
    kept["orderType"] = {"enum": list(brackets.STOP_TYPES)} | _about("orderType")
    about = "A bracket's stop: an order without what the bracket itself says"
    return {
        "type": "object",
        "description": about,
        "additionalProperties": False,
        "required": ["orderType"],
        "properties": kept,
    }


def _field(name: str, field: Schema) -> Schema:
    choices = [choice for choice in _flat(field) if choice.get("type") != "null"]
    kinds = [choice.get("type") for choice in choices]
    exact: Schema = {}
    if field.get("default") is not None:
        exact["default"] = field["default"]
    for choice in choices:
        exact |= {key: choice[key] for key in ("enum", "const", *LIMITS) if key in choice}
        limits = {said: choice[key] for key, said in NUMBER_LIMITS.items() if key in choice}
        # pydantic writes a Decimal limit as text
        exact |= {key: float(v) if isinstance(v, str) else v for key, v in limits.items()}
    if "number" in kinds:  # pydantic says that a Decimal is read from text too; here it is not
        widest: Schema = {"minimum": -int(MAX_NUMBER), "maximum": int(MAX_NUMBER)}
        exact = widest | exact
        if "exclusiveMinimum" in exact:
            del exact["minimum"]
        exact["type"] = "number"
    elif kinds and kinds[0]:
        exact["type"] = kinds[0]
    if kinds == ["string"] and not exact.keys() & {"enum", "const"}:
        exact |= {"maxLength": MAX_STRING, "pattern": ASCII_PATTERN}
    return exact | _about(name)


def _flat(field: Schema) -> list[Schema]:
    """The choices of a field's schema, with the limits that stand beside them."""
    if "anyOf" not in field:
        return [field]
    limits = {key: field[key] for key in NUMBER_LIMITS if key in field}
    return [choice | limits for part in field["anyOf"] for choice in _flat(part)]


def _about(name: str) -> Schema:
    return {"description": MEANINGS[name]}
