"""The desk is killed at random moments while others trade through it; nothing may go wrong twice.

A run is a number of rounds. Each has a fresh account and a fresh journal, some hundred kills, and
a gateway that loses orders, answers late or not at all and cuts the line. In the end the desk must
believe what the gateway's book says. The same seed makes the same plan; the moments at which
processes meet are the machine's.
"""

from __future__ import annotations

import tempfile
import threading
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from random import Random
from time import monotonic
from typing import Any, TypeVar

from tests.chaos.killed_desk import KilledDesk, pause
from tests.chaos.killed_world import KilledWorld
from tests.chaos.traders import UNSURE, Trader
from tests.chaos.verdict import Verdict, duplicates, judge
from tests.processes import Gateway, paper_gateway, until

TRADERS = 8
PACE_SECONDS = 0.15
# A few orders wait longer than the next desk takes to start: 2.5 s on a machine that is idle.
LAG_MS = 400
LAG_MS_PER_SECOND = 160
LONGEST_LIFE = 0.3  # seconds from the moment when orders can be placed until the kill
ROUND_KILLS = 250
REPORT_KILLS = 25
QUIET_SECONDS = 60.0
SETTINGS = {"PAPER_SLEEP": "0", "ORDER_TIMEOUT": "1", "ABSENCE_SECONDS": "0.5"}
Killed = KilledDesk | KilledWorld
K = TypeVar("K", bound=Killed)
# Every order gets the harmless 10349, for which ib_async would call it cancelled.
NOTICES = ("before", "after")


@dataclass
class Tally:
    """What was done to the desk and to the gateway."""

    kills: Counter[str] = field(default_factory=Counter)
    weather: Counter[str] = field(default_factory=Counter)

    def __str__(self) -> str:
        parts = (f"{count} {name}" for name, count in sorted((self.kills + self.weather).items()))
        return ", ".join(parts)


@dataclass
class Run:
    """A finished run."""

    seed: int
    tally: Tally
    verdict: Verdict
    seconds: float

    def __str__(self) -> str:
        kills = self.tally.kills.total()
        rate = kills / self.seconds
        head = f"seed {self.seed}: {kills} kills in {self.seconds:.0f} s ({rate:.1f} a second)"
        return f"{head}\n{self.tally}\n{self.verdict}"


def run(
    kills: int,
    seed: int,
    say: Callable[[str], None] = lambda line: None,
    victim: type[Killed] = KilledDesk,
) -> Run:
    """Kill the victim so often. Everything that it writes goes to a folder that is removed."""
    started, tally, verdict = monotonic(), Tally(), Verdict()

    def report() -> None:
        done = tally.kills.total()
        if done % REPORT_KILLS == 0:
            rate = done / (monotonic() - started)
            say(f"{done} of {kills} kills, {rate:.1f} a second: {tally}")

    for number, first in enumerate(range(0, kills, ROUND_KILLS)):
        count = min(ROUND_KILLS, kills - first)
        with tempfile.TemporaryDirectory() as folder:
            one = Round(Path(folder), f"{seed}-{number}", victim, tally, report)
            verdict.add(one.play(count))
    return Run(seed, tally, verdict, monotonic() - started)


@contextmanager
def running(victim: Callable[..., K], folder: Path) -> Iterator[tuple[K, Gateway]]:
    """A desk, or a whole world, with an account of its own; all of it below the folder."""
    with (
        paper_gateway(folder / "gateway") as gateway,
        closing(victim(folder / "var", gateway.port, **SETTINGS)) as desk,
    ):
        desk.start()
        yield desk, gateway


@contextmanager
def trading(desk: Killed, seed: str) -> Iterator[list[Trader]]:
    """Traders at work; at the end each waits for the answer to its last order."""
    over, abandoned = threading.Event(), threading.Event()
    traders = [
        Trader(f"t{number}", Random(f"{seed}-{number}"), desk.call, over, abandoned, PACE_SECONDS)
        for number in range(TRADERS)
    ]
    threads = [threading.Thread(target=trader.run, daemon=True) for trader in traders]
    for thread in threads:
        thread.start()
    try:
        yield traders
        over.set()
        deadline = monotonic() + QUIET_SECONDS
        for thread in threads:
            thread.join(max(deadline - monotonic(), 0))
        stuck = [each.last for each, t in zip(traders, threads, strict=True) if t.is_alive()]
        assert not stuck, "\n".join(["These are not answered:", *stuck, desk.output])
    finally:
        over.set()
        abandoned.set()


