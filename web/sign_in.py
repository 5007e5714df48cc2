"""Signing in and out: the password, then the code of whoever has a second factor; invitations.

Between password and code a browser is nobody: it holds a mark, signed by the desk, that says whose
password was right. The mark lasts minutes, counts in this browser only and opens nothing but the
page that asks for the code.
"""

from __future__ import annotations

import hashlib
import re
import time
from typing import Any

from flask import (
    Blueprint,
    Response,
    make_response,
    redirect,
    render_template,
    request,
    session,
    url_for,
)
from werkzeug.wrappers import Response as AnyResponse

from store.database import DatabaseAway, StoreError
from store.invitations import NOT_VALID
from store.second_factor import WRONG as WRONG_CODE
from store.second_factor import TooManyGuesses
from store.users import User
from web import last_sign_in
from web.audit_trail import note
from web.auth import close_session, open_session
from web.desk import current_desk
from web.page_values import page_values

routes = Blueprint("auth", __name__)

WRONG = "The user name or the password is wrong."
TOO_OFTEN = "Too many sign-ins failed. Try again in {seconds} seconds."
TOO_LATE = "That took too long, or it began in another browser. Sign in again."
NOT_ALIKE = "The two passwords are not the same."
# One leading slash, then anything printable but a backslash: a path on this desk and nowhere else.
SAFE_NEXT = re.compile(r"/(?![/\\])[^\\\x00-\x20\x7f]*")
HALF = "half_signed_in"
HALF_SECONDS = 300.0


@routes.get("/login")
def login() -> AnyResponse:
    return _login_page("", 200)


@routes.post("/login")
def sign_in() -> AnyResponse:
    desk = current_desk()
    name, password = request.form.get("username", ""), request.form.get("password", "")
    address = request.remote_addr or ""
    seconds = desk.sign_in_limits.take(name, address)
    if seconds:
        return _wait(_login_page(TOO_OFTEN.format(seconds=seconds), 429), seconds)
    user = desk.users.verify(name, password)
    if user is None:
        note("sign-in", outcome="wrong name or password", who=name)
        return _login_page(WRONG, 401)
    desk.sign_in_limits.give_back(name, address)
    target = safe_next(request.form.get("next", ""))
    if not desk.people.second_factor.is_on(user):
        return _welcome(user, target)
    close_session()
    session[HALF] = {"name": user.name, "until": time.time() + HALF_SECONDS, "at": _browser()}
    return redirect(url_for("auth.code", next=target), 303)


@routes.get("/login/code")
def code() -> AnyResponse:
    if _half_signed_in() is None:
        return _begin_again()
    return _code_page("", 200)


@routes.post("/login/code")
def check_code() -> AnyResponse:
    """The code of the app, or a recovery code; each counts once, five wrong ones make it slow."""
    user = _half_signed_in()
    if user is None:
        return _begin_again()
    try:
        is_right = current_desk().people.second_factor.verify(user, request.form.get("code", ""))
    except TooManyGuesses as error:
        return _wait(_code_page(str(error), 429), error.seconds)
    if not is_right:
        note("sign-in", outcome="wrong code", who=user.name)
        return _code_page(WRONG_CODE, 401)
    return _welcome(user, safe_next(request.form.get("next", "")))


@routes.post("/logout")
def logout() -> AnyResponse:
    note("sign-out")
    close_session()
    return redirect(url_for("auth.login"), 303)


@routes.get("/invitation/<token>")
def invitation(token: str) -> AnyResponse:
    """The page on which somebody who was invited chooses a password."""
    user = current_desk().people.invitations.user_of(token)
    return _invitation_page(user, "", 200 if user else 404)


@routes.post("/invitation/<token>")
def accept_invitation(token: str) -> AnyResponse:
    invitations = current_desk().people.invitations
    user = invitations.user_of(token)
    if user is None:
        return _invitation_page(None, "", 404)
    password = request.form.get("password", "")
    if password != request.form.get("again", ""):
        return _invitation_page(user, NOT_ALIKE, 422)
    try:
        invitations.accept(token, password)
    except DatabaseAway:
        raise
    except StoreError as error:  # too weak, or used in this moment
        is_used = str(error) == NOT_VALID
        return _invitation_page(None if is_used else user, str(error), 404 if is_used else 422)
    note("invitation accepted", user.name, who=user.name)
    close_session()
    return redirect(url_for("auth.login", welcome=user.name), 303)


def safe_next(target: str) -> str:
    """Where to go after signing in: a path of this desk, else the front page."""
    return target if SAFE_NEXT.fullmatch(target) else "/"


def _welcome(user: User, target: str) -> AnyResponse:
    before = last_sign_in.of(user.name)
    open_session(user)
    last_sign_in.keep(before)
    note("sign-in", who=user.name)
    return redirect(target, 303)


def _half_signed_in() -> User | None:
    """Whose password was right a moment ago in this browser, if it still counts."""
    mark: dict[str, Any] = session.get(HALF, {})
    if mark.get("at") != _browser() or mark["until"] < time.time():
        session.pop(HALF, None)
        return None
    user = current_desk().users.by_name(mark["name"])
    return user if user.is_active else None


def _browser() -> str:
    """What tells this browser from others, as flask-login does for sessions."""
    told = f"{request.remote_addr} {request.headers.get('User-Agent', '')}"
    return hashlib.sha256(told.encode()).hexdigest()


def _begin_again() -> Response:
    return _login_page(TOO_LATE, 401)


def _wait(page: Response, seconds: int) -> Response:
    page.headers["Retry-After"] = str(seconds)
    return page


def _login_page(error: str, status: int) -> Response:
    values = page_values() | {
        "error": error,
        "next": safe_next(request.values.get("next", "")),
        "username": (request.form.get("username") or request.args.get("welcome", ""))[:40],
        "is_new": "welcome" in request.args,
    }
    return make_response(render_template("login.html", **values), status)


def _code_page(error: str, status: int) -> Response:
    values = page_values() | {"error": error, "next": safe_next(request.values.get("next", ""))}
    return make_response(render_template("code.html", **values), status)


def _invitation_page(user: User | None, error: str, status: int) -> Response:
    invited = user.name if user else None
    values = page_values() | {"error": error, "invited": invited, "not_valid": NOT_VALID}
    return make_response(render_template("invitation.html", **values), status)
