"""What the document says about request bodies is what the parser does with them."""

from __future__ import annotations

from typing import Any

import pytest

from tests.trading.vocabulary import FOREIGN, OPTIONAL, contract_for, order_of, order_with
from tests.web.schema_checks import every_schema, faults
from trading.order_types import ORDER_TYPES
from trading.orders import CASH_QTY, parse_order_request
from trading.refusals import Refused
from trading.times import NOT_A_TIME
from web.openapi.requests import REFUSALS, request_schemas
from web.openapi.sentences import OF_SIZE

SCHEMAS = request_schemas()
STOCK = {"symbol": "AAPL"}
OPTION = {"symbol": "AAPL", "secType": "OPT", "strike": 230, "right": "C"}
OPTION |= {"lastTradeDateOrContractMonth": "20270115"}
MARKET = {"action": "BUY", "totalQuantity": 100, "orderType": "MKT"}
STOP_LIMIT = MARKET | {"orderType": "STP LMT", "lmtPrice": 228.1, "auxPrice": 220}
COMBO = STOCK | {
    "secType": "BAG",
    "comboLegs": [{"conId": 1, "ratio": 1, "action": "BUY"}] * 2,
}
TEXTS = [
    *("symbol", "multiplier", "exchange", "primaryExchange", "currency", "localSymbol"),
    *("tradingClass", "lastTradeDateOrContractMonth"),
]
TOO_LARGE = "must be at most 1,000,000,000, the desk's own limit for any number"
ASCII = "must be printable ASCII of at most 64 characters"


def body(contract: object = STOCK, order: object = MARKET, **fields: object) -> dict[str, Any]:
    return {"contract": contract, "order": order} | fields


def typed(order_type: str, **fields: object) -> dict[str, Any]:
    return body(order=MARKET | {"orderType": order_type} | fields)


