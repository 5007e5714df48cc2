"""A chain as a table has a column for each field of a cell."""

from __future__ import annotations

from web.chain_csv import COLUMNS, chain_csv
from web.openapi.chain_examples import CHAIN


def test_every_field_of_a_cell_has_its_column() -> None:
    assert set(CHAIN["rows"][0]["call"]) == set(COLUMNS[4:])


def test_one_line_for_each_option_the_call_first() -> None:
    lines = chain_csv(CHAIN).splitlines()
    assert lines[0].startswith("symbol,expiry,strike,right,conId")
    assert [line.split(",")[2:5] for line in lines[1:]] == [
        ["230.0", "C", "700000001"],
        ["230.0", "P", "700000002"],
        ["232.5", "C", ""],
        ["232.5", "P", ""],
    ]
