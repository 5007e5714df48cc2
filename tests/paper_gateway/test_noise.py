"""Noise depends on its place alone, and walks are bent to what they must reach."""

from hypothesis import given
from hypothesis import strategies as st

from paper_gateway.noise import bend, extremes, lattice, market_draws, noise_bytes, share_out


def test_noise_depends_on_nothing_but_its_place() -> None:
    assert noise_bytes(1, 2, 3, 4, 8) == noise_bytes(1, 2, 3, 4, 8)
    assert (
        len({noise_bytes(*place, 8) for place in ((1, 2, 3, 4), (2, 2, 3, 4), (1, 3, 3, 4))}) == 3
    )
    assert market_draws(1, 2, 3) == market_draws(1, 2, 3)
    assert lattice(1, 2, 3, 4) != lattice(1, 2, 3, 5)


@given(st.lists(st.floats(-100, 100), min_size=2, max_size=20))
def test_highest_and_lowest_are_two_places(values: list[float]) -> None:
    top, bottom = extremes(values)
    assert top != bottom
    assert values[top] == max(values)


@given(st.integers(0, 1000), st.integers(0, 100_000), st.binary(min_size=1, max_size=24))
def test_shares_add_up_to_the_whole(before: int, more: int, noise: bytes) -> None:
    shares = share_out(before, before + more, noise)
    assert shares[-1] == before + more
    assert shares == sorted(shares)


def test_shares_follow_their_weights() -> None:
    assert share_out(10, 110, b"\x00" * 4, [0, 3, 1, 0]) == [10, 85, 110, 110]
    assert share_out(10, 110, b"\x00" * 4, [0, 0, 0, 0]) == [35, 60, 85, 110]


def test_a_bent_walk_reaches_the_shift_and_stays_in_bounds() -> None:
    walk = [0.0, 1.0, 2.0, 3.0, 4.0]
    assert bend(walk, ((2, 8.0), (3, 0.0)), 10, 0) == [0, 5, 10, 3, 4]
    assert max(bend(walk, ((2, 80.0), (3, 0.0)), 10, 0)) == 10
