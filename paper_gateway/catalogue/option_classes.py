"""Option classes: their strikes and expirations, and which of both exist together.

May not know prices in motion. What is listed once stays listed until it expires: a near expiration
has all strikes, a far one every other.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, timedelta
from functools import lru_cache

from paper_gateway.catalogue.con_ids import FIRST_FUTURE_OPTION_SLOT, STRIKES, OptionPlace
from paper_gateway.catalogue.market_rules import MARKET_RULES
from paper_gateway.catalogue.option_expirations import (
    EXPIRATION_RULES,
    FRIDAY,
    expirations,
    friday_of,
)
from paper_gateway.catalogue.order_types import OPTION_EXCHANGES
from paper_gateway.catalogue.tables import Row, TableError, read_table
from paper_gateway.definitions import ContractDefinition

# Beyond so many days an expiration has every other strike only.
_FAR_DAYS = 200
_WEEKDAYS = 5


@dataclass(frozen=True, slots=True)
class OptionClass:
    """One row of option_classes.tsv with the contract that its options are on."""

    number: int
    trading_class: str
    under: ContractDefinition
    ranges: str
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
        return _WEEKDAYS if self.rule == "daily" else 1

    @property
    def strikes(self) -> tuple[float, ...]:
        """Every strike of the class, lowest first."""
        return strikes_of(self.ranges)

    def expirations(self, today: date) -> list[date]:
        return expirations(self.rule, today)

    def lists(self, expiration: date, strike: float, today: date) -> bool:
        """Whether an expiration of the class has this strike on a day.

        So the chain, which names all strikes and all expirations, names more than exists, as IB's
        does.
        """
        number = _numbers(self.ranges).get(strike)
        if number is None:
            return False
        return number % 2 == 0 or (expiration - today).days <= _FAR_DAYS

    def place(self, expiration: date, strike: float, right: str) -> OptionPlace:
        """Where an option stands among the conIds."""
        slot = self.number
        if self.rule == "daily":
            slot += FRIDAY - expiration.weekday()
        number = _numbers(self.ranges)[strike]
        return OptionPlace(slot, friday_of(expiration), number, right)

    def expiration_and_strike(self, place: OptionPlace) -> tuple[date, float] | None:
        """The way back from ``place``; None when the class has no such option on any day."""
        if place.strike >= len(self.strikes):
            return None
        strike = self.strikes[place.strike]
        for back in range(_WEEKDAYS):
            day = place.friday - timedelta(days=back)
            if self.expires_on(day) and self.place(day, strike, place.right) == place:
                return day, strike
        return None

    def expires_on(self, day: date) -> bool:
        """Whether the class has an expiration on a day, once that is near enough."""
        return day in EXPIRATION_RULES[self.rule](day)


@lru_cache(maxsize=1024)
def strikes_of(ranges: str) -> tuple[float, ...]:
    """``4:0.5:25 26:1:60`` as strikes. Raises ValueError."""
    found: list[float] = []
    for part in ranges.split():
        lowest, step, highest = (float(each) for each in part.split(":"))
        count = round((highest - lowest) / step) + 1
        found += [lowest + number * step for number in range(count)]
    if not 0 < len(found) <= STRIKES or found != sorted(set(found)) or found[0] <= 0:
        raise ValueError(f"{ranges!r} are not 1 to {STRIKES} rising strikes")
    return tuple(found)


@lru_cache(maxsize=1024)
def _numbers(ranges: str) -> dict[float, int]:
    return {strike: number for number, strike in enumerate(strikes_of(ranges))}


def read_option_classes(instruments: Iterable[ContractDefinition]) -> list[OptionClass]:
    """Every class, on the contracts it is on. Raises TableError."""
    known = {(each.sec_type, each.symbol, each.currency): each for each in instruments}
    found: list[OptionClass] = []
    names: set[str] = set()
    taken: set[int] = set()
    for row in read_table("option_classes"):
        under = known.get((row["secType"], row["symbol"], "USD"))
        if under is None or row["expirations"] not in EXPIRATION_RULES:
            raise TableError(f"{row.place}: no such underlying, or no such expirations")
        if row.integer("rule") not in MARKET_RULES:
            raise TableError(f"{row.place}: there is no market rule {row['rule']}")
        option_class = _option_class(row, under)
        try:
            strikes_of(option_class.ranges)
        except ValueError as error:
            raise TableError(f"{row.place}: {error}") from error
        slots = set(range(option_class.number, option_class.number + option_class.slots))
        if taken & slots or max(slots) >= FIRST_FUTURE_OPTION_SLOT or row["class"] in names:
            raise TableError(f"{row.place}: the number or the class is taken, or it is too high")
        taken |= slots
        names.add(row["class"])
        found.append(option_class)
    return found


def _option_class(row: Row, under: ContractDefinition) -> OptionClass:
    return OptionClass(
        number=row.integer("number"),
        trading_class=row["class"],
        under=under,
        ranges=row["strikes"],
        rule=row["expirations"],
        exchanges=row["exchanges"] or OPTION_EXCHANGES,
        market_rule=row["rule"],
        carry=row.number("carry"),
        volume=row.integer("contracts"),
    )
