"""The admins' pages: users and agents. What is done here is done in `people_acts.py`."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from flask import (
    Blueprint,
    Response,
    flash,
    make_response,
    redirect,
    render_template,
    request,
    url_for,
)
from werkzeug.wrappers import Response as AnyResponse

from store.database import DatabaseAway, StoreError
from store.invitations import LIFETIME_SECONDS
from store.roles import ROLES
from web import people_acts, people_rows
from web.desk import current_desk
from web.page_values import page_values

routes = Blueprint("people", __name__)

Act = Callable[[str], str]


@routes.get("/users")
def users() -> Response:
    return _users()


@routes.post("/users")
def invite() -> AnyResponse:
    """Invite somebody new; the link is shown once."""
    name, role = request.form.get("name", "").strip(), request.form.get("role", "")
    try:
        token = people_acts.invite(name, role)
    except DatabaseAway:
        raise
    except StoreError as error:
        return _users(f"{error}.")
    return _users(invited=name.lower(), link=invitation_link(token))


@routes.post("/users/<name>")
def change(name: str) -> AnyResponse:
    """One change of one user; `act` says which."""
    act = request.form.get("act", "")
    try:
        if act == "invite":
            token = people_acts.invite_again(name)
            return _users(invited=name.lower(), link=invitation_link(token))
        if act not in CHANGES:
            return _users("Choose what to change.")
        flash(CHANGES[act](name))
    except DatabaseAway:
        raise
    except StoreError as error:
        return _users(f"{error}.")
    return redirect(url_for("people.users"), 303)


@routes.get("/agents")
def agents() -> str:
    relay = current_desk().settings.relay_url
    values = page_values() | {"agents": people_rows.agents(), "relay_url": relay}
    return render_template("agents.html", **values)


def invitation_link(token: str) -> str:
    """The whole address, as this browser reached the desk."""
    return url_for("auth.invitation", token=token, _external=True)


def _set_role(name: str) -> str:
    role = request.form.get("role", "")
    people_acts.change_user(name, role=role)
    return f"{name} is {role} now."


def _deactivate(name: str) -> str:
    people_acts.change_user(name, active=False)
    return f"{name} is deactivated: sessions, keys and agent keys have stopped."


def _activate(name: str) -> str:
    people_acts.change_user(name, active=True)
    return f"{name} may sign in again, with the old password and keys."


def _remove_factor(name: str) -> str:
    people_acts.remove_factor_of(name)
    return f"{name} signs in without a second factor."


CHANGES: dict[str, Act] = {
    "role": _set_role,
    "deactivate": _deactivate,
    "activate": _activate,
    "remove-factor": _remove_factor,
}


def _users(wrong: str = "", **shown: Any) -> Response:
    values = page_values() | {
        "wrong": wrong,
        "shown": shown,
        "users": people_rows.users(),
        "roles": tuple(ROLES),
        "invitation_days": LIFETIME_SECONDS // 86_400,
    }
    return make_response(render_template("users.html", **values), 422 if wrong else 200)
