"""Listening to one user's events at the relay: for as long as somebody here wants them.

A lost connection is opened again from the last event on, with back-off, so that nothing is missed
as long as the relay still has it; what it has not is told by a `reset`.
"""

from __future__ import annotations

import asyncio
import logging
import random
from contextlib import suppress
from typing import Protocol

import aiohttp

from relay.link import Asking, RelayLink
from relay.server_sent import Events, NotEvents, ServerSent
from trading.refusals import TradingError

log = logging.getLogger(__name__)

FIRST_WAIT_SECONDS = 0.2
LONGEST_WAIT_SECONDS = 5.0


class Listener(Protocol):
    """Who listens. None of it may fail; `heard` is called for each event, in order."""

    def resumes_after(self) -> str:
        """The id of the last event that was heard; empty to begin with what comes."""
        ...

    async def heard(self, event: ServerSent) -> None: ...

    async def lost(self) -> None:
        """The relay cannot be heard any more; it is tried again."""
        ...


async def listen(link: RelayLink, asking: Asking, listener: Listener) -> None:
    """Tell the listener everything until this is cancelled."""
    wait, is_lost = FIRST_WAIT_SECONDS, False
    while True:
        try:
            if await _one_connection(link, asking, listener):
                wait, is_lost = FIRST_WAIT_SECONDS, False
        except (aiohttp.ClientError, TimeoutError, ConnectionError, NotEvents, TradingError) as why:
            log.debug("events: %r", why)
        if not is_lost:
            is_lost = True
            await listener.lost()
        await asyncio.sleep(wait * random.uniform(0.75, 1.25))
        wait = min(LONGEST_WAIT_SECONDS, wait * 2)


async def _one_connection(link: RelayLink, asking: Asking, listener: Listener) -> bool:
    """Whether anything was heard before the connection ended."""
    events, has_heard = Events(), False
    async with await link.listen(asking, listener.resumes_after()) as response:
        with suppress(aiohttp.ClientError, TimeoutError, ConnectionError):
            async for chunk in response.content.iter_any():
                for event in events.feed(chunk):
                    has_heard = True
                    await listener.heard(event)
    return has_heard
