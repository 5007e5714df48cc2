"""The table of drills: complete, readable, and every drill can be pressed."""

import pytest

from paper_gateway.commands import COMMANDS
from paper_gateway.drilling.scripts import At
from paper_gateway.drilling.table import DRILLS, as_json, as_markdown, drill_script, expand
from paper_gateway.drills import DrillError, defaults
from tests.processes import ROOT


@pytest.mark.parametrize("name", DRILLS)
def test_every_drill_makes_a_script_that_begins_at_once(name: str) -> None:
    script = drill_script(name, {})
    assert (script.name, script.steps[0].moment) == (name, At(0.0))
    assert all(isinstance(step.action, dict) for step in script.steps)


@pytest.mark.parametrize("name", DRILLS)
def test_every_drill_says_what_happens_and_what_a_client_shows(name: str) -> None:
    drill = DRILLS[name]
    assert drill.what.endswith(".")
    assert drill.client.endswith(".")


def test_names_of_drills_are_no_names_of_switches_or_commands() -> None:
    assert DRILLS.keys() & (defaults().keys() | COMMANDS.keys()) == {"clear"}


def test_a_parameter_stands_in_the_steps() -> None:
    steps = drill_script("refused-order", {"code": 110}).steps
    assert [step.action for step in steps] == [{"refuse_code": 110}, {"refuse_orders": 1}]


def test_a_text_may_have_blanks() -> None:
    (step,) = drill_script("cancelled-by-ib", {"reason": "it is late"}).steps
    assert step.action == {"cancel_by_ib": {"permId": "last", "reason": "it is late"}}


def test_a_request_is_named() -> None:
    (step,) = drill_script("refused-request", {"request": "reqPositions", "code": 322}).steps
    assert step.action == {"answer_requests_with": {"reqPositions": 322}}


@pytest.mark.parametrize(
    ("name", "given", "reason"),
    [
        ("no-such-drill", {}, "there is no drill named no-such-drill"),
        ("read-only", {"seconds": 5}, "read-only takes no parameter, not seconds"),
        ("frozen-gateway", {"seconds": "5"}, "seconds cannot be '5'"),
        ("frozen-gateway", {"seconds": True}, "seconds cannot be True"),
        ("frozen-gateway", {"seconds": 2**40}, "seconds cannot be"),
        ("frozen-gateway", {"seconds": -5}, "not '-5s'"),
        ("cancelled-by-ib", {"reason": 'x" y'}, "reason cannot be"),
        ("cancelled-by-ib", {"reason": "x\nat 0s clear"}, "reason cannot be"),
        ("cancelled-by-ib", {"reason": "x" * 201}, "reason cannot be"),
        ("refused-order", {"code": -1}, "refused-order: refuse_code cannot be -1"),
    ],
)
def test_a_wrong_parameter_is_refused(name: str, given: dict[str, object], reason: str) -> None:
    with pytest.raises(DrillError) as caught:
        drill_script(name, given)
    assert reason in str(caught.value)


def test_another_name_is_no_drill() -> None:
    assert expand("swallow_orders", {}) is None


def test_the_table_is_given_whole() -> None:
    assert [row["name"] for row in as_json()] == list(DRILLS)
    lines = as_markdown().splitlines()
    assert lines[0] == "### Orders on the way in"
    assert sum(line.startswith("| `") for line in lines) == len(DRILLS)


def test_the_page_of_drills_in_the_documents_is_this_table() -> None:
    page = (ROOT / "docs" / "drills.md").read_text()
    assert page.endswith(f"\n{as_markdown()}\n")
