"""Checks about the desk and TWS: could anything be heard about the order at all?

Each check is pure. What cannot be judged is said so (`ok` is None); nothing is guessed.
"""

from __future__ import annotations

from trading.statuses import FINAL
from trading.why_parts import Case, Check, ended

STUCK_SECONDS = 2.0  # a healthy loop ticks several times a second
# Two questions for the time without an answer find a frozen TWS within 4 + 3 + 3 seconds.
SILENT_SECONDS = 12.0
PLACES = {"tws": "hand in TWS", "elsewhere": "another program"}
RESTART = "Restart the desk. Orders that IB has stay as they are."


def thread_runs(case: Case) -> Check:
    name, is_alive = "The order thread runs", case.around.is_thread_alive
    if is_alive is None:
        return Check(name, None, "This desk does not watch the order thread.")
    if is_alive:
        return Check(name, True, "The OrderHandler's thread runs.")
    return Check(name, False, "The OrderHandler's thread has ended: nobody hears TWS.", RESTART)


def loop_turns(case: Case) -> Check:
    name, seconds = "Its loop turns", case.around.seconds_since_tick
    if seconds is None:
        return Check(name, None, "This desk does not watch the order thread's loop.")
    if seconds < STUCK_SECONDS:
        return Check(name, True, f"It came round {seconds:.1f} s ago.")
    return Check(
        name, False, f"The order loop stands still since {seconds:.0f} s: messages wait.", RESTART
    )


def is_connected(case: Case) -> Check:
    name, around = "The order connection is up", case.around
    if around.state == "connected":
        return Check(name, True, f"Connected with clientId {around.client_id}.")
    why = f": {ended(around.reason)}" if around.reason else "."
    return Check(
        name,
        False,
        f"The order connection (clientId {around.client_id}) is {around.state}{why} "
        "What is shown here is the last word before that.",
        "It connects again by itself, then asks TWS about every order.",
    )


def tws_talks(case: Case) -> Check:
    name, seconds = "TWS talks", case.around.seconds_since_message
    if seconds is None or case.around.state != "connected":
        return Check(name, None, "Without a connection this cannot be judged.")
    if seconds <= SILENT_SECONDS:
        return Check(name, True, f"Its last message came {seconds:.0f} s ago.")
    return Check(
        name,
        False,
        f"TWS is connected and has said nothing for {seconds:.0f} s, though it is asked for the "
        "time every few seconds.",
        "Look at TWS: a dialog may be open, or it hangs. The desk connects again by itself.",
    )


def link_is_up(case: Case) -> Check:
    name, link = "TWS is linked to IB", case.around.broker_link
    if link == "up":
        return Check(name, True, "TWS has its link to IB.")
    if link != "down":
        return Check(name, None, "Without a connection this cannot be judged.")
    return Check(
        name,
        False,
        "TWS has lost its link to IB (code 1100): orders and news wait until it is back.",
        "TWS restores the link by itself; look at its network when that takes minutes.",
    )


def orders_are_read(case: Case) -> Check:
    name = "TWS has listed its orders"
    if case.around.has_read_orders:
        return Check(name, True, "The desk has compared its orders with TWS's list.")
    return Check(
        name,
        False,
        "TWS has not listed its orders yet, so where this one stands is not known.",
        "The list is asked for right after the connection; wait for it.",
    )


def journal_works(case: Case) -> Check:
    name, failure = "The journal can be written", case.around.journal_failure
    if failure is None:
        return Check(name, True, "The last write of the journal succeeded.")
    return Check(
        name,
        False,
        f"{ended(failure)} No order leaves before it is saved.",
        "Free the disk or repair the file; it is tried every second.",
    )


def was_placed_by_handler(case: Case) -> Check:
    name, order = "The OrderHandler placed it", case.order
    if case.is_own:
        how = f"clientId {order['clientId']}, orderId {order['orderId']}"
        found = f"It went through the OrderHandler ({how})." if order["orderId"] else "It will."
        return Check(name, True, found)
    if order["origin"] == "desk":
        return Check(name, None, "It bears this desk's mark, and was found at TWS.")
    who = PLACES.get(order["origin"], f"another program ({order['origin']})")
    found = f"It was placed by {who}: TWS does not push its changes to this desk."
    if case.state in FINAL:
        return Check(name, None, found)
    next_step = "It is asked for every 10 s. Change or cancel it where it was placed."
    return Check(name, False, found, next_step)


def client_ids_differ(case: Case) -> Check:
    name, one, two = "Two client ids", case.around.read_client_id, case.around.client_id
    if one != two:
        return Check(name, True, f"{one} reads, {two} orders.")
    return Check(
        name,
        False,
        f"Both connections use clientId {one}: TWS accepts only one of them.",
        "Set IB_CLIENT_ID; orders use the next number.",
    )


def sleep_is_over(case: Case) -> Check:
    name, around = "The sleep workaround is there and over", case.around
    if around.is_paper is None:
        return Check(name, None, "TWS has not named its account yet.")
    if not around.is_paper:
        return Check(name, True, "A live account needs none.")
    if not around.sleep_seconds:
        return Check(
            name,
            False,
            "PAPER_SLEEP is 0: a paper account's outcome may be judged too early.",
            "Set PAPER_SLEEP=1,2,1.",
        )
    if around.seconds_since_sent is None:
        return Check(name, True, "It begins when the order has left.")
    left = around.sleep_seconds - around.seconds_since_sent
    if left <= 0:
        return Check(name, True, f"It is there ({around.sleep_seconds:g} s) and over.")
    return Check(
        name,
        False,
        "Paper trading validates slowly: the sleep workaround gives TWS "
        f"{around.sleep_seconds:g} s, and {left:.1f} s of them are left.",
        "Wait for its end before you worry.",
        waits=True,
    )


def farms_work(case: Case) -> Check:
    name, farms = "Data farms", case.around.farms
    broken = [f"{farm.kind} farm {farm.name}" for farm in farms if farm.state == "broken"]
    if not farms:
        return Check(name, None, "TWS has named no data farm yet.")
    if not broken:
        return Check(name, True, f"No farm of {len(farms)} is broken.")
    return Check(
        name,
        False,
        f"Broken: {', '.join(broken)}. Orders that IB's servers trigger may need its prices.",
        "TWS connects to its farms again by itself.",
    )
