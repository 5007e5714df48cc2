"""A desk in relay mode over a hand-written relay, and three people who use it."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from flask import Flask
from flask.testing import FlaskClient

import config
from relay.link import RelayLink
from store.people import People
from tests.relay.fake_relay import TOKEN, FakeRelay, status_form
from tests.store.made_database import open_made_database
from tests.web.visitors import PASSWORD, Browser, Program, cheap_hasher
from web import build_web
from web.relay_seats import relay_desk

EVENT = re.compile(rb"(?:id: (\S*)\n)?event: (\w+)\ndata: (.*)\n\n")


@dataclass
class RelayWorld:
    """alice trades, bob too, charlie only reads; dora is an admin."""

    folder: Path
    relay: FakeRelay = field(default_factory=FakeRelay)
    settings: dict[str, str] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.relay.results.setdefault("status", status_form())
        self.relay.start()
        environment = {"VAR_DIR": str(self.folder), "RELAY_URL": self.relay.url}
        environment |= {"RELAY_TOKEN": TOKEN} | self.settings
        settings = config.load(environment, self.folder / "no.env")
        self.people = People(open_made_database(settings.users_url), cheap_hasher())
        self.link = RelayLink(settings.relay_url, settings.relay_token)
        self.link.start()
        self.desk, self.streams = relay_desk(
            settings, "a secret of the tests", self.people, self.link, "0.1.0"
        )
        self.app: Flask = build_web(self.desk)
        roles = {"alice": "trader", "bob": "trader", "charlie": "viewer", "dora": "admin"}
        self.users = {
            name: self.people.users.add(name, PASSWORD, role) for name, role in roles.items()
        }

    def close(self) -> None:
        self.streams.close()
        self.link.stop()
        self.relay.stop()
        self.people.close()

    def visitor(self, **options: Any) -> FlaskClient:
        return self.app.test_client(**options)

    def program(self, user: str = "alice", scope: str = "") -> Program:
        person = self.users[user]
        return Program(self.visitor(), self.people.keys.new(person, scope or person.scope))

    def browser(self, name: str = "alice") -> Browser:
        browser = Browser(self.visitor())
        assert browser.sign_in(name).status_code == 303
        return browser

    def asked_by(self, user: str) -> list[str]:
        return [one.operation for one in self.relay.asked if one.user == user]


def events_in(data: bytes) -> list[tuple[str, str, str]]:
    """(id, event, data) of each event in what a page has read."""
    return [(i.decode(), kind.decode(), text.decode()) for i, kind, text in EVENT.findall(data)]
