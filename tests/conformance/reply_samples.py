"""Every reply with a value of its own for each field, and where each must land in a client.

A call is the client's method and its arguments in order. Of an object, which is told as a dict,
only the attributes are listed that the message carries; their names are ib_async's.
"""

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any

from paper_gateway import market_replies as market
from paper_gateway import news_replies as news
from paper_gateway import order_replies as orders
from paper_gateway import reference_replies as reference
from paper_gateway import replies
from paper_gateway.catalogue.options import Chain
from paper_gateway.contracts import Catalogue
from paper_gateway.market_replies import ALL_LAST, LAST, MidpointTick, QuoteTick, TradeTick
from paper_gateway.option_chains import chain_frames
from paper_gateway.orders import Execution, Preview
from tests.conformance.order_samples import ORDERS, booked

Call = tuple[Any, ...]
NOW = 1_767_625_200
AT = "20260105 10:00:00 US/Eastern"
UNSET = 1.7976931348623157e308

OPTION = replace(
    Catalogue.default().definitions[0],
    con_id=265598,
    symbol="AAPL",
    sec_type="OPT",
    exchange="SMART",
    primary_exchange="NASDAQ",
    currency="USD",
    local_symbol="AAPL X",
    trading_class="NMS",
    long_name="CAF\u00c9 \\ INC",
    min_tick=0.05,
    stock_type="COMMON",
    industry="Technology",
    category="Computers",
    subcategory="Desktops",
    isin="US0378331005",
    valid_exchanges="SMART,NYSE",
    order_types="LMT,MKT",
    market_name="AAPLM",
    time_zone_id="US/Eastern",
    min_size="0.1",
    size_increment="0.2",
    suggested_size_increment="100",
    market_rule_ids="26,27",
    price_magnifier=3,
    multiplier="50",
    last_trade_date="20260320",
    strike=150.5,
    right="C",
)
CONTRACT = {
    "conId": 265598,
    "symbol": "AAPL",
    "secType": "OPT",
    "lastTradeDateOrContractMonth": "20260320",
    "strike": 150.5,
    "right": "C",
    "multiplier": "50",
    "exchange": "NYSE",
    "currency": "USD",
    "localSymbol": "AAPL X",
    "tradingClass": "NMS",
}
FIELDS = replies.contract_fields(OPTION, "NYSE")
CHAIN = Chain("NMS", "50", ("NYSE",), ["20260320"], [150.5])
BAR = ("20260105", 1.5, 4.5, 0.5, 3.5, 900.0, 2.25, 12)
BAR_VALUES = {
    "date": "20260105",
    "open": 1.5,
    "high": 4.5,
    "low": 0.5,
    "close": 3.5,
    "volume": 900,
    "average": 2.25,
    "barCount": 12,
}
EXECUTION = Execution(
    exec_id="0000e0d5.00000001.01.01",
    time=NOW,
    perm_id=501,
    client_id=7,
    order_id=41,
    con_id=265598,
    account="DU1",
    exchange="NYSE",
    side="BOT",
    shares=10.0,
    price=100.5,
    cumulative=30.0,
    average_price=100.25,
    order_ref="my ref",
    commission=1.5,
    currency="USD",
    realized_pnl=-2.5,
)
EXECUTION_VALUES = {
    "execId": "0000e0d5.00000001.01.01",
    "orderId": 41,
    "time": NOW,
    "acctNumber": "DU1",
    "exchange": "NYSE",
    "side": "BOT",
    "shares": 10,
    "price": 100.5,
    "permId": 501,
    "clientId": 7,
    "liquidation": 0,
    "cumQty": 30,
    "avgPrice": 100.25,
    "orderRef": "my ref",
    "evRule": "",
    "evMultiplier": 0,
    "modelCode": "",
    "lastLiquidity": 2,
}
REPORT = {
    "execId": "0000e0d5.00000001.01.01",
    "commission": 1.5,
    "currency": "USD",
    "realizedPNL": -2.5,
    "yield_": UNSET,
    "yieldRedemptionDate": 0,
}
TRADES = [
    TradeTick(NOW, 100.5, 11, "NYSE", "T", is_past_limit=True),
    TradeTick(NOW + 1, 100.25, 12, "ARCA", "", is_unreported=True),
]
QUOTES = [
    QuoteTick(NOW, 99.5, 100.5, 11, 12, is_bid_past_low=True),
    QuoteTick(NOW + 1, 99.25, 100.25, 13, 14, is_ask_past_high=True),
]
PAST_LIMIT = {"pastLimit": True, "unreported": False}
UNREPORTED = {"pastLimit": False, "unreported": True}
PAST_LOW = {"bidPastLow": True, "askPastHigh": False}
PAST_HIGH = {"bidPastLow": False, "askPastHigh": True}
HEADLINE = news.Headline("1767625200000", "BZ", "BZ$1", "A headline")
TERMS = reference.BondTerms(
    cusip="912828XX0",
    coupon=4,
    maturity="20300101",
    issue_date="20200101",
    ratings="AA",
    bond_type="CORP",
    coupon_type="FIXED",
    is_convertible=True,
    is_callable=False,
    is_putable=True,
    description="a bond",
    next_option_date="20270101",
    next_option_type="CALL",
    is_next_option_partial=True,
    notes="notes",
)
MODEL = market.OptionComputation(0.25, 0.5, 7.5, 0.75, 0.03, 0.04, -0.05, 101.5)
EFP = market.ExchangeForPhysical(1.5, "1.5bp", 2.5, 30, "20260320", 3.5, 4.5)


