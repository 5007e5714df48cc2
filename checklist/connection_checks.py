"""What is done for the boxes about the connection and the relay."""

from __future__ import annotations

from checklist import moves
from checklist.asking import Answer, Asker, until
from checklist.findings import Failed
from checklist.stand import LISTED_SECONDS, Stand
from trading.refusals import AGENT_NOT_CONNECTED, NOT_CONNECTED

POSITIONS, PLACE = "/api/ib-connection/positions", "/api/ib-connection/place-order"
READ_SECONDS = 20.0  # the read connection comes back on its own, after the one for orders


def positions_without_tws(stand: Stand) -> str:
    _cut(stand)
    answer = stand.desk.get(POSITIONS)
    return _says(answer, 503, NOT_CONNECTED)


def order_without_tws(stand: Stand) -> str:
    _cut(stand)
    body = stand.body("away", {"orderType": "MKT"}, "outcome")
    answer = stand.desk.post(PLACE, body)
    seen = _says(answer, 503, NOT_CONNECTED)
    if answer.body.get("sent") != "no" or stand.tap.carried(stand.name("away")):
        raise Failed("It is not proven that nothing was sent", detail=str(answer.body))
    return seen


def reconnected(stand: Stand) -> str:
    _cut(stand)
    stand.tap.restore()
    if not stand.is_ready():
        raise Failed("The desk does not come back", detail=stand.why_not_ready())
    stand.can_read(READ_SECONDS)
    stand.positions()
    seen = moves.rests(stand, "back", {"orderType": "LMT", "lmtPrice": "-20%"})
    if stand.tap.carried(stand.name("away")):
        raise Failed("The order of before was sent after all", "Look in TWS and cancel it.")
    return f"Positions are read, and an order works: {seen}"


def without_session(stand: Stand) -> str:
    _, _, nobody = stand.relay()
    relay = Asker(stand.desks.relay_port)
    body = stand.body("nobody", {"orderType": "MKT"}, "outcome")
    answers = [nobody.get(POSITIONS), nobody.post(PLACE, body)]
    for path in ("positions", "place-order"):
        answers.append(relay.post(f"/options/relay/{path}?user_id=checklist", {}))
    if any(answer.status != 401 for answer in answers):
        raise Failed("Somebody without a session got in", detail="; ".join(map(str, answers)))
    _nothing_sent(stand, "nobody")
    return "401 four times, from the desk and from the relay"


def wrong_user(stand: Stand) -> str:
    _, stranger, _ = stand.relay()
    body = stand.body("stranger", {"orderType": "MKT"}, "outcome")
    for answer in (stranger.get(POSITIONS), stranger.post(PLACE, body)):
        _says(answer, 503, AGENT_NOT_CONNECTED)
    named = stranger.get(f"{POSITIONS}?user_id=checklist")
    if named.status != 403:
        raise Failed("Naming another user is not refused", detail=str(named))
    _nothing_sent(stand, "stranger")
    return f'503 "{AGENT_NOT_CONNECTED}" for both; naming another user is 403'


def agent_stopped(stand: Stand) -> str:
    own, _, _ = stand.relay()
    answer = own.get(POSITIONS)
    if answer.status != 200:
        raise Failed("Positions could not be read with the agent running", detail=str(answer))
    stand.programs.stop("agent")
    until(lambda: own.get(POSITIONS).error == AGENT_NOT_CONNECTED, LISTED_SECONDS)
    body = stand.body("no-agent", {"orderType": "MKT"}, "outcome")
    for answer in (own.get(POSITIONS), own.post(PLACE, body)):
        _says(answer, 503, AGENT_NOT_CONNECTED)
    _nothing_sent(stand, "no-agent")
    return f'Positions with the agent; without it 503 "{AGENT_NOT_CONNECTED}" for both'


def _cut(stand: Stand) -> None:
    """TWS goes away for the desk; returns when the desk has noticed."""
    if not stand.tap.is_cut:
        stand.tap.cut()
    until(lambda: not stand.desk.is_there("/readyz"), LISTED_SECONDS)


def _says(answer: Answer, status: int, sentence: str) -> str:
    if (answer.status, answer.error) != (status, sentence):
        raise Failed("Another answer came", detail=str(answer))
    return f'{status} "{sentence}"'


def _nothing_sent(stand: Stand, key: str) -> None:
    if stand.tap.carried(stand.name(key)):
        raise Failed("The order reached TWS all the same", "Look in TWS and cancel it.")


CHECKS = {
    "4.5a": positions_without_tws,
    "4.5b": order_without_tws,
    "4.5c": reconnected,
    "4.6a": without_session,
    "4.6b": wrong_user,
    "4.6c": agent_stopped,
}
