"""Operations of the order ticket's presets: what `web/presets.py` takes and answers."""

from __future__ import annotations

from typing import Any, get_args

from trading import presets
from trading.algos import PARAMS
from trading.contracts import SecType
from trading.order_types import ORDER_TYPES, Tif
from web.openapi.answer_parts import FLAG, NUMBER, TEXT, or_null, record, rows, said
from web.openapi.exit_requests import body_schema
from web.openapi.parts import Operation, ok
from web.openapi.requests import COMPONENTS, REFUSALS, Schema

DISTANCE = or_null(NUMBER | {"exclusiveMinimum": 0})
NEEDED: dict[str, Schema] = {
    "name": said(TEXT | {"maxLength": presets.LONGEST_NAME}, "Each name once"),
    "secType": said({"enum": list(get_args(SecType))}, "The kind of contract that it is for"),
    "orderType": {"enum": list(ORDER_TYPES)},
}
OPTIONAL: dict[str, Schema] = {
    "isDefault": said(FLAG, "The ticket begins with it; at most one of each secType"),
    "size": DISTANCE,
    "sizeUnit": {"enum": ["shares", "notional", "percentOfNetLiquidation", "closePercent"]},
    "algoStrategy": or_null({"enum": list(PARAMS)}),
    "tif": {"enum": list(get_args(Tif))},
    "outsideRth": FLAG,
    "targetBy": said(DISTANCE, "How far a bracket's target is from the order's price"),
    "stopBy": said(DISTANCE, "How far its stop is"),
    "distanceUnit": {"enum": ["price", "percent"]},
}
PRESET_SCHEMAS: dict[str, Schema] = {
    "Presets": record("In the user's order", {"presets": rows("Preset")}),
    "Preset": record("What the order ticket begins with: no side and no price", NEEDED | OPTIONAL),
}
PRESET_REQUESTS: dict[str, Schema] = {
    "PresetsRequest": body_schema(
        "All of them",
        ["presets"],
        {
            "presets": {
                "type": "array",
                "maxItems": presets.MOST_PRESETS,
                "items": {"$ref": COMPONENTS + "GivenPreset"},
                "description": "In the order to show",
                REFUSALS: [
                    presets.NOT_A_LIST,
                    presets.TOO_MANY,
                    presets.SAME_NAME,
                    presets.TWO_DEFAULTS,
                    presets.NO_OBJECT,
                    presets.WRONG_TIF,
                    presets.WRONG_ALGO,
                ],
            }
        },
    ),
    "GivenPreset": {
        "type": "object",
        "description": "What is left out is not set",
        "additionalProperties": False,
        "required": list(NEEDED),
        "properties": NEEDED | OPTIONAL,
    },
}
PRESET: dict[str, Any] = {
    "name": "Stocks",
    "secType": "STK",
    "isDefault": True,
    "size": 100,
    "sizeUnit": "shares",
    "orderType": "LMT",
    "algoStrategy": None,
    "tif": "GTC",
    "outsideRth": False,
    "targetBy": 2,
    "stopBy": 1,
    "distanceUnit": "percent",
}
PRESETS = {"presets": [PRESET]}
PRESET_OPERATIONS: tuple[Operation, ...] = (
    Operation(
        "GET /presets",
        "listPresets",
        "Your presets of the order ticket",
        ok("In your order", "Presets", PRESETS),
        errors=(503,),
    ),
    Operation(
        "PUT /presets",
        "keepPresets",
        "Replace your presets of the order ticket",
        ok("As they are kept now", "Presets", PRESETS),
        "A preset fills the page's ticket; it sends nothing. Everybody may do it in a browser; a "
        "key needs the scope admin, as for all that is one's own.",
        errors=(413, 415, 422, 503),
        scope="admin",
        body="PresetsRequest",
        bodies={"one": PRESETS},
    ),
)
