"""Lists as CSV files, safe to open in a spreadsheet."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import Any

from flask import Response

from trading.csv_text import csv_line

Row = Mapping[str, Any]
Columns = Mapping[str, Callable[[Row], object]]


def csv_response(name: str, columns: Columns, rows: Iterable[Row]) -> Response:
    """A file of that name: a heading, then one line a row. What is not known is an empty cell."""
    lines = [csv_line(columns)]
    lines += [csv_line([value(row) for value in columns.values()]) for row in rows]
    named = {"Content-Disposition": f'attachment; filename="{name}.csv"'}
    return Response("".join(lines), mimetype="text/csv", headers=named)


def field(*path: str) -> Callable[[Row], object]:
    """What stands at that path of a row; None where there is nothing."""

    def value(row: Row) -> object:
        found: Any = row
        for name in path:
            found = (found or {}).get(name)
        return found

    return value
