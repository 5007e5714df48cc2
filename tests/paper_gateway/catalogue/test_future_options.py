"""Options on futures: they end with their future and follow it."""

import math
from dataclasses import replace
from datetime import date

import pytest

from paper_gateway.black_scholes import RATE
from paper_gateway.catalogue.future_options import FutureOptions
from paper_gateway.catalogue.futures import Futures
from paper_gateway.catalogue.instruments import instruments
from paper_gateway.contracts import Catalogue, ContractDefinition, ContractQuery
from paper_gateway.market import Market
from tests.paper_gateway.wire_client import NOON

FUTURES = Futures(instruments())
OPTIONS = FutureOptions(FUTURES)
TODAY = date(2026, 1, 5)
CALL = ContractQuery(symbol="ES", last_trade_date="20260320", strike=6000.0, right="C")


def find(query: ContractQuery) -> list[ContractDefinition]:
    return list(OPTIONS.find(query, TODAY))


def test_an_option_has_its_futures_end_multiplier_and_exchange() -> None:
    (found,) = find(CALL)
    future = FUTURES.of_month("ES", 2026, 3)
    assert future is not None
    assert (found.sec_type, found.local_symbol) == ("FOP", "ESH6 C6000")
    assert (found.under_con_id, found.under_sec_type) == (future.con_id, "FUT")
    assert (found.multiplier, found.exchange, found.expires_at) == ("50", "CME", future.expires_at)


@pytest.mark.parametrize(
    "query",
    [
        ContractQuery(),
        ContractQuery(symbol="CL"),
        ContractQuery(symbol="ES", last_trade_date="20260321"),
        ContractQuery(symbol="ES", strike=6001.0),
        ContractQuery(symbol="ES", right="X"),
        ContractQuery(symbol="ES", currency="EUR"),
        ContractQuery(symbol="ES", trading_class="NQ"),
    ],
)
def test_what_is_not_listed_is_not_found(query: ContractQuery) -> None:
    assert find(query) == []


def test_every_option_is_found_again_by_its_conid() -> None:
    found = find(ContractQuery(symbol="NQ"))
    assert len({each.con_id for each in found}) == len(found) > 1000
    fresh = FutureOptions(Futures(instruments()))
    assert all(fresh.by_con_id(each.con_id) == each for each in found[::31])


@pytest.mark.parametrize("con_id", [1, 901_000_000, 901_000_000 + 900 * 1024 * 1024])
def test_a_conid_of_no_option_finds_none(con_id: int) -> None:
    assert OPTIONS.by_con_id(con_id) is None


def test_the_chain_of_a_future_is_asked_for_by_the_future() -> None:
    future = FUTURES.of_month("ES", 2026, 3)
    assert future is not None
    (chain,) = OPTIONS.chains(future.con_id, "CME", TODAY)
    assert (chain.trading_class, chain.multiplier, chain.expirations) == ("ES", "50", ["20260320"])
    assert OPTIONS.chains(future.con_id, "CBOT", TODAY) == []
    assert OPTIONS.chains(265598, "", TODAY) == []


def test_calls_and_puts_on_a_future_keep_put_call_parity() -> None:
    catalogue = Catalogue.default(lambda: TODAY)
    market = Market(catalogue)
    call, put = (next(catalogue.find(replace(CALL, sec_type="FOP", right=each))) for each in "CP")
    years = (call.expires_at - NOON) / (365 * 86_400)
    parity = math.exp(-RATE * years) * (market.mark(call.under_con_id, NOON) - 6000.0)
    difference = market.mark(call.con_id, NOON) - market.mark(put.con_id, NOON)
    assert difference == pytest.approx(parity, abs=0.5)
