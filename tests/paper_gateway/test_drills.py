"""Drills: every switch takes its own kind of value and nothing else."""

from dataclasses import fields
from typing import Any

import pytest

from paper_gateway.drills import DrillError, Drills, apply


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
        ("no_such_drill", True),
    ],
)
def test_a_wrong_drill_changes_nothing(name: str, value: Any) -> None:
    drills = Drills()
    with pytest.raises(DrillError, match=name):
        apply(drills, {"read_only": True, name: value})
    assert drills == Drills()


def test_a_fresh_gateway_has_no_drill_on() -> None:
    assert not any(
        getattr(Drills(), each.name)
        for each in fields(Drills)
        if not each.name.startswith("reject_")
    )