@dataclass(frozen=True)
class ReplySample:
    """``size``: how many fields a frame has with its id; ``calls``: what it causes in ib_async."""

    message: str
    build: Callable[[int], bytes]
    size: int
    calls: tuple[Call, ...]
    size_at_176: int | None = None
    """Where that is another one."""
    ibapi: tuple[Call, ...] | None = None
    """What it causes in IB's own client, where that is something else."""

    def __str__(self) -> str:
        return self.message

    def size_at(self, version: int) -> int:
        return self.size_at_176 if version == 176 and self.size_at_176 else self.size


def agrees(meant: Any, found: Any) -> bool:
    """Whether a client read what was meant: of a dict, what is listed; numbers as numbers."""
    if isinstance(meant, dict):
        return isinstance(found, dict) and all(
            name in found and agrees(value, found[name]) for name, value in meant.items()
        )
    if isinstance(meant, list | tuple):
        return len(meant) == len(found) and all(map(agrees, meant, found))
    if isinstance(meant, str) or not isinstance(found, str):
        return bool(meant == found)
    # Both libraries leave some numbers as text: margins, sizes, times.
    return bool(meant == float(found))


def _row(message: str, data: bytes, size: int, *calls: Call, ibapi: Any = None) -> ReplySample:
    return ReplySample(message, lambda _version: data, size, calls, ibapi=ibapi)


def _status() -> bytes:
    order = booked(ORDERS[0], OPTION, 178)
    order.filled, order.average_price, order.last_price = 10, 100.25, 100.5
    order.why_held = "locate"
    return orders.order_status(order)


def _what_if(version: int) -> bytes:
    preview = Preview((1.0, 2.0, 3.0), (11.0, 22.0, 33.0), 1.5, "USD", "careful")
    return orders.what_if(booked(ORDERS[0], OPTION, version), preview, "careful", version)


