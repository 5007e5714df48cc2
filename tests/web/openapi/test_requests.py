"""What the document says about request bodies is what the parser does with them."""

from __future__ import annotations

from typing import Any

import pytest

from tests.web.schema_checks import every_schema, faults
from trading.orders import ORDER_TYPES, parse_order_request
from trading.refusals import Refused
from web.openapi.requests import REFUSALS, request_schemas

SCHEMAS = request_schemas()
STOCK = {"symbol": "AAPL"}
OPTION = {"symbol": "AAPL", "secType": "OPT", "strike": 230, "right": "C"}
OPTION |= {"lastTradeDateOrContractMonth": "20270115"}
MARKET = {"action": "BUY", "totalQuantity": 100, "orderType": "MKT"}
STOP_LIMIT = MARKET | {"orderType": "STP LMT", "lmtPrice": 228.1, "auxPrice": 220}
TEXTS = [
    *("symbol", "multiplier", "exchange", "primaryExchange", "currency", "localSymbol"),
    *("tradingClass", "lastTradeDateOrContractMonth"),
]
ASCII = "must be printable ASCII of at most 64 characters"


def body(contract: object = STOCK, order: object = MARKET, **fields: object) -> dict[str, Any]:
    return {"contract": contract, "order": order} | fields


# Each sentence of the document, and a body that earns it.
SENTENCES: dict[str, Any] = {
    "The body must be a JSON object": [],
    "trailingPercent is not a field of an order request": body(trailingPercent=1),
    "Contract trailingPercent is not used here; leave it out": body(STOCK | {"trailingPercent": 1}),
    "Order trailingPercent is not used here; leave it out": body(
        order=MARKET | {"trailingPercent": 1}
    ),
    "Order must be an object": body(order=[]),
    "clientOrderId must be 1 to 40 characters of A-Z a-z 0-9 . _ -": body(clientOrderId="a b"),
    "clientOrderId and the Idempotency-Key header differ": body(clientOrderId="other"),
    "wait must be outcome, ack or none": body(wait="long"),
    "Contract conId must be a positive whole number": body({"conId": -1}),
    "Contract symbol is required": body({}),
    "Contract secType must be one of STK, OPT, FOP, FUT, CASH, CRYPTO, CFD, BOND, IND": body(
        STOCK | {"secType": "HOPE"}
    ),
    "Contract strike must be a number": body(OPTION | {"strike": "230"}),
    "Contract right must be C, P, CALL or PUT": body(OPTION | {"right": "X"}),
    "Option expiry (YYYYMMDD) or localSymbol is required": body(
        OPTION | {"lastTradeDateOrContractMonth": ""}
    ),
    "Option strike must be positive": body(OPTION | {"strike": 0}),
    "Option right must be C or P": body(OPTION | {"right": ""}),
    "Contract exchange is required for secType FUT": body(STOCK | {"secType": "FUT"}),
    **{f"Contract {name} {ASCII}": body(STOCK | {name: "A\0"}) for name in TEXTS},
    "Order action must be BUY, SELL or SSHORT": body(order=MARKET | {"action": "HOLD"}),
    "Order totalQuantity must be positive": body(order=MARKET | {"totalQuantity": 0}),
    "Order orderType must be one of MKT, LMT, STP, STP LMT": body(order={}),
    "Order lmtPrice must be a positive price for a limit order": body(
        order=STOP_LIMIT | {"lmtPrice": 0}
    ),
    "Order auxPrice (the stop price) must be a positive price for a stop order": body(
        order=STOP_LIMIT | {"auxPrice": 0}
    ),
    "Order tif must be DAY or GTC": body(order=MARKET | {"tif": "IOC"}),
    "Order outsideRth must be true or false": body(order=MARKET | {"outsideRth": 1}),
    f"Order account {ASCII}": body(order=MARKET | {"account": "DU\n"}),
    "Order whatIf must be true or false": body(order=MARKET | {"whatIf": "yes"}),
}
# Wrong in a way that a schema can tell; the rules of options and exchanges are beyond it.
WRONG_ORDERS: list[dict[str, Any]] = [
    {"totalQuantity": "5"},
    {"totalQuantity": True},
    {"totalQuantity": None},
    {"totalQuantity": -1},
    {"totalQuantity": 2_000_000_000},
    {"lmtPrice": 228.1},
    {"auxPrice": 220},
    {"orderType": "LMT"},
    {"orderType": "STP"},
    {"orderType": "STP LMT", "lmtPrice": 1},
    {"orderType": "TRAIL"},
    {"action": "buy"},
    {"tif": None},
    {"whatIf": 0},
    {"account": 7},
    {"account": "D" * 65},
    {"transmit": False},
]
WRONG_CONTRACTS: list[dict[str, Any]] = [
    {"symbol": 7},
    {"symbol": "ÄÖ"},
    {"conId": "265598"},
    {"conId": 2**31},
    {"conId": 1.5},
    {"strike": "230"},
    {"right": "X"},
    {"secType": None},
    {"comboLegs": []},
]


def sentence(wrong: object) -> str:
    with pytest.raises(Refused) as caught:
        parse_order_request(wrong, "mine-1" if "other" in str(wrong) else None)
    return str(caught.value)


@pytest.mark.parametrize(("said", "wrong"), SENTENCES.items())
def test_a_refusal_has_exactly_the_documented_sentence(said: str, wrong: object) -> None:
    assert sentence(wrong) == said


def test_every_sentence_of_the_document_is_tried_above() -> None:
    parts = (part for schema in SCHEMAS.values() for part in every_schema(schema))
    assert {said for part in parts for said in part.get(REFUSALS, ())} == SENTENCES.keys()


@pytest.mark.parametrize("order", WRONG_ORDERS)
def test_an_order_that_the_document_forbids_is_refused(order: dict[str, Any]) -> None:
    wrong = body(order=MARKET | order)
    assert faults(wrong, SCHEMAS["OrderRequest"], SCHEMAS)
    assert sentence(wrong)


@pytest.mark.parametrize("contract", WRONG_CONTRACTS)
def test_a_contract_that_the_document_forbids_is_refused(contract: dict[str, Any]) -> None:
    wrong = body(STOCK | contract)
    assert faults(wrong, SCHEMAS["OrderRequest"], SCHEMAS)
    assert sentence(wrong)


@pytest.mark.parametrize("name", SCHEMAS)
def test_no_part_of_a_request_takes_unknown_fields(name: str) -> None:
    choices = SCHEMAS[name].get("oneOf")
    assert SCHEMAS[name].get("additionalProperties", choices) in (False, choices)
    assert choices is None or len(choices) == len(ORDER_TYPES)


def test_each_order_type_has_its_own_schema() -> None:
    mapping = SCHEMAS["OrderFields"]["discriminator"]["mapping"]
    assert set(mapping) == set(ORDER_TYPES)
    for order_type, ref in mapping.items():
        schema = SCHEMAS[ref.rpartition("/")[2]]
        assert schema["properties"]["orderType"]["const"] == order_type


def test_a_limit_order_requires_its_price() -> None:
    assert "lmtPrice" in SCHEMAS["LimitOrder"]["required"]
    assert "lmtPrice" not in SCHEMAS["MarketOrder"]["properties"]
