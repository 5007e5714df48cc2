"""``python -m paper_gateway``: run a paper gateway until it is told to stop.

With a subcommand in front it is another program: ``drill``, ``record`` or ``replay``.

The first line on stdout names the port, so that a parent process can read it.
"""

import argparse
import asyncio
import logging
import os
import signal
import sys
import threading
from collections.abc import Callable
from pathlib import Path

from paper_gateway.drilling import cli
from paper_gateway.drilling.scripts import Script, parse_script
from paper_gateway.drilling.table import expand
from paper_gateway.drills import DrillError
from paper_gateway.market_data.bar_files import BarFileError
from paper_gateway.market_data.hours import HOURS
from paper_gateway.recording.programs import record_program, replay_program
from paper_gateway.server import SetupError, serve
from paper_gateway.settings import Settings
from paper_gateway.store import StateError
from paper_gateway.times import ib_time, parse_instant

CANNOT_START = 2
STDIN = 0
# A day in a second.
FASTEST = 86_400.0
SUBCOMMANDS: dict[str, Callable[[list[str]], int]] = {
    "drill": cli.main,
    "record": record_program,
    "replay": replay_program,
}
"""Each runs with the arguments behind its name and returns the exit code."""


def parse_arguments(arguments: list[str]) -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        prog="python -m paper_gateway",
        description="A paper trading gateway that speaks the TWS socket protocol. "
        "Prices are synthetic; nothing leaves this machine.",
        epilog=f"Subcommands, each with its own --help: {', '.join(SUBCOMMANDS)}.",
    )
    parser.add_argument("--port", type=_port, default=0, help="port of the API (0: any free one)")
    parser.add_argument("--state", type=Path, required=True, help="folder that keeps the account")
    parser.add_argument("--host", default="127.0.0.1")
    parser.add_argument("--seed", type=int, default=1, help="seed of the price paths")
    parser.add_argument("--latency-ms", type=_milliseconds, default=10.0)
    parser.add_argument("--control-port", type=_port, help="port for drills and counters")
    parser.add_argument("--script", type=_script, help="a script of drills, played from the start")
    parser.add_argument("--account", help="account name of a new state folder, such as DU1234567")
    parser.add_argument("--accounts", type=_count, help="how many accounts a new folder gets")
    parser.add_argument("--fa", action="store_true", help="a financial advisor's master leads them")
    parser.add_argument(
        "--portfolio",
        type=Path,
        help="CSV or JSON file with the cash and positions of new accounts",
    )
    parser.add_argument("--reset", action="store_true", help="forget what the state folder holds")
    parser.add_argument(
        "--speed", type=_speed, default=1.0,
        help="virtual seconds per real second; 0: the clock is moved at the control port",
    )  # fmt: skip
    parser.add_argument(
        "--start-time", type=_instant, help='where the clock begins, "20260105 09:30:00 US/Eastern"'
    )
    parser.add_argument("--master-client-id", type=int, help="client that sees all clients' orders")
    parser.add_argument(
        "--preset-notices",
        action="store_true",
        help="send 10349 with DAY orders and 2109 with all, as a paper TWS with presets does",
    )
    parser.add_argument(
        "--hours",
        choices=HOURS,
        default="always",
        help="exchange: contracts trade at the hours of their exchange (default: around the clock)",
    )
    parser.add_argument(
        "--bars", type=Path, help="CSV file of bars, or folder of them, that prices follow"
    )
    parser.add_argument(
        "--bars-start",
        default="first",
        help="with --bars: where the gateway's clock begins, a time of the bars or 'now'",
    )
    parser.add_argument("--allow-remote", action="store_true", help="permit a non-loopback host")
    parser.add_argument(
        "--until-stdin-closes", action="store_true", help="stop when standard input ends"
    )
    return parser.parse_args(arguments)


def _port(text: str) -> int:
    port = int(text)
    if not 0 <= port <= 65535:
        raise argparse.ArgumentTypeError(f"{port} is not a port")
    return port


