"""Answers to requests about orders and executions: open, completed, all, cancel.

May not accept or fill anything; placeOrder itself goes from the session to the exchange.
"""

from __future__ import annotations

from paper_gateway import order_replies, replies
from paper_gateway.contracts import ContractDefinition
from paper_gateway.orders import Execution, Order
from paper_gateway.requests import Request
from paper_gateway.rules import READ_ONLY
from paper_gateway.session import Session
from paper_gateway.settlement import NotExercisable
from paper_gateway.times import parse_instant

# What exerciseOptions asks for; 2 would be to let it lapse.
EXERCISE = 1
# Clients write the sides of an execution filter in several ways.
_SIDES = {"BUY": "BOT", "BOT": "BOT", "SELL": "SLD", "SLD": "SLD"}


def cancel_order(session: Session, request: Request) -> None:
    client_id = session.client_id or 0
    if session.hub.drills.read_only:
        session.send_error(request["order_id"], READ_ONLY.code, READ_ONLY.text)
        return
    session.hub.exchange.cancel(client_id, request["order_id"])


def req_global_cancel(session: Session, _request: Request) -> None:
    if session.hub.drills.read_only:
        session.send_error(-1, READ_ONLY.code, READ_ONLY.text)
        return
    session.hub.exchange.cancel_all()


def req_open_orders(session: Session, _request: Request) -> None:
    """The client's own orders; the master client's are everybody's."""
    if session.hub.drills.read_only:
        # A real gateway in this mode sends no end message either.
        session.send_error(-1, READ_ONLY.code, READ_ONLY.text)
        return
    client_id = None if session.client_id == session.hub.master else session.client_id
    _send_orders(session, session.hub.book.open_orders(client_id))


def req_all_open_orders(session: Session, _request: Request) -> None:
    _send_orders(session, session.hub.book.open_orders())


def _send_orders(session: Session, orders: list[Order]) -> None:
    for order in orders:
        session.send(order_replies.open_order(order, session.version))
        session.send(order_replies.order_status(order))
    session.send(order_replies.open_order_end())


def req_auto_open_orders(session: Session, _request: Request) -> None:
    if session.client_id != 0:
        session.send_error(-1, 327, "Only the default client (i.e 0) can auto bind orders.")


def req_completed_orders(session: Session, _request: Request) -> None:
    """The account's done orders of the day; all of them came through the API."""
    for order in session.hub.book.completed_orders():
        session.send(order_replies.completed_order(order, session.version))
    session.send(order_replies.completed_orders_end())


def req_executions(session: Session, request: Request) -> None:
    """The day's executions of this client (of all clients for the master) and their commissions."""
    try:
        since = parse_instant(request["time"]) or 0.0
    except ValueError:
        session.refuse(request["req_id"], "Invalid execution filter time")
        return
    chosen = [
        (execution, definition)
        for execution in session.hub.book.executions
        if _may_see(session, execution)
        and (definition := session.hub.catalogue.by_con_id(execution.con_id)) is not None
        and execution.time >= since
        and _is_asked_for(request, execution, definition)
    ]
    for execution, definition in chosen:
        details = order_replies.execution_details(
            request["req_id"], execution, definition, session.version
        )
        session.send(details)
        session.send(order_replies.commission_of(execution))
    session.send(order_replies.execution_details_end(request["req_id"]))


def _may_see(session: Session, execution: Execution) -> bool:
    return session.client_id in {execution.client_id, session.hub.master}


def _is_asked_for(request: Request, execution: Execution, definition: ContractDefinition) -> bool:
    """Whether every non-empty field of the filter agrees."""
    wanted = (
        (str(request["client_id"] or ""), str(execution.client_id)),
        (request["account"], execution.account),
        (request["symbol"], definition.symbol),
        (request["sec_type"], definition.sec_type),
        (request["exchange"], execution.exchange),
        (_SIDES.get(request["side"], request["side"]), execution.side),
    )
    return all(not asked or asked == actual for asked, actual in wanted)


def req_ids(session: Session, _request: Request) -> None:
    session.send(replies.next_valid_id(session.hub.book.next_order_id(session.client_id or 0)))


def exercise_options(session: Session, request: Request) -> None:
    """Long options become shares or cash at once. TWS does it at the day's end (a guess)."""
    hub = session.hub
    found = hub.catalogue.resolve(request["contract"])
    accounts = hub.accounts.chosen(request["account"])
    account = accounts[0] if len(accounts) == 1 else None
    position = None
    if account is not None and isinstance(found, ContractDefinition) and found.right:
        position = account.positions.get(found.con_id)
    try:
        if request["action"] != EXERCISE:
            raise NotExercisable("The paper gateway does not lapse options before they expire")
        trades = hub.exchange.settlements.of_exercise(
            position, request["quantity"], hub.clock(), override=bool(request["override"])
        )
    except NotExercisable as error:
        text = f"Error processing request.-'bN' : cause - {error}"
        session.send_error(request["req_id"], 322, text)
        return
    if account is not None:
        hub.exchange.settle(account, trades)


HANDLERS = {
    4: cancel_order,
    5: req_open_orders,
    7: req_executions,
    8: req_ids,
    15: req_auto_open_orders,
    16: req_all_open_orders,
    21: exercise_options,
    58: req_global_cancel,
    99: req_completed_orders,
}
