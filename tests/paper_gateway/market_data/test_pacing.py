"""IB's pacing rules, one by one."""

from paper_gateway.market_data.pacing import Asked, HistoryPacing


def asked(at: float, terms: object = None, con_id: int = 1, what: str = "TRADES") -> Asked:
    """A request that is like no other unless its terms are given."""
    return Asked(at, (at if terms is None else terms,), con_id, what)


def test_an_identical_request_may_come_after_fifteen_seconds() -> None:
    pacing = HistoryPacing()
    assert pacing.admits(asked(0.0, "same"))
    assert not pacing.admits(asked(14.9, "same"))
    assert pacing.admits(asked(14.9, "same", con_id=2))
    assert pacing.admits(asked(14.9, "other"))
    assert pacing.admits(asked(15.0, "same"))


def test_the_sixth_request_for_one_contract_within_two_seconds_is_refused() -> None:
    pacing = HistoryPacing()
    assert all(pacing.admits(asked(number / 10)) for number in range(5))
    assert not pacing.admits(asked(1.9))
    assert pacing.admits(asked(1.9, what="BID"))
    assert pacing.admits(asked(1.9, con_id=2))
    assert pacing.admits(asked(2.0))


def test_no_more_than_sixty_requests_come_in_ten_minutes() -> None:
    pacing = HistoryPacing()
    assert all(pacing.admits(asked(number, con_id=number)) for number in range(60))
    assert not pacing.admits(asked(599.0, con_id=99))
    assert pacing.admits(asked(600.0, con_id=99))


def test_a_request_for_bid_and_ask_counts_twice() -> None:
    pacing = HistoryPacing()
    found = [pacing.admits(asked(number, con_id=number, what="BID_ASK")) for number in range(31)]
    assert found == [True] * 30 + [False]
    fast = HistoryPacing()
    assert [fast.admits(asked(number / 10, what="BID_ASK")) for number in range(3)] == [
        True, True, False,
    ]  # fmt: skip
