"""Orders with a value of its own for each field, and one for each optional block of placeOrder.

Objects are plain dicts, as in request_samples.
"""

from dataclasses import dataclass, field
from math import inf
from typing import Any

from paper_gateway.contracts import ContractDefinition
from paper_gateway.orders import Order, Status
from paper_gateway.tickets import OrderTicket, decode_ticket
from paper_gateway.wire import split_fields
from tests.conformance.codec_ib_async import sent
from tests.conformance.request_samples import CONTRACT, NEUTRAL


def _names(text: str) -> frozenset[str]:
    return frozenset(text.split())


# Whatever is no flag. Every flag is off: FLAGS turns them on one by one.
ORDER = {
    "class": "Order",
    "action": "SELL",
    "totalQuantity": 30,
    "orderType": "LMT",
    "lmtPrice": 101.25,
    "auxPrice": 102.25,
    "tif": "GTC",
    "ocaGroup": "group",
    "account": "DU1",
    "openClose": "C",
    "origin": 1,
    "orderRef": "my ref",
    "parentId": 31,
    "displaySize": 32,
    "triggerMethod": 7,
    "discretionaryAmt": 0.25,
    "goodAfterTime": "20260105 10:00:00 US/Eastern",
    "goodTillDate": "20260205 10:00:00 US/Eastern",
    "faGroup": "fa group",
    "faMethod": "NetLiq",
    "faPercentage": "33",
    "modelCode": "model",
    "shortSaleSlot": 2,
    "designatedLocation": "location",
    "exemptCode": 34,
    "ocaType": 2,
    "rule80A": "A",
    "settlingFirm": "settling",
    "minQty": 35,
    "percentOffset": 0.36,
    "auctionStrategy": 1,
    "startingPrice": 103.25,
    "stockRefPrice": 104.25,
    "delta": 0.37,
    "stockRangeLower": 105.25,
    "stockRangeUpper": 106.25,
    "volatilityType": 1,
    "deltaNeutralAuxPrice": 107.25,
    "referencePriceType": 2,
    "trailStopPrice": 108.25,
    "trailingPercent": 0.38,
    "scaleInitLevelSize": 39,
    "scaleSubsLevelSize": 40,
    "scaleTable": "table",
    "activeStartTime": "20260101",
    "activeStopTime": "20260102",
    "clearingAccount": "clearing",
    "clearingIntent": "Away",
    "algoId": "algo id",
    "adjustedOrderType": "STP",
    "triggerPrice": 109.25,
    "lmtPriceOffset": 0.41,
    "adjustedStopPrice": 110.25,
    "adjustedStopLimitPrice": 111.25,
    "adjustedTrailingAmount": 0.42,
    "adjustableTrailingUnit": 1,
    "extOperator": "operator",
    "softDollarTier": {"class": "SoftDollarTier", "name": "tier", "val": "43"},
    "cashQty": 44.5,
    "mifid2DecisionMaker": "maker",
    "mifid2DecisionAlgo": "maker algo",
    "mifid2ExecutionTrader": "trader",
    "mifid2ExecutionAlgo": "trader algo",
    "duration": 45,
    "postToAts": 46,
    "advancedErrorOverride": "8229=x",
    "manualOrderTime": "20260105-10:00:00",
}
FLAGS = sorted(
    _names(
        "transmit blockOrder sweepToFill outsideRth hidden allOrNone overridePercentageConstraints "
        "continuousUpdate optOutSmartRouting notHeld whatIf solicited randomizeSize randomizePrice "
        "dontUseAutoPriceForHedge isOmsContainer discretionaryUpToLimitPrice usePriceMgmtAlgo "
        "autoCancelParent"
    )
)
NO_FLAGS = dict.fromkeys(FLAGS, False)

# What the gateway calls otherwise than the libraries' Order.
_NAMES = {
    "overridePctConstraints": "overridePercentageConstraints",
    "mifid2ExecTrader": "mifid2ExecutionTrader",
    "mifid2ExecAlgo": "mifid2ExecutionAlgo",
}
# What openOrder and completedOrder have no place for, and what TWS itself decides.
_NOT_IN_OPEN = _names(
    "activeStartTime activeStopTime advancedErrorOverride algoId extOperator manualOrderTime "
    "mifid2DecisionAlgo mifid2DecisionMaker mifid2ExecutionAlgo mifid2ExecutionTrader "
    "overridePercentageConstraints scaleTable transmit whatIf dontUseAutoPriceForHedge class"
)
_NOT_IN_COMPLETED = _NOT_IN_OPEN | _names(
    "adjustableTrailingUnit adjustedOrderType adjustedStopLimitPrice adjustedStopPrice "
    "adjustedTrailingAmount auctionStrategy blockOrder deltaNeutralClearingAccount "
    "deltaNeutralClearingIntent deltaNeutralOpenClose deltaNeutralSettlingFirm "
    "discretionaryUpToLimitPrice duration optOutSmartRouting parentId postToAts triggerPrice "
    "softDollarTier usePriceMgmtAlgo"
)
_NOT_IN = {"openOrder": _NOT_IN_OPEN, "completedOrder": _NOT_IN_COMPLETED}


