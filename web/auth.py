"""Who asks: signing in and out, browser sessions and API keys.

flask-login finds the user: the session cookie carries a random token that the server knows, a
bearer key is looked up by its hash. What a caller may do is decided in `guards.py`.
"""

# mypy: allow-untyped-calls
# flask-login and flask-wtf carry no types; they are called in this file only.

from __future__ import annotations

import hashlib
import re
from dataclasses import dataclass
from typing import Any, cast

import flask_login
from flask import (
    Blueprint,
    Flask,
    Request,
    Response,
    current_app,
    make_response,
    redirect,
    render_template,
    request,
    session,
    url_for,
)
from flask.sessions import SecureCookieSession, SecureCookieSessionInterface, SessionMixin
from flask_wtf.csrf import CSRFProtect
from werkzeug.wrappers import Response as AnyResponse

from store.users import User
from web.desk import Desk, current_desk
from web.page_values import page_values

routes = Blueprint("auth", __name__)

WRONG = "The user name or the password is wrong."
TOO_OFTEN = "Too many sign-ins failed. Try again in {seconds} seconds."
BEARER = "bearer "
# One leading slash, then anything printable but a backslash: a path on this desk and nowhere else.
SAFE_NEXT = re.compile(r"/(?![/\\])[^\\\x00-\x20\x7f]*")


@dataclass(frozen=True, slots=True)
class Caller:
    """Who asks, and what it may do: `scope` is read, trade, approve or admin."""

    user: User
    scope: str
    session_token: str = ""  # empty for an API key
    key: str = ""  # an API key's secret; empty for a browser

    @property
    def is_authenticated(self) -> bool:
        return True

    @property
    def is_active(self) -> bool:
        return True

    @property
    def is_anonymous(self) -> bool:
        return False

    def get_id(self) -> str:
        """What flask-login keeps in the session: the session's token, not the user's number."""
        return self.session_token


class _SessionCookie(SecureCookieSessionInterface):
    """Flask's signed cookie; Secure exactly when the request came by https."""

    def get_cookie_secure(self, app: Flask) -> bool:
        return request.is_secure

    def open_session(self, app: Flask, request: Request) -> SecureCookieSession | None:
        """A program with a key sends no cookie: nothing to verify, an order is waiting."""
        if self.get_cookie_name(app) not in request.cookies:
            return SecureCookieSession()
        return super().open_session(app, request)

    def save_session(self, app: Flask, session: SessionMixin, response: Response) -> None:
        if session or session.modified or self.get_cookie_name(app) in request.cookies:
            super().save_session(app, session, response)


def register(app: Flask, desk: Desk) -> None:
    app.secret_key = desk.secret_key
    app.session_interface = _SessionCookie()
    cookie = _cookie_name(desk)
    app.config |= {
        "SESSION_COOKIE_NAME": cookie,
        # Nobody is remembered; the name keeps other desks' cookies from being read here.
        "REMEMBER_COOKIE_NAME": f"{cookie}_remember",
        "SESSION_COOKIE_HTTPONLY": True,
        "SESSION_COOKIE_SAMESITE": "Lax",
        "SESSION_PROTECTION": "strong",
        # The guard asks for the token itself, after it knows who calls; it lives with the session.
        "WTF_CSRF_CHECK_DEFAULT": False,
        "WTF_CSRF_TIME_LIMIT": None,
    }
    CSRFProtect(app)
    manager = flask_login.LoginManager(app)
    manager.user_loader(_caller_of_session)
    manager.request_loader(_caller_of_key)
    app.register_blueprint(routes)


def find_caller() -> Caller | None:
    """The signed-in caller of this request, or None."""
    if current_app.config["SESSION_COOKIE_NAME"] not in request.cookies:
        return _caller_of_key(request)  # a program: no session to load and to protect
    user: Any = flask_login.current_user
    return cast(Caller, user._get_current_object()) if user.is_authenticated else None


def is_still_signed_in(desk: Desk, caller: Caller) -> bool:
    """For requests that last: the session has not ended and the key is not revoked."""
    if caller.session_token:
        return desk.sessions.user_of(caller.session_token, is_request=False) is not None
    return desk.keys.verify(caller.key) is not None


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
        page = _login_page(TOO_OFTEN.format(seconds=seconds), 429)
        page.headers["Retry-After"] = str(seconds)
        return page
    user = desk.users.verify(name, password)
    if user is None:
        return _login_page(WRONG, 401)
    desk.sign_in_limits.give_back(name, address)
    _close_session()
    agent = request.headers.get("User-Agent", "")
    token = desk.sessions.open(user, agent, address)
    flask_login.login_user(Caller(user, user.scope, token))
    return redirect(safe_next(request.form.get("next", "")), 303)


@routes.post("/logout")
def logout() -> AnyResponse:
    _close_session()
    return redirect(url_for("auth.login"), 303)


def safe_next(target: str) -> str:
    """Where to go after signing in: a path of this desk, else the front page."""
    return target if SAFE_NEXT.fullmatch(target) else "/"


def _close_session() -> None:
    """End the session of the cookie, here and in the database: nothing of it is used again."""
    token = session.get("_user_id")
    if token:
        current_desk().sessions.close(token)
    flask_login.logout_user()
    session.clear()


def _caller_of_session(token: str) -> Caller | None:
    user = current_desk().sessions.user_of(token)
    return Caller(user, user.scope, session_token=token) if user else None


def _caller_of_key(asked: Request) -> Caller | None:
    header = asked.headers.get("Authorization", "")
    if header[: len(BEARER)].lower() != BEARER:
        return None
    secret = header[len(BEARER) :].strip()
    key = current_desk().keys.verify(secret)
    return Caller(key.user, key.granted, key=secret) if key else None


def _login_page(error: str, status: int) -> Response:
    values = page_values() | {
        "error": error,
        "next": safe_next(request.values.get("next", "")),
        "username": request.form.get("username", "")[:40],
    }
    return make_response(render_template("login.html", **values), status)


def _cookie_name(desk: Desk) -> str:
    """One name per desk: two desks on one machine share their cookies but not their sessions."""
    own = hashlib.sha256(f"{desk.settings.bind} {desk.secret_key}".encode()).hexdigest()
    return f"ib_desk_{own[:8]}"
