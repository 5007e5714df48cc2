"""``python -m paper_gateway drill``: press drills of a running gateway, play scripts, get verdicts.

May not do anything itself: it talks to the control port. Exit status: 0 when the verdict is clean,
1 when it is not, 2 when something could not be done.
"""

from __future__ import annotations

import argparse
import http.client
import json
import math
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

from paper_gateway.drilling.scripts import read_value
from paper_gateway.drilling.table import DRILLS, as_markdown
from paper_gateway.drills import DrillError

CLEAN, UNCLEAN, CANNOT = 0, 1, 2
_POLL_SECONDS = 0.2
_HTTP_SECONDS = 10.0

Say = Callable[[str], None]


class CannotDo(Exception):
    """What was asked for could not be done; the text says why in one line."""


def main(arguments: list[str], say: Say = lambda text: _write(text)) -> int:
    """Run one command line; the exit status."""
    given = _parse(arguments)
    try:
        return _COMMANDS.get(given.name, _press)(given, say)
    except CannotDo as error:
        sys.stderr.write(f"paper gateway: {error}\n")
        return CANNOT
    except KeyboardInterrupt:
        sys.stderr.write("paper gateway: not waited for; what was started goes on\n")
        return CANNOT


def _parse(arguments: list[str]) -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        prog="python -m paper_gateway drill",
        description="Press a drill of a running paper gateway, wait until it is over, and print "
        "the verdict.",
        epilog="NAME is list (all drills; --markdown), run FILE (a script), stop (forget what is "
        "still to come), verdict (press nothing), or a drill with name=value parameters.",
    )
    parser.add_argument("name", metavar="NAME")
    parser.add_argument("values", nargs="*", metavar="name=value | FILE")
    parser.add_argument("--control-port", type=int, help="that of the running gateway")
    parser.add_argument("--journal", type=Path, help="the client's journal: JSON lines or CSV")
    parser.add_argument("--json", action="store_true", help="print the verdict as JSON")
    parser.add_argument("--no-wait", action="store_true", help="do not wait until it is over")
    parser.add_argument("--timeout", type=float, help="seconds to wait at most until it is over")
    parser.add_argument("--markdown", action="store_true", help="with list: a table for documents")
    return parser.parse_args(arguments)


def _list(given: argparse.Namespace, say: Say) -> int:
    if given.markdown:
        say(as_markdown())
        return CLEAN
    theme = ""
    for drill in DRILLS.values():
        if drill.theme != theme:
            theme = drill.theme
            say(f"\n{theme}")
        usual = " ".join(f"{name}={value}" for name, value in drill.parameters.items())
        say(f"  {drill.name} {usual}".rstrip())
        say(f"      {drill.what}")
    return CLEAN


def _run(given: argparse.Namespace, say: Say) -> int:
    if len(given.values) != 1:
        raise CannotDo("drill run needs one FILE")
    path = Path(given.values[0])
    body = {"text": _read(path), "name": path.name[:100]}
    number = _ask(given.control_port, "POST", "/script", body)["number"]
    return _finish(given, number, say)


def _stop(given: argparse.Namespace, say: Say) -> int:
    _ask(given.control_port, "POST", "/script", {"stop": True})
    say("nothing is running; switches stay as they are (see the drill clear)")
    return CLEAN


def _press(given: argparse.Namespace, say: Say) -> int:
    pairs = [value.partition("=") for value in given.values]
    if not all(mark for _, mark, _ in pairs):
        raise CannotDo("parameters are given as name=value")
    parameters = {name: read_value(value) for name, _, value in pairs}
    try:
        drill = DRILLS.get(given.name)
        if drill is None:
            raise CannotDo(f"there is no drill named {given.name}; see drill list")
        drill.script(parameters)
    except DrillError as error:
        raise CannotDo(str(error)) from error
    body = {"name": given.name, "parameters": parameters}
    number = _ask(given.control_port, "POST", "/drill", body)["number"]
    if not given.json:
        say(drill.what)
        say(f"A correct client: {drill.client}")
    return _finish(given, number, say)


def _finish(given: argparse.Namespace, number: int, say: Say) -> int:
    """Wait until all of this drill or script is done, then the verdict."""
    if given.no_wait:
        return CLEAN
    end = math.inf if given.timeout is None else time.monotonic() + given.timeout
    live = _ask(given.control_port, "GET", "/live")
    while names := [each["name"] for each in live["scripts"] if each["number"] == number]:
        if time.monotonic() > end:
            raise CannotDo(f"not over within {given.timeout:g} s: {', '.join(names)}")
        time.sleep(_POLL_SECONDS)
        live = _ask(given.control_port, "GET", "/live")
    status = _verdict(given, say)
    faults = [each["text"] for each in live["scriptFaults"] if each["number"] == number]
    if faults:
        raise CannotDo(f"a step could not be done: {'; '.join(faults)}")
    return status


def _verdict(given: argparse.Namespace, say: Say) -> int:
    if given.journal is None:
        verdict = _ask(given.control_port, "GET", "/verdict")
    else:
        body = {"journal": _read(given.journal)}
        verdict = _ask(given.control_port, "POST", "/verdict", body)
    if given.json:
        say(json.dumps(verdict, indent=2))
    else:
        say(verdict["sentence"])
        for kind in ("lost", "duplicated", "disagreeing", "unknown"):
            for sentence in verdict[kind]:
                say(f"  {kind}: {sentence}")
    return CLEAN if verdict["isClean"] else UNCLEAN


def _ask(port: int | None, method: str, path: str, body: Any = None) -> dict[str, Any]:
    if port is None:
        raise CannotDo("say which gateway is meant with --control-port")
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=_HTTP_SECONDS)
    try:
        sent = None if body is None else json.dumps(body)
        connection.request(method, path, sent, {"Content-Type": "application/json"})
        answer = connection.getresponse()
        found = json.loads(answer.read())
    except (OSError, http.client.HTTPException, ValueError) as error:
        raise CannotDo(
            f"no control port answers at 127.0.0.1:{port} ({error}); the gateway is started with "
            "--control-port"
        ) from error
    finally:
        connection.close()
    if answer.status != http.HTTPStatus.OK:
        raise CannotDo(found.get("error", f"status {answer.status}"))
    return dict(found)


def _read(path: Path) -> str:
    try:
        return path.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise CannotDo(f"cannot read {path}: {error}") from error


def _write(text: str) -> None:
    sys.stdout.write(text + "\n")


_COMMANDS: dict[str, Callable[[argparse.Namespace, Say], int]] = {
    "list": _list,
    "run": _run,
    "stop": _stop,
    "verdict": _verdict,
}