def duplicates_in_lag(folder: Path, kills: int, seed: int, *, has_fence: bool) -> list[str]:
    """Kills while the gateway takes its time for every order: keys that were booked twice.

    Without the fence the journal is lost with each kill and the next desk has another client id:
    what the gateway has not reached yet is unknown to it, and nothing makes it wait for that.
    """
    random, began = Random(seed), monotonic()
    with running(KilledDesk, folder) as (desk, gateway):
        until_ready(desk)
        lag_ms = max(LAG_MS, LAG_MS_PER_SECOND * (monotonic() - began))
        with trading(desk, str(seed)):
            for _ in range(kills):
                until_ready(desk)
                gateway.drill(delay_orders_ms=lag_ms)
                pause(random.uniform(0, LONGEST_LIFE))
                desk.kill_all()
                if not has_fence:
                    desk.lose_journal()
                desk.start()
            until_ready(desk)
        until(lambda: not gateway.state()["draining"], "all orders are handled", QUIET_SECONDS)
        return duplicates(gateway.state())


def until_ready(desk: Killed) -> None:
    until(desk.is_ready, f"the desk can place orders\n{desk.output}", QUIET_SECONDS)


class Round:
    """One account, one journal, many kills."""

    def __init__(
        self,
        folder: Path,
        seed: str,
        victim: type[Killed],
        tally: Tally,
        report: Callable[[], None],
    ) -> None:
        self._folder = folder
        self._seed = seed
        self._victim = victim
        self._random = Random(seed)
        self._tally = tally
        self._report = report

    def play(self, kills: int) -> Verdict:
        with running(self._victim, self._folder) as (desk, gateway):
            with trading(desk, self._seed) as traders:
                for _ in range(kills):
                    self._live_and_die(desk, gateway)
                    self._report()
                until_ready(desk)
            return self._judge(desk, gateway, traders)

    # Trouble

    def _live_and_die(self, desk: Killed, gateway: Gateway) -> None:
        """One life of the desk: until it can trade (mostly), a fault, a moment, and its end."""
        if self._random.random() < 0.9:
            until_ready(desk)
        name, switches = self._random.choice(WEATHER)
        gateway.drill(clear=True, tif_notice=self._random.choice(NOTICES), **switches)
        self._tally.weather[name] += 1
        moment = self._random.uniform(0, LONGEST_LIFE)
        if self._random.random() < 0.15:
            pause(moment)
            gateway.drill(drop_connections=True)
            self._tally.weather["cut lines"] += 1
            moment = self._random.uniform(0, LONGEST_LIFE)
        pause(moment)
        self._tally.kills[desk.kill(self._random)] += 1
        gateway.drill(clear=True, tif_notice="before")

    # The end

    def _judge(self, desk: Killed, gateway: Gateway, traders: list[Trader]) -> Verdict:
        until(lambda: not self._unsure(desk), "every order is known", QUIET_SECONDS)
        pause(0.5)
        code = desk.stop()
        with closing(desk.journal()) as journal:
            broken = journal.verify()
            records = [row.record for row in journal.recent(journal.count() + 1)]
        asked = [order for trader in traders for order in trader.asked]
        has_relay = isinstance(desk, KilledWorld)
        verdict = judge(asked, records, gateway.state(), has_relay=has_relay)
        for trader in traders:
            for surprise in trader.surprises:
                verdict.blame("surprise", str(surprise))
        if broken:
            verdict.blame("journal", broken)
        if code:
            verdict.blame("exit code", str(code))
        return verdict

    def _unsure(self, desk: Killed) -> list[str]:
        status, answer = desk.call("GET", "/orders?status=open")
        assert status == 200, answer
        return [row["clientOrderId"] for row in answer["orders"] if row["state"] in UNSURE]


# What the gateway does to the orders of one life of the desk.
WEATHER: tuple[tuple[str, dict[str, Any]], ...] = (
    ("calm lives", {}),
    ("calm lives", {}),
    ("calm lives", {}),
    ("swallowed orders", {"swallow_orders": 1}),
    ("orders cut before", {"drop_before_order": 1}),
    ("orders cut after", {"drop_after_order": 1}),
    ("cancels cut after", {"drop_after_cancel": 1}),
    ("silent orders", {"silent_orders": 2}),
    ("short delays", {"delay_orders_ms": 20}),
    ("long delays", {"delay_orders_ms": 150}),
    ("fills in parts", {"partial_fills": [1, 1], "fill_delay_ms": 30}),
    ("rejects", {"reject_orders": 1}),
    ("refused changes", {"reject_modifies": 2}),
)
