from __future__ import annotations

import json
from typing import Any

import pytest

from tests.trading.orders_for_tests import a_request
from trading.contracts import Contract, parse_contract, validate_contract_for_order
from trading.refusals import Refused

OPTION = {
    "symbol": "AAPL",
    "secType": "OPT",
    "lastTradeDateOrContractMonth": "20261218",
    "strike": 230,
    "right": "C",
}
TEXT_FIELDS = (
    "symbol",
    "lastTradeDateOrContractMonth",
    "multiplier",
    "exchange",
    "primaryExchange",
    "currency",
    "localSymbol",
    "tradingClass",
)


def refusal(raw: object) -> Refused:
    """Why the contract cannot be parsed or ordered."""
    with pytest.raises(Refused) as caught:
        validate_contract_for_order(parse_contract(raw))
    return caught.value


def test_a_symbol_alone_is_a_us_stock() -> None:
    contract = parse_contract({"symbol": "AAPL"})
    assert (contract.sec_type, contract.exchange, contract.currency) == ("STK", "SMART", "USD")
    validate_contract_for_order(contract)


@pytest.mark.parametrize(
    "raw",
    [{}, None, [], "AAPL", {"symbol": ""}, {"symbol": "   "}, {"secType": "OPT"}, {"conId": 0}],
    ids=repr,
)
def test_a_contract_that_names_nothing_is_refused(raw: object) -> None:
    """A07."""
    assert refusal(raw).sentence == "Contract symbol is required"


@pytest.mark.parametrize("raw", [{"conId": 265598}, {"localSymbol": "ESZ6"}], ids=repr)
def test_a_con_id_or_a_local_symbol_names_a_contract_too(raw: dict[str, object]) -> None:
    assert parse_contract(raw).symbol == ""


@pytest.mark.parametrize("con_id", [-1, 2**31, 10**400, 1.5, 1.0, True, "265598", None, [1]])
def test_a_con_id_that_is_no_positive_32_bit_number_is_refused(con_id: object) -> None:
    error = refusal({"symbol": "AAPL", "conId": con_id})
    assert error.sentence == "Contract conId must be a positive whole number"
    assert error.fields[0].pointer == "/contract/conId"


@pytest.mark.parametrize("sec_type", ["", "stk", "STOCK", "WAR", "STK ", None, 1, ["STK"]])
def test_an_unknown_security_type_is_refused(sec_type: object) -> None:
    """A14."""
    error = refusal({"symbol": "AAPL", "secType": sec_type})
    assert error.sentence == (
        "Contract secType must be one of STK, OPT, FOP, FUT, CASH, CRYPTO, CFD, BOND, IND, BAG"
    )
    assert error.fields[0].pointer == "/contract/secType"


@pytest.mark.parametrize("name", TEXT_FIELDS)
@pytest.mark.parametrize(
    "text",
    ["AAPL\0STK", "A\r\nB", "\tA", "\x1b[1m", "\u0410\u0410\u0420L", "\u202eA", "\U0001f680"],
)
def test_text_that_would_shift_or_fake_a_field_is_refused(name: str, text: str) -> None:
    """A08, A10, A11 in every text field."""
    error = refusal({"symbol": "AAPL", name: text})
    assert error.fields[0].pointer == f"/contract/{name}"
    assert error.sentence == f"Contract {name} must be printable ASCII of at most 64 characters"


def test_a_symbol_of_100_kb_is_refused() -> None:
    """A07."""
    assert "at most 64" in refusal({"symbol": "A" * 100_000}).sentence


@pytest.mark.parametrize("name", ["comboLegsDescrip", "con_id", "includeExpired", "secIdType", "x"])
def test_a_field_that_a_contract_does_not_have_is_refused(name: str) -> None:
    """A17, and the Python spelling is not accepted in JSON."""
    error = refusal({"symbol": "AAPL", name: 1})
    assert error.sentence == f"Contract {name} is not used here; leave it out"
    assert error.fields[0].pointer == f"/contract/{name}"


