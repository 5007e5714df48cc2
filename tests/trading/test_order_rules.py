from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.trading.orders_for_tests import PATIENT
from tests.trading.vocabulary import NEEDED, ORDER_TYPES, order_of
from trading.order_rules import validate_order_params
from trading.refusals import Refused

LIMIT_PRICE = "Order lmtPrice must be a positive price for a limit order"
STOP_PRICE = "Order auxPrice (the stop price) must be a positive price for a stop order"
WORST_PRICE = "Order lmtPrice (the worst price) must be a positive price"
TRIGGER_PRICE = "Order auxPrice (the trigger price) must be a positive price"
TRAILING_AMOUNT = "Order auxPrice (the trailing amount) must be positive"
OFFSET = "Order auxPrice (the offset) must be 0 or more"
TYPES = "Order orderType must be one of " + ", ".join(ORDER_TYPES)
NOT_NUMBERS: list[Any] = [float("nan"), float("inf"), -float("inf"), True, "5", [5], {}, None]
UNUSED_FIELDS = [
    "transmit",
    "parentId",
    "orderId",
    "clientId",
    "permId",
    "orderRef",
    "faGroup",
    "overridePercentageConstraints",
    "total_quantity",
    "quantity",
]


def order_refusal(order_type: str = "MKT", /, **order: object) -> Refused:
    with pytest.raises(Refused) as caught:
        validate_order_params(order_of(order_type) | order)
    return caught.value


def test_what_the_user_leaves_out_has_one_explicit_value() -> None:
    payload = validate_order_params(order_of("MKT")).to_payload()
    assert (payload["tif"], payload["outsideRth"], payload["whatIf"]) == ("DAY", False, False)


@pytest.mark.parametrize("quantity", [0, 0.0, -0.0, -1, -0.5, 1e309, 1e-7, *NOT_NUMBERS], ids=repr)
def test_a_quantity_that_is_no_positive_number_is_refused(quantity: object) -> None:
    """A01 to A04."""
    error = order_refusal(totalQuantity=quantity)
    assert error.sentence == "Order totalQuantity must be positive"
    assert error.fields[0].pointer == "/order/totalQuantity"


@pytest.mark.parametrize("name", ["totalQuantity", "lmtPrice"])
@pytest.mark.parametrize("number", [99_999_999_999, 1e22, 10**400], ids=repr)
def test_a_number_that_is_too_large_is_refused_as_that(name: str, number: float) -> None:
    """A02."""
    error = order_refusal("LMT", **{name: number})
    limit = "must be at most 1,000,000,000, the desk's own limit for any number"
    assert (error.sentence, error.fields[0].pointer) == (f"Order {name} {limit}", f"/order/{name}")


def test_an_order_without_a_quantity_is_refused() -> None:
    """A01: there is no usual size."""
    with pytest.raises(Refused) as caught:
        validate_order_params({"action": "BUY", "orderType": "MKT"})
    assert caught.value.sentence == "Order totalQuantity must be positive"


@pytest.mark.parametrize(
    ("name", "order_type", "sentence"),
    [
        ("lmtPrice", "LMT", LIMIT_PRICE),
        ("lmtPrice", "STP LMT", LIMIT_PRICE),
        ("auxPrice", "STP", STOP_PRICE),
        ("auxPrice", "STP LMT", STOP_PRICE),
        ("lmtPrice", "LOC", LIMIT_PRICE),
        ("lmtPrice", "LOO", LIMIT_PRICE),
        ("lmtPrice", "LIT", LIMIT_PRICE),
        ("auxPrice", "LIT", TRIGGER_PRICE),
        ("auxPrice", "MIT", TRIGGER_PRICE),
        ("auxPrice", "TRAIL", TRAILING_AMOUNT),
        ("auxPrice", "TRAIL LIMIT", TRAILING_AMOUNT),
        ("lmtPrice", "MIDPRICE", WORST_PRICE),
        ("lmtPrice", "REL", WORST_PRICE),
    ],
)
@pytest.mark.parametrize("price", [0, -1, -0.01, -1e22, *NOT_NUMBERS[:-1]], ids=repr)
def test_a_price_that_is_not_positive_is_refused(
    name: str, order_type: str, sentence: str, price: object
) -> None:
    """A06."""
    error = order_refusal(order_type, **{name: price})
    assert error.sentence == sentence
    assert error.fields[0].pointer == f"/order/{name}"


