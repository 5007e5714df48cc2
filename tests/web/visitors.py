"""Who calls the desk in these tests, and the desk that they call."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pyotp
from argon2 import PasswordHasher
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import Engine
from werkzeug.test import TestResponse

import config
from engine.status import Gateway
from engine.watch import Watch
from store.first_run import FirstRun
from store.people import People
from store.second_factor import STEP_SECONDS, SecondFactor
from store.settings_file import SettingsFile
from tests.fakes import (
    FakeChecklists,
    FakeClock,
    FakeLoop,
    FakeOrderDesk,
    FakeReader,
    FakeTester,
)
from tests.store.made_database import open_made_database
from web import build_web
from web.desk import Desk, SetUp
from web.rate_limits import SignInLimits
from web.stream import Stream

PASSWORD = "correct horse"
CSRF_FIELD = re.compile(r'name="csrf_token" value="([^"]+)"')
SECRET = re.compile(r'id="totp-secret">([A-Z2-7 ]+)<')
FACTOR_TIME = 1_800_000_000.0
ORDER = {"action": "BUY", "totalQuantity": 100, "orderType": "MKT"}
BODY = {"contract": {"symbol": "AAPL"}, "order": ORDER}


def cheap_hasher() -> PasswordHasher:
    """argon2 in microseconds: these tests are not about its strength."""
    return PasswordHasher(time_cost=1, memory_cost=8, parallelism=1)


def code(secret: str, step: int = 0) -> str:
    """What an authenticator app shows at the second factor's time, or a step before or after."""
    return pyotp.TOTP(secret).at(int(FACTOR_TIME) + step * STEP_SECONDS)


def data(answer: TestResponse) -> Any:
    """The JSON of an answer."""
    return answer.json


@dataclass
class World:
    """One desk over fakes, with everything a test may turn."""

    folder: Path
    settings: dict[str, str] = field(default_factory=dict)
    reader: FakeReader = field(default_factory=FakeReader)
    order_desk: FakeOrderDesk = field(default_factory=FakeOrderDesk)
    loop: FakeLoop = field(default_factory=FakeLoop)
    clock: FakeClock = field(default_factory=FakeClock)
    checklists: FakeChecklists = field(default_factory=FakeChecklists)
    tester: FakeTester = field(default_factory=FakeTester)

    def __post_init__(self) -> None:
        environment = {"VAR_DIR": str(self.folder), "IB_PORT": "7497"} | self.settings
        settings = config.load(environment, self.folder / "no.env")
        self.engine: Engine = open_made_database(settings.users_url)
        self.people = People(self.engine, cheap_hasher())
        # Its time stands still, so that no code grows old while a test runs.
        self.people.second_factor = SecondFactor(self.engine, lambda: FACTOR_TIME)
        self.users = self.people.users
        self.stream = Stream(settings.max_streams, check_seconds=0.01, boot="b3f1")
        self.desk = Desk(
            settings=settings,
            secret_key="a secret of the tests",
            reader=self.reader,
            order_desk=self.order_desk,
            stream=self.stream,
            people=self.people,
            gateway=Gateway("127.0.0.1", 7497, embedded=True),
            loops=[self.loop],
            watch=Watch(self.reader, self.order_desk),
            version="0.1.0",
            sign_in_limits=SignInLimits(self.engine, self.clock),
            checklists=self.checklists,
            set_up=SetUp(
                SettingsFile(self.folder / ".env", environment),
                FirstRun(self.folder),
                self.tester,
            ),
        )
        self.app: Flask = build_web(self.desk)
        self.alice = self.users.add("alice", PASSWORD, "admin")

    def audited(self, what: str = "") -> list[tuple[str, str, str, str]]:
        """(who, what, target, outcome) of what was written so far, the oldest first."""
        assert self.people.audit_writer.flush(5)
        found = reversed(self.people.audit.newest(what=what))
        return [(one.who, one.what, one.target, one.outcome) for one in found]

    def close(self) -> None:
        self.stream.close()
        self.people.close()

    def visitor(self, **options: Any) -> FlaskClient:
        """Somebody without cookies or keys."""
        return self.app.test_client(**options)

    def program(self, scope: str = "trade") -> Program:
        return Program(self.visitor(use_cookies=False), self.desk.keys.new(self.alice, scope))

    def browser(self, name: str = "alice") -> Browser:
        browser = Browser(self.visitor())
        assert browser.sign_in(name).status_code == 303
        return browser


@dataclass
class Program:
    """A script with an API key and no cookies."""

    client: FlaskClient
    key: str

    def call(self, method: str, path: str, **options: Any) -> TestResponse:
        headers = {"Authorization": f"Bearer {self.key}"} | options.pop("headers", {})
        return self.client.open(path, method=method, headers=headers, **options)

    def get(self, path: str) -> TestResponse:
        return self.call("GET", path)

    def post(self, path: str, body: object, **headers: str) -> TestResponse:
        return self.call("POST", path, json=body, headers=headers)

    def delete(self, path: str) -> TestResponse:
        return self.call("DELETE", path)


@dataclass
class Browser:
    """A browser on the sign-in page, then signed in."""

    client: FlaskClient

    def token(self, path: str = "/login") -> str:
        found = CSRF_FIELD.search(self.client.get(path).text)
        assert found is not None
        return found[1]

    def sign_in(self, name: str = "alice", password: str = PASSWORD, **form: str) -> TestResponse:
        token = self.token()
        fields = {"username": name, "password": password, "csrf_token": token} | form
        return self.client.post("/login", data=fields)

    def call(self, method: str, path: str, **options: Any) -> TestResponse:
        headers = {"X-CSRFToken": self.token("/")} | options.pop("headers", {})
        return self.client.open(path, method=method, headers=headers, **options)

    def get(self, path: str) -> TestResponse:
        return self.client.get(path)

    def send(self, path: str, **fields: str) -> TestResponse:
        """Send a form, with the token of the page that everybody signed in has."""
        return self.client.post(path, data={"csrf_token": self.token("/me")} | fields)

    def enrol(self) -> str:
        """Switch the second factor on; returns the secret. The step of now is not used up."""
        page = self.send("/me/second-factor").text
        found = SECRET.search(page)
        assert found is not None
        secret = found[1].replace(" ", "")
        assert self.send("/me/second-factor/confirm", code=code(secret, -1)).status_code == 200
        return secret
