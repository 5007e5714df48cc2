"""Samples of what the accounts are worth."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta

import pytest

from engine.equity import EquitySamples
from engine.watch import Watch
from store.journal import JournalUnavailable
from tests.fakes import ACCOUNT, NOW, FakeClock, FakeOrderDesk, FakeReader, away
from trading.profit import EquitySample
from trading.refusals import NoAnswer
from trading.snapshots import AccountSummary

WORTH = AccountSummary(
    NOW, ACCOUNT, ({"tag": "NetLiquidation", "value": "1000000.5", "currency": "USD"},)
)


@dataclass
class FakeFile:
    """Keeps what it is given; `fails` is what the journal says instead."""

    last: dict[str, str] = field(default_factory=dict)
    kept: list[EquitySample] = field(default_factory=list)
    fails: Exception | None = None

    def last_equity(self) -> dict[str, str]:
        if self.fails:
            raise self.fails
        return self.last

    def keep_equity(self, samples: Sequence[EquitySample]) -> None:
        self.kept.extend(samples)


class Time:
    def __init__(self) -> None:
        self.now = NOW

    def __call__(self) -> datetime:
        return self.now


def test_one_sample_in_five_minutes_is_kept() -> None:
    file, time = FakeFile(), Time()
    samples = EquitySamples(file, time)
    for _ in range(61):
        for _account in samples.due([ACCOUNT]):
            samples.take(WORTH)
        time.now += timedelta(seconds=10)
    assert [one[1][11:19] for one in file.kept] == ["14:31:02", "14:36:02", "14:41:02"]
    assert file.kept[0] == (ACCOUNT, "2026-11-20T14:31:02.118Z", 1000000.5, "USD")


def test_a_restart_begins_no_new_count() -> None:
    samples = EquitySamples(FakeFile({ACCOUNT: "2026-11-20T14:30:00.000Z"}), Time())
    assert list(samples.due([ACCOUNT, "DU2"])) == ["DU2"]


@pytest.mark.parametrize("summary", [replace(WORTH, values=()), replace(WORTH, stale=True)])
def test_what_is_not_known_now_is_no_sample(summary: AccountSummary) -> None:
    file = FakeFile()
    samples = EquitySamples(file, Time())
    assert list(samples.due([ACCOUNT])) == [ACCOUNT]
    samples.take(summary)
    assert file.kept == []
    assert list(samples.due([ACCOUNT])) == [ACCOUNT]


def watch(file: FakeFile, reader: FakeReader) -> Watch:
    return Watch(reader, FakeOrderDesk(), FakeClock(), EquitySamples(file, Time()))


def test_the_watch_takes_samples_of_a_connected_tws() -> None:
    file, reader = FakeFile(), FakeReader()
    watch(file, reader).look()
    assert [one[:1] + one[2:] for one in file.kept] == [(ACCOUNT, 1000000.0, "USD")]


def test_the_watch_takes_none_while_tws_is_away_and_lives_on_when_it_fails() -> None:
    file, reader = FakeFile(), FakeReader()
    reader.connection = away(reader.connection, "gone")
    watch(file, reader).look()
    reader = FakeReader(fails_with=NoAnswer("busy"))
    watch(file, reader).look()
    watch(FakeFile(fails=JournalUnavailable("full")), FakeReader()).look()
    assert file.kept == []
