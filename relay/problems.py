"""Answers as HTTP: results, and every error as the problem that the desk and people can read."""

from __future__ import annotations

from http import HTTPStatus
from typing import Any

from aiohttp import hdrs, web

from relay.answers import Answer, Result, Unknown
from relay.messages import json_text
from trading.refusal_forms import status_of, to_form
from trading.refusals import ORDER_TIMEOUT, AgentNotConnected, Busy, TradingError, Undelivered

JSON, PROBLEM = "application/json", "application/problem+json"
RETRY_AFTER_SECONDS = 2
# Answers are one user's own: nothing between relay and desk may keep one.
PRIVATE = {
    "Cache-Control": "no-store, private",
    "X-Content-Type-Options": "nosniff",
    "Content-Security-Policy": "default-src 'none'; frame-ancestors 'none'",
}


class Denied(Exception):
    """The call itself is refused before any operation begins."""

    def __init__(self, status: HTTPStatus, sentence: str, **headers: str) -> None:
        super().__init__(sentence)
        self.status, self.sentence, self.headers = status, sentence, headers


def answered(answer: Answer) -> web.Response:
    """The answer of an agent, or of the relay in its place."""
    if isinstance(answer, Result):
        source = json_text({"own": answer.is_own, "feed": answer.feed})
        return said(f'{{"result":{answer.json},"source":{source}}}')
    if isinstance(answer, Unknown):
        return _unknown(answer)
    return refused(answer)


def said(text: str, status: int = 200, content_type: str = JSON, **headers: str) -> web.Response:
    """A private answer; `text` is JSON already."""
    # As a header the type costs nothing; aiohttp's argument for it builds the header again.
    kind = {hdrs.CONTENT_TYPE: content_type}
    return web.Response(body=text.encode(), status=status, headers=PRIVATE | kind | headers)


def refused(error: TradingError) -> web.Response:
    """A TradingError: its status, its sentence, and the form from which the desk makes it again."""
    status = HTTPStatus(status_of(error))
    headers = {}
    if isinstance(error, Busy):
        headers["Retry-After"] = str(error.retry_after_seconds)
    if isinstance(error, AgentNotConnected | Undelivered):
        headers["Retry-After"] = str(RETRY_AFTER_SECONDS)
    fields = {
        "errorCode": error.code,
        "errorString": error.text,
        "orderId": error.order_id,
        "sent": error.sent,
        "form": to_form(error),
    }
    return _problem(status, error.sentence, error.text, fields, headers)


def denied(error: Denied) -> web.Response:
    return _problem(error.status, error.sentence, None, {"sent": "no"}, error.headers)


def _problem(
    status: HTTPStatus,
    sentence: str,
    detail: str | None,
    fields: dict[str, Any],
    headers: dict[str, str],
) -> web.Response:
    body = fields | {
        "type": "about:blank",
        "title": status.phrase,
        "status": status.value,
        "detail": detail or sentence,
        "error": sentence,
    }
    return said(json_text(body), status, PROBLEM, **headers)


def _unknown(answer: Unknown) -> web.Response:
    body: dict[str, Any] = {"error": ORDER_TIMEOUT, "state": "unknown", "sent": "unknown"}
    if answer.client_order_id is not None:
        body["clientOrderId"] = answer.client_order_id
    return said(json_text(body), HTTPStatus.ACCEPTED)
