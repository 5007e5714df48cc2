"""CSV that a spreadsheet only reads."""

from __future__ import annotations

import pytest

from trading.csv_text import csv_line


@pytest.mark.parametrize("text", ["=1+1", "+1", "-1", "@SUM(A1)", "\tx", "\rx"])
def test_a_text_that_looks_like_a_formula_is_a_text(text: str) -> None:
    assert csv_line([text]).strip("\r\n").strip('"') == f"'{text}"


def test_numbers_stay_numbers_and_nothing_is_empty() -> None:
    assert csv_line([-1.5, 0, None, "AAPL"]) == "-1.5,0,,AAPL\r\n"


def test_commas_quotes_and_lines_are_quoted() -> None:
    assert csv_line(['a,b "c"', "d\ne"]) == '"a,b ""c""","d\ne"\r\n'
