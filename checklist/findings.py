"""The checklist's language: what a row is, and what was found about it.

A check returns what it saw, or raises one of the three other verdicts.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any, Literal

Verdict = Literal["ok", "failed", "not provoked", "not run"]
VERDICTS: tuple[Verdict, ...] = ("ok", "failed", "not provoked", "not run")
LOOK_IN_TWS = "Look in TWS, and read the raw messages below."


@dataclass(frozen=True, slots=True)
class Row:
    """One box or step. `key` is 4.1a … 4.6c for boxes, 01 … 60 for steps."""

    key: str
    section: str
    words: str
    expected: str
    is_step: bool = False


@dataclass(frozen=True, slots=True)
class Finding:
    """What was seen of one row on one TWS.

    `seen` has no number that differs between two good runs, so that two of them can be compared;
    `detail` has them. `do` says what to do about a failure. `messages` are the order's timelines.
    """

    verdict: Verdict
    seen: str
    detail: str = ""
    do: str = ""
    seconds: float = 0.0
    messages: tuple[dict[str, Any], ...] = field(default=())

    def to_payload(self) -> dict[str, Any]:
        return {
            "verdict": self.verdict,
            "seen": self.seen,
            "detail": self.detail,
            "do": self.do,
            "seconds": round(self.seconds, 3),
            "messages": list(self.messages),
        }


class Unseen(Exception):
    """What was expected was not seen; `do` is what a person does about it."""

    verdict: Verdict = "failed"

    def __init__(self, seen: str, do: str = "", detail: str = "") -> None:
        super().__init__(seen)
        self.seen, self.do, self.detail = seen, do, detail


class Failed(Unseen):
    """Something else was seen than what was expected."""


class NotProvoked(Unseen):
    """This TWS did not do what should have been looked at: neither good nor bad."""

    verdict: Verdict = "not provoked"


class NotRun(Unseen):
    """It could not be tried, and why."""

    verdict: Verdict = "not run"


class CannotRun(Exception):
    """The whole checklist cannot run; one sentence says why and what to do."""
