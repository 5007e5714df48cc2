"""Which lines of a log are played, and which logs cannot be."""

import pytest

from paper_gateway.recording.lines import Line, parse_line
from paper_gateway.recording.log import Log
from paper_gateway.recording.script import (
    ReplayError,
    Times,
    describe,
    describe_request,
    is_about_time,
    script_of,
    version_of,
)

HANDSHAKE = """
1.0 1 * opened
1.0 1 > hello v157..178
1.0 1 < serverVersion 178|20260105 10:00:00 EST|
"""


def log_of(text: str) -> Log:
    rows = text.strip().split("\n")
    return Log([], [parse_line(row.strip(), number) for number, row in enumerate(rows, start=1)])


def names(lines: list[Line]) -> list[str]:
    return [line.name for line in lines]


def test_only_what_the_two_sides_said_and_how_they_ended_is_played() -> None:
    log = log_of(HANDSHAKE + "2.0 1 > reqPositions 61|1|\n3.0 1 * client-closed\n4.0 1 * stopped")
    assert names(script_of(log)) == ["hello", "serverVersion", "reqPositions", "client-closed"]
    assert version_of(script_of(log)) == 178


def test_a_connection_is_chosen_by_its_number_or_is_the_first_that_was_answered() -> None:
    two = "0.1 3 * opened\n0.2 3 * no-server\n" + HANDSHAKE.strip()
    log = log_of(two + "\n" + HANDSHAKE.strip().replace(" 1 ", " 2 ") + "\n9.0 2 < positionEnd 62|")
    assert {line.connection for line in script_of(log)} == {1}
    assert names(script_of(log, 2))[-1] == "positionEnd"


@pytest.mark.parametrize(
    ("text", "connection", "complaint"),
    [
        ("1.0 1 * opened", None, "on no connection of this log a server told its version"),
        (HANDSHAKE.replace("178|", "x|"), None, "on no connection of this log"),
        (HANDSHAKE, 2, "connection 2 of this log has no server that told its version"),
        (
            HANDSHAKE + "2.0 1 <? oversized-cut xxx",
            None,
            "line 4: not all that the server said was kept",
        ),
        (
            HANDSHAKE.replace("178|", "213|") + "2.0 1 * not-kept openOrder",
            None,
            "line 4: not all that the server said was kept",
        ),
        (HANDSHAKE.replace("178|", "194|"), None, "server version 194 is above 193"),
    ],
)
def test_what_cannot_be_played_is_refused(
    text: str, connection: int | None, complaint: str
) -> None:
    with pytest.raises(ReplayError, match=complaint):
        script_of(log_of(text), connection)


def test_the_time_is_the_last_that_was_told_or_the_first() -> None:
    rows = ["> reqCurrentTime 49|1|", "< currentTime 49|1|100|", "< currentTime 49|1|200|"]
    log = log_of("\n".join(f"1.0 1 {row}" for row in ["> reqPositions 61|1|", *rows]))
    assert [is_about_time(line) for line in log.lines] == [False, True, True, True]
    times = Times(log.lines)
    told = [times.at(number) for number in (1, 3, 4, 9)]
    assert [line and line.fields[2] for line in told] == ["100", "100", "200", "200"]
    assert Times([]).at(1) is None


def test_what_is_expected_and_what_is_seen_are_described() -> None:
    log = log_of("1.0 1 > reqPositions 61|1|\n2.0 1 * client-closed")
    assert [describe(line) for line in log.lines] == ["reqPositions '61|1|'", "the client's end"]
    assert describe_request(b"61\x001\x00") == "reqPositions '61|1|'"
    assert describe_request(b"") == "unknown ''"
    assert len(describe_request(b"x" * 5000)) < 300
