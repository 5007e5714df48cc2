"""The desk's calls to the relay over a real socket, and what is said when they go wrong."""

from __future__ import annotations

from collections.abc import Iterator
from concurrent.futures import CancelledError, Future
from decimal import Decimal
from socket import socket
from typing import Any

import pytest

from relay.link import RELAY_AWAY, Answer, Asking, RelayLink
from relay.problem_forms import WRONG_TOKEN
from tests.conftest import wait_until
from tests.relay.fake_relay import AGENT, OWN, TOKEN, FakeRelay, linked
from trading.refusals import (
    AgentNotConnected,
    LimitExceeded,
    NoAnswer,
    NotConnected,
    Refused,
    TradingError,
)

ALICE = Asking("alice", "trade")
ORDERS = ["place-order", "modify-order", "unfreeze", "cancel-order", "cancel-all", "freeze"]


@pytest.fixture
def relay() -> Iterator[FakeRelay]:
    with FakeRelay() as relay:
        yield relay


@pytest.fixture
def link(relay: FakeRelay) -> Iterator[RelayLink]:
    with linked(relay) as link:
        yield link


def asked(
    link: RelayLink, name: str, seconds: float | None = None, asking: Asking = ALICE, **args: Any
) -> Answer:
    return link.submit(link.ask(asking, name, args, seconds)).result(10)


def error(link: RelayLink, name: str, seconds: float | None = None, **args: Any) -> TradingError:
    with pytest.raises(TradingError) as caught:
        asked(link, name, seconds, **args)
    return caught.value


def test_a_call_says_for_whom_it_is_and_brings_the_answer(
    relay: FakeRelay, link: RelayLink
) -> None:
    relay.results["positions"] = {"rows": []}
    answer = asked(link, "positions", account="DU1")
    assert answer == Answer({"rows": []}, OWN)
    (call,) = relay.asked
    assert (call.user, call.scope, call.arguments) == ("alice", "trade", {"account": "DU1"})


def test_a_price_arrives_digit_for_digit(relay: FakeRelay, link: RelayLink) -> None:
    relay.results["place-order"] = None
    asked(link, "place-order", body={"order": {"lmtPrice": Decimal("228.10")}})
    assert relay.asked[0].arguments == {"body": {"order": {"lmtPrice": 228.1}}}


def test_the_relay_tells_about_the_own_agent(relay: FakeRelay, link: RelayLink) -> None:
    assert link.submit(link.ask_agent(ALICE, 3)).result(10) == AGENT


@pytest.mark.parametrize("name", ["positions", *ORDERS])
def test_a_relay_that_is_not_there_was_sent_nothing(name: str) -> None:
    with socket() as probe:
        probe.bind(("127.0.0.1", 0))  # nobody listens there
        link = RelayLink(f"http://127.0.0.1:{probe.getsockname()[1]}", TOKEN)
        link.start()
        why = error(link, name)
        link.stop()
    assert isinstance(why, NotConnected)
    assert (why.sent, why.code, why.text) == ("no", "relay_away", RELAY_AWAY)


@pytest.mark.parametrize("name", ORDERS)
def test_an_order_on_a_connection_that_breaks_is_unknown_and_not_sent_again(
    relay: FakeRelay, link: RelayLink, name: str
) -> None:
    relay.drops.append(name)
    why = error(link, name)
    assert (type(why), why.sent) == (NoAnswer, "unknown")
    assert relay.operations() == [name]


def test_a_read_on_a_connection_that_breaks_is_asked_once_more(
    relay: FakeRelay, link: RelayLink
) -> None:
    relay.results["orders"], relay.drops = [], ["orders"]
    assert asked(link, "orders").result == []
    assert relay.operations() == ["orders", "orders"]


def test_a_read_is_not_asked_a_third_time(relay: FakeRelay, link: RelayLink) -> None:
    relay.drops = ["orders", "orders"]
    why = error(link, "orders")
    assert (type(why), why.sent) == (NoAnswer, "no")
    assert relay.operations() == ["orders", "orders"]


