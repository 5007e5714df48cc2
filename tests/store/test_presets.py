"""The presets of each user, in the user's order."""

from __future__ import annotations

from typing import Any

import pytest
from sqlalchemy import Engine

from store.presets import Presets
from store.users import User, Users
from trading.presets import Preset, parse_presets


def preset(name: str, **more: Any) -> Preset:
    row = {"name": name, "secType": "STK", "orderType": "LMT", "size": 0.1, **more}
    return parse_presets([row])[0]


@pytest.fixture
def presets(engine: Engine) -> Presets:
    return Presets(engine)


@pytest.fixture
def alice(users: Users) -> User:
    return users.add("alice", "a sentence of alice", "viewer")


def test_they_come_back_in_their_order_and_are_replaced_whole(
    presets: Presets, alice: User
) -> None:
    assert presets.of(alice) == []
    kept = [preset("b", stopBy=0.25), preset("a", isDefault=True, algoStrategy="Adaptive")]
    presets.keep(alice, kept)
    assert presets.of(alice) == kept
    presets.keep(alice, kept[1:])
    assert presets.of(alice) == kept[1:]
    presets.keep(alice, [])
    assert presets.of(alice) == []


def test_everybody_has_their_own(presets: Presets, users: Users, alice: User) -> None:
    bob = users.add("bob", "a sentence of bob")
    presets.keep(alice, [preset("mine")])
    presets.keep(bob, [preset("mine", tif="GTC")])
    assert (presets.of(alice), presets.of(bob)) == ([preset("mine")], [preset("mine", tif="GTC")])