@pytest.mark.parametrize("right", ["c", "X", "call", None, 1])
def test_an_unknown_right_is_refused_in_plain_words(right: object) -> None:
    error = refusal(OPTION | {"right": right})
    assert error.sentence == "Contract right must be C, P, CALL or PUT"


@pytest.mark.parametrize("strike", ["230", True, float("nan"), float("inf"), -1e22, [], 0.1234567])
def test_a_strike_that_is_no_plain_number_is_refused(strike: object) -> None:
    assert refusal(OPTION | {"strike": strike}).sentence == "Contract strike must be a number"


def test_every_wrong_field_is_named_and_the_first_gives_the_sentence() -> None:
    error = refusal({"symbol": 5, "secType": "X", "strike": "y"})
    pointers = [wrong.pointer for wrong in error.fields]
    assert pointers == ["/contract/symbol", "/contract/secType", "/contract/strike"]
    assert error.sentence == error.fields[0].detail == "Contract symbol must be a string"


@pytest.mark.parametrize("sec_type", ["OPT", "FOP"])
@pytest.mark.parametrize(
    ("missing", "sentence"),
    [
        (
            {"lastTradeDateOrContractMonth": ""},
            "Option expiry (YYYYMMDD) or localSymbol is required",
        ),
        ({"strike": None}, "Option strike must be positive"),
        ({"strike": 0}, "Option strike must be positive"),
        ({"strike": -230}, "Option strike must be positive"),
        ({"right": ""}, "Option right must be C or P"),
    ],
    ids=str,
)
def test_an_option_without_expiry_strike_or_right_is_refused(
    sec_type: str, missing: dict[str, object], sentence: str
) -> None:
    """A15."""
    raw = OPTION | {"secType": sec_type, "exchange": "CME"} | missing
    error = refusal(raw)
    assert error.sentence == sentence
    assert error.fields[0].pointer == f"/contract/{next(iter(missing))}"


@pytest.mark.parametrize("expiry", ["20261399", "20260001", "20261232", "2026", "261218", "today"])
def test_an_expiry_that_is_no_date_is_refused(expiry: str) -> None:
    """A15."""
    error = refusal(OPTION | {"lastTradeDateOrContractMonth": expiry})
    assert error.sentence == "Option expiry (YYYYMMDD) or localSymbol is required"


@pytest.mark.parametrize(
    "raw",
    [
        OPTION,
        OPTION | {"lastTradeDateOrContractMonth": "202612", "right": "PUT"},
        {"secType": "OPT", "localSymbol": "AAPL  261218C00230000"},
        {"secType": "OPT", "conId": 712345678},
    ],
    ids=str,
)
def test_an_option_that_says_which_one_it_is_may_be_ordered(raw: dict[str, object]) -> None:
    contract = parse_contract(raw)
    validate_contract_for_order(contract)
    assert contract.exchange == "SMART"


@pytest.mark.parametrize(
    ("sec_type", "exchange"),
    [("CFD", "SMART"), ("BOND", "SMART"), ("CASH", "IDEALPRO"), ("CRYPTO", "PAXOS")],
)
def test_a_contract_without_an_exchange_goes_where_its_type_usually_goes(
    sec_type: str, exchange: str
) -> None:
    assert parse_contract({"symbol": "X", "secType": sec_type}).exchange == exchange


def test_an_exchange_that_the_user_names_is_kept() -> None:
    assert parse_contract({"symbol": "AAPL", "exchange": "ISLAND"}).exchange == "ISLAND"


@pytest.mark.parametrize("sec_type", ["FUT", "IND"])
def test_a_type_without_a_usual_exchange_may_be_looked_up_but_not_ordered(sec_type: str) -> None:
    contract = parse_contract({"symbol": "ES", "secType": sec_type})
    with pytest.raises(Refused) as caught:
        validate_contract_for_order(contract)
    assert caught.value.sentence == f"Contract exchange is required for secType {sec_type}"
    assert caught.value.fields[0].pointer == "/contract/exchange"


@pytest.mark.parametrize("symbol", ["<script>", "{{7*7}}", "${jndi:x}", "' OR 1=1--"])
def test_printable_text_is_kept_as_it_is(symbol: str) -> None:
    """A12, A13: such text is inert here; who shows it escapes it."""
    assert parse_contract({"symbol": symbol}).symbol == symbol


