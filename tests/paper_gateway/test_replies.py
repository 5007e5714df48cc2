"""Replies: ib_async's own decoder reads every frame, which has exactly its number of fields."""

from collections.abc import Callable
from typing import Any

import pytest

from paper_gateway import replies
from paper_gateway.contracts import Catalogue
from tests.conformance.codec_ib_async import called
from tests.conformance.reply_samples import REPLIES, ReplySample, agrees
from tests.paper_gateway.wire_client import AAPL, EUR_USD, decoded, messages

CATALOGUE = Catalogue.default()
STOCK = next(each for each in CATALOGUE.definitions if each.con_id == AAPL)
PAIR = next(each for each in CATALOGUE.definitions if each.con_id == EUR_USD)
CONTRACT = replies.contract_fields(STOCK, "NASDAQ")
BAR = ("20260105", 1.0, 4.0, 0.5, 3.0, 900.0, 2.25, 12)
# The ids of everything that TWS sends at these versions.
MESSAGES = {*range(1, 22), *range(45, 48), *range(49, 60), *range(61, 69), *range(71, 108)}


@pytest.mark.parametrize("version", [176, 178])
@pytest.mark.parametrize("row", REPLIES, ids=str)
def test_every_reply_arrives_as_meant(row: ReplySample, version: int) -> None:
    data = row.build(version)
    assert agrees(row.calls, called(version, data))
    assert [len(message) for message in messages(data)] == [row.size_at(version)]


def test_every_message_of_tws_is_in_the_table() -> None:
    told = {int(messages(row.build(178))[0][0]) for row in REPLIES}
    # What stands in test_order_replies: completedOrder has a table of its own.
    assert told | {101} == MESSAGES


def only(data: bytes, count: int, version: int = 178) -> tuple[Any, ...]:
    """The arguments of the one call that a frame with ``count`` fields causes."""
    ((_, arguments),) = decoded(data, version)
    ((message),) = messages(data)
    assert len(message) == count
    return arguments


@pytest.mark.parametrize(("definition", "count"), [(STOCK, 42), (PAIR, 40)])
def test_contract_details_are_complete(definition: Any, count: int) -> None:
    data = replies.contract_details(3, definition, "SMART", ("20260105:0930", "20260105:1000"))
    req_id, details = only(data, count)
    assert (req_id, details.contract.conId) == (3, definition.con_id)
    assert (details.contract.exchange, details.longName) == ("SMART", definition.long_name)
    assert (details.tradingHours, details.liquidHours) == ("20260105:0930", "20260105:1000")
    assert (details.minTick, details.marketRuleIds) == (
        definition.min_tick,
        definition.market_rule_ids,
    )
    assert details.orderTypes == definition.order_types
    assert details.suggestedSizeIncrement == float(definition.suggested_size_increment)


def test_symbol_samples_describe_each_contract() -> None:
    req_id, (first, second) = only(replies.symbol_samples(2, [STOCK, PAIR]), 3 + 2 * 8)
    assert req_id == 2
    assert (first.contract.conId, first.contract.description) == (AAPL, STOCK.long_name)
    assert (second.contract.secType, second.derivativeSecTypes) == ("CASH", [])


def test_historical_bars_come_in_one_frame() -> None:
    data = replies.historical_data(5, "start", "end", [BAR, BAR])
    assert len(messages(data)[0]) == 5 + 2 * 8
    (_, (req_id, bar)), _, (method, ends) = decoded(data)
    assert (req_id, bar.date, bar.open, bar.high) == (5, "20260105", 1.0, 4.0)
    assert (bar.low, bar.close, bar.volume) == (0.5, 3.0, 900.0)
    assert (bar.average, bar.barCount, method, ends) == (
        2.25,
        12,
        "historicalDataEnd",
        (5, "start", "end"),
    )


@pytest.mark.parametrize("build", [lambda text: replies.error(1, 201, text)])
def test_error_texts_are_ascii_on_the_wire(build: Callable[[str], bytes]) -> None:
    assert build("caf\u00e9").isascii()
