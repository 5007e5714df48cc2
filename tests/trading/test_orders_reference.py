"""docs/orders.md says what the classes say: every type with exactly its fields and its tifs."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest
from pydantic import BaseModel

from trading.algos import PARAMS
from trading.conditions import AnyCondition
from trading.order_types import CLASSES, TIFS, OrderFields
from trading.orders import parse_order_request

PAGE = (Path(__file__).parents[2] / "docs" / "orders.md").read_text()
FIELD = re.compile(r"`([a-z][A-Za-z]+)`")
COMMON = {str(field.alias) for field in OrderFields.model_fields.values()} | {"orderType"}


def table(heading: str) -> dict[str, list[str]]:
    """The rows of the first table below a heading, by their first cell."""
    section = PAGE.split(f"\n## {heading}\n")[1].split("\n## ")[0]
    rows = [line.strip("|").split("|") for line in section.splitlines() if line[:1] == "|"]
    return {row[0].strip().strip("`"): [cell.strip() for cell in row[1:]] for row in rows[2:]}


def names(cell: str) -> set[str]:
    return set(FIELD.findall(cell))


def own(kind: type[BaseModel], left_out: set[str]) -> tuple[set[str], set[str]]:
    """All fields of a class, and those that it must have."""
    fields = {str(f.alias): f for f in kind.model_fields.values() if f.alias not in left_out}
    return fields.keys() | set(), {name for name, field in fields.items() if field.is_required()}


ORDERS = table("Order types")


def test_the_page_has_a_row_for_every_type_and_no_other() -> None:
    assert tuple(ORDERS) == tuple(CLASSES)


@pytest.mark.parametrize("order_type", CLASSES)
def test_a_row_has_exactly_the_fields_of_its_type(order_type: str) -> None:
    fields, required = own(CLASSES[order_type], COMMON)
    needs, may_have = (names(cell) for cell in ORDERS[order_type][:2])
    assert needs | may_have == fields
    assert needs >= required
    assert not needs & may_have


@pytest.mark.parametrize("order_type", CLASSES)
def test_a_row_has_the_tifs_of_its_type_and_a_source(order_type: str) -> None:
    _, _, tifs, securities, meaning, source = ORDERS[order_type]
    assert tuple(tifs.split()) == TIFS[order_type]
    assert securities
    assert meaning
    assert f"\n[{source.split('][')[1].rstrip(']')}]: https://" in PAGE


def test_the_fields_of_every_order_are_on_the_page() -> None:
    assert table("Every order").keys() == COMMON


def test_the_conditions_are_on_the_page_with_their_fields() -> None:
    rows = table("Conditions")
    for kind in AnyCondition.__args__:
        fields, required = own(kind, {"condType", "conjunction"})
        word = kind.model_fields["cond_type"].annotation.__args__[0]
        needs, may_have = (names(cell) for cell in rows.pop(word))
        assert (needs, needs | may_have) == (required, fields)
    assert rows == {}


def test_the_algorithms_are_on_the_page_with_their_parameters() -> None:
    rows = table("Algorithms")
    for strategy, kind in PARAMS.items():
        fields, required = own(kind, set())
        needs, may_have = (names(cell) for cell in rows.pop(strategy))
        assert (needs, needs | may_have) == (required, fields)
    assert rows == {}


def test_the_examples_of_the_page_are_accepted() -> None:
    first, bracket = re.findall(r"```json\n(.*?)```", PAGE, re.DOTALL)
    assert parse_order_request(json.loads(first) | json.loads(f"{{{bracket}}}"), "mine").legs
