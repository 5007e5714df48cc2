"""What the messages are called, by their ids. May not know their fields.

Requests have the names of the gateway's own table; replies those of IB's callbacks.
"""

from paper_gateway.requests import LAYOUTS, PLACE_ORDER

HELLO = "hello"
SERVER_VERSION = "serverVersion"
UNKNOWN = "unknown"
# From server version 201 on the id is a raw 4-byte integer, and 200 more when the body is protobuf.
FIRST_BINARY_VERSION = 201
_PROTOBUF = 200

_REPLIES = """
1 tickPrice 2 tickSize 3 orderStatus 4 error 5 openOrder 6 accountValue 7 portfolioValue
8 accountUpdateTime 9 nextValidId 10 contractDetails 11 execDetails 12 marketDepth
13 marketDepthL2 14 newsBulletin 15 managedAccounts 16 receiveFA 17 historicalData
18 bondContractDetails 19 scannerParameters 20 scannerData 21 tickOptionComputation 45 tickGeneric
46 tickString 47 tickEFP 49 currentTime 50 realtimeBar 51 fundamentalData 52 contractDetailsEnd
53 openOrderEnd 54 accountDownloadEnd 55 execDetailsEnd 56 deltaNeutralValidation
57 tickSnapshotEnd 58 marketDataType 59 commissionReport 61 position 62 positionEnd
63 accountSummary 64 accountSummaryEnd 65 verifyMessageAPI 66 verifyCompleted 67 displayGroupList
68 displayGroupUpdated 71 positionMulti 72 positionMultiEnd 73 accountUpdateMulti
74 accountUpdateMultiEnd 75 secDefOptParam 76 secDefOptParamEnd 77 softDollarTiers 78 familyCodes
79 symbolSamples 80 mktDepthExchanges 81 tickReqParams 82 smartComponents 83 newsArticle 84 tickNews
85 newsProviders 86 historicalNews 87 historicalNewsEnd 88 headTimestamp 89 histogramData
90 historicalDataUpdate 91 rerouteMktDataReq 92 rerouteMktDepthReq 93 marketRule 94 pnl 95 pnlSingle
96 historicalTicks 97 historicalTicksBidAsk 98 historicalTicksLast 99 tickByTick 100 orderBound
101 completedOrder 102 completedOrdersEnd 103 replaceFAEnd 104 wshMetaData 105 wshEventData
106 historicalSchedule 107 userInfo 108 historicalDataEnd 109 currentTimeInMillis
"""
_WORDS = _REPLIES.split()
REPLY_NAMES = dict(zip(_WORDS[::2], _WORDS[1::2], strict=True))
REQUEST_NAMES = {
    str(PLACE_ORDER): "placeOrder",
    **{str(message_id): layout.name for message_id, layout in LAYOUTS.items()},
}


def name_of(message_id: str, is_request: bool) -> str:
    """The message's name, ``unknown`` for an id that is in no table."""
    return (REQUEST_NAMES if is_request else REPLY_NAMES).get(message_id, UNKNOWN)


def binary_name_of(content: bytes, is_request: bool) -> str:
    """The name of a message of a connection at server version 201 or later."""
    number = int.from_bytes(content[:4], "big")
    return name_of(str(number - _PROTOBUF if number > _PROTOBUF else number), is_request)
