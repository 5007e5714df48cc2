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
from store.database import open_database
from store.people import People
from tests.conftest import PaperGateway
from tests.processes import PASSWORD, Program, call_or_none, free_port, program, request, until

# name -> (role, first account, how many accounts its TWS has)
PEOPLE = {
    "alice": ("trader", "DU1000001", 2),
    "bob": ("trader", "DU2000001", 1),
    "charlie": ("trader", "", 0),
    "dora": ("trader", "DU4000001", 1),
    "victor": ("viewer", "", 0),
    "ada": ("admin", "", 0),
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
SETTLED_SECONDS = 30.0

Answer = tuple[int, Any]


class MissionWorld:
    """`start` it, then `call` the desk or `ask_relay` as anybody. `folder` holds everything."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.port, self.relay_port = free_port(), free_port()
        self.token = secrets.token_urlsafe(48)
        self.database = f"sqlite:///{folder / 'people.db'}"
        self.keys: dict[str, str] = {}
        self.viewing_keys: dict[str, str] = {}
        self.agent_keys: dict[str, str] = {}
        self.gateways: dict[str, PaperGateway] = {}

    @contextmanager
    def running(self) -> Iterator[MissionWorld]:
        """Relay and desk, and everybody's gateway; agents are started by whoever needs one."""
        self._make_people()
        with ExitStack() as stack:
            for name, (_, account, accounts) in PEOPLE.items():
                if accounts:
                    gateway = self._gateway(name, account, accounts)
                    stack.callback(gateway.stop)
            shared = {
                "DATABASE_URL": self.database,
                "RELAY_TOKEN": self.token,
                "LOG_LEVEL": "WARNING",
            }
            relay = {
                "RELAY_BIND": f"127.0.0.1:{self.relay_port}",
                "VAR_DIR": str(self.folder / "relay"),
            }
            desk = {
                "BIND": f"127.0.0.1:{self.port}",
                "VAR_DIR": str(self.folder / "desk"),
                "RELAY_URL": f"http://127.0.0.1:{self.relay_port}",
                "WORKERS": "2",
                "ADMIN_PASSWORD": PASSWORD,
            }
            stack.enter_context(program("-m", "relay", **shared, **relay))
            stack.enter_context(program("app_simple.py", **shared, **desk))
            until(lambda: call_or_none(self.relay_port, "/healthz") == 200, "the relay answers")
            until(lambda: call_or_none(self.port, "/healthz") == 200, "the desk answers")
            yield self

    @contextmanager
    def agent(self, name: str) -> Iterator[Program]:
        """The agent of that person, connected to the relay and to its gateway."""
        folder = self.folder / f"agent-{name}"
        folder.mkdir(exist_ok=True)
        (folder / "agent.toml").write_text(POLICIES.get(name, ""))
        settings = QUICK | {
            "VAR_DIR": str(folder),
            "RELAY_URL": f"http://127.0.0.1:{self.relay_port}",
            "AGENT_KEY": self.agent_keys[name],
            "IB_PORT": str(self.gateways[name].port),
            "IB_ACCOUNT": PEOPLE[name][1],
        }
        with program("-m", "agent", **settings) as running:
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
        authorization = {"Authorization": f"Bearer {self.keys[name]}"}
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

    def _make_people(self) -> None:
        people = People(open_database(self.database))
        try:
            for name, (role, _, accounts) in PEOPLE.items():
                user = people.users.add(name, PASSWORD, role)
                self.keys[name] = people.keys.new(user, user.scope)
                self.viewing_keys[name] = people.keys.new(user, "read")
                if accounts:
                    self.agent_keys[name] = people.agent_keys.new(user)
        finally:
            people.close()

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
