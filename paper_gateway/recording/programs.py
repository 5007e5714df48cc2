"""The programs ``record`` and ``replay``: arguments in, lines on stdout, an exit code at the end.

May not know messages. The first line on stdout names the port, so that a parent process can read
it.
"""

import argparse
import asyncio
import logging
import signal
import sys
from pathlib import Path
from typing import Any

from paper_gateway.recording.log import LogError
from paper_gateway.recording.playback import Manner, replay
from paper_gateway.recording.player import Departure
from paper_gateway.recording.proxy import Upstream, record
from paper_gateway.recording.redaction import Private
from paper_gateway.recording.script import ReplayError
from paper_gateway.recording.sockets import LOOPBACK, ListenError

AS_RECORDED = 0
DEPARTED = 1
CANNOT_START = 2


def record_program(arguments: list[str]) -> int:
    """Record until told to stop. 0, or 2 when it cannot start."""
    options = _record_parser().parse_args(arguments)
    _log_to_stderr()
    try:
        asyncio.run(_record(options))
    except (LogError, ListenError) as error:
        return _cannot_start("recorder", error)
    return 0


def replay_program(arguments: list[str]) -> int:
    """Replay to one client. 0 when it did as recorded, 1 when not, 2 when it cannot start."""
    options = _replay_parser().parse_args(arguments)
    _log_to_stderr()
    try:
        return asyncio.run(_replay(options))
    except (LogError, ReplayError, ListenError) as error:
        return _cannot_start("replay", error)


async def _record(options: argparse.Namespace) -> None:
    stopped, upstream = _stop_signal(), options.upstream
    async with record(options.log, upstream, options.port, options.keep, options.hide) as proxy:
        _say(
            f"recorder listening on {LOOPBACK}:{proxy.port} "
            f"upstream {upstream.host}:{upstream.port} log {options.log}"
        )
        await stopped.wait()


async def _replay(options: argparse.Namespace) -> int:
    manner, stop = Manner(options.speed, options.patience, options.strict), _stop_signal()

    def tell(departure: Departure) -> None:
        _say(str(departure))

    async with replay(options.log, options.connection, options.port, manner, tell) as server:
        _say(f"replay listening on {LOOPBACK}:{server.port} log {options.log}")
        stopped = asyncio.create_task(stop.wait())
        finished = asyncio.create_task(server.finished())
        await asyncio.wait({stopped, finished}, return_when=asyncio.FIRST_COMPLETED)
        is_whole = finished.done() and not server.departures
        _say(f"{server.player.progress}, departures: {len(server.departures)}")
        stopped.cancel()
        finished.cancel()
    return AS_RECORDED if is_whole else DEPARTED


def _stop_signal() -> asyncio.Event:
    loop, stopped = asyncio.get_running_loop(), asyncio.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, stopped.set)
    return stopped


def _record_parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="python -m paper_gateway record",
        description="A transparent proxy before a TWS, IB Gateway or paper gateway: it passes on "
        "what both sides say and writes it to a log in which accounts, mail addresses, machines "
        "and order references are replaced. The log still holds orders and positions.",
    )
    parser.add_argument("--upstream", type=_upstream, required=True, metavar="HOST:PORT")
    parser.add_argument("--log", type=Path, required=True, help="the new file to write")
    parser.add_argument("--port", type=_port, default=0, help="where clients connect (0: any)")
    kept: dict[str, Any] = {"action": "append_const", "dest": "keep", "default": []}
    parser.add_argument(
        "--keep-accounts", **kept, const=Private.ACCOUNTS, help="do not replace account numbers"
    )
    parser.add_argument(
        "--keep-references",
        **kept,
        const=Private.REFERENCES,
        help="do not replace orderRef and ocaGroup",
    )
    parser.add_argument(
        "--hide", action="append", default=[], metavar="TEXT", help="one more text to replace"
    )
    return parser


def _replay_parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="python -m paper_gateway replay",
        description="Plays the server's side of a recorded connection to one client and says where "
        "the client does something else. Exit code 0: as recorded; 1: not; 2: cannot start.",
    )
    parser.add_argument("--log", type=Path, required=True, help="a log of the program record")
    parser.add_argument("--port", type=_port, default=0, help="where the client connects (0: any)")
    parser.add_argument(
        "--connection",
        type=int,
        metavar="NUMBER",
        help="which one of the log (default: the first that a server answered)",
    )
    parser.add_argument(
        "--speed", type=_positive, help="keep the recorded gaps: 1 as they were, 2 twice as fast"
    )
    parser.add_argument(
        "--patience",
        type=_positive,
        default=1.0,
        metavar="SECONDS",
        help="how long a request is awaited when the client has gone on to a later one",
    )
    parser.add_argument("--strict", action="store_true", help="end where the client departs")
    return parser


def _port(text: str) -> int:
    port = int(text)
    if not 0 <= port <= 65535:
        raise argparse.ArgumentTypeError(f"{port} is not a port")
    return port


def _upstream(text: str) -> Upstream:
    host, _, port = text.rpartition(":")
    if not host or not port.isdecimal() or not 0 < int(port) <= 65535:
        raise argparse.ArgumentTypeError(f"'{text}' is not of the form HOST:PORT")
    return Upstream(host.strip("[]"), int(port))


def _positive(text: str) -> float:
    number = float(text)
    if not 0 < number <= 1_000_000:
        raise argparse.ArgumentTypeError(f"{text} is not between 0 and 1000000")
    return number


def _log_to_stderr() -> None:
    logging.basicConfig(level=logging.INFO, format="%(asctime)s %(levelname)s %(message)s")


def _cannot_start(program: str, error: Exception) -> int:
    sys.stderr.write(f"{program}: {error}\n")
    return CANNOT_START


def _say(text: str) -> None:
    sys.stdout.write(text + "\n")
    sys.stdout.flush()
