"""What gets out of risk: change and cancel orders, close positions, freeze, kill.

Cancels and closing orders are never held up by limits or a freeze; only a missing connection stops
them. In local mode the freeze is for everybody on the desk; in relay mode it stops the user's own
agent alone, so that whoever trades may switch it.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from concurrent.futures import Future
from contextlib import suppress
from dataclasses import replace
from decimal import Decimal
from time import monotonic
from typing import Any

from flask import Blueprint, Response, g, request

from trading.closing_orders import ClosingOrder, OpenOrders
from trading.contracts import USUAL_EXCHANGES
from trading.orders import OrderResult, mint_client_order_id, parse_order_request
from trading.price_rules import plain_text
from trading.refusals import (
    AgentNotConnected,
    Busy,
    Duplicate,
    JournalDown,
    NoAnswer,
    NotConnected,
    NotFound,
    PositionChanged,
    TradingError,
)
from trading.sizing import closing_order
from web import placing
from web.answers import json_response
from web.audit_trail import note, noted, state_of
from web.bodies import an_object, read_json, refused
from web.desk import current_desk, utc_now, wait, wait_for_read
from web.errors import order_refused_by_ib

routes = Blueprint("exits", __name__, url_prefix="/api/v1")

CANCEL_SECONDS = 10.0
EXCHANGE_SECONDS = 3.0
CANCEL_UNCONFIRMED = "The cancel is not confirmed yet. Check TWS: the order may still fill."
CHANGE_UNCONFIRMED = "The change is not confirmed yet. The old terms may still hold."
EXCHANGE_UNKNOWN = (
    "Where {symbol} trades is not known: TWS has not told it in time. Its orders stay as they are; "
    "try again"
)
UNPROTECTED = (
    "No closing order was sent, but a cancel of {names} was: what is held may be without a stop. "
    "How much that is was not told ({error}). Close it again"
)
CHANGED = "The position is {now} now, not {shown}. Nothing was sent or cancelled: look at it again"
PERCENTS = (25, 50, 75, 100)


@routes.patch("/orders/<client_order_id>")
def modify_order(client_order_id: str) -> Response:
    """Change terms of a live order: `{"order": {"lmtPrice": 101}}`.

    200 when IB shows the new terms, 202 while it has not answered, 422 when it refused.
    """
    key = placing.known_form(client_order_id)
    body = an_object(read_json(request), {"order"})
    changes = body.get("order")
    if not isinstance(changes, Mapping) or not changes:
        raise refused("/order", "The body must name what to change, as in an order")
    desk = current_desk().order_desk
    try:
        with noted("order modified", key) as ending:
            result = wait(desk.modify(key, changes), CANCEL_SECONDS)
            ending.outcome = (result.payload["modification"] or {}).get("state") or result.state
    except NoAnswer:
        return _unconfirmed(key, CHANGE_UNCONFIRMED)
    modification = result.payload["modification"] or {}
    if modification.get("state") == "refused":
        return order_refused_by_ib(result, modification["message"])
    if modification.get("state") == "done":
        return json_response(result.payload)
    return json_response(result.payload | {"error": CHANGE_UNCONFIRMED}, 202)


@routes.delete("/orders")
def cancel_all() -> Response:
    """Cancel every open order of this desk; each answer says where its order stands."""
    return json_response({"cancels": _cancel_all()})


@routes.delete("/orders/<client_order_id>")
def cancel_order(client_order_id: str) -> Response:
    return cancelled(placing.known_form(client_order_id))


@routes.post("/positions/close")
def close_position() -> Response:
    """Close 25, 50, 75 or 100 % of a position at the market.

    `{"conId": 265598, "percent": 100, "account": "DU1"}`; the answer is that of POST /orders.
    All of it: this desk's resting orders that would have closed it are cancelled first, or they
    would open the other side. `held`: the position that was looked at; nothing is done when it is
    another one now.
    """
    body = an_object(read_json(request), {"conId", "percent", "account", "held", "wait"})
    percent = body.get("percent", 100)
    if type(percent) is not int or percent not in PERCENTS:
        raise refused("/percent", "percent must be 25, 50, 75 or 100")
    held = _held_as_shown(body)
    key = request.headers.get("Idempotency-Key")
    if known := _known_close(key, body.get("conId"), percent, held):
        return placing.placed(known)
    try:
        return placing.placed(_close_held(body, percent, key or mint_client_order_id()))
    except (NotFound, Duplicate, PositionChanged):
        # The same request at the same moment may have been first.
        if known := _known_close(key, body.get("conId"), percent, held):
            return placing.placed(known)
        raise


@routes.post("/positions/flatten")
def flatten() -> Response:
    """Cancel every open order of this desk, then close every position: one market order each.

    The body must say `{"confirm": true}`: it cannot be taken back. A position whose closing order
    cannot be made keeps its stops.
    """
    body = an_object(read_json(request), {"confirm", "account"})
    if body.get("confirm") is not True:
        raise refused("/confirm", "Say confirm: true to close every position at the market")
    account = body.get("account")
    rows = _positions(account)  # nothing is cancelled when positions cannot be read
    exchanges = _exchanges(rows)
    kept = [row for row in rows if not _can_be_closed(_routed(row, exchanges))]
    cancels = _cancel_before_closing(account, kept)
    held = _left_after([one["clientOrderId"] for one in cancels], account, rows)
    closes = [_close(_routed(row, exchanges)) for row in held]
    return json_response({"cancels": cancels, "closes": closes})


@routes.get("/freeze")
def freeze_state() -> Response:
    return json_response({"frozen": current_desk().order_desk.is_frozen()})


@routes.post("/freeze")
def freeze() -> Response:
    """No new risk from now on, also after a restart. Cancels and exits pass."""
    with noted("freeze"):
        wait(current_desk().order_desk.freeze(g.caller.user.name), CANCEL_SECONDS)
    return freeze_state()


@routes.delete("/freeze")
def unfreeze() -> Response:
    with noted("unfreeze"):
        wait(current_desk().order_desk.unfreeze(), CANCEL_SECONDS)
    return freeze_state()


@routes.post("/kill")
def kill() -> Response:
    """Freeze, then cancel every open order of this desk. Orders of others stay as they are.

    A freeze that could not be saved holds until this process ends, and orders are cancelled.
    """
    with noted("kill"):
        return json_response({"frozen": True, "cancels": _kill()})


def _kill() -> list[dict[str, Any]]:
    unsaved: JournalDown | None = None
    try:
        wait(current_desk().order_desk.freeze(g.caller.user.name), CANCEL_SECONDS)
    except JournalDown as error:
        unsaved = error
    cancels = _cancel_all()
    if unsaved:
        unsaved.sent = "yes" if cancels else "no"
        raise unsaved
    return cancels


def cancelled(client_order_id: str) -> Response:
    """Ask IB to cancel: 200 when the order is final, 202 while the request is under way."""
    desk = current_desk()
    try:
        with noted("order cancelled", client_order_id) as ending:
            result = wait(desk.order_desk.cancel(client_order_id), CANCEL_SECONDS)
            ending.outcome = state_of(result)
    except NoAnswer:
        return _unconfirmed(client_order_id, CANCEL_UNCONFIRMED)
    if result.is_final:
        return json_response(result.payload)
    if result.payload.get("cancelRefused"):
        return order_refused_by_ib(result, result.payload["cancelRefused"])
    return json_response(result.payload, 202)


def _unconfirmed(client_order_id: str, sentence: str) -> Response:
    """The order as far as it is known; in relay mode nobody may be there who knows it."""
    try:
        known = current_desk().order_desk.order(client_order_id).payload
    except NotFound:
        raise
    except TradingError:  # whatever keeps us from looking says nothing about what was asked
        known = {"clientOrderId": client_order_id, "state": "unknown", "sent": "unknown"}
    return json_response(known | {"error": sentence}, 202)


def closing_body(row: Mapping[str, Any], percent: int) -> dict[str, Any]:
    """The order that closes so much of a position, as the body of POST /orders."""
    contract = row["contract"]
    action, quantity = closing_order(Decimal(str(row["position"])), Decimal(100))
    named = {name: contract[name] for name in ("conId", "symbol", "secType", "currency")}
    return {
        "contract": named | {"exchange": _exchange(contract)},
        "order": {"action": action, "orderType": "MKT", "account": row["account"]}
        | ({"totalQuantity": quantity} if percent == 100 else {}),
        **({} if percent == 100 else {"size": {"closePercent": percent}}),
    }


def _exchange(contract: Mapping[str, Any]) -> str:
    """Where it is closed; empty when nobody has said it yet."""
    usual = USUAL_EXCHANGES.get(contract["secType"])
    return usual or contract.get("exchange") or contract.get("primaryExchange") or ""


def _exchanges(rows: Sequence[Mapping[str, Any]]) -> dict[object, str]:
    """Where the contracts trade whose exchange TWS leaves out of a position, by conId: a future has
    no usual one. What is not told in time is missing, so that no exit waits for a slow TWS.
    """
    asked = {}
    for row in rows:
        if not _exchange(row["contract"]):
            with suppress(TradingError):
                asked[_con_id(row)] = current_desk().reader.contract_details(
                    f"conId {_con_id(row)}"
                )
    ends = monotonic() + EXCHANGE_SECONDS
    return {con_id: _told_exchange(asked[con_id], con_id, ends) for con_id in asked}


def _told_exchange(details: Future[dict[str, Any]], con_id: object, ends: float) -> str:
    """Relay mode: another user's agent may have answered, in whatever form."""
    try:
        contract = wait_for_read(details, max(0.0, ends - monotonic()))["contract"]
        return contract["exchange"] if contract["conId"] == con_id else ""
    except (TradingError, LookupError, TypeError):
        return ""


