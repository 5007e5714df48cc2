"""Percentiles and how they are printed."""

from __future__ import annotations

import statistics


def percentile(values: list[float], share: float) -> float:
    ordered = sorted(values)
    return ordered[min(len(ordered) - 1, int(share * len(ordered)))]


def line(name: str, milliseconds: list[float]) -> str:
    """One row: count, median, 99th percentile and maximum in milliseconds."""
    return (
        f"{name:<34} n={len(milliseconds):<6} p50 {statistics.median(milliseconds):8.3f}  "
        f"p99 {percentile(milliseconds, 0.99):8.3f}  max {max(milliseconds):8.3f}  ms"
    )
