"""`make world`, as three people meet it in their browsers."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from playwright.sync_api import Browser, Page, expect

from tests.end_to_end.trader import SECONDS, Trader
from tests.processes import Program, free_port, program, until

START_SECONDS = 60.0
NEXT_STEP = "Start it on the machine of your TWS: .venv/bin/python -m agent"
AWAY = "Your agent is not connected"


@dataclass
class SmallWorld:
    """What `make world` has printed and made."""

    running: Program
    options: list[str]
    url: str
    passwords: dict[str, str]

    @contextmanager
    def trader(self, browser: Browser, name: str) -> Iterator[Trader]:
        context = browser.new_context(viewport={"width": 1440, "height": 900})
        trader = Trader(context.new_page(), self.url)
        trader.sign_in(self.passwords[name], name)
        yield trader
        context.close()


@contextmanager
def small_world(folder: Path) -> Iterator[SmallWorld]:
    port = free_port()
    ports = ["--desk-port", str(port), "--relay-port", str(free_port())]
    options = ["-m", "relay.world", "--folder", str(folder), *ports]
    with program(*options) as running:
        said = f"A small world at http://127.0.0.1:{port}"
        until(
            lambda: running.said(said) or running.process.poll() is not None,
            f"the world is there\n{running.output}",
            START_SECONDS,
        )
        assert running.said(said), running.output
        passwords = json.loads((folder / "world.json").read_text())["passwords"]
        assert all(running.said(password) for password in passwords.values())
        yield SmallWorld(running, options, f"http://127.0.0.1:{port}", passwords)


def test_three_people_in_a_small_world(browser: Browser, tmp_path: Path) -> None:
    with small_world(tmp_path / "world") as world:
        with world.trader(browser, "alice") as alice:
            alice.choose("MSFT")
            alice.fill_ticket("BUY", 7, "MKT")
            alice.preview()
            alice.expect_status(alice.send(), "Filled")
            expect(alice.position("MSFT")).to_have_text("+7", timeout=SECONDS)
            with world.trader(browser, "charlie") as charlie:
                _sees_quotes_and_nothing_else(charlie.page)
        with world.trader(browser, "bob") as bob:
            banner = bob.page.locator("#banner")
            expect(banner).to_contain_text(f"{AWAY} since", timeout=SECONDS)
            expect(banner).to_contain_text(NEXT_STEP)
            _sees_quotes_and_nothing_else(bob.page)
            with program(*world.options[:2], "bob", *world.options[2:]) as agent:
                until(lambda: agent.said("agent of bob: connected"), "his agent is there")
                expect(banner).to_be_hidden(timeout=SECONDS)
                bob.choose("SPY")
                bob.fill_ticket("BUY", 3, "MKT")
                bob.preview()
                bob.expect_status(bob.send(), "Filled")
                expect(bob.position("MSFT")).to_have_count(0)
            expect(banner).to_contain_text(NEXT_STEP, timeout=SECONDS)


def _sees_quotes_and_nothing_else(page: Page) -> None:
    expect(page.locator("body")).to_contain_text("shared feed paper feed", timeout=SECONDS)
    expect(page.locator("#orders-block .note")).to_have_text(AWAY, timeout=SECONDS)
    expect(page.locator("#positions-block .note")).to_have_text(AWAY, timeout=SECONDS)
    counts = page.locator("#orders-filter b").all_text_contents()
    assert set(counts) == {"—"}  # unknown is not none
