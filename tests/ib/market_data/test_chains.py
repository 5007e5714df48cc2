"""Option chains on the paper gateway: who asks, who shares, who stops; and what it costs."""

from __future__ import annotations

from concurrent.futures import Future
from typing import Any

import pytest

from ib_connector import IBConnector
from tests.conftest import DEADLINE, PaperGateway, Publications, wait_until
from trading.contracts import parse_contract
from trading.options import ChainQuestion
from trading.refusals import NotFound, Refused

AAPL = parse_contract({"symbol": "AAPL"})
DETAILS, DATA, PARAMETERS = 9, 1, 78  # message ids


def asked(
    reader: IBConnector, chain_id: str = "one", owner: str = "alice", **question: Any
) -> Future[dict[str, Any]]:
    underlying = parse_contract(question.pop("contract", {"symbol": "AAPL"}))
    return reader.chain(ChainQuestion(underlying, **question), chain_id, owner=owner)


def stages(published: Publications, chain_id: str = "one") -> list[str]:
    """The stages that were told, each once, in their order."""
    told = [event["stage"] for event in published.of("chain") if event["id"] == chain_id]
    return list(dict.fromkeys(told))


def test_a_chain_has_quotes_and_greeks_of_calls_and_puts(reader: IBConnector) -> None:
    chain = asked(reader, strikes=4).result(DEADLINE)
    assert (chain["id"], chain["symbol"], chain["partial"]) == ("one", "AAPL", False)
    assert chain["underlying"]["contract"]["conId"] == 265598
    strikes = [row["strike"] for row in chain["rows"]]
    assert strikes == sorted(strikes) and len(strikes) == 4
    assert strikes[0] < chain["underlying"]["price"] < strikes[-1]
    for row in chain["rows"]:
        assert row["call"]["localSymbol"][12] == "C" and row["put"]["localSymbol"][12] == "P"
        for cell in (row["call"], row["put"]):
            assert 0 < cell["impliedVolatility"] < 3
            assert cell["volume"] is not None and cell["error"] is None
        assert row["put"]["delta"] < 0 < row["call"]["delta"]
    assert (chain["holes"], chain["withoutQuote"], chain["notes"]) == (0, 0, [])
    assert chain["marketDataType"] == "live"


def test_the_usual_expiry_is_the_nearest_with_a_day_to_go(reader: IBConnector) -> None:
    chain = asked(reader, strikes=1).result(DEADLINE)
    days = [one["daysToExpiry"] for one in chain["expiries"]]
    assert days == sorted(days)
    assert chain["daysToExpiry"] == min(day for day in days if day >= 1)


def test_one_wildcard_question_replaces_one_for_each_option(
    reader: IBConnector, gateway: PaperGateway
) -> None:
    before = {kind: gateway.received(kind) for kind in (DETAILS, DATA, PARAMETERS)}
    asked(reader, strikes=10).result(DEADLINE)
    after = {kind: gateway.received(kind) - count for kind, count in before.items()}
    assert (after[DETAILS], after[PARAMETERS]) == (2, 1)
    assert after[DATA] >= 1 + 20  # the price and the snapshots; then open interest begins


def test_progress_is_told_from_stage_to_stage(reader: IBConnector, published: Publications) -> None:
    asked(reader, strikes=3).result(DEADLINE)
    wait_until(lambda: "done" in stages(published))
    assert stages(published)[:5] == ["resolving", "underlying", "definitions", "quotes", "done"]
    cells = {
        (cell["strike"], cell["right"])
        for event in published.of("chain")
        if event["stage"] == "quotes"
        for cell in event["cells"]
    }
    assert len(cells) == 6


def test_open_interest_follows_and_is_kept(reader: IBConnector, published: Publications) -> None:
    asked(reader, strikes=2).result(DEADLINE)

    def told() -> list[dict[str, Any]]:
        return [e for e in published.of("chain") if e["stage"] == "open interest"]

    wait_until(lambda: told() and told()[-1]["done"] == 4)
    cells = [cell["cell"] for event in told() for cell in event["cells"]]
    assert len(cells) == 4 and all(cell["openInterest"] > 0 for cell in cells)
    again = asked(reader, "two", strikes=2).result(DEADLINE)
    assert all(row["call"]["openInterest"] for row in again["rows"])


