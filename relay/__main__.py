"""`python -m relay`: run a relay until it is told to stop.

All settings come from the environment or `.env`: RELAY_BIND, RELAY_TOKEN, DATABASE_URL or VAR_DIR
(the desk's own database, with the agent keys), HEARTBEAT_SECONDS, LOG_LEVEL; for several nodes
NATS_URL and NODE_NAME.
"""

from __future__ import annotations

import argparse
import asyncio
import gc
import ipaddress
import logging
import platform
import resource
import signal
import sys

from sqlalchemy import Engine

import config
from config import SettingsError
from relay.alone import alone
from relay.gate import Keys
from relay.server import Join, Settings, serve
from relay.store_keys import StoreKeys
from store.database import StoreError, open_database

logger = logging.getLogger("relay")

CANNOT_START = 2
NO_TOKEN = (
    "RELAY_TOKEN is not set: the secret that desk and relay share, 32 characters or more. Make one "
    'with: python -c "import secrets; print(secrets.token_urlsafe(48))"'
)
PLAIN_TEXT = (
    "RELAY_BIND=%s can be reached from other machines, and the relay itself speaks no TLS: keep "
    "a reverse proxy with TLS before it (docs/relay.md)"
)


async def run(settings: Settings, keys: Keys, join: Join = alone) -> None:
    """Serve until SIGTERM or SIGINT."""
    stopped = asyncio.Event()
    loop = asyncio.get_running_loop()
    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, stopped.set)
    async with serve(settings, keys, join) as (_relay, port):
        print(f"relay listening on {settings.host}:{port}", flush=True)
        # What the start made lives as long as the process: the collector need not look at it.
        gc.freeze()
        await stopped.wait()


def main() -> int:
    parser = argparse.ArgumentParser(
        prog="python -m relay", description=__doc__.split("\n", 1)[1].strip()
    )
    parser.parse_args()
    try:
        settings = config.load()
        if not settings.relay_token:
            raise SettingsError(NO_TOKEN)
        logging.basicConfig(
            level=settings.log_level, format="%(asctime)s %(levelname)s %(name)s %(message)s"
        )
        for warning in config.unknown_keys():
            logger.warning(warning)
        host, port = settings.relay_host_and_port
        if not is_loopback(host):
            logger.warning(PLAIN_TEXT, settings.relay_bind)
        node = settings.node_name or f"{platform.node()}:{port}"
        engine = open_database(settings.users_url)
        wanted = Settings(host, port, settings.relay_token, settings.heartbeat_seconds, node)
        join = _joining(settings, engine, node) if settings.nats_url else alone
        allow_many_sockets()
        keys = StoreKeys(engine, node)
        try:
            asyncio.run(run(wanted, keys, join))
        finally:
            keys.close()
    except (SettingsError, StoreError, OSError) as error:
        print(f"relay: {error}", file=sys.stderr)
        return CANNOT_START
    return 0


def _joining(settings: config.Settings, engine: Engine, node: str) -> Join:
    """With the other nodes. Raises StoreError."""
    from relay.joining import joining  # a relay that is alone loads no NATS client

    return joining(engine, node, settings)


def allow_many_sockets() -> None:
    """Each agent is an open file, and the usual limit is 1,024."""
    _, most = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (most, most))


def is_loopback(host: str) -> bool:
    """Whether only this machine reaches it; a name that is no address counts as reachable."""
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"


if __name__ == "__main__":
    sys.exit(main())
