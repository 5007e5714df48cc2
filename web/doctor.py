"""`flask doctor`: checks what a desk needs and says how to repair what is missing.

It only looks: it makes no order, signs in nowhere and prints no secret.
"""

from __future__ import annotations

import socket
import sys
import tempfile
from collections.abc import Callable, Iterator
from typing import NamedTuple

import config
from store.database import StoreError
from web.desk import Desk
from web.page_values import chart_library

CONNECT_SECONDS = 3.0
NPM = "npm ci --omit=dev --ignore-scripts --no-audit --no-fund && npm run vendor"
ASK_TWS = "Start TWS or IB Gateway and enable its API."


class Finding(NamedTuple):
    """One line: `word` is ok, warn or FAIL."""

    word: str
    about: str


def examine(desk: Desk) -> Iterator[Finding]:
    """Every check in turn; each takes three seconds at most."""
    for check in CHECKS:
        yield from check(desk)


def _python(_desk: Desk) -> Iterator[Finding]:
    version = ".".join(map(str, sys.version_info[:3]))
    is_enough = sys.version_info >= (3, 11)
    yield Finding("ok" if is_enough else "FAIL", f"Python {version} (3.11 or newer is needed)")


def _settings(_desk: Desk) -> Iterator[Finding]:
    unknown = config.unknown_keys()
    yield from (Finding("warn", sentence) for sentence in unknown)
    if not unknown:
        yield Finding("ok", "Settings are read; every key of .env is known")


def _var_dir(desk: Desk) -> Iterator[Finding]:
    folder = desk.settings.var_dir
    try:
        with tempfile.TemporaryFile(dir=folder):
            yield Finding("ok", f"{folder} can be written")
    except OSError as error:
        yield Finding("FAIL", f"{folder} cannot be written ({error.strerror}). Set VAR_DIR.")


def _database(desk: Desk) -> Iterator[Finding]:
    try:
        yield Finding("ok", f"The database answers; users: {len(desk.users.all())}")
    except StoreError as error:
        yield Finding("FAIL", str(error))


def _charts(_desk: Desk) -> Iterator[Finding]:
    if chart_library().is_file():
        yield Finding("ok", "The chart library is installed")
    else:
        yield Finding("warn", f"The chart library is missing; the page draws its own. Run: {NPM}")


def _tws(desk: Desk) -> Iterator[Finding]:
    try:
        host, port = config.gateway_address(desk.settings)
    except config.SettingsError:
        yield Finding("ok", "No TWS is configured: the desk starts its own paper gateway")
        return
    try:
        socket.create_connection((host, port), timeout=CONNECT_SECONDS).close()
        yield Finding("ok", f"Something listens at {host}:{port}")
    except OSError as error:
        reason = error.strerror or str(error)
        yield Finding("FAIL", f"Cannot reach TWS at {host}:{port} ({reason.lower()}). {ASK_TWS}")


CHECKS: tuple[Callable[[Desk], Iterator[Finding]], ...] = (
    _python,
    _settings,
    _var_dir,
    _database,
    _charts,
    _tws,
)