def _routed(row: Mapping[str, Any], exchanges: Mapping[object, str]) -> dict[str, Any]:
    """The position with the exchange of its contract, where that is known."""
    contract = row["contract"]
    exchange = _exchange(contract) or exchanges.get(_con_id(row), "")
    return {**row, "contract": contract | {"exchange": exchange}}


def _checked(body: Mapping[str, Any], key: str) -> Mapping[str, Any]:
    """The closing order's body; whatever is wrong with it is refused here, before any cancel."""
    contract = body["contract"]
    if not contract["exchange"]:
        raise NoAnswer(EXCHANGE_UNKNOWN.format(symbol=contract["symbol"]))
    parse_order_request(body, key)
    return body


def _can_be_closed(row: Mapping[str, Any]) -> bool:
    try:
        _checked(closing_body(row, 100), mint_client_order_id())
    except TradingError:
        return False
    return True


def _close(row: Mapping[str, Any]) -> dict[str, Any]:
    body = closing_body(row, 100) | {"wait": "none"}
    key = mint_client_order_id()
    try:
        result: OrderResult = placing.close(_checked(body, key), key)
    except TradingError as error:
        return {"contract": body["contract"], "error": error.sentence, "sent": error.sent}
    return dict(result.payload)


def _known_close(
    key: str | None, con_id: object, percent: int, held: Decimal | None
) -> OrderResult | None:
    """The order of that key: a close is asked again after it has filled, or while it works."""
    try:
        known = current_desk().order_desk.order(placing.known_form(key)) if key else None
    except (NotFound, NotConnected):
        return None
    if known is None:
        return None
    order, contract = known.payload["order"], known.payload["contract"]
    is_same = order["orderType"] == "MKT" and contract.get("conId") == con_id
    if not is_same or not (held is None or may_have_closed(order, percent, held)):
        raise Duplicate(f"clientOrderId {key} was used for another order", order_id=known.order_id)
    return replace(known, payload=known.payload | {"replayed": True})


