"""Acts of the order script that must be refused: by the desk before TWS hears of it, or by TWS."""

from __future__ import annotations

from checklist import moves
from checklist.findings import LOOK_IN_TWS, Failed
from checklist.stand import Stand
from checklist.steps import Step


def refused(stand: Stand, step: Step) -> str:
    """422 with exactly that sentence, and nothing reaches TWS"""
    return moves.refused(stand, step.sentence, dict(step.order), **step.beside)


def not_json(stand: Stand, step: Step) -> str:
    """400: the body is no JSON; nothing reaches TWS"""
    sent = stand.tap.orders()
    answer = stand.desk.call("POST", "/api/v1/orders", '{"contract": ')
    if answer.status != 400 or stand.tap.orders() != sent:
        raise Failed("Another answer came", LOOK_IN_TWS, str(answer))
    return "400; nothing was sent"


def rejected_by_tws(stand: Stand, step: Step) -> str:
    """TWS says no: rejected, with its code and words; no order is left"""
    answer = moves.placed(stand, step.name, dict(step.order), **step.beside)
    body = answer.body
    if answer.status != 422 or body.get("state") != "rejected" or not body.get("errorCode"):
        if body.get("state") in ("live", "unknown"):
            moves.cancel(stand, step.name)
        raise Failed(f"It was not rejected: {answer}", moves.FIND_IT)
    return f"Rejected with code {body['errorCode']} | {body['errorString']}"
