"""How the checklist asks a desk or a relay: plain HTTP on loopback, as any program would."""

from __future__ import annotations

import http.client
import json
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, TypeVar

from checklist.findings import Failed

T = TypeVar("T")
HOST = "127.0.0.1"
HTTP_SECONDS = 60.0
LOOK_AGAIN_SECONDS = 0.05


@dataclass(frozen=True, slots=True)
class Answer:
    """An HTTP answer; `body` is parsed JSON, or an empty object when it was something else."""

    status: int
    body: dict[str, Any]

    @property
    def error(self) -> str:
        return str(self.body.get("error", ""))

    def __str__(self) -> str:
        return f"HTTP {self.status} {self.error or self.body.get('state', '')}".strip()


class Asker:
    """Somebody who asks at one address; without a key it is nobody."""

    def __init__(self, port: int, key: str = "") -> None:
        self.port = port
        self._headers = {"Content-Type": "application/json"}
        if key:
            self._headers["Authorization"] = f"Bearer {key}"

    def get(self, path: str) -> Answer:
        return self.call("GET", path)

    def post(self, path: str, body: object) -> Answer:
        return self.call("POST", path, json.dumps(body))

    def call(
        self, method: str, path: str, body: str | None = None, more: Mapping[str, str] | None = None
    ) -> Answer:
        """One request; Failed when the program does not answer at all."""
        connection = http.client.HTTPConnection(HOST, self.port, timeout=HTTP_SECONDS)
        try:
            connection.request(method, path, body, {**self._headers, **(more or {})})
            answer = connection.getresponse()
            return Answer(answer.status, _parsed(answer.read()))
        except (OSError, http.client.HTTPException) as error:
            raise Failed("The checklist's own program does not answer", detail=str(error)) from None
        finally:
            connection.close()

    def is_there(self, path: str) -> bool:
        try:
            return self.get(path).status == 200
        except Failed:
            return False


def until(condition: Callable[[], T], seconds: float) -> T:
    """The first true value of the condition, or its last one when the time is over."""
    deadline = time.monotonic() + seconds
    while not (value := condition()) and time.monotonic() < deadline:
        time.sleep(LOOK_AGAIN_SECONDS)
    return value


def _parsed(raw: bytes) -> dict[str, Any]:
    try:
        value = json.loads(raw)
    except ValueError:
        return {}
    return value if isinstance(value, dict) else {}
