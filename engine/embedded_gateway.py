"""The paper gateway that the desk starts for itself when no TWS is configured.

It runs as its own process, keeps its account under VAR_DIR, ends with the desk however the desk
ends (its standard input closes), and is started again on the same port should it die.
"""

from __future__ import annotations

import asyncio
import contextlib
import json
import logging
import re
import sys
from concurrent.futures import Future
from pathlib import Path

from config import Settings, embedded_gateway_file
from loop_thread import LoopThread

log = logging.getLogger(__name__)

HOST = "127.0.0.1"
LISTENING = re.compile(rb"listening on \S+:(\d+)")
OWN_TIME = re.compile(r"^\d{4}-\d\d-\d\d [\d:,]+ INFO ")
START_SECONDS = 20.0
RESTART_SECONDS = 1.0
ROOT = Path(__file__).parent.parent


class GatewayFailed(Exception):
    """The paper gateway did not start; the text is what it said."""


class EmbeddedGateway:
    """The child process and the thread that looks after it."""

    def __init__(self, settings: Settings) -> None:
        self._settings = settings
        self._port = 0  # free on the first start, the same on every later one
        self._ready: Future[int] = Future()
        self._thread = LoopThread("EmbeddedGateway", self._live)

    def start(self) -> tuple[str, int]:
        """Start it; returns host and port once it listens, or raises GatewayFailed."""
        self._thread.start()
        try:
            return HOST, self._ready.result(START_SECONDS)
        except (GatewayFailed, TimeoutError) as error:
            self._thread.stop()
            raise GatewayFailed(f"The paper gateway did not start: {error}") from error

    def stop(self) -> None:
        self._thread.stop()
        embedded_gateway_file(self._settings).unlink(missing_ok=True)

    async def _live(self) -> None:
        while True:
            child = await self._spawn()
            try:
                await self._until_it_ends(child)
            finally:
                await _end(child)
            log.warning("The paper gateway ended with code %s; starting it again", child.returncode)
            await asyncio.sleep(RESTART_SECONDS)

    async def _spawn(self) -> asyncio.subprocess.Process:
        settings = self._settings
        options = {
            "--port": self._port,
            "--state": (settings.var_dir / "paper_gateway").resolve(),
            "--seed": settings.paper_seed,
            "--latency-ms": settings.paper_latency_ms,
        }
        arguments = [str(part) for option in options.items() for part in option]
        return await asyncio.create_subprocess_exec(
            *(sys.executable, "-m", "paper_gateway", "--until-stdin-closes", "--preset-notices"),
            *arguments,
            cwd=ROOT,
            stdin=asyncio.subprocess.PIPE,
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.STDOUT,
            start_new_session=True,  # Ctrl-C is for the desk, which ends it after its connections
        )

    async def _until_it_ends(self, child: asyncio.subprocess.Process) -> None:
        assert child.stdout is not None
        said = b""
        async for line in child.stdout:
            said = line
            match = LISTENING.search(line)
            if match:
                self._announce(int(match[1]))
            else:
                text = line.decode(errors="replace").strip()
                log.info("paper gateway: %s", OWN_TIME.sub("", text))  # it has one already
        await child.wait()
        if not self._ready.done():
            self._ready.set_exception(GatewayFailed(said.decode(errors="replace").strip()))

    def _announce(self, port: int) -> None:
        self._port = port
        place = embedded_gateway_file(self._settings)
        place.write_text(json.dumps({"host": HOST, "port": port}))
        if not self._ready.done():
            self._ready.set_result(port)


async def _end(child: asyncio.subprocess.Process) -> None:
    """Close its input, which ends it; kill it if that takes longer than three seconds."""
    if child.returncode is not None:
        return
    assert child.stdin is not None
    child.stdin.close()
    try:
        await asyncio.wait_for(child.wait(), 3)
    except TimeoutError:
        with contextlib.suppress(ProcessLookupError):
            child.kill()
        await child.wait()
