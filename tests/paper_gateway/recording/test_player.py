"""The server's side of a recording against clients that do as recorded, and others."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from paper_gateway.recording.lines import Line, parse_line
from paper_gateway.recording.log import Log
from paper_gateway.recording.player import MAX_DEPARTURES, Player, Step
from paper_gateway.recording.recorder import Recorder
from paper_gateway.recording.redaction import Private, Redactor
from paper_gateway.recording.script import script_of
from paper_gateway.wire import frame
from tests.paper_gateway.wire_client import HELLO, Message, messages

HANDSHAKE = """
0.0 1 * opened
1.0 1 > hello v157..178
2.0 1 < serverVersion 178|20260105 10:00:00 EST|
3.0 1 > startApi 71|2|7||
4.0 1 < nextValidId 9|1|1|
"""
START = HELLO + frame(71, 2, 7, "")
GREETING = [["178", "20260105 10:00:00 EST"], ["9", "1", "1"]]
TWO_QUESTIONS = """
5.0 1 > reqPositions 61|1|
6.0 1 < positionEnd 62|1|
7.0 1 > reqOpenOrders 5|1|
8.0 1 < openOrderEnd 53|1|
"""
POSITIONS, OPEN_ORDERS = frame(61, 1), frame(5, 1)
POSITION_END, OPEN_ORDER_END = ["62", "1"], ["53", "1"]


class Replay(Player):
    """A player with the lines that follow a handshake."""

    def __init__(self, rest: str = "", is_strict: bool = False) -> None:
        rows = [row for row in (HANDSHAKE + rest).split("\n") if row.strip()]
        lines = [parse_line(row, number) for number, row in enumerate(rows, start=1)]
        super().__init__(script_of(Log([], lines)), is_strict)

    def steps(self) -> list[Step]:
        found = []
        while (step := self.next_step()) is not None:
            found.append(step)
        return found

    def say(self, data: bytes) -> list[Message]:
        """Send bytes; the messages that come back."""
        self.receive(data)
        return messages(b"".join(step.data for step in self.steps()))

    def leave(self) -> list[str]:
        """Close the client's side; what the departures are in the end."""
        self.end()
        self.steps()
        return [str(each) for each in self.departures]


def started(rest: str, is_strict: bool = False) -> Replay:
    replay = Replay(rest, is_strict)
    assert replay.say(START) == GREETING
    return replay


def test_nothing_is_said_before_the_client_says_hello() -> None:
    replay = Replay()
    assert replay.say(b"") == []
    assert replay.say(HELLO) == GREETING[:1]
    assert replay.say(frame(71, 2, 7, "")) == GREETING[1:]


def test_a_client_that_does_as_recorded_gets_all_and_departs_nowhere() -> None:
    replay = started(TWO_QUESTIONS + "9.0 1 * client-closed")
    assert replay.say(POSITIONS) == [POSITION_END]
    assert replay.say(OPEN_ORDERS) == [OPEN_ORDER_END]
    assert replay.leave() == []
    assert replay.progress == "9 of 9 lines played"
    assert replay.is_over


@given(st.data())
def test_it_does_not_matter_how_the_clients_bytes_are_split(data: st.DataObject) -> None:
    replay, found = Replay(TWO_QUESTIONS), []
    rest = START + POSITIONS + OPEN_ORDERS
    while rest:
        size = data.draw(st.integers(1, len(rest)))
        found += replay.say(rest[:size])
        rest = rest[size:]
    assert found == [*GREETING, POSITION_END, OPEN_ORDER_END]


def test_the_recorded_order_is_kept_for_a_client_that_asks_ahead() -> None:
    replay = started(TWO_QUESTIONS)
    assert replay.say(POSITIONS + OPEN_ORDERS) == [POSITION_END, OPEN_ORDER_END]
    assert replay.leave() == []


def test_what_the_server_said_unasked_is_said_unasked() -> None:
    replay = Replay("5.0 1 < error 4|2|-1|1100|lost||\n6.0 1 > reqPositions 61|1|")
    assert replay.say(START) == [*GREETING, ["4", "2", "-1", "1100", "lost", ""]]


def test_the_same_bytes_come_back_that_were_recorded() -> None:
    row = r"5.0 1 < error 4|2|-1|1|caf\xe9 \x7c \\u1234|no end"
    replay = Replay(row)
    replay.receive(START)
    content = b"4\0002\0-1\0001\0caf\xe9 | \\u1234\0no end"
    assert replay.steps()[-1].data == len(content).to_bytes(4, "big") + content


def test_the_ids_of_this_session_are_used() -> None:
    replay = started("5.0 1 > reqPnL 92|5|DU0000001||\n6.0 1 < pnl 94|5|1|2|3|")
    assert replay.say(frame(92, 9, "DU0000001", "")) == [["94", "9", "1", "2", "3"]]
    assert replay.leave() == []


def test_each_step_has_the_gap_since_the_line_before() -> None:
    replay = started("105.0 1 > reqPositions 61|1|\n130.5 1 < positionEnd 62|1|")
    replay.receive(POSITIONS)
    assert [step.gap_ms for step in replay.steps()] == [25.5]


