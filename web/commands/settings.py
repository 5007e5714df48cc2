"""`flask config` and `flask doctor`."""

from __future__ import annotations

import click
from flask.cli import with_appcontext

import config as settings_file
from web.desk import current_desk
from web.doctor import examine


@click.command("config")
@with_appcontext
def show_config() -> None:
    """Show each setting, its value and where that comes from. Secrets are masked."""
    rows = settings_file.sources()
    width = max(len(row.name) for row in rows)
    for row in rows:
        click.echo(f"{row.name:<{width}}  {row.shown or '(empty)'}  [{row.source}]")
    for warning in settings_file.unknown_keys():
        click.echo(f"warn  {warning}", err=True)


@click.command("doctor")
@click.pass_context
@with_appcontext
def doctor(context: click.Context) -> None:
    """Check what the desk needs; exit code 1 when something must be repaired."""
    failed = False
    for finding in examine(current_desk()):
        click.echo(f"{finding.word:<4}  {finding.about}")
        failed |= finding.word == "FAIL"
    context.exit(int(failed))
