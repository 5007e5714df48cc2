"""Which kind of market data a request gets, and the codes that say so.

May not send anything. Texts are those of recorded errors, from public threads; which of the four
refusals a real TWS chooses depends on the account, so a drill chooses it here. That ``part`` leaves
the ticks without quotes is a guess.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from paper_gateway.definitions import ContractDefinition
from paper_gateway.rules import Refusal

if TYPE_CHECKING:
    from paper_gateway.drills import Drills

# IB's market data types.
LIVE, FROZEN, DELAYED, DELAYED_FROZEN = 1, 2, 3, 4
TYPES = (LIVE, FROZEN, DELAYED, DELAYED_FROZEN)
# The age of delayed data: IB's documentation says 15 to 20 minutes.
DELAY_SECONDS = 900.0

COMPETING_SESSION = Refusal(10197, "No market data during competing live session")
_DISPLAYING_DELAYED = Refusal(
    10167, "Requested market data is not subscribed. Displaying delayed market data."
)
_REFUSALS = {
    354: "Requested market data is not subscribed.Delayed market data is {available}.{name}",
    10089: "Requested market data requires additional subscription for API. See link in "
    "'Market Data Connections' dialog for more details.Delayed market data is {available}.{name}",
    10168: "Requested market data is not subscribed. Delayed market data is not enabled.",
    10186: "Requested market data is not subscribed. Delayed market data is not enabled",
}
_PART = (
    "Part of requested market data is not subscribed. Subscription-independent ticks are still "
    "active.Delayed market data is not available.{name}"
)


@dataclass(frozen=True, slots=True)
class Access:
    """What a line gets: ``has_quotes`` False leaves it the ticks that need no subscription."""

    is_delayed: bool = False
    has_quotes: bool = True


def access_of(
    drills: Drills, definition: ContractDefinition, asked: int
) -> tuple[Access | None, Refusal | None]:
    """The access to a contract for who asked for a type (1 to 4), and what it is told of it.

    No access comes with the refusal; access may come with a notice.
    """
    if not drills.data_access:
        return Access(), None
    if drills.data_access == "part":
        text = _PART.format(name=feed_name(definition))
        return Access(has_quotes=False), Refusal(10090, text)
    if drills.data_access == "delayed" and asked in {DELAYED, DELAYED_FROZEN}:
        return Access(is_delayed=True), _DISPLAYING_DELAYED
    available = "available" if drills.data_access == "delayed" else "not available"
    text = _REFUSALS[drills.data_refusal].format(available=available, name=feed_name(definition))
    return None, Refusal(drills.data_refusal, text)


def has_live_data(drills: Drills) -> bool:
    """Whether what needs a live subscription is to be had: depth, single ticks, real-time bars."""
    return not drills.data_access


def no_permission(definition: ContractDefinition) -> str:
    """The end of the refusals of history and single ticks."""
    exchange = definition.primary_exchange or definition.exchange
    # These services still call NASDAQ by its old name.
    exchange = "ISLAND" if exchange == "NASDAQ" else exchange
    return f"No market data permissions for {exchange} {definition.sec_type}"


def feed_name(definition: ContractDefinition) -> str:
    """The feed as errors name it: ``AAPL NASDAQ.NMS/TOP/ALL`` or ``XLV ARCA/TOP/ALL``."""
    exchange = definition.primary_exchange or definition.exchange
    if definition.trading_class == "NMS":
        exchange += ".NMS"
    return f"{definition.symbol} {exchange}/TOP/ALL"


def shown_type(access: Access, asked: int, is_open: bool) -> int:
    """The market data type that is announced (58)."""
    is_frozen = asked in {FROZEN, DELAYED_FROZEN} and not is_open
    if access.is_delayed:
        return DELAYED_FROZEN if is_frozen else DELAYED
    return FROZEN if is_frozen else LIVE
