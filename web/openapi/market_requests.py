"""JSON Schemas of request bodies about market data. They describe and refuse nothing."""

from __future__ import annotations

from trading.price_requests import MOST_PRICES, MOST_WATCHED, ONE_LIST
from web.openapi.answer_parts import ref
from web.openapi.exit_requests import body_schema
from web.openapi.requests import ASCII_PATTERN, REFUSALS, Schema

_SYMBOL: Schema = {"type": "string", "minLength": 1, "maxLength": 64, "pattern": ASCII_PATTERN}


def _list(name: str, about: str, items: Schema, most: int) -> Schema:
    return {
        "type": "array",
        "minItems": 1,
        "maxItems": most,
        "items": items,
        "description": about,
        REFUSALS: [
            f"{name} must be a list of {name} with at least one",
            f"{name} must be at most {most}: {most + 1} were named",
        ],
    }


MARKET_REQUESTS: dict[str, Schema] = {
    "PricesRequest": body_schema(
        "What people type, or contracts; each counts once",
        [],
        {
            "symbols": _list(
                "symbols",
                "AAPL, EUR.USD, ES 202612, ESZ6, an OCC name, an ISIN or conId 265598",
                _SYMBOL,
                MOST_PRICES,
            ),
            "contracts": _list(
                "contracts", "Contracts as in an order", ref("Contract"), MOST_PRICES
            ),
        },
        ONE_LIST,
        "A symbol must be a text that is not empty",
    )
    | {"oneOf": [{"required": ["symbols"]}, {"required": ["contracts"]}]},
    "WatchingRequest": body_schema(
        "What a page shows",
        ["contracts"],
        {
            "contracts": _list(
                "contracts", "By conId where it is known", ref("Contract"), MOST_WATCHED
            )
        },
    ),
}
