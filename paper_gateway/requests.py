"""What clients ask: one table of every request, decoded into named fields.

May not answer anything, look anything up, or know who asks.

Order of the fields: IB's text protocol at server versions 176 to 178 (both versions are alike here;
placeOrder, which is not, has its own module). A row is: id, name, has-a-version-field, fields.
A field is text unless marked: i integer, f number, b boolean, ? text that may be missing. Marks
with a block of fields of their own: C contract of 12 fields, E contract of 11 fields (no
primaryExchange), X contract of 7 fields, L combo legs when the contract is a BAG, N delta-neutral
contract.
"""

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from typing import Any

from paper_gateway.contracts import ContractQuery
from paper_gateway.wire import FieldError, parse_bool, parse_count, parse_float, parse_int

PLACE_ORDER = 3
START_API = 71

_TABLE = """
1 reqMktData 1 req_id:i contract:C legs:L neutral:N generic_ticks snapshot:b regulatory:b options
2 cancelMktData 1 req_id:i
4 cancelOrder 1 order_id:i manual_time
5 reqOpenOrders 1
6 reqAccountUpdates 1 subscribe:b account
7 reqExecutions 1 req_id:i client_id:i account time symbol sec_type exchange side
8 reqIds 1 count
9 reqContractDetails 1 req_id:i contract:C include_expired:b sec_id_type sec_id issuer_id
10 reqMktDepth 1 req_id:i contract:C rows:i smart_depth:b options
11 cancelMktDepth 1 req_id:i smart_depth:b
12 reqNewsBulletins 1 all_messages:b
13 cancelNewsBulletins 1
14 setServerLogLevel 1 level
15 reqAutoOpenOrders 1 auto_bind:b
16 reqAllOpenOrders 1
17 reqManagedAccts 1
18 requestFA 1 kind:i
19 replaceFA 1 kind:i xml req_id:i
20 reqHistoricalData 0 req_id:i contract:C include_expired:b end bar_size duration use_rth:b what \
format_date:i legs:L keep_up_to_date:b options
21 exerciseOptions 1 req_id:i contract:E action:i quantity:i account override:i
22 reqScannerSubscription 0 req_id:i rows:i instrument location scan above_price:f below_price:f \
above_volume:f market_cap_above:f market_cap_below:f moody_above moody_below sp_above sp_below \
maturity_above maturity_below coupon_above:f coupon_below:f exclude_convertible:b \
option_volume_above:f setting_pairs stock_type filters options
23 cancelScannerSubscription 1 req_id:i
24 reqScannerParameters 1
25 cancelHistoricalData 1 req_id:i
49 reqCurrentTime 1
50 reqRealTimeBars 1 req_id:i contract:C bar_size what use_rth:b options
51 cancelRealTimeBars 1 req_id:i
52 reqFundamentalData 1 req_id:i contract:X report option_count:? options:?
53 cancelFundamentalData 1 req_id:i
54 calculateImpliedVolatility 1 req_id:i contract:C price:f under_price:f option_count:? options:?
55 calculateOptionPrice 1 req_id:i contract:C volatility:f under_price:f option_count:? options:?
56 cancelCalculateImpliedVolatility 1 req_id:i
57 cancelCalculateOptionPrice 1 req_id:i
58 reqGlobalCancel 1
59 reqMarketDataType 1 kind:i
61 reqPositions 1
62 reqAccountSummary 1 req_id:i group tags
63 cancelAccountSummary 1 req_id:i
64 cancelPositions 1
65 verifyRequest 1 api_name api_version
66 verifyMessage 1 data
67 queryDisplayGroups 1 req_id:i
68 subscribeToGroupEvents 1 req_id:i group_id:i
69 updateDisplayGroup 1 req_id:i contract_info
70 unsubscribeFromGroupEvents 1 req_id:i
71 startApi 1 client_id:i capabilities:?
72 verifyAndAuthRequest 1 api_name api_version key
73 verifyAndAuthMessage 1 data response
74 reqPositionsMulti 1 req_id:i account model
75 cancelPositionsMulti 1 req_id:i
76 reqAccountUpdatesMulti 1 req_id:i account model ledger_only:b
77 cancelAccountUpdatesMulti 1 req_id:i
78 reqSecDefOptParams 0 req_id:i symbol exchange sec_type con_id:i
79 reqSoftDollarTiers 0 req_id:i
80 reqFamilyCodes 0
81 reqMatchingSymbols 0 req_id:i pattern
82 reqMktDepthExchanges 0
83 reqSmartComponents 0 req_id:i bbo_exchange
84 reqNewsArticle 0 req_id:i provider article options
85 reqNewsProviders 0
86 reqHistoricalNews 0 req_id:i con_id:i providers start end count:i options
87 reqHeadTimeStamp 0 req_id:i contract:C include_expired:b use_rth:b what format_date:i
88 reqHistogramData 0 req_id:i contract:C include_expired:b use_rth:b period
89 cancelHistogramData 0 req_id:i
90 cancelHeadTimeStamp 0 req_id:i
91 reqMarketRule 0 rule_id:i
92 reqPnL 0 req_id:i account model
93 cancelPnL 0 req_id:i
94 reqPnLSingle 0 req_id:i account model con_id:i
95 cancelPnLSingle 0 req_id:i
96 reqHistoricalTicks 0 req_id:i contract:C include_expired:b start end count:i what use_rth:b \
ignore_size:b options
97 reqTickByTickData 0 req_id:i contract:C kind count:i ignore_size:b
98 cancelTickByTickData 0 req_id:i
99 reqCompletedOrders 0 api_only:b
100 reqWshMetaData 0 req_id:i
101 cancelWshMetaData 0 req_id:i
102 reqWshEventData 0 req_id:i con_id:i filter watchlist:b portfolio:b competitors:b start end \
limit:f
103 cancelWshEventData 0 req_id:i
104 reqUserInfo 0 req_id:i
"""


