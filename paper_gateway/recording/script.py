"""The lines of one recorded connection that a replay plays, and how they are spoken of.

May not know how far a replay has come.
"""

from collections.abc import Sequence

from paper_gateway.recording.lines import Event, Kind, Line, fields_of, show
from paper_gateway.recording.log import Log
from paper_gateway.recording.message_names import SERVER_VERSION, name_of
from paper_gateway.recording.recorder import CUT

# From server version 194 on error has no version field: its ids could not be told.
NEWEST_VERSION = 193
CLIENT_ENDS = {Event.CLIENT_CLOSED, Event.CLIENT_RESET}
SERVER_ENDS = {Event.SERVER_CLOSED, Event.SERVER_RESET}
CURRENT_TIME = "49"
_SHOWN = 200


class ReplayError(Exception):
    """A recorded connection cannot be played back; the text says why."""


def script_of(log: Log, connection: int | None = None) -> list[Line]:
    """The connection of that number, or the first one on which a server answered. Raises
    ReplayError when there is none or not all of it can be played."""
    answered = [line.connection for line in log.lines if _is_version(line)]
    if connection is None and not answered:
        raise ReplayError("on no connection of this log a server told its version")
    number = answered[0] if connection is None else connection
    if number not in answered:
        raise ReplayError(f"connection {number} of this log has no server that told its version")
    lines = log.of(number)
    _check(lines)
    return [line for line in lines if _is_played(line)]


def version_of(script: Sequence[Line]) -> int:
    """The server version of a connection."""
    return next(int(line.message_id) for line in script if _is_version(line))


def _is_version(line: Line) -> bool:
    return line.name == SERVER_VERSION and line.message_id.isdecimal()


class Times:
    """The answers to reqCurrentTime of a script. Clients use it to see whether TWS is there, as
    often as they like, so it has no place in the recorded order."""

    def __init__(self, script: Sequence[Line]) -> None:
        self._answers = [line for line in script if is_about_time(line) and line.kind is Kind.REPLY]

    def at(self, number: int) -> Line | None:
        """The last answer before a line of the log, or the first one; None if there is none."""
        before = [line for line in self._answers if line.number <= number]
        return next(iter(before[-1:] or self._answers), None)


def is_about_time(line: Line) -> bool:
    """Whether it is reqCurrentTime or its answer."""
    return line.message_id == CURRENT_TIME and line.kind in {Kind.REQUEST, Kind.REPLY}


def _check(lines: Sequence[Line]) -> None:
    for line in lines:
        is_cut = line.kind is Kind.SERVER_BYTES and line.name.endswith(CUT)
        if is_cut or line.name == Event.NOT_KEPT:
            raise ReplayError(f"line {line.number}: not all that the server said was kept")
    if (version := version_of(lines)) > NEWEST_VERSION:
        raise ReplayError(f"server version {version} is above {NEWEST_VERSION}")


def _is_played(line: Line) -> bool:
    return line.kind is not Kind.EVENT or line.name in CLIENT_ENDS | SERVER_ENDS


def describe(line: Line) -> str:
    """What the client is expected to do, for a sentence."""
    if line.kind is Kind.EVENT:
        return "the client's end"
    return f"{line.name} '{show(line.content)[:_SHOWN]}'"


def describe_request(data: bytes) -> str:
    """What the client did instead."""
    fields = fields_of(data)
    name = name_of(fields[0] if fields else "", is_request=True)
    return f"{name} '{show(data)[:_SHOWN]}'"
