"""GET /api/v1/stream over HTTP."""

from __future__ import annotations

import socket
from pathlib import Path

from werkzeug.test import TestResponse

from tests.web.visitors import Browser, Program, World, data
from web.stream_route import is_gone

PATH = "/api/v1/stream"


def opened(program: Program, **headers: str) -> TestResponse:
    return program.call("GET", PATH, headers=headers, buffered=False)


def first_chunk(answer: TestResponse) -> str:
    return next(answer.iter_encoded()).decode()


def test_the_stream_greets_with_mode_and_account(program: Program) -> None:
    answer = opened(program)
    assert answer.mimetype == "text/event-stream"
    assert answer.headers["X-Accel-Buffering"] == "no"
    assert answer.headers["Cache-Control"] == "no-store"
    text = first_chunk(answer)
    assert text.startswith("id: b3f1-0\nevent: hello\n")
    assert '"mode":"paper","account":"DU1000001","reset":true' in text
    answer.close()


def test_a_browser_may_open_it_with_its_cookie(signed_in: Browser) -> None:
    answer = signed_in.client.get(PATH, buffered=False)
    assert answer.status_code == 200
    answer.close()


def test_the_last_event_id_continues_the_stream(world: World, program: Program) -> None:
    world.stream.publish("order", {"n": 1})
    answer = opened(program, **{"Last-Event-ID": "b3f1-0"})
    assert '"reset":false' in first_chunk(answer)
    answer.close()


def test_a_new_stream_of_a_page_names_the_last_event_in_its_address(
    world: World, program: Program
) -> None:
    world.stream.publish("order", {"n": 1})
    newest = world.stream.last_event_id
    for headers, is_reset in (({}, "false"), ({"Last-Event-ID": "gone-1"}, "true")):
        path = f"{PATH}?lastEventId={newest}"
        answer = program.call("GET", path, headers=headers, buffered=False)
        assert f'"reset":{is_reset}' in first_chunk(answer)  # the header is the newer one
        answer.close()


def test_one_page_too_many_is_told_when_to_come_back(tmp_path: Path) -> None:
    world = World(tmp_path / "small", {"MAX_STREAMS": "1"})
    program = world.program("read")
    first = opened(program)
    refused = program.get(PATH)
    assert (refused.status_code, refused.headers["Retry-After"]) == (503, "3")
    assert data(refused)["error"] == "All 1 live streams are in use."
    first.close()
    second = opened(program)
    assert second.status_code == 200
    second.close()
    world.close()


def test_a_page_that_goes_away_frees_its_place(world: World, program: Program) -> None:
    answer = opened(program)
    assert world.stream.open_pages == 1
    answer.close()
    assert world.stream.open_pages == 0


def test_head_takes_no_place(world: World, program: Program) -> None:
    assert program.call("HEAD", PATH).status_code == 405
    assert world.stream.open_pages == 0


def test_a_revoked_key_ends_its_stream(world: World, program: Program) -> None:
    answer = opened(program)
    first_chunk(answer)
    world.desk.keys.revoke(program.key[:12])
    assert list(answer.response) == []
    assert world.stream.open_pages == 0


def test_a_connection_that_was_closed_is_noticed() -> None:
    ours, theirs = socket.socketpair()
    assert not is_gone(ours)
    theirs.send(b"a pipelined request")
    assert not is_gone(ours)
    ours.recv(100)
    theirs.close()
    assert is_gone(ours)
    ours.close()
    assert is_gone(ours)


def test_without_a_connection_to_look_at_nobody_is_gone() -> None:
    assert not is_gone(None)
