"""What a caller may hear: a result, an error, or honestly nothing."""

from __future__ import annotations

from dataclasses import dataclass

from trading.refusals import NoAnswer, NotFound, TradingError

FEED_KNOWS_NOT = "The feed that was asked does not know it"
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
    """An error of another user's agent in words of ours: its own may name an account."""
    return NotFound(FEED_KNOWS_NOT) if isinstance(error, NotFound) else NoAnswer(FEED_CANNOT)
