"""Reading the catalogue's .tsv files: one row per instrument, checked as it is read.

Lines that begin with # are comments, the first other line names the columns, and - stands for an
empty field.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

FOLDER = Path(__file__).parent
EMPTY = "-"


class TableError(ValueError):
    """A catalogue file cannot be used; the text names the file and the line."""


@dataclass(frozen=True, slots=True)
class Row:
    """One line of a table: ``row["symbol"]`` is a field as text, empty when it is ``-``."""

    place: str
    fields: dict[str, str]

    def __getitem__(self, column: str) -> str:
        text = self.fields[column]
        return "" if text == EMPTY else text

    def number(self, column: str, default: float | None = None) -> float:
        """A field as a number; ``default`` when it is empty. Raises TableError."""
        text = self[column]
        if not text and default is not None:
            return default
        try:
            return float(text)
        except ValueError as error:
            raise TableError(f"{self.place}: {column} {text!r} is not a number") from error

    def integer(self, column: str) -> int:
        """A field as a whole number. Raises TableError."""
        if not self[column].isdecimal():
            raise TableError(f"{self.place}: {column} {self[column]!r} is not a whole number")
        return int(self[column])


def read_table(name: str, folder: Path = FOLDER) -> list[Row]:
    """The rows of ``name``.tsv in their order. Raises TableError for a line of another length."""
    path = folder / f"{name}.tsv"
    rows: list[Row] = []
    columns: list[str] = []
    for number, fields in _lines(path):
        place = f"{path.name}:{number}"
        if not columns:
            columns = fields
        elif len(fields) != len(columns) or not all(fields):
            raise TableError(f"{place}: {len(columns)} fields are needed, with - for an empty one")
        else:
            rows.append(Row(place, dict(zip(columns, fields, strict=True))))
    if not rows:
        raise TableError(f"{path.name}: there are no rows")
    return rows


def _lines(path: Path) -> Iterator[tuple[int, list[str]]]:
    text = path.read_text(encoding="utf-8")
    for number, line in enumerate(text.splitlines(), start=1):
        if line and not line.startswith("#"):
            yield number, line.split("\t")
