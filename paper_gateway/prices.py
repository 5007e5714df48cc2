"""What an order would pay or get, and when: prices and hours of contracts and combinations.

May not know orders. For a combination every price is the sum of its legs' prices, and it trades
when all of them do; when it touches a price is not known ahead, so it is looked at once a second.
"""

from collections.abc import Iterable

from paper_gateway.contracts import ContractDefinition
from paper_gateway.market import Market
from paper_gateway.session_times import next_auction
from paper_gateway.timers import Clock

# How far ahead the path of a contract is searched at a time, and how often a combination is priced.
SEARCH_SECONDS = 86_400.0
COMBO_SECONDS = 1.0


class Prices:
    """The market as orders see it, now."""

    def __init__(self, market: Market, clock: Clock) -> None:
        self.market = market
        self._clock = clock

    def touch(self, definition: ContractDefinition, is_buy: bool) -> float:
        """What a trade would pay or get now: the ask or the bid."""
        if not definition.legs:
            quote = self.market.quote(definition.con_id, self._clock())
            return quote.ask if is_buy else quote.bid
        return _total(
            leg.ratio * self.touch(leg.definition, is_buy == (leg.ratio > 0))
            for leg in definition.legs
        )

    def mark(self, definition: ContractDefinition) -> float:
        """The last price."""
        if not definition.legs:
            return self.market.mark(definition.con_id, self._clock())
        return _total(leg.ratio * self.mark(leg.definition) for leg in definition.legs)

    def search_seconds(self, definition: ContractDefinition) -> float:
        """After how long to look again when no touch was found."""
        return COMBO_SECONDS if definition.legs else SEARCH_SECONDS

    def next_touch(
        self, definition: ContractDefinition, price: float, above: bool, seconds: float
    ) -> float | None:
        """When the last price is next at ``price`` or beyond, within so many seconds."""
        if definition.legs:
            return None
        now = self._clock()
        return self.market.first_touch(definition.con_id, now, now + seconds, price, above)

    def opens_at(self, definition: ContractDefinition, regular: bool) -> float:
        """When it may trade next: not after now when it may trade now."""
        now, hours = self._clock(), self.market.hours
        return max(hours.next_open(each, now, regular) for each in _parts(definition))

    def has_traded_since(self, definition: ContractDefinition, since: float) -> bool:
        """Whether there were regular hours between an instant and now."""
        now, hours = self._clock(), self.market.hours
        return all(hours.spans(each, since, now, regular=True) for each in _parts(definition))

    def next_auction(self, definition: ContractDefinition, kind: str) -> float:
        """The instant of the next ``open`` or ``close`` auction."""
        now = self._clock()
        held = self.market.hours.next_auction(definition, kind, now)
        return next_auction(kind, now) if held is None else held


def _parts(definition: ContractDefinition) -> list[ContractDefinition]:
    return [leg.definition for leg in definition.legs] or [definition]


def _total(prices: Iterable[float]) -> float:
    return round(sum(prices), 8)
