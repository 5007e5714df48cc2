"""What the web layer writes into the audit log.

What a person or a program did is noted in the background: no cancel and no order waits for the
audit log or fails with it. A change by an admin, and a new key, is written together with its
entry, so that what cannot be audited does not happen.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

from flask import g, request

from store.audit import NOBODY, Entry
from store.database import DatabaseAway, StoreError, together
from trading.orders import OrderResult
from trading.refusals import TradingError
from web.desk import current_desk

MISTAKE = "a mistake of the desk"
NOT_AUDITED = "It cannot be written into the audit log, so nothing was changed. {reason}"


def note(what: str, target: str = "", outcome: str = "ok", who: str = "") -> None:
    """Write soon that the caller, or `who`, did something. Never waits, never raises."""
    current_desk().people.audit_writer.note(_entry(what, target, outcome, who))


@contextmanager
def audited_change() -> Iterator[None]:
    """What is changed and `record`ed within happens together, or not at all."""
    with together(current_desk().people.engine):
        yield


def record(what: str, target: str = "", outcome: str = "ok") -> None:
    """In an `audited_change`: the entry. DatabaseAway when it cannot be written."""
    try:
        current_desk().people.audit.append(_entry(what, target, outcome, ""))
    except StoreError as error:
        raise DatabaseAway(NOT_AUDITED.format(reason=error)) from error


@dataclass(slots=True)
class Ending:
    """How what is noted ended: a word, or an order's state."""

    outcome: str


@contextmanager
def noted(what: str, target: str = "") -> Iterator[Ending]:
    """Note what is done within and how it ended; an error passes as it is."""
    ending = Ending(MISTAKE)
    try:
        yield ending
        if ending.outcome == MISTAKE:
            ending.outcome = "ok"
    except TradingError as error:
        ending.outcome = f"{error.code or type(error).__name__}, sent {error.sent}"
        raise
    finally:
        note(what, target, ending.outcome)


def state_of(result: OrderResult) -> str:
    """What is kept of an order's outcome: where it stands, never its terms."""
    return result.state + (" (replayed)" if result.payload.get("replayed") else "")


def _entry(what: str, target: str, outcome: str, who: str) -> Entry:
    caller = g.get("caller")
    name = who or (caller.user.name if caller else NOBODY)
    return Entry(what, name, target, outcome, request.remote_addr or "")
