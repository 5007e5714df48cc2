"""`flask user …`: people who may sign in."""

from __future__ import annotations

import click
from flask.cli import AppGroup

from store.roles import ROLES
from web.commands.running import note, one_line_errors, with_tables
from web.desk import current_desk

user = AppGroup("user", callback=with_tables, help="People who may sign in.")
ROLE = click.Choice(tuple(ROLES))


@user.command("invite")
@click.argument("name")
@click.option("--role", type=ROLE, default="trader", show_default=True)
@click.option("--again", is_flag=True, help="For a user there is, also one with a lost password.")
def invite_user(name: str, role: str, again: bool) -> None:
    """Invite a user, who chooses the password. The last line is the token alone, shown only now."""
    with one_line_errors():
        invitations = current_desk().people.invitations
        token = invitations.invite_again(name) if again else invitations.invite(name, role)
        note("user invited", name.lower())
    click.echo(f"An invitation of {name.lower()}, good for seven days and one use:")
    click.echo(token)


@user.command("add")
@click.argument("name")
@click.option("--role", type=ROLE, default="trader", show_default=True)
@click.password_option()
def add_user(name: str, role: str, password: str) -> None:
    """Add a user; the password is asked for."""
    with one_line_errors():
        added = current_desk().users.add(name, password, role)
        note("user added", added.name, added.role)
    click.echo(f"Added {added.name} with the role {added.role}")


@user.command("password")
@click.argument("name")
@click.password_option()
def set_password(name: str, password: str) -> None:
    """Set a new password; the user's sessions end."""
    with one_line_errors():
        current_desk().users.set_password(name, password)
        note("password changed", name.lower())
    click.echo(f"The password of {name} is changed; sessions of {name} have ended")


@user.command("role")
@click.argument("name")
@click.argument("role", type=ROLE)
def set_role(name: str, role: str) -> None:
    """Change what NAME may do."""
    with one_line_errors():
        changed = current_desk().users.set_role(name, role)
        note("role changed", changed.name, changed.role)
    click.echo(f"{changed.name} has the role {changed.role}")


@user.command("deactivate")
@click.argument("name")
def deactivate_user(name: str) -> None:
    """End the sessions of NAME and stop every key; nothing is deleted."""
    with one_line_errors():
        changed = current_desk().users.deactivate(name)
        note("user deactivated", changed.name)
    click.echo(f"{changed.name} is deactivated; sessions, keys and agent keys have stopped")


@user.command("activate")
@click.argument("name")
def activate_user(name: str) -> None:
    """Let NAME in again, with the old password and keys."""
    with one_line_errors():
        changed = current_desk().users.activate(name)
        note("user activated", changed.name)
    click.echo(f"{changed.name} is {changed.state}")


@user.command("totp-remove")
@click.argument("name")
def remove_second_factor(name: str) -> None:
    """Remove the second factor of NAME, who has lost it."""
    with one_line_errors():
        desk = current_desk()
        found = desk.users.by_name(name)
        desk.people.second_factor.remove_as_admin(found)
        note("second factor off", found.name)
    click.echo(f"{found.name} signs in without a second factor")


@user.command("list")
def list_users() -> None:
    """List users and their roles; who is not active, and who has a second factor, says so."""
    with one_line_errors():
        people = current_desk().people
        users, with_factor = people.users.all(), people.second_factor.users_with()
    for one in users:
        words = [one.name, one.role]
        words += [] if one.is_active else [one.state]
        words += ["second factor"] if one.user_id in with_factor else []
        click.echo("  ".join(words))
