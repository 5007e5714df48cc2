"""What a caller may hear: a result, an error, or honestly nothing."""

from __future__ import annotations

from dataclasses import dataclass

from trading.refusals import Busy, NoAnswer, NotFound, Refused, TradingError

FEED_KNOWS_NOT = "The feed that was asked does not know it"
FEED_REFUSES = "The feed that was asked does not take this request"
FEED_IS_BUSY = "The feed that was asked has enough to do. Try again in a moment."
FEED_CANNOT = "The feed that was asked could not answer"


@dataclass(frozen=True, slots=True)
class Result:
    """What the agent answered, as JSON; `is_own`: it was the asking user's agent.

    `feed`: how the agent calls its feed, never whose it is.
    """

    json: str
    is_own: bool
    feed: str


@dataclass(frozen=True, slots=True)
class Unknown:
    """Nobody can say what became of the order or exit. It is never asked again."""

    client_order_id: str | None


Answer = Result | Unknown | TradingError


def foreign_error(error: TradingError) -> TradingError:
    """An error of another user's agent in words of ours: its own may name an account.

    What asking again would not mend is told apart from what it might.
    """
    if isinstance(error, NotFound):
        return NotFound(FEED_KNOWS_NOT)
    if isinstance(error, Refused):
        return Refused(FEED_REFUSES)
    return Busy(FEED_IS_BUSY) if isinstance(error, Busy) else NoAnswer(FEED_CANNOT)