def _milliseconds(text: str) -> float:
    milliseconds = float(text)
    if not 0 <= milliseconds <= 60_000:
        raise argparse.ArgumentTypeError(f"{text} is not between 0 and 60000")
    return milliseconds


def _count(text: str) -> int:
    count = int(text)
    if count < 1:
        raise argparse.ArgumentTypeError(f"{text} is less than one account")
    return count


def _speed(text: str) -> float:
    speed = float(text)
    if not 0 <= speed <= FASTEST:
        raise argparse.ArgumentTypeError(f"{text} is not between 0 and {FASTEST:.0f}")
    return speed


def _instant(text: str) -> float:
    try:
        instant = parse_instant(text)
    except ValueError as error:
        raise argparse.ArgumentTypeError(str(error)) from error
    if instant is None:
        raise argparse.ArgumentTypeError("there is no time")
    return instant


def _script(text: str) -> Script:
    path = Path(text)
    try:
        return parse_script(path.read_text(encoding="utf-8"), path.name, expand)
    except (OSError, UnicodeDecodeError, DrillError) as error:
        raise argparse.ArgumentTypeError(f"{path}: {error}") from error


async def run(arguments: argparse.Namespace) -> None:
    settings = Settings(
        port=arguments.port,
        state=arguments.state,
        host=arguments.host,
        seed=arguments.seed,
        latency_seconds=arguments.latency_ms / 1000,
        account=arguments.account,
        accounts=arguments.accounts,
        is_advisor=arguments.fa,
        portfolio=arguments.portfolio,
        reset=arguments.reset,
        speed=arguments.speed,
        start_time=arguments.start_time,
        master_client_id=arguments.master_client_id,
        control_port=arguments.control_port,
        allow_remote=arguments.allow_remote,
        hours=arguments.hours,
        bars=arguments.bars,
        bars_start=arguments.bars_start,
    )
    loop = asyncio.get_running_loop()
    stopped = asyncio.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, stopped.set)
    async with serve(settings) as server:
        if arguments.preset_notices:
            server.apply({"tif_notice": "before", "always_2109": True})
        print(
            f"paper gateway listening on {settings.host}:{server.port} account {server.account}",
            flush=True,
        )
        if settings.speed != 1 or settings.start_time is not None:
            logging.getLogger(__name__).info(
                "the clock begins at %s, speed %g", ib_time(server.hub.clock()), settings.speed
            )
        if server.control_port is not None:
            print(f"control port 127.0.0.1:{server.control_port}", flush=True)
        if arguments.script is not None:
            server.play(arguments.script)
        if arguments.until_stdin_closes:
            _watch_stdin(loop, stopped)
        await stopped.wait()


def _watch_stdin(loop: asyncio.AbstractEventLoop, stopped: asyncio.Event) -> None:
    """A thread, because standard input may be a file or a terminal that no loop can watch."""

    def read() -> None:
        try:
            while os.read(STDIN, 4096):
                pass
        except OSError:
            # Closed before we began: there is no parent to live for.
            logging.getLogger(__name__).info("standard input is closed")
        loop.call_soon_threadsafe(stopped.set)

    threading.Thread(target=read, name="stdin", daemon=True).start()


def main() -> int:
    subcommand = SUBCOMMANDS.get(sys.argv[1]) if len(sys.argv) > 1 else None
    if subcommand is not None:
        return subcommand(sys.argv[2:])
    arguments = parse_arguments(sys.argv[1:])
    logging.basicConfig(level=logging.INFO, format="%(asctime)s %(levelname)s %(message)s")
    try:
        asyncio.run(run(arguments))
    except (SetupError, StateError, BarFileError, DrillError) as error:
        print(f"paper gateway: {error}", file=sys.stderr)
        return CANNOT_START
    return 0


if __name__ == "__main__":
    sys.exit(main())
