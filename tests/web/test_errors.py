"""Errors: problem+json for programs, a page for people, details of our mistakes for the log."""

from __future__ import annotations

import pytest
from flask import Response

from store.database import DatabaseAway
from tests.web.visitors import Browser, Program, World, data
from trading import refusals
from trading.refusal_forms import STATUSES


def test_every_refusal_has_a_status() -> None:
    tree = set(refusals.TradingError.__subclasses__())
    assert set(STATUSES) == tree


def test_a_problem_has_the_members_of_the_rfc_and_of_the_mission(program: Program) -> None:
    answer = program.get("/api/v1/orders/nobody")
    assert answer.mimetype == "application/problem+json"
    assert data(answer) == {
        "type": "about:blank",
        "title": "Not Found",
        "status": 404,
        "detail": "There is no order of that clientOrderId",
        "error": "There is no order of that clientOrderId",
        "sent": "no",
    }


def test_ibs_own_words_are_beside_ours(world: World, program: Program) -> None:
    world.reader.fails_with = refusals.RejectedByIB("No such thing", code=200, text="No <security>")
    answer = data(program.get("/api/v1/positions"))
    assert (answer["errorCode"], answer["errorString"]) == (200, "No <security>")
    assert answer["error"] == "No such thing"


def test_a_page_that_is_not_there_is_a_page(signed_in: Browser) -> None:
    answer = signed_in.get("/nowhere")
    assert (answer.status_code, answer.mimetype) == (404, "text/html")
    assert "There is no such page" in answer.text


def test_a_mistake_is_named_in_the_log_and_not_shown(
    world: World, program: Program, caplog: pytest.LogCaptureFixture
) -> None:
    world.reader.fails_with = ZeroDivisionError("a secret detail")
    answer = program.get("/api/v1/positions")
    assert answer.status_code == 500
    assert "a secret detail" not in answer.text
    assert "sent" not in data(answer)
    name = data(answer)["error"].rpartition(" ")[2].rstrip(".")
    assert name in caplog.text
    assert "a secret detail" in caplog.text


def test_a_path_cannot_write_a_line_into_the_log(
    world: World, program: Program, caplog: pytest.LogCaptureFixture
) -> None:  # A52
    def fail() -> Response:
        raise ZeroDivisionError

    world.app.view_functions["api.positions"] = fail
    program.get("/api/v1/positions?x=%0a{level:info}")
    assert "\n{level" not in caplog.text


def test_a_database_that_fails_is_said_in_one_sentence(world: World, program: Program) -> None:
    world.engine.dispose()
    world.order_desk.fails_with = DatabaseAway("the disk is full")
    answer = program.post("/api/v1/orders", {"contract": {"symbol": "A"}, "order": {}})
    assert answer.status_code == 422
    answer = program.delete("/api/v1/orders")
    assert (answer.status_code, data(answer)["detail"]) == (503, "the disk is full")


def test_a_missing_token_says_what_to_do(signed_in: Browser) -> None:
    answer = signed_in.client.delete("/api/v1/orders")
    assert data(answer)["error"] == "The CSRF token is missing. Reload the page and try again."


def test_a_page_error_shows_mode_and_never_markup_of_the_request(signed_in: Browser) -> None:
    answer = signed_in.get("/<script>alert(1)</script>")
    assert answer.status_code == 404
    assert "<script>alert" not in answer.text
