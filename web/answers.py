"""JSON answers. Rows go out as they are: nothing is copied or checked again."""

from __future__ import annotations

from typing import Any

import orjson
from flask import Response

JSON = "application/json"


def json_response(payload: Any, status: int = 200, mimetype: str = JSON) -> Response:
    """`payload` as JSON; a number that is not finite becomes null."""
    return Response(orjson.dumps(payload), status, mimetype=mimetype)
