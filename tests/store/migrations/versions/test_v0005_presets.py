"""The fifth revision: presets of a user, each name once."""

from __future__ import annotations

import pytest
from sqlalchemy import Engine, text

from store.database import StoreError, transaction
from store.users import Users

ROW = "INSERT INTO presets VALUES ({user}, {place}, '{name}', '{{}}')"


@pytest.mark.parametrize(("place", "name"), [(0, "Other"), (1, "Stocks")])
def test_a_place_and_a_name_are_taken_once(
    engine: Engine, users: Users, place: int, name: str
) -> None:
    user = users.add("alice", "a sentence of alice", "viewer").user_id
    with transaction(engine) as connection:
        connection.execute(text(ROW.format(user=user, place=0, name="Stocks")))
    with pytest.raises(StoreError), transaction(engine) as connection:
        connection.execute(text(ROW.format(user=user, place=place, name=name)))


def test_a_preset_is_of_somebody(engine: Engine) -> None:
    with pytest.raises(StoreError), transaction(engine) as connection:
        connection.execute(text(ROW.format(user=99, place=0, name="Stocks")))
