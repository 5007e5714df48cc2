"""A user's bars in CSV files, as recordings for the price paths.

May not change anything: a file that is not right in every line is refused with that line. One file
holds one contract and is named after it (``AAPL.csv``, ``EUR.USD.csv``, or its conId). The first
line names the columns: time, open, high, low, close, volume. A time is epoch seconds or a date with
a time, in New York's zone unless it names one; a file of dates alone holds daily bars. All bars of
a file are as long as the smallest distance between two.
"""

from __future__ import annotations

import csv
import math
from dataclasses import dataclass
from datetime import UTC, datetime
from itertools import pairwise
from pathlib import Path

from paper_gateway.contracts import Catalogue, ContractDefinition
from paper_gateway.market_data.hours import Hours
from paper_gateway.market_data.recordings import RecordedBar, Recording
from paper_gateway.ticks import tick_at
from paper_gateway.times import ZONE, parse_instant

MAX_ROWS = 200_000
COLUMNS = ("time", "open", "high", "low", "close", "volume")
# The finest grid of bars that a path can keep exactly.
GRID_SECONDS = 5
_DAY = 86_400
# Days differ by an hour at the changes of the clocks.
_SHORTEST_DAY = 82_800
# The bid of a lower price would not be positive.
_LOWEST_TICKS = 10


class BarFileError(Exception):
    """A file of bars that cannot be served; the text names file and line."""


@dataclass(frozen=True, slots=True)
class _Row:
    """One line of a file: the epoch second of its time, prices and volume."""

    line: int
    at: float
    open: float
    high: float
    low: float
    close: float
    volume: int


def read_bar_files(path: Path, catalogue: Catalogue, hours: Hours) -> dict[int, Recording]:
    """The recordings of one CSV file, or of all in a folder, by conId. Raises BarFileError."""
    files = sorted(path.glob("*.csv")) if path.is_dir() else [path]
    if not files:
        raise BarFileError(f"{path}: there is no .csv file")
    recordings: dict[int, Recording] = {}
    for file in files:
        definition = _contract_of(file, catalogue)
        if definition.con_id in recordings:
            raise BarFileError(f"{file}: another file has the bars of {definition.local_symbol}")
        recordings[definition.con_id] = _recording(file, definition, hours)
    return recordings


def _contract_of(file: Path, catalogue: Catalogue) -> ContractDefinition:
    name = file.stem.upper()
    found = [
        each
        for each in catalogue.definitions
        if name in (each.local_symbol.upper(), str(each.con_id))
    ]
    # Of two listings the one in dollars is meant; the other one goes by its conId.
    found = [each for each in found if each.currency == "USD"] or found
    if len(found) != 1:
        problem = "names several contracts; use a conId" if found else "names no known contract"
        raise BarFileError(f"{file}: the file's name {problem}")
    return found[0]


def _recording(file: Path, definition: ContractDefinition, hours: Hours) -> Recording:
    rows = _rows(file)
    if len(rows) < 2:
        raise BarFileError(f"{file}: at least two bars are needed, to know how long one is")
    for row, following in pairwise(rows):
        if following.at <= row.at:
            raise BarFileError(f"{file} line {following.line}: times must rise")
    length = min(following.at - row.at for row, following in pairwise(rows))
    is_daily = length >= _SHORTEST_DAY
    bars = []
    for row in rows:
        start, end = _daily_span(row, definition, hours) if is_daily else (row.at, row.at + length)
        if start % GRID_SECONDS or end % GRID_SECONDS:
            text = f"bars must begin and end on whole multiples of {GRID_SECONDS} seconds"
            raise BarFileError(f"{file} line {row.line}: {text}")
        bars.append(_bar(file, row, definition, (int(start), int(end))))
    return Recording(bars)


def _daily_span(row: _Row, definition: ContractDefinition, hours: Hours) -> tuple[float, float]:
    """A daily bar fills the regular hours of its date, or the UTC day of a contract that never
    closes (or does not trade on that date)."""
    date = datetime.fromtimestamp(row.at, ZONE).date()
    day = hours.day(definition, date)
    if day is not None:
        return day.regular
    midnight = datetime(date.year, date.month, date.day, tzinfo=UTC).timestamp()
    return midnight, midnight + _DAY


def _bar(
    file: Path, row: _Row, definition: ContractDefinition, span: tuple[int, int]
) -> RecordedBar:
    tick = tick_at(definition, definition.reference_price)
    if row.low < _LOWEST_TICKS * tick:
        text = f"{row.low} is below {_LOWEST_TICKS} ticks of {tick}"
        raise BarFileError(f"{file} line {row.line}: {text}")
    open_, high, low, close = (
        4 * round(price / tick) for price in (row.open, row.high, row.low, row.close)
    )
    return RecordedBar(*span, open_, high, low, close, row.volume)


def _rows(file: Path) -> list[_Row]:
    try:
        with file.open(newline="", encoding="utf-8-sig") as lines:
            return _read(file, csv.DictReader(lines))
    except (OSError, UnicodeDecodeError, csv.Error) as error:
        raise BarFileError(f"{file}: {error}") from error


def _read(file: Path, reader: csv.DictReader[str]) -> list[_Row]:
    names = [name.strip().lower() for name in reader.fieldnames or ()]
    if not set(COLUMNS) <= set(names):
        raise BarFileError(f"{file} line 1: the columns must be {','.join(COLUMNS)}")
    reader.fieldnames = names
    rows: list[_Row] = []
    for fields in reader:
        if len(rows) == MAX_ROWS:
            raise BarFileError(f"{file}: more than {MAX_ROWS} bars")
        try:
            rows.append(_row(reader.line_num, fields))
        except ValueError as error:
            raise BarFileError(f"{file} line {reader.line_num}: {error}") from error
    return rows


def _row(line: int, fields: dict[str, str | None]) -> _Row:
    texts = [(fields[name] or "").strip() for name in COLUMNS]
    numbers = [_number(name, text) for name, text in zip(COLUMNS[1:], texts[1:], strict=True)]
    open_, high, low, close, volume = numbers
    if not 0 < low <= min(open_, close) <= max(open_, close) <= high:
        raise ValueError("low, open, close and high do not fit together")
    if not 0 <= volume < 1e15:
        raise ValueError(f"{volume:g} is not a volume")
    return _Row(line, _instant(texts[0]), open_, high, low, close, round(volume))


def _number(name: str, text: str) -> float:
    try:
        value = float(text)
    except ValueError as error:
        raise ValueError(f"{name} '{text[:40]}' is not a number") from error
    if not math.isfinite(value):
        raise ValueError(f"{name} '{text[:40]}' is not a number")
    return value


def _instant(text: str) -> float:
    """Epoch seconds, an ISO 8601 time, or a time as IB writes it."""
    if text.isascii() and text.isdigit() and len(text) != len("20260105"):
        return float(text)
    try:
        # Before ISO's: IB's form with a dash is UTC.
        instant = parse_instant(text)
    except ValueError as error:
        return _iso_instant(text, error)
    if instant is None:
        raise ValueError("the time is missing")
    return instant


def _iso_instant(text: str, problem: ValueError) -> float:
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        raise problem from None
    return (moment if moment.tzinfo else moment.replace(tzinfo=ZONE)).timestamp()
