"""Drills: switches that make the paper gateway misbehave as real ones have been seen to.

May not act: the exchange, the sessions and the server read these switches. ``apply`` takes what a
test or the control port asks for, as plain values. What happens once, at the moment it is asked
for (a notice, a cut socket, a broken frame), is a command: see the commands module.
"""

from collections.abc import Callable
from copy import copy
from dataclasses import dataclass, field, fields
from typing import Any, Literal, get_args

from paper_gateway.requests import LAYOUTS

Moment = Literal["", "before", "after"]
Login = Literal["", "silent", "close_after_start", "no_answer"]
WhatIf = Literal["", "silent", "only_10349", "empty_margins", "warning_first"]
BadText = Literal["", "control", "not_utf8", "markup"]
DataAccess = Literal["", "delayed", "part", "none"]
DATA_REFUSALS = (354, 10089, 10168, 10186)

# The message that ends each kind of list; ``omit_ends`` takes these names.
END_MESSAGES = {
    "contractDetails": 52,
    "openOrders": 53,
    "accountUpdates": 54,
    "executions": 55,
    "tickSnapshot": 57,
    "positions": 62,
    "accountSummary": 64,
    "positionsMulti": 72,
    "accountUpdatesMulti": 74,
    "optionParameters": 76,
    "completedOrders": 102,
}


@dataclass(slots=True)
class Drills:
    """The switches. Counts run down to zero; everything else stays until it is changed."""

    # What happens to an order that arrives

    swallow_orders: int = 0
    """So many coming orders vanish without any answer, as on the real paper server at times."""
    reject_orders: int = 0
    """So many coming orders are rejected with ``reject_code`` and ``reject_text``."""
    reject_modifies: int = 0
    """So many coming changes of working orders are refused alike; the orders stay as they were."""
    reject_code: int = 201
    reject_text: str = "Order rejected - reason:Drill"
    refuse_orders: int = 0
    """So many coming new orders are answered with ``refuse_code`` alone, and not booked."""
    refuse_code: int = 460
    drop_before_order: int = 0
    """So many coming placeOrders cut their client's socket and are never looked at."""
    drop_after_order: int = 0
    """So many coming placeOrders are booked, then the socket is cut before a byte leaves."""
    drop_after_cancel: int = 0
    """So many coming cancels are done, then the socket is cut before a byte leaves."""
    silent_orders: int = 0
    """So many new orders are booked and work, but their client is told nothing about them until it
    asks (for open or completed orders, or executions) or connects again."""
    duplicate_incarnation: int = 0
    """So many coming changes make a second order with a permId of its own beside the first: same
    orderId and orderRef, both working. A cancel reaches the newest that still works."""
    swallow_cancels: int = 0
    """So many coming cancelOrders vanish: nothing is cancelled, nothing is answered."""
    fill_before_cancel: int = 0
    """So many coming cancels of working orders come too late: the order fills, then 10148."""
    fill_after_cancel: int = 0
    """So many coming cancels of working orders are told as done (Cancelled, 202), and half a
    second later the order fills all the same."""
    delay_orders_ms: float = 0.0
    """Every placeOrder and cancel is handled so much later. Messages of a client are handled one
    after the other, also when its socket has gone meanwhile: its client id is in use (326) until
    the last of them is done."""

    # What is told about an order

    tif_notice: Moment = ""
    """10349 for every order, before or after its first openOrder."""
    always_2109: bool = False
    """2109 (outside regular hours ignored) for every order."""
    always_399: bool = False
    """399 (not placed at the exchange before its next opening) before the first openOrder of every
    order, which then says PreSubmitted."""
    notices_before: list[int] = field(default_factory=list)
    """Codes that come for every new order, before its first openOrder; any code will do."""
    notices_after: list[int] = field(default_factory=list)
    """Codes that come for every new order, right after its first orderStatus."""
    warning_after_fill: list[int] = field(default_factory=list)
    """Codes that come for every order after its last commission report."""
    cancel_answers: list[int] = field(default_factory=list)
    """The next cancels are answered with these codes, one each, and cancel nothing."""
    what_if: WhatIf = ""
    """What-if orders: no answer; 10349 and nothing else; all margins unset; a warning first."""

    # Fills

    hold_for_locate: bool = False
    """404: new orders wait with whyHeld ``locate`` until this is switched off."""
    partial_fills: list[float] = field(default_factory=list)
    """Sizes in which every order fills; what is left after them fills last."""
    fill_delay_ms: float | None = None
    """Time between acceptance and fill; None for the gateway's setting."""
    drop_fills: int = 0
    """So many coming fills are booked, but execDetails and commissionReport are not pushed; the
    order's status is, and reqExecutions shows them."""
    drop_statuses: int = 0
    """So many coming orderStatus messages are not pushed; openOrder and execDetails are."""
    drop_commissions: int = 0
    """So many coming commission reports are not pushed; reqExecutions shows them."""
    commission_delay_ms: float = 0.0
    """Every pushed commission report comes so much later."""

    # Requests and their answers

    read_only: bool = False
    """Orders and reqOpenOrders are answered with 321."""
    answer_requests_with: dict[str, int] = field(default_factory=dict)
    """Requests by IB's name (``reqContractDetails``) that are answered with this code alone."""
    omit_ends: list[str] = field(default_factory=list)
    """Lists (names of END_MESSAGES) whose end message never comes."""
    drop_mid_positions: int = 0
    """So many coming reqPositions are answered with one row, then the socket is closed."""
    position_update_mid_snapshot: bool = False
    """reqPositions: the first position comes with an old size, and again with its own at the end
    of the list, as when it changes while the list is sent."""
    secdef_broken: bool = False
    """The security-definition farm is down (2157, also to whoever connects): questions about
    contracts, and data without a conId, are answered with 200. Switched off: 2158."""
    missing_definitions: int = 0
    """One strike of every so many is not there: contract details leave it out, and asked for by
    itself it is 200. 0: none is missing."""
    refuse_wildcards: int = 0
    """Contract details of options without a strike are answered with this code, as 200 or 322."""
    bad_text: BadText = ""
    """What stands in every long name and error text: control bytes, bytes that are not UTF-8, or
    an HTML tag."""

    # Market data

    data_access: DataAccess = ""
    """What this user has subscribed: everything; ``delayed``: delayed data alone, for who asks for
    it (otherwise ``data_refusal``); ``part``: 10090, and no quotes; ``none``: ``data_refusal``."""
    data_refusal: int = 354
    """354, 10089, 10168 or 10186: how a request for data that is not subscribed is refused."""
    competing_session: bool = False
    """Somebody else uses the same user's data: 10197 for every line. Switched off, they go on."""
    data_lines: int = 100
    """So many market-data lines for all clients together; 101 beyond. A twentieth of them may be
    tick-by-tick (10190)."""
    data_silent: bool = False
    """The market-data farm says nothing: no ticks, and snapshots do not end."""
    history_pacing: bool = False
    """Requests for history that come too fast are refused, by IB's documented rules (162)."""

    # The session

    next_valid_id_offset: int = 0
    """nextValidId is announced so much higher (or, negative, lower) than it is."""
    login: Login = ""
    """``silent``: sockets open but nobody greets. ``close_after_start``: closed after startApi, as
    for an untrusted address. ``no_answer``: startApi is read, but accounts and ids do not come.
    Switched off, who waits is served."""
    hold_client_id_seconds: float = 0.0
    """A closed connection keeps its client id so long: 326 for whoever comes back."""
    link_down: bool = False
    """TWS has lost IB: tells 1100, and 2110 to whoever connects meanwhile; orders, changes and
    cancels wait. Switched off, it tells ``link_notice`` and does what has waited. Fills go on and
    are told."""
    link_notice: int = 1102
    """1102, or 1101: then market-data subscriptions are lost."""
    pacing_limit: int = 0
    """Messages per second above this are refused with 100; the third ends the session. 0: none."""

    # The socket

    freeze: bool = False
    """Nothing is read or answered; all sockets stay open."""
    slow_ms: float = 0.0
    """Every message takes so long to be handled, one after the other."""
    chunk_bytes: int = 0
    """Output leaves in pieces of so many bytes, one write each. 0: whole."""


