"""Every request of the client libraries with a value of its own for each argument.

A row is: the method of the client, its arguments, and every field that the gateway must read. IB's
own client has the same arguments unless ``ibapi`` names others. Objects are plain dicts, so that
they can be told to another process; ``class`` says of which class they are.
"""

from dataclasses import dataclass, field, replace
from typing import Any

from paper_gateway.contracts import ContractQuery

CONTRACT = {
    "class": "Contract",
    "conId": 265598,
    "symbol": "AAPL",
    "secType": "STK",
    "lastTradeDateOrContractMonth": "20260320",
    "strike": 150.5,
    "right": "C",
    "multiplier": "100",
    "exchange": "SMART",
    "primaryExchange": "NASDAQ",
    "currency": "USD",
    "localSymbol": "AAPL X",
    "tradingClass": "NMS",
    "includeExpired": True,
    "secIdType": "ISIN",
    "secId": "US1",
    "issuerId": "e1",
}
QUERY = ContractQuery(
    con_id=265598,
    symbol="AAPL",
    sec_type="STK",
    last_trade_date="20260320",
    strike=150.5,
    right="C",
    multiplier="100",
    exchange="SMART",
    primary_exchange="NASDAQ",
    currency="USD",
    local_symbol="AAPL X",
    trading_class="NMS",
)
LEGS = [["11", "12", "BUY", "NYSE"], ["13", "14", "SELL", "ARCA"]]
BAG = {
    **CONTRACT,
    "secType": "BAG",
    "comboLegs": [
        {"class": "ComboLeg", "conId": 11, "ratio": 12, "action": "BUY", "exchange": "NYSE"},
        {"class": "ComboLeg", "conId": 13, "ratio": 14, "action": "SELL", "exchange": "ARCA"},
    ],
}
BAG_QUERY = replace(QUERY, sec_type="BAG")
NEUTRAL = {
    **CONTRACT,
    "deltaNeutralContract": {
        "class": "DeltaNeutralContract",
        "conId": 21,
        "delta": 0.5,
        "price": 10.25,
    },
}
# ib_async writes options; IB's own client refuses them, they are for IB's internal use.
OPTIONS = [{"class": "TagValue", "tag": "a", "value": "b"}]
OPTIONS_TEXT = "a=b;"
SCAN = {
    "class": "ScannerSubscription",
    "numberOfRows": 31,
    "instrument": "STK",
    "locationCode": "STK.US",
    "scanCode": "TOP_PERC_GAIN",
    "abovePrice": 1.5,
    "belowPrice": 2.5,
    "aboveVolume": 3,
    "marketCapAbove": 4.5,
    "marketCapBelow": 5.5,
    "moodyRatingAbove": "Aa",
    "moodyRatingBelow": "Ab",
    "spRatingAbove": "AA",
    "spRatingBelow": "AB",
    "maturityDateAbove": "20270101",
    "maturityDateBelow": "20280101",
    "couponRateAbove": 6.5,
    "couponRateBelow": 7.5,
    "excludeConvertible": True,
    "averageOptionVolumeAbove": 8,
    "scannerSettingPairs": "Annual,true",
    "stockTypeFilter": "ETF",
}
SCAN_FIELDS = {
    "req_id": 9,
    "rows": 31,
    "instrument": "STK",
    "location": "STK.US",
    "scan": "TOP_PERC_GAIN",
    "above_price": 1.5,
    "below_price": 2.5,
    "above_volume": 3.0,
    "market_cap_above": 4.5,
    "market_cap_below": 5.5,
    "moody_above": "Aa",
    "moody_below": "Ab",
    "sp_above": "AA",
    "sp_below": "AB",
    "maturity_above": "20270101",
    "maturity_below": "20280101",
    "coupon_above": 6.5,
    "coupon_below": 7.5,
    "exclude_convertible": True,
    "option_volume_above": 8.0,
    "setting_pairs": "Annual,true",
    "stock_type": "ETF",
    "filters": OPTIONS_TEXT,
    "options": OPTIONS_TEXT,
}
NO_LIMITS = (
    "above_price below_price above_volume market_cap_above market_cap_below coupon_above "
    "coupon_below option_volume_above"
)
EVENTS = {
    "class": "WshEventData",
    "conId": 265598,
    "filter": "{}",
    "fillWatchlist": True,
    "fillPortfolio": False,
    "fillCompetitors": True,
    "startDate": "20260101",
    "endDate": "20260201",
    "totalLimit": 50,
}
FILTER = {
    "class": "ExecutionFilter",
    "clientId": 1,
    "acctCode": "DU1",
    "time": "20260105 10:00:00",
    "symbol": "AAPL",
    "secType": "STK",
    "exchange": "NYSE",
    "side": "BUY",
}
CANCEL = {"class": "OrderCancel", "manualOrderCancelTime": "20260105 10:00:00"}


