"""A newcomer sets the desk up in three steps, restarts it, and it uses what was chosen."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.end_to_end.conftest import LOOKS, REFUSALS, watched
from tests.end_to_end.test_pages import fits, violations
from tests.end_to_end.trader import SECONDS, Trader
from tests.processes import (
    PASSWORD,
    ROOT,
    Gateway,
    Program,
    RunningDesk,
    call_or_none,
    end,
    free_port,
    paper_gateway,
    program,
    until,
)

NOT_COPIED = {"var", "docs", "tests", "benchmarks"}
NEW = "a sentence that is easy to remember"


class Clone:
    """The project in a folder of its own, so that its `.env` is nobody else's."""

    def __init__(self, folder: Path) -> None:
        self.folder, self.port = folder, free_port()
        self.url = f"http://127.0.0.1:{self.port}"
        folder.mkdir()
        for path in ROOT.iterdir():
            if not path.name.startswith(".") and path.name not in NOT_COPIED:
                (folder / path.name).symlink_to(path)

    @contextmanager
    def started(self) -> Iterator[Program]:
        bind = f"127.0.0.1:{self.port}"
        script = str(self.folder / "app_simple.py")
        with program(script, BIND=bind) as running:  # it goes to its own folder by itself
            until(lambda: call_or_none(self.port, "/readyz") == 200, "the desk is ready")
            yield running


@pytest.fixture
def clone(tmp_path: Path) -> Clone:
    return Clone(tmp_path / "clone")


@pytest.fixture(scope="module")
def tws(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Gateway]:
    """The newcomer's own TWS: a second paper gateway, with another account."""
    with paper_gateway(tmp_path_factory.mktemp("tws"), account="DU7654321") as gateway:
        yield gateway


def choose_address(page: Page, port: int) -> None:
    page.get_by_role("radio", name="Another address").check()
    page.get_by_role("textbox", name="Port").fill(str(port))


@pytest.fixture
def own_page(page: Page) -> Iterator[Page]:
    """Where an order that a limit refuses (403) is no fault."""
    with watched(page, (*REFUSALS, "status of 403")):
        yield page


def test_a_newcomer_sets_up_the_desk_and_restarts_it(
    own_page: Page, clone: Clone, tws: Gateway
) -> None:
    page = own_page
    with clone.started() as running:
        printed = re.search(r"user admin, password (\S+)", running.output)
        assert printed
        Trader(page, clone.url).sign_in(printed[1])
        page.get_by_role("link", name="Set up in three steps").click()
        _choose_a_password(page, printed[1])
        _test_the_connection(page, tws)
        _save_with_limits(page, tws)
        page.goto(clone.url)
        expect(page.locator("#mode-badge")).to_contain_text("DU1", timeout=SECONDS)  # as before
        page.goto("about:blank")  # an open page would say that the desk is gone
        assert end(running) == 0
    assert f"IB_PORT={tws.port}" in (clone.folder / ".env").read_text()

    with clone.started():
        trader = Trader(page, clone.url)
        page.goto(clone.url)  # the sign-in outlives the restart
        expect(page.locator("#mode-badge")).to_contain_text("DU7654321", timeout=SECONDS)
        expect(page.get_by_role("link", name="Set up in three steps")).to_have_count(0)
        trader.choose("AAPL")
        trader.fill_ticket("BUY", 501, "MKT")
        trader.preview()
        trader.submit_button.click()
        expect(page.locator("#ticket")).to_contain_text("MAX_ORDER_QUANTITY 500", timeout=SECONDS)
        page.goto(f"{clone.url}/setup")
        expect(page.locator("#waiting")).to_have_count(0)
        expect(page.locator("#limits")).to_contain_text("In force: 500 (.env)")
        page.goto("about:blank")


def _choose_a_password(page: Page, printed: str) -> None:
    step = page.locator("#password")
    expect(step).to_contain_text("the one that the terminal printed")
    step.get_by_label("Present password").fill(printed)
    step.get_by_label("New password").fill(NEW)
    step.get_by_label("The same again").fill(NEW)
    step.get_by_role("button", name="Change it").click()
    expect(step).to_contain_text("Done: you have a password of your own")


