"""Reproducible noise and the shaping of walks made of it.

May not know contracts, prices or time: everything here is a pure function of its arguments.
"""

import math
from collections.abc import Sequence
from functools import lru_cache
from hashlib import shake_128
from itertools import accumulate
from statistics import NormalDist

# A byte of noise as a draw of the normal distribution.
NORMAL = tuple(NormalDist().inv_cdf((byte + 0.5) / 256) for byte in range(256))


def noise_bytes(seed: int, stream: int, level: int | str, index: int, count: int) -> bytes:
    """`count` bytes that depend on nothing but their own place."""
    return shake_128(f"{seed}:{stream}:{level}:{index}".encode()).digest(count)


@lru_cache(maxsize=4096)
def market_draws(seed: int, level: int, index: int) -> tuple[float, ...]:
    """The market-wide moves of the parts of one node, the same for every contract."""
    return tuple(NORMAL[byte] for byte in noise_bytes(seed, 0, level, index, 24))


@lru_cache(maxsize=65_536)
def lattice(seed: int, stream: int, octave: int, place: int) -> float:
    coarse, fine = noise_bytes(seed, stream, f"octave {octave}", place, 2)
    return (NORMAL[coarse] + NORMAL[fine]) / math.sqrt(2)


def extremes(values: list[float]) -> tuple[int, int]:
    """Where the highest and the lowest value are; always two different places."""
    top = values.index(max(values))
    bottom = values.index(min(values))
    return top, bottom if bottom != top else (top + 1) % len(values)


def bend(
    walk: list[float], bends: tuple[tuple[float, float], ...], high: int, low: int
) -> list[int]:
    """The walk, shifted at each (place, shift) and in proportion between them and the fixed ends.

    The result is rounded and kept within [low, high].
    """
    bent = []
    place, shift, number = 0.0, 0.0, 0
    for next_place, next_shift in (*sorted(bends), (len(walk) - 1, 0.0)):
        slope = (next_shift - shift) / (next_place - place)
        while number <= next_place:
            value = int(walk[number] + shift + slope * (number - place) + 0.5)
            bent.append(high if value > high else low if value < low else value)
            number += 1
        place, shift = next_place, next_shift
    return bent


def share_out(
    before: int, after: int, noise: bytes, weights: Sequence[int] | None = None
) -> list[int]:
    """The volume after each part, from `before` up to exactly `after`.

    With weights a part gets so many times what it would get; weights of nothing are ignored.
    """
    parts = [128 + byte for byte in noise]
    if weights is not None and any(weights):
        parts = [part * weight for part, weight in zip(parts, weights, strict=True)]
    shares = list(accumulate(parts))
    return [before + (after - before) * share // shares[-1] for share in shares]
