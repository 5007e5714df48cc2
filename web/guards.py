"""The door: what every request must show before a view sees it.

Deny by default. What each endpoint needs stands in `policies.py`; an endpoint that is not there is
refused to everybody.
"""

from __future__ import annotations

import ipaddress
import logging
import socket
from urllib.parse import urlsplit

from flask import Flask, current_app, g, redirect, request, url_for
from werkzeug.datastructures import WWWAuthenticate
from werkzeug.exceptions import BadRequest, Forbidden, MethodNotAllowed, Unauthorized
from werkzeug.wrappers import Response

from store.recent import Recent
from store.roles import allows
from store.tokens import AGENT_KEY_MARK, API_KEY_MARK
from trading.refusals import AgentNotConnected, NotConnected, TradingError
from web.auth import Caller, find_caller
from web.desk import Desk, current_desk
from web.errors import SAFE_METHODS, is_api_request
from web.policies import BROWSER_ONLY, LOCAL, NEVER, NEW_RISK, POLICIES, PUBLIC, Policy

logger = logging.getLogger(__name__)

SIGN_IN = "Sign in, or send an API key."
NO_POLICY = "This address is closed: nothing says who may use it."
FACTOR_FIRST = (
    "This desk asks for a second factor. Switch it on under your account; until then you can "
    "cancel orders and close positions."
)
LOOPBACK_NAMES = frozenset({"localhost", "127.0.0.1", "[::1]"})
REFUSED_METHODS = frozenset({"OPTIONS", "TRACE", "CONNECT"})
KEY_NAMES = (
    b"api_key=",
    b"apikey=",
    b"access_token=",
    API_KEY_MARK.encode(),
    AGENT_KEY_MARK.encode(),
)


def register(app: Flask, desk: Desk) -> None:
    app.extensions["known_hosts"] = known_hosts(desk.settings.host_and_port[0])
    app.extensions["with_factor"] = Recent[bool]()
    app.before_request(guard)


def guard() -> Response | None:
    """Refuse the request, redirect a page to the sign-in page, or let it pass (None)."""
    _refuse_foreign_host()
    if request.method in REFUSED_METHODS:
        raise MethodNotAllowed(sorted({"GET", "POST", "DELETE"}))
    if request.query_string:
        _refuse_key_in_query()
    policy = POLICIES.get(request.endpoint or "")
    if policy == PUBLIC:
        _refuse_cross_site(None)
        return None
    g.caller = caller = find_caller()
    if caller is None:
        return _sign_in_first(policy)
    if request.query_string:
        _refuse_foreign_user_id(caller.user.name)
    if request.endpoint is None:  # no such address: 404 or 405
        return None
    if policy is None:
        logger.error("the endpoint %s has no policy", request.endpoint)
        raise Forbidden(NO_POLICY)
    g.desk = current_app.extensions["desk"].of(caller.user.name, caller.scope)
    _refuse_small_scope(policy, caller)
    _refuse_cross_site(caller)
    return _second_factor_first(policy, caller)


def known_hosts(bind_host: str) -> frozenset[str]:
    """Names under which this desk may be asked for; another one is an attack on the browser."""
    return LOOPBACK_NAMES | {bind_host.lower(), socket.gethostname().lower()}


def _refuse_foreign_host() -> None:
    host = request.host.lower()
    name = host if host.endswith("]") else host.rpartition(":")[0] or host
    if name in current_app.extensions["known_hosts"]:
        return
    # A page of another site can make a browser ask under its own name, never under an address.
    if not _is_address(name.strip("[]")):
        raise BadRequest("This desk does not answer under that host name.")


def _is_address(name: str) -> bool:
    try:
        ipaddress.ip_address(name)
    except ValueError:
        return False
    return True


def _refuse_key_in_query() -> None:
    """An address ends in logs and histories: a key that was in one is no secret any more."""
    query = request.query_string
    if any(name in query.lower() for name in KEY_NAMES):
        logger.warning("%s sent an API key in an address: revoke it", request.remote_addr)
        raise BadRequest(
            "An API key belongs into the Authorization header. Revoke the key that was in the "
            "address and make a new one."
        )


def _sign_in_first(policy: Policy | None) -> Response | None:
    if policy == LOCAL and _is_local():
        return None
    if is_api_request():
        how = WWWAuthenticate("bearer", {"realm": "desk"})
        raise Unauthorized(SIGN_IN, www_authenticate=how)
    if request.endpoint is None:
        return None  # no such page: 404 for everybody
    wanted = request.full_path.rstrip("?") if request.method in SAFE_METHODS else "/"
    return redirect(url_for("auth.login", next=wanted))


def _refuse_small_scope(policy: Policy, caller: Caller) -> None:
    needed = policy.needed(by_key=bool(caller.key))
    if needed == NEVER:
        raise Forbidden(BROWSER_ONLY)
    if policy.is_stop:
        needed = current_desk().scope_to_stop(needed)
    needed = "read" if policy == LOCAL else needed
    if not allows(caller.scope, needed):
        usual = f"This needs the scope {needed}; yours is {caller.scope}."
        raise Forbidden(policy.refusal if policy.refusal and needed == policy.needs else usual)


def _second_factor_first(policy: Policy, caller: Caller) -> Response | None:
    """Where the desk asks for a second factor: whoever has none may switch it on and get out."""
    desk = current_desk()
    if policy.without_factor or desk.settings.require_totp == "never":
        return None
    recent: Recent[bool] = current_app.extensions["with_factor"]
    user = caller.user
    if recent.find(str(user.user_id), lambda: desk.people.second_factor.is_on(user) or None):
        return None
    if not desk.needs_second_factor:  # asked last: in relay mode the mode is the agent's to tell
        if policy in NEW_RISK and desk.mode is None:
            raise _why_unknown(desk)  # it may be real money: what opens risk is not let through
        return None
    if request.method not in SAFE_METHODS or is_api_request():
        raise Forbidden(FACTOR_FIRST)
    return redirect(url_for("account.page", _anchor="second-factor"))


def _why_unknown(desk: Desk) -> TradingError:
    """Why nobody can tell whether the user's agent trades live."""
    status = desk.status()
    if status["agent"] and not status["agent"]["connected"]:
        return AgentNotConnected()
    return NotConnected(status["connections"]["orders"]["reason"])


def _is_local() -> bool:
    """Asked from this machine itself, not through a proxy on it."""
    address = request.remote_addr or ""
    is_loopback = _is_address(address) and ipaddress.ip_address(address).is_loopback
    return is_loopback and "X-Forwarded-For" not in request.headers


def _refuse_foreign_user_id(name: str) -> None:
    if any(user_id != name for user_id in request.args.getlist("user_id")):
        raise Forbidden("user_id names another user than the one who is signed in.")


def _refuse_cross_site(caller: Caller | None) -> None:
    """An unsafe request that a browser's cookie pays for must come from our own page.

    A bearer key is sent by programs only, so it needs no token, unless a cookie comes with it.
    """
    if request.method in SAFE_METHODS:
        return
    has_cookie = current_app.config["SESSION_COOKIE_NAME"] in request.cookies
    if caller is not None and caller.key and not has_cookie:
        return
    origin = request.headers.get("Origin")
    site = request.headers.get("Sec-Fetch-Site", "same-origin")
    is_foreign = origin is not None and urlsplit(origin).netloc != request.host
    if is_foreign or site not in ("same-origin", "none"):
        raise Forbidden("The request comes from another site.")
    current_app.extensions["csrf"].protect()
