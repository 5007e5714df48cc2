"""Could anything be heard about the order at all?"""

from __future__ import annotations

from typing import Any

import pytest

from tests.fakes import NOW
from tests.trading.cases import a_case, an_order
from trading import why_desk as desk
from trading.snapshots import Farm
from trading.why_parts import Check, Question


def asked(question: Question, order: Any = None, **fields: Any) -> Check:
    check = question(a_case(order, **fields))
    assert check is not None
    # Whatever is found is a sentence; what is wrong comes with what to do.
    assert check.found.endswith(".")
    assert (check.ok is False) is bool(check.next)
    return check


USGOOD = Farm("usfarm", "market data", "ok", NOW)
BROKEN = Farm("ushmds", "historical data", "broken", NOW)


@pytest.mark.parametrize(
    ("question", "fields", "ok", "part"),
    [
        (desk.thread_runs, {}, True, "runs"),
        (desk.thread_runs, {"is_thread_alive": False}, False, "has ended"),
        (desk.thread_runs, {"is_thread_alive": None}, None, "does not watch"),
        (desk.loop_turns, {"seconds_since_tick": 1.99}, True, "2.0 s ago"),
        (desk.loop_turns, {"seconds_since_tick": 2.0}, False, "since 2 s"),
        (desk.loop_turns, {"seconds_since_tick": None}, None, "does not watch"),
        (desk.is_connected, {}, True, "clientId 1000"),
        (desk.is_connected, {"state": "waiting", "reason": "No TWS"}, False, "waiting: No TWS. "),
        (desk.is_connected, {"state": "connecting"}, False, "is connecting. "),
        (desk.tws_talks, {"seconds_since_message": 12}, True, "12 s ago"),
        (desk.tws_talks, {"seconds_since_message": 13}, False, "nothing for 13 s"),
        (desk.tws_talks, {"seconds_since_message": None}, None, "Without a connection"),
        (desk.tws_talks, {"state": "waiting"}, None, "Without a connection"),
        (desk.link_is_up, {}, True, "has its link"),
        (desk.link_is_up, {"broker_link": "down"}, False, "1100"),
        (desk.link_is_up, {"broker_link": "unknown"}, None, "Without a connection"),
        (desk.orders_are_read, {}, True, "compared"),
        (desk.orders_are_read, {"has_read_orders": False}, False, "not listed"),
        (desk.journal_works, {}, True, "succeeded"),
        (desk.journal_works, {"journal_failure": "The disk is full"}, False, "The disk is full. "),
        (desk.client_ids_differ, {}, True, "999 reads, 1000 orders"),
        (desk.client_ids_differ, {"read_client_id": 1000}, False, "Both connections"),
        (desk.sleep_is_over, {}, True, "(4 s) and over"),
        (desk.sleep_is_over, {"seconds_since_sent": 1.5}, False, "2.5 s of them are left"),
        (desk.sleep_is_over, {"seconds_since_sent": 4.0}, True, "over"),
        (desk.sleep_is_over, {"seconds_since_sent": None}, True, "begins when"),
        (desk.sleep_is_over, {"sleep_seconds": 0}, False, "PAPER_SLEEP is 0"),
        (desk.sleep_is_over, {"is_paper": False}, True, "live account"),
        (desk.sleep_is_over, {"is_paper": None}, None, "not named its account"),
        (desk.farms_work, {}, None, "named no data farm"),
        (desk.farms_work, {"farms": (USGOOD,)}, True, "No farm of 1"),
        (desk.farms_work, {"farms": (USGOOD, BROKEN)}, False, "historical data farm ushmds"),
    ],
)
def test_the_desk_is_judged(
    question: Question, fields: dict[str, Any], ok: bool | None, part: str
) -> None:
    check = asked(question, **fields)
    assert check.ok is ok
    assert part in check.found


@pytest.mark.parametrize(
    ("order", "ok", "part"),
    [
        ({}, True, "clientId 1000, orderId 7"),
        ({"orderId": None}, True, "It will."),
        ({"adopted": True}, None, "found at TWS"),
        ({"origin": "tws", "adopted": True}, False, "placed by hand in TWS"),
        ({"origin": "client 7", "adopted": True}, False, "placed by another program (client 7)"),
        (
            {"origin": "elsewhere", "adopted": True, "state": "filled"},
            None,
            "placed by another program",
        ),
    ],
)
def test_it_is_said_whether_the_handler_placed_it(
    order: dict[str, Any], ok: bool | None, part: str
) -> None:
    check = asked(desk.was_placed_by_handler, an_order(**order))
    assert check.ok is ok
    assert part in check.found


def test_the_sleep_workaround_under_way_is_no_fault() -> None:
    assert asked(desk.sleep_is_over, seconds_since_sent=1.5).waits
    assert not asked(desk.sleep_is_over, sleep_seconds=0).waits
