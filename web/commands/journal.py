"""`flask journal …`: the order journal; read-only, also while the desk runs."""

from __future__ import annotations

import click
from flask.cli import AppGroup

from store import journal_look
from web.commands.running import one_line_errors
from web.desk import current_desk

journal = AppGroup("journal", help="The order journal; read-only, also while the desk runs.")


@journal.command("verify")
def verify_journal() -> None:
    """Walk the chain of the journal's lines; exit code 1 when one is not as it was written."""
    path = current_desk().settings.journal_path
    with one_line_errors():
        broken = journal_look.broken_line(path)
    if broken:
        raise click.ClickException(broken)
    click.echo(f"Every line of {path} is as it was written")


@journal.command("show")
@click.argument("client_order_id", metavar="KEY")
def show_order(client_order_id: str) -> None:
    """Print the timeline of the order with the clientOrderId KEY."""
    path = current_desk().settings.journal_path
    with one_line_errors(), journal_look.opened(path) as reader:
        row, events = reader.order(client_order_id), reader.events(client_order_id)
    if row is None:
        raise click.ClickException(f"There is no order {client_order_id} in {path}")
    click.echo(journal_look.order_text(row))
    for event in events:
        click.echo(journal_look.event_text(event))
