"""Positions compared with executions: is there anything that the known fills do not explain?

What a position has beside its fills (what was there before) cannot change by itself. When it does,
somebody traded elsewhere, or an option was assigned or expired, or shares were transferred. It only
tells: nothing is ever traded because of it.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

Row = Mapping[str, Any]  # a position or an execution, as the API shows it
Key = tuple[str, int]  # account, conId
Sizes = Mapping[Key, Decimal]
Fills = dict[Key, dict[str, Decimal]]  # of each position, by execId without its revision

PERSIST_SECONDS = 5.0  # IB tells positions a moment after the fill
# Combos are told by their legs as well, and money is no position.
NOT_COMPARED = frozenset({"BAG", "CASH"})
SIGNS = {"BOT": 1, "SLD": -1}
UNITS = {"STK": "shares", "OPT": "contracts", "FOP": "contracts", "FUT": "contracts"}
CAUSES = "traded elsewhere, assigned, expired or transferred"
ZERO = Decimal()


@dataclass(frozen=True, slots=True)
class Names:
    """How a person calls a contract."""

    symbol: str
    full: str
    unit: str


@dataclass(frozen=True, slots=True)
class Difference:
    """`expected` is what the known executions explain, `found` what TWS tells."""

    account: str
    con_id: int
    names: Names
    expected: Decimal
    found: Decimal

    @property
    def difference(self) -> Decimal:
        return self.found - self.expected

    @property
    def text(self) -> str:
        size = format(abs(self.difference).normalize(), "f")
        word = "more" if self.difference > 0 else "fewer"
        return (
            f"{self.names.full}: {size} {self.names.unit} {word} than the executions known here "
            f"explain: {CAUSES}."
        )

    def to_payload(self) -> dict[str, Any]:
        return {
            "account": self.account,
            "conId": self.con_id,
            "symbol": self.names.symbol,
            "expected": float(self.expected),
            "found": float(self.found),
            "difference": float(self.difference),
            "text": self.text,
        }


def compare(
    baseline: Sizes, moved: Sizes, found: Sizes, names: Mapping[Key, Names]
) -> list[Difference]:
    """Where `baseline` and what the executions `moved` since then are not what is `found` now.

    What is missing in one of the three is 0.
    """
    differences = []
    for key in sorted({*baseline, *moved, *found}):
        expected, now = baseline.get(key, ZERO) + moved.get(key, ZERO), found.get(key, ZERO)
        if expected != now:
            named = names.get(key) or Names(f"conId {key[1]}", f"conId {key[1]}", "units")
            differences.append(Difference(*key, named, expected, now))
    return differences


def sizes_of(positions: Iterable[Row]) -> dict[Key, Decimal]:
    return {_key(row): Decimal(str(row["position"])) for row in positions if _is_compared(row)}


def add_fills(fills: Fills, executions: Iterable[Row]) -> None:
    """Note the signed shares of each fill in its newest revision.

    0000e0d5.67fe667b.01.02 corrects 0000e0d5.67fe667b.01.01 and takes its place.
    """
    for row in sorted(filter(_is_compared, executions), key=lambda row: str(row["execId"])):
        shares = SIGNS[row["side"]] * Decimal(str(row["shares"]))
        fills.setdefault(_key(row), {})[str(row["execId"]).rpartition(".")[0]] = shares


def sums_of(fills: Fills) -> dict[Key, Decimal]:
    return {key: sum(own.values(), ZERO) for key, own in fills.items()}


@dataclass(slots=True)
class PositionCheck:
    """Looks again and again; `differences` are those that have stayed for PERSIST_SECONDS.

    A position's baseline is what it has beside its fills at the first look; when a fill was on its
    way just then, what it has beside them once that stays. It knows no clock and belongs to one
    thread at a time.
    """

    differences: tuple[Difference, ...] = ()
    _began: float | None = None  # when the first look was
    _rests: dict[Key, tuple[Decimal, float]] = field(default_factory=dict)  # since when it is so
    _baseline: dict[Key, Decimal] = field(default_factory=dict)
    # Kept for ever: yesterday's fills are no longer listed, and still explain their positions.
    _fills: Fills = field(default_factory=dict)
    _names: dict[Key, Names] = field(default_factory=dict)
    _odd: dict[Key, tuple[Decimal, float]] = field(default_factory=dict)  # and since when

    def look(
        self,
        positions: Iterable[Row],
        executions: Iterable[Row],
        accounts: Collection[str],
        seconds: float,
    ) -> None:
        """`positions` is a complete snapshot of `accounts`; `seconds` never goes backward."""
        rows = list(positions), list(executions)
        add_fills(self._fills, rows[1])
        self._names |= _names_of([*rows[1], *rows[0]])
        moved, found = sums_of(self._fills), sizes_of(rows[0])
        for key in {*self._rests, *moved, *found}:
            self._settle(key, found.get(key, ZERO) - moved.get(key, ZERO), seconds)
        if self._began is None:
            self._began = seconds
        settled = {key: rest for key, rest in self._baseline.items() if key[0] in accounts}
        self._tell(
            compare(settled, _only(moved, settled), _only(found, settled), self._names), seconds
        )

    def _settle(self, key: Key, rest: Decimal, seconds: float) -> None:
        """Give the position its baseline as soon as that stays."""
        if key in self._baseline:
            return
        is_late = self._began is not None and seconds - self._began > PERSIST_SECONDS
        if key not in self._rests and is_late:
            self._baseline[key] = ZERO  # nobody held it at the first look
            return
        known, since = self._rests.setdefault(key, (rest, seconds))
        if known != rest:
            self._rests[key] = rest, seconds
        elif seconds - since > PERSIST_SECONDS:
            self._baseline[key] = rest

    def _tell(self, now: Iterable[Difference], seconds: float) -> None:
        """Those that were the same at an earlier look, long enough ago."""
        odd: dict[Key, tuple[Decimal, float]] = {}
        told = []
        for one in now:
            key = one.account, one.con_id
            size, since = self._odd.get(key, (ZERO, seconds))
            odd[key] = size, since = one.difference, since if size == one.difference else seconds
            if seconds - since > PERSIST_SECONDS:
                told.append(one)
        self._odd, self.differences = odd, tuple(told)


def _key(row: Row) -> Key:
    return row["account"], row["contract"]["conId"]


def _is_compared(row: Row) -> bool:
    return row["contract"]["secType"] not in NOT_COMPARED


def _only(sizes: Sizes, keys: Collection[Key]) -> dict[Key, Decimal]:
    return {key: size for key, size in sizes.items() if key in keys}


def _names_of(rows: Iterable[Row]) -> dict[Key, Names]:
    return {_key(row): _name_of(row["contract"]) for row in rows}


def _name_of(contract: Mapping[str, Any]) -> Names:
    symbol = contract["symbol"]
    unit = UNITS.get(contract["secType"], "units")
    return Names(symbol, contract.get("localSymbol") or symbol, unit)
