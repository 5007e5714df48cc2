"""Booking fills: executions, positions, cash and commissions of one trade.

May not decide when an order fills or at what price. The execution of a combination is followed by
one for each leg, as at IB: positions and commissions are those of the legs.
"""

from collections.abc import Iterator
from dataclasses import dataclass

from paper_gateway.account import Position
from paper_gateway.accounts import Accounts
from paper_gateway.book import Book, Ledger
from paper_gateway.combos import execution_key
from paper_gateway.commissions import commission, commission_currency
from paper_gateway.contracts import ContractDefinition
from paper_gateway.orders import Execution, Order
from paper_gateway.prices import Prices

_EXEC_ID_PREFIX = "0000e0d5"


@dataclass(frozen=True, slots=True)
class Fill:
    """One execution and what it traded."""

    execution: Execution
    definition: ContractDefinition

    @property
    def moves_a_position(self) -> bool:
        """A combination itself is never held: its legs are."""
        return not self.definition.legs


@dataclass(frozen=True, slots=True)
class _Trade:
    """What is traded in one execution; ``part`` numbers the executions of one fill."""

    definition: ContractDefinition
    is_buy: bool
    shares: float
    price: float
    fee: float = 0.0
    part: int = 1


class Fills:
    """Writes trades into their accounts, the book and the ledger."""

    def __init__(self, accounts: Accounts, book: Book, ledger: Ledger, prices: Prices) -> None:
        self._accounts = accounts
        self._book = book
        self._ledger = ledger
        self._prices = prices

    def book(self, order: Order, shares: float, price: float, at: float) -> list[Fill]:
        """Book one fill of the order: its execution first, then those of its legs."""
        before, filled = order.filled, round(order.filled + shares, 8)
        order.average_price = (before * order.average_price + shares * price) / filled
        order.filled, order.last_price = filled, price
        definition = order.definition
        if definition.legs:
            trades = [
                _Trade(definition, order.is_buy, shares, price),
                *self._legs(order, before, price),
            ]
        else:
            fee = commission(definition, filled, order.average_price) - order.charged
            trades = [_Trade(definition, order.is_buy, shares, price, _charge(fee))]
        return [self._book_trade(order, trade, at) for trade in trades]

    def position_of(self, fill: Fill) -> Position:
        account = self._accounts[fill.execution.account]
        return account.positions[fill.definition.con_id]

    def _legs(self, order: Order, before: float, price: float) -> Iterator[_Trade]:
        """The trades of the legs. Their prices are those of the market, the first one's bent so
        that together they make exactly the price of the combination."""
        legs, shares = order.definition.legs, order.filled - before
        is_buys = [order.is_buy == (leg.ratio > 0) for leg in legs]
        prices = [
            self._prices.touch(leg.definition, is_buy)
            for leg, is_buy in zip(legs, is_buys, strict=True)
        ]
        total = sum(leg.ratio * each for leg, each in zip(legs, prices, strict=True))
        prices[0] = round(prices[0] + (price - total) / legs[0].ratio, 8)
        for part, (leg, is_buy, each) in enumerate(zip(legs, is_buys, prices, strict=True), 2):
            size = abs(leg.ratio)
            fee = commission(leg.definition, size * order.filled, each)
            fee -= commission(leg.definition, size * before, each)
            yield _Trade(leg.definition, is_buy, size * shares, each, _charge(fee), part)

    def _book_trade(self, order: Order, trade: _Trade, at: float) -> Fill:
        definition, gain = trade.definition, None
        order.charged = round(order.charged + trade.fee, 4)
        if not definition.legs:
            quantity = trade.shares if trade.is_buy else -trade.shares
            account = self._accounts[order.account]
            gain = account.apply_fill(definition, quantity, trade.price, trade.fee)
            self._ledger.save_position(account.positions[definition.con_id])
            self._ledger.save_cash(account.name, account.cash)
        is_whole = trade.part == 1
        number = self._book.new_execution_number()
        execution = Execution(
            exec_id=f"{_EXEC_ID_PREFIX}.{number:08x}.{trade.part:02d}.01",
            time=at,
            perm_id=order.perm_id,
            client_id=order.client_id,
            order_id=order.order_id,
            con_id=execution_key(definition),
            account=order.account,
            exchange=_venue(definition),
            side="BOT" if trade.is_buy else "SLD",
            shares=trade.shares,
            price=trade.price,
            cumulative=order.filled if is_whole else trade.shares,
            average_price=order.average_price if is_whole else trade.price,
            order_ref=order.ticket.order_ref,
            commission=trade.fee,
            currency=commission_currency(definition),
            realized_pnl=gain,
        )
        self._book.executions.append(execution)
        self._ledger.save_execution(execution)
        return Fill(execution, definition)


def _charge(fee: float) -> float:
    return round(max(0.0, fee), 4)


def _venue(definition: ContractDefinition) -> str:
    """Where a fill happens: never SMART, but for what trades nowhere else."""
    if definition.primary_exchange or definition.exchange != "SMART":
        return definition.primary_exchange or definition.exchange
    venues = [each for each in definition.valid_exchanges.split(",") if each != "SMART"]
    return venues[0] if venues else definition.exchange
