"""The one place where an error becomes an HTTP answer.

The API gets `application/problem+json` (RFC 9457), which also carries the mission's keys: `error`
is the sentence for a person, `errorCode`, `errorString` and `orderId` are IB's own, and `sent`
tells whether anything reached TWS. People get a page (`web/error_pages.py`).
"""

from __future__ import annotations

import logging
import secrets
from http import HTTPStatus
from typing import Any

from flask import Flask, Response, g, request
from flask_wtf.csrf import CSRFError
from werkzeug.exceptions import HTTPException

from store.database import DatabaseAway, StoreError
from trading.orders import OrderResult
from trading.refusal_forms import status_of
from trading.refusals import (
    NOT_CONNECTED,
    AgentNotConnected,
    Busy,
    JournalDown,
    NotConnected,
    Refused,
    TradingError,
    Undelivered,
)
from web.answers import json_response
from web.error_pages import error_page

logger = logging.getLogger(__name__)

PROBLEM = "application/problem+json"
SAFE_METHODS = frozenset({"GET", "HEAD", "OPTIONS"})
AWAY = (NotConnected, AgentNotConnected, Undelivered)  # their text says why, or what to do
# Connections are tried again after a second or more.
RETRY_AFTER_SECONDS = 2
KEPT_HEADERS = frozenset({"allow", "retry-after", "www-authenticate"})
UNEXPECTED = "The desk made a mistake. Its log has the details under {name}."


def register(app: Flask) -> None:
    app.register_error_handler(TradingError, on_trading_error)
    app.register_error_handler(HTTPException, on_http_error)
    app.register_error_handler(CSRFError, on_csrf_error)
    app.register_error_handler(StoreError, on_store_error)
    app.register_error_handler(Exception, on_unexpected_error)


def on_trading_error(error: TradingError) -> Response:
    detail = error.text if isinstance(error, AWAY) else None
    fields: dict[str, Any] = {
        "sent": error.sent,
        "orderId": error.order_id,
        "errorCode": error.code,
    }
    if detail is None:
        fields["errorString"] = error.text
    if isinstance(error, Refused) and error.fields:
        fields["errors"] = [{"pointer": f.pointer, "detail": f.detail} for f in error.fields]
    if isinstance(error, Refused) and error.choices:
        fields["choices"] = list(error.choices)
    seconds = RETRY_AFTER_SECONDS if isinstance(error, (*AWAY, JournalDown)) else None
    if isinstance(error, Busy):
        seconds = error.retry_after_seconds
    return answer(status_of(error), error.sentence, detail, retry_after=seconds, **fields)


def on_http_error(error: HTTPException) -> Response:
    """An error that Flask or a guard raised before anything was done."""
    status = error.code or 500
    sentence = error.description or HTTPStatus(status).phrase
    kept = [pair for pair in error.get_headers() if pair[0].lower() in KEPT_HEADERS]
    seconds = next((int(value) for name, value in kept if name == "Retry-After"), None)
    response = answer(status, sentence, retry_after=seconds, **_not_sent())
    response.headers.update(kept)
    return response


def on_csrf_error(error: CSRFError) -> Response:
    sentence = f"{error.description} Reload the page and try again."
    return answer(403, sentence, **_not_sent())


def on_store_error(error: StoreError) -> Response:
    """What people and keys allow no more than, or the database fails; no order gets this far."""
    if not isinstance(error, DatabaseAway):
        return answer(422, str(error), **_not_sent())
    logger.error("%s", error)
    sentence = "The desk's database cannot be used"
    return answer(503, sentence, str(error), retry_after=RETRY_AFTER_SECONDS, **_not_sent())


def on_unexpected_error(error: Exception) -> Response:
    """A mistake of ours: the traceback is in the log under the name in the answer."""
    name = secrets.token_hex(4)
    logger.error("error %s in %s %r", name, request.method, request.path, exc_info=error)
    fields: dict[str, Any] = {} if request.method in SAFE_METHODS else {"sent": "unknown"}
    return answer(500, UNEXPECTED.format(name=name), **fields)


def order_refused_by_ib(result: OrderResult, message: dict[str, Any] | None) -> Response:
    """An order, or the cancel of one, that IB refused with `message`: 422 with the order."""
    message = message or {"code": None, "text": None, "meaning": "IB rejected the order"}
    meaning, code, text = message["meaning"], message["code"], message["text"]
    sentence = ": ".join(part for part in (meaning or f"IB error {code}", text) if part)
    return answer(422, sentence, **_order_fields(result), errorCode=code, errorString=text)


def order_not_sent(result: OrderResult, reason: str = NOT_CONNECTED) -> Response:
    """An order whose bytes never left, or that IB does not have: 503 with the order."""
    return answer(503, reason, retry_after=RETRY_AFTER_SECONDS, **_order_fields(result))


def answer(
    status: int,
    sentence: str,
    detail: str | None = None,
    *,
    retry_after: int | None = None,
    **fields: Any,
) -> Response:
    """The error as a problem for the API, as a page for people; `retry_after` in seconds."""
    if is_api_request():
        response = _problem(status, sentence, detail, fields)
    else:
        response = error_page(status, sentence, detail, retry_after)
    if retry_after is not None:
        response.headers["Retry-After"] = str(retry_after)
    return response


def _problem(status: int, sentence: str, detail: str | None, fields: dict[str, Any]) -> Response:
    """A field that is None is left out unless it belongs to an order."""
    is_order = "clientOrderId" in fields
    if "client_order_id" in g:
        fields.setdefault("clientOrderId", g.client_order_id)
    shown = fields if is_order else {k: v for k, v in fields.items() if v is not None}
    body = shown | {
        "type": "about:blank",
        "title": HTTPStatus(status).phrase,
        "status": status,
        "detail": detail or sentence,
        "error": sentence,
    }
    return json_response(body, status, PROBLEM)


def is_api_request() -> bool:
    """Everything but pages: programs read it."""
    return request.path.startswith(("/api/", "/healthz", "/readyz", "/metrics"))


def _order_fields(result: OrderResult) -> dict[str, Any]:
    """The order's fields; in a problem `status` is the HTTP status, so IB's word moves aside."""
    fields = dict(result.payload)
    fields["orderStatus"] = fields.pop("status", None)
    return fields


def _not_sent() -> dict[str, Any]:
    return {} if request.method in SAFE_METHODS else {"sent": "no"}
