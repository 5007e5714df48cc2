"""What a contract says about itself."""

import pytest

from paper_gateway.contracts import Catalogue
from paper_gateway.definitions import ContractDefinition, exchange_name

CONTRACTS = Catalogue.default().definitions


def first(sec_type: str) -> ContractDefinition:
    return next(each for each in CONTRACTS if each.sec_type == sec_type)


@pytest.mark.parametrize(
    ("sec_type", "step"), [("STK", 1.0), ("CASH", 0.01), ("CRYPTO", 1e-8), ("OPT", 1.0)]
)
def test_the_step_of_sizes(sec_type: str, step: float) -> None:
    assert first(sec_type).whole_step == step


def test_exchanges_have_their_old_names_too() -> None:
    assert exchange_name("island") == "NASDAQ"
    assert first("STK").trades_on("ISLAND")
    assert not first("FUT").trades_on("SMART")
