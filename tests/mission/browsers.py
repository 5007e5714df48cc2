"""A browser without a window: it signs in on the desk's own page and keeps its cookie."""

from __future__ import annotations

import http.client
import json
import re
from typing import Any
from urllib.parse import urlencode

from tests.processes import PASSWORD

TOKEN = re.compile(r'<meta name="csrf-token" content="([^"]+)"')
FIELD = re.compile(r'name="csrf_token" value="([^"]+)"')


class Browser:
    """Signed out at first."""

    def __init__(self, port: int) -> None:
        self._port = port
        self.cookie = ""
        self.token = ""

    def sign_in(self, name: str) -> None:
        """Through the form; then it has the token that every page carries."""
        found = FIELD.search(self.fetch("GET", "/login")[1])
        assert found is not None
        form = {"username": name, "password": PASSWORD, "csrf_token": found[1]}
        headers = {"Content-Type": "application/x-www-form-urlencoded"}
        status, text = self.fetch("POST", "/login", urlencode(form), headers)
        assert status == 303, text
        found = TOKEN.search(self.fetch("GET", "/")[1])
        assert found is not None
        self.token = found[1]

    def call(
        self, method: str, path: str, body: Any = None, headers: dict[str, str] | None = None
    ) -> tuple[int, Any]:
        """As a script of the page calls the API: (status, parsed answer)."""
        own = {"X-CSRFToken": self.token, "Content-Type": "application/json"}
        text = None if body is None else json.dumps(body)
        status, answer = self.fetch(method, path, text, own | (headers or {}))
        return status, json.loads(answer)

    def first_event(self, path: str, kind: str = "hello", **fields: Any) -> dict[str, Any]:
        """The data of a stream's first event of that kind with these fields."""
        connection = http.client.HTTPConnection("127.0.0.1", self._port, timeout=60)
        try:
            connection.request("GET", path, headers={"Cookie": self.cookie})
            answer = connection.getresponse()
            assert answer.status == 200
            heard = ""
            while line := answer.readline().decode():
                name, _, value = line.rstrip("\n").partition(": ")
                heard = value if name == "event" else heard
                data: dict[str, Any] = json.loads(value) if name == "data" else {}
                if data and heard == kind and fields.items() <= data.items():
                    return data
            raise AssertionError("the stream has ended")
        finally:
            connection.close()

    def fetch(
        self, method: str, path: str, body: str | None = None, headers: dict[str, str] | None = None
    ) -> tuple[int, str]:
        connection = http.client.HTTPConnection("127.0.0.1", self._port, timeout=60)
        try:
            cookie = {"Cookie": self.cookie} if self.cookie else {}
            connection.request(method, path, body, cookie | (headers or {}))
            answer = connection.getresponse()
            for each in answer.headers.get_all("Set-Cookie", []):
                self.cookie = each.partition(";")[0]
            return answer.status, answer.read().decode()
        finally:
            connection.close()
