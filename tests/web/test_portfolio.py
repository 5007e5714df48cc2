"""The account as a page, JSON and CSV, and what protects each position."""

from __future__ import annotations

import csv
from collections.abc import Iterator
from concurrent.futures import Future
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from relay import value_forms as forms
from tests.fakes import ACCOUNT, NOW, FakeReader, away, order_result
from tests.trading.protected import position, stop
from tests.web.relay_worlds import RelayWorld
from tests.web.visitors import Program, World, data
from trading.refusals import NoAnswer, NotConnected, NotFound
from trading.snapshots import AccountSummary, Rows

API = "/api/v1"


@dataclass
class SeveralReader(FakeReader):
    """A reader of several accounts, some of which TWS has not told of."""

    names: tuple[str, ...] = (ACCOUNT,)
    untold: tuple[str, ...] = ()
    has_pnl: bool = True

    def accounts(self) -> Future[tuple[str, ...]]:
        return self.answer(lambda: self.names, "accounts")

    def account(self, account: str | None = None) -> Future[AccountSummary]:
        if account not in self.untold:
            return super().account(account)
        nothing: Future[AccountSummary] = Future()
        nothing.set_exception(NotFound("TWS has sent no values yet"))
        return nothing

    def pnl(self) -> Future[Rows]:
        if self.has_pnl:
            return super().pnl()
        nothing: Future[Rows] = Future()
        nothing.set_exception(NoAnswer("TWS has sent no profit and loss yet"))
        return nothing


@pytest.fixture
def reader() -> SeveralReader:
    """A hundred shares, with their contract's whole name."""
    held = position(100) | {"marketValue": 14100.0, "avgCost": 141.0}
    return SeveralReader(position_rows=(held,))


@pytest.fixture
def world(tmp_path: Path, reader: SeveralReader) -> Iterator[World]:
    world = World(tmp_path, reader=reader)
    yield world
    world.close()


def knows_stop(world: World, quantity: float = 100, **more: Any) -> None:
    shown = stop(quantity, **more)
    world.order_desk.knows(shown["clientOrderId"], shown["state"], **_known(shown))


def _known(shown: dict[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in shown.items() if name not in ("clientOrderId", "state")}


def report(program: Program, query: str = "") -> Any:
    return data(program.get(f"{API}/protection{query}"))


def test_a_position_tells_what_protects_it(world: World, program: Program) -> None:
    knows_stop(world)
    found = report(program)
    (row,) = found["positions"]
    assert (found["known"], found["orphans"]) == (True, [])
    assert (row["verdict"], row["stop"]["covered"], row["stop"]["price"]) == ("full", 100, 140.5)


def test_before_tws_has_listed_its_orders_nothing_is_known(world: World, program: Program) -> None:
    world.order_desk.is_listed = False
    found = report(program)
    assert (found["known"], found["orphans"]) == (False, None)
    assert [(row["verdict"], row["stop"]) for row in found["positions"]] == [("unknown", None)]


def test_while_the_order_connection_is_away_nothing_is_known(
    world: World, program: Program
) -> None:
    knows_stop(world)
    world.order_desk.connection = away(world.order_desk.connection, "TWS is away")
    assert report(program)["positions"][0]["verdict"] == "unknown"


@pytest.mark.parametrize("path", ["protection", "portfolio", "portfolio.csv"])
def test_while_positions_cannot_be_read_the_question_fails(
    world: World, program: Program, path: str
) -> None:
    world.reader.fails_with = NotConnected("TWS is away")
    assert program.get(f"{API}/{path}").status_code == 503


def test_orders_of_other_accounts_are_no_orphans_of_this_one(
    world: World, program: Program
) -> None:
    knows_stop(world, account="DU2", parent="gone")
    assert len(report(program)["orphans"]) == 1
    assert report(program, f"?account={ACCOUNT}")["orphans"] == []
    shown = data(program.get(f"{API}/portfolio"))["protection"]
    assert shown["orphans"] == []


def test_the_portfolio_has_everything_of_the_shown_account(
    world: World, reader: SeveralReader, program: Program
) -> None:
    knows_stop(world)
    found = data(program.get(f"{API}/portfolio"))
    assert (found["account"], found["accounts"]) == (ACCOUNT, [ACCOUNT])
    assert (found["base"], found["untold"]) == ("USD", [])
    assert found["pnl"]["dailyPnL"] == 1.5
    assert found["positions"][0]["share"] == 0.0141
    assert found["protection"]["positions"][0]["verdict"] == "full"
    assert reader.asked[1:3] == [("positions", ACCOUNT), ("account", ACCOUNT)]


def test_several_accounts_are_added_up(
    world: World, reader: SeveralReader, program: Program
) -> None:
    reader.names = ("DF1", "DU1", "DU2")
    found = data(program.get(f"{API}/portfolio?account=All"))
    assert found["accounts"] == ["DU1", "DU2", "All"]
    assert found["summary"]["NetLiquidation"]["value"] == 2_000_000
    assert ("positions", None) in reader.asked


def test_an_account_that_tws_has_not_told_of_is_named(
    world: World, reader: SeveralReader, program: Program
) -> None:
    reader.names, reader.untold = ("DU1", "DU2"), ("DU2",)
    found = data(program.get(f"{API}/portfolio?account=All"))
    assert (found["untold"], found["summary"], found["base"]) == (["DU2"], {}, None)


def test_a_profit_that_is_not_told_yet_is_unknown(
    world: World, reader: SeveralReader, program: Program
) -> None:
    reader.has_pnl = False
    assert data(program.get(f"{API}/portfolio"))["pnl"]["dailyPnL"] is None


def lines(program: Program, query: str = "") -> tuple[str, list[dict[str, str]]]:
    """The file's name and its lines."""
    answer = program.get(f"{API}/portfolio.csv{query}")
    name = answer.headers["Content-Disposition"].partition("filename=")[2].strip('"')
    return name, list(csv.DictReader(answer.text.splitlines()))


def test_positions_are_a_file(world: World, program: Program) -> None:
    knows_stop(world, 60)
    name, (row,) = lines(program)
    assert name == f"{ACCOUNT}-positions.csv"
    assert (row["symbol"], row["position"], row["valueInBase"]) == ("AAPL", "100", "14100.0")
    assert (row["protection"], row["stopCovered"], row["dailyPnL"]) == ("part", "60.0", "")


def test_values_are_a_file(program: Program) -> None:
    name, (row,) = lines(program, "?table=values")
    assert name == f"{ACCOUNT}-values.csv"
    assert (row["tag"], row["value"], row["currency"]) == ("NetLiquidation", "1000000", "USD")
    assert row["meaning"].startswith("What would be left")


def test_another_table_is_refused(program: Program) -> None:
    assert program.get(f"{API}/portfolio.csv?table=hope").status_code == 422


def test_the_page_explains_its_numbers(world: World) -> None:
    page = world.browser().get("/account").text
    assert "Equity with loan value − maintenance margin" in page
    assert 'aria-current="page">Account' in page


def test_in_relay_mode_the_own_agent_is_asked(relayed: RelayWorld) -> None:
    shown = stop()
    order = order_result(shown["clientOrderId"], "live", **_known(shown))
    relayed.relay.results["positions"] = forms.rows_form(Rows(NOW, (position(100),)))
    relayed.relay.results["orders"] = forms.orders_form([order])
    found = data(relayed.browser("alice").get(f"{API}/protection"))
    assert found["positions"][0]["verdict"] == "full"
    assert {"positions", "orders"} <= set(relayed.asked_by("alice"))
    assert {one.user for one in relayed.relay.asked} == {"alice"}
