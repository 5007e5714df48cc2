"""The paper gateway as the desk's child process: it listens, comes back, and ends with the desk."""

from __future__ import annotations

import json
import os
import signal
import socket
from collections.abc import Iterator
from pathlib import Path

import pytest

from config import Settings, embedded_gateway_file, gateway_address, load
from engine.embedded_gateway import EmbeddedGateway, GatewayFailed
from tests.conftest import Rooms, place, wait_until


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    values = {"VAR_DIR": str(tmp_path), "PAPER_LATENCY_MS": "0"}
    return load(values, tmp_path / "no file")


@pytest.fixture
def embedded(settings: Settings) -> Iterator[EmbeddedGateway]:
    embedded = EmbeddedGateway(settings)
    yield embedded
    embedded.stop()


def children(settings: Settings) -> list[int]:
    """The processes that keep their account in this test's own folder."""
    folder = str(settings.var_dir / "paper_gateway").encode()
    found = []
    for path in Path("/proc").glob("[0-9]*/cmdline"):
        try:
            words = path.read_bytes().split(b"\0")
        except OSError:  # it has just ended
            continue
        if folder in words:
            found.append(int(path.parent.name))
    return found


def is_listening(address: tuple[str, int]) -> bool:
    try:
        socket.create_connection(address, timeout=1).close()
    except OSError:
        return False
    return True


def test_it_listens_once_it_has_started(embedded: EmbeddedGateway, settings: Settings) -> None:
    host, port = embedded.start()
    assert (host, is_listening((host, port))) == ("127.0.0.1", True)
    assert len(children(settings)) == 1


def test_other_programs_learn_where_it_listens(
    embedded: EmbeddedGateway, settings: Settings
) -> None:
    address = embedded.start()
    assert json.loads(embedded_gateway_file(settings).read_text()) == {
        "host": address[0],
        "port": address[1],
    }
    assert gateway_address(settings) == address


def test_it_ends_with_the_desk(embedded: EmbeddedGateway, settings: Settings) -> None:
    address = embedded.start()
    embedded.stop()
    assert (children(settings), is_listening(address)) == ([], False)
    assert not embedded_gateway_file(settings).exists()


def test_it_is_started_again_on_the_same_port_with_the_same_account(
    embedded: EmbeddedGateway, settings: Settings, rooms: Rooms
) -> None:
    address = embedded.start()
    handler = rooms.connected_handler(address[1])
    place(handler, "ui-1")
    (killed,) = children(settings)
    os.kill(killed, signal.SIGKILL)
    wait_until(lambda: handler.status().reconnects and handler.status().is_connected)
    assert place(handler, "ui-2").order_id == 2
    assert children(settings) != [killed]
    reader = rooms.reader(address[1])
    assert [row["position"] for row in reader.positions().result(5).rows] == [200]


def test_a_gateway_that_cannot_start_says_why(settings: Settings) -> None:
    (settings.var_dir / "paper_gateway").write_text("a file where the folder should be")
    embedded = EmbeddedGateway(settings)
    with pytest.raises(GatewayFailed, match="cannot use the state folder"):
        embedded.start()
    assert children(settings) == []
    embedded.stop()


def test_a_gateway_that_was_never_started_can_be_stopped(settings: Settings) -> None:
    EmbeddedGateway(settings).stop()
    assert children(settings) == []
