"""The table of steps: complete, numbered, and covering what the desk knows."""

from __future__ import annotations

from typing import get_args

from checklist.script import SCRIPT, TYPES, steps
from trading.order_rules import SENTENCES
from trading.order_types import ORDER_TYPES, Tif


def test_there_are_60_numbered_from_01() -> None:
    assert [row.key for row, _ in steps()] == [f"{number:02d}" for number in range(1, 61)]


def test_every_step_says_what_is_expected() -> None:
    assert [row.key for row, _ in steps() if not row.expected or not row.words] == []


def test_every_order_type_and_every_tif_is_sent() -> None:
    sent = [step.order for _, step in steps()]
    assert {order.get("orderType") for order in sent} >= set(ORDER_TYPES)
    in_other_words = {"DAY", "OPG"}  # without saying it, and as MOO and LOO
    assert {order.get("tif") for order in sent} >= set(get_args(Tif)) - in_other_words


def test_what_rests_is_far_from_the_market() -> None:
    for _, step in steps():
        price = str(step.order.get("lmtPrice", ""))
        if step.act.__name__ in ("rests", "works", "bracket") and price.endswith("%"):
            assert abs(float(price[:-1])) >= 19, step.words


def test_the_sentence_about_types_is_the_desks() -> None:
    assert SENTENCES["orderType"] == TYPES


def test_no_step_has_the_name_of_another_order() -> None:
    names = [step.name for _, step in steps() if step.name.startswith("step-")]
    assert len(names) == len(set(names))
    assert len(SCRIPT) == 6
