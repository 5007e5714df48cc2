"""The fourth revision: one contract at each place of a user's list."""

from __future__ import annotations

import pytest
from sqlalchemy import Engine, text

from store.database import StoreError, transaction
from store.users import Users

ROW = "INSERT INTO watchlists VALUES ({user}, 0, 265598, 'AAPL', 'STK', 'SMART', 'USD', '')"


def test_a_place_holds_one_contract(engine: Engine, users: Users) -> None:
    user = users.add("alice", "a sentence of alice", "viewer").user_id
    with transaction(engine) as connection:
        connection.execute(text(ROW.format(user=user)))
    with pytest.raises(StoreError), transaction(engine) as connection:
        connection.execute(text(ROW.format(user=user)))


def test_a_list_is_of_somebody(engine: Engine) -> None:
    with pytest.raises(StoreError), transaction(engine) as connection:
        connection.execute(text(ROW.format(user=99)))
