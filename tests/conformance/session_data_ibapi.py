"""The market data of IB's own client, in its own environment; prints what it saw as JSON.

python session_data_ibapi.py ibapi PORT
"""

from __future__ import annotations

import datetime
import json
import queue
import sys
import threading

from ibapi.client import EClient
from ibapi.contract import Contract
from ibapi.scanner import ScannerSubscription
from ibapi.wrapper import EWrapper

SECONDS = 15


class Session(EWrapper, EClient):
    """Puts each callback of interest into a queue; the main thread waits for the one it needs."""

    def __init__(self) -> None:
        EClient.__init__(self, self)
        self.heard: queue.Queue[tuple[str, object]] = queue.Queue()

    def wait_for(self, kind: str) -> object:
        while True:
            name, value = self.heard.get(timeout=SECONDS)
            if name == kind:
                return value

    def all_up_to(self, kind: str, end: str) -> list[object]:
        found = []
        while True:
            name, value = self.heard.get(timeout=SECONDS)
            if name == end:
                return found
            if name == kind:
                found.append(value)

    def nextValidId(self, orderId):
        self.heard.put(("nextValidId", orderId))

    def historicalData(self, reqId, bar):
        self.heard.put(("bar", [float(bar.low), float(bar.high)]))

    def historicalDataEnd(self, reqId, start, end):
        self.heard.put(("barsEnd", None))

    def headTimestamp(self, reqId, headTimestamp):
        self.heard.put(("head", headTimestamp))

    def historicalTicksLast(self, reqId, ticks, done):
        self.heard.put(("trades", [tick.price for tick in ticks]))

    def historicalTicksBidAsk(self, reqId, ticks, done):
        self.heard.put(("quotes", [[tick.priceBid, tick.priceAsk] for tick in ticks]))

    def historicalTicks(self, reqId, ticks, done):
        self.heard.put(("middles", [tick.price for tick in ticks]))

    def historicalSchedule(self, reqId, start, end, zone, sessions):
        self.heard.put(("sessions", len(sessions)))

    def histogramData(self, reqId, items):
        self.heard.put(("histogram", [[item.price, float(item.size)] for item in items]))

    def newsProviders(self, newsProviders):
        self.heard.put(("providers", [each.code for each in newsProviders]))

    def historicalNews(self, requestId, time, providerCode, articleId, headline):
        self.heard.put(("headline", [providerCode, articleId, headline]))

    def historicalNewsEnd(self, requestId, hasMore):
        self.heard.put(("headlinesEnd", hasMore))

    def newsArticle(self, requestId, articleType, articleText):
        self.heard.put(("article", articleText))

    def tickPrice(self, reqId, tickType, price, attrib):
        self.heard.put((f"price {int(tickType)}", price))

    def tickSize(self, reqId, tickType, size):
        self.heard.put((f"size {int(tickType)}", float(size)))

    def tickReqParams(self, tickerId, minTick, bboExchange, snapshotPermissions):
        self.heard.put(("bboExchange", bboExchange))

    def updateMktDepthL2(self, reqId, position, maker, operation, *row):
        side, price, *_ = row
        if side == 1:
            self.heard.put(("row", [price, maker]))

    def tickByTickAllLast(self, reqId, tickType, time, price, *rest):
        self.heard.put(("tick", price))

    def smartComponents(self, reqId, smartComponentMap):
        self.heard.put(("components", [each.exchange for each in smartComponentMap]))

    def mktDepthExchanges(self, descriptions):
        self.heard.put(("depthExchanges", [each.exchange for each in descriptions]))

    def scannerData(self, reqId, rank, contractDetails, *rest):
        self.heard.put(("scanned", contractDetails.contract.symbol))

    def scannerDataEnd(self, reqId):
        self.heard.put(("scanEnd", None))

    def scannerParameters(self, xml):
        self.heard.put(("parameters", xml.count("<scanCode>")))


def stock() -> Contract:
    contract = Contract()
    contract.conId, contract.symbol, contract.secType = 265598, "AAPL", "STK"
    contract.exchange, contract.currency = "SMART", "USD"
    return contract


