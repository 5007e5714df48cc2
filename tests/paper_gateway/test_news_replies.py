"""News: texts that IB's own client reads as unicode-escape are ASCII on the wire."""

from paper_gateway.news_replies import Headline, historical_news, news_bulletin, tick_news
from tests.paper_gateway.wire_client import messages

HEADLINE = Headline("2026-01-05 10:00:00.0", "BZ", "BZ$1", "Caf\u00e9 opens")


def test_a_bulletin_is_escaped() -> None:
    assert messages(news_bulletin(1, 2, "Caf\u00e9", "NYSE")) == [
        ["14", "1", "1", "2", "Caf\\u00e9", "NYSE"]
    ]


def test_a_headline_reads_the_same_as_it_comes_and_later() -> None:
    ((tick),), ((past),) = (
        messages(tick_news(4, HEADLINE, "K:1")),
        messages(historical_news(4, HEADLINE)),
    )
    assert tick == ["84", "4", *HEADLINE, "K:1"]
    assert past == ["86", "4", *HEADLINE]
