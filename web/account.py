"""One's own account: password, second factor, sessions, API keys, agent keys.

Plain forms. What is shown once, a key or recovery codes, is in the answer to the form that made
it and nowhere else; everything else leads back to the page.
"""

from __future__ import annotations

from typing import Any

import segno
from flask import (
    Blueprint,
    Response,
    flash,
    g,
    make_response,
    redirect,
    render_template,
    request,
    url_for,
)
from markupsafe import Markup
from werkzeug.wrappers import Response as AnyResponse

from store.database import DatabaseAway, StoreError
from store.recent import forget_everything
from store.roles import SCOPES, allows
from store.users import User
from web import last_sign_in, own_password, people_acts, people_rows
from web.audit_trail import audited_change, note, noted, record
from web.desk import current_desk
from web.page_values import page_values

routes = Blueprint("account", __name__, url_prefix="/me")

DAYS = (7, 30, 90, 365)
WRONG_DAYS = "Choose how long the key is good for."
NO_RELAY = "This desk connects to TWS itself: there is no agent."
TAKING_OVER = (
    "Start the agent on the other machine within a minute, or wait for its next try: it takes the "
    "place of the present one."
)


@routes.get("")
def page() -> Response:
    return _page()


@routes.post("/password")
def change_password() -> AnyResponse:
    """The present password, then the new one twice. Every other session ends."""
    why_not = own_password.change(_me(), request.form)
    if why_not:
        refused = _wrong("password", why_not.sentence)
        if why_not.seconds:
            refused.status_code = 429
            refused.headers["Retry-After"] = str(why_not.seconds)
        return refused
    return _back("password", "Your password is changed; your other sessions have ended.")


@routes.post("/sessions/close")
def close_session() -> AnyResponse:
    people_acts.close_session(request.form.get("id", ""))
    return _back("sessions", "The session has ended.")


@routes.post("/sessions/close-others")
def close_other_sessions() -> AnyResponse:
    closed = people_acts.close_other_sessions()
    return _back("sessions", f"Sessions ended: {closed}. Only this one is open.")


@routes.post("/second-factor")
def enrol() -> AnyResponse:
    """A new secret with its QR code; nothing changes before a code of it is confirmed."""
    try:
        enrolment = current_desk().people.second_factor.enrol(_me())
    except DatabaseAway:
        raise
    except StoreError as error:
        return _wrong("second-factor", str(error))
    drawn = segno.make(enrolment.url, error="m").svg_inline(scale=4, dark="#000", light="#fff")
    secret = " ".join(enrolment.secret[at : at + 4] for at in range(0, len(enrolment.secret), 4))
    return _page(secret=secret, qr=Markup(drawn), url=enrolment.url)


@routes.post("/second-factor/confirm")
def confirm() -> AnyResponse:
    """Switch it on with a first code; the recovery codes are shown once."""
    try:
        codes = current_desk().people.second_factor.confirm(_me(), request.form.get("code", ""))
    except DatabaseAway:
        raise
    except StoreError as error:
        return _wrong("second-factor", str(error), awaits_code=True)
    forget_everything()
    note("second factor on", _me().name)
    return _page(recovery_codes=codes)


@routes.post("/second-factor/remove")
def remove_factor() -> AnyResponse:
    factor, user = current_desk().people.second_factor, _me()
    try:
        # Not within the change: a wrong guess must stay counted.
        is_right = factor.verify(user, request.form.get("code", ""))
    except DatabaseAway:
        raise
    except StoreError as error:
        return _wrong("second-factor", str(error))
    if not is_right:
        note("second factor off", user.name, "wrong code")
        return _wrong("second-factor", "The code is wrong, or there is no second factor.")
    with audited_change():
        factor.remove_as_admin(user)
        record("second factor off", user.name)
    return _back("second-factor", "The second factor is off: the password alone signs you in.")


@routes.post("/keys")
def make_key() -> AnyResponse:
    form = request.form
    days = _days()
    if days == 0:
        return _wrong("keys", WRONG_DAYS)
    try:
        secret = people_acts.make_key(form.get("scope", ""), _name(), days)
    except DatabaseAway:
        raise
    except StoreError as error:
        return _wrong("keys", f"{error}.")
    return _page(new_key=secret)


@routes.post("/keys/revoke")
def revoke_key() -> AnyResponse:
    people_acts.revoke_key(request.form.get("prefix", ""))
    return _back("keys", "The key is revoked; nothing gets in with it any more.")


@routes.post("/agent-keys")
def make_agent_key() -> AnyResponse:
    days = _days()
    if days == 0:
        return _wrong("agent-keys", WRONG_DAYS)
    return _page(new_agent_key=people_acts.make_agent_key(_name(), days))


@routes.post("/agent-keys/revoke")
def revoke_agent_key() -> AnyResponse:
    people_acts.revoke_agent_key(request.form.get("prefix", ""))
    return _back("agent-keys", "The key is revoked; its agent is disconnected within a second.")


@routes.post("/agent/take-over")
def take_over() -> AnyResponse:
    """The user says that the other machine is theirs: its agent may take the place."""
    seats = current_desk().seats
    if seats is None:
        return _wrong("agent-keys", NO_RELAY)
    with noted("takeover"):
        seats.take_over(g.caller.user.name, g.caller.scope)
    return _back("agent-keys", TAKING_OVER)


def _wrong(section: str, said: str, **shown: Any) -> Response:
    """The page with what is wrong in that section."""
    page = _page(wrong=section, said=said, **shown)
    page.status_code = 422
    return page


def _page(wrong: str = "", said: str = "", **shown: Any) -> Response:
    """The page; `shown` is shown this once."""
    desk, user = current_desk(), _me()
    factor, relay = desk.people.second_factor, desk.settings.relay_url
    values = page_values() | {
        "wrong": wrong,
        "said": said,
        "shown": shown,
        "me": user,
        "last": last_sign_in.kept(),
        "sessions": people_rows.sessions(user, g.caller.session_token),
        "factor_on": factor.is_on(user),
        "codes_left": factor.recovery_codes_left(user),
        "factor_needed": desk.needs_second_factor,
        "keys": people_rows.keys(user),
        "scopes": [scope for scope in SCOPES if allows(user.scope, scope)],
        "days": DAYS,
        "relay_url": relay,
        "agent_keys": people_rows.agent_keys(user),
        "agent": desk.status()["agent"] if desk.seats else None,
    }
    return make_response(render_template("account.html", **values))


def _back(section: str, said: str) -> AnyResponse:
    flash(said)
    return redirect(url_for("account.page", _anchor=section), 303)


def _me() -> User:
    user: User = g.caller.user
    return user


def _name() -> str:
    """What a key is called: one printable line."""
    return "".join(filter(str.isprintable, request.form.get("name", ""))).strip()[:40]


def _days() -> float | None:
    """How long a new key is good for; None for ever, 0 when the form says something else."""
    chosen = request.form.get("days", "")
    if chosen == "never":
        return None
    return next((float(days) for days in DAYS if chosen == str(days)), 0)
