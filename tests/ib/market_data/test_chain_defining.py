"""Which options are shown: those that exist around the money, and the holes among them."""

from __future__ import annotations

import asyncio
from time import monotonic
from typing import Any

import pytest

from ib.market_data.chain_defining import Defining
from ib.market_data.chain_definitions import ChainDefinitions
from ib.market_data.chain_progress import ChainProgress
from ib.market_data.chain_state import ChainState
from ib.market_data.pace import Pace
from ib.market_data.secdef_farm import SecdefFarm
from tests.ib.market_data.chain_wires import EXPIRY, STOCK, STRIKES, TODAY, ChainWire, options
from trading.ib_errors import CodeTable
from trading.options import OptionClass, expiries_of
from trading.refusals import NotFound


def defined(strikes: int = 3, **answers: Any) -> tuple[ChainState, list[dict[str, Any]]]:
    """The state after the stage, and what was told."""
    told: list[dict[str, Any]] = []
    progress = ChainProgress(lambda _, payload: told.append(payload), monotonic())
    progress.ids.add("one")
    only = OptionClass("SMART", "XYZ", "100", (EXPIRY,), tuple(STRIKES))
    state = ChainState("XYZ", {}, contract=STOCK, expiry=expiries_of([only], "XYZ", TODAY)[0])
    wire: Any = ChainWire(**answers)

    async def run() -> None:
        known = ChainDefinitions(CodeTable(), Pace(), SecdefFarm())
        defining = Defining(known, CodeTable(), wire, state, progress)
        await defining.at_once()
        await defining.the_rest(strikes)

    asyncio.run(run())
    return state, told


def test_the_rows_are_what_exists() -> None:
    state, told = defined()
    assert state.strikes == [95.0, 100.0, 105.0]
    assert (told[0]["done"], told[0]["total"]) == (0, 10)


def test_holes_stand_among_them() -> None:
    state, _ = defined(wildcard=options([90.0, 100.0, 110.0]))
    assert state.strikes == STRIKES
    assert len(state.wanted()) == 6


def test_a_refused_question_is_noted_and_each_asked_for() -> None:
    state, told = defined(wildcard=322)
    assert (state.strikes, len(state.wanted())) == ([95.0, 100.0, 105.0], 6)
    assert [note["code"] for note in state.notes.values()] == [322]
    assert told[-1]["text"] == "Definitions 6 of 6"


def test_none_at_all_is_an_error() -> None:
    with pytest.raises(NotFound, match="IB knows none of the options on XYZ that expire on"):
        defined(wildcard=200, single=200)
