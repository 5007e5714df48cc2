"""A desk whose people are in PostgreSQL, also while PostgreSQL is away for a while."""

from __future__ import annotations

import re
import urllib.error
import urllib.request
from collections.abc import Iterator
from http.cookiejar import CookieJar
from pathlib import Path
from urllib.parse import urlencode

import pytest

from tests.postgres import Postgres, running_postgres
from tests.processes import PASSWORD, RunningDesk, desk, until

ORDER = {"action": "BUY", "totalQuantity": 1, "orderType": "LMT", "lmtPrice": 1.0, "tif": "GTC"}
BODY = {"contract": {"symbol": "AAPL"}, "order": ORDER, "wait": "ack"}


@pytest.fixture
def server() -> Iterator[Postgres]:
    with running_postgres() as server:
        yield server


def sign_in(desk: RunningDesk, password: str = PASSWORD) -> tuple[int, str]:
    """Sign in as the admin with a new browser: status and text of the page that it ends at."""
    browser = urllib.request.build_opener(urllib.request.HTTPCookieProcessor(CookieJar()))
    with browser.open(f"{desk.url}/login", timeout=60) as page:
        token = re.search(r'name="csrf_token" value="([^"]+)"', page.read().decode())
    assert token is not None
    fields = {"username": "admin", "password": password, "csrf_token": token[1]}
    try:
        with browser.open(f"{desk.url}/login", urlencode(fields).encode(), timeout=60) as answer:
            return answer.status, answer.read().decode()
    except urllib.error.HTTPError as error:
        with error:
            return error.code, error.read().decode()


def test_orders_and_cancels_go_on_while_postgresql_is_away(
    server: Postgres, tmp_path: Path
) -> None:
    url = server.new_database()
    with desk(tmp_path, DATABASE_URL=url, PAPER_SLEEP="0") as running:
        assert sign_in(running)[0] == 200
        assert running.call("GET", "/api/v1/positions")[0] == 200
        server.stop()
        status, page = sign_in(running)
        assert (status, "The database" in page, "Traceback" in page) == (503, True, False)
        placed, order = running.call("POST", "/api/v1/orders", BODY)
        assert placed == 201, order
        path = f"/api/v1/orders/{order['clientOrderId']}"
        assert running.call("GET", path)[0] == 200
        assert running.call("DELETE", path)[0] in (200, 202)
        until(lambda: running.call("GET", path)[1]["state"] == "cancelled", "it is cancelled")
        server.start()
        until(lambda: sign_in(running)[0] == 200, "people can sign in again")
        assert not (tmp_path / "desk.db").exists()
