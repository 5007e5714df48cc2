"""Request bodies: strict JSON, or a refusal."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from flask import Request
from werkzeug.exceptions import UnsupportedMediaType

from trading.fields import parse_text
from trading.refusals import FieldError, Refused
from trading.strict_json import parse_json

MAX_BODY = 64 * 1024


def read_json(request: Request) -> Any:
    """The body of the request; Refused (malformed), 413 or 415 when it is not strict JSON."""
    if request.mimetype != "application/json":
        raise UnsupportedMediaType("Send the body as application/json")
    if request.headers.get("Content-Encoding", "identity") != "identity":
        raise UnsupportedMediaType("Send the body without a content encoding")
    if request.mimetype_params.get("charset", "utf-8").lower() not in ("utf-8", "utf8"):
        raise UnsupportedMediaType("Send the body as UTF-8")
    return parse_json(request.get_data(cache=False))


def an_object(body: object, fields: set[str]) -> Mapping[str, Any]:
    """The body as an object that has no other fields than these."""
    if not isinstance(body, Mapping):
        raise refused("", "The body must be a JSON object")
    for name in sorted(set(body) - fields):
        raise refused(f"/{name}", f"{name} is not a field here")
    return body


def text_of(body: Mapping[str, Any], name: str, default: str | None = None) -> str:
    """A text field; Refused when it is none, or missing without a default."""
    value = body.get(name, default)
    try:
        return parse_text(value)
    except ValueError as error:
        said = f"{name} is required" if value is None else f"{name} {error}"
        raise refused(f"/{name}", said) from None


def refused(pointer: str, sentence: str) -> Refused:
    return Refused(sentence, FieldError(pointer, sentence))
