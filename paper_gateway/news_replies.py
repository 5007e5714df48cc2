"""Encoders of the replies about news: bulletins, headlines, articles.

May not decide what to send. historicalNewsEnd and newsProviders stand in replies.
"""

from typing import NamedTuple

from paper_gateway.wire import escape, frame


class Headline(NamedTuple):
    """``time`` is epoch milliseconds in a tick, ``YYYY-MM-DD HH:MM:SS.0`` in an answer."""

    time: str
    provider: str
    article: str
    text: str


def news_bulletin(bulletin_id: int, kind: int, text: str, exchange: str) -> bytes:
    """``kind``: 1 a message, 2 an exchange is not available, 3 it is available again."""
    return frame(14, 1, bulletin_id, kind, escape(text), exchange)


def news_article(req_id: int, kind: int, text: str) -> bytes:
    """``kind``: 0 plain text or HTML, 1 a PDF in base64."""
    return frame(83, req_id, kind, text)


def tick_news(req_id: int, headline: Headline, extra: str = "") -> bytes:
    return frame(84, req_id, *headline, extra)


def historical_news(req_id: int, headline: Headline) -> bytes:
    return frame(86, req_id, *headline)
