"""Encoders of every reply that is not about an order: values in, one frame out.

May not decide what to send. Each function writes exactly the fields of IB's text protocol at
server versions 176 to 178: one field more or less and a client's decoder drops the message.
"""

from collections.abc import Iterable, Mapping, Sequence
from types import MappingProxyType

from paper_gateway.contracts import ContractDefinition
from paper_gateway.wire import escape, frame, frame_list, frame_text, number

Rows = Iterable[Sequence[object]]


def contract_fields(definition: ContractDefinition, exchange: str) -> str:
    """The 11 contract fields of positions and executions, NUL-terminated."""
    d = definition
    return (
        f"{d.con_id}\0{d.symbol}\0{d.sec_type}\0{d.last_trade_date}\0{float(d.strike)}\0{d.right}\0"
        f"{d.multiplier}\0{exchange}\0{d.currency}\0{d.local_symbol}\0{d.trading_class}\0"
    )


# Session


def managed_accounts(accounts: str) -> bytes:
    return frame(15, 1, accounts)


def next_valid_id(order_id: int) -> bytes:
    return frame(9, 1, order_id)


def error(req_id: int, code: int, text: str, reject_json: str = "") -> bytes:
    """``reject_json`` is IB's advancedOrderRejectJson; ``req_id`` is -1 for a system message."""
    return frame_text(f"4\x002\0{req_id}\0{code}\0{escape(text)}\0{escape(reject_json)}\0")


def current_time(epoch_seconds: int) -> bytes:
    return frame(49, 1, epoch_seconds)


# Account


def account_value(tag: str, value: str, currency: str, account: str) -> bytes:
    return frame_text(f"6\x002\0{tag}\0{value}\0{currency}\0{account}\0")


def account_update_time(hour_minute: str) -> bytes:
    return frame(8, 1, hour_minute)


def account_download_end(account: str) -> bytes:
    return frame(54, 1, account)


def portfolio_value(
    definition: ContractDefinition, numbers: Sequence[float], account: str
) -> bytes:
    """``numbers``: position, price, value, average cost, unrealized and realized P&L.

    The eighth contract field is the primary exchange here, unlike in every other message.
    """
    d = definition
    values = "\0".join(map(number, numbers))
    return frame_text(
        f"7\x008\0{d.con_id}\0{d.symbol}\0{d.sec_type}\0{d.last_trade_date}\0{number(d.strike)}\0"
        f"{d.right or '0'}\0{d.multiplier}\0{d.primary_exchange}\0{d.currency}\0{d.local_symbol}\0"
        f"{d.trading_class}\0{values}\0{account}\0"
    )


def position(account: str, contract: str, quantity: float, average_cost: float) -> bytes:
    return frame_text(f"61\x003\0{account}\0{contract}{number(quantity)}\0{number(average_cost)}\0")


def position_end() -> bytes:
    return frame(62, 1)


def position_multi(
    req_id: int, account: str, contract: str, quantity: float, average_cost: float, model: str = ""
) -> bytes:
    return frame_text(
        f"71\x001\0{req_id}\0{account}\0{contract}{number(quantity)}\0{number(average_cost)}\0"
        f"{model}\0"
    )


def position_multi_end(req_id: int) -> bytes:
    return frame(72, 1, req_id)


def account_update_multi(
    req_id: int, account: str, tag: str, value: str, currency: str, model: str = ""
) -> bytes:
    return frame_text(f"73\x001\0{req_id}\0{account}\0{model}\0{tag}\0{value}\0{currency}\0")


def account_update_multi_end(req_id: int) -> bytes:
    return frame(74, 1, req_id)


def account_summary(req_id: int, account: str, tag: str, value: str, currency: str) -> bytes:
    return frame_text(f"63\x001\0{req_id}\0{account}\0{tag}\0{value}\0{currency}\0")


def account_summary_end(req_id: int) -> bytes:
    return frame(64, 1, req_id)


def pnl(req_id: int, daily: float, unrealized: float, realized: float) -> bytes:
    return frame_text(f"94\0{req_id}\0{daily:.6f}\0{unrealized:.6f}\0{realized:.6f}\0")


def pnl_single(req_id: int, quantity: float, numbers: Sequence[float]) -> bytes:
    """``numbers``: daily, unrealized and realized P&L, and the value of the position."""
    values = "\0".join(f"{value:.6f}" for value in numbers)
    return frame_text(f"95\0{req_id}\0{number(quantity)}\0{values}\0")


# Reference data


def contract_details(
    req_id: int, d: ContractDefinition, exchange: str, hours: tuple[str, str]
) -> bytes:
    """One row; ``hours`` are the trading hours and the liquid hours as IB writes them.

    Recorded rows of futures have the last trade time and its zone in the field of the date.
    """
    ends = d.last_trade_date
    if d.sec_type in {"FUT", "FOP"}:
        ends = f"{d.last_trade_date} {d.last_trade_time} {d.time_zone_id}"
    head = [
        10, req_id, d.symbol, d.sec_type, ends, number(d.strike), d.right, exchange, d.currency,
        d.local_symbol, d.market_name, d.trading_class, d.con_id, number(d.min_tick), d.multiplier,
        d.order_types, d.valid_exchanges, d.price_magnifier, d.under_con_id, escape(d.long_name),
        d.primary_exchange, d.contract_month, d.industry, d.category, d.subcategory,
        d.time_zone_id, *hours, "", 0,
    ]  # fmt: skip
    ids = ["1", "ISIN", d.isin] if d.isin else ["0"]
    tail = [
        1, d.under_symbol, d.under_sec_type, d.market_rule_ids, d.last_trade_date, d.stock_type,
        d.min_size, d.size_increment, d.suggested_size_increment,
    ]  # fmt: skip
    return frame_list(head, [ids, tail])


