"""Presets over the API: one's own, whole, kept in a browser or by an admin's key."""

from __future__ import annotations

from typing import Any

import pytest

from tests.web.visitors import Browser, World, data
from web.openapi.preset_operations import PRESET

PRESETS = "/api/v1/presets"
OPTIONS = PRESET | {"name": "Options", "secType": "OPT", "size": 2}


def put(caller: Any, *presets: Any) -> Any:
    return caller.call("PUT", PRESETS, json={"presets": list(presets)})


def test_they_are_kept_in_their_order(signed_in: Browser) -> None:
    assert data(signed_in.get(PRESETS)) == {"presets": []}
    assert data(put(signed_in, OPTIONS, PRESET)) == {"presets": [OPTIONS, PRESET]}
    assert data(signed_in.get(PRESETS)) == {"presets": [OPTIONS, PRESET]}
    assert data(put(signed_in)) == {"presets": []}


def test_they_are_the_callers_own(world: World, signed_in: Browser) -> None:
    put(signed_in, PRESET)
    world.people.users.add("bob", "a sentence of bob", "trader")
    bob = Browser(world.visitor())
    bob.sign_in("bob", "a sentence of bob")
    assert data(bob.get(PRESETS))["presets"] == []
    assert data(put(bob, OPTIONS))["presets"] == [OPTIONS]
    assert data(signed_in.get(PRESETS))["presets"] == [PRESET]


@pytest.mark.parametrize(("scope", "status"), [("read", 403), ("trade", 403), ("admin", 200)])
def test_a_key_changes_them_with_the_scope_admin_only(
    world: World, scope: str, status: int
) -> None:
    assert put(world.program(scope), PRESET).status_code == status


def test_a_refusal_names_the_field_and_leaves_what_is_kept(signed_in: Browser) -> None:
    put(signed_in, PRESET)
    answer = put(signed_in, OPTIONS, PRESET | {"tif": "HOPE"})
    assert answer.status_code == 422
    assert data(answer)["errors"][0]["pointer"] == "/presets/1/tif"
    assert data(signed_in.get(PRESETS))["presets"] == [PRESET]