def main(port: int) -> dict[str, object]:
    session = Session()
    session.connect("127.0.0.1", port, 34)
    threading.Thread(target=session.run, daemon=True).start()
    try:
        session.wait_for("nextValidId")
        return {**history(session), **news(session), **streams(session), **scan(session)}
    finally:
        session.disconnect()


def history(session: Session) -> dict[str, object]:
    found: dict[str, object] = {}
    session.reqHistoricalData(1, stock(), "", "1 D", "1 hour", "TRADES", 0, 1, False, [])
    bars = session.all_up_to("bar", "barsEnd")
    # A day of hours ends with one that has only begun: it is shorter than the histogram's day.
    session.reqHistoricalData(6, stock(), "", "2 D", "1 hour", "TRADES", 0, 1, False, [])
    two_days = session.all_up_to("bar", "barsEnd")
    session.reqHistoricalData(2, stock(), "", "5 D", "1 day", "BID_ASK", 0, 1, False, [])
    found["days"] = len(session.all_up_to("bar", "barsEnd"))
    session.reqHeadTimeStamp(3, stock(), "TRADES", 0, 1)
    found["head"] = session.wait_for("head")
    now = f"{datetime.datetime.now(datetime.UTC):%Y%m%d-%H:%M:%S}"
    kinds = {"TRADES": "trades", "BID_ASK": "quotes", "MIDPOINT": "middles"}
    for number, (what, name) in enumerate(kinds.items()):
        session.reqHistoricalTicks(10 + number, stock(), "", now, 10, what, 0, False, [])
        found[name] = session.wait_for(name)
    session.reqHistoricalData(4, stock(), "", "3 D", "1 day", "SCHEDULE", 0, 1, False, [])
    found["sessions"] = session.wait_for("sessions")
    session.reqHistogramData(5, stock(), False, "1 day")
    found["histogram"] = session.wait_for("histogram")
    found["bars"] = len(bars)
    found["range"] = [min(bar[0] for bar in two_days), max(bar[1] for bar in two_days)]
    return found


def news(session: Session) -> dict[str, object]:
    session.reqNewsProviders()
    providers = session.wait_for("providers")
    session.reqHistoricalNews(20, 265598, "+".join(providers), "", "", 5, [])
    (code, article, headline), *_ = session.all_up_to("headline", "headlinesEnd")
    session.reqNewsArticle(21, code, article, [])
    return {"providers": providers, "headline": headline, "article": session.wait_for("article")}


def streams(session: Session) -> dict[str, object]:
    session.reqMktData(30, stock(), "233,236,165", False, False, [])
    bbo_exchange = session.wait_for("bboExchange")
    bid, ask = session.wait_for("price 1"), session.wait_for("price 2")
    shortable, low = session.wait_for("size 89"), session.wait_for("price 19")
    session.reqMktDepth(31, stock(), 5, True, [])
    rows = [session.wait_for("row") for _ in range(5)]
    session.reqTickByTickData(32, stock(), "Last", 0, False)
    tick = session.wait_for("tick")
    session.reqSmartComponents(33, bbo_exchange)
    components = session.wait_for("components")
    session.reqMktDepthExchanges()
    return {
        "quote": [bid, ask],
        "shortable": shortable,
        "low52week": low,
        "depth": rows,
        "tick": tick,
        "components": components,
        "depthExchanges": session.wait_for("depthExchanges"),
    }


def scan(session: Session) -> dict[str, object]:
    wanted = ScannerSubscription()
    wanted.instrument, wanted.locationCode = "STK", "STK.US.MAJOR"
    wanted.scanCode, wanted.numberOfRows = "MOST_ACTIVE", 3
    session.reqScannerSubscription(40, wanted, [], [])
    rows = session.all_up_to("scanned", "scanEnd")
    session.reqScannerParameters()
    return {"scan": rows, "scanCodes": session.wait_for("parameters")}


if __name__ == "__main__":
    sys.stdout.write(json.dumps(main(int(sys.argv[2]))))
