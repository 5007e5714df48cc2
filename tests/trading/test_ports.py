"""What stands behind a Protocol has each of its methods with the same parameters."""

from __future__ import annotations

import inspect
from collections.abc import Callable

import pytest

from ib_connector import IBConnector
from order_handler import OrderHandler
from tests.fakes import FakeOrderDesk, FakeReader
from trading.ports import OrderDesk, Reader

SENDING = {"submit", "cancel", "cancel_all", "preview"}


def methods(port: type) -> dict[str, Callable[..., object]]:
    return {
        name: value
        for name, value in vars(port).items()
        if inspect.isfunction(value) and name[0] != "_"
    }


def parameters(function: Callable[..., object]) -> list[tuple[str, bool]]:
    """Each parameter's name, and whether it may be left out."""
    shown = inspect.signature(function).parameters.values()
    return [(given.name, given.default is not given.empty) for given in shown]


PROMISES = [
    (port, actor, name)
    for port, actors in (
        (Reader, (IBConnector, FakeReader)),
        (OrderDesk, (OrderHandler, FakeOrderDesk)),
    )
    for actor in actors
    for name in methods(port)
]


@pytest.mark.parametrize(
    ("port", "actor", "name"), PROMISES, ids=lambda part: getattr(part, "__name__", part)
)
def test_an_actor_keeps_each_promise_of_its_port(port: type, actor: type, name: str) -> None:
    assert parameters(getattr(actor, name)) == parameters(methods(port)[name])


def test_a_reader_has_no_way_to_send_anything() -> None:
    assert not SENDING & set(methods(Reader))
    assert not SENDING & set(dir(IBConnector))


def test_a_desk_can_send() -> None:
    assert set(methods(OrderDesk)) >= SENDING
