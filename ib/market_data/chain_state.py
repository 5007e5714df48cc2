"""Everything that is known of one chain so far; at any moment it makes an answer."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

import ib_async

from ib.market_data.chain_cells import cell_of, has_price
from ib.market_data.chain_definitions import Definitions
from ib.market_data.chain_progress import Cell, CellKey
from ib.market_data.chain_underlying import UnderlyingPrice, underlying_row
from ib.market_data.quote_rows import DATA_TYPES
from ib.market_data.snapshots import Snapshot
from trading.ib_errors import CodeTable
from trading.options import RIGHTS, Expiry, by_distance, holes_between
from trading.snapshots import iso

PARTIAL = "Not every option had answered when this ended: what is missing is empty"
NO_DEFINITIONS = "These options could not be looked up one by one in time: there may be more"


@dataclass(slots=True)
class ChainState:
    """`interest`: open interest by conId, which outlives this chain."""

    symbol: str
    interest: Mapping[int, float]
    contract: ib_async.Contract | None = None
    price: UnderlyingPrice | None = None
    expiries: Sequence[Expiry] = ()
    expiry: Expiry | None = None
    definitions: Definitions = field(default_factory=Definitions)
    strikes: Sequence[float] = ()  # the rows
    snapshots: dict[CellKey, Snapshot] = field(default_factory=dict)
    notes: dict[int | str, dict[str, Any]] = field(default_factory=dict)
    is_partial: bool = False
    is_cancelled: bool = False
    ended: datetime | None = None

    def end(self) -> None:
        """Prices are of this moment from now on, whenever the answer is made."""
        self.ended = datetime.now(UTC)

    def summary(self) -> str:
        """One sentence about what came."""
        priced = sum(has_price(cell) for _, cell in self.cells(self.wanted()))
        part = " (partial)" if self.is_partial else ""
        return f"{len(self.strikes)} strikes, {priced} options with a price{part}"

    def wanted(self) -> list[CellKey]:
        """The options that exist among the rows."""
        keys = ((strike, right) for strike in self.strikes for right in RIGHTS)
        return [key for key in keys if key in self.definitions.found]

    def from_the_money(self) -> list[CellKey]:
        """The places of all rows, the nearest to the price first."""
        strikes = by_distance(self.strikes, self.price.price if self.price else None)
        return [(strike, right) for strike in strikes for right in RIGHTS]

    def cell(self, key: CellKey) -> Cell | None:
        contract = self.definitions.found.get(key)
        if contract is None:
            return None
        return cell_of(contract, self.snapshots.get(key), self.interest.get(contract.conId))

    def cells(self, keys: Iterable[CellKey]) -> list[tuple[CellKey, Cell]]:
        return [(key, cell) for key in keys if (cell := self.cell(key))]

    def note(self, codes: CodeTable, code: int, text: str) -> None:
        """What IB said, once however many options it was said of."""
        meaning = codes.explain(code)
        self.notes.setdefault(
            code,
            {"code": code, "text": text, "meaning": meaning.meaning, "next": meaning.next_step},
        )

    def say(self, text: str, next_step: str = "") -> None:
        """A note of our own."""
        self.notes.setdefault(
            text, {"code": None, "text": text, "meaning": text, "next": next_step}
        )

    def to_payload(self, chain_id: str, seconds: float) -> dict[str, Any]:
        """CHAIN, as far as it is known."""
        found = dict(self.cells(self.from_the_money()))
        rows = [
            {"strike": each, "call": found.get((each, "C")), "put": found.get((each, "P"))}
            for each in self.strikes
        ]
        return {
            "id": chain_id,
            "asOf": iso(self.ended or datetime.now(UTC)),
            "seconds": seconds,
            "symbol": self.symbol,
            "underlying": underlying_row(self.contract, self.price),
            "expiries": [one.to_payload() for one in self.expiries],
            **self._chosen(),
            "rows": rows,
            "holes": self._holes(),
            "withoutQuote": sum(not has_price(cell) for cell in found.values()),
            "marketDataType": self._data_type(),
            "partial": self.is_partial,
            "cancelled": self.is_cancelled,
            "notes": list(self.notes.values()),
        }

    def _chosen(self) -> dict[str, Any]:
        chosen = self.expiry
        if chosen is None:
            names = ("expiry", "daysToExpiry", "tradingClass", "multiplier", "exchange")
            return dict.fromkeys(names) | {"strikesListed": 0}
        return {
            **chosen.to_payload(),
            "exchange": chosen.of.exchange,
            "strikesListed": len(chosen.of.strikes),
        }

    def _holes(self) -> int:
        """Options between the first and the last row that IB lists no contract for."""
        if self.expiry is None or not self.strikes:
            return 0
        unanswered = self.definitions.unanswered
        hidden = set(holes_between(self.expiry.of.strikes, self.strikes))
        return 2 * (len(hidden) + len(self.strikes)) - len(self.wanted()) - unanswered

    def _data_type(self) -> str | None:
        """Of most options."""
        told = Counter(
            snapshot.ticker.marketDataType
            for snapshot in self.snapshots.values()
            if snapshot.ticker and snapshot.error is None
        )
        return DATA_TYPES.get(told.most_common(1)[0][0]) if told else None