def _test_the_connection(page: Page, tws: Gateway) -> None:
    """First a port where nothing listens, then the right one."""
    choose_address(page, free_port())
    test = page.get_by_role("button", name="Test connection")
    test.click()
    findings = page.locator("#findings")
    expect(findings).to_contain_text("Nothing listens at", timeout=SECONDS)
    expect(findings).to_contain_text("Enable ActiveX and Socket Clients")
    page.get_by_role("textbox", name="Port").fill(str(tws.port))
    test.click()
    expect(findings).to_contain_text("Accounts: DU7654321 (paper)", timeout=SECONDS)
    expect(findings.locator("[data-tone=ok]")).to_have_count(5)


def _save_with_limits(page: Page, tws: Gateway) -> None:
    """A value that is none keeps what was typed; then it is right."""
    page.get_by_role("button", name="Fill in careful ones").click()
    quantity = page.get_by_label("Most shares or contracts in one order")
    expect(quantity).to_have_value("500")
    loss = page.get_by_label("Most that may be lost in a day")
    loss.fill("-5")
    page.get_by_label("Your password, once more").fill(NEW)
    page.get_by_role("button", name="Save steps 2 and 3").click()
    expect(page.locator("#wrong-MAX_DAILY_LOSS")).to_contain_text("is not a positive number")
    expect(quantity).to_have_value("500")
    expect(page.get_by_role("textbox", name="Port")).to_have_value(str(tws.port))
    loss.fill("")
    page.get_by_label("Your password, once more").fill(NEW)
    page.get_by_role("button", name="Save steps 2 and 3").click()
    waiting = page.locator("#waiting")
    expect(waiting).to_contain_text("MAX_ORDER_QUANTITY")
    expect(waiting).to_contain_text(str(tws.port))
    expect(page.get_by_text("press Ctrl-C in the desk's terminal")).to_be_visible()


def test_live_asks_for_its_word_only_where_live_is_chosen(
    clean_page: Page, a_desk: RunningDesk
) -> None:
    page = clean_page
    Trader(page, a_desk.url).sign_in()
    page.goto(f"{a_desk.url}/setup")
    word = page.get_by_label("For real money type LIVE")
    expect(word).to_be_hidden()
    page.get_by_role("radio", name="TWS, live").check()
    expect(word).to_be_visible()
    choose_address(page, 4002)
    expect(word).to_be_hidden()
    page.locator("[name=mode]").select_option("live")
    page.get_by_label("Your password, once more").fill(PASSWORD)
    page.get_by_role("button", name="Save steps 2 and 3").click()
    expect(page.locator("#wrong-live")).to_contain_text("type LIVE in capitals")
    expect(word).to_be_visible()
    assert not (ROOT / ".env").exists()


@pytest.mark.parametrize("look", LOOKS, ids=lambda look: f"{look[0]}-{look[1]}")
def test_what_a_test_found_is_readable_in_every_look(
    browser: Browser, a_desk: RunningDesk, look: tuple[str, int, int]
) -> None:
    """As the walk does for the page itself: with findings, mistakes and everything open."""
    scheme, width, height = look
    context = browser.new_context(
        viewport={"width": width, "height": height},
        color_scheme="dark" if scheme == "dark" else "light",
    )
    with watched(context.new_page()) as page:
        Trader(page, a_desk.url).sign_in()
        page.goto(f"{a_desk.url}/setup")
        page.get_by_role("radio", name="TWS, live").check()
        page.get_by_text("More limits").click()
        page.get_by_label("Most open orders").fill("many")
        page.get_by_role("button", name="Test connection").click()
        expect(page.locator("#findings")).to_be_visible(timeout=SECONDS)
        page.get_by_label("Your password, once more").fill(PASSWORD)
        page.get_by_role("button", name="Save steps 2 and 3").click()
        expect(page.locator("#wrong-MAX_OPEN_ORDERS")).to_be_visible()
        assert fits(page)
        assert violations(page) == []
    context.close()