def contract_details_end(req_id: int) -> bytes:
    return frame(52, 1, req_id)


def symbol_samples(
    req_id: int,
    definitions: Sequence[ContractDefinition],
    derivatives: Mapping[int, Sequence[str]] = MappingProxyType({}),
) -> bytes:
    """``derivatives``: the secTypes of what is derived from a contract, by conId."""
    rows = []
    for d in definitions:
        types = derivatives.get(d.con_id, ())
        head = (d.con_id, d.symbol, d.sec_type, d.primary_exchange, d.currency, len(types))
        # The last field is the issuer's id, which only bonds have.
        rows.append((*head, *types, escape(d.long_name), ""))
    return frame_list((79, req_id, len(rows)), rows)


def market_rule(rule_id: int, increments: Sequence[tuple[float, float]]) -> bytes:
    rows = [(number(low_edge), number(increment)) for low_edge, increment in increments]
    return frame_list((93, rule_id, len(rows)), rows)


def family_codes(rows: Sequence[tuple[str, str]]) -> bytes:
    return frame_list((78, len(rows)), rows)


def soft_dollar_tiers(req_id: int, tiers: Sequence[tuple[str, str, str]] = ()) -> bytes:
    """Rows: name, value, display name."""
    return frame_list((77, req_id, len(tiers)), tiers)


def depth_exchanges(rows: Sequence[tuple[str, str, str, str, int]]) -> bytes:
    """Rows: exchange, secType, listing exchange, service data type, aggregation group."""
    return frame_list((80, len(rows)), rows)


def smart_components(req_id: int, rows: Sequence[tuple[int, str, str]]) -> bytes:
    """Rows: bit number, exchange, exchange letter."""
    return frame_list((82, req_id, len(rows)), rows)


def option_parameters_end(req_id: int) -> bytes:
    return frame(76, req_id)


def news_providers(rows: Sequence[tuple[str, str]]) -> bytes:
    return frame_list((85, len(rows)), rows)


def historical_news_end(req_id: int, has_more: bool = False) -> bytes:
    return frame(87, req_id, int(has_more))


def scanner_parameters(xml: str) -> bytes:
    return frame(19, 1, escape(xml))


def verify_completed(text: str) -> bytes:
    return frame(66, 1, 0, text)


def display_groups(req_id: int, groups: str) -> bytes:
    return frame(67, 1, req_id, groups)


def display_group_updated(req_id: int, contract_info: str) -> bytes:
    return frame(68, 1, req_id, contract_info)


def user_info(req_id: int, white_branding_id: str) -> bytes:
    return frame(107, req_id, white_branding_id)


# Market data


def market_data_type(req_id: int, kind: int) -> bytes:
    return frame(58, 1, req_id, kind)


def tick_parameters(req_id: int, min_tick: float, bbo_exchange: str) -> bytes:
    """3 is the permission "snapshots allowed" that TWS reports."""
    return frame(81, req_id, number(min_tick), bbo_exchange, 3)


def tick_price(req_id: int, kind: int, price: float, size: float, mask: int = 0) -> bytes:
    return frame_text(f"1\x006\0{req_id}\0{kind}\0{number(price)}\0{number(size)}\0{mask}\0")


def tick_size(req_id: int, kind: int, size: float) -> bytes:
    return frame_text(f"2\x006\0{req_id}\0{kind}\0{number(size)}\0")


def tick_generic(req_id: int, kind: int, value: float) -> bytes:
    return frame_text(f"45\x006\0{req_id}\0{kind}\0{number(value)}\0")


def tick_string(req_id: int, kind: int, value: str) -> bytes:
    return frame_text(f"46\x006\0{req_id}\0{kind}\0{value}\0")


def tick_snapshot_end(req_id: int) -> bytes:
    return frame(57, 1, req_id)


BarRow = tuple[str, float, float, float, float, float, float, int]
"""date, open, high, low, close, volume, weighted average price, count of trades"""


def historical_data(req_id: int, start: str, end: str, bars: Sequence[BarRow]) -> bytes:
    rows = [(bar[0], *map(number, bar[1:7]), bar[7]) for bar in bars]
    return frame_list((17, req_id, start, end, len(rows)), rows)


def historical_data_update(req_id: int, bar: BarRow) -> bytes:
    """In an order of its own: count, date, open, close, high, low, average, volume."""
    date, open_, high, low, close, volume, average, count = bar
    numbers = "\0".join(map(number, (open_, close, high, low, average, volume)))
    return frame_text(f"90\0{req_id}\0{count}\0{date}\0{numbers}\0")


def realtime_bar(req_id: int, epoch_seconds: int, bar: BarRow) -> bytes:
    numbers = "\0".join(map(number, bar[1:7]))
    return frame_text(f"50\x003\0{req_id}\0{epoch_seconds}\0{numbers}\0{bar[7]}\0")


def historical_schedule(
    req_id: int, span: tuple[str, str], time_zone: str, sessions: Rows
) -> bytes:
    """Rows: start, end, reference date."""
    rows = list(sessions)
    return frame_list((106, req_id, *span, time_zone, len(rows)), rows)


def head_timestamp(req_id: int, text: str) -> bytes:
    return frame(88, req_id, text)


def histogram(req_id: int, rows: Sequence[tuple[float, int]]) -> bytes:
    return frame_list((89, req_id, len(rows)), [(number(price), size) for price, size in rows])
