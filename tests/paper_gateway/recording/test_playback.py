"""Recorded with one client, replayed to another, over real sockets.

The whole way is walked with ib_async: its session at the real gateway is recorded, and a fresh
client sees the same values in the replay.
"""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest
from ib_async import IB, LimitOrder, MarketOrder, Stock, Trade

from paper_gateway.recording.log import FORMAT, Log, LogError, read_log
from paper_gateway.recording.playback import Manner, Playback, replay
from paper_gateway.recording.player import Departure
from paper_gateway.recording.proxy import Upstream, record
from paper_gateway.recording.redaction import Private
from paper_gateway.recording.script import ReplayError
from paper_gateway.server import serve
from paper_gateway.settings import Settings
from paper_gateway.wire import frame
from tests.paper_gateway.wire_client import HELLO

DEADLINE = 5.0
ACCOUNT = "DU7654321"
LIMIT = 1.0
HANDSHAKE = """
1.0 1 > hello v157..178
2.0 1 < serverVersion 178|20260105 10:00:00 EST|
3.0 1 > startApi 71|2|7||
4.0 1 < nextValidId 9|1|1|
"""
START = HELLO + frame(71, 2, 7, "")
GREETING = frame(178, "20260105 10:00:00 EST") + frame(9, 1, 1)


async def soon(answer: Any) -> Any:
    return await asyncio.wait_for(answer, DEADLINE)


class Session:
    """One whole session of ib_async, and the values that it saw."""

    def __init__(self, client_id: int, reference: str) -> None:
        self.ib = IB()
        self.client_id = client_id
        self.reference = reference
        self.seen: dict[str, Any] = {}

    async def run(self, port: int) -> dict[str, Any]:
        """Connect, preview, buy, place and cancel a limit order, read positions, leave."""
        await self.ib.connectAsync("127.0.0.1", port, clientId=self.client_id, timeout=DEADLINE)
        contract = Stock("AAPL", "SMART", "USD")
        await soon(self.ib.qualifyContractsAsync(contract))
        preview = await soon(self.ib.whatIfOrderAsync(contract, self._order()))
        bought = self.ib.placeOrder(contract, self._order())
        await self._until(bought, "Filled")
        resting = self.ib.placeOrder(contract, LimitOrder("BUY", 1, LIMIT, tif="DAY"))
        await self._until(resting, "Submitted")
        self.ib.cancelOrder(resting.order)
        await self._until(resting, "Cancelled")
        positions = await soon(self.ib.reqPositionsAsync())
        self._note(contract, preview, bought, positions)
        self.ib.disconnect()
        return self.seen

    def _order(self) -> MarketOrder:
        account = self.ib.managedAccounts()[0]
        return MarketOrder("BUY", 10, tif="DAY", orderRef=self.reference, account=account)

    async def _until(self, trade: Trade, status: str) -> None:
        def is_there() -> bool:
            reports = [fill.commissionReport.execId for fill in trade.fills]
            return trade.orderStatus.status == status and all(reports)

        async def watch() -> None:
            while not is_there():
                await self.ib.updateEvent

        await soon(watch())

    def _note(self, contract: Stock, preview: Any, bought: Trade, positions: list[Any]) -> None:
        (fill,) = bought.fills
        self.seen = {
            "conId": contract.conId,
            "margin": preview.initMarginChange,
            "permId": bought.order.permId,
            "reference": bought.order.orderRef,
            "price": fill.execution.price,
            "execId": fill.execution.execId,
            "commission": fill.commissionReport.commission,
            "positions": [(each.contract.symbol, each.position) for each in positions],
            "averageCost": positions[0].avgCost,
            "account": positions[0].account,
            "cash": [
                row.value for row in self.ib.accountValues() if row.tag == "NetLiquidation"
            ],
        }  # fmt: skip


