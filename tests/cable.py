"""A network cable on loopback that can be pulled out: bytes pass, or connections break."""

from __future__ import annotations

import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress

CHUNK = 65536


class Cable:
    """Everything that connects to `port` reaches `target`, while the cable is in."""

    def __init__(self, target: int) -> None:
        self.target = target
        self.is_in = True
        self.open: set[socket.socket] = set()
        self.listener = socket.create_server(("127.0.0.1", 0))
        self.port: int = self.listener.getsockname()[1]
        threading.Thread(target=self._accept, daemon=True).start()

    def pull(self) -> None:
        """Every connection breaks, and each new one at once."""
        self.is_in = False
        for one in list(self.open):
            _close(one)

    def plug(self) -> None:
        self.is_in = True

    def close(self) -> None:
        _close(self.listener)
        self.pull()

    def _accept(self) -> None:
        with suppress(OSError):  # the listener is closed
            while True:
                near, _ = self.listener.accept()
                if self.is_in:
                    self._join(near, socket.create_connection(("127.0.0.1", self.target)))
                else:
                    near.close()

    def _join(self, near: socket.socket, far: socket.socket) -> None:
        self.open |= {near, far}
        for source, sink in ((near, far), (far, near)):
            threading.Thread(target=self._carry, args=(source, sink), daemon=True).start()

    def _carry(self, source: socket.socket, sink: socket.socket) -> None:
        with suppress(OSError):
            while data := source.recv(CHUNK):
                sink.sendall(data)
        for one in (source, sink):
            self.open.discard(one)
            _close(one)


def _close(one: socket.socket) -> None:
    with suppress(OSError):  # nobody is at the other end any more
        one.shutdown(socket.SHUT_RDWR)
    one.close()


@contextmanager
def cable(target: int) -> Iterator[Cable]:
    made = Cable(target)
    try:
        yield made
    finally:
        made.close()
