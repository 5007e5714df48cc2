"""What positions have beside their fills cannot change by itself."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest

from trading.position_check import (
    Difference,
    Fills,
    Names,
    PositionCheck,
    add_fills,
    compare,
    sizes_of,
    sums_of,
)

ACCOUNT = "DU1000001"
AAPL = 265598
KEY = (ACCOUNT, AAPL)
NOBODY: dict[Any, Any] = {}


def contract(con_id: int = AAPL, sec_type: str = "STK", **fields: Any) -> dict[str, Any]:
    return {"conId": con_id, "symbol": "AAPL", "secType": sec_type} | fields


def position(size: float, account: str = ACCOUNT, **fields: Any) -> dict[str, Any]:
    return {"account": account, "contract": contract(**fields), "position": size}


def fill(exec_id: str, shares: float, side: str = "BOT", **fields: Any) -> dict[str, Any]:
    row = {"execId": exec_id, "account": ACCOUNT, "side": side, "shares": shares}
    return row | {"contract": contract(**fields)}


class Watch:
    """A check with its positions and fills, looked at as the seconds go by."""

    def __init__(self, held: float = 0) -> None:
        self.check = PositionCheck()
        self.positions = [position(held)] if held else []
        self.fills: list[dict[str, Any]] = []
        self.accounts = [ACCOUNT]

    def at(self, seconds: float, held: float | None = None) -> list[float]:
        """Look; the sizes of what is odd."""
        if held is not None:
            self.positions = [position(held)] if held else []
        self.check.look(self.positions, self.fills, self.accounts, seconds)
        return [float(one.difference) for one in self.check.differences]


def noted(rows: list[dict[str, Any]]) -> Fills:
    fills: Fills = {}
    add_fills(fills, rows)
    return fills


def test_what_executions_explain_is_no_difference() -> None:
    assert compare({KEY: Decimal(100)}, {KEY: Decimal(-40)}, {KEY: Decimal(60)}, NOBODY) == []


@pytest.mark.parametrize(
    ("baseline", "moved", "found", "expected", "difference"),
    [
        (100, 0, 200, 100, 100),
        (100, -40, 100, 60, 40),
        (100, 0, 0, 100, -100),
        (0, 50, 0, 50, -50),
        (0, 0, 7, 0, 7),
    ],
)
def test_a_difference_says_what_was_expected(
    baseline: int, moved: int, found: int, expected: int, difference: int
) -> None:
    before, fills, now = ({KEY: Decimal(size)} if size else {} for size in (baseline, moved, found))
    (one,) = compare(before, fills, now, {KEY: Names("AAPL", "AAPL", "shares")})
    shown = one.to_payload()
    assert (shown["expected"], shown["difference"]) == (expected, difference)
    assert shown["found"] == found


def test_a_difference_is_told_in_words() -> None:
    more = Difference(ACCOUNT, AAPL, Names("AAPL", "AAPL", "shares"), Decimal(100), Decimal(200))
    assert more.text == (
        "AAPL: 100 shares more than the executions known here explain: traded elsewhere, "
        "assigned, expired or transferred."
    )
    fewer = Difference(ACCOUNT, AAPL, Names("AAPL", "AAPL", "shares"), Decimal("0.5"), Decimal())
    assert fewer.text.startswith("AAPL: 0.5 shares fewer than")


def test_a_contract_that_nobody_has_named_is_called_by_its_number() -> None:
    (one,) = compare({KEY: Decimal(1)}, {}, {}, NOBODY)
    assert one.to_payload()["symbol"] == "conId 265598"


def test_buys_and_sells_are_summed_by_position() -> None:
    rows = [fill("a.1.01", 100), fill("a.2.01", 30, "SLD"), fill("b.1.01", 5, con_id=7)]
    assert sums_of(noted(rows)) == {KEY: 70, (ACCOUNT, 7): 5}


@pytest.mark.parametrize("order", [1, -1])
def test_a_correction_takes_the_place_of_its_fill(order: int) -> None:
    rows = [fill("a.1.01", 100), fill("a.1.02", 90)][::order]
    assert sums_of(noted(rows)) == {KEY: 90}


@pytest.mark.parametrize("sec_type", ["BAG", "CASH"])
def test_combos_and_money_are_not_compared(sec_type: str) -> None:
    assert noted([fill("a.1.01", 1, sec_type=sec_type)]) == {}
    assert sizes_of([position(1, sec_type=sec_type)]) == {}


def test_nothing_is_odd_while_nothing_happens() -> None:
    watch = Watch(held=100)
    assert [watch.at(seconds) for seconds in (0, 10, 20, 30)] == [[], [], [], []]


def test_a_trade_elsewhere_is_told_once_it_stays() -> None:
    watch = Watch(held=100)
    watch.at(0), watch.at(10)
    assert watch.at(20, held=200) == []
    assert watch.at(25) == []
    assert watch.at(25.1) == [100]
    assert watch.at(100) == [100]
    assert watch.at(110, held=100) == []


def test_a_position_that_is_told_before_its_fill_is_not_odd() -> None:
    watch = Watch(held=100)
    watch.at(0), watch.at(10)
    watch.at(20, held=160)
    watch.fills = [fill("a.1.01", 60)]
    assert watch.at(30) == []


def test_another_difference_begins_its_time_anew() -> None:
    watch = Watch(held=100)
    watch.at(0), watch.at(10), watch.at(20, held=200)
    assert watch.at(30, held=300) == []
    assert watch.at(36) == [200]


def test_a_fill_that_is_no_longer_listed_still_explains_its_position() -> None:
    watch = Watch()
    watch.at(0), watch.at(10)
    watch.fills = [fill("a.1.01", 60)]
    watch.at(20, held=60)
    watch.fills = []
    assert [watch.at(seconds) for seconds in (30, 40, 50)] == [[], [], []]


def test_fills_from_before_the_first_look_are_in_the_baseline() -> None:
    watch = Watch(held=60)
    watch.fills = [fill("a.1.01", 60)]
    assert [watch.at(seconds) for seconds in (0, 10, 20)] == [[], [], []]
    watch.fills.append(fill("a.2.01", 60, "SLD"))
    assert [watch.at(seconds, held=0) for seconds in (30, 40, 50)] == [[], [], []]


def test_a_fill_on_its_way_at_the_first_look_does_not_spoil_the_baseline() -> None:
    watch = Watch()
    watch.fills = [fill("a.1.01", 60)]  # its position follows
    watch.at(0)
    watch.at(1, held=60)
    assert [watch.at(seconds) for seconds in (7, 20, 30)] == [[], [], []]
    watch.at(40, held=10)
    assert watch.at(50) == [-50]


def test_a_new_position_soon_after_the_first_look_waits_for_its_fill() -> None:
    watch = Watch()
    watch.at(0)
    watch.at(1, held=60)
    watch.fills = [fill("a.1.01", 60)]
    assert [watch.at(seconds) for seconds in (2, 8, 20)] == [[], [], []]


def test_a_new_position_without_a_fill_is_odd() -> None:
    watch = Watch()
    watch.at(0)
    watch.at(10, held=5)
    assert watch.at(20) == [5]


def test_an_account_that_tws_no_longer_names_is_not_judged() -> None:
    watch = Watch(held=100)
    watch.at(0), watch.at(10)
    watch.accounts = ["DU2000002"]
    watch.at(20, held=0)
    assert watch.at(30) == []


@pytest.mark.parametrize(
    ("sec_type", "local", "words"),
    [("STK", "", "AAPL: 1 shares"), ("OPT", "AAPL  270115C00230000", "AAPL  270115C00230000: 1 ")],
)
def test_a_contract_is_called_as_its_exchange_does(sec_type: str, local: str, words: str) -> None:
    check = PositionCheck()
    check.look([], [], [ACCOUNT], 0)
    rows = [position(1, sec_type=sec_type, localSymbol=local)]
    for seconds in (10, 20):
        check.look(rows, [], [ACCOUNT], seconds)
    (one,) = check.differences
    assert one.text.startswith(words)
    assert one.to_payload()["symbol"] == "AAPL"
