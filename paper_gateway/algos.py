"""IB's algorithms that are modelled: Adaptive, Twap and Vwap.

May not fill anything: it reads the parameters and says when how much is due.

Adaptive works as the plain order does, a moment later by its priority. Twap and Vwap cut the order
into ten slices at equal distances between start and end; without times they begin at once and take
ten minutes. Twap's slices are alike, Vwap's are larger at both ends, as a stock's day is. A slice
that the limit price does not allow is carried over to the next. What is left at the end is
cancelled, or goes on as the plain order with allowPastEndTime.
"""

from dataclasses import dataclass

from paper_gateway.session_times import start_instant

ADAPTIVE = "Adaptive"
ADAPTIVE_SECONDS = {"Urgent": 0.5, "Normal": 1.0, "Patient": 2.0}
# Percent of the order in each slice.
_SLICED = {
    "Twap": (10, 10, 10, 10, 10, 10, 10, 10, 10, 10),
    "Vwap": (16, 12, 9, 7, 6, 6, 7, 9, 12, 16),
}
_DEFAULT_SECONDS = 600.0
_TIMES = frozenset({"startTime", "endTime", "allowPastEndTime"})
_PARAMETERS = {
    ADAPTIVE: frozenset({"adaptivePriority"}),
    "Twap": _TIMES | {"strategyType"},
    "Vwap": _TIMES | {"maxPctVol", "noTakeLiq", "speedUp"},
}
ALGOS = frozenset(_PARAMETERS)
# The order types that an algorithm can work.
ALGO_TYPES = frozenset({"MKT", "LMT"})


class AlgoError(ValueError):
    """A parameter that is unknown (443) or has a wrong value (441)."""

    def __init__(self, code: int, text: str) -> None:
        super().__init__(text)
        self.code = code


@dataclass(frozen=True, slots=True)
class Algo:
    """One order's algorithm. Instants are epoch seconds; None: not given."""

    name: str
    delay: float = 0.0
    start: float | None = None
    end: float | None = None
    may_go_on: bool = False

    @property
    def is_sliced(self) -> bool:
        return self.name in _SLICED

    def span(self, live_since: float) -> tuple[float, float]:
        """When the first slice is due, and when the time is over."""
        start = max(live_since, self.start or 0.0)
        end = self.end if self.end is not None else start + _DEFAULT_SECONDS
        return start, max(start, end)

    def due(self, live_since: float, now: float, quantity: float) -> float:
        """How much of the order's quantity should be filled by now, in whole units."""
        start, end = self.span(live_since)
        shares = _SLICED[self.name]
        passed = sum(
            1 for n in range(len(shares)) if start + n * (end - start) / len(shares) <= now
        )
        return quantity if passed == len(shares) else quantity * sum(shares[:passed]) // 100

    def next_slice(self, live_since: float, now: float) -> float | None:
        """When the next slice is due; at last the end, then None."""
        start, end = self.span(live_since)
        count = len(_SLICED[self.name])
        slices = (start + n * (end - start) / count for n in range(count + 1))
        return next((each for each in slices if each > now), None)


def parse_algo(name: str, texts: list[str], now: float) -> Algo:
    """The algorithm of placeOrder's block: count, then tag and value of each. Raises AlgoError."""
    values = dict(zip(texts[1::2], texts[2::2], strict=False))
    unknown = sorted(values.keys() - _PARAMETERS[name])
    if unknown:
        text = f"Order processing failed. Unknown algo attribute:{unknown[0]}"
        raise AlgoError(443, text)
    if name == ADAPTIVE:
        priority = values.get("adaptivePriority") or "Normal"
        if priority not in ADAPTIVE_SECONDS:
            raise _invalid("adaptivePriority", priority)
        return Algo(name, ADAPTIVE_SECONDS[priority])
    start, end = (_instant(values, tag, now) for tag in ("startTime", "endTime"))
    if end is not None and end <= max(now, start or 0.0):
        raise _invalid("endTime", values["endTime"])
    return Algo(name, 0.0, start, end, values.get("allowPastEndTime") in {"1", "true", "True"})


def _instant(values: dict[str, str], tag: str, now: float) -> float | None:
    text = values.get(tag, "")
    try:
        return start_instant(text, now) if text else None
    except ValueError as error:
        raise _invalid(tag, text) from error


def _invalid(tag: str, value: str) -> AlgoError:
    return AlgoError(441, f"Algo attributes validation failed:{tag}={value}")
