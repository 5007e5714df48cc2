"""Examples for the API's document: answers to what is read.

Values only. Tests hold each of them to its schema.
"""

from __future__ import annotations

from web.openapi.examples import ACCOUNT, CONTRACT, HEARD_AT, NAME, SENT_AT, Example
from web.openapi.market_examples import MARKET_DATA

_SNAPSHOT: Example = {"asOf": SENT_AT, "stale": False}
_DATA: Example = {
    "name": "data",
    "clientId": 999,
    "state": "connected",
    "reason": None,
    "since": SENT_AT,
    "serverVersion": 178,
    "lastMessageAt": HEARD_AT,
    "reconnects": 0,
    "brokerLink": "up",
    "nextRetryAt": None,
}
STATUS: Example = {
    "time": SENT_AT,
    "version": "0.1.0",
    "mode": "paper",
    "account": ACCOUNT,
    "accounts": [ACCOUNT],
    "gateway": {"host": "127.0.0.1", "port": 7497, "embedded": False},
    "syntheticPrices": False,
    "connections": {"data": _DATA, "orders": _DATA | {"name": "orders", "clientId": 1000}},
    "farms": [{"name": "usfarm", "kind": "market data", "state": "ok", "since": SENT_AT}],
    "marketData": MARKET_DATA,
    "sleepWorkaround": {"applies": True, "seconds": [1.0, 2.0, 1.0]},
    "streams": {"open": 1, "cap": 64},
    "loops": [
        {"name": "IBConnector", "secondsSinceTick": 0.021},
        {"name": "OrderHandler", "secondsSinceTick": 0.137},
    ],
    "openOrders": 1,
    "agent": None,
    "frozen": False,
    "blockers": [],
    "hasReadOrders": True,
    "limits": {
        "readOnly": False,
        "allowedSymbols": None,
        "deniedSymbols": ["GME"],
        "maxOrdersPerMinute": 30,
        "maxOpenOrders": None,
        "maxDailyLoss": None,
        "maxOrderQuantity": 1000.0,
        "maxOrderNotional": 50000.0,
        "maxEquityPercent": None,
        "priceCollarPercent": 3.0,
        "restartWindow": "23:45-00:10 America/New_York",
    },
    "journal": {"path": "var/journal.db", "failure": None, "orders": 42},
    "positionDifferences": [
        {
            "account": ACCOUNT,
            "conId": 265598,
            "symbol": "AAPL",
            "expected": 100.0,
            "found": 200.0,
            "difference": 100.0,
            "text": "AAPL: 100 shares more than the executions known here explain: traded "
            "elsewhere, assigned, expired or transferred.",
        }
    ],
    "user": {"name": "admin"},
}
ACCOUNT_VALUES = _SNAPSHOT | {
    "account": ACCOUNT,
    "summary": {
        "NetLiquidation": {"value": 1000000.0, "currency": "USD"},
        "Cushion": {"value": 0.99, "currency": None},
    },
    "values": [
        {"tag": "NetLiquidation", "value": "1000000.00", "currency": "USD"},
        {"tag": "Cushion", "value": "0.99", "currency": ""},
        {"tag": "AccountType", "value": "INDIVIDUAL", "currency": ""},
    ],
}
POSITION: Example = {
    "account": ACCOUNT,
    "contract": CONTRACT | {"exchange": "NASDAQ"},
    "position": 100.0,
    "avgCost": 228.17,
    "marketPrice": 228.39,
    "marketValue": 22839.0,
    "dailyPnL": 22.0,
    "unrealizedPNL": 22.0,
    "realizedPNL": 0.0,
}
POSITIONS = _SNAPSHOT | {"positions": [POSITION]}
_PNL: Example = {"account": ACCOUNT, "dailyPnL": 22.0, "unrealizedPnL": 22.0, "realizedPnL": None}
PNL = _SNAPSHOT | {"pnl": [_PNL]}
EXECUTION: Example = {
    "execId": "0000e0d5.67fe667b.01.01",
    "time": "2026-11-20T14:31:02.000Z",
    "account": ACCOUNT,
    "contract": CONTRACT | {"exchange": "NASDAQ"},
    "side": "BOT",
    "shares": 100.0,
    "price": 228.09,
    "exchange": "NASDAQ",
    "orderId": 7,
    "permId": 1000000002,
    "clientId": 1000,
    "orderRef": NAME,
    "cumQty": 100.0,
    "avgPrice": 228.09,
    "commission": 1.0,
    "commissionCurrency": "USD",
    "realizedPNL": None,
}
EXECUTIONS = _SNAPSHOT | {"executions": [EXECUTION]}
MESSAGES = _SNAPSHOT | {
    "messages": [
        {
            "time": "2026-11-20T14:30:58.402Z",
            "code": 2104,
            "kind": "connectivity",
            "text": "Market data farm connection is OK:usfarm",
            "meaning": "A market-data farm is connected",
            "next": "Nothing to do",
            "connection": "data",
            "clientOrderId": None,
        }
    ]
}
_FOUND: Example = {
    "conId": 265598,
    "symbol": "AAPL",
    "secType": "STK",
    "exchange": None,
    "primaryExchange": "NASDAQ",
    "validExchanges": None,
    "currency": "USD",
    "description": "APPLE INC",
}
FOUND_CONTRACTS = _SNAPSHOT | {"contracts": [_FOUND]}
_BAR = {"open": 228.1, "high": 228.4, "low": 228.0, "close": 228.39, "volume": 47195.0}
BARS = {
    "contract": CONTRACT | {"conId": 0, "localSymbol": "", "tradingClass": ""},
    "barSize": "1 min",
    "duration": "1 D",
    "rth": "no",
    **_SNAPSHOT,
    "conId": 265598,
    "what": "TRADES",
    "live": False,
    "note": None,
    "budget": {"used": 3, "cap": 60, "seconds": 600},
    "sessions": [
        {
            "start": "2026-11-20T14:30:00.000Z",
            "end": "2026-11-20T21:00:00.000Z",
            "kind": "regular",
            "projected": False,
        }
    ],
    "timeZone": "US/Eastern",
    "bars": [{"time": 1795185000, **_BAR}],
}
SESSIONS = {name: BARS[name] for name in ("asOf", "conId", "sessions")}
HELLO: Example = {"time": SENT_AT, "mode": "paper", "account": ACCOUNT, "reset": True}
STREAM = (
    "id: b3f1a09c-0\nevent: hello\n"
    f'data: {{"time":"{SENT_AT}","mode":"paper","account":"{ACCOUNT}","reset":true}}\n\n'
    "event: alive\ndata: {}\n\n"
)
