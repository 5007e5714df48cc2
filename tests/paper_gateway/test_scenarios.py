"""The gateway says what every scenario file says; every case and every drill has one."""

from pathlib import Path

import pytest

from paper_gateway.drilling.table import DRILLS
from tests.paper_gateway.scenario_runner import run

FOLDER = Path(__file__).parent / "scenarios"
FILES = sorted(FOLDER.glob("*.txt"))
# The cases of an order's life, as the protocol notes list them (section 3.1), and their files.
CASES = {
    "MKT fill": "market-order",
    "timing": "market-order-timing",
    "LMT resting": "limit-order-rests",
    "partial fill": "partial-fills",
    "cancel": "cancel",
    "cancel unknown id": "cancel-unknown-id",
    "cancel filled/cancelled": "cancel-of-a-done-order",
    "older codes 135, 136, 161": "cancel-older-codes",
    "reject": "reject",
    "short sale, no locate": "short-sale-without-locate",
    "cancel of an Inactive order": "cancel-of-an-inactive-order",
    "out of hours": "out-of-hours",
    "attribute ignored": "attribute-ignored",
    "preset changed TIF": "preset-changed-tif",
    "direct routing notices": "direct-routing-notices",
    "whatIf": "what-if",
    "whatIf with a warning": "what-if-with-a-warning",
    "whatIf commission": "what-if",
    "whatIf without transmit": "what-if-without-transmit",
    "modify": "modify",
    "modify filled / too different": "modify-refused",
    "duplicate or low new id": "duplicate-id",
    "child without parent": "child-without-parent",
    "bad price step": "bad-price-step",
    "price cap / percentage / size presets": "price-and-size-presets",
    "no definition / ambiguous": "no-definition",
    "no exchange in order": "no-exchange",
    "zero size": "zero-size",
    "no permission for product": "no-permission",
    "wrong destination, closed exchange": "closed-exchange",
    "order id 0": "order-id-zero",
    "account missing / wrong": "wrong-account",
    "obsolete attributes": "obsolete-attributes",
    "swallowed order": "swallowed-order",
    "cancelled by IB": "cancelled-by-ib",
    "fills while 1100 is active": "fill-during-1100",
    "liquidation by IB": "liquidation",
    "modify a bracket child whose parent is gone": "bracket-child-without-parent",
    "bracket": "bracket",
    "one cancels all": "one-cancels-all",
    "trailing stop": "trailing-stop",
}


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)
async def test_the_gateway_says_what_the_scenario_says(path: Path) -> None:
    await run(path)


def test_every_case_and_every_drill_has_a_scenario_and_there_is_no_other() -> None:
    wanted = {*CASES.values(), *(f"drill-{name}" for name in DRILLS)}
    assert {path.stem for path in FILES} == wanted


@pytest.mark.parametrize("name", DRILLS)
def test_the_scenario_of_a_drill_presses_it(name: str) -> None:
    lines = (FOLDER / f"drill-{name}.txt").read_text(encoding="utf-8").splitlines()
    assert any(line.split()[:2] == ["D", name] for line in lines)


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("C start\nC reqIds\n", "more was said at the end"),
        ("C start\nC reqIds\nC reqIds\n", ":3: more was said before this line"),
        ("C start\nS nextValidId orderId=1\n", ":2: nothing more was said"),
        (
            "C start\nC reqIds\nS nextValidId orderId=2\n",
            ":3: nextValidId: orderId is '1', not '2'",
        ),
        ("C start\nC reqIds\nS openOrderEnd\n", "nextValidId came in place of openOrderEnd"),
        ("C start\nC reqIds\nS nextValidId id=1\n", "nextValidId has no field id"),
        ("C start\nC cancelOrder orderId=5\nS error reqId=5 code=10147\n", "text is 'OrderId 5"),
        ("C start\nV 1 order, 0 lost, 0 duplicated\n", ":2: the verdict is 0 orders"),
        ("C start\nC8 start\nC reqIds\nS8 nextValidId orderId=1\n", "nothing more was said"),
    ],
)
async def test_a_scenario_that_is_not_so_fails_with_its_line(
    tmp_path: Path, text: str, reason: str
) -> None:
    path = tmp_path / "wrong.txt"
    path.write_text(text)
    with pytest.raises(AssertionError) as caught:
        await run(path)
    assert reason in str(caught.value)
