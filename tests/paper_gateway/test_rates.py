"""Messages per second: any second, not those of a clock."""

from paper_gateway.rates import RateMeter


def test_the_most_in_any_one_second_is_kept() -> None:
    meter = RateMeter()
    counts = [meter.count(now) for now in (0.5, 0.9, 1.4, 1.5, 5.0)]
    assert counts == [1, 2, 3, 3, 1]
    assert (meter.total, meter.highest) == (5, 3)


def test_a_second_ends_before_its_like() -> None:
    meter = RateMeter()
    for now in (1.0, 2.0, 3.0):
        meter.count(now)
    assert meter.highest == 1
