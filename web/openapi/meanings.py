"""What each field of a request means, in a few words. A table, nothing else."""

from __future__ import annotations

from trading import contracts
from trading.times import TIME_FORMS

MEANINGS = {
    # A contract and its legs.
    "conId": "IB's own number of the contract; it names the contract alone",
    "symbol": "One of symbol, conId and localSymbol is needed",
    "secType": "The type of security",
    "lastTradeDateOrContractMonth": "Expiry of an option or a future: YYYYMMDD or YYYYMM",
    "strike": "Strike of an option; at most 6 decimals",
    "right": "Call or put",
    "multiplier": "Shares or units per contract",
    "exchange": "Where to route. The usual ones, which may be left out: "
    + ", ".join(f"{kind} {where}" for kind, where in contracts.USUAL_EXCHANGES.items()),
    "primaryExchange": "Tells two contracts of one symbol apart",
    "currency": "Three letters",
    "localSymbol": "The exchange's own name of the contract",
    "tradingClass": "Tells two option series of one symbol apart",
    "comboLegs": "The legs of a combo (secType BAG), 2 to 8",
    "ratio": "How many of the leg in one combo",
    # An order.
    "action": "The side",
    "totalQuantity": "The size; at most 6 decimals. A number, never text",
    "cashQty": "Instead of totalQuantity: an amount in the contract's currency, for CASH and for "
    "market orders that buy CRYPTO",
    "orderType": "Decides which prices are needed",
    "lmtPrice": "Limit price, or the worst price of a pegged order; at most 6 decimals. Only a "
    "combo's may be negative (a credit) or zero",
    "auxPrice": "Stop or trigger price; of TRAIL and TRAIL LIMIT the trailing amount; of REL and "
    "PEG MID the offset",
    "trailingPercent": "Instead of auxPrice: how far the stop trails, in percent",
    "trailStopPrice": "Where the trailing stop stands at first",
    "lmtPriceOffset": "Instead of lmtPrice: how far the limit is from the stop",
    "midOffsetAtWhole": "Offset from a mid-point of whole cents, for IBKRATS",
    "midOffsetAtHalf": "Offset from a mid-point of half cents, for IBKRATS",
    "tif": "Time in force. OPG is for orders at the open; GTD needs goodTillDate",
    "outsideRth": "May fill outside regular trading hours",
    "account": "Needed when TWS has several accounts and IB_ACCOUNT is not set",
    "whatIf": "Preview: margin and commission, nothing is placed",
    "goodTillDate": f"End of a GTD order: {TIME_FORMS}",
    "goodAfterTime": f"The order waits until then: {TIME_FORMS}",
    "ocaGroup": "One cancels all: the group's name; with ocaType",
    "ocaType": "1 cancels the others, 2 reduces them, both with block; 3 reduces without block",
    "allOrNone": "All of it or nothing",
    "minQty": "The least size of a fill",
    "displaySize": "What the market sees of the size (iceberg)",
    "algoStrategy": "An algorithm of IB that works the order; with algoParams",
    "algoParams": "The parameters of the algorithm",
    "conditions": "What the order waits for, 1 to 10 conditions",
    "conditionsIgnoreRth": "Conditions count outside regular trading hours too",
    "conditionsCancelOrder": "The conditions cancel the order instead of starting it",
    # A condition.
    "condType": "The kind of condition",
    "conjunction": "How it joins the next one: a and, o or",
    "exch": "The exchange whose data count",
    "isMore": "True: at or above; false: at or below",
    "price": "The price",
    "triggerMethod": "0 default, 1 double bid/ask, 2 last, 3 double last, 4 bid/ask, 7 last or "
    "bid/ask, 8 mid-point",
    "time": TIME_FORMS,
    "percent": "Margin cushion in percent",
    "volume": "The day's volume",
    "changePercent": "Move since the last close in percent",
    # An algorithm.
    "adaptivePriority": "How urgent it is",
    "strategyType": "How each part trades",
    "startTime": "Start, such as 09:30:00 US/Eastern",
    "endTime": "End, such as 15:30:00 US/Eastern",
    "allowPastEndTime": "May go on after endTime",
    "maxPctVol": "Greatest part of the market's volume, 0.1 to 0.5",
    "noTakeLiq": "Never takes liquidity",
    # A size.
    "notional": "Money in the contract's currency, at the worst price at which it may trade",
    "percentOfNetLiquidation": "Percent of the account's net liquidation value",
    "closePercent": "Percent of the position that the order reduces; 100 closes all of it",
    # A bracket.
    "targets": "Profit targets, 1 to 5, each with a stop of its size when there is a stop",
    "stop": "The stop that protects what the order trades",
}
