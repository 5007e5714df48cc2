"""One line of CSV: read back it is what was written, and a spreadsheet calculates nothing."""

from __future__ import annotations

import csv

import pytest

from store.csv_text import csv_line


def test_what_is_written_is_read_back() -> None:
    line = csv_line(["a,b", 'say "x"', "two\nlines", None, -1.5, 0])
    assert line == '"a,b","say ""x""","two\nlines",,-1.5,0\r\n'
    assert next(csv.reader([line])) == ["a,b", 'say "x"', "two\nlines", "", "-1.5", "0"]


@pytest.mark.parametrize("text", ["=1+1", "+1", "-1", "@x", "\t=1", "\r=1", "\n=1"])
def test_a_text_that_looks_like_a_formula_stays_a_text(text: str) -> None:
    assert next(csv.reader([csv_line([text])], strict=False))[0].startswith("'")
