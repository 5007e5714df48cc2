"""What nodes say to each other, as JSON objects and back. They trust each other (see seals)."""

from __future__ import annotations

from typing import Any

from relay.answers import Answer, Result, Unknown
from relay.directory import Entry, News
from relay.post import Head
from trading.refusal_forms import from_form, to_form

AGENT_FIELDS = ("connected", "since", "label", "version", "mode", "latencyMs", "reason")


def entry_form(entry: Entry) -> dict[str, Any]:
    return {
        "user": entry.user,
        "epoch": entry.epoch,
        "shares": entry.shares,
        "row": entry.row,
    }


def entry_of(form: dict[str, Any]) -> Entry:
    return Entry(form["user"], form["epoch"], form["shares"], form["row"])


def news_form(news: News) -> Head:
    name = {"boot": news.boot, "name": news.name, "number": news.number}
    return {"t": "news", **name, "entry": entry_form(news.entry)}


def news_of(head: Head) -> News:
    return News(head["boot"], head["name"], head["number"], entry_of(head["entry"]))


def answer_form(answer: Answer) -> tuple[Head, bytes]:
    """Head and body: a result stays the JSON that it is."""
    if isinstance(answer, Result):
        return {"is": "result", "own": answer.is_own, "feed": answer.feed}, answer.json.encode()
    if isinstance(answer, Unknown):
        return {"is": "unknown", "clientOrderId": answer.client_order_id}, b""
    return {"is": "error", "form": to_form(answer)}, b""


def answer_of(head: Head, body: bytes) -> Answer:
    if head["is"] == "result":
        return Result(body.decode(), head["own"], head["feed"])
    if head["is"] == "unknown":
        return Unknown(head["clientOrderId"])
    return from_form(head["form"])


def picture_of(row: dict[str, Any]) -> dict[str, Any]:
    """What pages show of an agent, from its row in the admin's list."""
    return {name: row[name] for name in AGENT_FIELDS}
