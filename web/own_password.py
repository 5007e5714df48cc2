"""Whoever is signed in types the password once more: to change it, or to change where orders go."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from flask import request

from store.database import StoreError
from store.passwords import refuse_weak
from store.users import User
from web import last_sign_in
from web.audit_trail import note
from web.auth import open_session
from web.desk import current_desk
from web.sign_in import NOT_ALIKE, TOO_OFTEN

WRONG_PASSWORD = "The present password is wrong."


@dataclass(frozen=True, slots=True)
class Denied:
    """Why not; `seconds` to wait when it was tried too often."""

    sentence: str
    seconds: int = 0


def denied(user: User, password: str) -> Denied | None:
    """None when it is the user's password. Guessing gets slow, as at the sign-in."""
    desk, address = current_desk(), request.remote_addr or ""
    seconds = desk.sign_in_limits.take(user.name, address)
    if seconds:
        return Denied(TOO_OFTEN.format(seconds=seconds), seconds)
    if desk.users.verify(user.name, password) is None:
        return Denied(WRONG_PASSWORD)
    desk.sign_in_limits.give_back(user.name, address)
    return None


def change(user: User, form: Mapping[str, str]) -> Denied | None:
    """`old`, `password` and `again` of a form; None when it is changed. Other sessions end."""
    why_not = denied(user, form.get("old", ""))
    if why_not:
        if not why_not.seconds:
            note("password changed", user.name, "wrong present password")
        return why_not
    new = form.get("password", "")
    if new != form.get("again", ""):
        return Denied(NOT_ALIKE)
    try:
        refuse_weak(new, user.name)
    except StoreError as error:
        return Denied(f"{error}.")
    before = last_sign_in.kept()
    current_desk().users.set_password(user.name, new)
    note("password changed", user.name)
    open_session(user)  # it ended with all the others
    if before:
        last_sign_in.keep(before)
    return None