@pytest.mark.parametrize(
    ("order_type", "sentence"),
    [("LMT", LIMIT_PRICE), ("STP", STOP_PRICE), ("STP LMT", LIMIT_PRICE)],
)
def test_an_order_without_the_price_of_its_type_is_refused(order_type: str, sentence: str) -> None:
    """A06: a limit order without its price never becomes a market order."""
    raw = {"action": "BUY", "totalQuantity": 100, "orderType": order_type}
    with pytest.raises(Refused) as caught:
        validate_order_params(raw)
    assert caught.value.sentence == sentence


@pytest.mark.parametrize(
    ("order_type", "name"),
    [("MKT", "lmtPrice"), ("MKT", "auxPrice"), ("LMT", "auxPrice"), ("STP", "lmtPrice")],
)
def test_a_price_that_the_type_does_not_use_is_refused(order_type: str, name: str) -> None:
    error = order_refusal(order_type, **{name: 100})
    assert error.sentence == f"Order {name} is not used here; leave it out"
    assert error.fields[0].pointer == f"/order/{name}"


@pytest.mark.parametrize("order_type", ORDER_TYPES)
@pytest.mark.parametrize("name", UNUSED_FIELDS)
def test_a_field_that_is_ours_or_ibs_to_set_is_refused(order_type: str, name: str) -> None:
    """A17: no mass assignment."""
    error = order_refusal(order_type, **{name: 1})
    assert error.sentence == f"Order {name} is not used here; leave it out"


@pytest.mark.parametrize("action", ["Buy", "buy ", "BUY ", "buy", "HOLD", "", None, 1, ["BUY"]])
def test_an_unknown_action_is_refused(action: object) -> None:
    """A14: never a default side."""
    assert order_refusal(action=action).sentence == "Order action must be BUY, SELL or SSHORT"


@pytest.mark.parametrize("action", ["BUY", "SELL", "SSHORT"])
def test_the_three_actions_are_kept(action: str) -> None:
    assert validate_order_params(order_of("MKT", action=action)).action == action


def test_an_order_without_an_action_is_refused() -> None:
    raw = order_of("MKT")
    del raw["action"]
    with pytest.raises(Refused) as caught:
        validate_order_params(raw)
    assert caught.value.sentence == "Order action must be BUY, SELL or SSHORT"


@pytest.mark.parametrize(
    "order_type", ["", "mkt", "MKT ", "PEG BEST", "STPLMT", None, 1, ["MKT"], {}]
)
def test_an_unknown_order_type_is_refused(order_type: object) -> None:
    """A14."""
    error = order_refusal(orderType=order_type)
    assert error.sentence == TYPES
    assert error.fields[0].pointer == "/order/orderType"


def test_an_order_without_a_type_is_refused() -> None:
    with pytest.raises(Refused) as caught:
        validate_order_params({"action": "BUY", "totalQuantity": 1})
    assert caught.value.sentence == TYPES


@pytest.mark.parametrize("tif", ["DAY\0\0VICTIM", "day", "AUC", "", None, 1])
def test_an_unknown_time_in_force_is_refused(tif: object) -> None:
    """A09."""
    assert order_refusal(tif=tif).sentence == ("Order tif must be DAY, GTC, IOC, FOK, GTD or OPG")


@pytest.mark.parametrize("account", ["DU1\0", "DU1\n", "D" * 65, "\u0414U1"])
def test_an_account_that_would_shift_a_field_is_refused(account: str) -> None:
    """A08, A10, A11."""
    assert "Order account must be printable ASCII" in order_refusal(account=account).sentence


