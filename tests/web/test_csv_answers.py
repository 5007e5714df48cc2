"""Lists as CSV files."""

from __future__ import annotations

from typing import Any

from web.csv_answers import csv_response, field


def test_a_file_has_its_name_a_heading_and_one_line_a_row() -> None:
    columns = {"symbol": field("contract", "symbol"), "filled": field("filled")}
    rows: list[dict[str, Any]] = [
        {"contract": {"symbol": "=A"}, "filled": -2},
        {"contract": None},
        {},
    ]
    answer = csv_response("orders", columns, rows)
    assert answer.mimetype == "text/csv"
    assert answer.headers["Content-Disposition"] == 'attachment; filename="orders.csv"'
    assert answer.get_data(as_text=True) == "symbol,filled\r\n'=A,-2\r\n,\r\n,\r\n"
