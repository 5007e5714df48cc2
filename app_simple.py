"""The desk: wires everything together and decides nothing.

python app_simple.py        the one command: gunicorn with gunicorn.conf.py
app_simple:create_app()     the WSGI callable, for any other server (one process only)
"""

from __future__ import annotations

import argparse
import atexit
import logging
import os
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import partial
from pathlib import Path
from typing import Any, NamedTuple

from flask import Flask

import config
from checklist.plan import reports_folder
from checklist.starting import Starter
from config import Settings, SettingsError
from engine.embedded_gateway import GatewayFailed
from engine.engine import Engine
from engine.process import set_up_logging, tune_garbage_collector, version
from engine.tws_check import ConnectionTester
from relay.link import RelayLink
from store.database import StoreError, connect, open_database
from store.first_run import FirstRun
from store.journal import JournalError
from store.people import People
from store.schema import bring_up_to_date
from store.settings_file import SettingsFile
from store.users import Users
from web import build_web
from web.desk import Desk, SetUp, status_payload
from web.rate_limits import SignInLimits
from web.relay_seats import relay_desk
from web.stream import Stream

log = logging.getLogger(__name__)

ROOT = Path(__file__).parent
ADMIN = "admin"
CHANGE_PASSWORD = f".venv/bin/flask --app app_simple user password {ADMIN}"
WORKER_CANNOT_START = 3


class CannotStart(Exception):
    """The desk cannot start; one line says why and what to do."""


def create_app(settings: Settings | None = None) -> Flask:
    """The running desk as a WSGI app: threads started, connections on their way.

    Commands of Flask's own command line get the same app without connections. What cannot start
    ends the process with one line; gunicorn does not start a worker again after this exit code.
    """
    with _one_line_errors():
        return _create(settings or config.load())


@contextmanager
def _one_line_errors() -> Iterator[None]:
    try:
        yield
    except (CannotStart, GatewayFailed, JournalError, SettingsError, StoreError) as error:
        sys.stderr.write(f"{error}\n")
        sys.exit(WORKER_CANNOT_START)


def _create(settings: Settings) -> Flask:
    connects = not config.is_flask_command()
    set_up_logging(settings.log_level if connects else "WARNING")  # commands speak for themselves
    for warning in config.unknown_keys():
        log.warning(warning)
    if connects:
        _make_var_dir(settings)
    wire_up = relay_mode if settings.uses_relay else local_mode
    desk, running = wire_up(settings, connects=connects)
    app = build_web(desk)
    if connects:
        _start(app, desk, running)
    else:
        app.extensions["make_ready"] = partial(_make_ready, settings, desk.people)
    return app


def _make_ready(settings: Settings, people: People) -> None:
    """What a command needs that does more than look: the folder and the newest tables."""
    with _one_line_errors():
        _make_var_dir(settings)
        bring_up_to_date(people.engine)


class Running(NamedTuple):
    """What the factory starts and ends around the web layer."""

    start: Callable[[], None]
    drain: Callable[[], None]  # the process ends soon: an answer now for everybody who waits
    stop: Callable[[], None]


def _start(app: Flask, desk: Desk, running: Running) -> None:
    running.start()

    def stop() -> None:
        running.stop()
        desk.people.close()

    app.extensions["drain"] = running.drain
    app.extensions["stop"] = stop
    atexit.register(stop)
    tune_garbage_collector()


def local_mode(settings: Settings, *, connects: bool) -> tuple[Desk, Running]:
    """Every room once, each given what it needs; nothing but the paper gateway is started."""
    people, secret = _kept(settings, connects=connects)
    stream = Stream(settings.max_streams)

    def publish(kind: str, payload: dict[str, Any]) -> None:
        """Rooms report that their status changed; the page gets the whole of it."""
        if kind == "status":
            stream.publish_newest(kind, lambda: status_payload(desk))
        else:
            stream.publish(kind, payload)

    engine = Engine(settings, publish, connects=connects)
    tester = ConnectionTester(settings.ib_client_id)
    desk = Desk(
        settings=settings,
        secret_key=secret,
        reader=engine.reader,
        order_desk=engine.order_desk,
        stream=stream,
        people=people,
        gateway=engine.gateway,
        loops=engine.loops,
        watch=engine.watch,
        version=version(),
        sign_in_limits=SignInLimits(people.engine),
        checklists=Starter(reports_folder(settings)),
        set_up=SetUp(SettingsFile(), FirstRun(settings.var_dir), tester),
    )

    def drain() -> None:
        engine.order_desk.drain()
        stream.close()

    def stop() -> None:
        """The streams first, since they hold threads; orders stay at IB as they are."""
        stream.close()
        tester.stop()
        engine.stop()

    return desk, Running(engine.start, drain, stop)


def relay_mode(settings: Settings, *, connects: bool) -> tuple[Desk, Running]:
    """A desk without an engine: every call goes to the relay, for the user who is signed in.

    The link connects when somebody asks, whatever `connects` says.
    """
    link = RelayLink(settings.relay_url, settings.relay_token)
    people, secret = _kept(settings, connects=connects)
    desk, streams = relay_desk(settings, secret, people, link, version())

    def drain() -> None:
        link.drain()
        streams.close()

    def stop() -> None:
        streams.close()
        link.stop()

    return desk, Running(link.start, drain, stop)


def _kept(settings: Settings, *, connects: bool) -> tuple[People, str]:
    """The database of people and the key of sessions; a command that only looks makes neither."""
    if connects:
        return People(open_database(settings.users_url)), config.secret_key(settings)
    return People(connect(settings.users_url)), ""


def prepare(settings: Settings) -> str:
    """What the first run needs, before any worker starts; returns the greeting."""
    _make_var_dir(settings)
    try:
        database = open_database(settings.users_url)
        users = Users(database)
        password = users.first_run_admin(settings.admin_password or None)
        if password and not settings.admin_password:
            FirstRun(settings.var_dir).note_made_password(users.password_mark(ADMIN))
        password_line = _password_line(users, settings.admin_password, password)
        database.dispose()  # a worker that is forked has no use for our connection
    except StoreError as error:
        raise CannotStart(str(error)) from error
    mode = "relay mode" if settings.uses_relay else settings.trading_mode
    lines = [
        "",
        f"  IB Trading Platform {version()} ({mode})",
        f"  http://{settings.bind}",
        f"  user {ADMIN}, {password_line}",
    ]
    if settings.uses_relay:
        lines.append(f"  relay {settings.relay_url}; every user needs an agent beside TWS")
    elif settings.uses_embedded_gateway:
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


def _password_line(users: Users, given: str, made: str | None) -> str:
    """ADMIN_PASSWORD makes the first admin; later it may be any word."""
    if given and users.verify(ADMIN, given):
        return "password as in ADMIN_PASSWORD"
    if made and not given:
        return f"password {made}  (shown once; choose your own at /setup)"
    no_use = "ADMIN_PASSWORD counts on the first run only; " if given else ""
    return f"password as before  ({no_use}forgotten? {CHANGE_PASSWORD})"


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
