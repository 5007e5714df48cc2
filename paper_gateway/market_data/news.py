"""News: providers, headlines and articles, made up from the seed.

May not pretend to be news: every article says what it is. Each contract has one headline in every
six hours, at an instant and of a provider that the seed decides. An article's id holds its contract
and its place in time, so nothing is kept. The providers are the three that IB gives to everybody;
how many headlines one answer has at most is IB's documented limit.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from itertools import islice

from paper_gateway import news_replies, replies
from paper_gateway.contracts import ContractDefinition
from paper_gateway.news_replies import Headline
from paper_gateway.noise import noise_bytes
from paper_gateway.requests import Request
from paper_gateway.rules import NO_DEFINITION
from paper_gateway.session import Session
from paper_gateway.times import parse_instant

PROVIDERS = (
    ("BRFG", "Briefing.com General Market Columns"),
    ("BRFUPDN", "Briefing.com Analyst Actions"),
    ("DJNL", "Dow Jones Newsletters"),
)
CODES = tuple(code for code, _ in PROVIDERS)
MAX_RESULTS = 300
PLAIN_TEXT = 0
NOT_ALLOWED = "News feed is not allowed."
_SLOT_SECONDS = 21_600
# Headlines begin where the rest of history does.
_FIRST_SLOT = int(datetime(2004, 1, 2, tzinfo=UTC).timestamp()) // _SLOT_SECONDS
_ARTICLE = re.compile(r"([A-Z]+)\$([0-9a-f]{8})([0-9a-f]{6})")
_SENTENCES = (
    "{name} moves with the market",
    "{name} opens a new office",
    "{symbol}: volume near its average",
    "{symbol}: analysts keep their views",
    "{name} to present at a conference",
    "{name} names a new board member",
    "{symbol} among the names in focus",
    "{name} confirms the date of its next report",
)
_BODY = (
    "{headline}.\n\nThis text is made up by a paper gateway. It is about {name} ({symbol}) and "
    "says nothing about it."
)


@dataclass(frozen=True, slots=True)
class Story:
    """One headline: its epoch second, provider code, article id and text."""

    time: int
    provider: str
    article: str
    text: str


def story(seed: int, definition: ContractDefinition, slot: int) -> Story:
    """The story of a contract in one slot of six hours since 1970."""
    noise = noise_bytes(seed, definition.con_id, "news", slot, 4)
    code = CODES[noise[0] % len(CODES)]
    at = slot * _SLOT_SECONDS + int.from_bytes(noise[2:]) % _SLOT_SECONDS
    sentence = _SENTENCES[noise[1] % len(_SENTENCES)]
    text = sentence.format(name=definition.long_name.title(), symbol=definition.symbol)
    return Story(at, code, f"{code}${definition.con_id:08x}{slot:06x}", text)


def stories(
    seed: int, definition: ContractDefinition, since: float, until: float
) -> Iterator[Story]:
    """The stories in (since, until], the latest first."""
    slot = int(until // _SLOT_SECONDS)
    while slot >= _FIRST_SLOT and (slot + 1) * _SLOT_SECONDS > since:
        found = story(seed, definition, slot)
        if since < found.time <= until:
            yield found
        slot -= 1


def headline_frames(req_id: int, found: Iterable[Story], providers: tuple[str, ...]) -> list[bytes]:
    """tickNews of the stories of some providers (all when none is named)."""
    return [
        news_replies.tick_news(
            req_id, Headline(str(each.time * 1000), each.provider, each.article, each.text)
        )
        for each in found
        if not providers or each.provider in providers
    ]


def req_news_providers(session: Session, _request: Request) -> None:
    session.send(replies.news_providers(PROVIDERS))


def req_historical_news(session: Session, request: Request) -> None:
    req_id = request["req_id"]
    definition = session.hub.catalogue.by_con_id(request["con_id"])
    if definition is None:
        session.send_error(req_id, 200, NO_DEFINITION)
        return
    wanted = set(filter(None, re.split(r"[+,]", request["providers"].upper())))
    if not wanted or not wanted <= set(CODES):
        session.send_error(req_id, 10276, NOT_ALLOWED)
        return
    now = session.hub.clock()
    try:
        since, until = _instant(request["start"]) or 0.0, _instant(request["end"]) or now
    except ValueError as error:
        session.refuse(req_id, f"Invalid date: {error}")
        return
    count = min(request["count"], MAX_RESULTS)
    if count <= 0:
        session.refuse(req_id, "Total results must be positive")
        return
    found = stories(session.hub.market.seed, definition, since, min(until, now))
    rows = list(islice((each for each in found if each.provider in wanted), count + 1))
    for each in rows[:count]:
        time = f"{datetime.fromtimestamp(each.time, UTC):%Y-%m-%d %H:%M:%S}.0"
        headline = Headline(time, each.provider, each.article, each.text)
        session.send(news_replies.historical_news(req_id, headline))
    session.send(replies.historical_news_end(req_id, len(rows) > count))


def req_news_article(session: Session, request: Request) -> None:
    req_id = request["req_id"]
    found = _find_article(session, request["provider"].upper(), request["article"])
    if found is None:
        session.send_error(req_id, 10172, "Failed to request news article:No data available")
        return
    definition, each = found
    body = _BODY.format(
        headline=each.text, name=definition.long_name.title(), symbol=definition.symbol
    )
    session.send(news_replies.news_article(req_id, PLAIN_TEXT, body))


def _find_article(
    session: Session, provider: str, article: str
) -> tuple[ContractDefinition, Story] | None:
    parts = _ARTICLE.fullmatch(article)
    if parts is None:
        return None
    definition = session.hub.catalogue.by_con_id(int(parts[2], 16))
    slot = int(parts[3], 16)
    if definition is None or slot < _FIRST_SLOT:
        return None
    found = story(session.hub.market.seed, definition, slot)
    is_told = found.time <= session.hub.clock()
    return (
        (definition, found)
        if is_told and (provider, article) == (found.provider, found.article)
        else None
    )


def _instant(text: str) -> float | None:
    """``2026-01-05 14:30:00.0`` in UTC, or a time as IB writes it elsewhere."""
    plain = text.strip()
    try:
        return datetime.fromisoformat(plain).replace(tzinfo=UTC).timestamp()
    except ValueError:
        return parse_instant(plain)


HANDLERS = {
    84: req_news_article,
    85: req_news_providers,
    86: req_historical_news,
}
