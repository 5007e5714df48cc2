"""``python -m checklist``: run the pre-live checklist against the paper account of IB_PORT.

Exit code 0: green. 1: red, or not whole. 2: it could not run.
"""

import argparse
import contextlib
import logging
import os
import signal
import sys
import threading
from types import FrameType

import config
from checklist import files
from checklist.column import NOT_ASKED, all_rows
from checklist.findings import Finding
from checklist.page import MARKS
from checklist.plan import SYMBOL, Plan
from checklist.report import EXIT_CODES, Report
from checklist.run import run
from config import Settings, SettingsError

STDIN = 0
SETTINGS_WRONG = 2


def parse_arguments(arguments: list[str]) -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        prog="python -m checklist",
        description="Run the pre-live checklist on the paper account of IB_PORT, or on a fresh "
        "built-in paper gateway. It places small orders and takes everything back.",
    )
    parser.add_argument("--symbol", default=SYMBOL, type=_symbol, help="the US stock to trade")
    parser.add_argument(
        "--only", default="", help="rows whose key begins so, with commas: 4.2,4.4a,07"
    )
    parser.add_argument(
        "--no-comparison",
        action="store_true",
        help="with a TWS: leave out the second column, the built-in paper gateway",
    )
    parser.add_argument("--paper-sleep", type=_sleep, help="instead of PAPER_SLEEP, such as 0")
    parser.add_argument("--name", type=_name, help=argparse.SUPPRESS)
    parser.add_argument("--until-stdin-closes", action="store_true", help=argparse.SUPPRESS)
    return parser.parse_args(arguments)


def main(arguments: list[str] | None = None) -> int:
    given = parse_arguments(sys.argv[1:] if arguments is None else arguments)
    try:
        settings = config.load()
    except SettingsError as error:
        print(error, file=sys.stderr)
        return SETTINGS_WRONG
    plan = planned(settings, given)
    listen_to_signals()
    if given.until_stdin_closes:
        threading.Thread(target=_end_with_stdin, daemon=True).start()
    try:
        with files.only_run(plan.reports):
            _log_beside(plan)
            return _exit_code(run(plan, Lines()))
    except files.AlreadyRunning:
        print("A checklist runs already; there is one at a time.", file=sys.stderr)
        return EXIT_CODES["could not run"]


def planned(settings: Settings, given: argparse.Namespace) -> Plan:
    only = tuple(part.strip() for part in given.only.split(",") if part.strip())
    return Plan(
        settings,
        given.name or files.new_name(),
        given.symbol,
        only,
        not given.no_comparison,
        given.paper_sleep or "",
    )


class Lines:
    """Prints one line for each row that is done, as it is done."""

    def __init__(self) -> None:
        self._shown: set[tuple[str, str]] = set()
        self._titles: list[str] = []
        self._reason = ""  # one reason for many rows is said once

    def __call__(self, report: Report) -> None:
        for column in report.columns:
            if column.title not in self._titles:
                self._titles.append(column.title)
                say(f"\n  On {column.title} ({column.account} at {column.host}:{column.port})\n")
            for row in all_rows():
                finding = column.findings.get(row.key)
                is_new = finding and (column.title, row.key) not in self._shown
                if finding and is_new and finding.seen != NOT_ASKED:
                    self._shown.add((column.title, row.key))
                    say(_line(row.key, row.words, finding))
                    self._say_reason(finding)
        if report.state != "running":
            _say_end(report)

    def _say_reason(self, finding: Finding) -> None:
        reason = "" if finding.verdict == "ok" else f"    {finding.seen}. {finding.do}".rstrip()
        if reason and reason != self._reason:
            say(reason)
        self._reason = reason


def _line(key: str, words: str, finding: Finding) -> str:
    head = f"{MARKS[finding.verdict]} {finding.verdict:<12} {key:<5} {_short(words)}"
    return f"{head}  {finding.seconds:5.1f} s"


def _say_end(report: Report) -> None:
    for column in report.columns:
        for one in column.cleaned:
            mark = MARKS["ok" if one.is_done else "failed"]
            say(f"{mark} clean-up     {one.what}" + ("" if one.is_done else f". {one.do}"))
    say(f"\n  {report.word.upper()}: {report.sentence}")


def _log_beside(plan: Plan) -> None:
    """What the other client logs is not for the terminal."""
    plan.work.mkdir(exist_ok=True, mode=0o700)
    logging.basicConfig(filename=plan.work / "other-client.log", level=logging.INFO, force=True)


def _exit_code(report: Report) -> int:
    return EXIT_CODES[report.word]


def listen_to_signals() -> None:
    """The first Ctrl-C or SIGTERM ends the run and cleans up; more of them disturb nothing."""

    def stop(_number: int, _frame: FrameType | None) -> None:
        for number in (signal.SIGINT, signal.SIGTERM):
            signal.signal(number, lambda _number, _frame: None)
        say("\n  Interrupted: cleaning up; this takes up to a minute.")
        raise KeyboardInterrupt

    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, stop)


def say(line: str) -> None:
    """A reader that has gone must not end a run that has orders to take back."""
    with contextlib.suppress(OSError):
        print(line, flush=True)


def _end_with_stdin() -> None:
    """Whoever started us has ended: take everything back and end, too."""
    with contextlib.suppress(OSError):
        while os.read(STDIN, 4096):
            pass
    os.kill(os.getpid(), signal.SIGTERM)


def _short(words: str, most: int = 66) -> str:
    return f"{words if len(words) <= most else words[: most - 1] + '…':<{most}}"


def _symbol(text: str) -> str:
    symbol = text.strip().upper()
    if not config.SYMBOL.fullmatch(symbol):
        raise argparse.ArgumentTypeError(f"{text!r} is not a symbol")
    return symbol


def _sleep(text: str) -> str:
    config.parse_setting("PAPER_SLEEP", text)
    return text


def _name(text: str) -> str:
    if not files.NAME.fullmatch(text):
        raise argparse.ArgumentTypeError("a name is a time: 20261128-235506")
    return text


if __name__ == "__main__":
    sys.exit(main())
