"""IB's pacing rules for history: which request comes too fast.

May not answer. The rules, from IB's documentation: no identical request within 15 seconds, fewer
than six for one contract and kind of data within two seconds, no more than 60 in ten minutes, where
one for BID_ASK counts twice. IB says that they hold for bars of 30 seconds or less; the switch of
the paper gateway applies them to every request.
"""

from collections import deque
from dataclasses import dataclass

IDENTICAL_SECONDS = 15.0
CONTRACT_SECONDS, CONTRACT_LIMIT = 2.0, 6
TOTAL_SECONDS, TOTAL_LIMIT = 600.0, 60


@dataclass(frozen=True, slots=True)
class Asked:
    """One request: when, all that makes it identical to another, and what it is about."""

    at: float
    terms: tuple[object, ...]
    con_id: int
    what: str

    @property
    def weight(self) -> int:
        return 2 if self.what == "BID_ASK" else 1


class HistoryPacing:
    """Remembers the admitted requests of the last ten minutes: never more than 60."""

    def __init__(self) -> None:
        self._asked: deque[Asked] = deque()

    def admits(self, asked: Asked) -> bool:
        """Count a request; False, and it is not counted, when it comes too fast."""
        while self._asked and self._asked[0].at <= asked.at - TOTAL_SECONDS:
            self._asked.popleft()
        if self._breaks_a_rule(asked):
            return False
        self._asked.append(asked)
        return True

    def _breaks_a_rule(self, asked: Asked) -> bool:
        total = asked.weight + sum(each.weight for each in self._asked)
        same = [
            each for each in self._asked if (each.con_id, each.what) == (asked.con_id, asked.what)
        ]
        recent = [each for each in same if each.at > asked.at - CONTRACT_SECONDS]
        weight = asked.weight * (1 + len(recent))
        is_repeated = any(
            each.terms == asked.terms and each.at > asked.at - IDENTICAL_SECONDS for each in same
        )
        return is_repeated or weight >= CONTRACT_LIMIT or total > TOTAL_LIMIT
