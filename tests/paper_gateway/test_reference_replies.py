"""Bonds and scans: rows of contracts, with or without what some of them have."""

from dataclasses import replace
from typing import Any

from paper_gateway.contracts import Catalogue
from paper_gateway.reference_replies import (
    BondTerms,
    ScanRow,
    bond_details,
    financial_advisor,
    scanner_data,
)
from tests.paper_gateway.wire_client import AAPL, EUR_USD, decoded, messages

CATALOGUE = Catalogue.default()
TERMS = BondTerms("912828XX0", 4, "20300101", "20200101", is_callable=True)


def _definition(con_id: int) -> Any:
    found = CATALOGUE.by_con_id(con_id)
    assert found is not None
    return found


def test_a_bond_with_and_without_an_isin_has_its_count_of_fields() -> None:
    with_isin = _definition(AAPL)
    without = replace(with_isin, isin="")
    counts = [
        len(messages(bond_details(4, each, "SMART", TERMS))[0]) for each in (with_isin, without)
    ]
    assert counts == [38, 36]


def test_the_rows_of_a_scan_are_ranked_from_zero() -> None:
    rows = [ScanRow(_definition(AAPL), distance="1.5"), ScanRow(_definition(EUR_USD))]
    calls = decoded(scanner_data(4, rows))
    assert [name for name, _ in calls] == ["scannerData", "scannerData", "scannerDataEnd"]
    assert [(row[1], row[2].contract.conId, row[3]) for _, row in calls[:2]] == [
        (0, AAPL, "1.5"),
        (1, EUR_USD, ""),
    ]


def test_advisor_xml_is_ascii_on_the_wire() -> None:
    assert financial_advisor(1, "<g name='Caf\u00e9'/>").isascii()
