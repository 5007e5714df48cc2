"""Flask's command line: `flask config`, `flask doctor`, `flask user …`, `flask key …` and
`flask journal …`.

No command needs a connection to TWS. A mistake is one line, not a traceback.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime

import click
from flask import Flask
from flask.cli import AppGroup

import config as settings_file
from store import journal_look
from store.database import StoreError
from store.journal import JournalError
from store.users import SCOPES
from web.desk import current_desk
from web.doctor import examine

user = AppGroup("user", help="People who may sign in.")
key = AppGroup("key", help="API keys of programs.")
journal = AppGroup("journal", help="The order journal; read-only, also while the desk runs.")
app_commands = AppGroup()
SCOPE = click.Choice(SCOPES)


def register(app: Flask) -> None:
    for command in (user, key, journal, *app_commands.commands.values()):
        app.cli.add_command(command)


@contextmanager
def one_line_errors() -> Iterator[None]:
    try:
        yield
    except (StoreError, JournalError) as error:
        raise click.ClickException(str(error)) from error


@app_commands.command("config")
def show_config() -> None:
    """Show each setting, its value and where that comes from. Secrets are masked."""
    rows = settings_file.sources()
    width = max(len(row.name) for row in rows)
    for row in rows:
        click.echo(f"{row.name:<{width}}  {row.shown or '(empty)'}  [{row.source}]")
    for warning in settings_file.unknown_keys():
        click.echo(f"warn  {warning}", err=True)


@app_commands.command("doctor")
@click.pass_context
def doctor(context: click.Context) -> None:
    """Check what the desk needs; exit code 1 when something must be repaired."""
    failed = False
    for finding in examine(current_desk()):
        click.echo(f"{finding.word:<4}  {finding.about}")
        failed |= finding.word == "FAIL"
    context.exit(int(failed))


@user.command("add")
@click.argument("name")
@click.option("--role", type=SCOPE, default="trade", show_default=True)
@click.password_option()
def add_user(name: str, role: str, password: str) -> None:
    """Add a user; the password is asked for."""
    with one_line_errors():
        added = current_desk().users.add(name, password, role)
    click.echo(f"Added {added.name} with the role {added.role}")


@user.command("password")
@click.argument("name")
@click.password_option()
def set_password(name: str, password: str) -> None:
    """Set a new password; the user's sessions end."""
    with one_line_errors():
        current_desk().users.set_password(name, password)
    click.echo(f"The password of {name} is changed; sessions of {name} have ended")


@user.command("list")
def list_users() -> None:
    """List users and their roles."""
    for one in current_desk().users.all():
        click.echo(f"{one.name}  {one.role}")


@key.command("new")
@click.option("--user", "name", required=True, help="The user whom the key acts for.")
@click.option("--scope", type=SCOPE, required=True)
@click.option("--name", "label", default="", help="What the key is for.")
def new_key(name: str, scope: str, label: str) -> None:
    """Make a key. The last line of the output is the key alone; it is shown only now."""
    with one_line_errors():
        desk = current_desk()
        secret = desk.keys.new(desk.users.by_name(name), scope, label)
    click.echo(f"A key of {name} with the scope {scope}. It is shown only now:")
    click.echo(secret)


@key.command("list")
def list_keys() -> None:
    """List keys by prefix; the keys themselves cannot be shown again."""
    for one in current_desk().keys.all():
        used = _day(one.last_used_at) if one.last_used_at else "never used"
        state = f"revoked {_day(one.revoked_at)}" if one.revoked_at else used
        click.echo(f"{one.prefix}  {one.user.name}  {one.scope}  {state}  {one.name}".rstrip())


@key.command("revoke")
@click.argument("prefix")
def revoke_key(prefix: str) -> None:
    """Revoke the key that begins with PREFIX; a running desk follows within a second."""
    with one_line_errors():
        revoked = current_desk().keys.revoke(prefix)
    click.echo(f"Revoked {revoked.prefix} of {revoked.user.name}")


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


def _day(moment: float) -> str:
    return datetime.fromtimestamp(moment, UTC).strftime("%Y-%m-%d %H:%MZ")
