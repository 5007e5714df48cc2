"""IB's names of the messages that a server sends, by message id. May not know their fields."""

_TABLE = """
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
79 symbolSamples 80 mktDepthExchanges 81 tickReqParams 82 smartComponents 83 newsArticle
84 tickNews 85 newsProviders 86 historicalNews 87 historicalNewsEnd 88 headTimestamp
89 histogramData 90 historicalDataUpdate 91 rerouteMktDataReq 92 rerouteMktDepthReq 93 marketRule
94 pnl 95 pnlSingle 96 historicalTicks 97 historicalTicksBidAsk 98 historicalTicksLast
99 tickByTick 100 orderBound 101 completedOrder 102 completedOrdersEnd 103 replaceFAEnd
104 wshMetaData 105 wshEventData 106 historicalSchedule 107 userInfo 108 historicalDataEnd
109 currentTimeInMillis
"""
_WORDS = _TABLE.split()
REPLY_NAMES = {int(number): name for number, name in zip(_WORDS[::2], _WORDS[1::2], strict=True)}
