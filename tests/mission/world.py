"""The world of these tests: a relay, a desk with two workers, people, and agents beside gateways.

Relay, desk and agents are processes; each gateway is a real one in a thread of its own, so that a
test can look into its book. Whoever is asked, is asked over HTTP.
"""

from __future__ import annotations

import re
import secrets
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Any

from relay.assertions import make
from tests.conftest import PaperGateway
from tests.processes import Program, agent, desk, persons, relay, request, until

# name -> (role, first account, how many accounts its TWS has)
PEOPLE = {
    "alice": ("trader", "DU1000001", 2),
    "bob": ("trader", "DU2000001", 1),
    "charlie": ("trader", "", 0),
    "dora": ("trader", "DU4000001", 1),
    "victor": ("viewer", "", 0),
    "admin": ("admin", "", 0),
}
POLICIES = {"alice": 'share_quotes = true\nfeed = "paper feed"\n'}
# Nobody waits for a sleep workaround here, and an order that TWS keeps silent about ends soon.
QUICK = {
    "PAPER_SLEEP": "0",
    "ORDER_TIMEOUT": "4",
    "ABSENCE_SECONDS": "0.5",
    "LOG_LEVEL": "WARNING",
    "MAX_REQUESTS_PER_SECOND": "0",
}

Answer = tuple[int, Any]


class MissionWorld:
    """`start` it, then `call` the desk or `ask_relay` as anybody. `folder` holds everything."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.token = secrets.token_urlsafe(48)
        self.keys = persons(folder / "desk", {name: role for name, (role, _, _) in PEOPLE.items()})
        self.gateways: dict[str, PaperGateway] = {}
        self.port = self.relay_port = 0

    @contextmanager
    def running(self) -> Iterator[MissionWorld]:
        """Relay and desk, and everybody's gateway; agents are started by whoever needs one."""
        with ExitStack() as stack:
            for name, (_, account, accounts) in PEOPLE.items():
                if accounts:
                    stack.callback(self._gateway(name, account, accounts).stop)
            var_dir = self.folder / "desk"
            routes = stack.enter_context(relay(var_dir, self.token, LOG_LEVEL="WARNING"))
            serves = desk(
                var_dir,
                RELAY_URL=routes.url,
                RELAY_TOKEN=self.token,
                WORKERS="2",
                LOG_LEVEL="WARNING",
            )
            self.port, self.relay_port = stack.enter_context(serves).port, routes.port
            yield self

    @contextmanager
    def agent(self, name: str) -> Iterator[Program]:
        """The agent of that person, connected to the relay and to its gateway."""
        folder = self.folder / f"agent-{name}"
        folder.mkdir(exist_ok=True)
        (folder / "agent.toml").write_text(POLICIES.get(name, ""))
        url, port = f"http://127.0.0.1:{self.relay_port}", self.gateways[name].port
        settings = QUICK | {"IB_ACCOUNT": PEOPLE[name][1]}
        with agent(folder, url, self.keys[name].agent, port, **settings) as running:
            until(lambda: self.can_trade(name), f"{name}'s agent trades\n{running.output}")
            yield running
        until(lambda: not self.agent_of(name)["connected"], "the relay knows that it is gone")

    @contextmanager
    def without_tws(self, name: str) -> Iterator[None]:
        """That person's TWS is gone while the block lasts; after it everything is as before."""
        self.gateways[name].stop()
        try:
            until(lambda: not self.can_trade(name), "the agent knows that TWS is gone")
            yield
        finally:
            self.gateways[name].start()
            until(lambda: self.can_trade(name), "TWS is back")

    def undo(self, name: str) -> None:
        """That person's TWS works as usual again."""
        self.gateways[name].drill(clear=True)
        until(lambda: self.can_trade(name), "everything is as usual")

    def can_trade(self, name: str) -> bool:
        """Whether an order of this person would reach TWS now."""
        status, answer = self.call(name, "GET", "/api/v1/status")
        assert status == 200, answer
        states = {one["state"] for one in answer["connections"].values()}
        return bool(states == {"connected"} and answer["hasReadOrders"] and not answer["blockers"])

    def agent_of(self, name: str) -> dict[str, Any]:
        found: dict[str, Any] = self.relay_call(name, "GET", "/options/relay/agent")[1]["result"]
        return found

    # Who asks

    def call(self, name: str, method: str, path: str, body: Any = None, **headers: str) -> Answer:
        """The desk, as a program of that person: (status, parsed answer)."""
        authorization = {"Authorization": f"Bearer {self.keys[name].api}"}
        return request(self.port, method, path, body, authorization | headers)

    def relay_call(
        self, name: str, method: str, path: str, body: Any = None, scope: str = "trade"
    ) -> Answer:
        """The relay itself, as the desk calls it for that person."""
        headers = {"Authorization": f"Bearer {make(self.token, name, scope)}"}
        return request(self.relay_port, method, path, body, headers)

    def place(self, name: str, key: str, **order: Any) -> Answer:
        """POST an order: 1 AAPL MKT unless `order` says otherwise."""
        return self.call(name, "POST", "/api/ib-connection/place-order", order_body(key, **order))

    def positions(self, name: str) -> Answer:
        return self.call(name, "GET", "/api/ib-connection/positions")

    def sizes(self, name: str) -> dict[str, float]:
        """Positions by symbol, all accounts together; the read must succeed."""
        status, answer = self.positions(name)
        assert status == 200, answer
        sizes: dict[str, float] = {}
        for row in answer["positions"]:
            symbol = row["contract"]["symbol"]
            sizes[symbol] = sizes.get(symbol, 0) + row["position"]
        return sizes

    def _gateway(self, name: str, account: str, accounts: int) -> PaperGateway:
        settings: dict[str, Any] = {"account": account, "accounts": accounts}
        if accounts > 1:
            settings["portfolio"] = self._portfolio(account)
        gateway = PaperGateway(self.folder / f"gateway-{name}", **settings)
        gateway.start()
        self.gateways[name] = gateway
        return gateway

    def _portfolio(self, account: str) -> Path:
        """A hundred MSFT in the first account and seven SPY in the next one."""
        following = re.sub(r"\d+", lambda found: str(int(found[0]) + 1), account)
        path = self.folder / "portfolio.csv"
        path.write_text(
            "account,symbol,secType,currency,quantity,averageCost\n"
            f"{account},MSFT,STK,USD,100,300\n"
            f"{following},SPY,STK,USD,7,400\n"
        )
        return path


def order_body(key: str, **order: Any) -> dict[str, Any]:
    """The body of POST place-order: 1 AAPL MKT unless `order` says otherwise.

    `contract`, `wait` and what else belongs beside the order may be among it.
    """
    contract = order.pop("contract", {"symbol": "AAPL"})
    wait = order.pop("wait", "outcome")
    usual = {"action": "BUY", "totalQuantity": 1, "orderType": "MKT"}
    order = {name: value for name, value in (usual | order).items() if value is not None}
    return {"contract": contract, "order": order, "clientOrderId": key, "wait": wait}


def resting(**order: Any) -> dict[str, Any]:
    """The fields of an order that rests far below the market."""
    return {"orderType": "LMT", "lmtPrice": 1} | order
