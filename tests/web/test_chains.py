"""Option chains over HTTP."""

from __future__ import annotations

import csv
import io
from pathlib import Path

import pytest

from tests.fakes import FakeReader
from tests.web.visitors import Program, World, data
from trading.options import ChainQuestion
from trading.refusals import NotFound
from web.waiting import MOST_CHAINS

FETCH = "/api/v1/fetch-chain"


def test_a_chain_is_asked_for_with_what_the_query_says(world: World, program: Program) -> None:
    query = "symbol=SPX&secType=IND&exchange=CBOE&expiry=20261218&strikes=40&tradingClass=SPXW"
    answer = program.get(f"{FETCH}?{query}&id=page.1")
    assert (answer.status_code, data(answer)["id"]) == (200, "page.1")
    _, question, chain_id, owner = world.reader.asked[-1]
    assert isinstance(question, ChainQuestion)
    assert question.underlying.symbol == "SPX" and question.underlying.exchange == "CBOE"
    assert question.underlying.trading_class == ""
    assert (question.expiry, question.strikes, question.trading_class) == ("20261218", 40, "SPXW")
    assert (chain_id, owner) == ("page.1", "alice")


def test_without_an_id_one_is_made(program: Program) -> None:
    ids = {data(program.get(f"{FETCH}?symbol=AAPL"))["id"] for _ in range(2)}
    assert len(ids) == 2


@pytest.mark.parametrize(
    ("query", "pointer"),
    [
        ("", "/contract/symbol"),
        ("symbol=A&expiry=20261301", "/expiry"),
        ("symbol=A&expiry=2026121", "/expiry"),
        ("symbol=A&strikes=201", "/strikes"),
        ("symbol=A&id=%20", "/id"),
        ("symbol=A&id=" + "x" * 37, "/id"),
        ("symbol=A&format=xml", "/format"),
        ("conId=0", "/conId"),
    ],
)
def test_what_cannot_be_meant_is_refused(program: Program, query: str, pointer: str) -> None:
    answer = program.get(f"{FETCH}?{query}")
    assert answer.status_code == 422
    assert [each["pointer"] for each in data(answer)["errors"]] == [pointer]


def test_an_unknown_symbol_is_not_found(world: World, program: Program) -> None:
    world.reader.fails_with = NotFound("IB lists no options on XYZ")
    answer = program.get(f"{FETCH}?symbol=XYZ")
    assert (answer.status_code, data(answer)["error"]) == (404, "IB lists no options on XYZ")


def test_a_chain_under_way_is_cancelled_by_its_id(world: World, program: Program) -> None:
    world.reader.chains.add("page-1")
    answer = program.call("DELETE", f"{FETCH}/page-1")
    assert (answer.status_code, data(answer)) == (202, {"id": "page-1", "cancelled": True})
    assert world.reader.asked[-1] == ("stop_chain", "page-1", "alice")
    assert program.call("DELETE", f"{FETCH}/page-2").status_code == 404


@pytest.mark.parametrize("way", ["query", "header"])
def test_a_chain_can_be_had_as_a_table(world: World, program: Program, way: str) -> None:
    cell = {"conId": 1, "bid": 1.5, "ask": None}
    world.reader.chain_payload = {
        "symbol": "AAPL",
        "expiry": "20261218",
        "rows": [{"strike": 230.0, "call": cell, "put": None}],
        "partial": False,
    }
    query = "&format=csv" if way == "query" else ""
    headers = {"Accept": "text/csv"} if way == "header" else {}
    answer = program.call("GET", f"{FETCH}?symbol=AAPL{query}", headers=headers)
    assert answer.mimetype == "text/csv"
    call, put = csv.DictReader(io.StringIO(answer.text))
    assert (call["strike"], call["right"], call["bid"], call["ask"]) == ("230.0", "C", "1.5", "")
    assert (put["right"], put["conId"], put["bid"]) == ("P", "", "")


@pytest.mark.parametrize(("is_partial", "name"), [(True, "chain-incomplete"), (False, "chain")])
def test_a_table_of_a_part_of_the_chain_says_so_in_its_name(
    world: World, program: Program, is_partial: bool, name: str
) -> None:
    """In the table an option that was not asked for looks like one without prices."""
    named = {"symbol": "AAPL", "expiry": "20261218", "rows": []}
    world.reader.chain_payload = named | {"partial": is_partial, "cancelled": is_partial}
    answer = program.get(f"{FETCH}?symbol=AAPL&format=csv")
    assert answer.headers["Content-Disposition"] == f'attachment; filename="{name}.csv"'


def test_many_chains_leave_threads_for_everybody_else(tmp_path: Path) -> None:
    world = World(tmp_path, reader=FakeReader(holds=True))
    places = [world.app.extensions["desk"].waiting.chain() for _ in range(MOST_CHAINS)]
    for place in places:
        place.__enter__()
    answer = world.program().get(f"{FETCH}?symbol=AAPL")
    assert answer.status_code == 429
    assert answer.headers["Retry-After"] == "5"
    world.close()


def test_a_viewer_may_fetch_and_cancel(world: World) -> None:
    viewer = world.program("read")
    world.reader.chains.add("mine")
    assert viewer.get(f"{FETCH}?symbol=AAPL").status_code == 200
    assert viewer.call("DELETE", f"{FETCH}/mine").status_code == 202
