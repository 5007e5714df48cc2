"""What people type is understood by its form; whether it exists is IB's to say."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from trading.contracts import Contract
from trading.typed_contracts import Isin, is_plain, typed_contracts


def first(text: str, currency: str = "") -> dict[str, Any]:
    """The fields that were understood, of the first meaning."""
    meant = typed_contracts(text, currency)[0]
    assert isinstance(meant, Contract)
    return meant.model_dump(by_alias=True, exclude_defaults=True, mode="json")


@pytest.mark.parametrize(
    ("text", "fields"),
    [
        ("AAPL", {"symbol": "AAPL", "exchange": "SMART", "currency": ""}),
        (" aapl ", {"symbol": "AAPL", "exchange": "SMART", "currency": ""}),
        ("brk  b", {"symbol": "BRK B", "exchange": "SMART", "currency": ""}),
        ("EUR.USD", {"symbol": "EUR", "secType": "CASH", "exchange": "IDEALPRO"}),
        ("eur/usd", {"symbol": "EUR", "secType": "CASH", "exchange": "IDEALPRO"}),
        ("USDJPY", {"symbol": "USD", "secType": "CASH", "exchange": "IDEALPRO", "currency": "JPY"}),
        (
            "es 202612",
            {
                "symbol": "ES",
                "secType": "FUT",
                "lastTradeDateOrContractMonth": "202612",
                "currency": "",
            },
        ),
        ("ESZ6", {"secType": "FUT", "localSymbol": "ESZ6", "currency": ""}),
        ("conId 495512563", {"conId": 495512563}),
        (
            "AAPL  261218C00152500",
            {
                "symbol": "AAPL",
                "secType": "OPT",
                "lastTradeDateOrContractMonth": "20261218",
                "strike": 152.5,
                "right": "C",
                "exchange": "SMART",
            },
        ),
    ],
)
def test_the_form_gives_it_away(text: str, fields: dict[str, Any]) -> None:
    assert first(text) == fields


def test_an_occ_name_needs_no_padding() -> None:
    assert first("AAPL261218P00150000") == first("AAPL 261218P00150000")


def test_an_isin_has_a_check_digit() -> None:
    assert typed_contracts("us0378331005") == [Isin("US0378331005")]
    assert first("US0378331006")["symbol"] == "US0378331006"


@pytest.mark.parametrize("text", ["conId 0", "conId 2147483648", "conId", "conId x"])
def test_what_can_be_no_conid_is_a_name(text: str) -> None:
    assert first(text)["symbol"] == text.upper()


def test_a_bare_symbol_is_a_stock_before_it_is_an_index_or_a_future() -> None:
    kinds = [one.sec_type for one in typed_contracts("SPX") if isinstance(one, Contract)]
    assert kinds == ["STK", "IND", "CRYPTO", "FUT"]


def test_what_looks_like_a_future_may_be_a_stock_too() -> None:
    kinds = [one.sec_type for one in typed_contracts("ESZ6") if isinstance(one, Contract)]
    assert kinds == ["FUT", "STK"]


def test_no_currency_is_guessed_and_a_given_one_counts() -> None:
    assert first("SHOP", "CAD")["currency"] == "CAD"
    assert first("USDUSD")["symbol"] == "USDUSD"


@pytest.mark.parametrize("text", ["", "   ", "AAPL\0", "ä", "x" * 65])
def test_a_text_that_cannot_be_sent_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match="must"):
        typed_contracts(text)
    assert is_plain(text)


def test_only_a_bare_symbol_is_worth_ibs_search() -> None:
    assert [is_plain(text) for text in ("app", "EUR.USD", "ESZ6", "US0378331005")] == [
        True,
        False,
        False,
        False,
    ]


@given(st.text(st.characters(min_codepoint=32, max_codepoint=126), min_size=1, max_size=64))
def test_every_printable_text_means_something(text: str) -> None:
    if text.strip():
        assert typed_contracts(text)
