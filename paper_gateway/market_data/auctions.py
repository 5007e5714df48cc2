"""What is told of the opening and closing auctions before they are held.

May not hold them. An imbalance is published from 9:28 for the opening and from 15:50 for the
closing auction (NASDAQ's and NYSE's times, in New York); outside these minutes there is none.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, time

from paper_gateway.definitions import ContractDefinition
from paper_gateway.market import Quote
from paper_gateway.noise import noise_bytes
from paper_gateway.times import local_time

# IB's tick types.
VOLUME, PRICE, IMBALANCE, REGULATORY_IMBALANCE = 34, 35, 36, 61
_AUCTIONED = frozenset({"STK"})


@dataclass(frozen=True, slots=True)
class Auction:
    """From when it is announced, when it is held, and its share of an average day's volume."""

    begins: time
    held: time
    share: float


# The shares are rough figures of US stocks.
AUCTIONS = (Auction(time(9, 28), time(9, 30), 0.01), Auction(time(15, 50), time(16), 0.08))


def auction_figures(
    seed: int, definition: ContractDefinition, quote: Quote, at: float
) -> list[tuple[int, float]]:
    """Tick types and values of the auction that is announced at an instant; none outside.

    The paired volume grows to the auction's whole size while the imbalance shrinks to nothing.
    """
    now = local_time(at)
    auction = next((each for each in AUCTIONS if each.begins <= now.time() < each.held), None)
    if auction is None or definition.sec_type not in _AUCTIONED:
        return []
    begins, held = (
        datetime.combine(now.date(), each, now.tzinfo).timestamp()
        for each in (auction.begins, auction.held)
    )
    left = (held - at) / (held - begins)
    size = definition.average_volume * auction.share
    (byte,) = noise_bytes(seed, definition.con_id, "imbalance", int(held), 1)
    imbalance = round(size * left * (byte - 127) / 512)
    return [
        (VOLUME, round(size * (1 - 0.4 * left))),
        (PRICE, quote.last),
        (IMBALANCE, imbalance),
        (REGULATORY_IMBALANCE, imbalance),
    ]
