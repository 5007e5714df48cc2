"""One supervised connection: it connects, says what is wrong, and comes back by itself."""

from __future__ import annotations

import socket
import threading
from collections.abc import Awaitable, Callable, Iterator
from typing import Any

import ib_async
import pytest

from ib_session import IBSession
from loop_thread import LoopThread
from tests.conftest import DEADLINE, PaperGateway, Rooms, endpoint, wait_until
from trading.snapshots import ConnectionStatus

CLIENT_ID = 999
PLACE_ORDER = 3
QUICK_PROBE = {"probe_interval": 0.05, "probe_timeout": 0.1, "connect_timeout": 0.3}


class FakeRole:
    """An owner who remembers what it was told; `on_connected` does as a test says."""

    def __init__(self) -> None:
        self.greetings = 0
        self.farewells: list[str] = []
        self.restored: list[bool] = []
        self.errors: list[tuple[int, int, str]] = []
        self.on_greeting: Callable[[], Awaitable[object]] = self.do_nothing
        self.on_farewell: Callable[[], object] = lambda: None

    async def do_nothing(self) -> None:
        return

    async def on_connected(self) -> None:
        self.greetings += 1
        await self.on_greeting()

    def on_disconnected(self, reason: str) -> None:
        self.farewells.append(reason)
        self.on_farewell()

    def on_link_restored(self, data_lost: bool) -> None:
        self.restored.append(data_lost)

    def on_error(self, req_id: int, code: int, text: str) -> None:
        self.errors.append((req_id, code, text))


class Line:
    """A session in its own thread, with its fake owner and every status it has shown."""

    def __init__(self, port: int, client_id: int = CLIENT_ID, **changes: Any) -> None:
        self.role = FakeRole()
        self.shown: list[ConnectionStatus] = []
        self.session = IBSession(
            "data", endpoint(port, client_id, **changes), self.role, self._on_change
        )
        self.thread = LoopThread("line", self.session.run)

    def _on_change(self) -> None:
        self.shown.append(self.session.status())

    def status(self) -> ConnectionStatus:
        return self.session.status()

    def until(self, state: str, deadline: float = DEADLINE) -> ConnectionStatus:
        wait_until(lambda: self.status().state == state, deadline)
        return self.status()

    def until_reason(self, words: str, deadline: float = DEADLINE) -> str:
        return wait_until(
            lambda: next((r for s in self.shown if words in (r := s.reason or "")), ""), deadline
        )


Dial = Callable[..., Line]


@pytest.fixture
def dial() -> Iterator[Dial]:
    """Starts lines, and stops them."""
    lines: list[Line] = []

    def start(port: int, client_id: int = CLIENT_ID, **changes: Any) -> Line:
        line = Line(port, client_id, **changes)
        lines.append(line)
        line.thread.start()
        return line

    yield start
    for line in lines:
        line.thread.stop()


@pytest.fixture
def line(dial: Dial, gateway: PaperGateway) -> Line:
    line = dial(gateway.port)
    line.until("connected")
    return line


# Connecting


def test_a_connection_tells_who_answered(line: Line) -> None:
    status = line.status()
    assert (status.client_id, status.server_version, status.accounts) == (999, 178, ("DU1234567",))
    assert (status.broker_link, status.reason, status.reconnects) == ("up", None, 0)
    assert status.last_message_at
    assert line.role.greetings == 1


def test_the_ways_to_a_connection_are_shown_in_their_order(line: Line) -> None:
    states = list(dict.fromkeys(status.state for status in line.shown))
    assert states == ["connecting", "connected"]


def test_a_session_that_has_not_begun_says_so() -> None:
    status = Line(1).status()
    assert (status.state, status.reason) == ("stopped", "Not started yet")


def test_without_tws_it_waits_and_says_what_to_do(dial: Dial, gateway: PaperGateway) -> None:
    gateway.stop()
    status = dial(gateway.port, first_retry=5, longest_retry=5).until("waiting")
    where = f"127.0.0.1:{gateway.port}"
    assert (status.reason or "").startswith(f"Cannot reach TWS at {where} (")
    assert (status.reason or "").endswith("). Start TWS or IB Gateway and enable its API.")
    assert status.next_retry_at
    assert status.next_retry_at > status.since


