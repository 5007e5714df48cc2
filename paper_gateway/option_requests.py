"""Answers to the two option calculators: the volatility of a price, and the price of a volatility.

May not know quotes: the terms come from the option's path, the prices from the client.
"""

from __future__ import annotations

from collections.abc import Callable

from paper_gateway.black_scholes import Terms, value
from paper_gateway.data_requests import find_contract
from paper_gateway.market_replies import OptionComputation, tick_option
from paper_gateway.option_path import OptionPath
from paper_gateway.option_ticks import computation, of_price
from paper_gateway.requests import Request
from paper_gateway.session import Session

# The tick type of a computation that was asked for.
ASKED_FOR = 53
_NOT_AN_OPTION = "The contract is not an option"


def calculate_implied_volatility(session: Session, request: Request) -> None:
    _answer(session, request, "price", of_price)


def calculate_option_price(session: Session, request: Request) -> None:
    def compute(terms: Terms, under: float, volatility: float) -> OptionComputation:
        return computation(terms, under, value(terms, under, volatility), volatility)

    _answer(session, request, "volatility", compute)


def _answer(
    session: Session,
    request: Request,
    field: str,
    compute: Callable[[Terms, float, float], OptionComputation],
) -> None:
    req_id, given, under = request["req_id"], request[field], request["under_price"]
    definition = find_contract(session, req_id, request["contract"])
    if definition is None:
        return
    path = session.hub.market.path(definition.con_id)
    if not isinstance(path, OptionPath):
        session.refuse(req_id, _NOT_AN_OPTION)
    elif not (_is_usable(given) and _is_usable(under)):
        session.refuse(req_id, f"Invalid {field} or underlying price")
    else:
        terms = path.model(session.hub.clock()).terms
        session.send(tick_option(req_id, ASKED_FOR, compute(terms, under, given)))


def _is_usable(number: float | None) -> bool:
    return number is not None and 0 < number < 1e9


def _nothing(_session: Session, _request: Request) -> None:
    """A calculation is answered at once: there is nothing to cancel."""


HANDLERS: dict[int, Callable[[Session, Request], None]] = {
    54: calculate_implied_volatility,
    55: calculate_option_price,
    56: _nothing,
    57: _nothing,
}
