"""Parsing an order: by its type, then by the rules between its fields. What returns is valid.

Rules that need the contract are in `trading/orders.py`. Nothing is guessed or left out silently.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from pydantic import ValidationError

from trading.fields import COMBO, refuse, refused
from trading.order_types import CLASSES, ORDER, ORDER_TYPES, TIFS, Order, OrderFields

QUANTITY_POSITIVE = "Order totalQuantity must be positive"
SENTENCES = {
    "action": "Order action must be BUY, SELL or SSHORT",
    "totalQuantity": QUANTITY_POSITIVE,
    "orderType": f"Order orderType must be one of {', '.join(ORDER_TYPES)}",
    "lmtPrice": "Order lmtPrice must be a positive price for a limit order",
    "auxPrice": "Order auxPrice (the stop price) must be a positive price for a stop order",
    "tif": "Order tif must be DAY, GTC, IOC, FOK, GTD or OPG",
    "outsideRth": "Order outsideRth must be true or false",
    "whatIf": "Order whatIf must be true or false",
}
CAP = {"lmtPrice": "Order lmtPrice (the worst price) must be a positive price"}
TRIGGER = {"auxPrice": "Order auxPrice (the trigger price) must be a positive price"}
AMOUNT = {"auxPrice": "Order auxPrice (the trailing amount) must be positive"}
OFFSET = {"auxPrice": "Order auxPrice (the offset) must be 0 or more"}
# Where a field means something else than it does for a limit or stop order.
SENTENCES_OF: dict[str, dict[str, str]] = {
    "TRAIL": AMOUNT,
    "TRAIL LIMIT": AMOUNT,
    "MIT": TRIGGER,
    "LIT": TRIGGER,
    "MIDPRICE": CAP,
    "REL": CAP | OFFSET,
    "PEG MID": CAP | OFFSET,
}
COMBO_PRICE = "must be a number; a combo's price may be negative or zero"
COMBO_SENTENCES = {name: f"Order {name} {COMBO_PRICE}" for name in ("lmtPrice", "auxPrice")}
# What IB refuses to change of an order that it has.
FIXED = ("action", "orderType", "account", "ocaGroup", "ocaType", "whatIf")
NOTHING_CHANGES = "Nothing would change"

# The field at fault and the sentence, or None.
Fault = tuple[str, str] | None
Rule = Callable[[Any], Fault]


def validate_order_params(raw: object, *, is_combo: bool = False, root: str = "/order") -> Order:
    """The mission's check of an order's fields, by parsing them: what returns is valid.

    MOO and LOO return as what IB knows: MKT and LMT with tif OPG. `is_combo`: prices may be
    negative or zero. `root` is where the order stands in the body.
    """
    if not isinstance(raw, Mapping):
        raise refused(root, "Order must be an object")
    given = dict(raw)
    try:
        order = ORDER.validate_python(given, strict=True, context=COMBO if is_combo else None)
    except ValidationError as error:
        if not error.errors()[0]["loc"]:  # no type, or none that there is
            raise refused(f"{root}/orderType", SENTENCES["orderType"]) from error
        own = COMBO_SENTENCES if is_combo else SENTENCES_OF.get(str(given["orderType"]), {})
        refuse(error, root, SENTENCES | own)
    fault = _fault(order)
    if fault is None and None in given.values():
        fault = _null(given)
    if fault:
        raise refused(f"{root}/{fault[0]}", fault[1])
    return _at_open(order, is_combo) if order.at_open else order


def change_order(order: Order, changes: object, *, is_combo: bool = False) -> Order:
    """The order with `changes` (IB's names) parsed over it; null takes a field away.

    Refused: what cannot change, what the type does not use, and changes that change nothing.
    """
    if not isinstance(changes, Mapping):
        raise refused("/order", "Order must be an object")
    known = given_fields(order)
    for name in FIXED:
        if name in changes and changes[name] != order.to_payload().get(name):
            sentence = f"Order {name} cannot change; cancel the order and place another one"
            raise refused(f"/order/{name}", sentence)
    merged = known | dict(changes)
    wanted = {name: value for name, value in merged.items() if value is not None}
    unknown = {name: None for name in changes if name not in wanted and name not in known}
    changed = validate_order_params(wanted | unknown, is_combo=is_combo or _is_combo(order))
    if changed == order:
        raise refused("/order", NOTHING_CHANGES)
    return changed


def given_fields(order: Order) -> dict[str, Any]:
    """The fields that were given, as plain JSON values under IB's names."""
    return order.model_dump(mode="json", by_alias=True, exclude_unset=True)


def _is_combo(order: Order) -> bool:
    prices = (getattr(order, name, None) for name in ("lmt_price", "aux_price"))
    return any(price is not None and price <= 0 for price in prices)


def _at_open(order: Order, is_combo: bool) -> Order:
    as_ib = given_fields(order) | {"orderType": order.at_open, "tif": "OPG"}
    return ORDER.validate_python(as_ib, strict=True, context=COMBO if is_combo else None)


def _null(given: dict[str, object]) -> Fault:
    name = next(name for name, value in given.items() if value is None)
    return name, f"Order {name} must not be null; leave it out"


def _fault(order: Order) -> Fault:
    """The first rule that the order breaks. A plain order has none of the fields of most rules."""
    rules = RULES_OF.get(order.order_type, ())
    is_plain = order.model_fields_set <= PLAIN and order.total_quantity is not None
    if not is_plain or order.tif not in PLAIN_TIFS:
        rules = RULES + rules
    for rule in rules:
        if fault := rule(order):
            return fault
    return None


def _size(order: Any) -> Fault:
    cash = getattr(order, "cash_qty", None)
    if cash is None:
        return None if order.total_quantity is not None else ("totalQuantity", QUANTITY_POSITIVE)
    if order.total_quantity is not None:
        return "cashQty", exclude("cashQty", "totalQuantity")
    return None


def _tif(order: Order) -> Fault:
    allowed = TIFS[order.order_type]
    if order.tif in allowed or "tif" not in order.model_fields_set:
        return None
    words = f"Order tif {order.tif} does not go with orderType {order.order_type}"
    return "tif", f"{words}; it can be {', '.join(allowed)}"


def _good_till(order: Order) -> Fault:
    if order.tif == "GTD" and order.good_till_date is None:
        return "goodTillDate", "Order goodTillDate is required with tif GTD"
    if order.tif != "GTD" and order.good_till_date is not None:
        return "goodTillDate", "Order goodTillDate is only for tif GTD"
    if order.good_till_date and (order.good_after_time or "") >= order.good_till_date:
        return "goodTillDate", "Order goodTillDate must be after goodAfterTime"
    return None


def _oca(order: Order) -> Fault:
    if (order.oca_group is None) == (order.oca_type is None):
        return None
    missing = "ocaType" if order.oca_group else "ocaGroup"
    return missing, "Order ocaGroup and ocaType go together; give both or neither"


def _conditions(order: Order) -> Fault:
    for name, is_set in (
        ("conditionsIgnoreRth", order.conditions_ignore_rth),
        ("conditionsCancelOrder", order.conditions_cancel_order),
    ):
        if is_set and not order.conditions:
            return name, f"Order {name} needs conditions"
    return None


def _algo(order: Any) -> Fault:
    strategy = getattr(order, "algo_strategy", None)
    if strategy is not None and order.algo_params is None:
        return "algoParams", f"Order algoParams is required with algoStrategy {strategy}"
    return None


def one_of(first: str, second: str) -> Rule:
    """Exactly one of two fields (their names in JSON)."""

    def rule(order: OrderFields) -> Fault:
        given = [name for name in (first, second) if _value(order, name) is not None]
        if not given:
            return first, f"Order {first} or {second} is required"
        return (second, exclude(second, first)) if len(given) > 1 else None

    return rule


def exclude(second: str, first: str) -> str:
    return f"Order {second} and {first} exclude each other; give one"


def _mid_offset(order: Any) -> Fault:
    if (order.mid_offset_at_whole is None) != (order.mid_offset_at_half is None):
        return "midOffsetAtWhole", "Order midOffsetAtWhole and midOffsetAtHalf go together"
    if order.aux_price is None and order.mid_offset_at_whole is None:
        return "auxPrice", OFFSET["auxPrice"]
    return None


def _value(order: OrderFields, name: str) -> Any:
    return getattr(order, NAMES[name])


NAMES = {
    str(field.alias): name for kind in CLASSES.values() for name, field in kind.model_fields.items()
}
# Fields without a rule between them, and the tif that nearly every type can have.
PLAIN = frozenset(
    {"order_type", "action", "total_quantity", "lmt_price", "aux_price"}
    | {"tif", "outside_rth", "account", "what_if"}
)
PLAIN_TIFS = frozenset({"DAY", "GTC"})
RULES: tuple[Rule, ...] = (_size, _tif, _good_till, _oca, _conditions, _algo)
TRAILS_BY = one_of("auxPrice", "trailingPercent")
RULES_OF: dict[str, tuple[Rule, ...]] = {
    "TRAIL": (TRAILS_BY,),
    "TRAIL LIMIT": (TRAILS_BY, one_of("lmtPrice", "lmtPriceOffset")),
    "PEG MID": (_mid_offset,),
    "MOO": (_tif,),
    "LOO": (_tif,),
}
