"""The market data of ib_async or of its ancestor ib_insync; prints what it saw as JSON.

python session_data_ib_async.py MODULE PORT
"""

from __future__ import annotations

import datetime
import importlib
import json
import sys


def main(module: str, port: int) -> dict[str, object]:
    library = importlib.import_module(module)
    ib = library.IB()
    ib.connect("127.0.0.1", port, clientId=33, timeout=10)
    try:
        stock = library.Stock("AAPL", "SMART", "USD")
        ib.qualifyContracts(stock)
        return {**history(ib, stock), **news(ib, stock), **streams(ib, stock), **scan(ib, library)}
    finally:
        ib.disconnect()


def history(ib, stock) -> dict[str, object]:
    now = datetime.datetime.now(datetime.UTC)
    terms = {"whatToShow": "TRADES", "useRTH": False}
    bars = ib.reqHistoricalData(stock, "", "1 D", "1 hour", **terms)
    # A day of hours ends with one that has only begun: it is shorter than the histogram's day.
    two_days = ib.reqHistoricalData(stock, "", "2 D", "1 hour", **terms)
    days = ib.reqHistoricalData(stock, "", "5 D", "1 day", "BID_ASK", False)
    trades = ib.reqHistoricalTicks(stock, "", now, 10, "TRADES", False)
    quotes = ib.reqHistoricalTicks(stock, "", now, 10, "BID_ASK", False)
    middles = ib.reqHistoricalTicks(stock, "", now, 10, "MIDPOINT", False)
    schedule = ib.reqHistoricalSchedule(stock, 3)
    return {
        "bars": len(bars),
        "days": len(days),
        "head": str(ib.reqHeadTimeStamp(stock, "TRADES", False, 1)),
        "trades": [tick.price for tick in trades],
        "quotes": [[tick.priceBid, tick.priceAsk] for tick in quotes],
        "middles": [tick.price for tick in middles],
        "sessions": len(schedule.sessions),
        "histogram": [[row.price, row.count] for row in ib.reqHistogramData(stock, False, "1 day")],
        "range": [min(bar.low for bar in two_days), max(bar.high for bar in two_days)],
    }


def news(ib, stock) -> dict[str, object]:
    providers = [each.code for each in ib.reqNewsProviders()]
    headlines = ib.reqHistoricalNews(stock.conId, "+".join(providers), "", "", 5)
    found = headlines if isinstance(headlines, list) else [headlines]
    article = ib.reqNewsArticle(found[0].providerCode, found[0].articleId)
    return {
        "providers": providers,
        "headline": found[0].headline,
        "article": article.articleText,
    }


def streams(ib, stock) -> dict[str, object]:
    ticker = ib.reqMktData(stock, "233,236,165")
    depth = ib.reqMktDepth(stock, isSmartDepth=True)
    trades = ib.reqTickByTickData(stock, "Last")
    ticks = []
    for _ in range(100):
        ib.waitOnUpdate(timeout=10)
        # They are those of one turn of the loop.
        ticks += trades.tickByTicks
        if ticks and len(depth.domBids) == 5 and ticker.shortableShares > 0:
            break
    components = ib.reqSmartComponents(ticker.bboExchange)
    return {
        "quote": [ticker.bid, ticker.ask],
        "shortable": ticker.shortableShares,
        "low52week": ticker.low52week,
        "depth": [[row.price, row.marketMaker] for row in depth.domBids],
        "tick": ticks[0].price,
        "components": [each.exchange for each in components],
        "depthExchanges": [each.exchange for each in ib.reqMktDepthExchanges()],
    }


def scan(ib, library) -> dict[str, object]:
    wanted = library.ScannerSubscription(
        instrument="STK", locationCode="STK.US.MAJOR", scanCode="MOST_ACTIVE", numberOfRows=3
    )
    rows = ib.reqScannerData(wanted)
    return {
        "scan": [row.contractDetails.contract.symbol for row in rows],
        "scanCodes": ib.reqScannerParameters().count("<scanCode>"),
    }


if __name__ == "__main__":
    sys.stdout.write(json.dumps(main(sys.argv[1], int(sys.argv[2]))))