def test_the_servers_end_is_a_step_of_its_own() -> None:
    replay = Replay("5.0 1 * server-closed\n6.0 1 * client-closed")
    replay.receive(START)
    assert replay.steps()[-1] == Step(b"", 1.0)
    reset = Replay("5.0 1 * server-reset")
    reset.receive(START)
    assert reset.steps()[-1] == Step(b"", 1.0, is_reset=True)


def test_what_a_client_said_after_the_servers_end_is_not_expected() -> None:
    replay = Replay("5.0 1 * server-closed\n6.0 1 > reqPositions 61|1|\n7.0 1 * client-closed")
    replay.say(START)
    assert replay.leave() == []
    assert replay.is_over


def test_what_was_no_message_is_said_again_as_it_was() -> None:
    replay = Replay(r"5.0 1 <? oversized \x7f\xff\xff\xff49|")
    replay.receive(START)
    assert replay.steps()[-1].data == b"\x7f\xff\xff\xff49\0"


def test_a_request_with_other_fields_is_told_and_answered_all_the_same() -> None:
    replay = started("5.0 1 > reqMarketRule 91|26|\n6.0 1 < marketRule 93|26|0|")
    assert replay.say(frame(91, 27)) == [["93", "26", "0"]]
    assert replay.leave() == ["line 6: reqMarketRule differs: field 1 is '27' instead of '26'"]


def test_of_many_differences_only_some_are_spelled_out() -> None:
    replay = started("5.0 1 > reqHistoricalNews 86|1|a|b|c|d|e|f|g|")
    replay.say(frame(86, 1, *"ABCDEFG"))
    assert replay.leave()[0].endswith("field 6 is 'E' instead of 'e', and 2 more")


def test_a_request_that_is_not_recorded_is_told_and_gets_no_answer() -> None:
    replay = started(TWO_QUESTIONS)
    assert replay.say(frame(49, 1)) == []
    assert replay.say(POSITIONS) == [POSITION_END]
    assert replay.say(OPEN_ORDERS) == [OPEN_ORDER_END]
    assert replay.leave() == ["line 6: expected reqPositions '61|1|'; seen reqCurrentTime '49|1|'"]


def test_the_time_is_told_whenever_and_as_often_as_it_is_asked() -> None:
    replay = started(
        "5.0 1 > reqCurrentTime 49|1|\n6.0 1 < currentTime 49|1|1000|"
        + TWO_QUESTIONS
        + "9.0 1 > reqCurrentTime 49|1|\n10.0 1 < currentTime 49|1|2000|"
    )
    assert replay.say(POSITIONS + frame(49, 1)) == [POSITION_END, ["49", "1", "1000"]]
    assert replay.say(OPEN_ORDERS) == [OPEN_ORDER_END]
    asked_twice = replay.say(frame(49, 1) + frame(49, 1))
    assert asked_twice == [["49", "1", "1000"]] * 2
    assert replay.leave() == []
    assert replay.is_over


def test_requests_in_another_order_are_told_and_answered_in_the_recorded_one() -> None:
    replay = started(TWO_QUESTIONS)
    assert replay.say(OPEN_ORDERS) == []
    assert replay.is_stuck
    assert replay.say(POSITIONS) == [POSITION_END, OPEN_ORDER_END]
    assert not replay.is_stuck
    assert replay.leave() == ["line 6: expected reqPositions '61|1|'; seen that of line 8 first"]


def test_a_request_that_does_not_come_is_passed_over_once_patience_is_lost() -> None:
    replay = started(TWO_QUESTIONS)
    replay.say(OPEN_ORDERS)
    replay.pass_over()
    assert replay.say(b"") == [POSITION_END, OPEN_ORDER_END]
    assert replay.leave() == [
        "line 6: expected reqPositions '61|1|'; seen that of line 8 first",
        "line 6: reqPositions '61|1|' did not come and is passed over",
    ]


def test_patience_is_not_lost_with_a_client_that_has_said_nothing_else() -> None:
    replay = started(TWO_QUESTIONS)
    replay.pass_over()
    assert replay.say(POSITIONS) == [POSITION_END]
    assert replay.departures == []


def test_the_same_request_twice_is_two_requests() -> None:
    again = "9.0 1 > reqPositions 61|1|\n10.0 1 < positionEnd 62|1|"
    replay = started(TWO_QUESTIONS + again)
    assert replay.say(POSITIONS + OPEN_ORDERS + POSITIONS) == [
        POSITION_END,
        OPEN_ORDER_END,
        POSITION_END,
    ]
    assert replay.leave() == []


def test_a_client_that_ends_too_early_departs() -> None:
    replay = started(TWO_QUESTIONS + "9.0 1 * client-closed")
    assert replay.leave() == ["line 6: expected reqPositions '61|1|'; the client ended"]
    assert replay.is_over


def test_a_client_that_goes_on_after_the_recorded_end_departs() -> None:
    replay = started("5.0 1 * client-closed")
    assert replay.say(POSITIONS) == []
    assert replay.leave() == ["line 6: expected the client's end; seen reqPositions '61|1|'"]
    replay = started("")
    replay.say(POSITIONS)
    assert replay.leave() == ["line 5: the recording has ended; seen reqPositions '61|1|'"]


