"""How much one agent may say."""

from __future__ import annotations

from math import ceil

import pytest

from relay.rates import BURST, BYTES_PER_TOKEN, LOANS, PER_SECOND, Bucket, Loans


def taken(bucket: Bucket, count: int, now: float = 0.0, size: int = 10) -> int:
    return sum(bucket.take(size, now) for _ in range(count))


def test_a_burst_passes_and_no_more() -> None:
    assert taken(Bucket(0.0), int(BURST) + 10) == BURST


def test_it_fills_again_with_time_but_never_beyond_a_burst() -> None:
    bucket = Bucket(0.0)
    taken(bucket, int(BURST))
    assert taken(bucket, int(PER_SECOND) + 10, now=1.0) == PER_SECOND
    assert taken(Bucket(0.0), int(BURST) + 10, now=3600.0) == BURST


def test_large_frames_cost_more() -> None:
    assert taken(Bucket(0.0), int(BURST), size=9 * BYTES_PER_TOKEN) == BURST // 10


def test_others_get_a_share_of_what_ib_paces() -> None:
    loans, (most, refill) = Loans(), LOANS["bars"]
    assert [loans.take("bars", 0.0) for _ in range(most + 1)] == [0] * most + [refill]
    assert loans.take("bars", refill / 3) == 2 * refill / 3
    assert loans.take("contracts", 0.0) == 0
    assert [loans.take("bars", refill) for _ in range(2)] == [0, refill]


@pytest.mark.parametrize("operation", sorted(LOANS))
def test_every_share_ends_and_comes_again(operation: str) -> None:
    loans, (most, refill) = Loans(), LOANS[operation]
    assert not any(loans.take(operation, 0.0) for _ in range(most))
    assert loans.take(operation, 0.0) == ceil(refill)
    assert loans.take(operation, refill) == 0


def test_quotes_have_bounds_of_their_own() -> None:
    loans = Loans()
    assert {loans.take("stock-quote", 0.0) for _ in range(1000)} == {0}
