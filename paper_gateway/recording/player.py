"""TWS's side of one recorded connection: a client's bytes in, the recorded bytes out.

May not touch sockets or clocks. The recorded order is kept: a reply leaves when every request that
the recording has before it has been made.
"""

from collections import deque
from collections.abc import Sequence
from dataclasses import dataclass, replace

from paper_gateway.recording.comparison import Counterparts, Difference, spell
from paper_gateway.recording.lines import Event, Kind, Line, content_of, texts_of
from paper_gateway.recording.message_names import HELLO, SERVER_VERSION
from paper_gateway.recording.script import (
    CLIENT_ENDS,
    CURRENT_TIME,
    SERVER_ENDS,
    Times,
    describe,
    describe_request,
    is_about_time,
    version_of,
)
from paper_gateway.recording.splitting import Piece, Splitter
from paper_gateway.wire import GREETING, WireError, parse_hello

# A client that has departed so often is another program; the replay ends.
MAX_DEPARTURES = 1000


@dataclass(frozen=True, slots=True)
class Departure:
    """Where the client does something else than the recorded one. ``number`` is the line of the
    log that was due."""

    number: int
    text: str

    def __str__(self) -> str:
        return f"line {self.number}: {self.text}"


@dataclass(frozen=True, slots=True)
class Step:
    """What the server does next: send ``data``, or end the connection when there is none.

    ``gap_ms`` is the recorded time since the line before."""

    data: bytes
    gap_ms: float
    is_reset: bool = False


