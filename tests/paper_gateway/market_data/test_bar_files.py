"""CSV files of bars: what is read, and what is refused with the line."""

from datetime import datetime
from pathlib import Path

import pytest

from paper_gateway.contracts import Catalogue
from paper_gateway.market_data.bar_files import BarFileError, read_bar_files
from paper_gateway.market_data.hours import ALWAYS_OPEN, EXCHANGE_HOURS
from paper_gateway.times import ZONE

AAPL, EUR_USD = 265598, 12087792
CONTRACTS = Catalogue.default()
HEAD = "time,open,high,low,close,volume\n"
ROWS = (
    "20260105 09:30:00,100,101,99.5,100.8,600\n"
    "20260105 09:31:00,100.8,100.9,98,98.5,700\n"
)  # fmt: skip
OPENING = int(datetime(2026, 1, 5, 9, 30, tzinfo=ZONE).timestamp())


def written(folder: Path, text: str, name: str = "AAPL.csv") -> Path:
    file = folder / name
    file.write_text(text)
    return file


def test_a_file_is_the_recording_of_the_contract_it_is_named_after(tmp_path: Path) -> None:
    found = read_bar_files(written(tmp_path, HEAD + ROWS), CONTRACTS, ALWAYS_OPEN)
    recording = found[AAPL]
    assert list(found) == [AAPL]
    assert (recording.start, recording.end) == (OPENING, OPENING + 120)
    assert recording.node(3, OPENING // 60) == (40_000, 40_320, 40_400, 39_800, 0, 600)


def test_a_folder_holds_a_file_for_each_contract(tmp_path: Path) -> None:
    written(tmp_path, HEAD + ROWS)
    written(tmp_path, "not bars", "notes.txt")
    euro = HEAD + "1767625200,1.1,1.2,1.0,1.1,0\n1767625260,1.1,1.2,1.0,1.1,0\n"
    written(tmp_path, euro, "eur.usd.csv")
    assert set(read_bar_files(tmp_path, CONTRACTS, ALWAYS_OPEN)) == {AAPL, EUR_USD}


@pytest.mark.parametrize(
    "moment",
    [
        "20260105 09:30:00",
        "20260105 08:30:00 US/Central",
        "20260105-14:30:00",
        "2026-01-05T09:30:00",
        "2026-01-05 14:30:00+00:00",
        str(OPENING),
    ],
)
def test_times_may_be_written_in_many_ways(tmp_path: Path, moment: str) -> None:
    text = f"\ufeffClose,open,HIGH,low,volume,time\n11,10,12,9.5,5.0,{moment}\n"
    file = written(tmp_path, text + "11,10,12,9.5,5.0,20260105 09:35:00\n")
    assert read_bar_files(file, CONTRACTS, ALWAYS_OPEN)[AAPL].start == OPENING


def test_daily_bars_fill_the_regular_hours_of_their_date(tmp_path: Path) -> None:
    rows = "2026-01-05,100,101,99.5,100.8,600\n20260106,100.8,100.9,98,98.5,700\n"
    file = written(tmp_path, HEAD + rows)
    kept = read_bar_files(file, CONTRACTS, EXCHANGE_HOURS)[AAPL]
    assert (kept.start, kept.end) == (OPENING, OPENING + 86_400 + 23_400)
    whole = read_bar_files(file, CONTRACTS, ALWAYS_OPEN)[AAPL]
    assert (whole.start, whole.end - whole.start) == (1_767_571_200, 2 * 86_400)


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ("", "line 1: the columns must be time,open,high,low,close,volume"),
        ("time,open,high,low,close\n", "line 1: the columns"),
        (HEAD, "at least two bars"),
        (HEAD + ROWS.splitlines()[0], "at least two bars"),
        (HEAD + ROWS + "noon,1,1,1,1,1\n", "line 4: 'noon' is not a date"),
        (HEAD + ROWS + ",1,1,1,1,1\n", "line 4: the time is missing"),
        (HEAD + ROWS + "20260105 09:32:00,x,1,1,1,1\n", "line 4: open 'x' is not a number"),
        (HEAD + ROWS + "20260105 09:32:00,nan,1,1,1,1\n", "line 4: open 'nan' is not a number"),
        (HEAD + ROWS + "20260105 09:32:00,1,1\n", "line 4: low '' is not a number"),
        (HEAD + ROWS + "20260105 09:32:00,2,1,1,1,1\n", "line 4: low, open, close and high"),
        (HEAD + ROWS + "20260105 09:32:00,-1,1,-2,1,1\n", "line 4: low, open, close and high"),
        (HEAD + ROWS + "20260105 09:32:00,1,1,1,1,-5\n", "line 4: -5 is not a volume"),
        (HEAD + ROWS + "20260105 09:31:00,1,1,1,1,1\n", "line 4: times must rise"),
        (HEAD + ROWS + "20260105 09:32:03,1,1,1,1,1\n", "line 4: bars must begin and end on whole"),
        (HEAD + ROWS + "20260105 09:32:00,.05,.05,.05,.05,1\n", "line 4: 0.05 is below 10 ticks"),
    ],
)
def test_a_file_that_is_not_right_is_refused_with_its_line(
    tmp_path: Path, text: str, problem: str
) -> None:
    file = written(tmp_path, text)
    with pytest.raises(BarFileError) as raised:
        read_bar_files(file, CONTRACTS, ALWAYS_OPEN)
    assert str(raised.value).startswith(f"{file}")
    assert problem in str(raised.value)


def test_the_name_must_be_that_of_one_contract(tmp_path: Path) -> None:
    with pytest.raises(BarFileError, match="names no known contract"):
        read_bar_files(written(tmp_path, HEAD + ROWS, "NOSUCH.csv"), CONTRACTS, ALWAYS_OPEN)
    # Two listings: the one in dollars has the name, the other one goes by its conId.
    shop = read_bar_files(written(tmp_path, HEAD + ROWS, "SHOP.csv"), CONTRACTS, ALWAYS_OPEN)
    (con_id,) = shop
    listed = CONTRACTS.by_con_id(con_id)
    assert listed is not None
    assert listed.currency == "USD"
    file = written(tmp_path, HEAD + ROWS, "900000012.csv")
    assert list(read_bar_files(file, CONTRACTS, ALWAYS_OPEN)) == [900000012]


def test_two_files_of_one_contract_are_refused(tmp_path: Path) -> None:
    written(tmp_path, HEAD + ROWS, "AAPL.csv")
    written(tmp_path, HEAD + ROWS, "265598.csv")
    with pytest.raises(BarFileError, match="another file has the bars of AAPL"):
        read_bar_files(tmp_path, CONTRACTS, ALWAYS_OPEN)


def test_what_cannot_be_read_is_refused(tmp_path: Path) -> None:
    with pytest.raises(BarFileError, match="there is no .csv file"):
        read_bar_files(tmp_path, CONTRACTS, ALWAYS_OPEN)
    with pytest.raises(BarFileError, match="No such file"):
        read_bar_files(tmp_path / "AAPL.csv", CONTRACTS, ALWAYS_OPEN)
    (tmp_path / "MSFT.csv").write_bytes(b"\xff\xfe\x00")
    with pytest.raises(BarFileError, match="utf-8"):
        read_bar_files(tmp_path / "MSFT.csv", CONTRACTS, ALWAYS_OPEN)
