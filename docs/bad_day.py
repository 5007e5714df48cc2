"""A bad day: what the pages show when TWS, IB or the agent does not do what it should."""

from __future__ import annotations

from typing import Any

from playwright.sync_api import Browser, Page, expect

from docs.album import Album
from docs.good_day import is_settled, place, state
from tests.end_to_end.test_world import SmallWorld
from tests.end_to_end.trader import SECONDS, Trader
from tests.processes import Gateway, RunningDesk, end, request, until

UNKNOWN_SECONDS = 120


def bad_day(album: Album, page: Page, desk: RunningDesk, gateway: Gateway) -> None:
    """A swallowed order, delayed data, another session, a lost IB, and at last a lost TWS."""
    trader = Trader(page, desk.url)
    trader.sign_in()
    trader.choose("AAPL")
    _swallowed(album, page, desk, gateway)
    _quotes(album, trader, gateway)
    _links(album, trader, gateway)


def people(album: Album, browser: Browser, world: SmallWorld) -> None:
    """What an admin sees of the agents, and what somebody sees whose agent is away."""
    with world.trader(browser, "admin") as admin:
        admin.page.goto(f"{world.url}/agents")
        album.everywhere(admin.page, "agents")
        admin.page.goto(f"{world.url}/users")
        album.everywhere(admin.page, "people")
    with world.trader(browser, "bob") as bob:
        expect(bob.page.locator("#banner")).to_contain_text("not connected", timeout=SECONDS)
        expect(bob.page.locator("#chart-h")).not_to_have_text("—", timeout=SECONDS)
        album.everywhere(bob.page, "agent-away")


def _swallowed(album: Album, page: Page, desk: RunningDesk, gateway: Gateway) -> None:
    gateway.drill(swallow_orders=1)
    key = place(desk, "KO", "none", action="BUY", totalQuantity=10, orderType="MKT")
    until(lambda: state(desk, key) == "sending", "it is written to TWS")
    page.goto(f"{desk.url}/orders/{key}")
    until(lambda: is_settled(page), "the sleep workaround is over")
    album.take(page, "order-sending")
    until(lambda: state(desk, key) == "unknown", "nobody knows what became of it", UNKNOWN_SECONDS)
    page.reload()
    expect(page.locator("#why .checks li").first).to_be_visible(timeout=SECONDS)
    album.everywhere(page, "order-unknown")


def _quotes(album: Album, trader: Trader, gateway: Gateway) -> None:
    page = trader.page
    for name, symbol, place_told, words, switches in QUOTES:
        gateway.drill(**switches)
        page.goto(trader.url)
        box = page.locator("#ticket [name=symbol]")
        box.fill(symbol)
        box.press("Enter")
        expect(page.locator("#chart-h")).to_have_text(symbol, timeout=SECONDS)
        expect(page.locator(place_told)).to_contain_text(words, timeout=SECONDS)
        expect(page.locator("#chart-block .note")).to_be_hidden(timeout=SECONDS)
        album.take(page, name)
        gateway.drill(**{switch: type(value)() for switch, value in switches.items()})


# Picture, a symbol that nobody has asked for before, where which words appear, and the drill.
QUOTES: list[tuple[str, str, str, str, dict[str, Any]]] = [
    ("delayed", "DIS", "#quote-trouble", "10167", {"data_access": "delayed"}),
    ("competing", "XOM", "#banner", "10197", {"competing_session": True}),
]


def _links(album: Album, trader: Trader, gateway: Gateway) -> None:
    page = trader.page
    page.goto(trader.url)
    trader.choose("AAPL")
    drill(gateway, "link-lost", seconds=8)
    expect(page.locator("#banner")).to_contain_text("lost its link", timeout=SECONDS)
    album.take(page, "link-lost")
    expect(page.locator("#banner")).to_be_hidden(timeout=SECONDS)
    end(gateway.program)
    expect(page.locator("#banner")).to_contain_text("not connected", timeout=SECONDS)
    album.everywhere(page, "not-connected")
    page.goto(f"{trader.url}/health")
    expect(page.locator("#ready")).not_to_contain_text("Asking", timeout=SECONDS)
    album.take(page, "health-not-connected")


def drill(gateway: Gateway, name: str, **parameters: Any) -> None:
    body = {"name": name, "parameters": parameters}
    status, answer = request(gateway.control_port, "POST", "/drill", body)
    assert status == 200, answer
