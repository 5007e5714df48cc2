"""Headers that every answer carries."""

from __future__ import annotations

import pytest
from werkzeug.test import TestResponse

from tests.web.visitors import Browser, Program, World
from web.security import CONTENT_SECURITY_POLICY, HEADERS


def answers(world: World, program: Program, signed_in: Browser) -> list[TestResponse]:
    """One of each kind: page, data, redirect and every family of errors."""
    world.reader.fails_with = ZeroDivisionError()
    stranger = world.visitor()
    return [
        signed_in.get("/"),
        stranger.get("/"),
        stranger.get("/login"),
        stranger.get("/nowhere"),
        stranger.get("/healthz"),
        stranger.get("/", headers={"Host": "evil.example"}),
        program.get("/api/v1/status"),
        program.get("/api/v1/positions"),
        program.post("/api/v1/orders", {}),
        program.call("PUT", "/api/v1/orders"),
        stranger.get("/api/v1/status"),
        stranger.get("/static/nothing.js"),
    ]


def test_every_answer_carries_them(world: World, program: Program, signed_in: Browser) -> None:
    seen = answers(world, program, signed_in)
    assert {a.status_code for a in seen} == {200, 302, 400, 401, 404, 405, 422, 500}
    for answer in seen:
        assert dict(HEADERS).items() <= dict(answer.headers).items()


def test_scripts_frames_and_forms_are_ours_only() -> None:  # A57
    for rule in ("default-src 'none'", "script-src 'self'", "frame-ancestors 'none'"):
        assert rule in CONTENT_SECURITY_POLICY
    assert "unsafe" not in CONTENT_SECURITY_POLICY


@pytest.mark.parametrize("path", ["/", "/login", "/api/v1/positions", "/api/v1/nothing"])
def test_pages_and_data_are_never_kept(signed_in: Browser, path: str) -> None:
    assert signed_in.get(path).headers["Cache-Control"] == "no-store"


def test_static_files_are_kept_for_a_minute_and_checked(world: World) -> None:
    visitor = world.visitor()
    with visitor.get("/static/styles/desk.css") as first:
        assert "max-age=60" in first.headers["Cache-Control"]
        headers = {"If-None-Match": first.headers["ETag"]}
    with visitor.get("/static/styles/desk.css", headers=headers) as again:
        assert again.status_code == 304


def test_https_is_remembered_only_when_it_is_used(world: World) -> None:
    visitor = world.visitor()
    assert "Strict-Transport-Security" not in visitor.get("/login").headers
    secure = visitor.get("/login", base_url="https://localhost")
    assert "Strict-Transport-Security" in secure.headers