def _leg(**values: Any) -> dict[str, Any]:
    return {"class": "ComboLeg", **values}


BAG = {
    **CONTRACT,
    "secType": "BAG",
    "comboLegs": [
        _leg(conId=11, ratio=12, action="BUY", exchange="NYSE", openClose=1, shortSaleSlot=2,
             designatedLocation="here", exemptCode=13),
        _leg(conId=14, ratio=15, action="SELL", exchange="ARCA", openClose=2, shortSaleSlot=1,
             designatedLocation="there", exemptCode=16),
    ],
}  # fmt: skip
CONDITIONS = [
    {"class": "PriceCondition", "conjunction": "a", "isMore": True, "price": 61.5, "conId": 62,
     "exch": "NYSE", "triggerMethod": 4},
    {"class": "TimeCondition", "conjunction": "o", "isMore": False,
     "time": "20260106 10:00:00 US/Eastern"},
    {"class": "MarginCondition", "conjunction": "a", "isMore": True, "percent": 63},
    {"class": "ExecutionCondition", "conjunction": "o", "secType": "STK", "exch": "ARCA",
     "symbol": "MSFT"},
    {"class": "VolumeCondition", "conjunction": "a", "isMore": False, "volume": 64, "conId": 65,
     "exch": "SMART"},
    {"class": "PercentChangeCondition", "conjunction": "o", "isMore": True, "changePercent": 6.5,
     "conId": 66, "exch": "BATS"},
]  # fmt: skip


@dataclass(frozen=True)
class OrderSample:
    """An order, and the optional blocks that the gateway must find in it: texts by letter."""

    name: str
    changes: dict[str, Any] = field(default_factory=dict)
    blocks: dict[str, str] = field(default_factory=dict)
    contract: dict[str, Any] = field(default_factory=lambda: CONTRACT)

    def __str__(self) -> str:
        return self.name

    @property
    def order(self) -> dict[str, Any]:
        return {**ORDER, **NO_FLAGS, **self.changes}

    def terms(self, message: str) -> dict[str, Any]:
        """What a client must read of this order in openOrder or completedOrder."""
        left_out = _NOT_IN[message]
        return {name: _plain(value) for name, value in self.order.items() if name not in left_out}

    def misread(self, ticket: OrderTicket) -> dict[str, tuple[str, str]]:
        """The fields and blocks of a ticket that are not as they were sent: (found, meant)."""
        pairs = {name: (text, self._meant(name)) for name, text in ticket.fields.items()}
        meant = {"I": "||||", **self.blocks}
        for letter in ticket.blocks.keys() | meant.keys():
            pairs[letter] = "|".join(ticket.blocks.get(letter, [])), meant.get(letter, "")
        return {
            name: (found, meant)
            for name, (found, meant) in pairs.items()
            if list(map(_normal, found.split("|"))) != list(map(_normal, meant.split("|")))
        }

    def _meant(self, name: str) -> str:
        order = self.order
        special = {
            "softDollarName": order["softDollarTier"]["name"],
            "softDollarValue": order["softDollarTier"]["val"],
            "dncFlag": "deltaNeutralContract" in self.contract,
            "conditionsCount": len(order.get("conditions", [])),
            **{each: self.contract[each] for each in ("secType", "exchange", "secIdType", "secId")},
        }
        value = special.get(name, order.get(_NAMES.get(name, name), ""))
        return str(int(value)) if isinstance(value, bool) else str(value)


def _plain(value: Any) -> Any:
    """An object as the attributes it was made with."""
    if isinstance(value, list):
        return [_plain(each) for each in value]
    if isinstance(value, dict):
        return {name: inner for name, inner in value.items() if name != "class"}
    return value


def _normal(text: str) -> str:
    """A number in one spelling. The libraries write some zeros as nothing."""
    try:
        return str(float(text or 0))
    except ValueError:
        return text


