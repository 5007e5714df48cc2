"""Set up this desk: whose password, which gateway, which limits. For admins, in a browser.

Plain forms. What is saved goes into `.env` and holds after a restart: a desk that runs never
switches its gateway or its limits by itself. In relay mode gateways and limits are the agents'.
"""

from __future__ import annotations

from typing import Any

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
from werkzeug.exceptions import Conflict
from werkzeug.wrappers import Response as AnyResponse

from config import SettingsError
from engine.checks import Finding
from engine.status import open_orders
from store.database import DatabaseAway, StoreError
from store.settings_file import Setting
from store.users import ADMIN, User
from trading.refusals import TradingError
from web import own_password, setup_form
from web.audit_trail import audited_change, note, record
from web.desk import SetUp, current_desk, wait_for_read
from web.page_values import page_values
from web.setup_form import ALL_LIMITS, BUILT_IN, CARDS, LIMITS, MORE_LIMITS, Typed

routes = Blueprint("setup", __name__, url_prefix="/setup")

IN_RELAY_MODE = "In relay mode each agent has a gateway and limits of its own."
STARTS_WITH_DESK = "The desk starts its own paper gateway when it is restarted; there is no test."
OUT_OF_DATE = (
    "Nothing was saved: somebody has changed these settings since this page was opened. Here they "
    "are as they are saved now; change them again."
)
NOTHING_NEW = "That is what is saved already: nothing was changed."


@routes.get("")
def page() -> Response:
    return _page()


@routes.post("/password")
def change_password() -> AnyResponse:
    """The first step; the same rules as on the page of one's own account."""
    why_not = own_password.change(_me(), request.form)
    if why_not:
        return _refused({"password": why_not.sentence}, why_not.seconds)
    return _back("Your password is changed; your other sessions have ended.")


@routes.post("/test")
def test() -> Response:
    """Ask the gateway that was chosen; nothing is saved and no order is made."""
    set_up, typed = _set_up(), setup_form.parse_gateway(request.form)
    if typed.wrong:
        return _page(typed)
    return _page(typed, findings=_look_at(set_up, typed))


@routes.post("")
def save() -> AnyResponse:
    """Write `.env`; whoever is signed in shows the password, since it says where orders go."""
    set_up = _set_up()
    settings = set_up.file.settings()
    typed = setup_form.parse(request.form, settings)
    if setup_form.is_out_of_date(typed, settings):
        return _refused({"form": OUT_OF_DATE}, 0)
    if typed.wrong:
        return _page(typed)
    why_not = own_password.denied(_me(), request.form.get("confirm", ""))
    if why_not:
        note("settings saved", outcome="wrong present password")
        return _refused({"confirm": why_not.sentence}, why_not.seconds, typed)
    try:
        changed = _kept(set_up, typed)
    except DatabaseAway:
        raise
    except (SettingsError, StoreError) as error:
        typed.wrong["form"] = f"Nothing was saved: {error}"
        return _page(typed)
    return _back(f"Saved: {', '.join(changed)}." if changed else NOTHING_NEW)


@routes.post("/skip")
def skip() -> AnyResponse:
    """No offer on the desk any more; the page stays where it is."""
    _set_up().first_run.end("skipped")
    note("setup skipped")
    return redirect(url_for("pages.desk"), 303)


def _kept(set_up: SetUp, typed: Typed) -> list[str]:
    """The names of what was changed, written together with the audit entry.

    What only shows because the environment says it is not written into the file.
    """
    before = set_up.file.settings()
    texts = {
        name: text
        for name, text in typed.settings.items()
        if text != before[name].saved or not before[name].is_overridden
    }
    changed = set_up.file.changes(texts)
    if changed:
        with audited_change():
            record("settings saved", " ".join(f"{name}={texts[name] or '-'}" for name in changed))
            set_up.file.save(texts)
    set_up.first_run.end("done")
    return changed


def _look_at(set_up: SetUp, typed: Typed) -> list[Finding]:
    """At the gateway that was chosen, for as long as a read may take."""
    place = typed.gateway
    host, port = place["IB_HOST"], place["IB_PORT"]
    if typed.card == BUILT_IN:
        running = current_desk().gateway
        if not running.embedded:
            return [Finding("ok", STARTS_WITH_DESK)]
        host, port = running.host, str(running.port)
    try:
        found = wait_for_read(set_up.tester.test(host, int(port), place["TRADING_MODE"]))
    except TradingError as error:  # another test runs, or no thread is free
        return [Finding("FAIL", error.sentence)]
    outcome = "FAIL" if any(one.word == "FAIL" for one in found) else "ok"
    note("connection tested", f"{host}:{port}", outcome)
    return found


def _page(typed: Typed | None = None, **shown: Any) -> Response:
    desk = current_desk()
    values = page_values() | {"set_up": desk.set_up, "relay_url": desk.settings.relay_url}
    if desk.set_up:
        values |= _local_values(desk.set_up, typed) | shown
    return make_response(render_template("setup.html", **values), 422 if _is_wrong(values) else 200)


def _local_values(set_up: SetUp, typed: Typed | None) -> dict[str, Any]:
    desk, user = current_desk(), _me()
    settings = set_up.file.settings()
    typed = typed or setup_form.saved(settings)
    return {
        "typed": typed,
        "cards": CARDS,
        "limits": LIMITS,
        "more_limits": MORE_LIMITS,
        "settings": settings,
        "waiting": [one for one in settings.values() if one.waits],
        "limits_in_force": sum(_is_in_force(settings[one.name]) for one in ALL_LIMITS),
        "password": _password_is(set_up, user),
        "factor_on": desk.people.second_factor.is_on(user),
        "gateway": desk.gateway,
        "is_connected": desk.reader.status().is_connected,
        "open_orders": open_orders(desk),
        "is_offered": set_up.first_run.is_offered,
        "findings": [],
    }


def _password_is(set_up: SetUp, user: User) -> str:
    """made (by the desk), own, or unknown where nobody noted which one the desk made."""
    desk = current_desk()
    if user.name != ADMIN:
        return "own"
    if not set_up.first_run.has_made_password:
        return "own" if desk.settings.admin_password else "unknown"
    mark = desk.users.password_mark(user.name)
    return "made" if set_up.first_run.is_made_password(mark) else "own"


def _is_in_force(limit: Setting) -> bool:
    return limit.in_force not in ("", "0")


def _is_wrong(values: dict[str, Any]) -> bool:
    return "typed" in values and bool(values["typed"].wrong)


def _refused(wrong: dict[str, str], seconds: int, typed: Typed | None = None) -> Response:
    """The page with what is wrong; with the seconds to wait when it was tried too often."""
    typed = typed or setup_form.saved(_set_up().file.settings())
    typed.wrong |= wrong
    page = _page(typed)
    if seconds:
        page.status_code = 429
        page.headers["Retry-After"] = str(seconds)
    return page


def _set_up() -> SetUp:
    set_up = current_desk().set_up
    if set_up is None:
        raise Conflict(IN_RELAY_MODE)
    return set_up


def _back(said: str) -> AnyResponse:
    flash(said)
    return redirect(url_for("setup.page"), 303)


def _me() -> User:
    user: User = g.caller.user
    return user
