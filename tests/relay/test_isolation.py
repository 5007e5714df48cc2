"""Isolation as a theorem: random stories of users, agents, replacements, drops and requests.

Everything private that an agent says carries its user's canary. No canary may ever be found with
another user, and every request has exactly one answer in the end.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule

from relay.answers import Answer, Result
from relay.messages import BadFrame, Reply, Request, decode
from relay.operations import OPERATIONS
from tests.relay.hubs_for_tests import Caller, FakeAgent, HubWorld
from trading.refusal_forms import to_form
from trading.refusals import TradingError

USERS = ("alice", "bob", "carl")
SHARED = "a price for everybody"

users = st.sampled_from(USERS)
instances = st.sampled_from(["one", "two"])
private = st.sampled_from([name for name, op in OPERATIONS.items() if op.reach == "private"])
quotes = st.sampled_from([name for name, op in OPERATIONS.items() if op.reach == "quote"])
indexes = st.integers(0, 200)
ages = st.integers(0, 5)  # how many requests ago


def canary(user: str) -> str:
    return f"canary-of-{user}"


@dataclass
class Asked:
    """A request of a user, and what came of it."""

    user: str
    operation: str
    caller: Caller
    is_refused: bool = False


class Isolation(RuleBasedStateMachine):
    def __init__(self) -> None:
        super().__init__()
        self.world = HubWorld()
        self.agents: list[FakeAgent] = []
        self.requests: list[tuple[FakeAgent, Request]] = []
        self.asked: list[Asked] = []
        self.seqs = dict.fromkeys(USERS, 0)
        self.told: dict[str, list[str]] = {user: [] for user in USERS}
        for user in USERS:
            self._read_along(user)

    # What may happen

    @initialize(sharing=st.sets(users, min_size=1))
    def agents_are_there(self, sharing: set[str]) -> None:
        for user in USERS:
            self._join(user, "one", shares=user in sharing)

    @rule(user=users, instance=instances, shares=st.booleans(), knocks=st.booleans())
    def an_agent_comes(self, user: str, instance: str, shares: bool, knocks: bool) -> None:
        if not knocks or self.world.knock(user, instance, label=canary(user)) == [True]:
            self._join(user, instance, shares)

    @precondition(lambda self: self.agents)
    @rule(age=ages, end=st.sampled_from(["drops", "{", "[]", '{"t":"pong","time":-1}', "key"]))
    def an_agent_ends(self, age: int, end: str) -> None:
        """Its socket drops, it says nonsense, or its key is revoked."""
        agent = self.agents[-1 - age % len(self.agents)]
        if end == "drops":
            self.world.hub.dropped(agent.agent, canary(agent.agent.user))
        elif end == "key":
            self.world.hub.close_keys({agent.agent.key})
        else:
            self.world.hub.received(agent.agent, end)
            assert agent.agent.is_gone

    @rule(user=users)
    def a_user_lets_another_machine_take_over(self, user: str) -> None:
        self.world.hub.take_over(user)

    @rule(seconds=st.sampled_from([0.3, 0.3, 0.3, 1.0, 6.0, 16.0, 41.0]))
    def time_passes(self, seconds: float) -> None:
        self.world.clock.now += seconds
        self.world.hub.tick()

    @rule(user=users, operation=private)
    def a_user_asks(self, user: str, operation: str) -> None:
        self._ask(user, operation, body={"clientOrderId": canary(user)}, note=canary(user))

    @rule(user=users, operation=quotes)
    def a_user_asks_for_a_quote(self, user: str, operation: str) -> None:
        self._ask(user, operation, contract={"symbol": "AAPL"})

    @precondition(lambda self: self.requests)
    @rule(age=ages, is_error=st.booleans())
    def an_agent_replies(self, age: int, is_error: bool) -> None:
        there = [one for one in self.requests if not one[0].agent.is_gone] or self.requests
        agent, request = there[-1 - age % len(there)]
        self._reply(agent, request, is_error, agent.agent.epoch)

    @precondition(lambda self: self.requests and self.agents)
    @rule(index=indexes, liar=indexes, epoch=st.integers(0, 5))
    def an_agent_replies_to_what_it_was_not_asked(self, index: int, liar: int, epoch: int) -> None:
        asked, request = self.requests[index % len(self.requests)]
        agent = self.agents[liar % len(self.agents)]
        if agent is not asked:
            self._reply(agent, request, False, agent.agent.epoch if epoch else request.epoch)

    @precondition(lambda self: self.agents)
    @rule(index=indexes, is_old=st.booleans())
    def an_agent_tells(self, index: int, is_old: bool) -> None:
        agent = self.agents[index % len(self.agents)]
        user = agent.agent.user
        self.seqs[user] += not is_old
        agent.event(self.seqs[user], "order", clientOrderId=canary(user))

    # What must always be true

    @invariant()
    def nobody_hears_another_users_canary(self) -> None:
        for user, told in self.told.items():
            heard = "".join(told) + repr(self.world.hub.agent(user))
            told.clear()
            assert not any(canary(other) in heard for other in set(USERS) - {user})

    @invariant()
    def nobody_is_answered_twice(self) -> None:
        assert all(len(one.caller.answers) + one.is_refused <= 1 for one in self.asked)

    def teardown(self) -> None:
        hub = self.world.hub
        for agent in self.agents:
            hub.dropped(agent.agent, "the end")
        assert [len(one.caller.answers) + one.is_refused for one in self.asked] == [1] * len(
            self.asked
        )
        assert (hub.in_flight, hub.connected) == (0, 0)
        assert all(agent.agent.lent == 0 for agent in self.agents)

    # How

    def _join(self, user: str, instance: str, shares: bool) -> None:
        hello = {"label": canary(user), "feed": SHARED, "shares": shares, "run": canary(user)}
        try:
            self.agents.append(self.world.join(user, instance, **hello))
        except BadFrame:
            assert self.world.hub.agent(user)["connected"]

    def _read_along(self, user: str) -> None:
        """Hear all that the user's feed says, as an open page does."""
        feed = self.world.hub.feed(user)

        def wake() -> None:
            events = feed.after(feed.last - 1)
            assert events is not None
            self.told[user] += map(repr, events)

        feed.subscribe(wake)

    def _ask(self, user: str, operation: str, **args: Any) -> None:
        asked = Asked(user, operation, Caller())
        self.asked.append(asked)

        def told(answer: Answer) -> None:
            asked.caller(answer)
            self.told[user].append(_told(answer))

        before = [len(agent.connection.sent) for agent in self.agents]
        try:
            self.world.hub.ask(user, OPERATIONS[operation], args, told)
        except TradingError as error:
            assert error.sent == "no"
            asked.is_refused = True
        new = [
            (agent, text)
            for agent, known in zip(self.agents, before, strict=True)
            for text in agent.connection.sent[known:]
        ]
        assert len(new) == (not asked.is_refused)
        for agent, text in new:
            self._asked(user, agent, text)

    def _asked(self, user: str, agent: FakeAgent, text: str) -> None:
        """An agent is asked its own user's requests, and quotes that do not say for whom."""
        request = decode(text, Request)
        assert isinstance(request, Request)
        self.requests.append((agent, request))
        if agent.agent.user == user:
            assert request.user == user
        else:
            assert (request.user, OPERATIONS[request.op].reach) == ("", "quote")
            assert user not in text

    def _reply(self, agent: FakeAgent, request: Request, is_error: bool, epoch: int) -> None:
        """A quote for others is a price for everybody; all else is private."""
        is_for_others = request.user == ""
        said = SHARED if is_for_others and not is_error else canary(agent.agent.user)
        error = {"kind": "NotFound", "sentence": said, "sent": "no", "code": said, "text": said}
        form = error | {"orderId": None}
        values = {"error": form} if is_error else {"result": {"said": said}}
        agent.say(Reply(request.id, epoch, **values))


def _told(answer: Answer) -> str:
    if isinstance(answer, Result):
        return answer.json + answer.feed
    return repr(to_form(answer)) if isinstance(answer, TradingError) else repr(answer)


Isolation.TestCase.settings = settings(max_examples=200, stateful_step_count=50, deadline=None)
TestIsolation = Isolation.TestCase