def _held_as_shown(body: Mapping[str, Any]) -> Decimal | None:
    """What whoever asks was shown to be held; None when they do not say it."""
    held = body.get("held")
    if held is None:
        return None
    if isinstance(held, bool) or not isinstance(held, int | float | Decimal):
        raise refused("/held", "held must be a number")
    return Decimal(held)


def _refuse_another(row: Mapping[str, Any], shown: Decimal | None) -> None:
    """Who decided on one position closes no other one."""
    now = Decimal(str(row["position"]))
    if shown is not None and shown != now:
        raise PositionChanged(CHANGED.format(now=plain_text(now), shown=plain_text(shown)))


def may_have_closed(order: Mapping[str, Any], percent: int, held: Decimal) -> bool:
    """Whether an order may be the one that closed so much of what was held. A part was rounded down
    to pieces whose size only the contract knows: it is told from the next smaller part."""
    size, exact = Decimal(str(order["totalQuantity"] or 0)), abs(held) * percent / 100
    if order["action"] != ("SELL" if held > 0 else "BUY"):
        return False
    if percent == PERCENTS[-1]:
        return size == exact
    smaller = exact - abs(held) / len(PERCENTS)
    return smaller < size <= exact or size == exact // 1


def _close_held(body: Mapping[str, Any], percent: int, key: str) -> OrderResult:
    row = _held(body)
    _refuse_another(row, _held_as_shown(body))
    exchanges = _exchanges([row])
    wait_for = {"wait": body.get("wait", "ack")}
    _checked(closing_body(_routed(row, exchanges), 100) | wait_for, key)
    if percent == 100:
        names = _cancel_closing_orders(row, but=key)
        row = _named(body, _left_after(names, row["account"], [row]))
    return placing.close(closing_body(_routed(row, exchanges), percent) | wait_for, key)


