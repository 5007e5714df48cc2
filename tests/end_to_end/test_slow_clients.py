"""Clients that never finish their request do not keep others from theirs."""

from __future__ import annotations

import socket
from contextlib import ExitStack
from pathlib import Path

from tests.processes import desk, request

THREADS = 24


def test_half_requests_give_their_threads_back(tmp_path: Path) -> None:
    threads = str(THREADS)
    with (
        desk(tmp_path, THREADS=threads, MAX_STREAMS="4", MAX_WAITING_ORDERS="4") as running,
        ExitStack() as slow,
    ):
        for _ in range(THREADS + 4):
            connection = socket.create_connection(("127.0.0.1", running.port))
            slow.enter_context(connection)
            connection.sendall(b"POST /api/v1/orders HTTP/1.1\r\nHost: 127.0")
        status, _ = request(running.port, "GET", "/healthz")
        assert status == 200
