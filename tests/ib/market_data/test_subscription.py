"""One contract that somebody looks at: wanted, fresh, blocked, and told once."""

from __future__ import annotations

import ib_async
import pytest

from ib.market_data.subscription import Subscription
from ib.market_data.troubles import trouble_of
from tests.ib.market_data.quotes_for_tests import NOW, stock
from trading.ib_errors import CodeTable
from trading.ib_objects import contract_row
from trading.refusals import Busy


@pytest.fixture
def one() -> Subscription:
    contract = stock(1)
    return Subscription(contract, contract_row(contract), looked_at=100.0)


def ticked() -> ib_async.Ticker:
    ticker = ib_async.Ticker(contract=stock(1))
    ticker.last, ticker.time = 5.0, NOW
    return ticker


async def test_it_is_wanted_for_a_minute_or_while_held_or_waited_for(one: Subscription) -> None:
    assert (one.is_wanted(159.0), one.is_wanted(161.0)) == (True, False)
    one.is_held = True
    assert one.is_wanted(9999.0)
    one.is_held = False
    one.next_tick()
    assert one.is_wanted(9999.0)
    one.tell()
    assert not one.is_wanted(9999.0)


def test_only_the_prices_of_the_open_line_are_fresh(one: Subscription) -> None:
    assert (one.is_fresh, one.row()) == (False, None)
    one.ticker = one.shown = ticked()
    assert one.is_fresh
    one.ticker = ib_async.Ticker(contract=stock(1))
    row = one.row()
    assert row is not None
    assert (one.is_fresh, row["last"]) == (False, 5.0)


@pytest.mark.parametrize(("code", "blocked"), [(10167, False), (10197, True), (354, True)])
def test_its_row_shows_the_trouble(one: Subscription, code: int, blocked: bool) -> None:
    one.shown = ticked()
    one.trouble = trouble_of(CodeTable(), code, "text", NOW)
    row = one.row()
    assert row is not None
    assert (row["trouble"]["code"], one.is_blocked) == (code, blocked)


async def test_all_who_wait_share_one_tick_and_are_told_once(one: Subscription) -> None:
    waiting = one.next_tick()
    assert one.next_tick() is waiting
    one.tell(Busy("no line"))
    with pytest.raises(Busy):
        await waiting
    one.tell(Busy("nobody waits"))
    assert one.next_tick() is not waiting
