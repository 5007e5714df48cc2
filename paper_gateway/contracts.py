"""How a query finds contracts, as TWS does it.

It may not know prices in motion, accounts or sockets: a catalogue is a fixed set of values, apart
from the day, which says what has expired, and the combinations that orders have made of its
contracts. Futures and options are made when somebody looks for them; the same contract has the same
conId on every run.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from datetime import date
from functools import lru_cache
from itertools import islice
from typing import NamedTuple

from paper_gateway.catalogue.future_options import FutureOptions
from paper_gateway.catalogue.futures import Futures
from paper_gateway.catalogue.instruments import instruments
from paper_gateway.catalogue.options import Chain, Options, is_option_name
from paper_gateway.definitions import EXCHANGE_ALIASES, exchange_name
from paper_gateway.definitions import ContractDefinition as ContractDefinition
from paper_gateway.definitions import ContractQuery as ContractQuery
from paper_gateway.definitions import Leg as Leg
from paper_gateway.ticks import market_rule as market_rule
from paper_gateway.ticks import on_tick as on_tick
from paper_gateway.ticks import round_to_tick as round_to_tick
from paper_gateway.ticks import tick_decimals as tick_decimals

MATCHING_SYMBOLS_LIMIT = 16
# A catalogue without a clock is one of this day.
FIRST_DAY = date(2026, 1, 1)
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

Today = Callable[[], date]


@dataclass(frozen=True, slots=True)
class Ambiguous:
    """A query that fits several contracts (the first two): TWS refuses it with error 200."""

    definitions: tuple[ContractDefinition, ...]


class Derivatives(NamedTuple):
    """What makes the contracts that expire."""

    futures: Futures
    options: Options
    future_options: FutureOptions


class Catalogue:
    """All contracts the paper gateway knows, in a fixed order."""

    def __init__(
        self,
        definitions: Iterable[ContractDefinition],
        derivatives: Derivatives,
        today: Today = lambda: FIRST_DAY,
    ) -> None:
        self._today = today
        self._futures, self._options, self._future_options = derivatives
        self._definitions = (*definitions, *self._futures.underlyings)
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
    def default(cls, today: Today = lambda: FIRST_DAY) -> Catalogue:
        """Stocks, funds, indices, pairs, cryptocurrencies and bonds, with their derivatives."""
        return cls(instruments(), derivatives(), today)

    @property
    def definitions(self) -> tuple[ContractDefinition, ...]:
        """Every contract that does not expire."""
        return self._definitions

    def by_con_id(self, con_id: int) -> ContractDefinition | None:
        """A contract by its conId, expired or not, or a remembered combination by its key."""
        return self._listed(con_id) or self._combos.get(con_id)

    def _listed(self, con_id: int) -> ContractDefinition | None:
        return (
            self._by_con_id.get(con_id)
            or self._futures.by_con_id(con_id)
            or self._options.by_con_id(con_id)
            or self._future_options.by_con_id(con_id)
        )

    def remember(self, key: int, combo: ContractDefinition) -> ContractDefinition:
        """Keep a combination for executions to name; the first one under a key stays."""
        return self._combos.setdefault(key, combo)

    def chains(self, under_con_id: int) -> list[Chain]:
        """The option classes of an underlying."""
        return self._options.chains(under_con_id, self._today())

    def future_chains(self, future_con_id: int, exchange: str) -> list[Chain]:
        """The option classes of a future; an empty exchange means any."""
        return self._future_options.chains(future_con_id, exchange, self._today())

    def derivatives(self, definition: ContractDefinition) -> list[str]:
        """The secTypes of what is derived from a contract, as reqMatchingSymbols tells them."""
        kinds = (("FUT", self._futures), ("OPT", self._options))
        return [kind for kind, family in kinds if family.are_on(definition)]

    def find(self, query: ContractQuery) -> Iterator[ContractDefinition]:
        """Every contract that agrees with all non-empty fields; text is compared in upper case.

        A conId is not enough when another field contradicts it: then nothing matches, so an
        order for the wrong contract is refused rather than guessed. What has expired is not found,
        except a future when the query includes them.
        """
        wanted, today = _wanted(query), self._today()
        for each in self._candidates(query):
            if (
                each.trades_on(query.exchange)
                and (not query.strike or query.strike == each.strike)
                and query.names_date(each.last_trade_date, each.contract_month)
                and _exists(each, query, today)
                and all(getattr(each, field).upper() == text for field, text in wanted)
            ):
                yield each

    def _candidates(self, query: ContractQuery) -> Iterator[ContractDefinition]:
        if query.con_id:
            definition = self._listed(query.con_id)
            yield from () if definition is None else (definition,)
            return
        sec_type = query.sec_type.upper()
        if query.symbol:
            yield from self._by_symbol.get((query.symbol.upper(), sec_type), ())
        else:
            yield from self._definitions
        # Without a secType a derivative is found by its local symbol only.
        if sec_type == "FUT" or (not sec_type and query.local_symbol):
            yield from self._futures.find(query, self._today())
        if sec_type == "OPT" or (not sec_type and is_option_name(query.local_symbol.upper())):
            yield from self._options.find(query, self._today())
        if sec_type == "FOP":
            yield from self._future_options.find(query, self._today())

    def rows(self, query: ContractQuery) -> Iterator[tuple[ContractDefinition, str]]:
        """The (contract, exchange) rows of reqContractDetails.

        One row for a conId or a named exchange; one row per valid exchange for a stock without
        an exchange, as TWS answers it.
        """
        for each in self.find(query):
            if query.exchange:
                yield each, exchange_name(query.exchange)
            elif query.con_id or each.sec_type != "STK":
                yield each, each.exchange
            else:
                yield from ((each, exchange) for exchange in each.valid_exchanges.split(","))

    def resolve(self, query: ContractQuery) -> ContractDefinition | Ambiguous | None:
        """The one contract that an order or a subscription means; None is error 200."""
        found = tuple(islice(self.find(query), 2))
        if not found:
            return None
        return found[0] if len(found) == 1 else Ambiguous(found)

    def matching(self, pattern: str) -> list[ContractDefinition]:
        """Up to 16 contracts for reqMatchingSymbols; derivatives are found through these.

        The exact symbol first, then symbols that begin with the pattern, then names that contain
        it. An empty pattern matches nothing.
        """
        wanted = pattern.strip().upper()
        if not wanted:
            return []
        ranked = [(rank, each) for each in self._definitions if (rank := _rank(each, wanted)) < 3]
        ranked.sort(key=lambda pair: pair[0])
        return [each for _, each in ranked[:MATCHING_SYMBOLS_LIMIT]]


@lru_cache(maxsize=1)
def derivatives() -> Derivatives:
    """The default catalogue's: the files are read once."""
    futures = Futures(instruments())
    return Derivatives(futures, Options(instruments()), FutureOptions(futures))


def _exists(definition: ContractDefinition, query: ContractQuery, today: date) -> bool:
    if definition.last_trade_date >= f"{today:%Y%m%d}" or not definition.last_trade_date:
        return True
    return query.includes_expired and definition.sec_type == "FUT"


def _wanted(query: ContractQuery) -> list[tuple[str, str]]:
    wanted = []
    for field in _TEXT_FIELDS:
        text = getattr(query, field).upper()
        if field == "primary_exchange":
            text = EXCHANGE_ALIASES.get(text, text)
        if field == "right":
            # C and CALL are the same, and so are P and PUT.
            text = text[:1]
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
