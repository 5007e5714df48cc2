"""JSON Schemas of what a request body may say.

They come from the classes that parse requests, made exact where pydantic's schema is wider than its
parser. This module describes; it parses and refuses nothing.
"""

from __future__ import annotations

from typing import Any

from trading import contracts, orders
from trading.fields import MAX_NUMBER, MAX_STRING

Schema = dict[str, Any]

COMPONENTS = "#/components/schemas/"
# The sentences with which a field is refused; the page shows them beside the field.
REFUSALS = "x-refusals"
ASCII_PATTERN = "^[ -~]*$"
TOO_STRANGE = f"must be printable ASCII of at most {MAX_STRING} characters"
NOT_USED = "trailingPercent is not used here; leave it out"

MEANINGS = {
    "conId": "IB's own number of the contract; it names the contract alone",
    "symbol": "One of symbol, conId and localSymbol is needed",
    "secType": "The type of security",
    "lastTradeDateOrContractMonth": "Expiry of an option or a future: YYYYMMDD or YYYYMM",
    "strike": "Strike of an option; at most 6 decimals",
    "right": "Call or put",
    "multiplier": "Shares or units per contract",
    "exchange": "Where to route. The usual ones, which may be left out: "
    + ", ".join(f"{kind} {where}" for kind, where in contracts.USUAL_EXCHANGES.items()),
    "primaryExchange": "Tells two contracts of one symbol apart",
    "currency": "Three letters",
    "localSymbol": "The exchange's own name of the contract",
    "tradingClass": "Tells two option series of one symbol apart",
    "action": "The side",
    "totalQuantity": "The size; at most 6 decimals. A number, never text",
    "orderType": "Decides which prices are needed",
    "lmtPrice": "Limit price; at most 6 decimals",
    "auxPrice": "Stop price; at most 6 decimals",
    "tif": "Time in force",
    "outsideRth": "May fill outside regular trading hours",
    "account": "Needed when TWS has several accounts and IB_ACCOUNT is not set",
    "whatIf": "Preview: margin and commission, nothing is placed",
}
# What an option, or a contract without a usual exchange, must say beyond its types.
CONTRACT_RULES = {
    "symbol": contracts.SYMBOL_REQUIRED,
    "lastTradeDateOrContractMonth": "Option expiry (YYYYMMDD) or localSymbol is required",
    "strike": "Option strike must be positive",
    "right": "Option right must be C or P",
    "exchange": "Contract exchange is required for secType FUT",
}
ORDER_REQUEST: Schema = {
    "type": "object",
    "description": "An order to place or, with order.whatIf, to preview",
    "additionalProperties": False,
    "required": ["contract", "order"],
    REFUSALS: [
        "The body must be a JSON object",
        "trailingPercent is not a field of an order request",
    ],
    "properties": {
        "contract": {"$ref": f"{COMPONENTS}Contract", "description": "What is traded"},
        "order": {"$ref": f"{COMPONENTS}OrderFields", "description": "How it is traded"},
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
    },
}


def request_schemas() -> dict[str, Schema]:
    """OrderRequest and what it is made of: Contract, and one schema per order type."""
    union = orders.ORDER.json_schema(ref_template=f"{COMPONENTS}{{model}}")
    types: dict[str, Schema] = union.pop("$defs")
    union |= {"description": "The order, by its type", REFUSALS: ["Order must be an object"]}
    contract = _exact(contracts.Contract.model_json_schema(), "Contract")
    contract["anyOf"] = [{"required": [name]} for name in ("symbol", "conId", "localSymbol")]
    by_type = {name: _exact(schema, "Order") for name, schema in types.items()}
    return {"OrderRequest": ORDER_REQUEST, "Contract": contract, "OrderFields": union} | by_type


def _exact(schema: Schema, subject: str) -> Schema:
    """pydantic's schema of a FieldSet with the limits that its validators know."""
    properties = schema["properties"].items()
    return {
        "type": "object",
        "description": schema.get("description", schema["title"]),
        "additionalProperties": False,
        "required": schema.get("required", []),
        REFUSALS: [f"{subject} {NOT_USED}"],
        "properties": {name: _exact_field(name, field, subject) for name, field in properties},
    }


def _exact_field(name: str, field: Schema, subject: str) -> Schema:
    kinds = [part.get("type") for part in field.get("anyOf", [field])]
    exact: Schema = {
        key: field[key] for key in ("type", "enum", "const", "default") if key in field
    }
    if "number" in kinds:  # pydantic says that a Decimal is read from text too; here it is not
        exact["type"] = ["number", "null"] if "null" in kinds else "number"
        exact |= {"exclusiveMinimum": 0} if "gt" in field else {"minimum": -int(MAX_NUMBER)}
        exact["maximum"] = int(MAX_NUMBER)
    elif kinds == ["integer"]:
        exact |= {"minimum": 0, "maximum": contracts.MAX_CON_ID}
    elif kinds == ["string"] and not exact.keys() & {"enum", "const"}:
        exact |= {"maxLength": MAX_STRING, "pattern": ASCII_PATTERN}
    return exact | {"description": MEANINGS[name], REFUSALS: _refusals(name, exact, subject)}


def _refusals(name: str, field: Schema, subject: str) -> list[str]:
    sentences = orders.SENTENCES if subject == "Order" else contracts.SENTENCES
    said = [sentences[name]] if name in sentences else []
    if subject == "Contract" and name in CONTRACT_RULES:
        said.append(CONTRACT_RULES[name])
    if "pattern" in field:
        said.append(f"{subject} {name} {TOO_STRANGE}")
    return said
