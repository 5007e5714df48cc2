"""How a greeting ends, against a paper gateway in each of its moods and against other servers."""

from __future__ import annotations

import asyncio
import socketserver
import threading

import pytest

from ib.tws_greeting import Greeting, greeting_of
from ib_session import Endpoint
from tests.conftest import DEADLINE, HOST, ORDERS, PaperGateway, Rooms, wait_until
from tests.processes import free_port


def asked(
    port: int, seconds: float = DEADLINE, host: str = HOST, client_id: int = 1001
) -> Greeting:
    return asyncio.run(greeting_of(Endpoint(host, port, client_id, connect_timeout=seconds)))


def test_a_tws_that_greets_names_its_version_and_accounts(gateway: PaperGateway) -> None:
    greeting = asked(gateway.port)
    assert (greeting.outcome, greeting.is_read_only) == ("greets", False)
    assert greeting.server_version > 100
    assert [account[:2] for account in greeting.accounts] == ["DU"]
    wait_until(lambda: gateway.clients() == [])


def test_a_read_only_api_is_told_without_an_order(gateway: PaperGateway) -> None:
    gateway.drill(read_only=True)
    assert asked(gateway.port).is_read_only is True


def test_nothing_that_listens_is_refused() -> None:
    assert asked(free_port()) == Greeting("refused")


def test_a_name_that_nobody_has_is_unknown() -> None:
    assert asked(7497, host="no-such-machine.invalid").outcome == "unknown_host"


@pytest.mark.parametrize("login", ["silent", "no_answer"])
def test_a_tws_that_waits_for_a_dialog_is_silent(gateway: PaperGateway, login: str) -> None:
    gateway.drill(login=login)
    assert asked(gateway.port, 0.2).outcome == "silent"


def test_a_tws_that_does_not_trust_this_machine_closes(gateway: PaperGateway) -> None:
    gateway.drill(login="close_after_start")
    assert asked(gateway.port).outcome == "closed"


def test_a_client_id_that_is_taken_is_told_apart(rooms: Rooms, gateway: PaperGateway) -> None:
    handler = rooms.connected_handler(gateway.port)
    assert asked(gateway.port, client_id=ORDERS).outcome == "in_use"
    assert handler.status().is_connected


@pytest.mark.parametrize(
    ("said", "expected"),
    [
        (b"HTTP/1.1 400 Bad Request\r\n\r\n", Greeting("strange")),
        (b"\0\0\0\4no\0\0", Greeting("strange")),
        (b"", Greeting("closed")),
    ],
)
def test_another_server_is_told_apart(said: bytes, expected: Greeting) -> None:
    """What it wrote is not repeated: the address may be anybody's."""

    class Other(socketserver.BaseRequestHandler):
        def handle(self) -> None:
            if self.request.recv(1):
                self.request.sendall(said)

    with socketserver.TCPServer((HOST, 0), Other) as server:
        serving = threading.Thread(target=server.serve_forever, args=(0.01,))
        serving.start()
        assert asked(server.server_address[1]) == expected
        server.shutdown()
        serving.join()