@pytest.mark.parametrize("name", ["outsideRth", "whatIf"])
@pytest.mark.parametrize("value", [1, 0, "true", "false", None, []], ids=repr)
def test_a_switch_is_true_or_false_and_nothing_else(name: str, value: object) -> None:
    assert order_refusal(**{name: value}).sentence == f"Order {name} must be true or false"


# Rules between fields.

TILL = "2026-12-18T21:00:00Z"
NO_TIME = {"tif": "GTD", "goodTillDate": TILL, "goodAfterTime": TILL}


@pytest.mark.parametrize(
    ("order_type", "fields", "name", "sentence"),
    [
        ("LMT", {"tif": "GTD"}, "goodTillDate", "Order goodTillDate is required with tif GTD"),
        ("LMT", {"goodTillDate": TILL}, "goodTillDate", "Order goodTillDate is only for tif GTD"),
        ("LMT", NO_TIME, "goodTillDate", "must be after goodAfterTime"),
        ("LMT", {"ocaGroup": "g", "ocaType": True}, "ocaType", "must be a whole number"),
        ("LMT", {"ocaGroup": "g", "ocaType": 1.0}, "ocaType", "must be a whole number"),
        ("LMT", {"ocaGroup": "g"}, "ocaType", "go together; give both or neither"),
        ("LMT", {"ocaType": 1}, "ocaGroup", "go together; give both or neither"),
        ("LMT", {"ocaGroup": "g", "ocaType": 4}, "ocaType", "must be one of 1, 2 or 3"),
        ("LMT", {"ocaGroup": " ", "ocaType": 1}, "ocaGroup", "must not be empty"),
        ("LMT", {"ocaGroup": "g\0", "ocaType": 1}, "ocaGroup", "must be printable ASCII"),
        ("LMT", {"ocaGroup": "g" * 65, "ocaType": 1}, "ocaGroup", "at most 64 characters"),
        ("LMT", {"conditionsIgnoreRth": True}, "conditionsIgnoreRth", "needs conditions"),
        ("LMT", {"conditionsCancelOrder": True}, "conditionsCancelOrder", "needs conditions"),
        ("LMT", {"goodTillDate": None}, "goodTillDate", "must not be null; leave it out"),
        ("LMT", {"minQty": 0}, "minQty", "must be more than 0"),
        ("LMT", {"minQty": 1.5}, "minQty", "must be a whole number"),
        ("LMT", {"displaySize": -1}, "displaySize", "must be more than 0"),
        ("LMT", {"allOrNone": 1}, "allOrNone", "must be true or false"),
        ("LMT", {"cashQty": 100}, "cashQty", "exclude each other; give one"),
        ("LMT", {"algoStrategy": "Twap"}, "algoParams", "is required with algoStrategy Twap"),
        ("LMT", {"algoStrategy": "Hope", "algoParams": {}}, "algoStrategy", "must be one of"),
        ("LMT", {"algoParams": {}}, "algoParams", "needs algoStrategy"),
        ("TRAIL", {"trailingPercent": 2}, "trailingPercent", "exclude each other; give one"),
        ("TRAIL LIMIT", {"lmtPrice": 2}, "lmtPriceOffset", "exclude each other; give one"),
        ("TRAIL LIMIT", {"lmtPriceOffset": -1}, "lmtPriceOffset", "must be at least 0"),
        ("REL", {"auxPrice": -0.01}, "auxPrice", OFFSET),
        ("PEG MID", {"midOffsetAtHalf": 0.5}, "midOffsetAtWhole", "go together"),
    ],
)
def test_fields_that_do_not_go_together_are_refused(
    order_type: str, fields: dict[str, Any], name: str, sentence: str
) -> None:
    error = order_refusal(order_type, **fields)
    assert sentence in error.sentence
    assert error.fields[0].pointer == f"/order/{name}"


