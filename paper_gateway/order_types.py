"""The order types that are modelled, as one table: which prices they need and how they begin.

May not fill or refuse anything; it is data. The words are those of placeOrder, and ``code`` is the
word for the same type in contractDetails' list of order types.
"""

from dataclasses import dataclass
from enum import StrEnum


class Trigger(StrEnum):
    """What an order waits for before it works; the empty one works at once."""

    NONE = ""
    STOP = "stop"
    """The last price moves against the order: up to a buy's price, down to a sale's."""
    TOUCH = "touch"
    """The last price moves in the order's favour: down to a buy's price, up to a sale's."""
    TRAIL = "trail"
    """As a stop, whose price follows the market while that moves in the order's favour."""


class Peg(StrEnum):
    """The price that a pegged order follows."""

    NONE = ""
    MIDPOINT = "midpoint"
    PRIMARY = "primary"
    """The own side of the quote: the bid for a buy."""


class Need(StrEnum):
    """Whether a type has a price in lmtPrice or auxPrice."""

    NEVER = "never"
    MAY = "may"
    MUST = "must"


@dataclass(frozen=True, slots=True)
class OrderType:
    """How one order type works."""

    code: str
    limit: Need = Need.NEVER
    aux: Need = Need.NEVER
    trigger: Trigger = Trigger.NONE
    peg: Peg = Peg.NONE
    is_at_close: bool = False
    rests_after_first_part: bool = False

    @property
    def rests_at_once(self) -> bool:
        """Told as Submitted from the start: it goes to the exchange and rests there."""
        is_limited = self.limit is Need.MUST or self.peg is not Peg.NONE
        return is_limited and self.trigger is Trigger.NONE and not self.is_at_close


_MUST, _MAY = Need.MUST, Need.MAY
ORDER_TYPES = {
    "MKT": OrderType("MKT"),
    "LMT": OrderType("LMT", limit=_MUST),
    "STP": OrderType("STP", aux=_MUST, trigger=Trigger.STOP),
    "STP LMT": OrderType("STPLMT", limit=_MUST, aux=_MUST, trigger=Trigger.STOP),
    "MIT": OrderType("MIT", aux=_MUST, trigger=Trigger.TOUCH),
    "LIT": OrderType("LIT", limit=_MUST, aux=_MUST, trigger=Trigger.TOUCH),
    "TRAIL": OrderType("TRAIL", aux=_MAY, trigger=Trigger.TRAIL),
    "TRAIL LIMIT": OrderType("TRAILLMT", limit=_MAY, aux=_MAY, trigger=Trigger.TRAIL),
    "MOC": OrderType("MOC", is_at_close=True),
    "LOC": OrderType("LOC", limit=_MUST, is_at_close=True),
    "MTL": OrderType("MTL", rests_after_first_part=True),
    "MIDPRICE": OrderType("MIDPX", limit=_MAY, peg=Peg.MIDPOINT),
    "PEG MID": OrderType("PEGMID", limit=_MAY, aux=_MAY, peg=Peg.MIDPOINT),
    "REL": OrderType("REL", limit=_MAY, aux=_MAY, peg=Peg.PRIMARY),
}
# Times in force. All or nothing and auctions are a matter of the fill, not of the type.
AT_OPEN = "OPG"
AT_ONCE = frozenset({"IOC", "FOK"})
TIFS = frozenset({"", "DAY", "GTC", "GTD", "IOC", "FOK", AT_OPEN})
# The types that may wait for the opening auction.
OPENING_TYPES = frozenset({"MKT", "LMT"})
