"""What is known of a chain makes an answer at any moment."""

from __future__ import annotations

import ib_async

from ib.market_data.chain_definitions import Definitions
from ib.market_data.chain_state import ChainState
from ib.market_data.chain_underlying import UnderlyingPrice
from tests.ib.market_data.chain_wires import EXPIRY, STOCK, STRIKES, TODAY, options
from tests.web.schema_checks import faults
from trading.ib_errors import CodeTable
from trading.options import OptionClass, expiries_of
from trading.snapshots import iso
from web.openapi.document import document

SCHEMAS = document("0.1.0", "x")["components"]["schemas"]
CLASS = OptionClass("SMART", "XYZ", "100", (EXPIRY,), tuple(STRIKES))


def state(shown: list[float], exist: list[float]) -> ChainState:
    found = Definitions(is_whole=True)
    found.add(options(exist))
    (expiry,) = expiries_of([CLASS], "XYZ", TODAY)
    made = ChainState("XYZ", {}, contract=STOCK, expiries=[expiry], expiry=expiry)
    made.definitions, made.strikes = found, shown
    return made


def test_before_anything_is_known_the_answer_is_empty_and_well_formed() -> None:
    payload = ChainState("XYZ", {}).to_payload("one", 0.1)
    assert faults(payload, SCHEMAS["Chain"], SCHEMAS) == []
    assert (payload["rows"], payload["expiry"], payload["underlying"]["price"]) == ([], None, None)


def test_a_chain_is_well_formed_before_its_quotes() -> None:
    payload = state([95.0, 100.0, 105.0], [95.0, 105.0]).to_payload("one", 1.0)
    assert faults(payload, SCHEMAS["Chain"], SCHEMAS) == []
    assert payload["rows"][1] == {"strike": 100.0, "call": None, "put": None}
    assert (payload["holes"], payload["withoutQuote"], payload["strikesListed"]) == (2, 4, 5)


def test_holes_that_are_not_shown_are_counted() -> None:
    assert state([90.0, 110.0], [90.0, 110.0]).to_payload("one", 1.0)["holes"] == 6


def test_options_that_did_not_answer_are_no_holes() -> None:
    one = state([95.0, 100.0], [95.0])
    one.definitions.unanswered = 2
    assert one.to_payload("one", 1.0)["holes"] == 0


def test_the_money_comes_first() -> None:
    one = state([90.0, 95.0, 100.0], [90.0, 95.0, 100.0])
    one.price = UnderlyingPrice(99.0, "last", "live", None)  # type: ignore[arg-type]
    assert one.from_the_money()[:3] == [(100.0, "C"), (100.0, "P"), (95.0, "C")]


def test_what_ib_said_of_many_is_one_note() -> None:
    one = state([95.0], [95.0])
    for text in ("first", "second"):
        one.note(CodeTable(), 354, text)
        one.say("Something", "Do that")
    notes = one.to_payload("one", 1.0)["notes"]
    assert [(note["code"], note["text"]) for note in notes] == [(354, "first"), (None, "Something")]
    assert notes[0]["next"] and notes[1]["next"] == "Do that"


def test_prices_are_of_the_end_whenever_the_answer_is_made() -> None:
    one = state([95.0], [95.0])
    one.end()
    assert one.to_payload("one", 1.0)["asOf"] == iso(one.ended)
    assert one.summary() == "1 strikes, 0 options with a price"


def test_open_interest_is_what_is_known_by_then() -> None:
    known: dict[int, float] = {}
    one = state([95.0], [95.0])
    one.interest = known
    assert one.to_payload("one", 1.0)["rows"][0]["call"]["openInterest"] is None
    known[1190] = 5.0
    assert one.to_payload("one", 1.0)["rows"][0]["call"]["openInterest"] == 5.0


def test_legs_of_no_right_are_no_options() -> None:
    found = Definitions()
    found.add([ib_async.ContractDetails(contract=STOCK), ib_async.ContractDetails()])
    assert found.found == {}
