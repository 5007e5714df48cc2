"""`flask db …`: the tables of the database of people."""

from __future__ import annotations

import click
from flask.cli import AppGroup

from store.schema import NEWEST, bring_up_to_date, current_revision
from web.commands.running import one_line_errors, with_tables
from web.desk import current_desk

database = AppGroup(
    "db", callback=with_tables, help="The tables of the database of users, keys and the audit log."
)


@database.command("upgrade")
def upgrade() -> None:
    """Bring the tables to the newest revision; every start of the desk does it, too."""
    with one_line_errors():
        bring_up_to_date(current_desk().people.engine)
    _show()


@database.command("current")
def current() -> None:
    """Show the database's address and the revision of its tables."""
    _show()


def _show() -> None:
    with one_line_errors():
        engine = current_desk().people.engine
        revision = current_revision(engine)
    newest = " (newest)" if revision == NEWEST else f", the newest is {NEWEST}"
    click.echo(f"{engine.url.render_as_string(hide_password=True)}: revision {revision}{newest}")
