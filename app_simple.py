"""The desk: wires everything together and decides nothing.

python app_simple.py        the one command: gunicorn with gunicorn.conf.py
app_simple:create_app()     the WSGI callable, for any other server (one process only)
"""

from __future__ import annotations

import argparse
import asyncio
import atexit
import gc
import logging
import os
import re
import sys
from logging.handlers import MemoryHandler
from pathlib import Path
from typing import Any

from flask import Flask

import config
from config import Settings, SettingsError
from engine.embedded_gateway import GatewayFailed
from engine.engine import Engine
from loop_thread import LoopThread
from store.database import StoreError, open_database
from store.journal import JournalError
from store.people import People
from store.users import Users
from web import build_web
from web.desk import Desk, status_payload
from web.stream import Stream

log = logging.getLogger(__name__)

ROOT = Path(__file__).parent
ADMIN = "admin"
CHANGE_PASSWORD = f".venv/bin/flask --app app_simple user password {ADMIN}"
LOG_SECONDS = 0.1
WORKER_CANNOT_START = 3
CONTROL_CHARACTERS = {code: f"\\x{code:02x}" for code in (*range(32), 127)}


class CannotStart(Exception):
    """The desk cannot start; one line says why and what to do."""


def create_app(settings: Settings | None = None) -> Flask:
    """The running desk as a WSGI app: threads started, connections on their way.

    Commands of Flask's own command line get the same app without connections. What cannot start
    ends the process with one line; gunicorn does not start a worker again after this exit code.
    """
    try:
        return _create(settings or config.load())
    except (CannotStart, GatewayFailed, JournalError, SettingsError, StoreError) as error:
        sys.stderr.write(f"{error}\n")
        sys.exit(WORKER_CANNOT_START)


def _create(settings: Settings) -> Flask:
    set_up_logging(settings.log_level)
    for warning in config.unknown_keys():
        log.warning(warning)
    _make_var_dir(settings)
    connects = not config.is_flask_command()
    desk, engine = _wire_up(settings, connects=connects)
    app = build_web(desk)
    if connects:
        _start(app, desk, engine)
    return app


def _start(app: Flask, desk: Desk, engine: Engine) -> None:
    engine.start()

    def stop() -> None:
        """The streams first, since they hold threads; orders stay at IB as they are."""
        desk.stream.close()
        engine.stop()
        desk.people.close()

    app.extensions["stop"] = stop
    atexit.register(stop)
    tune_garbage_collector()


def _wire_up(settings: Settings, *, connects: bool) -> tuple[Desk, Engine]:
    """Every room once, each given what it needs; nothing but the paper gateway is started."""
    people = People(open_database(settings.users_url))
    stream = Stream(settings.max_streams)

    def publish(kind: str, payload: dict[str, Any]) -> None:
        """Rooms report that their status changed; the page gets the whole of it."""
        if kind == "status":
            stream.publish_newest(kind, lambda: status_payload(desk))
        else:
            stream.publish(kind, payload)

    engine = Engine(settings, publish, connects=connects)
    desk = Desk(
        settings=settings,
        secret_key=config.secret_key(settings),
        reader=engine.reader,
        order_desk=engine.order_desk,
        stream=stream,
        people=people,
        gateway=engine.gateway,
        loops=engine.loops,
        watch=engine.watch,
        version=version(),
    )
    return desk, engine


def prepare(settings: Settings) -> str:
    """What the first run needs, before any worker starts; returns the greeting."""
    _make_var_dir(settings)
    try:
        database = open_database(settings.users_url)
        password = Users(database).first_run_admin(settings.admin_password or None)
        database.dispose()  # a worker that is forked has no use for our connection
    except StoreError as error:
        raise CannotStart(str(error)) from error
    lines = [
        "",
        f"  IB Trading Platform {version()} ({settings.trading_mode})",
        f"  http://{settings.bind}",
        f"  user {ADMIN}, " + _password_line(settings, password),
    ]
    if settings.uses_embedded_gateway:
        lines.append("  IB_PORT is not set: the built-in paper gateway runs, prices are synthetic")
    return "\n".join([*lines, ""])


def _make_var_dir(settings: Settings) -> None:
    try:
        settings.var_dir.mkdir(parents=True, exist_ok=True, mode=0o700)
        config.secret_key(settings)
    except OSError as error:
        raise CannotStart(
            f"Cannot write to {settings.var_dir} ({error.strerror}). "
            "Set VAR_DIR to a folder that you own."
        ) from error


def _password_line(settings: Settings, new_password: str | None) -> str:
    if settings.admin_password:
        return "password as in ADMIN_PASSWORD"
    if new_password:
        return f"password {new_password}  (shown once; to change it: {CHANGE_PASSWORD})"
    return f"password as before  (forgotten? {CHANGE_PASSWORD})"


def version() -> str:
    """The first released heading of CHANGELOG.md: one source."""
    found = re.search(r"^## \[(\d[^\]]*)\]", (ROOT / "CHANGELOG.md").read_text(), re.MULTILINE)
    return found[1] if found else "0"


def tune_garbage_collector() -> None:
    """What lives for ever is not walked again: long pauses would delay messages from TWS."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(50_000, 20, 100)


class OneLine(logging.Formatter):
    """Control characters are shown escaped: no message can forge another log line."""

    def formatMessage(self, record: logging.LogRecord) -> str:
        return super().formatMessage(record).translate(CONTROL_CHARACTERS)


def set_up_logging(level: str) -> None:
    """Log to standard error, written ten times a second: no order waits for a terminal.

    A warning is written at once, with all that came before it.
    """
    # What our format does not show need not be found out (Python's logging how-to, Optimization);
    # the process is part of gunicorn's own.
    logging._srcfile = None
    logging.logThreads = logging.logMultiprocessing = False
    stream = logging.StreamHandler()
    stream.setFormatter(OneLine("%(asctime)s %(levelname)s %(name)s: %(message)s"))
    buffer = MemoryHandler(capacity=10_000, flushLevel=logging.WARNING, target=stream)
    logging.basicConfig(level=level, handlers=[buffer])

    async def write_for_ever() -> None:
        while True:
            await asyncio.sleep(LOG_SECONDS)
            buffer.flush()

    LoopThread("Log", write_for_ever).start()


def main() -> None:
    """Replace this process by gunicorn; its configuration checks and greets."""
    argparse.ArgumentParser(
        description="Run the desk. Settings come from the environment or .env (see .env.sample).",
    ).parse_args()
    try:
        config.load()
    except SettingsError as error:
        sys.exit(str(error))
    os.chdir(ROOT)
    arguments = ["-m", "gunicorn", "--config", str(ROOT / "gunicorn.conf.py")]
    os.execv(sys.executable, [sys.executable, *arguments])


if __name__ == "__main__":
    main()