REPLIES = [
    _row("tickPrice", replies.tick_price(9, 1, 100.25, 300, 5), 7,
         ("priceSizeTick", 9, 1, 100.25, 300),
         ibapi=(("tickPrice", 9, 1, 100.25,
                 {"canAutoExecute": True, "pastLimit": False, "preOpen": True}),
                ("tickSize", 9, 0, 300))),
    _row("tickSize", replies.tick_size(9, 8, 300), 5, ("tickSize", 9, 8, 300)),
    _row("orderStatus", _status(), 12,
         ("orderStatus", 41, "Submitted", 10, 20, 100.25, 501, 31, 100.5, 7, "locate", 0)),
    _row("error", replies.error(9, 201, "caf\u00e9", '{"rejects": 1}'), 6,
         ("error", 9, 201, "caf\\u00e9", '{"rejects": 1}'),
         ibapi=(("error", 9, 0, 201, "caf\u00e9", '{"rejects": 1}'),)),
    ReplySample(
        "openOrder whatIf", _what_if, 135,
        (("openOrder", 41, {"conId": 265598}, {"whatIf": True, "clientId": 0}, {
            "status": "PreSubmitted", "initMarginBefore": 1, "maintMarginBefore": 2,
            "equityWithLoanBefore": 3, "initMarginChange": 10, "maintMarginChange": 20,
            "equityWithLoanChange": 30, "initMarginAfter": 11, "maintMarginAfter": 22,
            "equityWithLoanAfter": 33, "commission": UNSET, "minCommission": 1.5,
            "maxCommission": 1.5, "commissionCurrency": "USD", "warningText": "careful"}),),
        size_at_176=136,
    ),
    _row("accountValue", replies.account_value("Cash", "1.50", "USD", "DU1"), 6,
         ("updateAccountValue", "Cash", "1.50", "USD", "DU1")),
    _row("portfolioValue",
         replies.portfolio_value(OPTION, (10, 101.5, 1015.5, 100.5, 5.5, -1.5), "DU1"), 20,
         ("updatePortfolio", {**CONTRACT, "exchange": "", "primaryExchange": "NASDAQ"},
          10, 101.5, 1015.5, 100.5, 5.5, -1.5, "DU1")),
    _row("accountUpdateTime", replies.account_update_time("10:31"), 3,
         ("updateAccountTime", "10:31")),
    _row("nextValidId", replies.next_valid_id(17), 3, ("nextValidId", 17)),
    _row("contractDetails",
         replies.contract_details(9, OPTION, "NYSE", ("20260105:0930", "20260105:1000")), 42,
         ("contractDetails", 9, {
             "contract": {**CONTRACT, "primaryExchange": "NASDAQ"}, "marketName": "AAPLM",
             "minTick": 0.05, "orderTypes": "LMT,MKT", "validExchanges": "SMART,NYSE",
             "priceMagnifier": 3, "longName": "CAF\u00c9 \\ INC", "industry": "Technology",
             "category": "Computers", "subcategory": "Desktops", "timeZoneId": "US/Eastern",
             "tradingHours": "20260105:0930", "liquidHours": "20260105:1000", "evRule": "",
             "evMultiplier": 0, "secIdList": [{"tag": "ISIN", "value": "US0378331005"}],
             "aggGroup": 1, "marketRuleIds": "26,27", "realExpirationDate": "20260320",
             "stockType": "COMMON", "minSize": 0.1, "sizeIncrement": 0.2,
             "suggestedSizeIncrement": 100})),
    ReplySample(
        "execDetails", lambda version: orders.execution_details(9, EXECUTION, OPTION, version), 32,
        (("execDetails", 9, CONTRACT, EXECUTION_VALUES),), size_at_176=31,
        ibapi=(("execDetails", 9, CONTRACT, {**EXECUTION_VALUES, "time": AT}),),
    ),
    _row("marketDepth", market.market_depth(9, market.DepthRow(2, 1, 0, 100.5, 300)), 8,
         ("updateMktDepth", 9, 2, 1, 0, 100.5, 300)),
    _row("marketDepthL2",
         market.market_depth_l2(9, market.DepthRow(3, 2, 1, 100.5, 300, "NSDQ", True)), 10,
         ("updateMktDepthL2", 9, 3, "NSDQ", 2, 1, 100.5, 300, True)),
    _row("newsBulletin", news.news_bulletin(5, 2, "closed", "NYSE"), 6,
         ("updateNewsBulletin", 5, 2, "closed", "NYSE")),
    _row("managedAccounts", replies.managed_accounts("DU1,DU2"), 3,
         ("managedAccounts", "DU1,DU2")),
    _row("receiveFA", reference.financial_advisor(3, "<x/>"), 4, ("receiveFA", 3, "<x/>")),
    _row("historicalData", replies.historical_data(9, "start", "end", [BAR]), 13,
         ("historicalData", 9, BAR_VALUES), ("historicalDataEnd", 9, "start", "end")),
    _row("bondContractDetails", reference.bond_details(9, OPTION, "NYSE", TERMS), 38,
         ("bondContractDetails", 9, {
             "contract": {"conId": 265598, "symbol": "AAPL", "secType": "OPT", "exchange": "NYSE",
                          "currency": "USD", "tradingClass": "NMS"},
             "cusip": "912828XX0", "coupon": 4, "maturity": "20300101", "issueDate": "20200101",
             "ratings": "AA", "bondType": "CORP", "couponType": "FIXED", "convertible": True,
             "callable": False, "putable": True, "descAppend": "a bond", "marketName": "AAPLM",
             "minTick": 0.05, "orderTypes": "LMT,MKT", "validExchanges": "SMART,NYSE",
             "nextOptionDate": "20270101", "nextOptionType": "CALL", "nextOptionPartial": True,
             "notes": "notes", "longName": OPTION.long_name, "evRule": "", "evMultiplier": 0,
             "secIdList": [{"tag": "ISIN", "value": "US0378331005"}], "aggGroup": 1,
             "marketRuleIds": "26,27", "minSize": 0.1, "sizeIncrement": 0.2,
             "suggestedSizeIncrement": 100})),
    _row("scannerParameters", replies.scanner_parameters("<x/>"), 3,
         ("scannerParameters", "<x/>")),
    _row("scannerData",
         reference.scanner_data(9, [reference.ScanRow(OPTION, "d", "b", "p", "l")]), 20,
         ("scannerData", 9, 0, {
             "marketName": "AAPLM",
             "contract": {name: value for name, value in
                          {**CONTRACT, "exchange": "SMART"}.items() if name != "multiplier"}},
          "d", "b", "p", "l"),
         ("scannerDataEnd", 9)),
    _row("tickOptionComputation", market.tick_option(9, 13, MODEL, 1), 12,
         ("tickOptionComputation", 9, 13, 1, *MODEL)),
    _row("tickGeneric", replies.tick_generic(9, 49, 1.5), 5, ("tickGeneric", 9, 49, 1.5)),
    _row("tickString", replies.tick_string(9, 45, "1767625200"), 5,
         ("tickString", 9, 45, "1767625200")),
    _row("tickEFP", market.tick_efp(9, 38, EFP), 11, ("tickEFP", 9, 38, *EFP)),
    _row("currentTime", replies.current_time(NOW), 3, ("currentTime", NOW)),
    _row("realtimeBar", replies.realtime_bar(9, NOW, BAR), 11,
         ("realtimeBar", 9, NOW, *BAR[1:])),
    _row("fundamentalData", reference.fundamental_data(9, "<x/>"), 4,
         ("fundamentalData", 9, "<x/>")),
    _row("contractDetailsEnd", replies.contract_details_end(9), 3, ("contractDetailsEnd", 9)),
    _row("openOrderEnd", orders.open_order_end(), 2, ("openOrderEnd",)),
    _row("accountDownloadEnd", replies.account_download_end("DU1"), 3,
         ("accountDownloadEnd", "DU1")),
    _row("execDetailsEnd", orders.execution_details_end(9), 3, ("execDetailsEnd", 9)),
    _row("deltaNeutralValidation", market.delta_neutral_validation(9, 21, 0.5, 10.25), 6,
         ("deltaNeutralValidation", 9, {"conId": 21, "delta": 0.5, "price": 10.25})),
    _row("tickSnapshotEnd", replies.tick_snapshot_end(9), 3, ("tickSnapshotEnd", 9)),
    _row("marketDataType", replies.market_data_type(9, 3), 4, ("marketDataType", 9, 3)),
    _row("commissionReport", orders.commission_of(EXECUTION), 8, ("commissionReport", REPORT),
         ibapi=(("commissionAndFeesReport", REPORT),)),
    _row("position", replies.position("DU1", FIELDS, -5, 101.25), 16,
         ("position", "DU1", CONTRACT, -5, 101.25)),
    _row("positionEnd", replies.position_end(), 2, ("positionEnd",)),
    _row("accountSummary", replies.account_summary(9, "DU1", "Cash", "1.50", "USD"), 7,
         ("accountSummary", 9, "DU1", "Cash", "1.50", "USD")),
    _row("accountSummaryEnd", replies.account_summary_end(9), 3, ("accountSummaryEnd", 9)),
    _row("verifyMessageAPI", reference.verify_message("data"), 3, ("verifyMessageAPI", "data")),
    _row("verifyCompleted", replies.verify_completed("no"), 4, ("verifyCompleted", False, "no")),
    _row("displayGroupList", replies.display_groups(9, "1|2"), 4, ("displayGroupList", 9, "1|2")),
    _row("displayGroupUpdated", replies.display_group_updated(9, "8314@SMART"), 4,
         ("displayGroupUpdated", 9, "8314@SMART")),
    _row("positionMulti", replies.position_multi(9, "DU1", FIELDS, -5, 101.25, "M"), 18,
         ("positionMulti", 9, "DU1", "M", CONTRACT, -5, 101.25)),
    _row("positionMultiEnd", replies.position_multi_end(9), 3, ("positionMultiEnd", 9)),
    _row("accountUpdateMulti",
         replies.account_update_multi(9, "DU1", "Cash", "1.50", "USD", "M"), 8,
         ("accountUpdateMulti", 9, "DU1", "M", "Cash", "1.50", "USD")),
    _row("accountUpdateMultiEnd", replies.account_update_multi_end(9), 3,
         ("accountUpdateMultiEnd", 9)),
    _row("secDefOptParam", chain_frames(9, 77, [CHAIN])[0], 10,
         ("securityDefinitionOptionParameter", 9, "NYSE", 77, "NMS", "50", ["20260320"], [150.5])),
    _row("secDefOptParamEnd", replies.option_parameters_end(9), 2,
         ("securityDefinitionOptionParameterEnd", 9)),
    _row("softDollarTiers", replies.soft_dollar_tiers(9, [("n", "v", "d")]), 6,
         ("softDollarTiers", 9, [{"name": "n", "val": "v", "displayName": "d"}])),
    _row("familyCodes", replies.family_codes([("DU1", "F")]), 4,
         ("familyCodes", [{"accountID": "DU1", "familyCodeStr": "F"}])),
    _row("symbolSamples", replies.symbol_samples(9, [OPTION], {265598: ["OPT", "WAR"]}), 13,
         ("symbolSamples", 9, [{
             "contract": {"conId": 265598, "symbol": "AAPL", "secType": "OPT",
                          "primaryExchange": "NASDAQ", "currency": "USD",
                          "description": "CAF\\u00c9 \\\\ INC", "issuerId": ""},
             "derivativeSecTypes": ["OPT", "WAR"]}])),
    _row("mktDepthExchanges", replies.depth_exchanges([("NYSE", "STK", "ARCA", "Deep", 4)]), 7,
         ("mktDepthExchanges", [{"exchange": "NYSE", "secType": "STK", "listingExch": "ARCA",
                                 "serviceDataType": "Deep", "aggGroup": 4}])),
    _row("tickReqParams", replies.tick_parameters(9, 0.01, "9c0001"), 5,
         ("tickReqParams", 9, 0.01, "9c0001", 3)),
    _row("smartComponents", replies.smart_components(9, [(4, "NYSE", "N")]), 6,
         ("smartComponents", 9, [{"bitNumber": 4, "exchange": "NYSE", "exchangeLetter": "N"}])),
    _row("newsArticle", news.news_article(9, 1, "text"), 4, ("newsArticle", 9, 1, "text")),
    _row("tickNews", news.tick_news(9, HEADLINE, "K:1"), 7,
         ("tickNews", 9, NOW * 1000, "BZ", "BZ$1", "A headline", "K:1")),
    _row("newsProviders", replies.news_providers([("BZ", "Benzinga")]), 4,
         ("newsProviders", [{"code": "BZ", "name": "Benzinga"}])),
    _row("historicalNews", news.historical_news(9, HEADLINE), 6,
         ("historicalNews", 9, "1767625200000", "BZ", "BZ$1", "A headline")),
    _row("historicalNewsEnd", replies.historical_news_end(9, has_more=True), 3,
         ("historicalNewsEnd", 9, True)),
    _row("headTimestamp", replies.head_timestamp(9, "20040102-14:30:00"), 3,
         ("headTimestamp", 9, "20040102-14:30:00")),
    _row("histogramData", replies.histogram(9, [(100.5, 7)]), 5,
         ("histogramData", 9, [{"price": 100.5, "count": 7}]),
         ibapi=(("histogramData", 9, [{"price": 100.5, "size": 7}]),)),
    _row("historicalDataUpdate", replies.historical_data_update(9, BAR), 10,
         ("historicalDataUpdate", 9, BAR_VALUES)),
    _row("rerouteMktDataReq", market.reroute_market_data(9, 21, "NYSE"), 4,
         ("rerouteMktDataReq", 9, 21, "NYSE")),
    _row("rerouteMktDepthReq", market.reroute_market_depth(9, 21, "NYSE"), 4,
         ("rerouteMktDepthReq", 9, 21, "NYSE")),
    _row("marketRule", replies.market_rule(26, [(1.5, 0.01)]), 5,
         ("marketRule", 26, [{"lowEdge": 1.5, "increment": 0.01}])),
    _row("pnl", replies.pnl(9, 1.5, -2.5, 3.5), 5, ("pnl", 9, 1.5, -2.5, 3.5)),
    _row("pnlSingle", replies.pnl_single(9, 10, (1.5, -2.5, 3.5, 4.5)), 7,
         ("pnlSingle", 9, 10, 1.5, -2.5, 3.5, 4.5)),
    _row("historicalTicks",
         market.historical_midpoints(9, [MidpointTick(NOW, 100.5, 3)], is_done=False), 8,
         ("historicalTicks", 9, [{"time": NOW, "price": 100.5, "size": 3}], False)),
    _row("historicalTicksBidAsk", market.historical_quotes(9, QUOTES), 16,
         ("historicalTicksBidAsk", 9, [
             {"time": NOW, "tickAttribBidAsk": PAST_LOW, "priceBid": 99.5, "priceAsk": 100.5,
              "sizeBid": 11, "sizeAsk": 12},
             {"time": NOW + 1, "tickAttribBidAsk": PAST_HIGH, "priceBid": 99.25,
              "priceAsk": 100.25, "sizeBid": 13, "sizeAsk": 14}], True)),
    _row("historicalTicksLast", market.historical_trades(9, TRADES), 16,
         ("historicalTicksLast", 9, [
             {"time": NOW, "tickAttribLast": PAST_LIMIT, "price": 100.5, "size": 11,
              "exchange": "NYSE", "specialConditions": "T"},
             {"time": NOW + 1, "tickAttribLast": UNREPORTED, "price": 100.25, "size": 12,
              "exchange": "ARCA", "specialConditions": ""}], True)),
    _row("tickByTick Last", market.tick_by_tick_trade(9, LAST, TRADES[0]), 9,
         ("tickByTickAllLast", 9, 1, NOW, 100.5, 11, PAST_LIMIT, "NYSE", "T")),
    _row("tickByTick AllLast", market.tick_by_tick_trade(9, ALL_LAST, TRADES[1]), 9,
         ("tickByTickAllLast", 9, 2, NOW + 1, 100.25, 12, UNREPORTED, "ARCA", "")),
    _row("tickByTick BidAsk, low", market.tick_by_tick_quote(9, QUOTES[0]), 9,
         ("tickByTickBidAsk", 9, NOW, 99.5, 100.5, 11, 12, PAST_LOW)),
    _row("tickByTick BidAsk, high", market.tick_by_tick_quote(9, QUOTES[1]), 9,
         ("tickByTickBidAsk", 9, NOW + 1, 99.25, 100.25, 13, 14, PAST_HIGH)),
    _row("tickByTick MidPoint", market.tick_by_tick_midpoint(9, MidpointTick(NOW, 100.5)), 5,
         ("tickByTickMidPoint", 9, NOW, 100.5)),
    _row("orderBound", orders.order_bound(booked(ORDERS[0], OPTION, 178)), 4,
         ("orderBound", 501, 7, 41)),
    _row("completedOrdersEnd", orders.completed_orders_end(), 1, ("completedOrdersEnd",)),
    _row("replaceFAEnd", reference.replace_advisor_end(9, "done"), 3, ("replaceFAEnd", 9, "done")),
    _row("wshMetaData", reference.event_metadata(9, "{}"), 3, ("wshMetaData", 9, "{}")),
    _row("wshEventData", reference.event_data(9, "{}"), 3, ("wshEventData", 9, "{}")),
    _row("historicalSchedule",
         replies.historical_schedule(9, ("a", "b"), "US/Eastern", [("c", "d", "20260105")]), 9,
         ("historicalSchedule", 9, "a", "b", "US/Eastern",
          [{"startDateTime": "c", "endDateTime": "d", "refDate": "20260105"}])),
    _row("userInfo", replies.user_info(9, "WB"), 3, ("userInfo", 9, "WB")),
]  # fmt: skip
