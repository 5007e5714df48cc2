"""Numbers for Prometheus."""

from __future__ import annotations

from pathlib import Path

from tests.fakes import away
from tests.web.visitors import Program, World


def metrics(world: World) -> list[str]:
    return world.visitor().get("/metrics").text.splitlines()


def test_the_connections_and_loops_are_counted(world: World) -> None:
    world.order_desk.connection = away(world.order_desk.connection, "no TWS")
    world.order_desk.knows("a", "live")
    wanted = {
        'ibdesk_build_info{version="0.1.0"} 1.0',
        'ibdesk_ib_connected{role="data"} 1.0',
        'ibdesk_ib_connected{role="orders"} 0.0',
        'ibdesk_ib_reconnects_total{role="data"} 0.0',
        'ibdesk_event_loop_lag_seconds{loop="orders"} 0.1',
        "ibdesk_sse_clients 0.0",
        "ibdesk_open_orders 1.0",
    }
    assert wanted <= set(metrics(world))


def test_requests_are_counted_by_rule_and_not_by_path(world: World, program: Program) -> None:
    for name in ("a", "b"):
        program.get(f"/api/v1/orders/{name}")
    program.call("BREW", "/api/v1/x")
    lines = [line for line in metrics(world) if "duration_seconds_count" in line]
    rule = 'method="GET",route="/api/v1/orders/<client_order_id>",status="404"'
    assert f"ibdesk_http_request_duration_seconds_count{{{rule}}} 2.0" in lines
    assert any('method="other",route="none"' in line for line in lines)


def test_two_desks_in_one_process_count_apart(world: World, tmp_path: Path) -> None:
    other = World(tmp_path / "other")
    other.visitor().get("/healthz")
    assert not [line for line in metrics(world) if "duration_seconds_count" in line]
    other.close()


def test_what_should_be_zero_is_counted(world: World) -> None:
    names = ("frozen", "unknown_orders", "journal_failed", "position_differences")
    assert {f"ibdesk_{name} 0.0" for name in names} <= set(metrics(world))
    world.order_desk.frozen, world.order_desk.journal_trouble = "alice", "The disk is full"
    world.order_desk.knows("a", "unknown")
    assert {f"ibdesk_{name} 1.0" for name in names[:3]} <= set(metrics(world))
