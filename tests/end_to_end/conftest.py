"""The product as a person meets it: real processes, real sockets, a real browser."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

import pytest
from playwright.sync_api import Browser, Page, sync_playwright

from tests.end_to_end.trader import Trader
from tests.processes import Gateway, RunningDesk, desk, paper_gateway

Scheme = Literal["dark", "light"]
LOOKS: list[tuple[Scheme, int, int]] = [
    ("dark", 1440, 900),
    ("light", 1440, 900),
    ("dark", 390, 844),
    ("light", 390, 844),
]
CHROMIUM = "/usr/bin/chromium"
# Chromium looks for its maker's hosts at every start unless told otherwise.
FLAGS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Browser tests come last: Playwright keeps a loop running in the main thread from then on.

    Of them the walk is the first: begun last, it would leave the other process without work.
    """
    items.sort(
        key=lambda item: "end_to_end" in str(item.path) and 2 - (item.path.stem == "test_walk")
    )


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    with sync_playwright() as playwright:
        started = playwright.chromium.launch(executable_path=CHROMIUM, args=FLAGS)
        yield started
        started.close()


@pytest.fixture
def page(browser: Browser) -> Iterator[Page]:
    """A page at a desk's usual size, as of somebody who has never been here."""
    context = browser.new_context(viewport={"width": 1440, "height": 900})
    yield context.new_page()
    context.close()


@pytest.fixture(scope="session")
def a_desk(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningDesk]:
    """A desk with its own paper gateway, shared by the tests that only look."""
    var_dir: Path = tmp_path_factory.mktemp("desk")
    with desk(var_dir, PAPER_SLEEP="0.1,0.2,0.1") as running:
        yield running


@dataclass(frozen=True, slots=True)
class Market:
    """A desk whose TWS can be told to have a bad day."""

    gateway: Gateway
    desk: RunningDesk


@pytest.fixture(scope="session")
def a_market(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Market]:
    folder = tmp_path_factory.mktemp("market")
    with (
        paper_gateway(folder / "gateway", latency_ms=20) as gateway,
        desk(folder / "desk", IB_PORT=str(gateway.port), PAPER_SLEEP="0.1,0.2,0.1") as running,
    ):
        yield Market(gateway, running)


@contextmanager
def bad_day(gateway: Gateway, **switches: object) -> Iterator[None]:
    """The gateway with these switches, and as it was before afterwards."""
    gateway.drill(**switches)
    try:
        yield
    finally:
        gateway.drill(**{name: type(value)() for name, value in switches.items()})


# Chromium reports every refusal as an error; these two are ordinary answers of the desk.
REFUSALS = ("status of 401", "status of 422")


@contextmanager
def watched(page: Page, refusals: tuple[str, ...] = REFUSALS) -> Iterator[Page]:
    """A page that may show no console error, no exception and no request to another host."""
    faults: list[str] = []
    page.on("console", lambda message: _note_console(message, faults, refusals))
    page.on("pageerror", lambda error: faults.append(str(error)))
    page.on("request", lambda request: _note_request(request.url, faults))
    yield page
    assert faults == []


@pytest.fixture
def clean_page(page: Page) -> Iterator[Page]:
    with watched(page):
        yield page


@pytest.fixture(params=LOOKS, ids=lambda look: f"{look[0]}-{look[1]}")
def look(browser: Browser, request: pytest.FixtureRequest) -> Iterator[Page]:
    scheme, width, height = request.param
    context = browser.new_context(
        viewport={"width": width, "height": height}, color_scheme=scheme, reduced_motion="reduce"
    )
    with watched(context.new_page()) as page:
        yield page
    context.close()


@pytest.fixture
def trader(clean_page: Page, a_desk: RunningDesk) -> Trader:
    """Somebody signed in at the shared desk."""
    trader = Trader(clean_page, a_desk.url)
    trader.sign_in()
    return trader


def _note_console(message: Any, faults: list[str], refusals: tuple[str, ...]) -> None:
    if message.type == "error" and not any(refusal in message.text for refusal in refusals):
        faults.append(message.text)


def _note_request(url: str, faults: list[str]) -> None:
    if not url.startswith(("http://127.0.0.1:", "data:", "blob:")):
        faults.append(f"off-host request: {url}")
