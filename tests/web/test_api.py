"""What the API reads: the Reader's values go out as they are, its errors with their reason."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

import pytest

from tests.fakes import ACCOUNT, FakeReader, away
from tests.web.visitors import Program, World, data
from trading.refusals import AccountMismatch, Busy, NoAnswer, NotConnected, NotFound, RejectedByIB
from trading.snapshots import Farm

API = "/api/v1"
REASON = "Cannot reach TWS at 127.0.0.1:7497 (connection refused)."
READS = ["positions", "account", "pnl", "accounts", "stock-quote?symbol=A", "bars?symbol=A"]


def test_positions_come_with_their_time(world: World, program: Program) -> None:
    assert data(program.get(f"{API}/positions")) == {
        "asOf": "2026-11-20T14:31:02.118Z",
        "stale": False,
        "positions": list(world.reader.position_rows),
    }


def test_an_account_may_be_named(world: World, program: Program) -> None:
    program.get(f"{API}/positions?account=DU2")
    answer = program.get(f"{API}/account?account=DU2")
    assert data(answer)["account"] == "DU2"
    assert world.reader.asked == [("positions", "DU2"), ("account", "DU2")]


def test_a_number_that_ib_has_not_set_is_null(world: World, program: Program) -> None:
    world.reader.quote_payload = {"bid": None, "ask": float("nan")}
    assert data(program.get(f"{API}/stock-quote?symbol=AAPL")) == {"bid": None, "ask": None}


def test_a_quote_may_name_any_contract(world: World, program: Program) -> None:
    program.get(f"{API}/stock-quote?conId=12087792&secType=CASH&exchange=IDEALPRO&currency=USD")
    contract = world.reader.asked[0][1]
    assert (contract.con_id, contract.sec_type, contract.exchange) == (12087792, "CASH", "IDEALPRO")


def test_contracts_are_found(program: Program) -> None:
    found = data(program.get(f"{API}/contracts?query=app"))["contracts"]
    assert found == [{"conId": 265598, "symbol": "AAPL"}]


def test_bars_name_what_they_are_of(world: World, program: Program) -> None:
    answer = data(program.get(f"{API}/bars?symbol=AAPL&barSize=5 mins&duration=2 D"))
    assert (answer["barSize"], answer["duration"]) == ("5 mins", "2 D")
    assert answer["contract"]["symbol"] == "AAPL"
    assert answer["bars"][0]["time"] == 1795185000
    question = world.reader.asked[0][1]
    assert (question.bar_size, question.duration, question.is_live) == ("5 mins", "2 D", False)


def test_bars_may_go_on(world: World, program: Program) -> None:
    answer = data(program.get(f"{API}/bars?symbol=AAPL&live=yes&rth=yes&what=BID"))
    question = world.reader.asked[0][1]
    assert (question.is_live, question.is_regular, question.what) == (True, True, "BID")
    assert (answer["live"], answer["rth"]) == (True, "yes")


def test_bars_that_must_wait_say_how_long(world: World, program: Program) -> None:
    world.reader.fails_with = Busy("IB takes the same request again in 12 s", 12)
    answer = program.get(f"{API}/bars?symbol=AAPL")
    assert (answer.status_code, answer.headers["Retry-After"]) == (429, "12")


def test_the_status_says_what_a_page_must_know(program: Program) -> None:
    status = data(program.get(f"{API}/status"))
    assert status["mode"] == "paper"
    assert (status["account"], status["accounts"]) == (ACCOUNT, [ACCOUNT])
    assert status["user"] == {"name": "alice"}
    assert status["gateway"] == {"host": "127.0.0.1", "port": 7497, "embedded": True}
    assert status["syntheticPrices"] is True
    assert status["connections"]["data"]["clientId"] == 999
    assert status["connections"]["orders"]["state"] == "connected"
    assert status["sleepWorkaround"] == {"applies": True, "seconds": [1.0, 2.0, 1.0]}
    assert status["streams"] == {"open": 0, "cap": 64}
    assert status["openOrders"] == 0


def test_the_status_counts_orders_that_are_not_final(world: World, program: Program) -> None:
    world.order_desk.knows("a", "live")
    world.order_desk.knows("b", "unknown")
    world.order_desk.knows("c", "filled")
    assert data(program.get(f"{API}/status"))["openOrders"] == 2


def test_the_status_names_the_farms(world: World, program: Program) -> None:
    farm = Farm("usfarm", "market data", "broken", datetime(2026, 11, 20, tzinfo=UTC))
    reader = world.reader.connection
    world.reader.connection = type(reader)("data", 999, "connected", reader.since, farms=(farm,))
    (shown,) = data(program.get(f"{API}/status"))["farms"]
    assert shown == farm.to_payload()


def test_the_configured_account_is_the_one_to_show(tmp_path: Path) -> None:
    world = World(tmp_path / "own", {"IB_ACCOUNT": "DU7"})
    assert world.desk.account == "DU7"
    world.close()


def test_while_tws_is_away_the_status_still_answers(world: World, program: Program) -> None:
    world.reader.connection = away(world.reader.connection, REASON)
    status = data(program.get(f"{API}/status"))
    assert status["connections"]["data"]["state"] == "waiting"
    assert status["connections"]["data"]["reason"] == REASON


@pytest.mark.failure("F19", "F20")
@pytest.mark.parametrize("path", READS)
def test_while_tws_is_away_a_read_says_so_and_why(
    world: World, program: Program, path: str
) -> None:
    world.reader.fails_with = NotConnected(REASON)
    answer = program.get(f"{API}/{path}")
    assert answer.status_code == 503
    assert (data(answer)["error"], data(answer)["detail"]) == ("IB not connected", REASON)
    assert (data(answer)["sent"], data(answer)["errorCode"]) == ("no", "ib_disconnected")
    assert answer.headers["Retry-After"] == "2"


@pytest.mark.parametrize(
    ("error", "status"),
    [
        (NoAnswer("TWS did not answer in time"), 504),
        (NotFound("There is no such contract"), 404),
        (AccountMismatch("Account DU2 is not one of this TWS"), 403),
        (RejectedByIB("No security definition", code=200, text="No security"), 422),
    ],
)
def test_an_error_of_the_reader_has_its_status(
    world: World, program: Program, error: Exception, status: int
) -> None:
    world.reader.fails_with = error
    answer = program.get(f"{API}/positions")
    assert (answer.status_code, data(answer)["error"]) == (status, str(error))


def test_a_read_that_nobody_answers_ends(world: World, program: Program) -> None:
    world.reader.never_answers = True
    assert program.get(f"{API}/positions").status_code == 504


def test_a_read_that_finds_no_free_thread_is_told_to_come_back(tmp_path: Path) -> None:
    world = World(
        tmp_path / "full",
        {"THREADS": "8", "MAX_STREAMS": "0", "MAX_WAITING_ORDERS": "0"},
        reader=FakeReader(holds=True),
    )
    answer = world.program().get(f"{API}/positions")
    assert (answer.status_code, answer.headers["Retry-After"]) == (429, "1")
    world.close()


def test_a_read_that_is_answered_already_needs_no_free_thread(tmp_path: Path) -> None:
    world = World(
        tmp_path / "full", {"THREADS": "8", "MAX_STREAMS": "0", "MAX_WAITING_ORDERS": "0"}
    )
    assert world.program().get(f"{API}/positions").status_code == 200
    world.close()


@pytest.mark.parametrize(
    "path",
    [
        "positions?account=DU1&account=DU2",
        "positions?account=%00",
        "positions?account=" + "D" * 65,
        "stock-quote",
        "stock-quote?symbol=",
        "stock-quote?symbol=AA%0aPL",
        "stock-quote?symbol=AAPL&conId=x",
        "stock-quote?symbol=AAPL&strike=x",
        "stock-quote?symbol=AAPL&secType=HOPE",
        "contracts",
        "contracts?query=",
        "bars?symbol=AAPL&barSize=7 mins",
        "bars?symbol=AAPL&duration=1",
        "bars?symbol=AAPL&duration=0 D",
        "bars?symbol=AAPL&duration=1 d",
        "bars?symbol=AAPL&duration=366 D",
        "bars?symbol=AAPL&barSize=1 secs&duration=1 Y",
        "bars?symbol=AAPL&what=HOPE",
        "bars?symbol=AAPL&live=maybe",
        "bars?symbol=AAPL&rth=1",
    ],
)
def test_a_query_that_cannot_be_meant_is_refused(world: World, program: Program, path: str) -> None:
    answer = program.get(f"{API}/{path}")
    assert answer.status_code == 422
    assert data(answer)["errors"]
    assert world.reader.asked == []
