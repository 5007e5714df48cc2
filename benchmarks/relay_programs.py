"""The processes of the relay's benchmarks: `relay`, with others when a NATS server and a name
follow, and `echo`, a bare aiohttp server beside it.

The relay is the real one with every check on; only its agent keys come from a rule and not from a
database, because ten thousand users would have to be made first.
"""

from __future__ import annotations

import asyncio
import sys
from collections.abc import AsyncIterator, Collection, Mapping
from contextlib import asynccontextmanager
from functools import partial
from itertools import count

from aiohttp import web

from relay.__main__ import allow_many_sockets, run
from relay.alone import Routes
from relay.gate import Pass
from relay.hub import Hub
from relay.messages import Hello
from relay.nats_bus import NatsBus
from relay.nodes import Nodes, together
from relay.owners import Owners
from relay.server import Settings
from store.users import User

TOKEN = "the secret of a benchmark, 32 characters"
KEY = "iba_benchmark-"


class AnyKeys:
    """`iba_benchmark-NAME` is the key of NAME."""

    def __init__(self) -> None:
        self._epochs = count(1)

    def verify(self, secret: str) -> Pass | None:
        user = secret.removeprefix(KEY)
        return Pass(User(1, user, "trader"), f"digest of {user}", KEY)

    def claim(self, passed: Pass, hello: Hello) -> int:
        return next(self._epochs)

    def turned_away(self, passed: Pass, hello: Hello) -> None:
        return

    def ended(self, digests: Collection[str]) -> set[str]:
        return set()


class NoRows:
    """A table in which nobody else ever has an agent: that table is not measured here."""

    def keep(self) -> None: ...

    def gone(self, ended: Mapping[str, int]) -> None: ...

    def release(self) -> None: ...

    def taken(self, seconds: float) -> list[tuple[str, int]]:
        return []

    def holder(self, user_id: int) -> None:
        return None

    def age(self, agent: object) -> float:
        return 0.0


@asynccontextmanager
async def join(hub: Hub, server: str) -> AsyncIterator[Routes]:
    bus, owners = NatsBus([server], hub.node), Owners(NoRows(), hub.node, 5.0)
    nodes = Nodes(hub, bus, owners, TOKEN)
    async with together(nodes, hub, bus, owners):
        yield nodes


async def echo() -> None:
    async def answer(request: web.Request) -> web.Response:
        return web.Response(body=await request.read(), content_type="application/json")

    app = web.Application()
    app.router.add_post("/echo", answer)
    runner = web.AppRunner(app, access_log=None)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0, backlog=1024).start()
    print(f"echo listening on 127.0.0.1:{runner.addresses[0][1]}", flush=True)
    await asyncio.Event().wait()


def main() -> None:
    allow_many_sockets()
    if sys.argv[1] == "echo":
        asyncio.run(echo())
    elif sys.argv[2:]:
        server, node = sys.argv[2:]
        settings = Settings("127.0.0.1", 0, TOKEN, node=node)
        asyncio.run(run(settings, AnyKeys(), partial(join, server=server)))
    else:
        asyncio.run(run(Settings("127.0.0.1", 0, TOKEN), AnyKeys()))


if __name__ == "__main__":
    main()
