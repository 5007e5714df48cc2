"""What a model says of an option beside its quote: IB's tickOptionComputation.

May not make prices or volatilities: they come from the option's path and from Black and Scholes.
Everything is per share, as TWS shows it.
"""

from __future__ import annotations

from collections.abc import Iterator

from paper_gateway.black_scholes import Terms, greeks, implied_volatility, value
from paper_gateway.contracts import ContractDefinition
from paper_gateway.market import Market, Quote
from paper_gateway.market_replies import OptionComputation, tick_option
from paper_gateway.option_path import Model, OptionPath

# IB's tick types, live; the delayed ones are 80 to 83.
BID, ASK, LAST, MODEL = 10, 11, 12, 13
DELAYED = 70
# Dividends are in the carry that makes the forward price, not beside it.
_NO_DIVIDENDS = 0.0


def option_ticks(
    market: Market,
    definition: ContractDefinition,
    req_id: int,
    quote: Quote,
    is_delayed: bool = False,
) -> Iterator[bytes]:
    """The computations for bid, ask, last and the model's own price; nothing for other contracts.

    Delayed ones have the types 80 to 83 in place of 10 to 13.
    """
    path = market.path(definition.con_id)
    if not isinstance(path, OptionPath):
        return
    model = path.model(quote.time)
    shift = DELAYED if is_delayed else 0
    for kind, price in ((BID, quote.bid), (ASK, quote.ask), (LAST, quote.last)):
        yield tick_option(req_id, kind + shift, of_price(model.terms, model.under_price, price))
    yield tick_option(req_id, MODEL + shift, of_model(model))


def of_price(terms: Terms, under_price: float, price: float) -> OptionComputation:
    """What a price implies; without a volatility that explains it there are no greeks."""
    return computation(terms, under_price, price, implied_volatility(terms, under_price, price))


def of_model(model: Model) -> OptionComputation:
    """The model's own price, between the ticks."""
    price = value(model.terms, model.under_price, model.volatility)
    return computation(model.terms, model.under_price, price, model.volatility)


def computation(
    terms: Terms, under_price: float, price: float, volatility: float | None
) -> OptionComputation:
    """A price with its volatility and the greeks at that; None is "not computed"."""
    found = None if volatility is None else greeks(terms, under_price, volatility)
    delta, gamma, vega, theta = (None, None, None, None) if found is None else found
    return OptionComputation(
        volatility, delta, price, _NO_DIVIDENDS, gamma, vega, theta, under_price
    )
