"""What of the past is asked for."""

from __future__ import annotations

import pytest
from flask import Flask

from trading.refusals import Refused
from web.history_filters import Wanted, wanted

AAPL = {"symbol": "AAPL", "localSymbol": "AAPL  261218C00150000"}
NOON = "2026-11-20T12:00:00.000Z"


def asked(query: str) -> Wanted:
    with Flask("asked").test_request_context(f"/?{query}"):
        return wanted()


def test_a_day_is_a_whole_day() -> None:
    found = asked("from=2026-11-20&to=2026-11-20&symbol=aap&account=DU1")
    assert found == Wanted("2026-11-20T00:00:00.000Z", "2026-11-21T00:00:00.000Z", "AAP", "DU1")


def test_a_time_is_an_instant_in_any_zone() -> None:
    assert asked("from=2026-11-20T01:00:00%2B02:00").since == "2026-11-19T23:00:00.000Z"


@pytest.mark.parametrize("time", ["today", "2026-11-31", "2026-11-20T14:31:02", "9999-12-31"])
def test_what_is_no_time_is_refused(time: str) -> None:
    with pytest.raises(Refused, match="to must be a day"):
        asked(f"to={time}")


@pytest.mark.parametrize(
    ("filters", "is_taken"),
    [
        (Wanted(), True),
        (Wanted(since=NOON), True),
        (Wanted(since="2026-11-20T12:00:00.001Z"), False),
        (Wanted(until=NOON), False),
        (Wanted(symbol="APL"), True),
        (Wanted(symbol="C0015"), True),
        (Wanted(symbol="MSFT"), False),
        (Wanted(account="DU1"), True),
        (Wanted(account="DU2"), False),
    ],
)
def test_every_filter_must_agree(filters: Wanted, is_taken: bool) -> None:
    assert filters.takes(NOON, "DU1", AAPL) is is_taken


def test_what_has_no_time_is_not_left_out_by_one() -> None:
    assert Wanted(since=NOON, until=NOON).takes(None, "DU1", {"symbol": None})
