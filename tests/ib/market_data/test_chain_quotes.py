"""Errors of many options: one note each, and a chain that is partial only where nothing came."""

from __future__ import annotations

from typing import Any

import ib_async
import pytest

from ib.market_data.chain_definitions import Definitions
from ib.market_data.chain_quotes import note_errors
from ib.market_data.chain_state import ChainState
from ib.market_data.snapshots import Snapshot
from tests.ib.market_data.chain_wires import options
from trading.ib_errors import CodeTable
from trading.refusals import NoAnswer, NotConnected, NotFound, TradingError

KEY = (95.0, "C")


def noted(error: TradingError | None, *, sent: bool = True, **ticks: Any) -> ChainState:
    found = Definitions(is_whole=True)
    found.add(options([95.0]))
    snapshot = Snapshot(found.found[KEY])
    snapshot.error = error
    if error and isinstance(error.code, int):
        snapshot.notices[error.code] = error.text or ""
    if sent:
        snapshot.ticker = ib_async.Ticker(contract=snapshot.contract)
        for name, value in ticks.items():
            setattr(snapshot.ticker, name, value)
    state = ChainState("XYZ", {}, definitions=found, strikes=[95.0], snapshots={KEY: snapshot})
    note_errors(state, CodeTable())
    return state


@pytest.mark.parametrize("error", [NoAnswer("late"), NotConnected("gone")])
def test_silence_without_a_price_makes_it_partial(error: TradingError) -> None:
    assert noted(error).is_partial
    assert not noted(error, bid=1.0).is_partial


def test_what_was_never_asked_makes_it_partial() -> None:
    assert noted(None, sent=False).is_partial


def test_whole_answers_leave_it_whole_and_without_notes() -> None:
    state = noted(None, bid=1.0)
    assert (state.is_partial, state.notes) == (False, {})


def test_a_200_is_that_options_own_error() -> None:
    state = noted(NotFound("No such contract", code=200, text="none"))
    assert (state.is_partial, state.notes) == (False, {})
