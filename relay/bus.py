"""What carries messages between relay nodes: at most once, and what a failure proves.

Nodes know only this Protocol; `relay/nats_bus.py` is the one over NATS. A bus never keeps a message
back to send it later: it leaves now or the caller hears NotSent.
"""

from __future__ import annotations

from collections.abc import Callable
from contextlib import AbstractAsyncContextManager
from typing import Protocol

# Data, and the subject that an answer goes to (empty when none is wanted).
Heard = Callable[[bytes, str], None]


class NotSent(Exception):
    """Proven: nobody got the message and nobody will."""


class NoWord(Exception):
    """The message left; nothing is known of it. `is_late`: time ran out, else the link broke."""

    def __init__(self, is_late: bool) -> None:
        super().__init__("no answer in time" if is_late else "the link broke")
        self.is_late = is_late


class Bus(Protocol):
    """Subjects are words with dots between them."""

    @property
    def is_up(self) -> bool:
        """Whether a message could leave now."""
        ...

    def running(self) -> AbstractAsyncContextManager[None]:
        """The link is kept up as well as can be, until the block is left."""
        ...

    def listen(self, subject: str, heard: Heard) -> None:
        """Hear every message on the subject while it is up. To be called before `running`."""
        ...

    def when_up(self, told: Callable[[], None]) -> None:
        """Call `told` each time when the link has come up."""
        ...

    def tell(self, subject: str, data: bytes) -> bool:
        """Send without an answer, in the order of the calls. False: it did not leave."""
        ...

    async def request(self, subject: str, data: bytes, seconds: float) -> bytes:
        """Send and wait for the answer. Raises NotSent or NoWord."""
        ...

    def give_up(self, subject: str = "") -> None:
        """Whoever waits for an answer (of that subject) hears NoWord now."""
        ...
