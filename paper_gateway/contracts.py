"""How a query finds contracts, as TWS does it.

It may not know prices in motion, accounts or sockets: a catalogue is a fixed set of values, apart
from the combinations that orders have made of its contracts.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from paper_gateway.definitions import EXCHANGE_ALIASES, exchange_name
from paper_gateway.definitions import ContractDefinition as ContractDefinition
from paper_gateway.definitions import ContractQuery as ContractQuery
from paper_gateway.definitions import Leg as Leg
from paper_gateway.listings import everything
from paper_gateway.ticks import market_rule as market_rule
from paper_gateway.ticks import on_tick as on_tick
from paper_gateway.ticks import round_to_tick as round_to_tick
from paper_gateway.ticks import tick_decimals as tick_decimals

MATCHING_SYMBOLS_LIMIT = 16
# reqMatchingSymbols answers with underlyings; their derivatives are found through them.
_DERIVATIVES = frozenset({"OPT", "FUT"})
_TEXT_FIELDS = (
    "symbol",
    "sec_type",
    "right",
    "multiplier",
    "primary_exchange",
    "currency",
    "local_symbol",
    "trading_class",
)


@dataclass(frozen=True, slots=True)
class Ambiguous:
    """A query that fits several contracts: TWS refuses it with error 200."""

    definitions: tuple[ContractDefinition, ...]


class Catalogue:
    """All contracts the paper gateway knows, in a fixed order."""

    def __init__(self, definitions: Iterable[ContractDefinition]) -> None:
        self._definitions = tuple(definitions)
        self._by_con_id = {each.con_id: each for each in self._definitions}
        if len(self._by_con_id) != len(self._definitions):
            raise ValueError("every conId must be unique")
        self._by_symbol: dict[tuple[str, str], list[ContractDefinition]] = {}
        for each in self._definitions:
            # Under its type, and under none for queries that name no type.
            for sec_type in (each.sec_type, ""):
                self._by_symbol.setdefault((each.symbol.upper(), sec_type), []).append(each)
        self._combos: dict[int, ContractDefinition] = {}

    @classmethod
    def default(cls) -> Catalogue:
        """Stocks and ETFs, dollar pairs, cryptocurrencies, futures and some options."""
        return cls(everything())

    @property
    def definitions(self) -> tuple[ContractDefinition, ...]:
        return self._definitions

    def by_con_id(self, con_id: int) -> ContractDefinition | None:
        """A contract by its conId, or a remembered combination by its key."""
        return self._by_con_id.get(con_id) or self._combos.get(con_id)

    def remember(self, key: int, combo: ContractDefinition) -> ContractDefinition:
        """Keep a combination for executions to name; the first one under a key stays."""
        return self._combos.setdefault(key, combo)

    def find(self, query: ContractQuery) -> list[ContractDefinition]:
        """Every contract that agrees with all non-empty fields; text is compared in upper case.

        A conId is not enough when another field contradicts it: then nothing matches, so an
        order for the wrong contract is refused rather than guessed.
        """
        candidates: Iterable[ContractDefinition] = self._definitions
        if query.con_id:
            definition = self._by_con_id.get(query.con_id)
            candidates = () if definition is None else (definition,)
        elif query.symbol:
            key = (query.symbol.upper(), query.sec_type.upper())
            candidates = self._by_symbol.get(key, ())
        wanted = _wanted(query)
        return [
            each
            for each in candidates
            if each.trades_on(query.exchange)
            and (not query.strike or query.strike == each.strike)
            # A month, YYYYMM, means the contract that ends in it.
            and each.last_trade_date.startswith(query.last_trade_date)
            and all(getattr(each, field).upper() == text for field, text in wanted)
        ]

    def rows(self, query: ContractQuery) -> list[tuple[ContractDefinition, str]]:
        """The (contract, exchange) rows of reqContractDetails.

        One row for a conId or a named exchange; one row per valid exchange for a stock without
        an exchange, as TWS answers it.
        """
        found = self.find(query)
        if query.exchange:
            return [(each, exchange_name(query.exchange)) for each in found]
        if query.con_id:
            return [(each, each.exchange) for each in found]
        return [
            (each, exchange)
            for each in found
            for exchange in (
                each.valid_exchanges.split(",") if each.sec_type == "STK" else [each.exchange]
            )
        ]

    def resolve(self, query: ContractQuery) -> ContractDefinition | Ambiguous | None:
        """The one contract that an order or a subscription means; None is error 200."""
        found = self.find(query)
        if not found:
            return None
        return found[0] if len(found) == 1 else Ambiguous(tuple(found))

    def matching(self, pattern: str) -> list[ContractDefinition]:
        """Up to 16 contracts for reqMatchingSymbols.

        The exact symbol first, then symbols that begin with the pattern, then names that contain
        it. An empty pattern matches nothing.
        """
        wanted = pattern.strip().upper()
        if not wanted:
            return []
        ranked = [
            (rank, each)
            for each in self._definitions
            if each.sec_type not in _DERIVATIVES and (rank := _rank(each, wanted)) < 3
        ]
        ranked.sort(key=lambda pair: pair[0])
        return [each for _, each in ranked[:MATCHING_SYMBOLS_LIMIT]]


def _wanted(query: ContractQuery) -> list[tuple[str, str]]:
    wanted = []
    for field in _TEXT_FIELDS:
        text = getattr(query, field).upper()
        if field == "primary_exchange":
            text = EXCHANGE_ALIASES.get(text, text)
        if text:
            wanted.append((field, text))
    return wanted


def _rank(definition: ContractDefinition, wanted: str) -> int:
    names = (definition.symbol, definition.local_symbol)
    if wanted in names:
        return 0
    if any(name.startswith(wanted) for name in names):
        return 1
    return 2 if wanted in definition.long_name.upper() else 3
