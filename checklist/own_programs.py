"""The checklist's own programs: what each is started with, and how it is known to be there.

Nothing of the user's settings reaches them but what names the TWS, the account and its pace; the
user's limits do not, since prices far from the market are what the order script is about.
"""

from __future__ import annotations

import os
import secrets
from pathlib import Path
from socket import socket

import config
from checklist.asking import HOST, Asker
from checklist.plan import Plan
from relay.world.programs import Programs
from store.database import open_database
from store.people import People

# Every setting's default, so that a `.env` in the project's folder decides nothing here.
USUAL = {one.name: one.shown for one in config.sources({}, Path(os.devnull))}
PORTFOLIO = """account,symbol,secType,currency,quantity,averageCost
{account},MSFT,STK,USD,100,300
{account},SPY,STK,USD,7,400
"""
PAPER_ACCOUNT = "DU7000001"
AGENT_ID = 4  # after the two of the desk and the two of the other client


def free_port() -> int:
    with socket() as probe:
        probe.bind((HOST, 0))
        return int(probe.getsockname()[1])


def start_gateway(programs: Programs, folder: Path, plan: Plan) -> tuple[int, int]:
    """A fresh built-in paper gateway with two positions: its port and its control port."""
    folder.mkdir(parents=True, exist_ok=True)
    portfolio = folder / "portfolio.csv"
    portfolio.write_text(PORTFOLIO.format(account=PAPER_ACCOUNT))
    port, control = free_port(), free_port()
    options = {
        "--port": port,
        "--control-port": control,
        "--state": folder / "gateway",
        "--account": PAPER_ACCOUNT,
        "--portfolio": portfolio,
        "--seed": plan.settings.paper_seed,
        "--latency-ms": plan.settings.paper_latency_ms,
    }
    arguments = [str(part) for option in options.items() for part in option]
    programs.start("gateway", {}, "-m", "paper_gateway", "--preset-notices", *arguments)
    programs.wait_for("gateway", lambda: programs.said("gateway", "control port"))
    return port, control


class Desks:
    """The environments of the checklist's desk, relay and agent over one folder."""

    def __init__(self, plan: Plan, folder: Path, tws_port: int, account: str) -> None:
        self._plan, self._folder = plan, folder
        self._tws = self._engine(tws_port, account)
        self._token = secrets.token_urlsafe(48)
        self._password = secrets.token_urlsafe(16)
        self.desk_port, self.relay_port, self.relay_desk_port = (
            free_port(),
            free_port(),
            free_port(),
        )
        self.key, self.agent_key, self.stranger_key = self._people()

    def start_desk(self, programs: Programs) -> None:
        """A desk in local mode; it answers when this returns, whether TWS is there or not."""
        own = {"VAR_DIR": str(self._folder / "desk"), "BIND": f"{HOST}:{self.desk_port}"}
        programs.start("desk", USUAL | self._tws | self._shared() | own, "app_simple.py")
        programs.wait_for("desk", lambda: Asker(self.desk_port).is_there("/healthz"))

    def start_relay(self, programs: Programs) -> None:
        """A relay, a desk in relay mode, and the agent of the one who has a key for it."""
        relayed = {"RELAY_TOKEN": self._token, "RELAY_URL": f"http://{HOST}:{self.relay_port}"}
        own = {"VAR_DIR": str(self._folder / "relay"), "RELAY_BIND": f"{HOST}:{self.relay_port}"}
        programs.start("relay", USUAL | self._shared() | relayed | own, "-m", "relay")
        own = {
            "VAR_DIR": str(self._folder / "relay-desk"),
            "BIND": f"{HOST}:{self.relay_desk_port}",
        }
        programs.start("relay-desk", USUAL | self._shared() | relayed | own, "app_simple.py")
        self.start_agent(programs)
        programs.wait_for("relay", lambda: Asker(self.relay_port).is_there("/healthz"))
        programs.wait_for("relay-desk", lambda: Asker(self.relay_desk_port).is_there("/healthz"))

    def start_agent(self, programs: Programs) -> None:
        first_id = int(self._tws["IB_CLIENT_ID"]) + AGENT_ID
        own = {
            "VAR_DIR": str(self._folder / "agent"),
            "RELAY_URL": f"http://{HOST}:{self.relay_port}",
            "AGENT_KEY": self.agent_key,
            "IB_CLIENT_ID": str(first_id),
        }
        programs.start("agent", USUAL | self._tws | own, "-m", "agent")

    def _engine(self, tws_port: int, account: str) -> dict[str, str]:
        settings = self._plan.settings
        sleep = self._plan.paper_sleep or ",".join(f"{part:g}" for part in settings.paper_sleep)
        return {
            "IB_HOST": HOST,
            "IB_PORT": str(tws_port),
            "IB_CLIENT_ID": str(self._plan.client_id),
            "IB_ACCOUNT": account,
            "ALLOWED_ACCOUNTS": ",".join(sorted(settings.allowed_accounts)),
            "PAPER_SLEEP": sleep,
            "ORDER_TIMEOUT": f"{settings.order_timeout:g}",
            "ABSENCE_SECONDS": f"{settings.absence_seconds:g}",
            "MAX_REQUESTS_PER_SECOND": str(settings.max_requests_per_second),
            "IB_CODES_FILE": settings.ib_codes_file,
        }

    def _shared(self) -> dict[str, str]:
        return {"DATABASE_URL": self._database, "ADMIN_PASSWORD": self._password}

    @property
    def _database(self) -> str:
        return f"sqlite:///{(self._folder / 'people.db').resolve()}"

    def _people(self) -> tuple[str, str, str]:
        """A key of the checklist's admin, its agent key, and the key of a user without an agent."""
        for name in ("desk", "relay", "relay-desk", "agent"):
            (self._folder / name).mkdir(parents=True, exist_ok=True, mode=0o700)
        people = People(open_database(self._database))
        try:
            own = people.users.add("checklist", self._password, "admin")
            stranger = people.users.add("stranger", self._password, "trader")
            return (
                people.keys.new(own, "admin"),
                people.agent_keys.new(own, "checklist"),
                people.keys.new(stranger, "trade"),
            )
        finally:
            people.close()
