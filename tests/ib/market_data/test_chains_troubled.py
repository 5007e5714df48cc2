"""Option chains while something is wrong at TWS: each of the paper gateway's drills."""

from __future__ import annotations

from typing import Any

import pytest

from ib_connector import IBConnector
from tests.conftest import DEADLINE, PaperGateway, Publications, wait_until
from tests.ib.market_data.test_chains import DETAILS, asked, stages
from trading.refusals import NoAnswer, NotConnected, NotFound, TradingError


def codes(chain: dict[str, Any]) -> set[int | None]:
    return {note["code"] for note in chain["notes"]}


def errors(chain: dict[str, Any]) -> set[Any]:
    cells = [row[side] for row in chain["rows"] for side in ("call", "put") if row[side]]
    return {cell["error"] for cell in cells}


def test_strikes_that_ib_lists_no_contract_for_are_holes(
    reader: IBConnector, gateway: PaperGateway
) -> None:
    gateway.drill(missing_definitions=2)
    chain = asked(reader, strikes=6).result(DEADLINE)
    there = [row for row in chain["rows"] if row["call"]]
    holes = [row for row in chain["rows"] if not row["call"]]
    assert len(there) == 6
    assert len(holes) == 5  # every second one, between the six
    assert all(row["put"] is None for row in holes)
    assert (chain["holes"], chain["withoutQuote"], chain["partial"]) == (10, 0, False)


@pytest.mark.parametrize("code", [200, 322])
def test_a_refused_wildcard_leads_to_single_questions(
    reader: IBConnector, gateway: PaperGateway, published: Publications, code: int
) -> None:
    gateway.drill(refuse_wildcards=code, missing_definitions=3)
    chain = asked(reader, strikes=6).result(DEADLINE)
    assert gateway.received(DETAILS) == 1 + 1 + 12
    empty = [row for row in chain["rows"] if row["call"] is None]
    assert (len(chain["rows"]), len(empty), chain["holes"]) == (6, 2, 4)
    assert chain["withoutQuote"] == 0
    assert (code in codes(chain)) is True
    texts = [event["text"] for event in published.of("chain") if event["stage"] == "definitions"]
    assert any("Asking for each option by itself" in text for text in texts)
    assert "Definitions 12 of 12" in texts


def test_when_every_option_is_unknown_it_is_said(
    reader: IBConnector, gateway: PaperGateway
) -> None:
    gateway.drill(missing_definitions=1)
    with pytest.raises(NotFound, match="IB knows none of the options on AAPL"):
        asked(reader, strikes=2).result(DEADLINE)


def test_delayed_data_is_marked_and_noted_once(
    reader: IBConnector, gateway: PaperGateway, published: Publications
) -> None:
    gateway.drill(data_access="delayed")
    chain = asked(reader, strikes=5).result(DEADLINE)
    assert chain["marketDataType"] == chain["underlying"]["marketDataType"] == "delayed"
    assert codes(chain) == {10167}
    assert (chain["withoutQuote"], errors(chain)) == (0, {None})
    assert chain["rows"][2]["call"]["delta"] is not None  # tick 83
    assert [m for m in published.of("message") if m["code"] == 10167] == []


def test_without_a_subscription_each_option_says_so_and_one_note_what_to_do(
    reader: IBConnector, gateway: PaperGateway
) -> None:
    gateway.drill(data_access="none", data_refusal=10089)
    chain = asked(reader, strikes=3).result(DEADLINE)
    assert chain["withoutQuote"] == 6
    assert all("needs a further subscription" in error for error in errors(chain))
    (note,) = [note for note in chain["notes"] if note["code"]]
    assert note["code"] == 10089
    assert note["next"] == "Subscribe to it with IB, or use delayed data"


def test_a_part_of_the_data_is_noted_and_what_comes_is_kept(
    reader: IBConnector, gateway: PaperGateway
) -> None:
    gateway.drill(data_access="part")
    chain = asked(reader, strikes=2).result(DEADLINE)
    assert 10090 in codes(chain)
    assert (chain["withoutQuote"], errors(chain)) == (4, {None})


def test_a_competing_session_is_said(reader: IBConnector, gateway: PaperGateway) -> None:
    gateway.drill(competing_session=True)
    chain = asked(reader, strikes=2).result(DEADLINE)
    assert {10197, None} == codes(chain)
    assert all("Another login of the same user" in error for error in errors(chain))
    gateway.drill(competing_session=False)
    assert asked(reader, strikes=3).result(DEADLINE)["withoutQuote"] == 0


def test_without_a_free_line_each_option_says_so(
    reader: IBConnector, gateway: PaperGateway
) -> None:
    gateway.drill(data_lines=0)
    chain = asked(reader, strikes=1).result(DEADLINE)
    assert 101 in codes(chain)
    assert chain["withoutQuote"] == 2


def test_a_farm_that_breaks_before_the_definitions_is_waited_for(
    reader: IBConnector, gateway: PaperGateway, published: Publications
) -> None:
    asked(reader, "warm", strikes=1, contract={"symbol": "MSFT"}).result(DEADLINE)
    gateway.drill(secdef_broken=True)
    chain = asked(reader, strikes=1)
    wait_until(lambda: [e for e in published.of("chain") if "Waiting up to 20 s" in e["text"]])
    gateway.drill(secdef_broken=False)
    assert chain.result(DEADLINE)["withoutQuote"] == 0


def test_what_is_known_already_needs_no_farm(reader: IBConnector, gateway: PaperGateway) -> None:
    asked(reader, "warm", strikes=1).result(DEADLINE)
    gateway.drill(secdef_broken=True)
    assert asked(reader, strikes=2).result(DEADLINE)["withoutQuote"] == 0


def test_a_lost_connection_leaves_what_had_come_or_says_so(
    reader: IBConnector, gateway: PaperGateway, published: Publications
) -> None:
    chain = asked(reader, strikes=90)
    wait_until(lambda: any(event["cells"] for event in published.of("chain")))
    gateway.drop_connections()
    shown = chain.result(DEADLINE)
    assert shown["partial"] and not shown["cancelled"]
    assert 0 < shown["withoutQuote"] < 180
    assert any("Not every option had answered" in note["text"] for note in shown["notes"])


def test_a_lost_connection_before_anything_is_known_is_an_error(
    reader: IBConnector, gateway: PaperGateway, published: Publications
) -> None:
    gateway.drill(freeze=True)
    chain = asked(reader, strikes=2)
    wait_until(lambda: stages(published) == ["resolving"])
    gateway.drop_connections()
    with pytest.raises((NotConnected, NoAnswer)) as caught:
        chain.result(DEADLINE)
    assert isinstance(caught.value, TradingError)
    assert stages(published)[-1] == "failed"
