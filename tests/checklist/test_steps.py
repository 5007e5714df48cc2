"""A step of the order script."""

from __future__ import annotations

import json

import pytest

from checklist.findings import NotRun
from checklist.script import steps
from checklist.steps import as_json, known, path
from tests.checklist.conftest import Stage

STEP = steps()[0][1]


def test_the_address_has_the_orders_whole_name(stage: Stage) -> None:
    assert path(stage.stand, STEP) == f"/api/v1/orders/{stage.stand.name('step-01')}"
    assert json.loads(as_json({"a": [1]})) == {"a": [1]}


def test_an_order_that_was_never_placed_is_not_known(stage: Stage) -> None:
    with pytest.raises(NotRun):
        known(stage.stand, STEP)