@dataclass(frozen=True)
class RequestSample:
    method: str
    arguments: list[Any] = field(default_factory=list)
    fields: dict[str, Any] = field(default_factory=dict)
    ibapi: list[Any] | None = None
    """The arguments of IB's own client where they are others."""

    def __str__(self) -> str:
        return self.method

    @property
    def ibapi_arguments(self) -> list[Any]:
        arguments = self.arguments if self.ibapi is None else self.ibapi
        return [[] if each == OPTIONS else each for each in arguments]

    @property
    def ibapi_fields(self) -> dict[str, Any]:
        count = {"option_count": "0" if self.method == "reqFundamentalData" else ""}
        return {
            name: "" if value == OPTIONS_TEXT else count.get(name, value)
            for name, value in self.fields.items()
        }


Row = RequestSample

REQUESTS = [
    Row(
        "reqMktData",
        [9, CONTRACT, "233", True, False, OPTIONS],
        {
            "req_id": 9,
            "contract": QUERY,
            "legs": [],
            "neutral": [],
            "generic_ticks": "233",
            "snapshot": True,
            "regulatory": False,
            "options": OPTIONS_TEXT,
        },
    ),
    Row(
        "reqMktData",
        [9, BAG, "", False, True, []],
        {
            "req_id": 9,
            "contract": BAG_QUERY,
            "legs": LEGS,
            "neutral": [],
            "generic_ticks": "",
            "snapshot": False,
            "regulatory": True,
            "options": "",
        },
    ),
    Row(
        "reqMktData",
        [9, NEUTRAL, "", False, False, []],
        {
            "req_id": 9,
            "contract": QUERY,
            "legs": [],
            "neutral": ["21", "0.5", "10.25"],
            "generic_ticks": "",
            "snapshot": False,
            "regulatory": False,
            "options": "",
        },
    ),
    Row("cancelMktData", [9], {"req_id": 9}),
    Row(
        "cancelOrder",
        [12, "20260105 10:00:00"],
        {"order_id": 12, "manual_time": "20260105 10:00:00"},
        ibapi=[12, CANCEL],
    ),
    Row("reqOpenOrders"),
    Row("reqAccountUpdates", [True, "DU1"], {"subscribe": True, "account": "DU1"}),
    Row(
        "reqExecutions",
        [9, FILTER],
        {
            "req_id": 9,
            "client_id": 1,
            "account": "DU1",
            "time": "20260105 10:00:00",
            "symbol": "AAPL",
            "sec_type": "STK",
            "exchange": "NYSE",
            "side": "BUY",
        },
    ),
    Row("reqIds", [5], {"count": "5"}),
    Row(
        "reqContractDetails",
        [9, CONTRACT],
        {
            "req_id": 9,
            "contract": QUERY,
            "include_expired": True,
            "sec_id_type": "ISIN",
            "sec_id": "US1",
            "issuer_id": "e1",
        },
    ),
    Row(
        "reqMktDepth",
        [9, CONTRACT, 5, True, OPTIONS],
        {
            "req_id": 9,
            "contract": QUERY,
            "rows": 5,
            "smart_depth": True,
            "options": OPTIONS_TEXT,
        },
    ),
    Row("cancelMktDepth", [9, True], {"req_id": 9, "smart_depth": True}),
    Row("reqNewsBulletins", [True], {"all_messages": True}),
    Row("cancelNewsBulletins"),
    Row("setServerLogLevel", [2], {"level": "2"}),
    Row("reqAutoOpenOrders", [True], {"auto_bind": True}),
    Row("reqAllOpenOrders"),
    Row("reqManagedAccts"),
    Row("requestFA", [3], {"kind": 3}),
    Row("replaceFA", [9, 3, "<x/>"], {"req_id": 9, "kind": 3, "xml": "<x/>"}),
    Row(
        "reqHistoricalData",
        [9, CONTRACT, "20260101-00:00:00", "1 D", "5 mins", "TRADES", 1, 2, True, OPTIONS],
        {
            "req_id": 9,
            "contract": QUERY,
            "include_expired": True,
            "end": "20260101-00:00:00",
            "bar_size": "5 mins",
            "duration": "1 D",
            "use_rth": True,
            "what": "TRADES",
            "format_date": 2,
            "legs": [],
            "keep_up_to_date": True,
            "options": OPTIONS_TEXT,
        },
    ),
    Row(
        "reqHistoricalData",
        [9, BAG, "", "1 D", "1 day", "BID", 0, 1, False, []],
        {
            "req_id": 9,
            "contract": BAG_QUERY,
            "include_expired": True,
            "end": "",
            "bar_size": "1 day",
            "duration": "1 D",
            "use_rth": False,
            "what": "BID",
            "format_date": 1,
            "legs": LEGS,
            "keep_up_to_date": False,
            "options": "",
        },
    ),
    Row(
        "exerciseOptions",
        [9, CONTRACT, 1, 3, "DU1", 2],
        {
            "req_id": 9,
            "contract": replace(QUERY, primary_exchange=""),
            "action": 1,
            "quantity": 3,
            "account": "DU1",
            "override": 2,
        },
        ibapi=[9, CONTRACT, 1, 3, "DU1", 2, "", "", False],
    ),
    Row("reqScannerSubscription", [9, SCAN, OPTIONS, OPTIONS], SCAN_FIELDS),
    Row(
        "reqScannerSubscription",
        [9, {"class": "ScannerSubscription", "scanCode": "HOT_BY_VOLUME"}, [], []],
        {
            **dict.fromkeys(SCAN_FIELDS, ""),
            **dict.fromkeys(NO_LIMITS.split()),
            "req_id": 9,
            "rows": -1,
            "scan": "HOT_BY_VOLUME",
            "exclude_convertible": False,
        },
    ),
    Row("cancelScannerSubscription", [9], {"req_id": 9}),
    Row("reqScannerParameters"),
    Row("cancelHistoricalData", [9], {"req_id": 9}),
    Row("reqCurrentTime"),
    Row(
        "reqRealTimeBars",
        [9, CONTRACT, 5, "TRADES", True, OPTIONS],
        {
            "req_id": 9,
            "contract": QUERY,
            "bar_size": "5",
            "what": "TRADES",
            "use_rth": True,
            "options": OPTIONS_TEXT,
        },
    ),
    Row("cancelRealTimeBars", [9], {"req_id": 9}),
    Row(
        "reqFundamentalData",
        [9, CONTRACT, "ReportSnapshot", OPTIONS],
        {
            "req_id": 9,
            "contract": ContractQuery(
                con_id=265598,
                symbol="AAPL",
                sec_type="STK",
                exchange="SMART",
                primary_exchange="NASDAQ",
                currency="USD",
                local_symbol="AAPL X",
            ),
            "report": "ReportSnapshot",
            "option_count": "1",
            "options": OPTIONS_TEXT,
        },
    ),
    Row("cancelFundamentalData", [9], {"req_id": 9}),
    Row(
        "calculateImpliedVolatility",
        [9, CONTRACT, 1.5, 100.25, OPTIONS],
        {
            "req_id": 9,
            "contract": QUERY,
            "price": 1.5,
            "under_price": 100.25,
            "option_count": "1",
            "options": OPTIONS_TEXT,
        },
    ),
    Row(
        "calculateOptionPrice",
        [9, CONTRACT, 0.25, 100.25, OPTIONS],
        {
            "req_id": 9,
            "contract": QUERY,
            "volatility": 0.25,
            "under_price": 100.25,
            "option_count": "1",
            "options": OPTIONS_TEXT,
        },
    ),
    Row("cancelCalculateImpliedVolatility", [9], {"req_id": 9}),
    Row("cancelCalculateOptionPrice", [9], {"req_id": 9}),
    Row("reqGlobalCancel", ibapi=[{"class": "OrderCancel"}]),
    Row("reqMarketDataType", [3], {"kind": 3}),
    Row("reqPositions"),
    Row("reqAccountSummary", [9, "All", "A,B"], {"req_id": 9, "group": "All", "tags": "A,B"}),
    Row("cancelAccountSummary", [9], {"req_id": 9}),
    Row("cancelPositions"),
    Row("verifyRequest", ["name", "9.72"], {"api_name": "name", "api_version": "9.72"}),
    Row("verifyMessage", ["data"], {"data": "data"}),
    Row("queryDisplayGroups", [9], {"req_id": 9}),
    Row("subscribeToGroupEvents", [9, 4], {"req_id": 9, "group_id": 4}),
    Row("updateDisplayGroup", [9, "8314@SMART"], {"req_id": 9, "contract_info": "8314@SMART"}),
    Row("unsubscribeFromGroupEvents", [9], {"req_id": 9}),
    Row("startApi", [], {"client_id": 77, "capabilities": "+X"}),
    Row(
        "verifyAndAuthRequest",
        ["name", "9.72", "key"],
        {"api_name": "name", "api_version": "9.72", "key": "key"},
    ),
    Row("verifyAndAuthMessage", ["data", "answer"], {"data": "data", "response": "answer"}),
    Row("reqPositionsMulti", [9, "DU1", "M"], {"req_id": 9, "account": "DU1", "model": "M"}),
    Row("cancelPositionsMulti", [9], {"req_id": 9}),
    Row(
        "reqAccountUpdatesMulti",
        [9, "DU1", "M", True],
        {"req_id": 9, "account": "DU1", "model": "M", "ledger_only": True},
    ),
    Row("cancelAccountUpdatesMulti", [9], {"req_id": 9}),
    Row(
        "reqSecDefOptParams",
        [9, "AAPL", "CME", "STK", 265598],
        {"req_id": 9, "symbol": "AAPL", "exchange": "CME", "sec_type": "STK", "con_id": 265598},
    ),
    Row("reqSoftDollarTiers", [9], {"req_id": 9}),
    Row("reqFamilyCodes"),
    Row("reqMatchingSymbols", [9, "app"], {"req_id": 9, "pattern": "app"}),
    Row("reqMktDepthExchanges"),
    Row("reqSmartComponents", [9, "9c0001"], {"req_id": 9, "bbo_exchange": "9c0001"}),
    Row(
        "reqNewsArticle",
        [9, "BZ", "BZ$1", OPTIONS],
        {"req_id": 9, "provider": "BZ", "article": "BZ$1", "options": OPTIONS_TEXT},
    ),
    Row("reqNewsProviders"),
    Row(
        "reqHistoricalNews",
        [9, 265598, "BZ+FLY", "2026-01-01", "2026-02-01", 5, OPTIONS],
        {
            "req_id": 9,
            "con_id": 265598,
            "providers": "BZ+FLY",
            "start": "2026-01-01",
            "end": "2026-02-01",
            "count": 5,
            "options": OPTIONS_TEXT,
        },
    ),
    Row(
        "reqHeadTimeStamp",
        [9, CONTRACT, "TRADES", 0, 2],
        {
            "req_id": 9,
            "contract": QUERY,
            "include_expired": True,
            "use_rth": False,
            "what": "TRADES",
            "format_date": 2,
        },
    ),
    Row(
        "reqHistogramData",
        [9, CONTRACT, False, "3 days"],
        {
            "req_id": 9,
            "contract": QUERY,
            "include_expired": True,
            "use_rth": False,
            "period": "3 days",
        },
    ),
    Row("cancelHistogramData", [9], {"req_id": 9}),
    Row("cancelHeadTimeStamp", [9], {"req_id": 9}),
    Row("reqMarketRule", [26], {"rule_id": 26}),
    Row("reqPnL", [9, "DU1", "M"], {"req_id": 9, "account": "DU1", "model": "M"}),
    Row("cancelPnL", [9], {"req_id": 9}),
    Row(
        "reqPnLSingle",
        [9, "DU1", "M", 265598],
        {"req_id": 9, "account": "DU1", "model": "M", "con_id": 265598},
    ),
    Row("cancelPnLSingle", [9], {"req_id": 9}),
    Row(
        "reqHistoricalTicks",
        [9, CONTRACT, "20260101", "20260102", 10, "BID_ASK", 0, True, OPTIONS],
        {
            "req_id": 9,
            "contract": QUERY,
            "include_expired": True,
            "start": "20260101",
            "end": "20260102",
            "count": 10,
            "what": "BID_ASK",
            "use_rth": False,
            "ignore_size": True,
            "options": OPTIONS_TEXT,
        },
    ),
    Row(
        "reqTickByTickData",
        [9, CONTRACT, "Last", 5, True],
        {"req_id": 9, "contract": QUERY, "kind": "Last", "count": 5, "ignore_size": True},
    ),
    Row("cancelTickByTickData", [9], {"req_id": 9}),
    Row("reqCompletedOrders", [True], {"api_only": True}),
    Row("reqWshMetaData", [9], {"req_id": 9}),
    Row("cancelWshMetaData", [9], {"req_id": 9}),
    Row(
        "reqWshEventData",
        [9, EVENTS],
        {
            "req_id": 9,
            "con_id": 265598,
            "filter": "{}",
            "watchlist": True,
            "portfolio": False,
            "competitors": True,
            "start": "20260101",
            "end": "20260201",
            "limit": 50.0,
        },
    ),
    Row("cancelWshEventData", [9], {"req_id": 9}),
    Row("reqUserInfo", [9], {"req_id": 9}),
]