# Each sentence of the document, and a body that earns it.
SENTENCES: dict[str, Any] = {
    "The body must be a JSON object": [],
    "hopefulPercent is not a field of an order request": body(hopefulPercent=1),
    "Contract hopefulPercent is not used here; leave it out": body(STOCK | {"hopefulPercent": 1}),
    "Order hopefulPercent is not used here; leave it out": body(
        order=MARKET | {"hopefulPercent": 1}
    ),
    "Order must be an object": body(order=[]),
    "clientOrderId must be 1 to 40 characters of A-Z a-z 0-9 . _ -": body(clientOrderId="a b"),
    "clientOrderId and the Idempotency-Key header differ": body(clientOrderId="other"),
    "wait must be outcome, ack or none": body(wait="long"),
    "confirmDuplicate must be true or false": body(confirmDuplicate="yes"),
    "Contract conId must be a positive whole number": body({"conId": -1}),
    "Contract symbol is required": body({}),
    "Contract secType must be one of STK, OPT, FOP, FUT, CASH, CRYPTO, CFD, BOND, IND, BAG": body(
        STOCK | {"secType": "HOPE"}
    ),
    "Contract strike must be a number": body(OPTION | {"strike": "230"}),
    f"Contract strike {TOO_LARGE}": body(OPTION | {"strike": 1e10}),
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
    f"Order totalQuantity {TOO_LARGE}": body(order=MARKET | {"totalQuantity": 99999999999}),
    f"Order lmtPrice {TOO_LARGE}": body(order=STOP_LIMIT | {"lmtPrice": 99999999999}),
    f"Order auxPrice {TOO_LARGE}": body(order=STOP_LIMIT | {"auxPrice": 99999999999}),
    f"Order orderType must be one of {', '.join(ORDER_TYPES)}": body(order={}),
    "Order lmtPrice must be a positive price for a limit order": body(
        order=STOP_LIMIT | {"lmtPrice": 0}
    ),
    "Order auxPrice (the stop price) must be a positive price for a stop order": body(
        order=STOP_LIMIT | {"auxPrice": 0}
    ),
    "Order tif must be DAY, GTC, IOC, FOK, GTD or OPG": body(order=MARKET | {"tif": "AUC"}),
    "Order outsideRth must be true or false": body(order=MARKET | {"outsideRth": 1}),
    f"Order account {ASCII}": body(order=MARKET | {"account": "DU\n"}),
    "Order whatIf must be true or false": body(order=MARKET | {"whatIf": "yes"}),
    "Contract comboLegs is required for secType BAG: 2 to 8 legs": body(STOCK | {"secType": "BAG"}),
    "Contract comboLegs is only for secType BAG": body(COMBO | {"secType": "STK"}),
    "Order lmtPrice (the worst price) must be a positive price": typed("MIDPRICE", lmtPrice=0),
    "Order auxPrice (the trigger price) must be a positive price": typed("MIT", auxPrice=0),
    "Order auxPrice (the trailing amount) must be positive": typed("TRAIL", auxPrice=0),
    "Order auxPrice (the offset) must be 0 or more": typed("REL", auxPrice=-1),
    f"Order ocaGroup {ASCII}": typed("MKT", ocaGroup="A\0", ocaType=1),
    f"Order goodTillDate {NOT_A_TIME}": typed("MKT", tif="GTD", goodTillDate="soon"),
    f"Order goodAfterTime {NOT_A_TIME}": typed("MKT", goodAfterTime="20261120 09:30:00"),
    "Order tif OPG does not go with orderType STP; it can be DAY, GTC, GTD, IOC, FOK": typed(
        "STP", auxPrice=220, tif="OPG"
    ),
    "Order goodTillDate is required with tif GTD": typed("MKT", tif="GTD"),
    "Order goodTillDate is only for tif GTD": typed("MKT", goodTillDate="20261218-21:00:00"),
    "Order goodTillDate must be after goodAfterTime": typed(
        "MKT", tif="GTD", goodTillDate="20261218-21:00:00", goodAfterTime="20261219-21:00:00"
    ),
    "Order ocaGroup and ocaType go together; give both or neither": typed("MKT", ocaType=1),
    "Order conditionsIgnoreRth needs conditions": typed("MKT", conditionsIgnoreRth=True),
    "Order algoParams is required with algoStrategy Twap": typed("MKT", algoStrategy="Twap"),
    "Order auxPrice or trailingPercent is required": typed("TRAIL"),
    "Order trailingPercent and auxPrice exclude each other; give one": typed(
        "TRAIL", auxPrice=1, trailingPercent=1
    ),
    "Order cashQty and totalQuantity exclude each other; give one": typed("MKT", cashQty=1),
    CASH_QTY: body(order={"action": "BUY", "orderType": "MKT", "cashQty": 100}),
    "Contract exchange of a MIDPRICE order must be SMART or IBKRATS": body(
        STOCK | {"exchange": "ISLAND"}, MARKET | {"orderType": "MIDPRICE"}
    ),
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
    {"orderType": "TRAIL", "auxPrice": 1, "trailingPercent": 1},
    {"orderType": "TRAIL", "trailingPercent": 100},
    {"orderType": "PEG BEST"},
    {"orderType": "MOO", "tif": "DAY"},
    {"cashQty": 5},
    {"ocaType": 4},
    {"minQty": 1.5},
    {"conditions": []},
    {"conditions": [{"condType": "price"}]},
    {"algoStrategy": "Vwap", "algoParams": {"maxPctVol": 0.05}},
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
    {"secType": "BAG", "comboLegs": [{"conId": 1, "ratio": 0, "action": "BUY"}] * 2},
    {"secType": "BAG", "comboLegs": [{"conId": 1, "ratio": 1, "action": "BUY"}]},
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
    said = {said for part in parts for said in part.get(REFUSALS, ())}
    assert said - set(OF_SIZE) == SENTENCES.keys()


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
    schema = SCHEMAS[name]
    if name == "OrderFields":
        assert len(schema["oneOf"]) == len(ORDER_TYPES)
    elif name in ("Condition", "AlgoParams"):
        assert all("$ref" in choice for choice in schema["anyOf"])
    else:
        assert schema["additionalProperties"] is False


def test_each_order_type_has_its_own_schema() -> None:
    mapping = SCHEMAS["OrderFields"]["discriminator"]["mapping"]
    assert set(mapping) == set(ORDER_TYPES)
    for order_type, ref in mapping.items():
        schema = SCHEMAS[ref.rpartition("/")[2]]
        assert schema["properties"]["orderType"]["const"] == order_type


def test_a_limit_order_requires_its_price() -> None:
    assert "lmtPrice" in SCHEMAS["LimitOrder"]["required"]
    assert "lmtPrice" not in SCHEMAS["MarketOrder"]["properties"]


@pytest.mark.parametrize(("order_type", "name"), OPTIONAL)
def test_every_order_that_is_accepted_is_allowed_by_the_document(
    order_type: str, name: str
) -> None:
    right = body(contract_for(name), order_with(order_type, name))
    assert parse_order_request(right)
    assert faults(right, SCHEMAS["OrderRequest"], SCHEMAS) == []


@pytest.mark.parametrize(("order_type", "name"), FOREIGN)
def test_every_foreign_field_is_forbidden_by_the_document(order_type: str, name: str) -> None:
    wrong = body(order=order_of(order_type) | {name: 1})
    assert faults(wrong, SCHEMAS["OrderRequest"], SCHEMAS)


BRACKETS: list[dict[str, Any]] = [
    {},
    {"targets": []},
    {"targets": [{"lmtPrice": "235"}]},
    {"targets": [{"lmtPrice": 235, "tif": "DAY"}]},
    {"stop": {"orderType": "MKT"}},
    {"stop": {"orderType": "STP", "auxPrice": 220, "action": "SELL"}},
    {"stop": {"orderType": "STP", "auxPrice": 220}, "tif": "IOC"},
    {"stop": {"orderType": "STP", "auxPrice": 220}, "ocaType": 1},
]


@pytest.mark.parametrize("bracket", BRACKETS)
def test_a_bracket_that_the_document_forbids_is_refused(bracket: dict[str, Any]) -> None:
    wrong = body(bracket=bracket)
    assert faults(wrong, SCHEMAS["OrderRequest"], SCHEMAS)
    assert sentence(wrong)


def test_the_limits_of_an_algorithm_are_numbers() -> None:
    share = SCHEMAS["VwapParams"]["properties"]["maxPctVol"]
    assert (share["minimum"], share["maximum"]) == (0.1, 0.5)