class Player:
    """``script`` are the lines to play (see the script module). ``departures`` grows while the
    client talks; with ``is_strict`` the first one ends the replay."""

    def __init__(self, script: Sequence[Line], is_strict: bool = False) -> None:
        self.departures: list[Departure] = []
        self._script = [line for line in script if not is_about_time(line)]
        self._times = Times(script)
        self._answers: deque[Step] = deque()
        """Answers to questions that have no place in the recorded order."""
        self._is_strict = is_strict
        self._version = version_of(script)
        self._counterparts = Counterparts(self._version)
        self._splitter = Splitter(GREETING)
        self._heard: deque[Piece] = deque()
        self._early: dict[int, list[str]] = {}
        """Requests that came before their turn, by the line's place in the script."""
        self._at = 0
        self._previous_ms = script[0].at_ms
        self._has_client_ended = False

    @property
    def is_over(self) -> bool:
        """The server has nothing more to do."""
        return self._at >= len(self._script) or self.is_refused

    @property
    def is_refused(self) -> bool:
        """The client has departed from the recording where it may not, or too often."""
        return len(self.departures) >= (1 if self._is_strict else MAX_DEPARTURES)

    @property
    def is_stuck(self) -> bool:
        """The client has gone on to a later request without having made the due one."""
        return bool(self._early) and not self.is_over

    @property
    def progress(self) -> str:
        """How far it came, in words."""
        return f"{self._at} of {len(self._script)} lines played"

    def receive(self, data: bytes) -> None:
        """Take bytes from the client, however they are split.

        A request that differs from the due one in its fields only is answered as the recorded one
        was. One that the recording has later on is kept until then; one that it does not have gets
        no answer. Each of these is a departure.
        """
        self._heard += self._splitter.feed(data)

    def end(self) -> None:
        """The client has closed its side or is gone."""
        self._has_client_ended = True

    def pass_over(self) -> None:
        """Do not wait any longer for the due request: the client has gone on."""
        if self.is_stuck:
            self._depart(f"{describe(self._script[self._at])} did not come and is passed over")
            self._advance()

    def next_step(self) -> Step | None:
        """The next thing to do, None where the client has to speak first or all is done."""
        while not self.is_over and not self._answers:
            line = self._script[self._at]
            if line.kind in {Kind.REPLY, Kind.SERVER_BYTES} or line.name in SERVER_ENDS:
                return self._step(line, self._advance())
            if not self._is_met(line):
                break
        if self._at >= len(self._script) and not self.is_refused:
            self._refuse_the_rest()
        return self._answers.popleft() if self._answers else None

    def _advance(self) -> float:
        """On to the next line; the milliseconds that lay before this one."""
        at_ms = self._script[self._at].at_ms
        gap_ms, self._previous_ms = at_ms - self._previous_ms, at_ms
        self._at += 1
        return gap_ms

    @property
    def _due_number(self) -> int:
        return self._script[min(self._at, len(self._script) - 1)].number

    def _step(self, line: Line, gap_ms: float) -> Step:
        if line.kind is Kind.EVENT:
            # What the recorded client still said was not heard any more.
            self._at = len(self._script)
            return Step(b"", gap_ms, line.name == Event.SERVER_RESET)
        if line.kind is Kind.SERVER_BYTES:
            return Step(line.content, gap_ms)
        if line.name != SERVER_VERSION:
            told = self._counterparts.reply(texts_of(line.content))
            line = replace(line, content=content_of(told))
        return Step(line.frame, gap_ms)

    # The client's turn

    def _is_met(self, line: Line) -> bool:
        """Whether the client has done what the recorded one did; False while it is awaited."""
        if self._at in self._early:
            self._accept(line, self._early.pop(self._at))
            return True
        while self._heard and not self.is_over and not self._answers:
            if self._take(line, self._heard.popleft()):
                return True
        is_silent = self._has_client_ended and not self._heard and not self.is_over
        return is_silent and self._is_end_met(line)

    def _is_end_met(self, line: Line) -> bool:
        if line.name in CLIENT_ENDS:
            self._advance()
            return True
        self._depart(f"expected {describe(line)}; the client ended")
        self._at = len(self._script)
        return False

    def _take(self, line: Line, piece: Piece) -> bool:
        """Judge one thing that the client said; True when it is taken for the due one."""
        if piece.fault or line.kind is Kind.CLIENT_BYTES:
            return self._take_loose(line, piece)
        if line.name == HELLO:
            return self._take_hello(line, piece.data)
        if self._tell_time(piece):
            return False
        return self._take_request(line, texts_of(piece.data), piece.data)

    def _tell_time(self, piece: Piece) -> bool:
        """Answer reqCurrentTime; False when it is something else, or the recording has no time."""
        is_asked = not piece.fault and texts_of(piece.data)[0] == CURRENT_TIME
        answer = self._times.at(self._due_number) if is_asked else None
        if answer is not None:
            self._answers.append(Step(answer.frame, 0.0))
        return answer is not None

    def _take_loose(self, line: Line, piece: Piece) -> bool:
        """What is no message: its bytes are not compared."""
        if piece.fault and line.kind is Kind.CLIENT_BYTES:
            self._advance()
            return True
        seen = "bytes that are no message" if piece.fault else describe_request(piece.data)
        self._depart(f"expected {describe(line)}; seen {seen}")
        return False

    def _take_hello(self, line: Line, data: bytes) -> bool:
        try:
            oldest, newest = parse_hello(data)
        except WireError as error:
            self._depart(f"expected {describe(line)}; {error}")
            return False
        if not oldest <= self._version <= newest:
            self._depart(
                f"the recorded server speaks version {self._version}, the client speaks "
                f"{oldest} to {newest}"
            )
        self._advance()
        return True

    def _take_request(self, line: Line, seen: list[str], data: bytes) -> bool:
        is_request = line.kind is Kind.REQUEST
        differences = self._differences(line, seen) if is_request else []
        if is_request and not differences:
            self._accept(line, seen)
            return True
        later = self._later(seen)
        if later is not None:
            self._early[later] = seen
            number = self._script[later].number
            self._depart(f"expected {describe(line)}; seen that of line {number} first")
            return False
        if is_request and seen[0] == line.message_id:
            self._depart(f"{line.name} differs: {spell(differences)}")
            self._accept(line, seen)
            return True
        self._depart(f"expected {describe(line)}; seen {describe_request(data)}")
        return False

    def _differences(self, line: Line, seen: list[str]) -> list[Difference]:
        return self._counterparts.differences(texts_of(line.content), seen)

    def _later(self, seen: list[str]) -> int | None:
        """The place in the script of a later request that this one is."""
        for place in range(self._at + 1, len(self._script)):
            line = self._script[place]
            is_open = line.kind is Kind.REQUEST and place not in self._early
            if is_open and line.message_id == seen[0] and not self._differences(line, seen):
                return place
        return None

    def _accept(self, line: Line, seen: list[str]) -> None:
        self._counterparts.bind(texts_of(line.content), seen)
        self._advance()

    def _refuse_the_rest(self) -> None:
        """The recording is over: nothing that the client still says is in it."""
        while self._heard and not self._answers:
            piece = self._heard.popleft()
            if not self._tell_time(piece):
                self._depart(f"the recording has ended; seen {describe_request(piece.data)}")

    def _depart(self, text: str) -> None:
        self.departures.append(Departure(self._due_number, text))
