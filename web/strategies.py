"""`POST /strategies`: legs of options become an order, with what it may gain and lose.

Pure computation: nothing is asked of TWS and nothing is sent to it.
"""

from __future__ import annotations

from datetime import datetime
from typing import Any

from flask import Blueprint, Response, request

from trading.fields import plain
from trading.payoffs import Holding, Payoff, payoff_of
from trading.strategies import Strategy, parse_strategy, years_to
from trading.strategy_words import name_of, words_of
from web.answers import json_response
from web.bodies import read_json
from web.desk import utc_now

routes = Blueprint("strategies", __name__, url_prefix="/api/v1")


@routes.post("/strategies")
def strategy() -> Response:
    return json_response(answer(parse_strategy(read_json(request)), utc_now()))


def answer(strategy: Strategy, now: datetime) -> dict[str, Any]:
    """STRATEGY; a number that is not known is None."""
    payoff = _payoff(strategy, now)
    bid, middle, ask = (None if price is None else float(price) for price in strategy.net)
    net = {"bid": bid, "mid": middle, "ask": ask}
    net |= {"isDebit": None if middle is None else middle * strategy.side >= 0}
    return {
        "name": name_of(strategy),
        "words": words_of(strategy, payoff),
        "contract": strategy.contract(),
        "order": strategy.order(),
        "net": net,
        "payoff": _payoff_form(strategy, payoff),
    }


def _payoff(strategy: Strategy, now: datetime) -> Payoff | None:
    """At the limit of the order; None while its price or a later leg's volatility is unknown."""
    if strategy.limit is None:
        return None
    shares = strategy.side * strategy.quantity * strategy.legs[0].multiplier
    holdings = [
        Holding(
            leg.right,
            float(leg.strike),
            float(leg.signed * shares),
            years_to(leg.expiry, now),
            None if leg.implied_volatility is None else float(leg.implied_volatility),
        )
        for leg in strategy.legs
    ]
    price = strategy.underlying.price
    return payoff_of(
        holdings, float(strategy.limit * shares), None if price is None else float(price)
    )


def _payoff_form(strategy: Strategy, payoff: Payoff | None) -> dict[str, Any]:
    form: dict[str, Any] = {
        "known": payoff is not None,
        "currency": strategy.underlying.currency,
        "expiry": f"{min(leg.expiry for leg in strategy.legs):%Y%m%d}",
        "points": [],
        "breakEvens": [],
        "maxProfit": None,
        "maxLoss": None,
    }
    if payoff is None:
        return form
    best, worst = payoff.best.amount, payoff.worst.amount
    return form | {
        "points": [
            {"price": price, "atExpiry": _money(at_expiry), "now": _money(now)}
            for price, at_expiry, now in payoff.points
        ],
        "breakEvens": payoff.break_evens,
        "maxProfit": _money(best),
        "maxLoss": None if worst is None else plain(round(-worst, 2) + 0.0),
    }


def _money(amount: float | None) -> float | None:
    return None if amount is None else round(amount, 2)
