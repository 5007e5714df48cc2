"""Plays scripts: presses each step at its moment, on the gateway's own timers.

May not know what the steps do. With a clock of its own a test plays a script in no time.
"""

from __future__ import annotations

import logging
from collections import Counter, deque
from collections.abc import Callable
from dataclasses import dataclass, field
from functools import partial
from typing import Any

from paper_gateway.drilling.scripts import After, At, Changes, On, Script, Step
from paper_gateway.drills import DrillError
from paper_gateway.hub import Event
from paper_gateway.timers import Timers

logger = logging.getLogger(__name__)

MAX_RUNNING = 50
_KEPT_FAULTS = 20


@dataclass(frozen=True, slots=True)
class Fault:
    """A step that could not be done, and the number of the playing that it was part of."""

    number: int
    text: str


@dataclass(slots=True, eq=False)
class _Run:
    """One script that is being played. ``number`` is that of the script in which it began.
    ``is_stopped``: what is planned of it does nothing."""

    number: int
    script: Script
    left: int
    waiting: list[Step] = field(default_factory=list)
    seen: Counter[str] = field(default_factory=Counter)
    is_stopped: bool = False


class Player:
    """Plays any number of scripts at once; ``press`` does what a step says or raises DrillError."""

    def __init__(self, press: Callable[[Changes], None], timers: Timers) -> None:
        self._press = press
        self._timers = timers
        self._runs: list[_Run] = []
        self._count = 0
        self.faults: deque[Fault] = deque(maxlen=_KEPT_FAULTS)
        """What could not be done at its moment, newest last; forgotten when the next script starts
        alone."""

    def start(self, script: Script) -> int:
        """Begin now; the number of this playing. Raises DrillError when a first step cannot be
        done; then nothing follows."""
        self._count += 1
        self._begin(script, self._count)
        return self._count

    def _begin(self, script: Script, number: int) -> None:
        if len(self._runs) >= MAX_RUNNING:
            raise DrillError(f"{MAX_RUNNING} scripts are running already")
        if not self._runs:
            self.faults.clear()
        run = _Run(number, script, len(script.steps))
        self._runs.append(run)
        try:
            for index, step in enumerate(script.steps):
                self._plan(run, index, step)
        except DrillError:
            self._end(run)
            raise

    def stop(self) -> None:
        """Forget what is still to come. Switches stay as they are."""
        for run in list(self._runs):
            self._end(run)

    def status(self) -> list[dict[str, Any]]:
        """The scripts that are being played, and how many of their steps are still to come."""
        return [
            {"number": run.number, "name": run.script.name, "stepsLeft": run.left}
            for run in self._runs
        ]

    def heard(self, event: Event) -> None:
        """An event of the hub: do what waits for it."""
        for run in list(self._runs):
            run.seen[event] += 1
            due = [step for step in run.waiting if step.moment == On(event, run.seen[event])]
            for step in due:
                run.waiting.remove(step)
                self._do_later(run, run.script.steps.index(step))

    def _plan(self, run: _Run, index: int, step: Step) -> None:
        match step.moment:
            case At(seconds=0):
                self._do(run, index)
            case At(seconds=seconds):
                self._timers.after(seconds, partial(self._do_later, run, index))
            case On():
                run.waiting.append(step)
            case After(seconds=seconds) if index == 0:
                self._timers.after(seconds, partial(self._do_later, run, index))
            case After():
                # The step before it plans this one.
                pass

    def _do_later(self, run: _Run, index: int) -> None:
        """A step whose moment has come; what it cannot do is noted."""
        try:
            self._do(run, index)
        except DrillError as error:
            step = run.script.steps[index]
            text = f"{run.script.name}, line {step.line}: {error}"
            self.faults.append(Fault(run.number, text))
            logger.warning("drill %s", text)
            self._done(run, index)

    def _do(self, run: _Run, index: int) -> None:
        if run.is_stopped:
            return
        action = run.script.steps[index].action
        if isinstance(action, Script):
            self._begin(action, run.number)
        else:
            self._press(action)
        self._done(run, index)

    def _done(self, run: _Run, index: int) -> None:
        run.left -= 1
        following = run.script.steps[index + 1 : index + 2]
        if following and isinstance(following[0].moment, After):
            seconds = following[0].moment.seconds
            self._timers.after(seconds, partial(self._do_later, run, index + 1))
        if not run.left:
            self._end(run)

    def _end(self, run: _Run) -> None:
        run.is_stopped = True
        if run in self._runs:
            self._runs.remove(run)
