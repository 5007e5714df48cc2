"""Drills: every switch takes its own kind of value and nothing else."""

import inspect
import re
from typing import Any

import pytest

from paper_gateway.drills import DrillError, Drills, apply, defaults


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("swallow_orders", 2),
        ("reject_text", "because"),
        ("tif_notice", "after"),
        ("always_2109", True),
        ("partial_fills", [1, 2.5]),
        ("fill_delay_ms", 12.5),
        ("fill_delay_ms", None),
        ("hold_client_id_seconds", 3),
        ("notices_before", [399, 9999]),
        ("cancel_answers", []),
        ("what_if", "only_10349"),
        ("login", "silent"),
        ("bad_text", "markup"),
        ("omit_ends", ["positions", "executions"]),
        ("answer_requests_with", {"reqContractDetails": 321}),
        ("next_valid_id_offset", -100),
        ("next_valid_id_offset", 2_000_000_001),
        ("link_notice", 1101),
        ("delay_orders_ms", 0.5),
    ],
)
def test_a_drill_is_set_by_name(name: str, value: Any) -> None:
    drills = Drills()
    apply(drills, {name: value})
    assert getattr(drills, name) == value


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("swallow_orders", -1),
        ("swallow_orders", True),
        ("swallow_orders", 1.5),
        ("reject_text", None),
        ("tif_notice", "sometimes"),
        ("tif_notice", []),
        ("always_2109", 1),
        ("partial_fills", [0]),
        ("partial_fills", ["1"]),
        ("fill_delay_ms", -5),
        ("hold_client_id_seconds", None),
        ("notices_before", 399),
        ("notices_before", [0]),
        ("notices_before", ["399"]),
        ("what_if", "loud"),
        ("login", None),
        ("omit_ends", ["everything"]),
        ("omit_ends", [[]]),
        ("answer_requests_with", {"reqNothing": 321}),
        ("answer_requests_with", {"reqPositions": "321"}),
        ("answer_requests_with", []),
        ("next_valid_id_offset", 2**31),
        ("next_valid_id_offset", True),
        ("data_access", "some"),
        ("data_refusal", 10167),
        ("data_lines", -1),
        ("link_notice", 1100),
        ("link_notice", "1102"),
        ("chunk_bytes", 2**31),
        ("no_such_drill", True),
    ],
)
def test_a_wrong_drill_changes_nothing(name: str, value: Any) -> None:
    drills = Drills()
    with pytest.raises(DrillError, match=name):
        apply(drills, {"read_only": True, name: value})
    assert drills == Drills()


def test_a_fresh_gateway_has_no_drill_on() -> None:
    settings = {
        *("reject_code", "reject_text", "refuse_code", "link_notice"),
        *("data_refusal", "data_lines"),
    }
    assert not any(value for name, value in defaults().items() if name not in settings)


def test_every_drill_takes_its_own_default() -> None:
    drills = Drills(swallow_orders=3, omit_ends=["positions"])
    apply(drills, defaults())
    assert drills == Drills()


def test_a_list_is_the_drills_own() -> None:
    drills, given = Drills(), [161, 136]
    apply(drills, {"cancel_answers": given})
    drills.cancel_answers.pop()
    assert given == [161, 136]


def test_every_drill_is_explained() -> None:
    source = inspect.getsource(Drills)
    told_together = {"reject_code", "reject_text", "refuse_code"}
    for name in defaults().keys() - told_together:
        explained = re.search(rf"    {name}: [^\n]+\n    \"\"\"", source)
        assert explained or f"``{name}``" in source, name
