"""How positions end: options are exercised, assigned or worth nothing, futures are settled.

May not book anything, or decide when: the day's end and a client's exerciseOptions do. A settlement
is no trade of an order; that TWS tells positions and cash of it and no execution is a guess.
"""

from __future__ import annotations

from paper_gateway.account import Position, Trade
from paper_gateway.contracts import Catalogue, ContractDefinition
from paper_gateway.market import Market

IN_THE_MONEY = 0.01
"""By so much an option is exercised when nobody says otherwise (OCC rule 805)."""


class NotExercisable(ValueError):
    """The option cannot be exercised; the text says why."""


class Settlements:
    """Works out settlements; amounts per unit, in the contract's currency."""

    def __init__(self, catalogue: Catalogue, market: Market) -> None:
        self._catalogue = catalogue
        self._market = market

    def of_expired(self, position: Position, at: float) -> list[Trade]:
        """The trades that end a position whose contract has expired; none when it goes on."""
        definition = position.definition
        last = definition.expires_at
        if not position.quantity or last > at:
            return []
        if definition.right:
            return self._exercise(definition, position.quantity, last)
        return [Trade(definition, -position.quantity, self._market.mark(definition.con_id, last))]

    def of_exercise(
        self, position: Position | None, quantity: int, at: float, *, override: bool
    ) -> list[Trade]:
        """The trades of exercising so many options that are held.

        ``override``: also when it brings nothing. Raises NotExercisable.
        """
        if position is None or not 0 < quantity <= position.quantity:
            raise NotExercisable("No unlapsed long position exists in this option in account")
        if not override and self._worth(position.definition, at) < IN_THE_MONEY:
            raise NotExercisable("The option is not in the money")
        return self._exercise(position.definition, quantity, at, is_asked=True)

    def _worth(self, option: ContractDefinition, at: float) -> float:
        price = self._market.mark(option.under_con_id, at)
        gain = price - option.strike if option.right == "C" else option.strike - price
        return round(max(gain, 0.0), 8)

    def _exercise(
        self, option: ContractDefinition, quantity: float, at: float, *, is_asked: bool = False
    ) -> list[Trade]:
        """Long or, negative, short: shares change hands at the strike; of an index or a future the
        worth is paid in cash."""
        worth = self._worth(option, at)
        shares = self._catalogue.by_con_id(option.under_con_id)
        if shares is None or option.under_sec_type != "STK":
            return [Trade(option, -quantity, worth)]
        if worth < IN_THE_MONEY and not is_asked:
            return [Trade(option, -quantity, 0.0)]
        side = 1 if option.right == "C" else -1
        delivered = quantity * float(option.multiplier) * side
        return [Trade(option, -quantity, 0.0), Trade(shares, delivered, option.strike)]
