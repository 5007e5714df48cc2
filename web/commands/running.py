"""What every command of the command line does around its work."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime

import click
from flask import current_app
from flask.cli import with_appcontext

from store.audit import COMMAND_LINE, Entry
from store.database import StoreError
from store.journal import JournalError
from web.desk import current_desk


@contextmanager
def one_line_errors() -> Iterator[None]:
    """What cannot be done is one line on standard error and exit code 1."""
    try:
        yield
    except (StoreError, JournalError) as error:
        raise click.ClickException(str(error)) from error


@with_appcontext
def with_tables() -> None:
    """Before each command of a group: the factory leaves to the commands what changes anything."""
    make_ready: Callable[[], None] | None = current_app.extensions.get("make_ready")
    if make_ready:  # not in a desk that runs
        make_ready()


def note(what: str, target: str, outcome: str = "ok") -> None:
    """Write into the audit log that somebody did this on the command line."""
    current_desk().people.audit.append(Entry(what, COMMAND_LINE, target, outcome))


def day(moment: float) -> str:
    """Seconds since 1970 as a person reads them."""
    return datetime.fromtimestamp(moment, UTC).strftime("%Y-%m-%d %H:%MZ")
