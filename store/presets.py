"""The presets of the order ticket that each user keeps, in the order that the user chose."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import Engine, delete, insert, select

from store.database import locking_transaction, transaction
from store.tables import PRESETS, USERS
from store.users import User
from trading.presets import Preset


class Presets:
    """One list per user. What is kept was parsed before (`trading/presets.py`)."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    def of(self, user: User) -> list[Preset]:
        """In the user's order; empty for who has never kept any."""
        mine = PRESETS.c.user_id == user.user_id
        wanted = select(PRESETS.c.form).where(mine).order_by(PRESETS.c.place)
        with transaction(self._engine) as connection:
            return [Preset.model_validate_json(form) for form in connection.scalars(wanted)]

    def keep(self, user: User, presets: Sequence[Preset]) -> None:
        """Replace the user's list; of two at the same moment one stays whole."""
        rows = [
            {
                "user_id": user.user_id,
                "place": place,
                "name": one.name,
                "form": one.model_dump_json(by_alias=True),
            }
            for place, one in enumerate(presets)
        ]
        with locking_transaction(self._engine) as connection:
            # The user's own row, so that two lists of one user never mix.
            mine = select(USERS.c.user_id).where(USERS.c.user_id == user.user_id)
            connection.execute(mine.with_for_update())
            connection.execute(delete(PRESETS).where(PRESETS.c.user_id == user.user_id))
            if rows:
                connection.execute(insert(PRESETS), rows)
