"""The pages for people."""

from __future__ import annotations

import re

from tests.web.visitors import BODY, PASSWORD, Browser, World, data


def test_the_desk_shows_mode_account_and_user(signed_in: Browser) -> None:
    page = signed_in.get("/").text
    for part in ("PAPER", "DU1000001", "alice", "Version 0.1.0"):
        assert part in page


def test_every_page_carries_the_token(signed_in: Browser) -> None:
    for path in ("/", "/login", "/nowhere"):
        assert re.search(r'<meta name="csrf-token" content="[^"]{20,}">', signed_in.get(path).text)


def test_the_token_of_the_page_works_for_the_api(world: World, signed_in: Browser) -> None:
    found = re.search(r'<meta name="csrf-token" content="([^"]+)">', signed_in.get("/").text)
    assert found is not None
    headers = {"X-CSRFToken": found[1]}
    assert signed_in.client.delete("/api/v1/orders", headers=headers).status_code == 200


def test_a_stranger_does_not_learn_the_account(world: World) -> None:
    assert "DU1000001" not in world.visitor().get("/login").text


def test_the_page_stays_up_while_tws_is_away(world: World, signed_in: Browser) -> None:
    world.reader.fails_with = ZeroDivisionError()
    world.order_desk.reasons = ["IB not connected"]
    assert signed_in.get("/").status_code == 200


def test_nothing_of_the_page_is_inline(signed_in: Browser) -> None:
    page = signed_in.get("/").text
    assert not re.search(r"<script(?![^>]*\bsrc=)", page)
    assert not re.search(r"\son\w+=|style=", page)


def test_the_page_of_an_order_names_it_and_is_not_inline(world: World, signed_in: Browser) -> None:
    key = data(world.program().post("/api/v1/orders", BODY))["clientOrderId"]
    answer = signed_in.get(f"/orders/{key}")
    assert answer.status_code == 200
    assert f'data-key="{key}"' in answer.text
    assert not re.search(r"<script(?![^>]*\bsrc=)|\son\w+=|style=", answer.text)


def test_an_order_that_does_not_exist_has_no_page(signed_in: Browser) -> None:
    for name in ("nobody", "a b", "%2e%2e"):
        assert signed_in.get(f"/orders/{name}").status_code == 404


def test_only_approvers_get_the_freeze_switch(world: World, signed_in: Browser) -> None:
    assert 'id="freeze-switch"' in signed_in.get("/").text
    world.users.add("carol", PASSWORD, "approver")
    page = world.browser("carol").get("/").text
    assert 'id="freeze-switch"' in page
    assert 'id="kill"' not in page
    world.users.add("bob", PASSWORD, "trader")
    page = world.browser("bob").get("/").text
    assert 'id="freeze-switch"' not in page
    assert 'id="kill"' not in page
    assert 'id="flatten"' in page
