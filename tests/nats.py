"""Debian's nats-server as real processes on loopback, one or a cluster of three."""

from __future__ import annotations

import subprocess
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from socket import create_connection

from tests.processes import free_port, until


@dataclass
class NatsServer:
    """A running server."""

    process: subprocess.Popen[bytes]
    port: int

    @property
    def url(self) -> str:
        return f"nats://127.0.0.1:{self.port}"

    def kill(self) -> None:
        self.process.kill()
        self.process.wait()

    def is_up(self) -> bool:
        try:
            create_connection(("127.0.0.1", self.port), 1).close()
        except OSError:
            return False
        return True


@contextmanager
def nats_server(*options: str, port: int = 0) -> Iterator[NatsServer]:
    port = port or free_port()
    process = subprocess.Popen(
        ["nats-server", "-a", "127.0.0.1", "-p", str(port), *options],
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    server = NatsServer(process, port)
    try:
        until(server.is_up, "nats-server listens")
        yield server
    finally:
        process.terminate()
        process.wait()


@contextmanager
def nats_cluster(size: int = 3) -> Iterator[Sequence[NatsServer]]:
    """Servers that know each other: what one hears, all pass on."""
    routes = [f"nats://127.0.0.1:{free_port()}" for _ in range(size)]
    with ExitStack() as stack:
        yield [
            stack.enter_context(
                nats_server(
                    "--cluster_name", "test", "--cluster", route, "--routes", ",".join(routes)
                )
            )
            for route in routes
        ]