@dataclass(frozen=True, slots=True)
class Request:
    """One decoded request; ``request["req_id"]`` is a field by its name in the table."""

    message_id: int
    name: str
    values: dict[str, Any]

    def __getitem__(self, field: str) -> Any:
        return self.values[field]

    @property
    def query(self) -> ContractQuery:
        """The contract that is asked for; expired futures count if the request says so."""
        found: ContractQuery = self["contract"]
        return replace(found, includes_expired=self.values.get("include_expired", False))


class MalformedRequest(Exception):
    """A request that cannot be read; ``req_id`` is -1 when even that is unknown."""

    def __init__(self, message_id: str, req_id: int, reason: str) -> None:
        super().__init__(reason)
        self.message_id = message_id
        self.req_id = req_id
        self.reason = reason


Fields = Iterator[str]
Block = Callable[[Fields, dict[str, Any]], Any]


def contract_from_fields(fields: Fields) -> ContractQuery:
    """The 12 contract fields in protocol order."""
    return ContractQuery(
        con_id=parse_int(next(fields)),
        symbol=next(fields),
        sec_type=next(fields),
        last_trade_date=next(fields),
        strike=parse_float(next(fields)) or 0.0,
        right=_right(next(fields)),
        multiplier=next(fields),
        exchange=next(fields),
        primary_exchange=next(fields),
        currency=next(fields),
        local_symbol=next(fields),
        trading_class=next(fields),
    )


def _right(text: str) -> str:
    # openOrder and portfolioValue write ? and 0 for "no right", and clients send it back.
    return "" if text in {"?", "0"} else text


def _contract(fields: Fields, _values: dict[str, Any]) -> ContractQuery:
    return contract_from_fields(fields)


def _option_contract(fields: Fields, _values: dict[str, Any]) -> ContractQuery:
    texts = [next(fields) for _ in range(11)]
    return contract_from_fields(iter([*texts[:8], "", *texts[8:]]))


def _short_contract(fields: Fields, _values: dict[str, Any]) -> ContractQuery:
    con_id, symbol, sec_type, exchange, primary, currency, local = [next(fields) for _ in range(7)]
    row = [con_id, symbol, sec_type, "", "", "", "", exchange, primary, currency, local, ""]
    return contract_from_fields(iter(row))


def _legs(fields: Fields, values: dict[str, Any]) -> list[list[str]]:
    if values["contract"].sec_type != "BAG":
        return []
    return [[next(fields) for _ in range(4)] for _ in range(parse_count(next(fields)))]


def _neutral(fields: Fields, _values: dict[str, Any]) -> list[str]:
    return [next(fields) for _ in range(3)] if parse_bool(next(fields)) else []


_KINDS: dict[str, Block] = {
    "": lambda fields, _values: next(fields),
    "i": lambda fields, _values: parse_int(next(fields)),
    "f": lambda fields, _values: parse_float(next(fields)),
    "b": lambda fields, _values: parse_bool(next(fields)),
    "C": _contract,
    "E": _option_contract,
    "X": _short_contract,
    "L": _legs,
    "N": _neutral,
    "?": lambda fields, _values: next(fields, ""),
}


@dataclass(frozen=True, slots=True)
class Layout:
    """One row of the table."""

    message_id: int
    name: str
    first: int
    """Index of the first field after the id and, if there is one, the version."""
    fields: tuple[tuple[str, Block], ...]


def _read_table(table: str) -> dict[int, Layout]:
    layouts = {}
    for row in table.strip().splitlines():
        message_id, name, versioned, *fields = row.split()
        kinds = [(field.partition(":")[0], field.partition(":")[2]) for field in fields]
        layouts[int(message_id)] = Layout(
            int(message_id),
            name,
            1 + int(versioned),
            tuple((field, _KINDS[kind]) for field, kind in kinds),
        )
    return layouts


LAYOUTS = _read_table(_TABLE)
_MESSAGE_ID = re.compile("[0-9]{1,5}")


def decode_request(fields: list[str]) -> Request:
    """Read one request other than placeOrder. Raises MalformedRequest.

    Fields behind the last known one are ignored, as TWS does.
    """
    layout = LAYOUTS.get(int(fields[0])) if _MESSAGE_ID.fullmatch(fields[0]) else None
    if layout is None:
        raise MalformedRequest(fields[0][:20], -1, "Unknown message id")
    values: dict[str, Any] = {}
    texts = iter(fields[layout.first :])
    try:
        for name, read in layout.fields:
            values[name] = read(texts, values)
    except StopIteration as error:
        raise MalformedRequest(fields[0], _asker(values), "Too few fields") from error
    except FieldError as error:
        raise MalformedRequest(fields[0], _asker(values), str(error)) from error
    return Request(layout.message_id, layout.name, values)


def _asker(values: dict[str, Any]) -> int:
    asker = values.get("req_id", values.get("order_id", -1))
    return int(asker)
