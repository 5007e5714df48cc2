"""Who asks: browser sessions and API keys.

flask-login finds the user: the session cookie carries a random token that the server knows, a
bearer key is looked up by its hash. How somebody gets a session is in `sign_in.py`; what a caller
may do stands in `policies.py`.
"""

# mypy: allow-untyped-calls
# flask-login and flask-wtf carry no types; they are called in this file only.

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from typing import Any, cast

import flask_login
from flask import Flask, Request, Response, current_app, request, session
from flask.sessions import SecureCookieSession, SecureCookieSessionInterface, SessionMixin
from flask_wtf.csrf import CSRFProtect

from store.users import User
from web.desk import Desk, current_desk

BEARER = "bearer "


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


def open_session(user: User) -> None:
    """Sign the user in: a new session, whatever the cookie was worth before."""
    close_session()
    agent, address = request.headers.get("User-Agent", ""), request.remote_addr or ""
    token = current_desk().sessions.open(user, agent, address)
    flask_login.login_user(Caller(user, user.scope, token))


def close_session() -> None:
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


def _cookie_name(desk: Desk) -> str:
    """One name per desk: two desks on one machine share their cookies but not their sessions."""
    own = hashlib.sha256(f"{desk.settings.bind} {desk.secret_key}".encode()).hexdigest()
    return f"ib_desk_{own[:8]}"
