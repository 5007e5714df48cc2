"""The pages for people."""

from __future__ import annotations

import re

from tests.web.visitors import Browser, World


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
