"""The stand-alone baseline: buy one share with ib_async alone and watch it fill.

No Flask, no threads, nothing of ours but the settings. When this works and the desk does not, the
fault is in the desk; when this does not work either, look at TWS.

    .venv/bin/python test_order.py
    .venv/bin/python test_order.py --host 127.0.0.1 --port 7497 --symbol MSFT --quantity 5
    .venv/bin/python test_order.py --type LMT --limit 228.10

Exit code 0 after SUCCESS, 1 with what failed. It refuses a live account unless --live is given.
"""

from __future__ import annotations

import argparse
import logging
import sys
import time

from ib_async import IB, LimitOrder, MarketOrder, Order, Stock, StopOrder, Trade

import config

# Three pauses after placeOrder: paper trading validates orders slowly.
SLEEP_STEPS = (1, 2, 1)
BASELINE_OFFSET = 2  # the desk holds IB_CLIENT_ID and the one after it


class Failed(Exception):
    """The baseline did not reach its end; the text says why."""


def main() -> int:
    options = parse_options()
    # What matters is printed here; ib_async's own log would call live orders cancelled.
    logging.getLogger("ib_async").setLevel(logging.CRITICAL)
    ib = IB()
    try:
        connect(ib, options)
        refuse_live_account(ib, options.live)
        status = place_and_watch(ib, options)
    except Failed as error:
        print(f"❌ {error}")
        return 1
    finally:
        ib.disconnect()
    print(f"✅ SUCCESS! Order reached: {status}")
    return 0


def parse_options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--host", help="where TWS runs (default: IB_HOST, or the running desk's)")
    parser.add_argument("--port", type=int, help="its API port (default: IB_PORT, or the desk's)")
    parser.add_argument("--client-id", type=int, help="default: IB_CLIENT_ID + 2")
    parser.add_argument("--symbol", default="AAPL")
    parser.add_argument("--action", default="BUY", choices=["BUY", "SELL"])
    parser.add_argument("--quantity", type=float, default=1)
    parser.add_argument("--type", default="MKT", choices=["MKT", "LMT", "STP"])
    parser.add_argument("--limit", type=float, help="price of a limit order")
    parser.add_argument("--stop", type=float, help="price of a stop order")
    parser.add_argument("--timeout", type=float, default=15, help="seconds to wait (default 15)")
    parser.add_argument("--live", action="store_true", help="allow a live account")
    return parser.parse_args()


def connect(ib: IB, options: argparse.Namespace) -> None:
    try:
        settings = config.load()
        client_id = options.client_id or settings.ib_client_id + BASELINE_OFFSET
        if options.port:
            host, port = options.host or settings.ib_host, options.port
        else:
            host, port = config.gateway_address(settings)
        ib.connect(options.host or host, port, clientId=client_id, timeout=10)
    except (OSError, TimeoutError, config.SettingsError) as error:
        raise Failed(f"No connection to TWS: {error or 'no answer within 10 s'}") from error
    print(f"✅ Connected to {options.host or host}:{port} as client {client_id}")


def refuse_live_account(ib: IB, is_live_allowed: bool) -> None:
    live = [account for account in ib.managedAccounts() if not account.startswith("D")]
    if live and not is_live_allowed:
        raise Failed(f"{live[0]} is a live account; add --live if you mean it")


def make_order(options: argparse.Namespace) -> Order:
    price = {"MKT": None, "LMT": options.limit, "STP": options.stop}[options.type]
    if options.type != "MKT" and not price:
        raise Failed(f"A {options.type} order needs its price (--limit or --stop)")
    if options.quantity <= 0:
        raise Failed("Order totalQuantity must be positive")
    makers = {"MKT": MarketOrder, "LMT": LimitOrder, "STP": StopOrder}
    prices = [price] if price else []
    order: Order = makers[options.type](options.action, options.quantity, *prices)
    return order


def place_and_watch(ib: IB, options: argparse.Namespace) -> str:
    contract = Stock(options.symbol, "SMART", "USD")
    order = make_order(options)
    if not any(ib.qualifyContracts(contract)):
        raise Failed(f"IB knows no stock {options.symbol}")
    started = time.monotonic()
    final = FinalStatus(started)
    ib.errorEvent += final.on_message
    trade = ib.placeOrder(contract, order)
    trade.statusEvent += final.on_status
    print(
        f"🚀 Submitted: {order.action} {order.totalQuantity:g} {contract.symbol} {order.orderType}"
    )

    print("⏱️ Applying sleep workaround...")
    ib.sleep(SLEEP_STEPS[0])
    time.sleep(SLEEP_STEPS[1])
    ib.sleep(SLEEP_STEPS[2])
    print("✅ Sleep completed")

    while not final.is_reached(trade) and time.monotonic() - started < options.timeout:
        ib.waitOnUpdate(timeout=0.2)
    # The judgement rests on what TWS lists, not on ib_async's word.
    working = {t.order.orderId: t.orderStatus.status for t in ib.reqOpenOrders()}
    return final.judge(trade, working.get(trade.order.orderId), options)


class FinalStatus:
    """Prints each status change and IB message with its seconds, and judges the end.

    ib_async calls an order Cancelled after a harmless notice such as 10349: that is not shown.
    """

    def __init__(self, started: float) -> None:
        self._started = started
        self._shown: str | None = None
        self._reasons: list[str] = []

    def on_status(self, trade: Trade) -> None:
        """A change that came with a code is ib_async's guess, not TWS's word."""
        status = trade.orderStatus.status
        is_guess = bool(trade.log and trade.log[-1].errorCode)
        if status != self._shown and not is_guess:
            print(f"{self._elapsed()} 📊 Status changed: {self._shown} → {status}")
            self._shown = status

    def on_message(self, _req_id: int, code: int, text: str, _contract: object) -> None:
        print(f"{self._elapsed()} 💬 Message: Error {code}: {text}")
        if not 2100 <= code < 2200:
            self._reasons.append(f"Error {code}: {text}")

    def is_reached(self, trade: Trade) -> bool:
        return trade.filled() >= trade.order.totalQuantity or trade.orderStatus.status == "Inactive"

    def judge(self, trade: Trade, working: str | None, options: argparse.Namespace) -> str:
        """`working`: the order's status if TWS lists it as open."""
        self.on_status(trade)
        if trade.filled() >= trade.order.totalQuantity:
            return "Filled"
        why = "; ".join(self._reasons) or "no message from IB"
        if working and options.type != "MKT":
            return working
        if working:
            raise Failed(
                f"Not filled within {options.timeout:g} s, status {working}. Order "
                f"#{trade.order.orderId} MAY STILL FILL: look at it in TWS. {why}"
            )
        raise Failed(f"TWS does not list the order as open or filled: {why}")

    def _elapsed(self) -> str:
        return f"[{time.monotonic() - self._started:2.0f}s]"


if __name__ == "__main__":
    sys.exit(main())