class Busy(Session):
    """Another session: history, a stream of prices, and a bracket that is cancelled."""

    async def run(self, port: int) -> dict[str, Any]:
        await self.ib.connectAsync("127.0.0.1", port, clientId=self.client_id, timeout=DEADLINE)
        contract = Stock("AAPL", "SMART", "USD")
        await soon(self.ib.qualifyContractsAsync(contract))
        ticker = self.ib.reqMktData(contract)
        bars = await soon(
            self.ib.reqHistoricalDataAsync(contract, "", "1 D", "5 mins", "TRADES", useRTH=True)
        )
        orders = self.ib.bracketOrder("BUY", 10, LIMIT, 500.0, 0.5, tif="DAY", ocaGroup="")
        trades = [self.ib.placeOrder(contract, order) for order in orders]
        for trade, status in zip(
            trades, ("Submitted", "PreSubmitted", "PreSubmitted"), strict=True
        ):
            await self._until(trade, status)
        self.ib.cancelOrder(trades[0].order)
        for trade in trades:
            await self._until(trade, "Cancelled")
        self.ib.cancelMktData(contract)
        await soon(self.ib.reqCurrentTimeAsync())
        self.ib.disconnect()
        return {
            "bars": len(bars),
            "close": bars[-1].close,
            "minTick": ticker.minTick,
            "statuses": [trade.orderStatus.status for trade in trades],
            "isChild": [trade.order.parentId == orders[0].orderId for trade in trades],
        }


async def recorded_session(
    log: Path, kind: type[Session] = Session, **options: Any
) -> dict[str, Any]:
    """Record ib_async at the real gateway; the values that it saw."""
    settings = Settings(latency_seconds=0.0, account=ACCOUNT)
    async with (
        serve(settings) as gateway,
        record(log, Upstream("127.0.0.1", gateway.port), **options) as proxy,
    ):
        seen = await kind(7, f"secret of {ACCOUNT}").run(proxy.port)
        await soon(proxy.quiet())
    return seen


def written(path: Path, rest: str) -> Path:
    """A log of one connection: a handshake and what follows."""
    path.write_text(f"{FORMAT}\n{HANDSHAKE.strip()}\n{rest}\n")
    return path


@contextlib.asynccontextmanager
async def replayed(tmp_path: Path, rest: str, **manner: Any) -> AsyncIterator[Playback]:
    async with replay(written(tmp_path / "x", rest), manner=Manner(**manner)) as server:
        yield server


async def connected(server: Playback) -> tuple[asyncio.StreamReader, asyncio.StreamWriter]:
    return await asyncio.open_connection("127.0.0.1", server.port)


async def test_a_session_of_ib_async_is_replayed_to_a_fresh_one_with_the_same_values(
    tmp_path: Path,
) -> None:
    first = await recorded_session(tmp_path / "x")
    async with replay(tmp_path / "x") as server:
        second = await Session(11, "another").run(server.port)
        await soon(server.finished())
        assert [str(each) for each in server.departures] == []
        assert server.player.is_over
    assert first["account"] == ACCOUNT
    assert second == {**first, "account": "DU0000001", "reference": "another"}
    assert (second["conId"], second["commission"]) == (265598, 1.0)
    assert second["positions"] == [("AAPL", 10.0)]


async def test_history_a_stream_and_a_bracket_are_replayed_with_the_same_values(
    tmp_path: Path,
) -> None:
    first = await recorded_session(tmp_path / "x", Busy)
    async with replay(tmp_path / "x") as server:
        second = await Busy(11, "another").run(server.port)
        await soon(server.finished())
        assert [str(each) for each in server.departures] == []
    assert second == first
    assert (second["bars"], second["minTick"]) == (288, 0.01)
    assert second["isChild"] == [False, True, True]
    assert second["statuses"] == ["Cancelled"] * 3


async def test_a_log_of_a_session_holds_no_account_and_no_reference(tmp_path: Path) -> None:
    await recorded_session(tmp_path / "x")
    text = (tmp_path / "x").read_text()
    assert ACCOUNT not in text
    assert "secret" not in text
    log = read_log(tmp_path / "x")
    assert [line.fields[2] for line in log.replies("managedAccounts")] == ["DU0000001"]
    assert [line.fields[26] for line in log.requests("placeOrder")] == ["ref1", "ref1", ""]
    assert {line.fields[16] for line in log.replies("execDetails")} == {"DU0000001"}
    assert {line.fields[2] for line in log.replies("position")} == {"DU0000001"}
    shares = {line.fields[30].partition("/")[2] for line in log.replies("openOrder")}
    assert shares == {"DU0000001/10", "DU0000001/1"}


async def test_what_was_kept_is_in_the_log_and_is_replayed(tmp_path: Path) -> None:
    kept = [Private.ACCOUNTS, Private.REFERENCES]
    first = await recorded_session(tmp_path / "x", kept=kept)
    log = read_log(tmp_path / "x")
    assert log.requests("placeOrder")[0].fields[23:27:3] == [ACCOUNT, f"secret of {ACCOUNT}"]
    async with replay(tmp_path / "x") as server:
        assert await Session(7, f"secret of {ACCOUNT}").run(server.port) == first
        await soon(server.finished())
        assert server.departures == []