def test_what_follows_a_half_close_is_still_said() -> None:
    replay = started("5.0 1 * client-closed\n6.0 1 < positionEnd 62|1|\n7.0 1 * server-closed")
    replay.end()
    assert [step.data for step in replay.steps()] == [frame(62, 1), b""]
    assert replay.departures == []


def test_a_strict_replay_ends_at_the_first_departure() -> None:
    replay = started(TWO_QUESTIONS, is_strict=True)
    assert replay.say(OPEN_ORDERS + POSITIONS) == []
    assert replay.is_over
    assert replay.is_refused
    assert replay.leave() == ["line 6: expected reqPositions '61|1|'; seen that of line 8 first"]


def test_a_client_that_departs_all_the_time_is_given_up() -> None:
    replay = started(TWO_QUESTIONS)
    replay.say(frame(49, 1) * (MAX_DEPARTURES - 1))
    assert not replay.is_refused
    replay.say(frame(49, 1) * 5)
    assert replay.is_refused
    assert len(replay.departures) == MAX_DEPARTURES


def test_a_client_of_another_version_is_told() -> None:
    replay = Replay()
    replay.say(b"API\0\x00\x00\x00\x09v100..176" + frame(71, 2, 7, ""))
    assert replay.leave() == [
        "line 2: the recorded server speaks version 178, the client speaks 100 to 176"
    ]


@pytest.mark.parametrize(
    ("said", "departure"),
    [
        (
            b"GET / HTTP/1.1\r\n",
            "line 2: expected hello 'v157..178'; seen bytes that are no message",
        ),
        (
            b"API\0\x00\x00\x00\x03abc",
            "line 2: expected hello 'v157..178'; the version range is not of the form vMIN..MAX",
        ),
    ],
)
def test_a_client_that_is_none_is_told(said: bytes, departure: str) -> None:
    replay = Replay()
    assert replay.say(said) == []
    assert [str(each) for each in replay.departures] == [departure]


def test_recorded_garbage_of_a_client_is_met_by_any_garbage() -> None:
    replay = started(r"5.0 1 >? oversized \xff\xff\xff\xff" + "\n6.0 1 * server-closed")
    replay.receive(b"\x7f\xff\xff\xffxyz")
    assert replay.steps() == [Step(b"", 1.0)]
    assert replay.departures == []


def test_a_message_instead_of_recorded_garbage_departs() -> None:
    replay = started(r"5.0 1 >? oversized \xff\xff\xff\xff")
    replay.say(POSITIONS)
    assert [str(each) for each in replay.departures] == [
        r"line 6: expected oversized '\xff\xff\xff\xff'; seen reqPositions '61|1|'"
    ]


def recorded(said: list[tuple[bool, bytes]]) -> list[Line]:
    """The lines of a conversation after its handshake, written and read again."""
    lines: list[Line] = []
    recorder = Recorder(1, Redactor([Private.ACCOUNTS, Private.REFERENCES]), lines.append, float)
    recorder.client_said(START)
    recorder.server_said(frame(*GREETING[0]))
    for is_client, data in said:
        (recorder.client_said if is_client else recorder.server_said)(data)
    return [parse_line(str(line), number) for number, line in enumerate(lines, start=1)]


_IDS = st.sampled_from(["1", "2", "3", "4", "5", "7", "9", "11", "61", "71", "92", "93", "9999"])
_TEXTS = st.text(alphabet="ab|\\ \u00e9\n\x1b", max_size=4) | st.sampled_from(["1", "2", "-1"])
_FRAMES = st.tuples(_IDS, st.lists(_TEXTS, max_size=30)).map(lambda each: frame(each[0], *each[1]))


@given(st.lists(st.tuples(st.booleans(), _FRAMES), max_size=12))
def test_whatever_was_recorded_is_replayed_byte_by_byte_to_the_same_client(
    said: list[tuple[bool, bytes]],
) -> None:
    player = Player(script_of(Log([], recorded(said))))
    player.receive(START + b"".join(data for is_client, data in said if is_client))
    told = b""
    while (step := player.next_step()) is not None:
        told += step.data
    server = [data for is_client, data in said if not is_client]
    assert told == frame(*GREETING[0]) + b"".join(server)
    assert player.departures == []


@given(st.lists(st.binary(max_size=40), max_size=8))
def test_no_bytes_of_a_client_break_the_player(chunks: list[bytes]) -> None:
    replay = started(TWO_QUESTIONS)
    for chunk in chunks:
        replay.receive(chunk)
        replay.steps()
    replay.leave()
    assert replay.is_over


@given(st.lists(st.lists(st.sampled_from(["61", "5", "3", "1", "", "x"]), max_size=5), max_size=6))
def test_no_requests_of_a_client_break_the_player(requests: list[list[str]]) -> None:
    replay = started(TWO_QUESTIONS)
    for fields in requests:
        replay.say(frame(*fields))
    replay.leave()
    assert replay.is_over
