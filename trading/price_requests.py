"""Lists of contracts in a request: parsed at the door, each once, never more than may be asked.

{"symbols": ["AAPL", "EUR.USD"]} as a person types them, or {"contracts": [{"conId": 265598}]}.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from trading.contracts import Contract, parse_contract
from trading.fields import refused
from trading.refusals import Refused
from trading.typed_contracts import Meant, typed_contracts

MOST_PRICES = 200
MOST_WATCHED = 100
USUAL_CURRENCY = "USD"  # as in every request that names none
ONE_LIST = "The body must have symbols or contracts, and not both"

Asked = tuple[str, Meant]  # the name to show, what is meant


def parse_prices(body: Mapping[str, Any], most: int = MOST_PRICES) -> list[Asked]:
    """What is asked for, each once, in the order of its coming; or Refused."""
    if ("symbols" in body) == ("contracts" in body):
        raise refused("/symbols", ONE_LIST)
    if "contracts" in body:
        return [(_name(one), one) for one in parse_contracts(body["contracts"], most)]
    once = dict.fromkeys(_texts(_a_list(body["symbols"], "symbols", most)))
    return [(name, _meant(name)) for name in once]


def parse_contracts(value: object, most: int = MOST_WATCHED) -> list[Contract]:
    """A list of contracts, each once; or Refused."""
    found = []
    for place, raw in enumerate(_a_list(value, "contracts", most)):
        try:
            found.append(parse_contract(raw))
        except Refused as error:
            raise refused(f"/contracts/{place}", error.sentence) from error
    return list(dict.fromkeys(found))


def _a_list(value: object, name: str, most: int) -> list[Any]:
    if not isinstance(value, list) or not value:
        raise refused(f"/{name}", f"{name} must be a list of {name} with at least one")
    if len(value) > most:
        raise refused(f"/{name}", f"{name} must be at most {most}: {len(value)} were named")
    return value


def _texts(value: list[Any]) -> list[str]:
    for place, one in enumerate(value):
        if not isinstance(one, str) or not one.strip():
            raise refused(f"/symbols/{place}", "A symbol must be a text that is not empty")
    return [one.strip() for one in value]


def _meant(symbol: str) -> Meant:
    """A bare symbol is a stock in dollars, as everywhere; a pair, a future or an ISIN is that."""
    try:
        return typed_contracts(symbol, USUAL_CURRENCY)[0]
    except ValueError as error:
        raise refused("/symbols", f"Symbol {symbol[:20]!r} {error}") from None


def _name(contract: Contract) -> str:
    return contract.symbol or contract.local_symbol or f"conId {contract.con_id}"
