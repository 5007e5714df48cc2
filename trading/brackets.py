"""Brackets: the profit targets and the stop that protect what an order buys or sells.

Each target is paired with a stop of its own quantity, so that a scale-out keeps every share
protected; the two are one OCA group, and IB cancels one when the other fills
(https://interactivebrokers.github.io/tws-api/bracket_order.html and oca.html). The legs are parsed
like any order. Nothing is sent here.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from decimal import Decimal
from typing import Annotated, Any, Literal, get_args

from pydantic import BeforeValidator, ValidationError

from trading.fields import COMBO, FieldSet, Positive, Price, refuse, refused
from trading.order_rules import given_fields, validate_order_params
from trading.order_types import Order

LegTif = Literal["DAY", "GTC"]
MAX_TARGETS = 5
MAX_KEY = 36  # a leg's name adds -t1 … -s5
STOP_TYPES = ("STP", "STP LMT", "TRAIL")
# What the bracket itself says about its stop.
STOP_SET = ("action", "totalQuantity", "account", "whatIf", "ocaGroup", "ocaType", "cashQty")
# The price near which the parent fills: its limit, or the trigger that makes it a market order.
ENTRY = {
    "LMT": "lmt_price",
    "LOC": "lmt_price",
    "STP": "aux_price",
    "STP LMT": "aux_price",
    "MIT": "aux_price",
    "LIT": "aux_price",
}
SENTENCES = {
    "tif": "Bracket tif must be DAY or GTC",
    "targets": f"Bracket targets must be a list of 1 to {MAX_TARGETS}",
    "stop": "Bracket stop must be an object",
}
STOP_TYPE = f"Bracket stop.orderType must be one of {', '.join(STOP_TYPES)}"


def parse_targets(value: object) -> tuple[Any, ...]:
    if not isinstance(value, list | tuple) or not 1 <= len(value) <= MAX_TARGETS:
        raise ValueError(SENTENCES["targets"])
    return tuple(value)


class Target(FieldSet):
    """One profit target: a limit order; `totalQuantity` may be left out when it is the only one."""

    lmt_price: Price
    total_quantity: Positive | None = None


class Bracket(FieldSet):
    """Targets, a stop, or both. Its `tif` is for all legs; the stop's own goes before it."""

    targets: Annotated[tuple[Target, ...], BeforeValidator(parse_targets)] = ()
    stop: dict[str, Any] | None = None
    tif: LegTif | None = None


def parse_legs(
    raw: object, parent: Order, key: str, *, is_combo: bool = False
) -> tuple[tuple[str, Order], ...]:
    """The legs with their names, in sending order: t1, s1, t2, s2 …; or Refused."""
    bracket = _parse(raw, is_combo)
    if len(key) > MAX_KEY:
        sentence = f"clientOrderId of an order with a bracket has at most {MAX_KEY} characters"
        raise refused("/clientOrderId", sentence)
    quantities = _quantities(bracket, parent)
    legs: list[tuple[str, Order]] = []
    common = _common(bracket, parent)
    is_pair = bool(bracket.targets) and bracket.stop is not None
    for number, quantity in enumerate(quantities, start=1):
        pair = {"ocaGroup": f"{key}-{number}", "ocaType": 1} if is_pair else {}
        fields = common | pair | {"totalQuantity": quantity}
        if bracket.targets:
            price = {"orderType": "LMT", "lmtPrice": bracket.targets[number - 1].lmt_price}
            legs.append(
                (f"{key}-t{number}", validate_order_params(fields | price, is_combo=is_combo))
            )
        if bracket.stop is not None:
            legs.append((f"{key}-s{number}", _stop(bracket.stop, fields, is_combo)))
    _check_prices(parent, [order for _, order in legs])
    return tuple(legs)


def bracket_of(legs: Sequence[Order]) -> dict[str, Any]:
    """The bracket that parses into these legs, as plain JSON values."""
    fields = [given_fields(leg) for leg in legs]
    targets = [leg for leg in fields if leg["orderType"] == "LMT"]
    stop = next((leg for leg in fields if leg["orderType"] != "LMT"), None)
    bracket: dict[str, Any] = {}
    if targets:
        names = ("lmtPrice", "totalQuantity")
        bracket["targets"] = [{name: leg[name] for name in names} for leg in targets]
        bracket["tif"] = targets[0]["tif"]
    if stop is not None:
        bracket["stop"] = {name: stop[name] for name in stop if name not in STOP_SET}
    return bracket


