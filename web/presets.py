"""`/api/v1/presets`: what the order ticket begins with, kept by the desk for each user."""

from __future__ import annotations

from flask import Blueprint, Response, g, request

from store.presets import Presets
from trading.presets import parse_presets
from web.answers import json_response
from web.bodies import an_object, read_json
from web.desk import current_desk

routes = Blueprint("presets", __name__, url_prefix="/api/v1")


@routes.get("/presets")
def presets() -> Response:
    """The caller's own presets, in their order."""
    rows = [one.to_payload() for one in _presets().of(g.caller.user)]
    return json_response({"presets": rows})


@routes.put("/presets")
def keep() -> Response:
    """Replace the caller's presets: `{"presets": [{name, secType, orderType, …}]}`."""
    given = parse_presets(an_object(read_json(request), {"presets"}).get("presets"))
    _presets().keep(g.caller.user, given)
    return presets()


def _presets() -> Presets:
    return current_desk().people.presets
