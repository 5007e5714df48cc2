"""Scripts: every line is read or refused with its number."""

from pathlib import Path

import pytest

from paper_gateway import drilling
from paper_gateway.drilling.scripts import (
    MAX_STEPS,
    After,
    At,
    On,
    Script,
    ScriptError,
    Step,
    parse_script,
    read_value,
)
from paper_gateway.drilling.table import DRILLS, expand


def action(line: str) -> object:
    """What a line does."""
    return parse_script(f"at 0s {line}", "test", expand).steps[0].action


def test_the_script_that_the_page_suggests_has_the_names_that_the_page_has() -> None:
    page = (Path(drilling.__file__).parent / "page" / "drills.html").read_text()
    suggested = page.partition('<textarea id="script"')[2].partition(">")[2].partition("</")[0]
    parse_script(suggested, "suggested", expand)
    names = {"clear", *DRILLS}
    assert [line for line in suggested.splitlines() if not names & set(line.split())] == []


def test_a_script_is_moments_and_actions() -> None:
    text = """
    # the night
    at 2s swallow_orders 1
    on order 3 drop_connections

    on fill 1 link_down
    after 1.5min clear
    at 9ms notice 1100
    """
    assert parse_script(text, "night").steps == (
        Step(3, At(2.0), {"swallow_orders": 1}),
        Step(4, On("order", 3), {"drop_connections": True}),
        Step(6, On("fill", 1), {"link_down": True}),
        Step(7, After(90.0), {"clear": True}),
        Step(8, At(0.009), {"notice": 1100}),
    )


@pytest.mark.parametrize(
    ("line", "changes"),
    [
        ("swallow_orders", {"swallow_orders": 1}),
        ("swallow_orders 3", {"swallow_orders": 3}),
        ("read_only false", {"read_only": False}),
        ("tif_notice after", {"tif_notice": "after"}),
        ('login ""', {"login": ""}),
        ("partial_fills [3, 3.5]", {"partial_fills": [3, 3.5]}),
        ('reject_text "no, thank you"', {"reject_text": "no, thank you"}),
        ("fill", {"fill": "last"}),
        ("fill 1000000001", {"fill": 1000000001}),
        ("fill permId=last shares=4", {"fill": {"permId": "last", "shares": 4}}),
        ("liquidate", {"liquidate": "all"}),
        ("garbage oversized", {"garbage": "oversized"}),
        ('cancel_by_ib permId=5 reason="a b"', {"cancel_by_ib": {"permId": 5, "reason": "a b"}}),
        ('notice {"code": 10167, "clientId": 7}', {"notice": {"code": 10167, "clientId": 7}}),
    ],
)  # fmt: skip
def test_an_action_is_a_switch_or_a_command(line: str, changes: dict[str, object]) -> None:
    assert action(line) == changes


def test_an_action_may_be_a_drill_of_the_table() -> None:
    drill = action("link-lost seconds=5")
    assert isinstance(drill, Script)
    assert drill.steps[-1].moment == After(5.0)


@pytest.mark.parametrize(
    ("line", "reason"),
    [
        ("later clear", "begins with at, after or on, not 'later'"),
        ("at 2 clear", "ms, s or min, not '2'"),
        ("at -2s clear", "not '-2s'"),
        ("at soon clear", "not 'soon'"),
        ("at 2s", "there is no action"),
        ("at", "not ''"),
        ("on order 3", "there is no action"),
        ("on order clear", "count from 1 on, not 'clear'"),
        ("on order 0 clear", "not '0'"),
        ("on order ² clear", "not '²'"),
        ("on sunday 1 clear", "an event is one of accepted, cancel, fill, order, session"),
        ("at 0s nothing", "no drill, switch or command named nothing"),
        ("at 0s swallow_orders many", "swallow_orders cannot be 'many'"),
        ("at 0s swallow_orders 1 2", "neither one value nor name=value"),
        ("at 0s login", "login needs a value"),
        ("at 0s link-lost 5", "link-lost takes name=value"),
        ("at 0s link-lost minutes=5", "link-lost takes seconds, not minutes"),
        ("at 0s link-lost seconds=soon", "seconds cannot be 'soon'"),
        ('at 0s reject_text "no end', "No closing quotation"),
        ("at 0s refused-order code=-1", "line 2: refused-order: refuse_code cannot be -1"),
    ],
)
def test_a_wrong_line_is_named(line: str, reason: str) -> None:
    with pytest.raises(ScriptError, match="line 2: ") as caught:
        parse_script(f"# a comment\n{line}", "test", expand)
    assert reason in str(caught.value)


@pytest.mark.parametrize("text", ["", "\n\n", "# only a comment"])
def test_a_script_has_a_step(text: str) -> None:
    with pytest.raises(ScriptError, match="no step"):
        parse_script(text, "test")


def test_a_script_is_not_endless() -> None:
    with pytest.raises(ScriptError, match="at most 1000"):
        parse_script("at 0s clear\n" * (MAX_STEPS + 1), "test")


@pytest.mark.parametrize(
    ("text", "value"), [("5", 5), ("1.5", 1.5), ("true", True), ("a b", "a b"), ("", "")]
)
def test_a_value_is_read_as_typed(text: str, value: object) -> None:
    assert read_value(text) == value
