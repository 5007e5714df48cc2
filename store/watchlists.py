"""The contracts that each user watches on the desk's page, in the order that the user chose."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import Engine, delete, insert, select

from store.database import StoreError, locking_transaction, transaction
from store.tables import USERS, WATCHLISTS
from store.users import User

MOST_WATCHED = 100
TOO_MANY = f"A watchlist has at most {MOST_WATCHED} contracts"
TWICE = "A watchlist has each contract once"


@dataclass(frozen=True, slots=True)
class Watched:
    """One contract of a watchlist: enough to show it and to ask for its quote."""

    con_id: int
    symbol: str
    sec_type: str
    exchange: str
    currency: str
    description: str


COLUMNS = tuple(WATCHLISTS.c[name] for name in Watched.__slots__)


class Watchlists:
    """One list per user."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    def of(self, user: User) -> list[Watched]:
        """In the user's order; empty for who has never chosen any."""
        wanted = (
            select(*COLUMNS)
            .where(WATCHLISTS.c.user_id == user.user_id)
            .order_by(WATCHLISTS.c.place)
        )
        with transaction(self._engine) as connection:
            return [Watched(*row) for row in connection.execute(wanted)]

    def keep(self, user: User, contracts: Sequence[Watched]) -> None:
        """Replace the user's list; of two at the same moment one stays whole."""
        if len(contracts) > MOST_WATCHED:
            raise StoreError(TOO_MANY)
        if len({one.con_id for one in contracts}) < len(contracts):
            raise StoreError(TWICE)
        rows = [
            {"user_id": user.user_id, "place": place}
            | {name: getattr(one, name) for name in Watched.__slots__}
            for place, one in enumerate(contracts)
        ]
        with locking_transaction(self._engine) as connection:
            # The user's own row, so that two lists of one user never mix.
            mine = select(USERS.c.user_id).where(USERS.c.user_id == user.user_id)
            connection.execute(mine.with_for_update())
            connection.execute(delete(WATCHLISTS).where(WATCHLISTS.c.user_id == user.user_id))
            if rows:
                connection.execute(insert(WATCHLISTS), rows)