def test_a_payload_has_ibs_names_and_null_for_no_strike() -> None:
    payload = parse_contract({"symbol": "AAPL"}).to_payload()
    assert payload["secType"] == "STK"
    assert payload["strike"] is None
    assert json.loads(json.dumps(payload)) == payload


def test_a_payload_parses_to_the_same_contract() -> None:
    """A payload travels to another process, which parses it again."""
    contract = parse_contract(OPTION)
    assert parse_contract(contract.to_payload()) == contract


def test_a_contract_cannot_be_changed() -> None:
    contract: Any = a_request().contract
    assert isinstance(contract, Contract)
    with pytest.raises(ValueError, match="frozen"):
        contract.symbol = "MSFT"


# Combos.

LEG = {"conId": 1, "ratio": 1, "action": "BUY"}
COMBO = {"symbol": "AAPL", "secType": "BAG", "comboLegs": [LEG, LEG | {"conId": 2}]}


def test_a_combo_has_its_legs_and_goes_to_smart() -> None:
    contract = parse_contract(COMBO)
    assert (contract.exchange, contract.is_combo) == ("SMART", True)
    assert contract.to_payload()["comboLegs"][1] == {
        "conId": 2,
        "ratio": 1,
        "action": "BUY",
        "exchange": "SMART",
    }
    assert parse_contract(contract.to_payload()) == contract


@pytest.mark.parametrize("legs", [[], [LEG], [LEG] * 9, {}, "x", None, 2])
def test_a_combo_has_two_to_eight_legs(legs: object) -> None:
    error = refusal(COMBO | {"comboLegs": legs})
    assert error.sentence == "Contract comboLegs must be a list of 2 to 8 legs"
    assert error.fields[0].pointer == "/contract/comboLegs"


@pytest.mark.parametrize("count", [2, 8])
def test_a_combo_of_two_or_eight_legs_is_accepted(count: int) -> None:
    assert len(parse_contract(COMBO | {"comboLegs": [LEG] * count}).combo_legs) == count


@pytest.mark.parametrize(
    ("name", "value", "words"),
    [
        ("ratio", 0, "must be more than 0"),
        ("ratio", -1, "must be more than 0"),
        ("ratio", 1.5, "must be a whole number"),
        ("ratio", True, "must be a whole number"),
        ("conId", 0, "must be more than 0"),
        ("conId", 2**31, "must be at most 2147483647"),
        ("action", "SSHORT", "must be one of BUY or SELL"),
        ("exchange", "", "must not be empty"),
        ("exchange", "A\0", "must be printable ASCII of at most 64 characters"),
        ("openClose", 1, "is not used here; leave it out"),
    ],
)
def test_a_leg_that_cannot_be_meant_is_refused(name: str, value: object, words: str) -> None:
    error = refusal(COMBO | {"comboLegs": [LEG, LEG | {name: value}]})
    assert error.sentence == f"Contract comboLegs[1].{name} {words}"
    assert error.fields[0].pointer == f"/contract/comboLegs/1/{name}"


def test_a_leg_says_what_it_is() -> None:
    error = refusal(COMBO | {"comboLegs": [LEG, {"conId": 2, "ratio": 1}]})
    assert error.sentence == "Contract comboLegs[1].action is required"


def test_legs_belong_to_combos_alone() -> None:
    assert refusal({"symbol": "AAPL", "secType": "BAG"}).sentence == (
        "Contract comboLegs is required for secType BAG: 2 to 8 legs"
    )
    assert refusal(COMBO | {"secType": "STK"}).sentence == (
        "Contract comboLegs is only for secType BAG"
    )


def test_a_contract_that_is_no_combo_shows_no_legs() -> None:
    assert "comboLegs" not in parse_contract({"symbol": "AAPL"}).to_payload()


@pytest.mark.parametrize("exchange", ["", " "])
def test_an_empty_exchange_is_the_usual_one(exchange: str) -> None:
    assert parse_contract({"symbol": "AAPL", "exchange": exchange}).exchange == "SMART"
