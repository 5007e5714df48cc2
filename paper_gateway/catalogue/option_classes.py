"""Option classes: their strikes and expirations, and which of both exist together.

May not know prices in motion. Which strikes an expiration has depends on nothing but the two, so
what is listed once stays listed until it expires.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, timedelta

from paper_gateway.catalogue.con_ids import SLOTS, STRIKES, OptionPlace
from paper_gateway.catalogue.option_expirations import (
    EXPIRATION_RULES,
    FRIDAY,
    expirations,
    friday_of,
    is_standard,
)
from paper_gateway.catalogue.order_types import OPTION_EXCHANGES
from paper_gateway.catalogue.tables import Row, TableError, read_table
from paper_gateway.definitions import ContractDefinition

# A week's or a day's expiration has the strikes of the middle only, as a part of the center.
_MIDDLE = 0.2
_DAILY_SLOTS = 5
_FEWEST_WEEKDAYS = {"daily": _DAILY_SLOTS}


@dataclass(frozen=True, slots=True)
class OptionClass:
    """One row of option_classes.tsv with the contract that its options are on."""

    number: int
    trading_class: str
    under: ContractDefinition
    center: float
    lowest: float
    step: float
    highest: float
    rule: str
    exchanges: str
    market_rule: str
    carry: float
    volume: int

    @property
    def symbol(self) -> str:
        return self.under.symbol

    @property
    def slots(self) -> int:
        """How many places of conIds it takes: one for each weekday that options expire on."""
        return _FEWEST_WEEKDAYS.get(self.rule, 1)

    def strikes(self) -> list[float]:
        """Every strike of the class, lowest first."""
        count = round((self.highest - self.lowest) / self.step) + 1
        return [self.lowest + number * self.step for number in range(count)]

    def expirations(self, today: date) -> list[date]:
        return expirations(self.rule, today)

    def lists(self, expiration: date, strike: float) -> bool:
        """Whether an expiration has this strike.

        The month's standard options have all in the middle and every other one beyond; the others
        have the middle. So the chain, which names all strikes and all expirations, names more than
        exists, as IB's does.
        """
        steps = (strike - self.lowest) / self.step
        if not (self.lowest <= strike <= self.highest and steps == round(steps)):
            return False
        if abs(strike - self.center) <= _MIDDLE * self.center or self.rule == "volatility":
            return True
        return is_standard(expiration) and round(strike / self.step) % 2 == 0

    def place(self, expiration: date, strike: float, right: str) -> OptionPlace:
        """Where an option stands among the conIds."""
        slot = self.number
        if self.rule == "daily":
            slot += FRIDAY - expiration.weekday()
        number = round((strike - self.lowest) / self.step)
        return OptionPlace(slot, friday_of(expiration), number, right)

    def expiration_and_strike(self, place: OptionPlace) -> tuple[date, float] | None:
        """The way back from ``place``; None when the class has no such option on any day."""
        strike = self.lowest + place.strike * self.step
        days = [place.friday - timedelta(days=back) for back in range(_DAILY_SLOTS)]
        for day in days:
            if self.expires_on(day) and self.place(day, strike, place.right) == place:
                return (day, strike) if self.lists(day, strike) else None
        return None

    def expires_on(self, day: date) -> bool:
        """Whether the class has an expiration on a day, once that is near enough."""
        return day in EXPIRATION_RULES[self.rule](day)


def read_option_classes(instruments: Iterable[ContractDefinition]) -> list[OptionClass]:
    """Every class, on the contracts it is on. Raises TableError."""
    known = {(each.sec_type, each.symbol, each.currency): each for each in instruments}
    found: list[OptionClass] = []
    taken: set[int] = set()
    for row in read_table("option_classes"):
        under = known.get((row["secType"], row["symbol"], "USD"))
        if under is None or row["expirations"] not in EXPIRATION_RULES:
            raise TableError(f"{row.place}: no such underlying, or no such expirations")
        option_class = _option_class(row, under)
        slots = set(range(option_class.number, option_class.number + option_class.slots))
        if taken & slots or max(slots) >= SLOTS:
            raise TableError(f"{row.place}: the number is taken or too high")
        if len(option_class.strikes()) > STRIKES:
            raise TableError(f"{row.place}: there are more than {STRIKES} strikes")
        taken |= slots
        found.append(option_class)
    return found


def _option_class(row: Row, under: ContractDefinition) -> OptionClass:
    return OptionClass(
        number=row.integer("number"),
        trading_class=row["class"],
        under=under,
        center=row.number("center"),
        lowest=row.number("lowest"),
        step=row.number("step"),
        highest=row.number("highest"),
        rule=row["expirations"],
        exchanges=row["exchanges"] or OPTION_EXCHANGES,
        market_rule=row["rule"],
        carry=row.number("carry"),
        volume=row.integer("contracts"),
    )
