"""A wire log as a file: its head, one line after the other, and reading it again.

May not know messages. The head is comment lines that begin with ``#``; the first one names the
format. Each line is in the file before the next message is read, so a kill loses none.
"""

import logging
import os
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType
from typing import Self, TextIO

from paper_gateway.recording.lines import Kind, Line, LineError, parse_line
from paper_gateway.recording.redaction import Private

logger = logging.getLogger(__name__)

FORMAT = "# TWS wire log, format 1"
_COMMENT = "#"
_OWNER_ONLY = 0o600


class LogError(Exception):
    """A file is no readable wire log, or none can be written there; the text says why."""


@dataclass(frozen=True, slots=True)
class Log:
    """A wire log that was read."""

    head: list[str]
    """The comment lines, without their ``#``."""
    lines: list[Line]

    @property
    def connections(self) -> list[int]:
        """The numbers of the connections, in the order in which they began."""
        return list(dict.fromkeys(line.connection for line in self.lines))

    def of(self, connection: int) -> list[Line]:
        """The lines of one connection."""
        return [line for line in self.lines if line.connection == connection]

    def requests(self, name: str) -> list[Line]:
        """What clients sent under this name."""
        return [line for line in self.lines if (line.kind, line.name) == (Kind.REQUEST, name)]

    def replies(self, name: str) -> list[Line]:
        """What TWS sent under this name."""
        return [line for line in self.lines if (line.kind, line.name) == (Kind.REPLY, name)]


def head_of(replaced: Sequence[Private]) -> list[str]:
    """The head of a new log: what it is, what is in it, and what is not."""
    kept = [kind for kind in (Private.ACCOUNTS, Private.REFERENCES) if kind not in replaced]
    return [
        FORMAT,
        "# It holds orders, executions and positions: read it before you give it to anybody.",
        f"# replaced: {', '.join(replaced)}",
        f"# kept as they were: {', '.join(kept) or 'none of these'}",
        "# API version: see serverVersion of each connection; 201 and later are binary, not kept",
        "# columns: milliseconds, connection, > from the client or < from TWS, name, fields",
        "# every | ends a field; \\xNN is a byte and \\uNNNN a character that cannot be printed",
        "# ? behind the direction: bytes that are no message; *: what happened to the connection",
    ]


class LogFile:
    """A log that is written. ``file`` is empty and passes every line on at once."""

    def __init__(self, file: TextIO, replaced: Sequence[Private]) -> None:
        self._file = file
        self._is_full = False
        for line in head_of(replaced):
            self._append(line)

    def write(self, line: Line) -> None:
        self._append(str(line))

    def _append(self, text: str) -> None:
        if self._is_full:
            return
        try:
            self._file.write(text + "\n")
        except OSError as error:
            # Whoever is being recorded must not suffer from a full disk.
            self._is_full = True
            logger.error("the log ends here, it cannot be written any more: %s", error)

    def close(self) -> None:
        try:
            self._file.close()
        except OSError as error:
            logger.error("the end of the log could not be written: %s", error)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()


def create_log(path: Path, replaced: Sequence[Private]) -> LogFile:
    """Begin a log. Raises LogError when the file exists already or cannot be made."""
    try:
        # For the owner only: it holds orders.
        descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, _OWNER_ONLY)
    except OSError as error:
        raise LogError(f"cannot write a new log to {path}: {error.strerror}") from error
    file = os.fdopen(descriptor, "w", buffering=1, encoding="utf-8", newline="\n")
    return LogFile(file, replaced)


def read_log(path: Path) -> Log:
    """Read a wire log. Raises LogError.

    A last line without its line end is left out: the recorder was killed while it wrote it.
    """
    try:
        text = path.read_bytes().decode("utf-8").replace("\r\n", "\n")
    except OSError as error:
        raise LogError(f"cannot read {path}: {error.strerror}") from error
    except UnicodeDecodeError as error:
        raise LogError(f"{path} is not a wire log: it is not UTF-8") from error
    texts = text.split("\n")[:-1]
    if texts[:1] != [FORMAT]:
        raise LogError(f"{path} is not a wire log: it does not begin with '{FORMAT}'")
    head: list[str] = []
    lines: list[Line] = []
    for number, row in enumerate(texts, start=1):
        if row.startswith(_COMMENT):
            head.append(row.removeprefix(_COMMENT).strip())
        elif row.strip():
            lines.append(_parse(row, number, path))
    return Log(head, lines)


def _parse(row: str, number: int, path: Path) -> Line:
    try:
        return parse_line(row, number)
    except LineError as error:
        raise LogError(f"{path}, line {number}: {error}") from error
