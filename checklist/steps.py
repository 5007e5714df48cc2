"""A step of the order script, and what acts of every kind need of it."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from checklist.findings import NotRun
from checklist.stand import Stand


@dataclass(frozen=True, slots=True)
class Step:
    """One line: `name` is the order's, when a later step asks for it again.

    `order` and `beside` hold what differs from buying one at the market; prices are percentages.
    `sentence`: what the desk must say.
    """

    words: str
    act: Act
    order: Mapping[str, Any] = field(default_factory=dict)
    beside: Mapping[str, Any] = field(default_factory=dict)
    name: str = ""
    sentence: str = ""


Act = Callable[[Stand, Step], str]


def known(stand: Stand, step: Step) -> dict[str, Any]:
    """The order of an earlier step; NotRun when it has none."""
    stand.touch(step.name)
    found = stand.order(step.name)
    if not found:
        raise NotRun("The step that places this order has not placed it")
    return found


def path(stand: Stand, step: Step) -> str:
    """The address of the step's order."""
    return f"/api/v1/orders/{stand.name(step.name)}"


def as_json(body: object) -> str:
    return json.dumps(body)
