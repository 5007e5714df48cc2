"""What boxes and steps do with orders."""

from __future__ import annotations

from checklist import moves
from checklist.findings import Failed, NotProvoked, NotRun
from tests.checklist.conftest import Stage

FAR = {"orderType": "LMT", "lmtPrice": "-20%"}
OPENS_LATER = {"code": 399, "text": "Warning: your order will not be placed at the exchange until"}


def test_an_order_rests_and_is_cancelled(stage: Stage) -> None:
    seen = moves.rests(stage.stand, "one", FAR)
    assert seen.startswith("Live, Submitted; then cancelled | order id ")
    assert stage.stand.order("one")["state"] == "cancelled"


def test_an_order_that_does_not_fill_is_cancelled(stage: Stage) -> None:
    stage.stand.price()
    stage.drill(fill_delay_ms=60_000, always_399=True)
    unseen = moves.stopped(stage.stand, "slow", moves.placed(stage.stand, "slow", FAR).body)
    assert unseen.verdict in ("failed", "not run")
    assert stage.stand.order("slow")["state"] == "cancelled"


def test_a_market_that_is_closed_is_told_from_a_failure() -> None:
    waits = {"state": "live", "messages": [OPENS_LATER]}
    assert isinstance(moves.not_filled(waits, "It"), NotRun)
    assert isinstance(moves.not_filled({"state": "live", "messages": []}, "It"), Failed)
    assert isinstance(moves.not_filled(waits | {"state": "cancelled"}, "It"), Failed)


def test_a_rejection_says_what_to_do() -> None:
    failed = moves.rejected({"errorCode": 321, "error": "Read-only"})
    assert (failed.seen, failed.detail) == ("Rejected by IB with code 321", "Read-only")
    assert failed.do
    assert isinstance(moves.may_be_refused(failed), NotProvoked)
    assert isinstance(moves.may_be_refused(Failed("It is unknown")), Failed)


def test_codes_are_said_once_each_with_the_status(stage: Stage) -> None:
    stage.stand.price()
    stage.drill(tif_notice="before", always_2109=True)
    assert moves.works(stage.stand, "noted", FAR).startswith("Live, Submitted with 2109, 10349 |")
    assert "10349" in moves.heard(stage.stand.order("noted"))


def test_calls_at_once_all_answer(stage: Stage) -> None:
    answers = moves.at_once(4, lambda: stage.stand.desk.get("/api/v1/accounts"))
    assert [answer.status for answer in answers] == [200] * 4
