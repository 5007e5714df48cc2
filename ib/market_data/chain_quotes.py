"""Quotes and greeks of a chain: one snapshot for each option, the money first."""

from __future__ import annotations

import asyncio

from ib.market_data.chain_cells import has_price, is_complete
from ib.market_data.chain_progress import ChainProgress
from ib.market_data.chain_state import PARTIAL, ChainState
from ib.market_data.snapshots import Snapshots
from ib.wire import Wire
from trading.ib_errors import CodeTable
from trading.refusals import NoAnswer, NotConnected

LOOK_SECONDS = 0.25  # cells are told so often
NO_DEFINITION = 200


async def ask_quotes(
    snapshots: Snapshots, wire: Wire, state: ChainState, progress: ChainProgress, lent: bool
) -> None:
    """Fill `state.snapshots`; every cell is told when it is complete, or when that is over."""
    keys = [key for key in state.from_the_money() if key in state.definitions.found]
    for key in keys:
        contract = state.definitions.found[key]
        state.snapshots[key] = snapshots.start(wire, contract, lent=lent)
    progress.tell("quotes", f"Quotes 0 of {len(keys)}", 0, len(keys))
    waiting = {snapshot.task for snapshot in state.snapshots.values()}
    while waiting:
        _, waiting = await asyncio.wait(waiting, timeout=LOOK_SECONDS)
        done = len(keys) - len(waiting)
        told = (
            (key, cell)
            for key, cell in state.cells(keys)
            if state.snapshots[key].is_over or is_complete(cell)
        )
        progress.cells("quotes", f"Quotes {done} of {len(keys)}", told, done, len(keys))


def note_errors(state: ChainState, codes: CodeTable) -> None:
    """Codes of many options become one note each; 200 is that option's own error."""
    for key, snapshot in state.snapshots.items():
        for code, text in snapshot.notices.items():
            if code != NO_DEFINITION:
                state.note(codes, code, text)
        cell = state.cell(key)
        is_silent = isinstance(snapshot.error, NoAnswer | NotConnected) or snapshot.ticker is None
        if is_silent and not (cell and has_price(cell)):
            state.is_partial = True
            state.say(PARTIAL, "Ask again: what is known already is not asked again")
