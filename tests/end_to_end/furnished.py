"""A desk where something has happened, so that no page of it is empty."""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pyotp

from checklist.plan import Plan
from checklist.run import write
from config import load
from store.database import open_database
from store.people import People
from store.roles import ROLES
from tests.checklist.reports_for_tests import failed, report_of
from tests.processes import PASSWORD, RunningDesk, desk, paper_gateway, persons, until

REPORT = "20261128-143000"


@dataclass
class Place:
    """A desk where something has happened, and the names that stand in addresses."""

    desk: RunningDesk
    names: dict[str, str]


@contextmanager
def furnished(folder: Path) -> Iterator[Place]:
    """Somebody of each role, fills, a bracket, a reject, a watchlist, an invitation, a report."""
    var_dir = folder / "var"
    persons(var_dir, {role: role for role in ROLES})
    with_second_factor(var_dir)
    plan = Plan(load({"VAR_DIR": str(var_dir)}, var_dir / "no.env"), REPORT)
    plan.reports.mkdir()
    write(plan, report_of(b_01=failed()))
    with (
        paper_gateway(folder / "gateway") as gateway,
        desk(var_dir, IB_PORT=str(gateway.port), PAPER_SLEEP="0") as running,
    ):
        filled = order(running, "filled", "MSFT", {"totalQuantity": 3, "orderType": "MKT"})
        order(running, "filled", "MSFT", {"action": "SELL", "totalQuantity": 1, "orderType": "MKT"})
        bracket = order(
            running,
            "live",
            "KO",
            {"totalQuantity": 4, "orderType": "LMT", "lmtPrice": 10},
            {"targets": [{"lmtPrice": 12}], "stop": {"orderType": "STP", "auxPrice": 9}},
        )
        gateway.drill(reject_orders=1)
        rejected = order(running, "rejected", "SPY", {"totalQuantity": 5, "orderType": "MKT"})
        held = running.call("GET", "/api/v1/positions")[1]["positions"][0]["contract"]
        kept = {name: held[name] for name in ("conId", "symbol", "secType", "currency")}
        kept |= {"exchange": "SMART", "description": ""}
        assert running.call("PUT", "/api/v1/watchlist", {"contracts": [kept]})[0] == 200
        asked = {"name": "newcomer", "role": "trader"}
        link = running.call("POST", "/api/v1/invitations", asked)[1]["link"]
        names = {"filled": filled, "bracket": bracket, "rejected": rejected}
        yield Place(running, names | {"invitation": link.rpartition("/")[2]})


def with_second_factor(var_dir: Path) -> None:
    """Somebody who is asked for a code when signing in."""
    people = People(open_database(f"sqlite:///{var_dir / 'desk.db'}"))
    person = people.users.add("factor", PASSWORD, "trader")
    secret = people.second_factor.enrol(person).secret
    people.second_factor.confirm(person, pyotp.TOTP(secret).at(int(time.time())))
    people.close()


def order(
    running: RunningDesk, state: str, symbol: str, fields: dict[str, Any], bracket: Any = None
) -> str:
    body = {"contract": {"symbol": symbol}, "order": {"action": "BUY", **fields}}
    _, answer = running.call(
        "POST", "/api/v1/orders", body | ({"bracket": bracket} if bracket else {})
    )
    key: str = answer["clientOrderId"]
    path = f"/api/v1/orders/{key}"
    until(lambda: running.call("GET", path)[1]["state"] == state, f"{symbol} is {state}", 20)
    return key
