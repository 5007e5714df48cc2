"""`python -m agent` as a process: its one line, its end, and what stops its start."""

from __future__ import annotations

import re
import signal
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from tests.agent.conftest import KEY
from tests.agent.fake_relay import FakeRelay
from tests.processes import Program, end, program, until


@contextmanager
def agent_process(folder: Path, *arguments: str, **settings: str) -> Iterator[Program]:
    environment = {"AGENT_KEY": KEY, "VAR_DIR": str(folder), "PAPER_SLEEP": "0", **settings}
    with program("-m", "agent", *arguments, **environment) as running:
        yield running
    assert KEY not in running.output


def ended(running: Program) -> int:
    until(lambda: running.process.poll() is not None, "it ends")
    return running.process.wait()


def test_it_says_whose_agent_it_is_and_ends_within_ten_seconds(
    tmp_path: Path, relay: FakeRelay
) -> None:
    with agent_process(tmp_path, RELAY_URL=relay.url) as running:
        line = re.compile(
            rf"agent of alice: connected to {relay.url}; TWS 127\.0\.0\.1:\d+, paper, DU\d+"
        )
        until(lambda: any(map(line.fullmatch, running.lines)), "the line\n" + running.output)
        until(lambda: relay.ask("status").result["openOrders"] == 0, "it answers")
        began = time.monotonic()
        running.process.send_signal(signal.SIGTERM)
        assert ended(running) == 0, running.output
        assert time.monotonic() - began < 10
    assert not running.said("Traceback")


def test_a_second_agent_on_the_same_journal_does_not_start(
    tmp_path: Path, relay: FakeRelay
) -> None:
    with agent_process(tmp_path, RELAY_URL=relay.url) as first:
        until(lambda: first.said("agent of alice"), "the first one is connected")
        with agent_process(tmp_path, RELAY_URL=relay.url, IB_PORT="1") as second:
            assert ended(second) == 2
            until(lambda: second.said("order engine already running (pid"), second.output)
            assert second.said("a VAR_DIR of its own")
        assert end(first) == 0


@pytest.mark.parametrize(
    ("settings", "policy", "words"),
    [
        ({}, "", "RELAY_URL is not set"),
        ({"RELAY_URL": "http://relay.example.com"}, "", "has no TLS"),
        ({"RELAY_URL": "ftp://relay"}, "", "RELAY_URL='ftp://relay' is not an address"),
        ({"RELAY_URL": "http://127.0.0.1", "AGENT_KEY": ""}, "", "AGENT_KEY is not set"),
        ({"RELAY_URL": "http://127.0.0.1"}, "paperonly = 1", "paperonly is not known"),
    ],
)
def test_what_stops_the_start_is_one_line(
    tmp_path: Path, settings: dict[str, str], policy: str, words: str
) -> None:
    (tmp_path / "agent.toml").write_text(policy)
    with agent_process(tmp_path, **settings) as running:
        assert ended(running) == 2
        until(lambda: running.said(words), running.output)
        assert len(running.lines) == 1


def test_the_doctor_fails_with_what_to_do(tmp_path: Path) -> None:
    with agent_process(tmp_path, "doctor") as running:
        assert ended(running) == 1
        until(lambda: running.said("FAIL  RELAY_URL is not set"), running.output)
