"""What IB said about contracts outlives a restart, for a day, and never the wrong TWS."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from pathlib import Path

import ib_async
import pytest

from ib.market_data.contract_cache import KEPT_SECONDS, ContractCache, from_text, to_text
from tests.fakes import FakeClock

NOON = 1_795_176_000.0  # 2026-11-20 12:00 UTC


def details(con_id: int = 265598, expiry: str = "") -> ib_async.ContractDetails:
    contract = ib_async.Contract(
        conId=con_id, symbol="AAPL", secType="STK", lastTradeDateOrContractMonth=expiry
    )
    return ib_async.ContractDetails(
        contract=contract,
        minTick=0.01,
        longName="APPLE INC",
        tradingHours="20261120:0400-20261120:2000",
        callable=False,
        coupon=4.5,
    )


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "contracts.db"


def cache(path: Path | None, clock: FakeClock | None = None, scope: str = "tws") -> ContractCache:
    made = ContractCache(path, clock or FakeClock(NOON))
    made.use(scope)
    return made


def filled(path: Path, **kept: ib_async.ContractDetails) -> None:
    """A desk was here before, and has stopped."""
    before = cache(path)
    for question, answer in kept.items():
        before.put(question, answer)
    before.close()


def test_details_come_back_as_they_were_after_a_restart(path: Path) -> None:
    filled(path, apple=details())
    assert cache(path).get("apple") == details()


def test_what_was_never_asked_is_not_known(path: Path) -> None:
    assert cache(path).get("apple") is None
    assert cache(None).get("apple") is None


def test_answers_are_a_days(path: Path) -> None:
    filled(path, apple=details())
    clock = FakeClock(NOON + KEPT_SECONDS - 1)
    again = cache(path, clock)
    assert again.get("apple") is not None
    clock.pass_by(2)
    assert again.get("apple") is None


def test_a_clock_that_was_set_back_makes_nothing_younger(path: Path) -> None:
    filled(path, apple=details())
    assert cache(path, FakeClock(NOON - 60)).get("apple") is None


def test_what_has_expired_is_dropped(path: Path) -> None:
    filled(path, old=details(1, "20261118"), today=details(2, "20261120 16:00 US/Eastern"))
    again = cache(path)
    assert (again.get("old"), again.get("today") is not None) == (None, True)


def test_another_tws_knows_other_contracts(path: Path) -> None:
    filled(path, apple=details())
    again = ContractCache(path, FakeClock(NOON))
    assert (again.use("another"), again.get("apple")) == (True, None)
    assert (again.use("tws"), again.use("tws")) == (True, False)
    assert again.get("apple") is not None


def test_old_rows_leave_the_file(path: Path) -> None:
    filled(path, apple=details())
    cache(path, FakeClock(NOON + 2 * KEPT_SECONDS)).close()
    with closing(sqlite3.connect(path)) as file:
        assert file.execute("SELECT count(*) FROM contracts").fetchone() == (0,)


def test_a_broken_file_costs_a_warning(path: Path, caplog: pytest.LogCaptureFixture) -> None:
    path.write_bytes(b"this is no database" * 100)
    broken = cache(path)
    broken.put("apple", details())
    broken.close()
    assert broken.get("apple") is not None
    assert "cannot be used" in caplog.text


def test_a_folder_that_is_not_there_costs_a_warning(
    path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    nowhere = cache(path / "no" / "such.db")
    nowhere.put("apple", details())
    nowhere.close()
    assert nowhere.get("apple") is not None
    assert "cannot be used" in caplog.text


def test_a_row_that_cannot_be_read_is_asked_for_again(path: Path) -> None:
    filled(path, apple=details(), pear=details(7))
    with closing(sqlite3.connect(path)) as file, file:
        file.execute("UPDATE contracts SET details = '{' WHERE question = 'apple'")
    again = cache(path)
    assert (again.get("apple"), again.get("pear") is not None) == (None, True)


def test_memory_has_an_end(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("ib.market_data.contract_cache.MOST_ROWS", 10)
    clock = FakeClock(NOON)
    small = cache(None, clock)
    for number in range(11):
        small.put(f"q{number}", details(number + 1))
        clock.pass_by(1)
    assert (small.get("q0"), small.get("q10") is not None) == (None, True)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "[]",
        "{}",
        '{"contract": {}, "details": {}}',
        '{"contract": {"conId": "7"}, "details": {}}',
        '{"contract": {"conId": 7}, "details": {"minTick": "x"}}',
        '{"contract": {"conId": 7}, "details": {"strange": 1}}',
        '{"contract": {"conId": 7, "comboLegs": []}, "details": {}}',
    ],
)
def test_a_text_that_is_no_answer_is_none(text: str) -> None:
    assert from_text(text) is None


def test_a_text_is_as_short_as_what_it_says() -> None:
    bare = ib_async.ContractDetails(contract=ib_async.Contract(conId=7))
    assert to_text(bare) == '{"contract": {"conId": 7}, "details": {}}'
