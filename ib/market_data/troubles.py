"""Why a subscription brings no data, or not all of it: in IB's words, in ours, and what comes next.

TROUBLE = {"code", "text", "meaning", "next", "subscription", "since", "retryAt"}: `subscription` is
what IB's text names as missing, `retryAt` when it is asked for again by itself; both may be null.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from trading.data_codes import Effect, effect_of, subscription_named
from trading.ib_errors import CodeTable
from trading.refusals import Busy, RejectedByIB, TradingError
from trading.snapshots import iso


@dataclass(frozen=True, slots=True)
class Trouble:
    """One of a subscription. `effect` says what it does to the line."""

    code: int
    effect: Effect
    text: str
    sentence: str  # for an error answer
    meaning: str
    next_step: str
    since: datetime
    retry_at: datetime | None = None

    @property
    def is_partial(self) -> bool:
        """The line goes on."""
        return self.effect == "part"

    def to_payload(self) -> dict[str, Any]:
        return {
            "code": self.code,
            "text": self.text,
            "meaning": self.meaning,
            "next": self.next_step,
            "subscription": subscription_named(self.text),
            "since": iso(self.since),
            "retryAt": iso(self.retry_at),
        }


def trouble_of(codes: CodeTable, code: int, text: str, since: datetime) -> Trouble:
    """`code` is one that concerns subscriptions."""
    meaning, effect = codes.explain(code), effect_of(code)
    assert effect is not None
    sentence = codes.sentence(code, text)
    return Trouble(code, effect, text, sentence, meaning.meaning, meaning.next_step, since)


def error_of(trouble: Trouble | None) -> TradingError:
    """The trouble as the answer to whoever asked for a price."""
    assert trouble is not None
    if trouble.effect == "full":
        return Busy(trouble.text)
    return RejectedByIB(trouble.sentence, code=trouble.code, text=trouble.text)
