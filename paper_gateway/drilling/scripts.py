"""Scripts: which fault comes when, one a line.

May not run anything: a script is read once, at the door, and every error names its line.

    # A comment. A line is a moment and an action.
    at 2s swallowed-order count=2     so long after the script's start
    on order 3 dropped-sockets        when the third placeOrder since the start has been read
    on fill 1 link-lost seconds=5     right after the first execution was told
    after 5s clear                    so long after the line above was done

Moments: ``at`` and ``after`` with ms, s or min; ``on`` with an event (session, order, accepted,
fill, cancel; see the hub) and a count. Actions: a switch with its value (drills module), a command
with what it takes (commands module), or a drill of the table with ``name=value`` parameters.
Without a value a switch is on or counts one, a command takes ``true``, the newest order (``last``)
or all positions. What a command takes is looked at when its moment comes.
"""

from __future__ import annotations

import json
import re
import shlex
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, get_args

from paper_gateway.commands import COMMANDS
from paper_gateway.drills import DrillError, check, defaults
from paper_gateway.hub import Event

MAX_STEPS = 1000
_UNITS = {"ms": 0.001, "s": 1.0, "min": 60.0}
_DURATION = re.compile(r"(\d+(?:\.\d+)?)(ms|s|min)")
_SWITCHES = defaults()
_EVENTS = frozenset(get_args(Event))
_IMPLIED = {
    "fill": "last",
    "cancel_by_ib": "last",
    "lose_order": "last",
    "unsolicited_completed": "last",
    "liquidate": "all",
}


class ScriptError(DrillError):
    """A line that cannot be read; the text begins with its number, ``reason`` does without."""

    def __init__(self, line: int, reason: str) -> None:
        super().__init__(f"line {line}: {reason}")
        self.reason = reason


@dataclass(frozen=True, slots=True)
class At:
    """So many seconds after the script's start."""

    seconds: float


@dataclass(frozen=True, slots=True)
class After:
    """So many seconds after the step before it was done."""

    seconds: float


@dataclass(frozen=True, slots=True)
class On:
    """When an event has happened so many times since the script's start."""

    event: str
    count: int


Moment = At | After | On
Changes = dict[str, Any]
"""What ``Server.apply`` takes."""
Expand = Callable[[str, Mapping[str, Any]], "Script | None"]
"""Makes the script of a drill with these parameters; None for a name that is no drill."""


@dataclass(frozen=True, slots=True)
class Step:
    """One line: when, and what: changes to press, or the script of a drill."""

    line: int
    moment: Moment
    action: Changes | Script


@dataclass(frozen=True, slots=True)
class Script:
    """Steps in the order of their lines."""

    name: str
    steps: tuple[Step, ...]


def parse_script(text: str, name: str, expand: Expand = lambda _name, _given: None) -> Script:
    """Read a script. Raises ScriptError, whose text names the line."""
    steps: list[Step] = []
    for number, line in enumerate(text.splitlines(), 1):
        words = line.strip()
        if not words or words.startswith("#"):
            continue
        try:
            moment, action = _moment(words)
            steps.append(Step(number, moment, _action(action, expand)))
        except DrillError as error:
            raise ScriptError(number, str(error)) from error
        if len(steps) > MAX_STEPS:
            raise ScriptError(number, f"a script has at most {MAX_STEPS} steps")
    if not steps:
        raise ScriptError(1, "the script has no step")
    return Script(name, tuple(steps))


def _moment(text: str) -> tuple[Moment, str]:
    """The moment of a line, and what is left of the line."""
    word, _, rest = text.partition(" ")
    if word in {"at", "after"}:
        duration, _, action = rest.strip().partition(" ")
        seconds = _seconds(duration)
        return At(seconds) if word == "at" else After(seconds), action.strip()
    if word == "on":
        event, count, *action_words = [*rest.split(None, 2), "", ""]
        if event not in _EVENTS:
            raise DrillError(f"an event is one of {', '.join(sorted(_EVENTS))}, not {event!r}")
        if not (count.isascii() and count.isdigit() and 0 < int(count) < 10**9):
            raise DrillError(f"on {event} needs a count from 1 on, not {count!r}")
        return On(event, int(count)), action_words[0].strip()
    raise DrillError(f"a line begins with at, after or on, not {word!r}")


def _seconds(text: str) -> float:
    found = _DURATION.fullmatch(text)
    if found is None:
        raise DrillError(f"a time is a number with ms, s or min, not {text!r}")
    return round(float(found[1]) * _UNITS[found[2]], 6)


def _action(text: str, expand: Expand) -> Changes | Script:
    name, _, rest = text.partition(" ")
    if not name:
        raise DrillError("there is no action")
    value = _value(rest.strip())
    if name in _SWITCHES:
        changes = {name: _implied_switch(name) if value is None else value}
        check(changes)
        return changes
    if name in COMMANDS:
        return {name: _IMPLIED.get(name, True) if value is None else value}
    if value is not None and not isinstance(value, dict):
        raise DrillError(f"{name} takes name=value")
    drill = expand(name, value or {})
    if drill is None:
        raise DrillError(f"there is no drill, switch or command named {name}")
    return drill


def _implied_switch(name: str) -> bool | int:
    kind = type(_SWITCHES[name])
    if kind not in {bool, int}:
        raise DrillError(f"{name} needs a value")
    return True if kind is bool else 1


def _value(text: str) -> Any:
    """JSON, ``name=value`` pairs, or a word; None when there is nothing."""
    if not text:
        return None
    plain = _json_or_none(text)
    if plain is not None:
        return plain
    try:
        words = shlex.split(text)
    except ValueError as error:
        raise DrillError(f"{text!r}: {error}") from error
    pairs = [word.partition("=") for word in words]
    if all(mark and key for key, mark, _ in pairs):
        return {key: read_value(given) for key, _, given in pairs}
    if len(words) != 1:
        raise DrillError(f"{text!r} is neither one value nor name=value")
    return words[0]


def read_value(text: str) -> Any:
    """A value as typed: JSON where it is JSON, otherwise the text itself."""
    plain = _json_or_none(text)
    return text if plain is None else plain


def _json_or_none(text: str) -> Any:
    try:
        return json.loads(text)
    except (ValueError, RecursionError):
        return None
