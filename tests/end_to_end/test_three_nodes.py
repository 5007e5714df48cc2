"""Three relay nodes, three NATS servers and PostgreSQL: a user trades through any of them."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from store.database import open_database
from store.people import People
from tests.nats import NatsServer, nats_cluster
from tests.postgres import Postgres
from tests.processes import (
    PASSWORD,
    Keys,
    RunningDesk,
    RunningRelay,
    agent,
    desk,
    paper_gateway,
    relay,
    request,
    until,
)

TOKEN = "a secret of relays and desk for these tests"
ORDER = {"action": "BUY", "totalQuantity": 1, "orderType": "MKT"}
BODY = {"contract": {"symbol": "AAPL"}, "order": ORDER}


@dataclass
class Cluster:
    """The desk asks the first node; `nodes` and `servers` stand side by side."""

    nodes: Sequence[RunningRelay]
    servers: Sequence[NatsServer]
    desk: RunningDesk
    alice: Keys
    gateway_port: int
    folder: Path

    def call(self, method: str, path: str, body: Any = None) -> tuple[int, Any]:
        headers = {"Authorization": f"Bearer {self.alice.api}"}
        return request(self.desk.port, method, f"/api/v1{path}", body, headers)

    @contextmanager
    def agent_at(self, node: int) -> Iterator[None]:
        url = self.nodes[node].url
        settings = {"PAPER_SLEEP": "0"}
        with agent(
            self.folder / "agent", url, self.alice.agent, self.gateway_port, **settings
        ) as _:
            until(self.is_connected, "the desk reaches the agent")
            yield

    def is_connected(self) -> bool:
        status, answer = self.call("GET", "/status")
        return status == 200 and answer["connections"]["orders"]["state"] == "connected"


@pytest.fixture
def cluster(postgres: Postgres, tmp_path: Path) -> Iterator[Cluster]:
    url = postgres.new_database()
    people = People(open_database(url))
    people.users.add("admin", PASSWORD, "admin")
    person = people.users.add("alice", PASSWORD, "trader")
    alice = Keys(people.keys.new(person, "trade"), people.agent_keys.new(person))
    people.close()
    with ExitStack() as stack:
        servers = stack.enter_context(nats_cluster(3))
        shared = {"DATABASE_URL": url, "HEARTBEAT_SECONDS": "1"}
        shared["NATS_URL"] = ",".join(server.url for server in servers)
        nodes = [
            stack.enter_context(
                relay(tmp_path / f"relay-{number}", TOKEN, NODE_NAME=f"node-{number}", **shared)
            )
            for number in range(3)
        ]
        gateway = stack.enter_context(paper_gateway(tmp_path / "gateway"))
        running = stack.enter_context(
            desk(tmp_path / "desk", RELAY_URL=nodes[0].url, RELAY_TOKEN=TOKEN, DATABASE_URL=url)
        )
        yield Cluster(nodes, servers, running, alice, gateway.port, tmp_path)
    postgres.drop(url)


@pytest.mark.failure("F67")
def test_a_node_and_a_server_die_and_the_user_trades_on(cluster: Cluster) -> None:
    assert cluster.call("GET", "/positions")[0] == 503
    with cluster.agent_at(1):
        status, order = cluster.call("POST", "/orders", BODY)
        assert (status, order["state"]) == (201, "filled")
        cluster.servers[0].kill()  # the one that the desk's node talks to, perhaps
        until(cluster.is_connected, "the other servers carry on")
        cluster.nodes[1].kill()
        until(lambda: cluster.call("GET", "/positions")[0] == 503, "the agent cannot be reached")
        status, answer = cluster.call("POST", "/orders", BODY | {"clientOrderId": "lost-1"})
        assert (status, answer["sent"]) == (503, "no")
        assert answer["error"] == "Your agent is not connected"
    with cluster.agent_at(2):
        path = f"/orders/{order['clientOrderId']}"
        assert cluster.call("GET", path)[1]["state"] == "filled"
        assert cluster.call("GET", "/orders/lost-1")[0] == 404
        status, order = cluster.call("POST", "/orders", BODY | {"clientOrderId": "lost-1"})
        assert (status, order["state"]) == (201, "filled")
        rows = cluster.call("GET", "/positions")[1]["positions"]
        assert [row["position"] for row in rows] == [2]
