"""When and from where somebody signed in before, shown so that a stranger's sign-in is noticed."""

from __future__ import annotations

from typing import TypedDict, cast

from flask import session

from web.desk import current_desk

KEPT = "last_sign_in"
# How far back failed tries are counted.
LOOKED_AT = 50


class LastSignIn(TypedDict):
    """`time` is ISO text and empty at the first sign-in; `failed`: tries since then."""

    time: str
    address: str
    failed: int


def of(name: str) -> LastSignIn:
    """What the audit log tells about the sign-ins of this user so far."""
    failed = 0
    for entry in current_desk().people.audit.newest(LOOKED_AT, who=name, what="sign-in"):
        if entry.outcome == "ok":
            return {"time": entry.time, "address": entry.address, "failed": failed}
        failed += 1
    return {"time": "", "address": "", "failed": failed}


def keep(found: LastSignIn) -> None:
    """Remember it in the browser's own session."""
    session[KEPT] = found


def kept() -> LastSignIn | None:
    """What was remembered when this browser signed in."""
    return cast("LastSignIn | None", session.get(KEPT))