def _held(body: Mapping[str, Any]) -> dict[str, Any]:
    """The position that a body names."""
    return _named(body, _positions(body.get("account")))


def _named(body: Mapping[str, Any], held: Iterable[dict[str, Any]]) -> dict[str, Any]:
    rows = [row for row in held if _con_id(row) == body.get("conId")]
    if not rows:
        raise NotFound("There is no such position")
    if len(rows) > 1:
        raise refused("/account", "Several accounts hold it: name the account")
    return rows[0]


def _left_after(
    names: Sequence[str], account: object, before: list[dict[str, Any]]
) -> list[dict[str, Any]]:
    """What is held after these cancels, for one of the orders may have closed some of it.

    When nobody can tell, nothing is sent: it might open the other side.
    """
    try:
        return _positions_again(account, before)
    except (NoAnswer, NotConnected, AgentNotConnected) as error:
        if not names:
            raise
        text = UNPROTECTED.format(names=", ".join(names), error=error.sentence)
        raise NoAnswer(text) from error


def _cancel_closing_orders(row: Mapping[str, Any], but: str) -> list[str]:
    """What waits for a parent to fill stays: it will protect what that parent opens."""
    names = [
        order.shown["clientOrderId"]
        for order in _closing_orders(row)
        if order.shown["clientOrderId"] != but and order.how in ("works", "conditional")
    ]
    _cancelled_in_time(names)
    return names


def _closing_orders(row: Mapping[str, Any]) -> list[ClosingOrder]:
    """This desk's open orders that would close the position."""
    orders = current_desk().order_desk.orders()
    known = OpenOrders([order.payload for order in orders], utc_now())
    action = "SELL" if row["position"] > 0 else "BUY"
    found = known.closing(row["account"], row["contract"], action)
    return [order for order in found if order.shown["origin"] == "desk"]


def _cancelled_in_time(names: Iterable[str]) -> list[OrderResult]:
    """Ask for these cancels. One that is refused, or is not confirmed in time, does not hold up the
    way out, nor do many of them."""
    desk = current_desk().order_desk
    asked = []
    for name in names:
        with suppress(TradingError):
            asked.append(desk.cancel(name))
    ends = monotonic() + CANCEL_SECONDS
    results = []
    for cancel in asked:
        with suppress(TradingError):
            results.append(wait(cancel, max(0.0, ends - monotonic())))
    return results


def _cancel_before_closing(
    account: object, kept: Sequence[Mapping[str, Any]]
) -> list[dict[str, Any]]:
    """Every open order of this desk, or of one of its accounts, but those that would close one of
    the positions that are kept."""
    if account is None and not kept:
        with suppress(NoAnswer):  # that a cancel is not confirmed does not hold up the way out
            return _cancel_all()
        return []
    guards = {order.shown["clientOrderId"] for row in kept for order in _closing_orders(row)}
    results = _cancelled_in_time(name for name in _open_names(account) if name not in guards)
    return _noted(results)


def _cancel_all() -> list[dict[str, Any]]:
    """Every open order of this desk."""
    try:
        results = wait(current_desk().order_desk.cancel_all(), CANCEL_SECONDS)
    except NoAnswer as error:
        note("order cancelled", "all", "NoAnswer, sent unknown")
        raise NoAnswer(CANCEL_UNCONFIRMED, sent="unknown") from error
    return _noted(results)


def _noted(results: Iterable[OrderResult]) -> list[dict[str, Any]]:
    shown = []
    for result in results:
        note("order cancelled", result.client_order_id, state_of(result))
        shown.append(result.payload)
    return shown


def _open_names(account: object) -> list[str]:
    return [
        order.client_order_id
        for order in current_desk().order_desk.orders()
        if not order.is_final
        and order.payload["origin"] == "desk"
        and account in (None, order.payload["account"])
    ]


def _positions(account: object) -> list[dict[str, Any]]:
    if account is not None and not isinstance(account, str):
        raise refused("/account", "account must be a string")
    rows = wait_for_read(current_desk().reader.positions(account))
    return [row for row in rows.rows if row["position"]]


def _positions_again(account: object, before: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """What is held after cancels. When too many requests wait, as before: nothing is refused once
    the orders around a position are cancelled, and no closing order closes more than is held."""
    try:
        return _positions(account)
    except Busy:
        return before


def _con_id(row: Mapping[str, Any]) -> object:
    return row["contract"]["conId"]