def _parse(raw: object, is_combo: bool) -> Bracket:
    if not isinstance(raw, Mapping):
        raise refused("/bracket", "Bracket must be an object")
    given = {name: value for name, value in raw.items() if value is not None}
    try:
        bracket = Bracket.model_validate(given, strict=True, context=COMBO if is_combo else None)
    except ValidationError as error:
        refuse(error, "/bracket", SENTENCES)
    if not bracket.targets and bracket.stop is None:
        raise refused("/bracket", "Bracket needs targets, a stop or both")
    return bracket


def _quantities(bracket: Bracket, parent: Order) -> list[Decimal]:
    """The size of each pair; together they are the parent's."""
    whole = parent.total_quantity
    if whole is None:
        raise refused("/bracket", "Bracket needs an order with totalQuantity")
    given = [target.total_quantity for target in bracket.targets]
    if given in ([], [None]):
        return [whole]
    for number, quantity in enumerate(given):
        if quantity is None:
            pointer = f"/bracket/targets/{number}/totalQuantity"
            raise refused(pointer, "Bracket targets need totalQuantity each when they are several")
    sizes = [quantity for quantity in given if quantity is not None]
    if sum(sizes) != whole:
        sentence = f"Bracket targets must add up to the order's totalQuantity of {whole}"
        raise refused("/bracket/targets", sentence)
    return sizes


def _common(bracket: Bracket, parent: Order) -> dict[str, Any]:
    """What all legs have. Where the order's tif is one of entering (IOC, OPG …) they stay: GTC."""
    entered = parent.tif if parent.tif in get_args(LegTif) else "GTC"
    return {
        "action": "SELL" if parent.action == "BUY" else "BUY",
        "tif": bracket.tif or entered,
        "outsideRth": parent.outside_rth,
        "account": parent.account,
    }


def _stop(given: dict[str, Any], fields: dict[str, Any], is_combo: bool) -> Order:
    for name in STOP_SET:
        if name in given:
            sentence = f"Bracket stop.{name} is set by the bracket; leave it out"
            raise refused(f"/bracket/stop/{name}", sentence)
    if given.get("orderType") not in STOP_TYPES:
        raise refused("/bracket/stop/orderType", STOP_TYPE)
    return validate_order_params(fields | given, is_combo=is_combo, root="/bracket/stop")


def _check_prices(parent: Order, legs: list[Order]) -> None:
    """Targets lie on the profit's side of the entry and of the stop, the stop on the other."""
    entry = getattr(parent, ENTRY.get(parent.order_type, ""), None)
    sign = 1 if parent.action == "BUY" else -1
    targets = [order.lmt_price for order in legs if order.order_type == "LMT"]
    stop = next(_triggers(legs), None)
    sides = ("above", "below") if sign > 0 else ("below", "above")
    for number, target in enumerate(targets):
        for limit, what in ((entry, "order's own price"), (stop, "stop")):
            if limit is not None and sign * (target - limit) <= 0:
                sentence = f"Bracket targets[{number}].lmtPrice must be {sides[0]} the {what}"
                raise refused(f"/bracket/targets/{number}/lmtPrice", sentence)
    if stop is not None and entry is not None and sign * (entry - stop) <= 0:
        name = "trailStopPrice" if any(o.order_type == "TRAIL" for o in legs) else "auxPrice"
        sentence = f"Bracket stop.{name} must be {sides[1]} the order's own price"
        raise refused(f"/bracket/stop/{name}", sentence)


def _triggers(legs: list[Order]) -> Iterator[Decimal]:
    """The price at which the stop acts; a trailing stop names it only with trailStopPrice."""
    for order in legs:
        if order.order_type in ("STP", "STP LMT"):
            yield order.aux_price
        elif order.order_type == "TRAIL" and order.trail_stop_price is not None:
            yield order.trail_stop_price
