"""Who may place live orders, beyond role and scope: what the admins of the desk have decided.

It concerns new risk on a live account only. Cancels, exits and paper accounts never ask here.
"""

from __future__ import annotations

from sqlalchemy import Engine, insert, select, update

from store.database import locking_transaction, transaction
from store.second_factor import SecondFactor
from store.tables import DESK_RULES
from store.users import User

NEEDS_SECOND_FACTOR = "live_needs_second_factor"
NOT_ALLOWED = "Your administrator has not allowed live orders for you."
SWITCH_ON = "Live orders need a second factor on this desk. Switch it on under your account."


class LiveRule:
    """The rule of one database."""

    def __init__(self, engine: Engine, second_factor: SecondFactor) -> None:
        self._engine, self._second_factor = engine, second_factor

    def refusal(self, user: User) -> str | None:
        """Why this user may not place a live order now, as a sentence; None when it may."""
        if not user.may_trade_live:
            return NOT_ALLOWED
        if self.needs_second_factor() and not self._second_factor.is_on(user):
            return SWITCH_ON
        return None

    def needs_second_factor(self) -> bool:
        with transaction(self._engine) as connection:
            wanted = select(DESK_RULES.c.is_on).where(DESK_RULES.c.name == NEEDS_SECOND_FACTOR)
            return bool(connection.execute(wanted).scalar())

    def set_needs_second_factor(self, is_on: bool) -> None:
        named = DESK_RULES.c.name == NEEDS_SECOND_FACTOR
        with locking_transaction(self._engine) as connection:
            changed = connection.execute(update(DESK_RULES).where(named).values(is_on=is_on))
            if not changed.rowcount:
                values = {"name": NEEDS_SECOND_FACTOR, "is_on": is_on}
                connection.execute(insert(DESK_RULES).values(**values))
