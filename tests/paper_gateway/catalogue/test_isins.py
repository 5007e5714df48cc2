"""Check digits, and ISINs of the paper gateway's own."""

import pytest

from paper_gateway.catalogue.isins import check_digit, is_isin, own_isin


@pytest.mark.parametrize("isin", ["US0378331005", "US5949181045", "IE00B4BNMY34", "CH0044328745"])
def test_real_isins_have_the_computed_check_digit(isin: str) -> None:
    assert check_digit(isin[:-1]) == isin[-1]
    assert is_isin(isin)


@pytest.mark.parametrize(
    "text", ["US0378331006", "US037833100", "us0378331005", "120378331005", "US03783310 5", ""]
)
def test_anything_else_is_none(text: str) -> None:
    assert not is_isin(text)


@pytest.mark.parametrize("symbol", ["UNG", "BRK B", "A", "AVERYLONGNAME"])
def test_our_own_are_of_no_country(symbol: str) -> None:
    assert own_isin(symbol).startswith("ZZ")
    assert is_isin(own_isin(symbol))
