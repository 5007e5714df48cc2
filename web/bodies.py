"""Request bodies: strict JSON, or a refusal."""

from __future__ import annotations

from typing import Any

from flask import Request
from werkzeug.exceptions import UnsupportedMediaType

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
