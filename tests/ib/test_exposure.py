"""What open orders already use: counted once each, and no longer than they matter."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest

from ib.exposure import MINUTE, Exposure, Share, is_same_contract
from ib.late_fills import FRESH_SECONDS
from tests.trading.facts_for_tests import facts
from tests.trading.orders_for_tests import (
    ACCOUNT,
    World,
    a_moment,
    a_record,
    a_request,
    an_order,
)
from trading.records import Moment, OrderRecord
from trading.risk import Activity
from trading.statuses import OrderState


class Scene:
    """A book whose records a test makes, at a moment that it chooses."""

    def __init__(self) -> None:
        self.world = World()
        self.at = a_moment(100)
        self.exposure = Exposure(self.world.book, lambda: self.at)

    def add(self, key: str, **order: Any) -> OrderRecord:
        """An order of an hour ago that works at IB."""
        record = self.world.book.add(a_request(key, **order), ACCOUNT)
        record.submitted = Moment(self.at.time - timedelta(hours=1), self.at.seconds - 3600)
        record.state = OrderState.LIVE
        return record

    def activity(self, position: int = 100, without: OrderRecord | None = None) -> Activity:
        request = a_request("new", action="SELL")
        return self.exposure.activity(request, ACCOUNT, facts(position=position), without)


@pytest.fixture
def scene() -> Scene:
    return Scene()


def test_nothing_open_uses_nothing(scene: Scene) -> None:
    assert scene.activity() == Activity(0, 0, Decimal(), Decimal(), Decimal())


def test_open_orders_of_the_account_count_and_legs_with_their_parent(scene: Scene) -> None:
    scene.add("one")
    scene.add("leg").parent = "one"
    scene.add("other").account = "DU7"
    scene.world.open_order(an_order("", perm_id=9, clientId=7, account=ACCOUNT), order_id=9)
    assert scene.activity().open_orders == 1


def test_what_remains_counts_with_its_side(scene: Scene) -> None:
    scene.add("buy").remaining = 60
    scene.add("sell", action="SELL", totalQuantity=10)
    scene.add("msft", contract={"symbol": "MSFT"})
    assert scene.activity().working == 50


def test_an_order_that_is_being_changed_does_not_count_against_itself(scene: Scene) -> None:
    record = scene.add("out", action="SELL")
    assert scene.activity().reducing == 100
    assert scene.activity(without=record) == Activity(0, 0, Decimal(), Decimal(), Decimal())


@pytest.mark.parametrize(("position", "reducing"), [(100, 30), (-100, 20)])
def test_only_orders_against_the_position_reduce_it(
    scene: Scene, position: int, reducing: int
) -> None:
    scene.add("sell", action="SELL", totalQuantity=30)
    scene.add("buy", totalQuantity=20)
    assert scene.activity(position).reducing == reducing


def test_of_an_old_order_only_a_market_order_acts_at_once(scene: Scene) -> None:
    resting = scene.add("limit", action="SELL", orderType="LMT", lmtPrice=400)
    assert scene.activity().reducing == 0
    resting.submitted = scene.at
    assert scene.activity().reducing == 100


def test_a_market_order_counts_with_what_remains_of_it(scene: Scene) -> None:
    record = scene.add("out", action="SELL")
    record.filled, record.remaining = 60, 40
    assert scene.activity().reducing == 40


def fill(scene: Scene, size: int, account: str = ACCOUNT, con_id: int = 265598) -> None:
    side = "BOT" if size > 0 else "SLD"
    row = {"account": account, "contract": {"conId": con_id}, "side": side, "shares": abs(size)}
    scene.exposure.note_fill(row)


def test_a_fill_counts_until_the_position_holds_it(scene: Scene) -> None:
    scene.activity(100)
    fill(scene, -60)
    assert scene.activity(100).reducing == 60
    assert scene.activity(40).reducing == 0


def test_a_fill_counts_for_a_moment_at_most(scene: Scene) -> None:
    fill(scene, -60)
    assert scene.activity(100).reducing == 60
    scene.at = a_moment(100 + FRESH_SECONDS + 1)
    assert scene.activity(100).reducing == 0


def test_fills_of_others_and_of_other_contracts_reduce_nothing_here(scene: Scene) -> None:
    fill(scene, -60, account="DU7")
    fill(scene, -60, con_id=1)
    fill(scene, 60)
    assert scene.activity(100).reducing == 0


def test_worth_that_is_not_known_makes_the_sum_unknown(scene: Scene) -> None:
    for name, value in (("one", Decimal(5)), ("two", Decimal(7))):
        record = scene.add(name)
        record.is_new_risk, record.value = True, value
    scene.add("an-exit")
    assert scene.activity().open_notional == 12
    record.value = None
    assert scene.activity().open_notional is None


def test_orders_count_for_a_minute(scene: Scene) -> None:
    scene.exposure.count([scene.add("one"), scene.add("leg")], scene.at.seconds)
    assert scene.activity().orders_last_minute == 2
    scene.at = a_moment(100 + MINUTE + 1)
    assert scene.activity().orders_last_minute == 0


def test_the_orders_of_the_last_minute_count_after_a_restart(scene: Scene) -> None:
    young, unsent, old = scene.add("young"), scene.add("unsent"), scene.add("old")
    young.submitted = unsent.submitted = a_moment(90)
    young.order_id = old.order_id = 7
    scene.exposure.remember([old, young, unsent])
    assert scene.activity().orders_last_minute == 1


# A change and its share


def a_share(value: Decimal | None, *, is_new_risk: bool = True) -> tuple[OrderRecord, Share]:
    """An order worth 100 that is to be worth `value`."""
    record = a_record()
    record.is_new_risk, record.value = is_new_risk, Decimal(100) if is_new_risk else None
    return record, Share(record, value)


@pytest.mark.parametrize(("value", "reserved"), [(150, 150), (50, 100), (None, None)])
def test_until_ib_has_answered_the_larger_worth_counts(
    value: int | None, reserved: int | None
) -> None:
    record, share = a_share(None if value is None else Decimal(value))
    share.reserve(is_risk=True)
    assert record.value == reserved
    share.settle()
    assert record.value == value
    share.take_back()
    assert record.value == 100


def test_an_exit_that_becomes_new_risk_has_a_share_until_that_is_refused() -> None:
    record, share = a_share(Decimal(50), is_new_risk=False)
    share.reserve(is_risk=False)
    share.settle()
    assert (record.is_new_risk, record.value) == (False, None)
    share.reserve(is_risk=True)
    assert (record.is_new_risk, record.value) == (True, Decimal(50))
    share.take_back()
    assert (record.is_new_risk, record.value) == (False, None)


# Contracts


@pytest.mark.parametrize(
    ("one", "other", "is_same"),
    [
        ({"conId": 1, "symbol": "A"}, {"conId": 1, "symbol": "B"}, True),
        ({"conId": 1, "symbol": "A"}, {"conId": 2, "symbol": "A"}, False),
        ({"conId": 0, "symbol": "A"}, {"conId": 2, "symbol": "A"}, True),
        ({"symbol": "A", "strike": 5}, {"symbol": "A", "strike": None}, True),
        ({"symbol": "A", "strike": 5}, {"symbol": "A", "strike": 6}, False),
        ({"symbol": "A", "currency": "USD"}, {"symbol": "A", "currency": "EUR"}, False),
    ],
)
def test_a_contract_is_known_by_its_con_id_or_by_what_both_have(
    one: dict[str, Any], other: dict[str, Any], is_same: bool
) -> None:
    assert is_same_contract(one, other) is is_same