async def test_another_order_than_the_recorded_one_is_told_with_line_and_fields(
    tmp_path: Path,
) -> None:
    class Greedy(Session):
        def _order(self) -> MarketOrder:
            order = super()._order()
            order.totalQuantity = 20
            return order

    await recorded_session(tmp_path / "x")
    async with replay(tmp_path / "x") as server:
        await Greedy(7, "x").run(server.port)
        await soon(server.finished())
        told = [str(each) for each in server.departures]
    preview, order, _ = read_log(tmp_path / "x").requests("placeOrder")
    difference = "placeOrder differs: field 17 is '20' instead of '10'"
    assert told == [f"line {preview.number}: {difference}", f"line {order.number}: {difference}"]


async def test_two_clients_at_once_are_recorded_and_each_is_replayed(tmp_path: Path) -> None:
    async with (
        serve(Settings(latency_seconds=0.0)) as gateway,
        record(tmp_path / "x", Upstream("127.0.0.1", gateway.port)) as proxy,
    ):
        first, second = Session(7, "first"), Session(8, "second")
        await asyncio.gather(first.run(proxy.port), second.run(proxy.port))
        await soon(proxy.quiet())
    log: Log = read_log(tmp_path / "x")
    assert log.connections == [1, 2]
    for number, session in enumerate((first, second), start=1):
        async with replay(tmp_path / "x", number) as server:
            seen = await Session(9, "again").run(server.port)
            await soon(server.finished())
            assert [str(each) for each in server.departures] == []
        assert seen["permId"] == session.seen["permId"]


async def test_a_drill_of_the_gateway_is_replayed_with_every_byte(tmp_path: Path) -> None:
    async with (
        serve(Settings(latency_seconds=0.0)) as gateway,
        record(tmp_path / "x", Upstream("127.0.0.1", gateway.port)) as proxy,
    ):
        reader, writer = await asyncio.open_connection("127.0.0.1", proxy.port)
        writer.write(START)
        await soon(reader.readuntil(b"secdefil\0\0"))
        gateway.apply({"garbage": "oversized"})
        oversized = await soon(reader.readexactly(4))
        rest = await soon(reader.readexactly(len(frame(49, 1, 0))))
        writer.close()
        await soon(proxy.quiet())
    async with replay(tmp_path / "x") as server:
        reader, writer = await connected(server)
        writer.write(START)
        await soon(reader.readuntil(b"secdefil\0\0"))
        assert await soon(reader.readexactly(len(oversized + rest))) == oversized + rest
        writer.close()
        await soon(server.finished())
        assert server.departures == []


async def test_a_departure_is_told_at_once(tmp_path: Path) -> None:
    told: asyncio.Queue[Departure] = asyncio.Queue()
    log = written(tmp_path / "x", "5.0 1 > reqPositions 61|1|")
    async with replay(log, tell=told.put_nowait) as server:
        reader, writer = await connected(server)
        writer.write(START + frame(49, 1))
        departure = await soon(told.get())
        assert str(departure) == (
            "line 6: expected reqPositions '61|1|'; seen reqCurrentTime '49|1|'"
        )
        writer.close()
        assert (await soon(told.get())).text.endswith("the client ended")


async def test_a_strict_replay_closes_where_the_client_departs(tmp_path: Path) -> None:
    async with replayed(tmp_path, "5.0 1 > reqPositions 61|1|", is_strict=True) as server:
        reader, writer = await connected(server)
        writer.write(START + frame(49, 1))
        assert await soon(reader.read()) == GREETING
        writer.close()
        await soon(server.finished())
        assert len(server.departures) == 1


async def test_a_request_that_never_comes_is_passed_over(tmp_path: Path) -> None:
    rest = (
        "5.0 1 > reqPositions 61|1|\n6.0 1 < positionEnd 62|1|\n"
        "7.0 1 > reqOpenOrders 5|1|\n8.0 1 < openOrderEnd 53|1|"
    )
    async with replayed(tmp_path, rest, patience=0.001) as server:
        reader, writer = await connected(server)
        writer.write(START + frame(5, 1))
        answers = GREETING + frame(62, 1) + frame(53, 1)
        assert await soon(reader.readexactly(len(answers))) == answers
        writer.close()
        await soon(server.finished())
        assert [each.number for each in server.departures] == [6, 6]