def test_it_connects_by_itself_once_tws_is_there(dial: Dial, gateway: PaperGateway) -> None:
    gateway.stop()
    line = dial(gateway.port)
    line.until("waiting")
    gateway.start()
    status = line.until("connected")
    assert (status.reason, status.next_retry_at, status.reconnects) == (None, None, 0)


def test_the_time_of_an_absence_begins_once(dial: Dial, gateway: PaperGateway) -> None:
    gateway.stop()
    line = dial(gateway.port)
    wait_until(lambda: [s.state for s in line.shown].count("waiting") >= 3)
    assert len({status.since for status in line.shown}) == 1


def test_a_server_that_never_greets_is_told_apart(dial: Dial) -> None:
    with socket.create_server(("127.0.0.1", 0)) as silent:
        line = dial(silent.getsockname()[1], connect_timeout=0.1)
        reason = line.until_reason("does not greet")
    assert "that its API is enabled" in reason


def test_a_server_that_hangs_up_before_it_greets_is_tried_again_at_once(dial: Dial) -> None:
    """As a container's port does while nobody listens behind it."""
    with socket.create_server(("127.0.0.1", 0)) as server:
        server.settimeout(DEADLINE)
        line = dial(server.getsockname()[1], connect_timeout=10 * DEADLINE)
        for _ in range(2):
            connection, _ = server.accept()
            with connection:
                assert connection.recv(1 << 16).startswith(b"API\0")
        line.until_reason("TWS closed the connection: It hung up before it greeted")


def test_a_fault_of_the_owner_does_not_end_the_supervision(
    dial: Dial, gateway: PaperGateway, caplog: pytest.LogCaptureFixture
) -> None:
    async def stumble() -> None:
        own.role.on_greeting = own.role.do_nothing
        raise ValueError("a fault of the owner")

    own = Line(gateway.port)
    own.role.on_greeting = stumble
    own.thread.start()
    own.until("connected")
    own.thread.stop()
    assert own.until_reason("Internal error at the start of the connection")
    assert "a fault of the owner" in caplog.text


# The client id


@pytest.mark.failure("F31")
def test_a_client_id_in_use_is_reported_within_a_second(line: Line, dial: Dial) -> None:
    other = dial(line.session.endpoint.port, connect_timeout=60)
    reason = other.until_reason("Client id 999 is already in use at TWS", deadline=1)
    assert "Close the other program" in reason
    assert line.status().is_connected


@pytest.mark.failure("F31")
def test_the_same_client_id_is_waited_for(line: Line, dial: Dial, gateway: PaperGateway) -> None:
    other = dial(gateway.port)
    other.until_reason("already in use")
    line.thread.stop()
    other.until("connected")
    assert gateway.clients() == [CLIENT_ID]


@pytest.mark.failure("F32")
def test_an_id_that_tws_still_holds_is_waited_out(line: Line, gateway: PaperGateway) -> None:
    gateway.drill(hold_client_id_seconds=0.3)
    gateway.drop_connections()
    line.until_reason("already in use")
    line.until("connected")
    assert gateway.clients() == [CLIENT_ID]
    assert (line.status().reconnects, line.role.greetings) == (1, 2)


# The link between TWS and IB, and the farms


@pytest.mark.parametrize("code", [1100, 2110])
def test_a_lost_link_to_ib_is_not_a_lost_connection(
    line: Line, gateway: PaperGateway, code: int
) -> None:
    gateway.tell(code)
    wait_until(lambda: line.status().broker_link == "down")
    assert (line.status().state, line.status().reconnects) == ("connected", 0)
    assert line.role.farewells == []


@pytest.mark.parametrize(("code", "is_data_lost"), [(1101, True), (1102, False)])
def test_a_restored_link_tells_whether_data_was_lost(
    line: Line, gateway: PaperGateway, code: int, is_data_lost: bool
) -> None:
    gateway.tell(1100)
    gateway.tell(code)
    assert wait_until(lambda: line.role.restored) == [is_data_lost]
    wait_until(lambda: line.status().broker_link == "up")
    assert line.status().state == "connected"


