"""Spoiled copies of what clients send, by a seed: the same seed spoils in the same way."""

from __future__ import annotations

import random
from collections.abc import Callable, Iterator
from typing import Any

from paper_gateway.contracts import Catalogue
from paper_gateway.order_types import ORDER_TYPES
from paper_gateway.wire import frame
from tests.conformance.codec_ib_async import sent
from tests.conformance.order_samples import ORDERS
from tests.conformance.request_samples import REQUESTS
from tests.paper_gateway.wire_client import AAPL, EUR_USD, HELLO

# One contract of each type, in the currencies that every test market has.
KNOWN = [
    {"class": "Contract", "conId": AAPL, "exchange": "SMART"},
    {"class": "Contract", "conId": EUR_USD, "exchange": "IDEALPRO"},
    *(
        {"class": "Contract", "conId": each.con_id, "exchange": each.exchange}
        for each in {each.sec_type: each for each in Catalogue.default().definitions}.values()
        if each.sec_type not in {"STK", "CASH"} and each.currency == "USD"
    ),
]
START = frame(71, 2, 9, "")
# What breaks careless readers of numbers, dates, counts and texts.
TEXTS = [
    b"", b"0", b"1", b"-1", b"7", b"1000", b"2147483647", b"-2147483648", b"2147483648",
    b"99999999999999999999", b"9223372036854775807", b"0.5", b"-0.0", b"1e308", b"-1e308",
    b"1e-320", b"1e999", b"nan", b"inf", b"-inf", b"Infinity", b"1.7976931348623157E308", b"1_0",
    b" 1", b"\xd9\xa1", b"\xff\xfe", b"x" * 300, b"BAG", b"STK", b"OPT", b"CASH", b"MKT", b"LMT",
    b"TRAIL", b"PEG BEST", b"BUY", b"SELL", b"GTD", b"20260105 10:00:00 US/Eastern", b"99991231",
    b"00010101 00:00:00 UTC", b"20260105-10:00:00", b"99991231-23:59:59", b"00010101-00:00:00",
    b"20991231", b"23:59", b"1 D", b"9999999 Y", b"0 S", b"-5 W",
    b"1 secs", b"5 mins", b"1 month", b"TRADES", b"BID_ASK", b"SCHEDULE", b"{req_id}", b"%s",
    b"265598", b"12087792", b"AAPL", b"SMART",
]  # fmt: skip


def corpus() -> list[bytes]:
    """Every request and every order of the samples as ib_async sends them at 178, and those that
    the gateway can act on: with contracts that it knows, in every order type."""
    samples = [(row.method, row.arguments) for row in REQUESTS]
    samples += [("placeOrder", [41, row.contract, row.order]) for row in ORDERS]
    for contract in KNOWN:
        samples += [
            (row.method, [_known(each, contract) for each in row.arguments]) for row in REQUESTS
        ]
        samples += [("placeOrder", [41, contract, each]) for each in _orders()]
    return [sent(178, method, arguments) for method, arguments in samples]


def _known(argument: Any, contract: dict[str, Any]) -> Any:
    is_contract = isinstance(argument, dict) and argument["class"] == "Contract"
    return contract if is_contract else argument


def _orders() -> Iterator[dict[str, Any]]:
    prices = {"lmtPrice": 100.0, "auxPrice": 1.0, "trailStopPrice": 99.0, "lmtPriceOffset": 0.5}
    for order_type in ORDER_TYPES:
        for tif in ("DAY", "GTC", "IOC", "FOK", "GTD", "OPG"):
            until = "20260205 10:00:00" if tif == "GTD" else ""
            terms = {"orderType": order_type, "tif": tif, "goodTillDate": until}
            yield {"class": "Order", "action": "BUY", "totalQuantity": 3, **prices, **terms}
    plain = {"class": "Order", "action": "SELL", "totalQuantity": 3, "orderType": "LMT", **prices}
    for row in ORDERS:
        yield {**plain, **row.changes}


def spoiled_streams(seed: int, count: int) -> Iterator[bytes]:
    """``count`` byte streams of clients; most begin well enough to be read for a while."""
    chance = random.Random(seed)
    frames = corpus()
    for number in range(count):
        # An order id of its own, or sometimes one that has been used.
        order_id = 3 * number + chance.choice((1, 1, 2, 3, -2))
        messages = [_renumbered(each, order_id) for each in chance.choices(frames, k=3)]
        spoiled = [_spoiled(chance, each) for each in messages]
        opening = HELLO + START
        if chance.random() < 0.05:
            opening = _bytes_changed(chance, opening)
        yield opening + b"".join(spoiled)


def split(chance: random.Random, stream: bytes) -> Iterator[bytes]:
    """The stream in pieces of any size."""
    while stream:
        size = chance.choice((1, 3, 17, 200, len(stream)))
        yield stream[:size]
        stream = stream[size:]


def _spoiled(chance: random.Random, data: bytes) -> bytes:
    spoil = chance.choices(_WAYS, weights=(4, 8, 1, 1, 1, 0.3))[0]
    return spoil(chance, data)


def _untouched(_chance: random.Random, data: bytes) -> bytes:
    return data


def _fields_changed(chance: random.Random, data: bytes) -> bytes:
    fields = data[4:-1].split(b"\0")
    for _ in range(chance.choice((1, 1, 1, 2, 5))):
        fields[chance.randrange(1, max(2, len(fields))) % len(fields)] = chance.choice(TEXTS)
    return _framed(fields)


def _renumbered(data: bytes, order_id: int) -> bytes:
    fields = data[4:-1].split(b"\0")
    return _framed([b"%d" % order_id if each == b"41" else each for each in fields])


def _field_lost(chance: random.Random, data: bytes) -> bytes:
    fields = data[4:-1].split(b"\0")
    start = chance.randrange(len(fields))
    del fields[start : start + chance.choice((1, 1, 99))]
    return _framed(fields)


def _field_added(chance: random.Random, data: bytes) -> bytes:
    fields = data[4:-1].split(b"\0")
    fields.insert(chance.randrange(len(fields) + 1), chance.choice(TEXTS))
    return _framed(fields)


def _bytes_changed(chance: random.Random, data: bytes) -> bytes:
    spoiled = bytearray(data)
    for _ in range(chance.choice((1, 2, 8))):
        spoiled[chance.randrange(len(spoiled))] = chance.randrange(256)
    return bytes(spoiled)


def _length_changed(chance: random.Random, data: bytes) -> bytes:
    length = chance.choice((0, 1, len(data), 0xFFFFFF, 0x1000000, 0xFFFFFFFF))
    return length.to_bytes(4, "big") + data[4:]


def _framed(fields: list[bytes]) -> bytes:
    body = b"\0".join(fields) + b"\0"
    return len(body).to_bytes(4, "big") + body


_WAYS: tuple[Callable[[random.Random, bytes], bytes], ...] = (
    _untouched,
    _fields_changed,
    _field_lost,
    _field_added,
    _bytes_changed,
    _length_changed,
)
