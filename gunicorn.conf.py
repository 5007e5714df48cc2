"""How gunicorn runs the desk: one worker with many threads; in relay mode as many as one likes.

In local mode the client ids 999 and 1000 belong to one process, so a second worker is refused; a
preloaded app would lose its threads at the fork, so that is refused always.
"""

import select
import socket
import struct
import sys
from typing import Any

from gunicorn.workers.gthread import ThreadWorker

from config import SettingsError, load_for_desk

RECEIVE_SECONDS = 5
LINGER_MS = 10


class DeskWorker(ThreadWorker):
    """gthread that first ends what holds threads: waiting orders and live streams."""

    def handle(self, conn: Any) -> Any:
        """A client that goes on at once is served by the same thread.

        Its socket's way through the main thread and back costs an order 0.3 ms.
        """
        result = super().handle(conn)  # type: ignore[no-untyped-call] # gunicorn has no types
        while result is True and self.alive and _goes_on(conn):
            result = super().handle(conn)  # type: ignore[no-untyped-call]
        return result

    def handle_exit(self, sig: int, frame: Any) -> None:
        app = getattr(self, "wsgi", None)  # not there yet while the worker starts
        if app is not None:
            app.extensions["drain"]()
        super().handle_exit(sig, frame)  # type: ignore[no-untyped-call] # gunicorn has no types


try:
    settings = load_for_desk()
except SettingsError as error:
    sys.exit(str(error))

bind = settings.bind
wsgi_app = "app_simple:create_app()"
worker_class = DeskWorker
workers = settings.workers
threads = settings.threads
timeout = 60
graceful_timeout = 5
keepalive = 75
preload_app = False
control_socket_disable = True
loglevel = "warning"


def on_starting(server: Any) -> None:
    """Refuse what cannot work, with the fix; then say where the desk is."""
    if server.cfg.workers != 1 and not settings.uses_relay:
        sys.exit(
            f"-w {server.cfg.workers} is refused: client ids 999 and 1000 belong to one process. "
            "Run one worker with many threads: .venv/bin/gunicorn -w 1 --threads 128. "
            "Several need RELAY_URL."
        )
    if server.cfg.preload_app:
        sys.exit(
            "--preload is refused: the desk's threads would not survive the fork. Leave it out."
        )
    _refuse_taken_port()
    import app_simple

    try:
        print(app_simple.prepare(settings), flush=True)  # noqa: T201 - the one greeting
    except app_simple.CannotStart as error:
        sys.exit(str(error))


def when_ready(server: Any) -> None:
    """A client that sends half a request gives its thread back after five seconds."""
    seconds = struct.pack("ll", RECEIVE_SECONDS, 0)
    for listener in server.LISTENERS:  # what is accepted inherits it
        listener.sock.setsockopt(socket.SOL_SOCKET, socket.SO_RCVTIMEO, seconds)


def worker_exit(_server: Any, worker: Any) -> None:
    """Close the connections to TWS or the relay; orders stay at IB."""
    app = getattr(worker, "wsgi", None)  # a worker that could not start has none
    if app is not None:
        app.extensions["stop"]()


def _goes_on(conn: Any) -> bool:
    """Whether the next request has begun; what is read already is gunicorn's own business."""
    if conn.parser.unreader.buf.getvalue():
        return False
    poll = select.poll()
    poll.register(conn.sock, select.POLLIN)
    return bool(poll.poll(LINGER_MS))


def _refuse_taken_port() -> None:
    host, port = settings.host_and_port
    family = socket.AF_INET6 if host.startswith("[") else socket.AF_INET
    try:
        with socket.socket(family) as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            probe.bind((host.strip("[]"), port))
    except OSError as error:
        sys.exit(
            f"Cannot listen on {settings.bind} ({error.strerror}). "
            "Stop the program that uses it, or take another address: "
            f"BIND={host}:{port + 1} make run"
        )