def test_a_link_that_is_lost_during_the_start_stays_lost(dial: Dial, gateway: PaperGateway) -> None:
    async def hear_of_the_loss() -> None:
        own.session.on_error(-1, 2110, "Connectivity is broken")

    own = Line(gateway.port)
    own.role.on_greeting = hear_of_the_loss
    own.thread.start()
    status = own.until("connected")
    own.thread.stop()
    assert status.broker_link == "down"


def test_each_farm_has_its_own_state(line: Line, gateway: PaperGateway) -> None:
    gateway.tell(2103)
    wait_until(lambda: _farm(line, "usfarm") == ("market data", "broken"))
    assert _farm(line, "ushmds") == ("historical data", "ok")
    assert _farm(line, "secdefil") == ("security definitions", "ok")
    assert line.status().broker_link == "up"


def test_a_farm_is_known_by_one_name_whatever_the_notice(line: Line, gateway: PaperGateway) -> None:
    gateway.tell(2107)
    gateway.tell(2108)
    wait_until(lambda: _farm(line, "usfarm") == ("market data", "inactive"))
    assert _farm(line, "ushmds") == ("historical data", "inactive")


def _farm(line: Line, name: str) -> tuple[str, str]:
    return next((f.kind, f.state) for f in line.status().farms if f.name == name)


# Frozen, dropped, stopped


@pytest.mark.failure("F43")
def test_a_frozen_tws_is_found_and_left_and_met_again(dial: Dial, gateway: PaperGateway) -> None:
    line = dial(gateway.port, **QUICK_PROBE)
    line.until("connected")
    gateway.drill(freeze=True)
    reason = line.until_reason("frozen")
    gateway.drill(freeze=False)
    line.until("connected")
    assert reason.startswith("TWS is connected but frozen")
    assert line.role.farewells[0] == reason
    assert line.status().reconnects == 1


def test_a_healthy_tws_is_not_taken_for_a_frozen_one(dial: Dial, gateway: PaperGateway) -> None:
    line = dial(gateway.port, **QUICK_PROBE | {"probe_interval": 0.01, "probe_timeout": 5})
    wait_until(lambda: gateway.received(49) >= 10)
    assert (line.status().state, line.status().reconnects) == ("connected", 0)


def test_whoever_waits_for_an_answer_is_told_of_the_drop_at_once(
    line: Line, gateway: PaperGateway
) -> None:
    async def ask() -> object:
        return await line.session.wire.reqContractDetailsAsync(ib_async.Stock("AAPL", "SMART"))

    gateway.drill(freeze=True)
    waiting = [line.thread.submit(ask()) for _ in range(5)]
    gateway.drop_connections()
    for future in waiting:
        with pytest.raises(ConnectionError):
            future.result(DEADLINE)


def test_a_drop_is_told_to_the_owner_with_its_reason(line: Line, gateway: PaperGateway) -> None:
    gateway.drop_connections()
    reason = wait_until(lambda: line.role.farewells)[0]
    assert reason.startswith("TWS closed the connection")
    line.until("connected")


def test_nothing_is_asked_once_the_socket_is_gone(line: Line) -> None:
    async def lose_the_socket() -> list[bool]:
        connection, before = line.session.wire.client.conn, line.session.is_connected
        assert connection.transport
        connection.transport.abort()
        connection.connection_lost(None)  # asyncio's own call comes one turn of the loop later
        return [before, line.session.is_connected]

    assert line.thread.submit(lose_the_socket()).result(DEADLINE) == [True, False]
    wait_until(lambda: line.role.greetings == 2)


