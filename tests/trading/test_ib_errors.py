from __future__ import annotations

import re
from pathlib import Path

import pytest

from tests.trading.orders_for_tests import START
from trading.ib_errors import (
    CANCEL_REFUSED,
    CLIENT_ID_IN_USE,
    DATA_LOST,
    FARM_NOTICES,
    KINDS,
    LINK_LOST,
    LINK_RESTORED,
    ORDER_ID_USED,
    CodeTable,
    Meaning,
    refuses_cancel,
)

CODES = CodeTable()
NOTICES_ON_LIVE_ORDERS = (10349, 399, 404, 2109, 10167, 10311, 10329, 10233, 2100, 481, 492)
REJECTS_OF_NEW_ORDERS = (103, 110, 200, 201, 203, 321, 383, 434, 460, 463, 10006, 10149)


@pytest.mark.parametrize("code", sorted(CODES.known()))
def test_every_code_has_a_known_kind_and_two_sentences(code: int) -> None:
    meaning = CODES.explain(code)
    assert meaning.kind in KINDS
    for sentence in (meaning.meaning, meaning.next_step):
        assert re.fullmatch(r"[A-Z][ -~]+[^.\s]", sentence)


@pytest.mark.parametrize("code", NOTICES_ON_LIVE_ORDERS)
def test_a_notice_about_a_live_order_is_no_reject(code: int) -> None:
    """F35: also 399 and 404, which are messages about a live order, and 10167 about data."""
    assert CODES.explain(code).kind in {"info", "warning", "hold", "data"}


@pytest.mark.parametrize("code", REJECTS_OF_NEW_ORDERS)
def test_a_code_that_refuses_a_new_order_is_a_reject(code: int) -> None:
    """F39, F40: 321 is what a TWS in Read-Only API mode answers."""
    assert CODES.explain(code).kind == "reject"


@pytest.mark.parametrize(
    ("code", "kind", "word"),
    [
        (103, "reject", "already used"),
        (201, "reject", "rejected"),
        (202, "cancel", "cancelled"),
        (399, "warning", "the order is live"),
        (404, "hold", "held"),
        (10167, "data", "delayed data"),
    ],
)
def test_the_six_codes_that_the_mission_names_have_plain_sentences(
    code: int, kind: str, word: str
) -> None:
    sentence = CODES.sentence(code, "IB's own text")
    assert CODES.explain(code).kind == kind
    assert word in sentence
    assert sentence.endswith(": IB's own text")


@pytest.mark.parametrize("code", [-1, 0, 451, 777, 2168, 99999])
def test_a_code_that_nobody_knows_is_an_annotation(code: int) -> None:
    assert CODES.explain(code).kind == "warning"
    assert CODES.sentence(code, "Something new.") == f"IB error {code}: Something new."


def test_read_only_says_where_to_switch_it_off() -> None:
    """F40."""
    assert "Read-Only API" in CODES.explain(321).next_step


def test_one_code_may_mean_several_things_by_its_words(tmp_path: Path) -> None:
    own = tmp_path / "codes.toml"
    own.write_text(
        '[201]\nkind = "reject"\nmeaning = "No"\nnext = "Read it"\n'
        '[201."margin"]\nkind = "reject"\nmeaning = "Too little money"\nnext = "Order less"\n'
    )
    codes = CodeTable(own)
    assert codes.explain(201, "REASON: margin").next_step == "Order less"
    assert codes.sentence(201, "REASON: margin") == "Too little money: REASON: margin"
    assert codes.sentence(201, "REASON: other") == "No: REASON: other"


@pytest.mark.parametrize(
    ("code", "text", "refuses"),
    [(10148, "state: Filled.", True), (10148, "state: PendingCancel.", False), (202, "", False)],
)
def test_a_cancel_that_is_under_way_is_not_refused(code: int, text: str, refuses: bool) -> None:
    assert refuses_cancel(code, text) is refuses


def test_a_refused_cancel_never_counts_as_an_end_of_the_order() -> None:
    """F37, F38."""
    assert {10147, 10148, 135, 136, 161} == CANCEL_REFUSED
    assert {CODES.explain(code).kind for code in CANCEL_REFUSED} == {"warning"}


def test_codes_of_the_link_and_of_farms_are_about_connectivity() -> None:
    codes = LINK_LOST | LINK_RESTORED | set(FARM_NOTICES) | {CLIENT_ID_IN_USE}
    assert {CODES.explain(code).kind for code in codes} == {"connectivity"}


def test_the_named_codes_are_ibs() -> None:
    assert {1100, 2110} == LINK_LOST
    assert {1101, 1102} == LINK_RESTORED
    assert (DATA_LOST, CLIENT_ID_IN_USE, ORDER_ID_USED) == (1101, 326, 103)
    assert FARM_NOTICES[2104] == ("market data", "ok")
    assert FARM_NOTICES[2105] == ("historical data", "broken")


def test_a_message_is_shown_with_its_meaning() -> None:
    assert CODES.message(201, "Order rejected - reason:no", START) == {
        "time": "2026-11-20T14:31:02.118Z",
        "code": 201,
        "kind": "reject",
        "text": "Order rejected - reason:no",
        "meaning": "IB rejected the order",
        "next": "Read IB's reason, correct the order and place it again",
    }


def test_html_and_newlines_in_ibs_text_stay_text() -> None:
    """A53: who shows the text escapes it."""
    text = "Order Message:\nBUY 1 <b>SPY</b>"
    assert CODES.message(399, text, START)["text"] == text


def test_a_file_of_codes_adds_and_replaces(tmp_path: Path) -> None:
    file = tmp_path / "codes.toml"
    file.write_text(
        '[201]\nkind = "hold"\nmeaning = "Held"\nnext = "Wait"\n'
        '[12345]\nkind = "info"\nmeaning = "New"\nnext = "Nothing to do"\n'
    )
    codes = CodeTable(file)
    assert codes.explain(201) == Meaning("hold", "Held", "Wait")
    assert codes.explain(12345).meaning == "New"
    assert codes.explain(202) == CODES.explain(202)


def test_a_file_with_an_unknown_kind_is_refused_by_name(tmp_path: Path) -> None:
    file = tmp_path / "codes.toml"
    file.write_text('[201]\nkind = "fatal"\nmeaning = "x"\nnext = "y"\n')
    with pytest.raises(ValueError, match=r"codes\.toml: unknown kind fatal"):
        CodeTable(file)


def test_the_known_codes_cannot_be_changed_from_outside() -> None:
    CODES.known().clear()
    assert len(CODES.known()) > 70