def test_the_same_chain_again_comes_from_memory(reader: IBConnector, gateway: PaperGateway) -> None:
    first = asked(reader, strikes=2).result(DEADLINE)
    details = gateway.received(DETAILS)
    again = asked(reader, "two", strikes=2).result(DEADLINE)
    assert (again["asOf"], again["id"]) == (first["asOf"], "two")
    assert gateway.received(DETAILS) == details


def test_definitions_are_kept_for_another_look(reader: IBConnector, gateway: PaperGateway) -> None:
    asked(reader, strikes=2).result(DEADLINE)
    details, parameters = gateway.received(DETAILS), gateway.received(PARAMETERS)
    asked(reader, "two", strikes=3).result(DEADLINE)
    assert (gateway.received(DETAILS), gateway.received(PARAMETERS)) == (details, parameters)


def test_two_who_want_the_same_chain_share_it(
    reader: IBConnector, gateway: PaperGateway, published: Publications
) -> None:
    both = [asked(reader, name, name, strikes=30) for name in ("alice", "bob")]
    one, other = (each.result(DEADLINE) for each in both)
    assert one["rows"] == other["rows"]
    assert gateway.received(PARAMETERS) == 1
    assert "quotes" in stages(published, "alice")
    assert "quotes" in stages(published, "bob")


def test_a_lent_chain_is_told_to_nobody(reader: IBConnector, published: Publications) -> None:
    question = ChainQuestion(AAPL, strikes=2)
    chain = reader.chain(question, "lent", owner="others", lent=True).result(DEADLINE)
    assert len(chain["rows"]) == 2
    assert published.of("chain") == []


def test_a_running_chain_can_be_cancelled_and_shows_what_it_has(
    reader: IBConnector, published: Publications
) -> None:
    chain = asked(reader, strikes=90)
    wait_until(lambda: any(event["cells"] for event in published.of("chain")))
    assert reader.stop_chain("one", owner="alice").result(DEADLINE)
    shown = chain.result(DEADLINE)
    assert (shown["cancelled"], shown["partial"]) == (True, True)
    priced = [row for row in shown["rows"] if row["call"]["bid"] is not None]
    assert 0 < len(priced) < len(shown["rows"]) == 90
    assert stages(published)[-1] == "cancelled"
    assert not reader.stop_chain("one", owner="alice").result(DEADLINE)


def test_only_the_own_chain_can_be_cancelled(reader: IBConnector, published: Publications) -> None:
    chain = asked(reader, strikes=90)
    wait_until(lambda: "quotes" in stages(published))
    assert not reader.stop_chain("one", owner="bob").result(DEADLINE)
    assert reader.stop_chain("one", owner="alice").result(DEADLINE)
    assert chain.result(DEADLINE)["cancelled"]


def test_whoever_shares_a_cancelled_chain_has_all_of_it(
    reader: IBConnector, published: Publications
) -> None:
    alices, bobs = (asked(reader, name, name, strikes=40) for name in ("alice", "bob"))
    wait_until(lambda: "quotes" in stages(published, "bob"))
    assert reader.stop_chain("alice", owner="alice").result(DEADLINE)
    assert alices.result(DEADLINE)["cancelled"]
    whole = bobs.result(DEADLINE)
    assert (whole["cancelled"], whole["partial"], whole["withoutQuote"]) == (False, False, 0)


@pytest.mark.parametrize(
    ("question", "kind", "said"),
    [
        ({"contract": {"symbol": "NOSUCH"}}, NotFound, "no contract NOSUCH"),
        ({"contract": {"symbol": "EUR", "secType": "CASH"}}, Refused, "stocks and indices"),
        ({"expiry": "20200117"}, Refused, "The expiry 20200117 has passed"),
        ({"expiry": "20991231"}, NotFound, "lists no options on AAPL that expire on 20991231"),
        ({"trading_class": "XYZ"}, NotFound, "no options of class XYZ: there is AAPL"),
    ],
)
def test_what_cannot_be_meant_is_said_in_words(
    reader: IBConnector, question: dict[str, Any], kind: type[Exception], said: str
) -> None:
    with pytest.raises(kind, match=said):
        asked(reader, **question).result(DEADLINE)


def test_a_stock_without_options_is_said_in_words(reader: IBConnector) -> None:
    stock = {"symbol": "SHOP", "exchange": "SMART", "currency": "CAD"}
    with pytest.raises(NotFound, match="IB lists no options on SHOP"):
        asked(reader, contract=stock).result(DEADLINE)