def test_orders_that_wait_when_the_socket_drops_were_never_sent(
    dial: Dial, gateway: PaperGateway
) -> None:
    line, unsent = dial(gateway.port, client_id=1000, requests_per_second=5), list[int]()
    line.until("connected")
    line.role.on_farewell = lambda: unsent.extend(line.session.wire.waiting_order_ids())

    async def place_ten() -> None:
        contract = ib_async.Stock("AAPL", "SMART", "USD")
        order = ib_async.Order(action="BUY", totalQuantity=1, orderType="LMT", lmtPrice=1)
        for number in range(10):
            client: Any = line.session.wire.client
            client.placeOrder(number + 100, contract, order)

    line.thread.submit(place_ten()).result(DEADLINE)
    gateway.drop_connections()
    line.until_reason("TWS closed the connection")
    assert unsent == list(range(110 - len(unsent), 110))
    assert 5 <= len(unsent) <= 10 - gateway.received(PLACE_ORDER)


def test_the_socket_notices_a_host_that_vanished(line: Line) -> None:
    async def options() -> list[bool]:
        transport = line.session.wire.client.conn.transport
        assert transport
        connection = transport.get_extra_info("socket")
        named = ((socket.SOL_SOCKET, socket.SO_KEEPALIVE), (socket.IPPROTO_TCP, socket.TCP_NODELAY))
        return [bool(connection.getsockopt(*each)) for each in named]

    assert line.thread.submit(options()).result(DEADLINE) == [True, True]


@pytest.mark.failure("F46")
@pytest.mark.parametrize(
    ("words", "reason"),
    [
        (b"\x7f\xff\xff\xff", "announced a message of 2147483647 bytes"),
        (b"SSH-2.0-OpenSSH_9.2\r\n", "announced a message of"),
        (b"\0\0\0\x0athis\0isno\0", "What answers there is not TWS"),
    ],
    ids=["oversized", "another protocol", "no version"],
)
def test_what_is_not_tws_is_told_apart_and_tried_again(
    dial: Dial, words: bytes, reason: str
) -> None:
    with socket.create_server(("127.0.0.1", 0)) as server:
        server.settimeout(DEADLINE)
        line = dial(server.getsockname()[1])
        for _ in range(2):
            connection, _ = server.accept()
            with connection:
                assert connection.recv(1 << 16).startswith(b"API\0")
                connection.sendall(words)
                line.until_reason(reason)
    assert line.status().reconnects == 0


@pytest.mark.failure("F46")
def test_a_message_that_never_ends_costs_the_connection_and_no_more(
    line: Line, gateway: PaperGateway
) -> None:
    async def receive() -> None:
        line.session.wire.client.conn.data_received(b"\x01\0\0\0" + bytes(1000))

    line.thread.submit(receive()).result(DEADLINE)
    line.until_reason("announced a message of 16777216 bytes")
    wait_until(lambda: line.role.greetings == 2)
    assert line.until("connected").reconnects == 1
    assert line.role.farewells == ["TWS announced a message of 16777216 bytes"]


def test_a_restart_of_tws_is_survived(line: Line, gateway: PaperGateway) -> None:
    gateway.restart()
    wait_until(lambda: line.role.greetings == 2)
    assert line.until("connected").reconnects == 1


def test_a_clean_stop_closes_the_socket(line: Line, gateway: PaperGateway) -> None:
    line.thread.stop()
    wait_until(lambda: gateway.call(lambda server: not server.sockets))
    assert (line.status().state, line.status().reason) == ("stopped", "The desk is stopping")


def test_a_stop_that_comes_with_an_answer_is_not_lost(
    dial: Dial, rooms: Rooms, gateway: PaperGateway
) -> None:
    cable = rooms.cable(gateway)
    line = dial(cable.port, probe_interval=0.05, probe_timeout=60)
    line.until("connected")
    cable.hold()
    asked = gateway.received(49)
    wait_until(lambda: gateway.received(49) > asked)
    release = threading.Event()
    line.thread.hand_over(release.wait, DEADLINE)
    cable.release()
    stopping = threading.Thread(target=line.thread.stop)
    stopping.start()
    stopping.join(0.05)  # it has asked the loop, which is blocked, and waits for it
    release.set()
    stopping.join(DEADLINE)
    assert not line.thread.is_alive


def test_messages_of_tws_reach_the_owner(line: Line, gateway: PaperGateway) -> None:
    gateway.tell(2104, "Market data farm connection is OK:eufarm")
    expected = (-1, 2104, "Market data farm connection is OK:eufarm")
    wait_until(lambda: expected in line.role.errors)
