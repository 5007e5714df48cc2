"""Who may come in as a user's agent when there is one already.

The same instance comes again (its socket broke): the last one wins. Another instance is another
machine, perhaps with a stolen key: it stays outside, unless the present one has missed two
heartbeats and does not answer one more ping, or the user has asked for the change.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from relay.heartbeats import GRACE_SECONDS, Heartbeats
from relay.messages import BAD_FRAME, PROTOCOL, WRONG_USER, BadFrame, Hello
from relay.registry import Agent

TAKE_OVER_SECONDS = 60.0


@dataclass(frozen=True, slots=True)
class _Knock:
    """Somebody waits outside whether `holder`, pinged at `asked`, still lives."""

    holder: Agent
    asked: float
    answer: Callable[[bool], None]


class Entrance:
    """Decides for one hub; `now` is the hub's clock, in seconds."""

    def __init__(self, heartbeats: Heartbeats) -> None:
        self._heartbeats = heartbeats
        self._take_overs: dict[str, float] = {}  # user -> until when
        self._knocks: dict[str, _Knock] = {}

    def take_over(self, user: str, now: float) -> None:
        """The user asks: the next other instance within a minute may take the place."""
        self._take_overs[user] = now + TAKE_OVER_SECONDS

    def may_enter(self, holder: Agent | None, instance: str, now: float) -> bool:
        if holder is None or holder.hello.instance == instance:
            return True
        return self._take_overs.get(holder.user, now) > now

    def knock(
        self, holder: Agent | None, instance: str, now: float, answer: Callable[[bool], None]
    ) -> None:
        """Answer whether that instance may come in: at once, or when `holder` had a last chance."""
        if holder is None or self.may_enter(holder, instance, now):
            answer(True)
        elif holder.user in self._knocks or not self._heartbeats.is_silent(holder, now):
            answer(False)
        else:
            self._knocks[holder.user] = _Knock(holder, now, answer)
            self._heartbeats.ping(holder, now)

    def entered(self, user: str, replaced: Agent | None, instance: str) -> None:
        """Somebody came in: a take-over is used up by the other instance only."""
        if replaced is not None and replaced.hello.instance != instance:
            self._take_overs.pop(user, None)

    def look(self, now: float, close: Callable[[Agent], None]) -> None:
        """Answer those who wait outside: the silent holder has spoken, is gone, or is closed."""
        for user, knock in list(self._knocks.items()):
            holder, is_over = knock.holder, now >= knock.asked + GRACE_SECONDS
            if not (is_over or holder.is_gone or holder.heard > knock.asked):
                continue
            del self._knocks[user]
            if holder.heard > knock.asked:
                knock.answer(holder.is_gone)
                continue
            if not holder.is_gone:
                close(holder)
            knock.answer(True)
        for user, until in list(self._take_overs.items()):
            if until <= now:
                del self._take_overs[user]


def refuse_stranger(user: str, hello: Hello) -> None:
    """Raises BadFrame for an agent that speaks another protocol, or expects another user."""
    if hello.protocol != PROTOCOL:
        raise BadFrame(BAD_FRAME, f"This relay speaks protocol {PROTOCOL}")
    if hello.user not in ("", user):
        raise BadFrame(WRONG_USER, "The key is another user's than hello says")
