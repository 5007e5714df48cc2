"""The processes of the relay's benchmark: `relay`, and `echo`, a bare aiohttp server beside it.

The relay is the real one with every check on; only its agent keys come from a rule and not from a
database, because ten thousand users would have to be made first.
"""

from __future__ import annotations

import asyncio
import sys
from collections.abc import Collection
from itertools import count

from aiohttp import web

from relay.__main__ import allow_many_sockets, run
from relay.gate import Pass
from relay.messages import Hello
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

    def ended(self, digests: Collection[str]) -> set[str]:
        return set()


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
    else:
        asyncio.run(run(Settings("127.0.0.1", 0, TOKEN), AnyKeys()))


if __name__ == "__main__":
    main()