class DrillError(ValueError):
    """A drill that does not exist, or a value that it cannot take."""


def apply(drills: Drills, changes: dict[str, Any]) -> None:
    """Set switches by name. All of them or, on DrillError, none."""
    check(changes)
    for name, value in changes.items():
        # A list that runs down must not run down in the caller's hands.
        setattr(drills, name, copy(value))


def check(changes: dict[str, Any]) -> None:
    """Raises DrillError for an unknown name or a value that the drill cannot take."""
    for name, value in changes.items():
        if name not in _FIELDS:
            raise DrillError(f"there is no drill named {name}")
        if not _fits(name, value):
            raise DrillError(f"{name} cannot be {value!r}")


def defaults() -> dict[str, Any]:
    """Every switch as a fresh gateway has it."""
    fresh = Drills()
    return {name: getattr(fresh, name) for name in _FIELDS}


def is_integer(value: object, lowest: int = -(2**31)) -> bool:
    """A 32-bit integer. A bool is an int for Python, not for a drill."""
    return type(value) is int and lowest <= value < 2**31


def _is_count(value: object) -> bool:
    return is_integer(value, 0)


def _is_size(value: object) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool) and 0 <= value < 1e12


def _one_of(words: Any) -> Callable[[Any], bool]:
    return lambda value: isinstance(value, str) and value in get_args(words)


def _list_of(fits: Callable[[Any], bool]) -> Callable[[Any], bool]:
    return lambda value: isinstance(value, list) and all(map(fits, value))


def _is_answers(value: Any) -> bool:
    return isinstance(value, dict) and all(
        name in _REQUEST_NAMES and is_integer(code, 1) for name, code in value.items()
    )


_FIELDS = tuple(each.name for each in fields(Drills))
_REQUEST_NAMES = {layout.name for layout in LAYOUTS.values()}
_BY_TYPE: dict[type, Callable[[Any], bool]] = {
    bool: lambda value: isinstance(value, bool),
    int: _is_count,
    float: _is_size,
    str: lambda value: isinstance(value, str),
    list: _list_of(lambda value: is_integer(value, 1)),
}
_BY_NAME: dict[str, Callable[[Any], bool]] = {
    "tif_notice": _one_of(Moment),
    "login": _one_of(Login),
    "what_if": _one_of(WhatIf),
    "bad_text": _one_of(BadText),
    "data_access": _one_of(DataAccess),
    "data_refusal": lambda value: is_integer(value) and value in DATA_REFUSALS,
    "omit_ends": _list_of(lambda name: isinstance(name, str) and name in END_MESSAGES),
    "partial_fills": _list_of(lambda size: _is_size(size) and size > 0),
    "answer_requests_with": _is_answers,
    "fill_delay_ms": lambda value: value is None or _is_size(value),
    "next_valid_id_offset": is_integer,
    "link_notice": lambda value: is_integer(value) and value in {1101, 1102},
}


def _fits(name: str, value: object) -> bool:
    fits = _BY_NAME.get(name) or _BY_TYPE[type(getattr(Drills(), name))]
    return fits(value)