@pytest.mark.parametrize(
    ("order_type", "missing", "sentence"),
    [
        ("TRAIL", "auxPrice", "Order auxPrice or trailingPercent is required"),
        ("TRAIL LIMIT", "auxPrice", "Order auxPrice or trailingPercent is required"),
        ("TRAIL LIMIT", "lmtPriceOffset", "Order lmtPrice or lmtPriceOffset is required"),
        ("TRAIL LIMIT", "trailStopPrice", "Order trailStopPrice is required"),
        ("PEG MID", "auxPrice", OFFSET),
    ],
)
def test_one_of_two_prices_must_be_there(order_type: str, missing: str, sentence: str) -> None:
    raw = order_of(order_type)
    del raw[missing]
    with pytest.raises(Refused) as caught:
        validate_order_params(raw)
    assert caught.value.sentence == sentence


@pytest.mark.parametrize("percent", [0, -1, 100, 250, "2", True])
def test_a_trailing_percentage_is_between_0_and_100(percent: object) -> None:
    raw = {"action": "SELL", "totalQuantity": 1, "orderType": "TRAIL", "trailingPercent": percent}
    with pytest.raises(Refused) as caught:
        validate_order_params(raw)
    assert caught.value.fields[0].pointer == "/order/trailingPercent"


@pytest.mark.parametrize(("order_type", "as_ib"), [("MOO", "MKT"), ("LOO", "LMT")])
def test_an_order_at_the_open_is_ibs_type_with_opg(order_type: str, as_ib: str) -> None:
    order = validate_order_params(order_of(order_type))
    assert (order.order_type, order.tif) == (as_ib, "OPG")
    assert order == validate_order_params(order_of(as_ib, **NEEDED[order_type], tif="OPG"))


@pytest.mark.parametrize("name", ["lmtPrice", "auxPrice"])
@pytest.mark.parametrize("price", [-1.25, 0, 1.25])
def test_the_prices_of_a_combo_may_have_any_sign(name: str, price: float) -> None:
    """A combo that is bought for a credit has a negative price."""
    raw = order_of("STP LMT", **{name: price})
    assert validate_order_params(raw, is_combo=True).to_payload()[name] == price


def test_an_amount_or_a_size_of_a_combo_is_positive_as_ever() -> None:
    for raw in (order_of("TRAIL", auxPrice=-1), order_of("LMT", totalQuantity=-1)):
        with pytest.raises(Refused):
            validate_order_params(raw, is_combo=True)


def test_a_combo_without_its_price_is_refused_in_words_of_its_own() -> None:
    with pytest.raises(Refused) as caught:
        validate_order_params(order_of("LMT", lmtPrice="x"), is_combo=True)
    assert caught.value.sentence == (
        "Order lmtPrice must be a number; a combo's price may be negative or zero"
    )


def test_each_wrong_field_is_named() -> None:
    error = order_refusal("LMT", totalQuantity=0, lmtPrice=-1, tif="x", transmit=True)
    pointers = {field.pointer for field in error.fields}
    assert pointers == {"/order/totalQuantity", "/order/lmtPrice", "/order/tif", "/order/transmit"}


@PATIENT
@given(
    quantity=st.one_of(st.integers(), st.floats()),
    price=st.one_of(st.integers(), st.floats(), st.floats(0.01, 10_000)),
)
def test_an_order_that_parses_holds_positive_plain_numbers(quantity: float, price: float) -> None:
    """A01, A02, A04, A05 for whatever JSON may hold."""
    raw = {"action": "BUY", "totalQuantity": quantity, "orderType": "LMT", "lmtPrice": price}
    try:
        order: Any = validate_order_params(raw)
    except Refused:
        return
    for number, given_number in ((order.total_quantity, quantity), (order.lmt_price, price)):
        assert number > 0
        assert "E" not in str(number)
        assert float(number) == given_number