async def test_a_request_that_comes_late_is_waited_for(tmp_path: Path) -> None:
    rest = "5.0 1 > reqPositions 61|1|\n7.0 1 > reqOpenOrders 5|1|\n8.0 1 < openOrderEnd 53|1|"
    async with replayed(tmp_path, rest, patience=60) as server:
        reader, writer = await connected(server)
        writer.write(START + frame(5, 1))
        await soon(reader.readexactly(len(GREETING)))
        writer.write(frame(61, 1))
        assert await soon(reader.readexactly(len(frame(53, 1)))) == frame(53, 1)
        writer.close()
        await soon(server.finished())
        assert len(server.departures) == 1


@pytest.mark.parametrize(("speed", "seconds"), [(None, 0.0), (1.0, 2.0), (2.0, 1.0), (0.5, 4.0)])
def test_a_gap_is_as_long_as_the_speed_makes_it(speed: float | None, seconds: float) -> None:
    assert Manner(speed).seconds_of(2000.0) == seconds


async def test_the_recorded_gaps_are_kept_until_the_client_ends(tmp_path: Path) -> None:
    async with replayed(tmp_path, "9999999.0 1 < positionEnd 62|1|", speed=100) as server:
        reader, writer = await connected(server)
        writer.write(START)
        await soon(reader.readexactly(len(frame(178, "20260105 10:00:00 EST"))))
        # Without a gap the position's end would have left with the next valid id.
        assert await soon(reader.read(65536)) == frame(9, 1, 1)
        writer.write_eof()
        assert await soon(reader.read()) == frame(62, 1)
        writer.close()
        await soon(server.finished())
        assert server.departures == []


async def test_what_a_client_says_in_a_gap_is_heard_after_it(tmp_path: Path) -> None:
    rest = "14.0 1 < positionEnd 62|1|\n15.0 1 > reqOpenOrders 5|1|\n16.0 1 < openOrderEnd 53|1|"
    async with replayed(tmp_path, rest, speed=1) as server:
        reader, writer = await connected(server)
        writer.write(START)
        await soon(reader.readexactly(len(GREETING)))
        writer.write(frame(5, 1))
        answers = frame(62, 1) + frame(53, 1)
        assert await soon(reader.readexactly(len(answers))) == answers
        writer.close()
        await soon(server.finished())
        assert server.departures == []


async def test_the_recorded_ends_are_played(tmp_path: Path) -> None:
    async with replayed(tmp_path, "5.0 1 * server-closed") as server:
        reader, writer = await connected(server)
        writer.write(START)
        assert await soon(reader.read()) == GREETING
        writer.close()
    (tmp_path / "x").unlink()
    async with replayed(tmp_path, "5.0 1 > reqPositions 61|1|\n6.0 1 * server-reset") as server:
        reader, writer = await connected(server)
        writer.write(START)
        await soon(reader.readexactly(len(GREETING)))
        writer.write(frame(61, 1))
        with pytest.raises(ConnectionResetError):
            await soon(reader.read())
        writer.close()
        await soon(server.finished())
        assert server.departures == []


async def test_a_half_close_is_answered_to_the_recorded_end(tmp_path: Path) -> None:
    rest = "5.0 1 * client-closed\n6.0 1 < positionEnd 62|1|"
    async with replayed(tmp_path, rest) as server:
        reader, writer = await connected(server)
        writer.write(START)
        writer.write_eof()
        assert await soon(reader.read()) == GREETING + frame(62, 1)
        writer.close()
        await soon(server.finished())


async def test_one_that_says_nothing_is_not_the_client_and_a_second_one_is_cut(
    tmp_path: Path,
) -> None:
    async with replayed(tmp_path, "") as server:
        probe, probe_writer = await connected(server)
        probe_writer.write_eof()
        assert await soon(probe.read()) == b""
        probe_writer.close()
        reader, writer = await connected(server)
        writer.write(START)
        await soon(reader.readexactly(len(GREETING)))
        second, second_writer = await connected(server)
        second_writer.write(START)
        with pytest.raises(ConnectionResetError):
            await soon(second.read())
        second_writer.close()
        writer.close()
        await soon(server.finished())
        assert server.departures == []


async def test_a_log_that_cannot_be_played_is_refused(tmp_path: Path) -> None:
    (tmp_path / "empty").write_text(f"{FORMAT}\n")
    with pytest.raises(ReplayError, match="on no connection"):
        async with replay(tmp_path / "empty"):
            raise AssertionError
    with pytest.raises(LogError, match="cannot read"):
        async with replay(tmp_path / "missing"):
            raise AssertionError
