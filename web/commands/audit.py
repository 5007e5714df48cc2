"""`flask audit …`: who did what."""

from __future__ import annotations

from typing import TextIO

import click
from flask.cli import AppGroup

from store.audit_export import FORMATS
from web.commands.running import note, one_line_errors, with_tables
from web.desk import current_desk

audit = AppGroup("audit", callback=with_tables, help="The audit log: who did what, and when.")


@audit.command("verify")
def verify_audit() -> None:
    """Walk the chain of the audit log; exit code 1 when a line is not as it was written."""
    with one_line_errors():
        broken = current_desk().people.audit.verify()
    if broken:
        raise click.ClickException(broken)
    click.echo("Every line of the audit log is as it was written")


@audit.command("export")
@click.option("--format", "form", type=click.Choice(tuple(FORMATS)), default="jsonl")
@click.option("--output", type=click.File("w", encoding="utf-8", lazy=True), default="-")
def export_audit(form: str, output: TextIO) -> None:
    """Write the whole audit log, the oldest line first; CSV is safe to open in a spreadsheet."""
    with one_line_errors():
        note("audit exported", form)
        for line in FORMATS[form](current_desk().people.audit):
            output.write(line)
