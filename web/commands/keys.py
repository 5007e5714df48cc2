"""`flask key …` and `flask agent-key …`: keys of programs and of agents."""

from __future__ import annotations

import click
from flask.cli import AppGroup

from store.agent_keys import AgentKey
from store.keys import DEFAULT_DAYS, ApiKey
from store.roles import SCOPES
from store.tokens import prefix
from web.commands.running import day, note, one_line_errors, with_tables
from web.desk import current_desk

key = AppGroup("key", callback=with_tables, help="API keys of programs.")
agent_key = AppGroup(
    "agent-key", callback=with_tables, help="Keys with which a user's agent connects to the relay."
)
USER = click.option("--user", "name", required=True, help="The user whom the key acts for.")
LABEL = click.option("--name", "label", default="", help="What the key is for.")
DAYS = "Days until it expires; 0 for never."


@key.command("new")
@USER
@click.option("--scope", type=click.Choice(SCOPES), required=True)
@LABEL
@click.option("--expires-days", "days", default=DEFAULT_DAYS, show_default=True, help=DAYS)
def new_key(name: str, scope: str, label: str, days: float) -> None:
    """Make a key. The last line of the output is the key alone; it is shown only now."""
    with one_line_errors():
        desk = current_desk()
        owner = desk.users.by_name(name)
        secret = desk.keys.new(owner, scope, label, days=days or None)
        note("key made", f"{prefix(secret)} of {owner.name}", scope)
    click.echo(f"A key of {name} with the scope {scope}. It is shown only now:")
    click.echo(secret)


@key.command("list")
def list_keys() -> None:
    """List keys by prefix; the keys themselves cannot be shown again."""
    with one_line_errors():
        keys = current_desk().keys.all()
    for one in keys:
        click.echo(f"{one.prefix}  {one.user.name}  {one.scope}  {_use(one)}  {one.name}".rstrip())


@key.command("revoke")
@click.argument("prefix")
def revoke_key(prefix: str) -> None:
    """Revoke the key that begins with PREFIX; a running desk follows within a second."""
    with one_line_errors():
        revoked = current_desk().keys.revoke(prefix)
        note("key revoked", f"{revoked.prefix} of {revoked.user.name}")
    click.echo(f"Revoked {revoked.prefix} of {revoked.user.name}")


@agent_key.command("new")
@USER
@LABEL
@click.option("--expires-days", "days", default=0.0, show_default=True, help=DAYS)
def new_agent_key(name: str, label: str, days: float) -> None:
    """Make an agent key. The last line of the output is the key alone; it is shown only now."""
    with one_line_errors():
        people = current_desk().people
        owner = people.users.by_name(name)
        secret = people.agent_keys.new(owner, label, days=days or None)
        note("agent key made", f"{prefix(secret)} of {owner.name}")
    click.echo(f"A key with which {owner.name}'s agent connects. It is shown only now:")
    click.echo(secret)


@agent_key.command("list")
def list_agent_keys() -> None:
    """List agent keys by prefix; the keys themselves cannot be shown again."""
    with one_line_errors():
        keys = current_desk().people.agent_keys.all()
    for one in keys:
        click.echo(f"{one.prefix}  {one.user.name}  {_use(one)}  {one.name}".rstrip())


@agent_key.command("revoke")
@click.argument("prefix")
def revoke_agent_key(prefix: str) -> None:
    """Revoke the agent key that begins with PREFIX; its agent is cut off within a second."""
    with one_line_errors():
        revoked = current_desk().people.agent_keys.revoke(prefix)
        note("agent key revoked", f"{revoked.prefix} of {revoked.user.name}")
    click.echo(f"Revoked {revoked.prefix} of {revoked.user.name}")


def _use(one: ApiKey | AgentKey) -> str:
    if one.revoked_at:
        return f"revoked {day(one.revoked_at)}"
    used = day(one.last_used_at) if one.last_used_at else "never used"
    return f"{used}, until {day(one.expires_at)}" if one.expires_at else used
