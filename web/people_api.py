"""`/api/v1` for admins: users, invitations, agents."""

from __future__ import annotations

from flask import Blueprint, Response, g, request
from werkzeug.exceptions import Forbidden

from store.database import StoreError
from store.users import User
from web import people_acts, people_rows
from web.answers import json_response
from web.bodies import an_object, read_json, refused, text_of
from web.desk import current_desk
from web.people_pages import invitation_link

routes = Blueprint("people_api", __name__, url_prefix="/api/v1")

NOTHING = "The body must say role, active or both"
WRONG_ACTIVE = "active must be true or false"
NO_RESET_BY_KEY = (
    "A key invites only who has no password yet. A new password is given from a browser."
)


@routes.get("/users")
def users() -> Response:
    return json_response({"users": people_rows.users()})


@routes.patch("/users/<name>")
def change_user(name: str) -> Response:
    """`{"role": "trader"}`, `{"active": false}`, or both."""
    body = an_object(read_json(request), {"role", "active"})
    if not body:
        raise refused("", NOTHING)
    active = body.get("active")
    if "active" in body and not isinstance(active, bool):
        raise refused("/active", WRONG_ACTIVE)
    role = text_of(body, "role") if "role" in body else None
    people_acts.change_user(name, role, active)
    return json_response(people_rows.user(name))


@routes.post("/invitations")
def invite() -> Response:
    """`{"name": "bob", "role": "trader"}`: a link with which bob chooses a password.

    Whoever is a user already keeps role and password until a new password is chosen.
    """
    body = an_object(read_json(request), {"name", "role"})
    name = text_of(body, "name").lower()
    known = _known(name)
    if known is None:
        token = people_acts.invite(name, text_of(body, "role", "trader"))
    else:
        if g.caller.key and known.state != "invited":
            raise Forbidden(NO_RESET_BY_KEY)
        token = people_acts.invite_again(name)
    answer = {"user": people_rows.user(name), "link": invitation_link(token)}
    return json_response(answer, 201)


@routes.get("/agents")
def agents() -> Response:
    return json_response({"agents": people_rows.agents()})


def _known(name: str) -> User | None:
    try:
        return current_desk().users.by_name(name)
    except StoreError:
        return None
