"""Acts that must be refused."""

from __future__ import annotations

from checklist.findings import Failed
from checklist.refusal_acts import refused
from checklist.script import steps
from checklist.steps import Step
from tests.checklist.conftest import Stage

BAD = [row.key for row, _ in steps() if row.section.startswith("Mistakes")]


def test_every_mistake_is_refused_and_nothing_is_sent(stage: Stage) -> None:
    wanted = dict.fromkeys(BAD, "ok")
    before = stage.stand.tap.orders()
    assert stage.verdicts(*wanted) == wanted
    assert stage.stand.tap.orders() == before + 1  # the unknown symbol is TWS's to refuse


def test_an_order_that_is_taken_instead_is_a_failure(stage: Stage) -> None:
    step = Step("", refused, {"orderType": "LMT", "lmtPrice": "-20%"}, sentence="No")
    try:
        refused(stage.stand, step)
    except Failed as failed:
        assert failed.seen == "Another answer came"
    else:
        raise AssertionError("it was called refused")
