"""Market scans: the catalogue's stocks in the order of a figure of their own synthetic day.

May not make figures: they are those of the quotes. Only what stands in the tables below can be
scanned for; the parameters (message 19) are written from the same tables. A scan is repeated every
30 seconds (from memory) until it is cancelled.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial

from paper_gateway import replies
from paper_gateway.contracts import ContractDefinition
from paper_gateway.market import Market, Quote
from paper_gateway.market_data.lines import count_streams
from paper_gateway.market_data.volatility import implied_volatility
from paper_gateway.reference_replies import ScanRow, scanner_data
from paper_gateway.requests import Request
from paper_gateway.rules import Refusal
from paper_gateway.session import Session
from paper_gateway.wire import parse_float

SCANS = "scans"
REFRESH_SECONDS = 30.0
MAX_ROWS = 50
MAX_SCANS = 10
# How the errors of the service behind scans begin.
_SERVICE = "Historical Market Data Service error message:"
_NOTHING = "Historical Market Data Service query message:no items retrieved"


@dataclass(frozen=True, slots=True)
class Candidate:
    """One stock with its quote."""

    definition: ContractDefinition
    quote: Quote
    market: Market

    @property
    def change(self) -> float:
        return self.quote.last / self.quote.close - 1

    @property
    def since_open(self) -> float:
        return self.quote.last / self.quote.open - 1

    @property
    def gap(self) -> float:
        return self.quote.open / self.quote.close - 1

    @property
    def spread_of_day(self) -> float:
        return (self.quote.high - self.quote.low) / self.quote.close

    @property
    def relative_volume(self) -> float:
        return self.quote.volume / max(self.definition.average_volume, 1)

    @property
    def implied(self) -> float:
        path = self.market.path(self.definition.con_id)
        return implied_volatility(path, self.quote.time)


# scan code -> its name, and the figure of which the highest comes first
SCAN_CODES: dict[str, tuple[str, Callable[[Candidate], float]]] = {
    "TOP_PERC_GAIN": ("Top % Gainers", lambda each: each.change),
    "TOP_PERC_LOSE": ("Top % Losers", lambda each: -each.change),
    "MOST_ACTIVE": ("Most Active", lambda each: each.quote.volume),
    "MOST_ACTIVE_USD": ("Most Active ($)", lambda each: each.quote.volume * each.quote.last),
    "HOT_BY_VOLUME": ("Hot Contracts by Volume", lambda each: each.relative_volume),
    "HOT_BY_PRICE": ("Hot Contracts by Price", lambda each: abs(each.change)),
    "TOP_TRADE_COUNT": ("Top Trade Count", lambda each: each.quote.volume // 100),
    "TOP_PRICE_RANGE": ("Top Price Range", lambda each: each.spread_of_day),
    "TOP_OPEN_PERC_GAIN": ("Top % Gainers Since Open", lambda each: each.since_open),
    "TOP_OPEN_PERC_LOSE": ("Top % Losers Since Open", lambda each: -each.since_open),
    "HIGH_OPEN_GAP": ("Top Close-to-Open % Gainers", lambda each: each.gap),
    "LOW_OPEN_GAP": ("Top Close-to-Open % Losers", lambda each: -each.gap),
    "HIGH_OPT_IMP_VOLAT": ("Highest Option Imp Vol", lambda each: each.implied),
    "LOW_OPT_IMP_VOLAT": ("Lowest Option Imp Vol", lambda each: -each.implied),
}
# instrument -> its name, and the stock types it means
INSTRUMENTS: dict[str, tuple[str, frozenset[str]]] = {
    "STK": ("US Stocks", frozenset({"COMMON", "ADR", "REIT", "ETF"})),
    "ETF.EQ.US": ("US Equity ETFs", frozenset({"ETF"})),
}
# location -> its name, and the primary exchanges that it means (none: all)
LOCATIONS: dict[str, tuple[str, frozenset[str]]] = {
    "STK.US": ("US Stocks", frozenset()),
    "STK.US.MAJOR": ("Listed/NASDAQ", frozenset()),
    "STK.NYSE": ("NYSE", frozenset({"NYSE"})),
    "STK.NASDAQ": ("NASDAQ", frozenset({"NASDAQ"})),
    "STK.NASDAQ.NMS": ("NASDAQ NMS", frozenset({"NASDAQ"})),
    "STK.ARCA": ("ARCA", frozenset({"ARCA"})),
    "STK.AMEX": ("AMEX", frozenset({"AMEX"})),
    "ETF.EQ.US": ("US Equity ETFs", frozenset()),
    "ETF.EQ.US.MAJOR": ("Listed/NASDAQ Equity ETFs", frozenset()),
}
# filter tag -> whether a candidate passes its value
FILTERS: dict[str, Callable[[Candidate, float], bool]] = {
    "priceAbove": lambda each, value: each.quote.last >= value,
    "priceBelow": lambda each, value: each.quote.last <= value,
    "volumeAbove": lambda each, value: each.quote.volume >= value,
    "changePercAbove": lambda each, value: 100 * each.change >= value,
    "changePercBelow": lambda each, value: 100 * each.change <= value,
}
# The same as fields of the request.
_FIELD_FILTERS = {
    "above_price": "priceAbove",
    "below_price": "priceBelow",
    "above_volume": "volumeAbove",
}


@dataclass(frozen=True, slots=True)
class Scan:
    """What a scan asks for, parsed."""

    code: str
    instrument: str
    location: str
    rows: int
    filters: tuple[tuple[str, float], ...]


def parse_scan(request: Request) -> Scan:
    """Raises ValueError with the sentence of the refusal for what is not in the tables."""
    code, instrument, location = request["scan"], request["instrument"], request["location"]
    for name, table in ((code, SCAN_CODES), (instrument, INSTRUMENTS), (location, LOCATIONS)):
        if name not in table:
            raise ValueError(f"Scanner type with code {name[:40]} is disabled")
    found = [
        (tag, request[field])
        for field, tag in _FIELD_FILTERS.items()
        # Clients send 0 or nothing for a bound that was not set.
        if request[field]
    ]
    for word in filter(None, request["filters"].split(";")):
        tag, _, text = word.partition("=")
        if tag not in FILTERS:
            raise ValueError(f"The filter {tag[:40]} is not modelled")
        found.append((tag, parse_float(text) or 0.0))
    rows = request["rows"] if 0 < request["rows"] <= MAX_ROWS else MAX_ROWS
    return Scan(code, instrument, location, rows, tuple(found))


def scan(session: Session, wanted: Scan) -> list[ContractDefinition]:
    """The contracts of a scan, the first one first."""
    hub = session.hub
    types, exchanges = INSTRUMENTS[wanted.instrument][1], LOCATIONS[wanted.location][1]
    now = hub.clock()
    candidates = [
        Candidate(each, hub.market.quote(each.con_id, now), hub.market)
        for each in hub.catalogue.definitions
        if each.sec_type == "STK"
        and each.currency == "USD"
        and each.stock_type in types
        and (not exchanges or each.primary_exchange in exchanges)
    ]
    figure = SCAN_CODES[wanted.code][1]
    passing = [
        each
        for each in candidates
        if all(FILTERS[tag](each, value) for tag, value in wanted.filters)
    ]
    passing.sort(key=figure, reverse=True)
    return [each.definition for each in passing[: wanted.rows]]


def req_scanner_subscription(session: Session, request: Request) -> None:
    req_id = request["req_id"]
    refusal = _refuse(session, req_id)
    if refusal is not None:
        session.send_error(req_id, refusal.code, refusal.text)
        return
    try:
        wanted = parse_scan(request)
    except ValueError as error:
        session.send_error(req_id, 162, f"{_SERVICE}{error}")
        return
    _push(session, req_id, wanted)
    session.every((SCANS, req_id), REFRESH_SECONDS, partial(_push, session, req_id, wanted))


def _refuse(session: Session, req_id: int) -> Refusal | None:
    cause = ""
    if session.has_stream((SCANS, req_id)):
        cause = "Duplicate ticker ID for API scanner subscription"
    elif count_streams(session.hub, SCANS) >= MAX_SCANS:
        cause = f"Only {MAX_SCANS} simultaneous API scanner subscriptions are allowed."
    return Refusal(322, f"Error processing request.-'bN' : cause - {cause}") if cause else None


def _push(session: Session, req_id: int, wanted: Scan) -> None:
    found = scan(session, wanted)
    if not found:
        session.send_error(req_id, 165, _NOTHING)
    session.send(scanner_data(req_id, [ScanRow(each) for each in found]))


def cancel_scanner_subscription(session: Session, request: Request) -> None:
    req_id = request["req_id"]
    if session.stop((SCANS, req_id)):
        session.send_error(req_id, 162, f"API scanner subscription cancelled: {req_id}")
    else:
        session.send_error(req_id, 365, f"No scanner subscription found for ticker id:{req_id}")


def req_scanner_parameters(session: Session, _request: Request) -> None:
    session.send(replies.scanner_parameters(parameters_xml()))


def parameters_xml() -> str:
    """What can be scanned for, in the elements of IB's own parameters."""
    instruments = "".join(
        f"<Instrument><name>{name}</name><type>{code}</type></Instrument>"
        for code, (name, _) in INSTRUMENTS.items()
    )
    locations = "".join(
        f"<Location><displayName>{name}</displayName><locationCode>{code}</locationCode></Location>"
        for code, (name, _) in LOCATIONS.items()
    )
    types = "".join(
        f"<ScanType><displayName>{name}</displayName><scanCode>{code}</scanCode>"
        f"<instruments>{','.join(INSTRUMENTS)}</instruments></ScanType>"
        for code, (name, _) in SCAN_CODES.items()
    )
    tags = "".join(
        f"<RangeFilter><AbstractField><code>{tag}</code></AbstractField></RangeFilter>"
        for tag in FILTERS
    )
    return (
        '<?xml version="1.0" encoding="UTF-8"?><ScanParameterResponse>'
        f'<InstrumentList varName="instrumentList">{instruments}</InstrumentList>'
        f'<LocationTree varName="locationTree">{locations}</LocationTree>'
        f'<ScanTypeList varName="scanTypeList">{types}</ScanTypeList>'
        f'<FilterList varName="filterList">{tags}</FilterList></ScanParameterResponse>'
    )


HANDLERS = {
    22: req_scanner_subscription,
    23: cancel_scanner_subscription,
    24: req_scanner_parameters,
}
