"""News: providers, headlines page by page, and articles."""

import pytest

from paper_gateway.contracts import Catalogue
from paper_gateway.market_data.news import CODES, stories
from tests.paper_gateway.market_data.market_desk import AAPL_ID, MarketDesk, errors
from tests.paper_gateway.wire_client import NOON, Message, WireClient

ALL = "+".join(CODES)
DAY = 86_400.0


@pytest.fixture
def client() -> WireClient:
    return MarketDesk().connect()


def asked(
    client: WireClient, providers: str = ALL, start: str = "", end: str = "", count: int = 10
) -> list[Message]:
    return client.send(86, 5, AAPL_ID, providers, start, end, count, "")


def test_the_providers_are_those_that_everybody_gets(client: WireClient) -> None:
    ((message),) = client.send(85)
    assert message[:3] == ["85", "3", "BRFG"]
    assert message[2::2] == list(CODES)


def test_headlines_come_latest_first_with_an_end(client: WireClient) -> None:
    found = asked(client)
    *rows, end = found
    assert [row[0] for row in rows] == ["86"] * 10
    assert end == ["87", "5", "1"]
    times = [row[2] for row in rows]
    assert times == sorted(times, reverse=True)
    assert times[0].startswith("2026-01-05 ")
    assert times[0].endswith(".0")
    assert all("Apple Inc" in row[5] or "AAPL" in row[5] for row in rows)


def test_the_next_page_goes_on_where_the_last_one_ended(client: WireClient) -> None:
    first = asked(client, count=4)[:-1]
    # The end is inclusive: the last headline of one page is the first of the next.
    second = asked(client, end=first[-1][2], count=4)[:-1]
    whole = asked(client, count=7)[:-1]
    assert first + second[1:] == whole


def test_a_page_that_holds_everything_says_so(client: WireClient) -> None:
    start, end = "2026-01-03 00:00:00.0", "2026-01-04 00:00:00.0"
    *rows, last = asked(client, start=start, end=end)
    assert (len(rows), last) == (4, ["87", "5", "0"])
    assert all("2026-01-03" in row[2] for row in rows)


def test_headlines_of_one_provider_alone(client: WireClient) -> None:
    rows = asked(client, "BRFG", count=5)[:-1]
    assert [row[3] for row in rows] == ["BRFG"] * 5
    assert all(row[4].startswith("BRFG$") for row in rows)


def test_an_article_is_found_by_its_id_and_says_what_it_is(client: WireClient) -> None:
    row = asked(client, count=1)[0]
    ((article),) = client.send(84, 6, row[3], row[4], "")
    assert article[:3] == ["83", "6", "0"]
    assert article[3].startswith(row[5])
    assert "made up by a paper gateway" in article[3]


@pytest.mark.parametrize(
    "article",
    ["", "BRFG", "BRFG$0", "BRFG$00040d7e000000", "BRFG$ffffffff00ffff", "DJNL$00040d7effffff"],
)
def test_an_article_that_does_not_exist_is_refused(client: WireClient, article: str) -> None:
    found = client.send(84, 6, article[:4], article, "")
    assert errors(found) == [("10172", "Failed to request news article:No data available")]


def test_an_article_of_the_future_is_not_there_yet(client: WireClient) -> None:
    catalogue = Catalogue.default()
    apple = catalogue.by_con_id(AAPL_ID)
    assert apple is not None
    coming = next(stories(1, apple, NOON + DAY, NOON + 2 * DAY))
    assert errors(client.send(84, 6, coming.provider, coming.article, ""))[0][0] == "10172"


@pytest.mark.parametrize(
    ("con_id", "providers", "start", "count", "code"),
    [
        (1, ALL, "", 10, "200"),
        (AAPL_ID, "BZ", "", 10, "10276"),
        (AAPL_ID, "", "", 10, "10276"),
        (AAPL_ID, ALL, "yesterday", 10, "321"),
        (AAPL_ID, ALL, "", 0, "321"),
    ],
)
def test_what_makes_no_sense_is_refused(
    client: WireClient, con_id: int, providers: str, start: str, count: int, code: str
) -> None:
    found = client.send(86, 5, con_id, providers, start, "", count, "")
    assert [each for each, _ in errors(found)] == [code]


def test_an_answer_has_three_hundred_headlines_at_most(client: WireClient) -> None:
    assert len(asked(client, count=1000)) == 301


def test_the_same_seed_tells_the_same_news() -> None:
    assert asked(MarketDesk().connect()) == asked(MarketDesk().connect())