@pytest.mark.parametrize(("name", "sent"), [("orders", "no"), ("place-order", "unknown")])
def test_a_relay_that_says_nothing_is_not_waited_for_for_ever(
    relay: FakeRelay, link: RelayLink, name: str, sent: str
) -> None:
    relay.hangs.add(name)
    why = error(link, name, seconds=0.2)
    assert (type(why), why.sent) == (NoAnswer, sent)


@pytest.mark.parametrize(
    "told", [AgentNotConnected(), LimitExceeded("Too large", code="risk_max_order_quantity")]
)
def test_an_error_means_here_what_it_meant_there(
    relay: FakeRelay, link: RelayLink, told: TradingError
) -> None:
    relay.refuses["place-order"] = told
    why = error(link, "place-order")
    assert type(why) is type(told)
    assert (why.sentence, why.sent, why.code, why.text) == (
        told.sentence,
        "no",
        told.code,
        told.text,
    )


def test_another_token_is_refused_and_nothing_was_sent(relay: FakeRelay) -> None:
    with linked(relay, "another secret, just as long as it must be") as link:
        why = error(link, "place-order")
    assert isinstance(why, NotConnected)
    assert (why.sent, why.text) == ("no", WRONG_TOKEN)
    assert relay.asked == []


@pytest.mark.parametrize(
    "said",
    [
        (302, ""),
        (200, "<html>"),
        (200, '{"result": 1}'),
        (200, "[]"),
        (500, "{}"),
        (502, "Bad gateway"),
        (404, "nothing here"),
        (202, '{"state": "unknown"}'),
        (200, '{"source": {}}'),
    ],
)
def test_an_answer_that_proves_nothing_leaves_an_order_unknown(
    relay: FakeRelay, link: RelayLink, said: tuple[int, str]
) -> None:
    relay.says["place-order"] = said
    why = error(link, "place-order")
    assert (type(why), why.sent) == (NoAnswer, "unknown")
    assert relay.operations() == ["place-order"]  # no redirect was followed, nothing asked again


@pytest.mark.parametrize("value", [10**30, [[]]], ids=["a long number", "nesting"])
def test_what_json_cannot_say_is_refused_before_it_leaves(
    relay: FakeRelay, link: RelayLink, value: Any
) -> None:
    if value == [[]]:
        for _ in range(400):
            value = [value]
    why = error(link, "modify-order", changes={"lmtPrice": value})
    assert isinstance(why, Refused)
    assert (why.sent, why.malformed, relay.asked) == ("no", True, [])


def test_nobody_asks_for_nobody(relay: FakeRelay, link: RelayLink) -> None:
    with pytest.raises(NotConnected) as caught:
        asked(link, "orders", asking=Asking("", "admin"))
    assert caught.value.code == "nobody"
    assert relay.asked == []


def test_an_end_answers_everybody_who_waits_and_takes_no_new_call(
    relay: FakeRelay, link: RelayLink
) -> None:
    relay.hangs.add("place-order")
    waiting: Future[Answer] = link.submit(link.ask(ALICE, "place-order", {}))
    wait_until(relay.operations)
    link.drain()
    with pytest.raises(CancelledError):
        waiting.result(5)
    why = error(link, "orders")
    assert (type(why), why.code, why.sent) == (NotConnected, "draining", "no")


def test_whether_the_relay_is_ready(relay: FakeRelay, link: RelayLink) -> None:
    def ready() -> list[str]:
        return link.submit(link.ready()).result(10)

    assert ready() == []
    relay.says["readyz"] = (503, "{}")
    assert ready() == ["The relay says that it is not ready"]
    relay.stop()
    assert ready() == [RELAY_AWAY]
    relay.start()
    del relay.says["readyz"]
    assert ready() == []


def test_a_take_over_is_asked_for_once_and_for_this_user(relay: FakeRelay, link: RelayLink) -> None:
    relay.results["take-over"] = None
    assert link.submit(link.take_over(ALICE, 3)).result(10) is None
    assert [(one.operation, one.user) for one in relay.asked] == [("take-over", "alice")]
    relay.drops = ["take-over"]
    with pytest.raises(NoAnswer):
        link.submit(link.take_over(ALICE, 3)).result(10)
    assert len(relay.asked) == 2
