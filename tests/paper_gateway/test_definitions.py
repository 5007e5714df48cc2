"""What a contract says about itself."""

import math
from dataclasses import replace
from datetime import UTC, datetime

import pytest

from paper_gateway.contracts import Catalogue
from paper_gateway.definitions import ContractDefinition, ContractQuery, exchange_name

CONTRACTS = Catalogue.default()


def first(symbol: str, sec_type: str) -> ContractDefinition:
    return next(CONTRACTS.find(ContractQuery(symbol=symbol, sec_type=sec_type)))


@pytest.mark.parametrize(
    ("symbol", "sec_type", "step"),
    [("AAPL", "STK", 1.0), ("EUR", "CASH", 0.01), ("BTC", "CRYPTO", 1e-8), ("AAPL", "OPT", 1.0)],
)
def test_the_step_of_sizes(symbol: str, sec_type: str, step: float) -> None:
    assert first(symbol, sec_type).whole_step == step


def test_trading_ends_at_its_time_in_the_contracts_zone() -> None:
    option, future = first("AAPL", "OPT"), first("ES", "FUT")
    ends = replace(option, last_trade_date="20260116", last_trade_time="16:00").expires_at
    assert ends == datetime(2026, 1, 16, 21, tzinfo=UTC).timestamp()
    ends = replace(future, last_trade_date="20260618", last_trade_time="08:30").expires_at
    assert ends == datetime(2026, 6, 18, 13, 30, tzinfo=UTC).timestamp()
    assert first("AAPL", "STK").expires_at == math.inf


@pytest.mark.parametrize(
    ("wanted", "is_named"),
    [
        ("", True),
        ("20291119", True),
        ("20291120", False),
        ("202912", True),
        ("202911", False),
        ("2029", False),
    ],
)
def test_a_date_or_a_contract_month_names_a_future(wanted: str, is_named: bool) -> None:
    assert ContractQuery(last_trade_date=wanted).names_date("20291119", "202912") is is_named


def test_exchanges_have_their_old_names_too() -> None:
    assert exchange_name("island") == "NASDAQ"
    assert first("AAPL", "STK").trades_on("ISLAND")
    assert not first("ES", "FUT").trades_on("SMART")