def booked(sample: OrderSample, definition: ContractDefinition, version: int) -> Order:
    """An order as the gateway holds it, sent by ib_async."""
    frame = sent(version, "placeOrder", [41, sample.contract, sample.order])
    ticket = decode_ticket(split_fields(frame[4:]), version)
    return Order(501, 7, ticket, definition, "DU1", 1_767_625_200, ticket.tif, Status.SUBMITTED)


ORDERS = [
    OrderSample("plain"),
    *(OrderSample(flag, {flag: True}) for flag in FLAGS),
    OrderSample(
        "legs",
        {
            "orderComboLegs": [
                {"class": "OrderComboLeg", "price": 51.5},
                {"class": "OrderComboLeg", "price": 52.5},
            ],
            "smartComboRoutingParams": [
                {"class": "TagValue", "tag": "NonGuaranteed", "value": "1"}
            ],
        },
        {
            "A": "2|11|12|BUY|NYSE|1|2|here|13|14|15|SELL|ARCA|2|1|there|16|"
            "2|51.5|52.5|1|NonGuaranteed|1"
        },
        BAG,
    ),
    OrderSample(
        "volatility and delta neutral",
        {
            "orderType": "VOL",
            "volatility": 0.53,
            "deltaNeutralOrderType": "MKT",
            "deltaNeutralConId": 54,
            "deltaNeutralSettlingFirm": "b firm",
            "deltaNeutralClearingAccount": "b account",
            "deltaNeutralClearingIntent": "b intent",
            "deltaNeutralOpenClose": "O",
            "deltaNeutralShortSale": True,
            "deltaNeutralShortSaleSlot": 2,
            "deltaNeutralDesignatedLocation": "b location",
        },
        {"B": "54|b firm|b account|b intent|O|1|2|b location"},
    ),
    OrderSample(
        "scale",
        {
            "scalePriceIncrement": 0.55,
            "scalePriceAdjustValue": 0.56,
            "scalePriceAdjustInterval": 57,
            "scaleProfitOffset": 0.58,
            "scaleAutoReset": True,
            "scaleInitPosition": 59,
            "scaleInitFillQty": 60,
            "scaleRandomPercent": False,
        },
        {"C": "0.56|57|0.58|1|59|60|0"},
    ),
    OrderSample("hedge", {"hedgeType": "P", "hedgeParam": "71"}, {"D": "71"}),
    OrderSample("delta neutral contract", {}, {"E": "21|0.5|10.25"}, NEUTRAL),
    OrderSample(
        "algorithm",
        {
            "algoStrategy": "Vwap",
            "algoParams": [
                {"class": "TagValue", "tag": "maxPctVol", "value": "0.1"},
                {"class": "TagValue", "tag": "noTakeLiq", "value": "1"},
            ],
        },
        {"F": "2|maxPctVol|0.1|noTakeLiq|1"},
    ),
    OrderSample(
        "pegged to benchmark",
        {
            "orderType": "PEG BENCH",
            "referenceContractId": 72,
            "isPeggedChangeAmountDecrease": True,
            "peggedChangeAmount": 0.73,
            "referenceChangeAmount": 0.74,
            "referenceExchangeId": "ISLAND",
        },
        {"G": "72|1|0.73|0.74|ISLAND"},
    ),
    OrderSample(
        "conditions",
        {"conditions": CONDITIONS, "conditionsIgnoreRth": True, "conditionsCancelOrder": False},
        {
            "H": "1|a|1|61.5|62|NYSE|4|3|o|0|20260106 10:00:00 US/Eastern|4|a|1|63|"
            "5|o|STK|ARCA|MSFT|6|a|0|64|65|SMART|7|o|1|6.5|66|BATS|1|0"
        },
    ),
    OrderSample(
        "at IBKR's ATS",
        {"minTradeQty": 75},
        {"I": "75||||"},
        {**CONTRACT, "exchange": "IBKRATS"},
    ),
    OrderSample(
        "pegged to best",
        {"orderType": "PEG BEST", "minCompeteSize": 76, "competeAgainstBestOffset": 0.77},
        {"I": "|76|0.77||"},
    ),
    OrderSample(
        "pegged to best up to the midpoint",
        {
            "orderType": "PEG BEST",
            "minCompeteSize": 76,
            "competeAgainstBestOffset": inf,
            "midOffsetAtWhole": 0.78,
            "midOffsetAtHalf": 0.79,
        },
        {"I": "|76|inf|0.78|0.79"},
    ),
    OrderSample(
        "pegged to midpoint",
        {"orderType": "PEG MID", "midOffsetAtWhole": 0.78, "midOffsetAtHalf": 0.79},
        {"I": "|||0.78|0.79"},
    ),
]
