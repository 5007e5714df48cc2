"""The page in a browser: what a person presses, and what they see, also on a phone."""

from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest
from ib_async import LimitOrder, MarketOrder
from playwright.async_api import Page, async_playwright

from paper_gateway.drilling.table import DRILLS
from paper_gateway.server import Server, serve
from paper_gateway.settings import Settings
from tests.end_to_end.conftest import CHROMIUM, FLAGS
from tests.paper_gateway.raw_client import RawClient
from tests.paper_gateway.wire_client import names

AXE = Path(__file__).parents[3] / "node_modules" / "axe-core" / "axe.min.js"
LOOKS = [(1440, 900, "light"), (1440, 900, "dark"), (390, 844, "dark")]


@pytest.fixture
async def gateway() -> AsyncIterator[Server]:
    async with serve(Settings(latency_seconds=0.0, control_port=0)) as server:
        yield server


@pytest.fixture
async def client(gateway: Server) -> AsyncIterator[RawClient]:
    """Client 7, with a filled and a resting order."""
    client = await RawClient.started(gateway, 7)
    client.place(1, MarketOrder("BUY", 10, tif="DAY", orderRef="bought"))
    client.place(2, LimitOrder("BUY", 10, 1.0, tif="DAY", orderRef="resting"))
    await client.heard()
    yield client
    await client.close()


@pytest.fixture(params=LOOKS, ids="{0[0]} {0[2]}".format)
async def page(
    request: pytest.FixtureRequest, gateway: Server, client: RawClient
) -> AsyncIterator[Page]:
    """The page with this client's orders. It may show no error but a refusal, which the browser
    notes itself, and asks for nothing from elsewhere."""
    width, height, scheme = request.param
    faults: list[str] = []
    own = f"http://127.0.0.1:{gateway.control_port}/"
    async with async_playwright() as playwright:
        browser = await playwright.chromium.launch(executable_path=CHROMIUM, args=FLAGS)
        viewport: Any = {"width": width, "height": height}
        context = await browser.new_context(viewport=viewport, color_scheme=scheme)
        page = await context.new_page()
        page.set_default_timeout(10_000)
        page.on("console", lambda message: faults.append(message.text))
        page.on("pageerror", lambda error: faults.append(str(error)))
        page.on("request", lambda asked: faults.extend([asked.url][asked.url.startswith(own) :]))
        await page.goto(own)
        await page.wait_for_selector("#orders tr")
        yield page
        await browser.close()
    assert [fault for fault in faults if "400 (Bad Request)" not in fault] == []


async def test_drills_are_pressed_and_everything_is_seen(
    page: Page, gateway: Server, client: RawClient
) -> None:
    assert await page.locator(".card").count() == len(DRILLS)
    assert await page.text_content("#verdict") == "2 orders, 0 lost, 0 duplicated"
    assert await page.evaluate("document.documentElement.scrollWidth <= window.innerWidth")

    for theme in await page.locator("summary").all():
        # On a phone the themes are closed.
        if not await theme.evaluate("each => each.parentElement.open"):
            await theme.click()
    refused = page.locator("form", has=page.get_by_role("button", name="refused-order"))
    await refused.get_by_label("code").fill("110")
    await page.get_by_role("button", name="refused-order").click()
    await page.wait_for_selector("#switches >> text=refuse_code 110")
    client.place(3, LimitOrder("BUY", 10, 1.0, tif="DAY"))
    assert names(await client.heard()) == ["4 110"]

    await page.get_by_role("button", name="link-lost", exact=True).click()
    await page.wait_for_selector("#scripts >> text=link-lost, steps to come: 1")
    await page.get_by_role("button", name="Reset all").click()
    await page.wait_for_selector("#switches >> text=nothing: TWS as usual")
    assert names(await client.heard()) == ["4 1100", "4 1102"]

    await page.fill("#journal", "orderRef,state,filled\nbought,filled,10\nresting,cancelled,0\n")
    await page.get_by_role("button", name="Judge").click()
    wrong = "resting: the client has it as cancelled with 0 filled, the book as Submitted with 0"
    await page.wait_for_selector(f"#judged >> text={wrong}")

    await page.fill("#script", "at noon clear")
    await page.get_by_role("button", name="Run", exact=True).click()
    await page.wait_for_selector("#answer >> text=line 1: a time is a number with ms, s or min")

    # Nobody is shut out.
    await page.evaluate(AXE.read_text(encoding="utf-8"))
    found = await page.evaluate("axe.run()")
    assert [(each["id"], each["nodes"][0]["html"]) for each in found["violations"]] == []
