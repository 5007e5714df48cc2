"""Every order of the journal: no order is passed over, and none is shown as it was before."""

from __future__ import annotations

import csv

import pytest

from tests.fakes import order_result
from tests.web.visitors import Program, World, data
from trading.orders import OrderResult
from web import order_history

HISTORY = "/api/v1/order-history"


def saved(number: int, state: str = "filled", **fields: object) -> OrderResult:
    """An order of the journal, placed at that minute."""
    at = f"2026-11-20T14:{number:02}:00.000Z"
    return order_result(f"o-{number}", state, submittedAt=at, updatedAt=at, **fields)


def names(program: Program, query: str = "") -> tuple[list[str], str | None]:
    answer = data(program.get(f"{HISTORY}?{query}"))
    return [order["clientOrderId"] for order in answer["orders"]], answer["next"]


def test_pages_lead_to_the_oldest_order(world: World, program: Program) -> None:
    world.order_desk.older = [saved(number) for number in range(9, 0, -1)]
    first, start = names(program, "limit=4")
    second, middle = names(program, f"limit=4&before={start}")
    third, _ = names(program, f"limit=4&before={middle}")
    assert first + second + third == [f"o-{number}" for number in range(9, 0, -1)]
    assert names(program) == (first + second + third, None)


def test_memory_has_the_last_word_and_every_open_order(world: World, program: Program) -> None:
    world.order_desk.older = [saved(3, "live"), saved(2), saved(1, "live")]
    for order in (saved(1, "live"), saved(3, "filled"), saved(4, "sending")):
        world.order_desk.known[order.client_order_id] = order
    answer = data(program.get(f"{HISTORY}?limit=1"))
    states = {order["clientOrderId"]: order["state"] for order in answer["orders"]}
    assert states == {"o-4": "sending", "o-3": "filled", "o-1": "live"}
    assert answer["next"] == "o-3"


@pytest.mark.parametrize(
    ("status", "states"),
    [
        ("working", ["intent", "sending", "live", "duplicated"]),
        ("filled", ["filled"]),
        ("cancelled", ["cancelled", "dismissed", "expired"]),
        ("rejected", ["rejected", "not_sent", "not_placed"]),
        ("unknown", ["unknown"]),
    ],
)
def test_every_state_is_in_one_list(
    world: World, program: Program, status: str, states: list[str]
) -> None:
    every = [state for group in order_history.LISTS.values() for state in group]
    world.order_desk.older = [saved(n, state) for n, state in enumerate(sorted(every))]
    found = data(program.get(f"{HISTORY}?status={status}"))["orders"]
    assert sorted(order["state"] for order in found) == sorted(states)


def test_orders_can_be_chosen_by_day_symbol_and_account(world: World, program: Program) -> None:
    msft = {"symbol": "MSFT", "secType": "STK"}
    world.order_desk.older = [
        saved(5, contract=msft, account="DU2"),
        saved(4, contract=msft),
        saved(3, account="DU2"),
        saved(2, contract=msft, account="DU2"),
    ]
    since, until = "2026-11-20T14:03:00Z", "2026-11-20T14:05:00Z"
    assert names(program, f"from={since}&to={until}") == (["o-4", "o-3"], None)
    assert names(program, "symbol=msf&account=DU2") == (["o-5", "o-2"], None)


def test_the_journal_is_not_read_beyond_the_days_that_are_asked_for(
    world: World, program: Program
) -> None:
    world.order_desk.older = [saved(number) for number in range(9, 0, -1)]
    assert names(program, "limit=3&from=2026-11-20T14:08:00Z") == (["o-9", "o-8"], None)


def test_an_answer_ends_even_where_nothing_is_wanted(
    world: World, program: Program, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(order_history, "MOST_LOOKED_AT", 4)
    world.order_desk.older = [saved(number) for number in range(9, 0, -1)]
    assert names(program, "limit=2&symbol=MSFT") == ([], "o-6")


def test_nothing_is_shown_before_tws_has_listed_its_orders(world: World, program: Program) -> None:
    world.order_desk.is_listed = False
    for path in (HISTORY, f"{HISTORY}.csv"):
        assert program.get(path).status_code == 503


def test_the_file_holds_what_is_chosen_and_no_formula(world: World, program: Program) -> None:
    message = {"text": "-1,5 is not a price\nat all"}
    hostile = saved(
        2, "rejected", source="=1+1 via key", contract={"symbol": "@SUM"}, messages=[message]
    )
    world.order_desk.older = [hostile, saved(1)]
    answer = program.get(f"{HISTORY}.csv?status=rejected")
    [row] = csv.DictReader(answer.text.splitlines(keepends=True))
    assert (row["source"], row["symbol"]) == ("'=1+1 via key", "'@SUM")
    assert row["message"] == "'-1,5 is not a price\nat all"
    assert (row["state"], row["lmtPrice"], row["filled"]) == ("rejected", "", "0")


def test_a_file_that_would_be_a_part_is_refused(
    world: World, program: Program, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(order_history, "MOST_LINES", 3)
    world.order_desk.older = [saved(number) for number in range(9, 0, -1)]
    assert program.get(f"{HISTORY}.csv").status_code == 422
    assert program.get(f"{HISTORY}.csv?from=2026-11-20T14:07:00Z").status_code == 200
