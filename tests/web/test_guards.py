"""The door: the attacks that must end here."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.web.visitors import BODY, Browser, Program, World, code, data
from web.desk import Desk
from web.guards import FACTOR_FIRST, known_hosts

API = "/api/v1"
MISSION = "/api/ib-connection"


def test_a_page_leads_to_the_sign_in_page_and_back(world: World) -> None:
    answer = world.visitor().get("/?symbol=AAPL")
    assert (answer.status_code, answer.location) == (302, "/login?next=/?symbol%3DAAPL")


def test_an_unknown_page_is_not_found_and_an_unknown_api_path_is_closed(world: World) -> None:
    assert world.visitor().get("/nowhere").status_code == 404
    assert world.visitor().get("/api/v1/nowhere").status_code == 401
    assert world.program().get("/api/v1/nowhere").status_code == 404


@pytest.mark.parametrize(
    "host", ["evil.example", "127.0.0.1.evil.example", "localhost.evil.example"]
)
@pytest.mark.parametrize(
    "path", ["/", "/login", f"{API}/status", "/healthz", "/static/styles/desk.css"]
)
def test_another_host_name_is_refused(world: World, host: str, path: str) -> None:  # A48
    assert world.visitor().get(path, headers={"Host": host}).status_code == 400


@pytest.mark.parametrize(
    "host", ["localhost", "LOCALHOST:5000", "127.0.0.1:80", "[::1]:5000", "10.0.0.7:80"]
)
def test_the_desks_own_names_and_addresses_are_answered(world: World, host: str) -> None:
    assert world.visitor().get("/healthz", headers={"Host": host}).status_code == 200


def test_the_host_of_bind_is_known() -> None:
    assert "desk.lan" in known_hosts("Desk.lan")


@pytest.mark.attack("A43")
@pytest.mark.parametrize("query", ["api_key=abc", "APIKEY=abc", "access_token=abc", "x=ibk_abc"])
def test_a_key_in_the_address_is_refused(
    world: World, program: Program, query: str, caplog: pytest.LogCaptureFixture
) -> None:
    answer = program.get(f"{API}/positions?{query}")
    assert answer.status_code == 400
    assert "Revoke the key" in data(answer)["error"]
    assert "revoke it" in caplog.text
    assert "abc" not in caplog.text


@pytest.mark.attack("A35")
@pytest.mark.parametrize("query", ["user_id=victim", "user_id=alice&user_id=victim", "user_id="])
def test_another_users_id_in_the_query_is_refused(world: World, query: str) -> None:
    program = world.program()
    for path in (f"{API}/positions", f"{MISSION}/positions"):
        assert program.get(f"{path}?{query}").status_code == 403
    assert program.post(f"{MISSION}/place-order?{query}", BODY).status_code == 403
    assert (world.reader.asked, world.order_desk.submitted) == ([], [])


def test_the_own_user_id_in_the_query_is_fine(program: Program) -> None:
    assert program.get(f"{MISSION}/positions?user_id=alice").status_code == 200


@pytest.mark.attack("A36")
@pytest.mark.parametrize("header", ["X-User-Id", "X-Forwarded-User", "Remote-User"])
def test_a_header_that_names_a_user_is_ignored(world: World, header: str) -> None:
    answer = world.visitor().get(f"{API}/status", headers={header: "alice"})
    assert answer.status_code == 401
    mine = world.program().call("GET", f"{API}/status", headers={header: "victim"})
    assert data(mine)["user"] == {"name": "alice"}


def test_a_form_of_another_site_is_refused(world: World, signed_in: Browser) -> None:  # A24
    answer = signed_in.client.post(f"{API}/orders", data={"order": "x"})
    assert answer.status_code == 403
    assert world.order_desk.submitted == []


def test_json_sent_as_text_is_refused(world: World, signed_in: Browser) -> None:  # A25
    bare = signed_in.client.post(f"{API}/orders", data="{}", content_type="text/plain")
    assert bare.status_code == 403
    typed = signed_in.call("POST", f"{API}/orders", data="{}", content_type="text/plain")
    assert typed.status_code == 415
    assert world.order_desk.submitted == []


@pytest.mark.parametrize(
    "headers",
    [
        {"Origin": "null"},
        {"Origin": "http://evil.localhost"},
        {"Origin": "http://localhost.evil.example"},
        {"Origin": "http://localhost:1"},
        {"Origin": ""},
        {"Sec-Fetch-Site": "cross-site"},
        {"Sec-Fetch-Site": "same-site"},
    ],
)
def test_a_foreign_origin_is_refused_even_with_the_token(
    world: World, signed_in: Browser, headers: dict[str, str]
) -> None:  # A26
    answer = signed_in.call("POST", f"{API}/orders", json=BODY, headers=headers)
    assert answer.status_code == 403
    assert world.order_desk.submitted == []


def test_our_own_origin_passes(signed_in: Browser) -> None:
    headers = {"Origin": "http://localhost", "Sec-Fetch-Site": "same-origin"}
    answer = signed_in.call("POST", f"{API}/orders", json=BODY, headers=headers)
    assert answer.status_code == 201


def test_a_key_beside_a_cookie_does_not_replace_the_token(world: World, signed_in: Browser) -> None:
    headers = {"Authorization": f"Bearer {world.program().key}"}
    answer = signed_in.client.post(f"{API}/orders", json=BODY, headers=headers)
    assert answer.status_code == 403


@pytest.mark.parametrize("method", ["PUT", "PATCH"])
@pytest.mark.parametrize("path", [f"{API}/orders", f"{MISSION}/place-order"])
def test_other_methods_are_not_allowed_on_order_routes(
    program: Program, method: str, path: str
) -> None:  # A27
    answer = program.call(method, path)
    assert answer.status_code == 405
    assert "POST" in answer.headers["Allow"]


@pytest.mark.parametrize("method", ["GET", "HEAD"])
def test_an_order_is_not_placed_by_reading(world: World, program: Program, method: str) -> None:
    assert program.call(method, f"{MISSION}/place-order").status_code == 405
    assert program.call(method, f"{API}/orders").status_code == 200
    assert world.order_desk.submitted == []


@pytest.mark.parametrize("method", ["OPTIONS", "TRACE"])
@pytest.mark.parametrize("path", ["/", f"{API}/orders", "/login", "/static/styles/desk.css"])
def test_options_and_trace_are_not_allowed(program: Program, method: str, path: str) -> None:  # A58
    answer = program.call(method, path, headers={"Origin": "https://evil.example"})
    assert answer.status_code == 405
    assert not any(name.startswith("Access-Control") for name, _ in answer.headers)


@pytest.mark.parametrize("path", ["../config.py", "..%2fconfig.py", "%2e%2e/.env", "/etc/passwd"])
def test_static_serves_nothing_from_outside(world: World, path: str) -> None:  # A50
    answer = world.visitor().get(f"/static/{path}", follow_redirects=True)
    assert answer.status_code == 404


def test_metrics_are_open_on_this_machine_only(world: World) -> None:
    elsewhere = {"REMOTE_ADDR": "10.0.0.9"}
    visitor, program = world.visitor(), world.program("read")
    assert visitor.get("/metrics").status_code == 200
    assert visitor.get("/metrics", environ_overrides=elsewhere).status_code == 401
    proxied = visitor.get("/metrics", headers={"X-Forwarded-For": "127.0.0.1"})
    assert proxied.status_code == 401
    assert program.call("GET", "/metrics", environ_overrides=elsewhere).status_code == 200


def test_a_desk_bound_to_every_address_answers_to_addresses(tmp_path: Path) -> None:
    world = World(tmp_path / "other", {"BIND": "0.0.0.0:5000"})
    assert world.visitor().get("/healthz", headers={"Host": "192.168.1.5:5000"}).status_code == 200
    assert world.visitor().get("/healthz", headers={"Host": "evil.example"}).status_code == 400
    world.close()


@pytest.fixture
def strict(tmp_path: Path) -> Iterator[World]:
    """A desk that asks everybody for a second factor; an order is known there."""
    world = World(tmp_path / "strict", {"REQUIRE_TOTP": "always"})
    world.order_desk.knows("known", "live")
    yield world
    world.close()


def test_without_a_second_factor_one_can_only_switch_it_on_and_get_out(strict: World) -> None:
    browser = strict.browser()
    answer = browser.get("/")
    assert (answer.status_code, answer.location) == (302, "/me#second-factor")
    refused = browser.get(f"{API}/positions")
    assert (refused.status_code, data(refused)["error"]) == (403, FACTOR_FIRST)
    assert "asks for a second factor" in browser.get("/me").text
    token = {"X-CSRFToken": browser.token("/me")}
    assert browser.client.post(f"{API}/orders", json=BODY, headers=token).status_code == 403
    assert browser.client.post("/me/keys", data={}, headers=token).status_code == 403
    assert browser.client.delete(f"{API}/orders", headers=token).status_code == 200
    assert browser.client.post(f"{API}/kill", headers=token).status_code == 200
    assert browser.client.delete(f"{API}/freeze", headers=token).status_code == 403
    assert strict.order_desk.submitted == []


def test_with_a_second_factor_everything_is_open_at_once(strict: World) -> None:
    browser = strict.browser()
    browser.enrol()
    assert browser.get("/").status_code == 200
    assert browser.call("POST", f"{API}/orders", json=BODY).status_code == 201


def test_a_key_of_somebody_without_a_second_factor_gets_out_only(strict: World) -> None:
    program = strict.program("trade")
    assert program.post(f"{API}/orders", BODY).status_code == 403
    assert program.delete(f"{API}/orders/known").status_code == 200
    factor = strict.people.second_factor
    factor.confirm(strict.alice, code(factor.enrol(strict.alice).secret))
    assert program.post(f"{API}/orders", BODY).status_code == 201


@pytest.mark.parametrize(
    ("rule", "mode", "status"),
    [
        ("live", "live", 403),
        ("live", "paper", 201),
        ("always", "paper", 403),
        ("never", "live", 201),
    ],
)
def test_the_rule_may_be_for_live_trading_only(
    tmp_path: Path, rule: str, mode: str, status: int
) -> None:
    world = World(tmp_path / "desk", {"REQUIRE_TOTP": rule, "TRADING_MODE": mode})
    assert world.program("trade").post(f"{API}/orders", BODY).status_code == status
    world.close()


class OwnSeats:
    """Relay mode in which everybody's desk is the same fake one."""

    def of(self, desk: Desk, user: str, scope: str) -> Desk:
        return desk

    def blockers(self) -> list[str]:
        return []

    def trouble(self) -> str | None:
        return None

    def agents(self, admin: str) -> list[dict[str, Any]]:
        return []

    def take_over(self, user: str, scope: str) -> None:
        raise AssertionError("nobody asked for it")


@pytest.mark.parametrize(
    ("method", "path"), [("POST", "/freeze"), ("DELETE", "/freeze"), ("POST", "/kill")]
)
def test_in_relay_mode_whoever_trades_stops_the_own_agent(
    world: World, method: str, path: str
) -> None:
    world.desk.seats = OwnSeats()
    assert world.program("read").call(method, API + path).status_code == 403
    assert world.program("trade").call(method, API + path).status_code == 200
    assert world.program("trade").get(f"{API}/audit").status_code == 403
