"""How much one agent may say."""

from __future__ import annotations

from relay.rates import BURST, BYTES_PER_TOKEN, PER_SECOND, Bucket


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
