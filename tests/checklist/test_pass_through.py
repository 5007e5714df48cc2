"""The pass-through: it carries both ways, is cut and restored, and knows what was sent."""

from __future__ import annotations

import socket
import socketserver
import threading
from collections.abc import Iterator
from contextlib import closing

import pytest

from checklist.pass_through import Frames, PassThrough


def frame(*fields: str) -> bytes:
    body = b"".join(field.encode() + b"\0" for field in fields)
    return len(body).to_bytes(4) + body


GREETING = b"API\0" + frame("v100..187")
ORDER = frame("3", "7", "AAPL", "cl-x-one")
OTHER = frame("61", "1")


class Echo(socketserver.BaseRequestHandler):
    def handle(self) -> None:
        while data := self.request.recv(4096):
            self.request.sendall(data)


@pytest.fixture
def tap() -> Iterator[PassThrough]:
    with socketserver.ThreadingTCPServer(("127.0.0.1", 0), Echo) as server:
        server.daemon_threads = True
        serving = threading.Thread(target=server.serve_forever)
        serving.start()
        tap = PassThrough("127.0.0.1", server.server_address[1])
        tap.start()
        yield tap
        tap.stop()
        server.shutdown()
        serving.join(5)


def sent(tap: PassThrough, data: bytes) -> bytes:
    """What comes back of it; by then it has been read."""
    with closing(socket.create_connection(("127.0.0.1", tap.port), timeout=5)) as client:
        client.sendall(data)
        back = b""
        while len(back) < len(data):
            back += client.recv(4096)
        return back


def test_bytes_pass_both_ways(tap: PassThrough) -> None:
    assert sent(tap, GREETING + OTHER) == GREETING + OTHER


def test_orders_are_counted_and_found_by_their_name(tap: PassThrough) -> None:
    sent(tap, GREETING + OTHER + ORDER + ORDER)
    assert (tap.orders(), tap.carried("cl-x-one"), tap.carried("cl-x")) == (2, 2, 0)


def test_cut_means_that_nobody_listens_until_it_is_restored(tap: PassThrough) -> None:
    with closing(socket.create_connection(("127.0.0.1", tap.port), timeout=5)) as client:
        client.sendall(GREETING)
        assert client.recv(4096)
        tap.cut()
        assert client.recv(4096) == b""
    with pytest.raises(ConnectionRefusedError):
        socket.create_connection(("127.0.0.1", tap.port), timeout=5)
    tap.restore()
    tap.restore()
    assert sent(tap, GREETING) == GREETING


def test_messages_are_found_however_they_are_cut() -> None:
    frames, found = Frames(), []
    for byte in GREETING + ORDER:
        found += frames.feed(bytes([byte]))
    assert [one.split(b"\0")[0] for one in found] == [b"v100..187", b"3"]
