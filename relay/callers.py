"""Who asks: the desk, which proves with an assertion for which signed-in user.

Nothing else names a user: not the query, not a header.
"""

from __future__ import annotations

import logging
from collections.abc import Callable
from http import HTTPStatus

from aiohttp import hdrs, web

from relay.arguments import USER_ID
from relay.assertions import Assertion, BadAssertion, verify
from relay.problems import Denied

logger = logging.getLogger(__name__)

BEARER = "Bearer "
# A secret in an address ends in logs and histories; every key of ours begins so.
SECRETS_IN_QUERY = ("iba_", "ibk_", "api_key=", "apikey=", "access_token=", "authorization=")
KEY_IN_QUERY = "A key or token belongs into the Authorization header. Revoke the one that was sent."
NOT_SIGNED_IN = "The desk must say for whom it asks, with an assertion of the last minute"
NOT_ALLOWED = "This user may not do that"
ANOTHERS = "user_id is not the user for whom the desk asks"


class Callers:
    """Knows the secret that the desk shares; `now` is the time in seconds since 1970."""

    def __init__(self, token: str, now: Callable[[], float]) -> None:
        self._token, self._now = token, now

    def caller(self, request: web.Request, scope: str) -> Assertion:
        """Who asks, with at least that scope. Raises Denied with 400, 401 or 403."""
        refuse_key_in_query(request)
        try:
            caller = verify(self._token, bearer(request), self._now)
        except BadAssertion:
            headers = {hdrs.WWW_AUTHENTICATE: "Bearer"}
            raise Denied(HTTPStatus.UNAUTHORIZED, NOT_SIGNED_IN, **headers) from None
        if not caller.allows(scope):
            raise Denied(HTTPStatus.FORBIDDEN, NOT_ALLOWED)
        if request.rel_url.raw_query_string and any(
            user != caller.user for user in request.query.getall(USER_ID, ())
        ):
            raise Denied(HTTPStatus.FORBIDDEN, ANOTHERS)
        return caller


def bearer(request: web.Request) -> str:
    """What stands in the Authorization header; empty when that is not one bearer."""
    values = request.headers.getall(hdrs.AUTHORIZATION, ())
    return values[0].removeprefix(BEARER) if len(values) == 1 and BEARER in values[0][:7] else ""


def refuse_key_in_query(request: web.Request) -> None:
    """Raises Denied with 400 when a secret stands in the address."""
    query = request.rel_url.query_string
    if query and any(mark in query.lower() for mark in SECRETS_IN_QUERY):
        logger.warning("A key was sent in the address of a request; it should be revoked")
        raise Denied(HTTPStatus.BAD_REQUEST, KEY_IN_QUERY)
