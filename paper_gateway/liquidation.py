"""What would have to be closed for an account to meet its maintenance margin again.

May not trade: it says which trades.
"""

import math

from paper_gateway.account import Account, Position, Trade
from paper_gateway.commissions import commission


def trades_to_liquidate(account: Account, at: float) -> list[Trade]:
    """The trades at the last prices that bring excess liquidity back to zero or more.

    The position with the largest maintenance margin goes first, no more of it than needed. All of
    them, when even that is not enough; none, when nothing is wrong.
    """
    trades: list[Trade] = []
    needed = _maintenance(account, at)
    for con_id in sorted(needed, key=lambda each: -needed[each]):
        if account.after(trades).figures(at).excess_liquidity >= 0:
            break
        if needed[con_id] > 0:
            trades.append(_closing(account, trades, account.positions[con_id], at))
    return trades


def _maintenance(account: Account, at: float) -> dict[int, float]:
    """Of each position, by conId, in the base currency."""
    return {
        con_id: needed.maintenance
        * account.market.rate(account.positions[con_id].definition.currency, at)
        for con_id, needed in account.margins(at).items()
    }


def _closing(account: Account, before: list[Trade], position: Position, at: float) -> Trade:
    """The smallest closing trade that suffices after those before it, or the whole position."""
    step = position.definition.whole_step
    low, high = 0, math.ceil(abs(position.quantity) / step)
    while high - low > 1:
        middle = (low + high) // 2
        trial = account.after([*before, _trade(account, position, middle * step, at)])
        is_enough = trial.figures(at).excess_liquidity >= 0
        low, high = (low, middle) if is_enough else (middle, high)
    return _trade(account, position, min(high * step, abs(position.quantity)), at)


def _trade(account: Account, position: Position, size: float, at: float) -> Trade:
    definition = position.definition
    price = account.market.mark(definition.con_id, at)
    quantity = -size if position.quantity > 0 else size
    return Trade(definition, quantity, price, commission(definition, size, price))
