"""Every page for people, as each role, in dark, light and on a phone.

A page that the url map has and this walk has not is a failure: a new page is walked from its first
day. What one role has looked at with axe is not looked at again: axe looks wherever something is
shown that no earlier page has shown in the same look.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, Response, expect

from store.roles import ROLES, allows
from tests.end_to_end.conftest import LOOKS, Scheme
from tests.end_to_end.furnished import REPORT, Place, furnished
from tests.end_to_end.test_pages import AXE, TWO_FRAMES
from tests.end_to_end.test_world import SmallWorld, small_world
from tests.end_to_end.trader import SECONDS, Trader
from tests.web.visitors import World
from web.policies import POLICIES

# For a person to look at: PICTURES_DIR=/tmp/pictures.
PICTURES = os.environ.get("PICTURES_DIR", "")
CHECKS = (Path(__file__).parent / "page_checks.js").read_text()
DARK, LIGHT, PHONE, LIGHT_PHONE = LOOKS
MACHINES = {"static", "health.healthz", "health.readyz", "health.metrics"}
TELL_REPORTS = """addEventListener("securitypolicyviolation", (report) =>
    console.error(`CSP report: ${report.violatedDirective} ${report.blockedURI}`))"""
# What axe would judge: the kinds of elements that are shown, their states and colours' classes.
KINDS = """() => [...new Set([...document.querySelectorAll("body *")]
    .filter((node) => node.checkVisibility({ visibilityProperty: true }))
    .map((node) => [node.parentElement, node].map(({ tagName, attributes }) => [tagName,
        ...["class", "role", "type", "disabled", "open", "data-tone", "data-state", "data-side",
            "data-itm", "data-mode", "data-field", "aria-current", "aria-pressed", "aria-selected",
            "aria-invalid", "aria-expanded"].map((name) => attributes[name]?.value ?? "")
    ].join(" ")).join(" > ")))]"""
AXE_RUN = """axe.run(document, {
    resultTypes: ["violations"], rules: { "target-size": { enabled: true } } })"""


@dataclass(frozen=True, slots=True)
class Stop:
    """A page of the walk: its address, and what is shown once it is there."""

    path: str
    content: str = "h1"


PAGES = {
    "auth.login": [Stop("/login")],
    "auth.code": [Stop("/login/code")],
    "auth.invitation": [Stop("/invitation/{invitation}"), Stop("/invitation/no-such-token")],
    "pages.desk": [Stop("/", "#orders tr[data-client-order-id='{bracket}']")],
    "pages.options": [Stop("/options?symbol=AAPL&strikes=10", "#chain tr[data-money]")],
    "pages.orders": [
        Stop("/orders", "tr[data-key]"),
        Stop("/orders?status=rejected", "tr[data-key]"),
    ],
    "pages.order": [
        Stop("/orders/{filled}", "#timeline [data-kind=commissionReport]"),
        Stop("/orders/{bracket}", "#family li"),
        Stop("/orders/{rejected}", "#timeline li"),
        Stop("/orders/nobody-knows-it"),
    ],
    "pages.executions": [Stop("/executions", "#fills tr[data-key]")],
    "pages.docs": [Stop("/docs")],
    "pages.settings": [Stop("/settings")],
    "portfolio.page": [
        Stop("/account", "#held tbody tr"),
        Stop("/account?account=All", "#held td"),
    ],
    "profit.page": [Stop("/profit", "#symbols tbody tr")],
    "recorder.health": [Stop("/health", "#said li")],
    "account.page": [Stop("/me")],
    "people.users": [Stop("/users")],
    "people.agents": [Stop("/agents")],
    "setup.page": [Stop("/setup", "#limits")],
    "audit.page": [Stop("/audit"), Stop("/audit?verify=1")],
    "checklists.page": [Stop("/checklist", "#reports .status")],
    "checklists.report": [Stop(f"/checklist/{REPORT}"), Stop("/checklist/20200101-000000")],
}
MISSING = ("no-such-token", "nobody-knows-it", "20200101-000000")


def test_every_page_for_people_is_walked(tmp_path: Path) -> None:
    world = World(tmp_path)
    rules = list(world.app.url_map.iter_rules())
    world.close()
    pages = {
        rule.endpoint
        for rule in rules
        if "GET" in (rule.methods or ()) and not rule.rule.startswith("/api/")
    }
    assert pages - MACHINES == PAGES.keys()


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Place]:
    with furnished(tmp_path_factory.mktemp("walk")) as place:
        yield place


# The whole walk of one role; a busy machine takes several times as long.
pytestmark = pytest.mark.timeout(400)
SEEN: dict[tuple[Scheme, int], set[str]] = {}


@dataclass
class Walk:
    """One person who goes from page to page and notes what is wrong."""

    page: Page
    url: str
    names: dict[str, str]
    role: str
    faults: list[str] = field(default_factory=list)
    at: str = ""
    content: str = ""
    allowed: tuple[str, ...] = ()
    always_allowed: tuple[str, ...] = ()

    @property
    def opens_anew(self) -> bool:
        """One of the roles opens each page at a phone's width too."""
        return self.role == "admin"

    def note(self, fault: str) -> None:
        self.faults.append(f"{self.role} at {self.at}: {fault}")

    def listen(self) -> None:
        self.page.add_init_script(TELL_REPORTS)
        self.page.on("pageerror", lambda error: self.note(str(error)))
        self.page.on("console", lambda told: self._hear(told.type, told.text))
        self.page.on("request", lambda request: self._look_at_host(request.url))

    def _hear(self, kind: str, text: str) -> None:
        allowed = (*self.always_allowed, *self.allowed)
        if kind == "error" and not any(one in text for one in allowed):
            self.note(text)

    def _look_at_host(self, url: str) -> None:
        if not url.startswith((f"{self.url}/", "data:", "blob:")):
            self.note(f"asks another host: {url}")

    def go(self, stop: Stop, status: int) -> None:
        """Open the page and look at it in every look; `status` is what the desk must answer."""
        self.at = stop.path.format(**self.names)
        self.allowed = (f"status of {status}",) if status != 200 else ()
        self.restore()
        answer = self.page.goto(self.url + self.at)
        assert isinstance(answer, Response)
        if answer.status != status:
            self.note(f"answered {answer.status}, not {status}")
        self.content = stop.content.format(**self.names) if status == 200 else "h1"
        self.expect_content()
        self.look_around()

    def expect_content(self) -> None:
        expect(self.page.locator(self.content).first).to_be_visible(timeout=2 * SECONDS)

    def restore(self) -> None:
        scheme, width, height = DARK
        self.page.emulate_media(color_scheme=scheme, reduced_motion="reduce")
        self.page.set_viewport_size({"width": width, "height": height})

    def look_around(self) -> None:
        self.page.keyboard.press("Tab")  # from now on the browser shows where the focus is
        for scheme, width, height in LOOKS:
            self.page.emulate_media(color_scheme=scheme)
            self.page.set_viewport_size({"width": width, "height": height})
            if (scheme, width, height) == PHONE and self.opens_anew:
                # some pages choose at their start what fits
                self.page.reload()
                self.expect_content()
                self.page.keyboard.press("Tab")
            self.page.evaluate(TWO_FRAMES)
            for fault in self.page.evaluate(CHECKS):
                self.note(f"{scheme} {width}: {fault}")
            for fault in self.new_violations(SEEN.setdefault((scheme, width), set())):
                self.note(f"{scheme} {width}: {fault}")
            self.picture(f"{scheme}-{width}")

    def new_violations(self, seen: set[str]) -> list[str]:
        """What axe finds where something is shown that it has not seen in this look."""
        kinds = set(self.page.evaluate(KINDS))
        if kinds <= seen:
            return []
        seen |= kinds
        if not self.page.evaluate("'axe' in window"):
            self.page.evaluate(axe())
        found = self.page.evaluate(AXE_RUN)["violations"]
        return [f"{rule['id']}: {node['html'][:200]}" for rule in found for node in rule["nodes"]]

    def picture(self, look: str) -> None:
        if PICTURES:
            name = self.at.strip("/").replace("/", "_").replace("?", "-") or "desk"
            file = f"{name[:40]}-{self.role}-{look}.png"
            self.page.screenshot(path=Path(PICTURES) / file, full_page=True)


@cache
def axe() -> str:
    return AXE.read_text()


@contextmanager
def walk(browser: Browser, url: str, names: dict[str, str], role: str) -> Iterator[Walk]:
    """Nothing may be wrong at the end."""
    context = browser.new_context()
    walking = Walk(context.new_page(), url, names, role)
    walking.listen()
    yield walking
    context.close()
    assert not walking.faults, "\n".join(walking.faults)


# The admin first, who opens each page at a phone's width too. Of what the others see axe has seen
# most by then.
@pytest.mark.parametrize("role", list(reversed(ROLES)))
def test_every_page_as_each_role(browser: Browser, place: Place, role: str) -> None:
    with walk(browser, place.desk.url, place.names, role) as walking:
        Trader(walking.page, place.desk.url).sign_in(name=role)
        expect(walking.page.locator("#user-menu")).to_be_visible(timeout=SECONDS)
        for endpoint, stops in PAGES.items():
            needs = POLICIES[endpoint].needs
            if needs == "public":
                continue
            may = allows(ROLES[role], needs)
            for stop in stops:
                is_missing = stop.path.endswith(MISSING)
                walking.go(stop, (404 if is_missing else 200) if may else 403)


def test_a_viewer_is_shown_nothing_that_trades(page: Page, place: Place) -> None:
    Trader(page, place.desk.url).sign_in(name="viewer")
    row = page.locator(f"#orders tr[data-client-order-id='{place.names['bracket']}']")
    expect(row).to_be_visible(timeout=SECONDS)
    expect(page.locator("#ticket")).to_contain_text("you need the role trader")
    expect(page.locator("#symbol")).to_be_visible()
    for name in ("#ticket-submit", ".sides", ".exits"):
        expect(page.locator(name)).to_be_hidden()
    for name in ("Modify", "Cancel", "Close…"):
        expect(page.get_by_role("button", name=name, exact=True)).to_have_count(0)
    page.goto(f"{place.desk.url}/orders")
    expect(page.locator("#blotter tr[data-key]").first).to_be_visible(timeout=SECONDS)
    expect(page.get_by_role("checkbox")).to_have_count(0)
    expect(page.get_by_role("button", name="Cancel", exact=True)).to_have_count(0)


def test_a_viewer_has_no_keys_that_trade(page: Page, place: Place) -> None:
    Trader(page, place.desk.url).sign_in(name="viewer")
    expect(page.locator("#symbol")).to_be_enabled(timeout=SECONDS)
    expect(page.locator("#command-line")).to_have_count(0)
    page.locator("h1").evaluate("() => document.activeElement.blur()")
    page.keyboard.press("/")
    expect(page.locator("#symbol")).to_be_focused()
    page.goto(f"{place.desk.url}/orders")
    row = page.locator(f"#blotter tr[data-key='{place.names['bracket']}']")
    expect(row).to_be_visible(timeout=SECONDS)
    row.focus()
    for key in ("c", "m", "Space", "Shift+X"):
        page.keyboard.press(key)
    expect(page.locator("dialog[open]")).to_have_count(0)
    expect(page.locator("#keys")).not_to_contain_text("cancels")
    page.keyboard.press("?")
    expect(page.locator("#key-list")).to_be_visible()
    expect(page.locator("#key-list")).not_to_contain_text("cancel")


def test_every_public_page_as_a_stranger(browser: Browser, place: Place) -> None:
    with walk(browser, place.desk.url, place.names, "stranger") as walking:
        for endpoint, stops in PAGES.items():
            if POLICIES[endpoint].needs != "public":
                continue
            if endpoint == "auth.code":
                Trader(walking.page, place.desk.url).sign_in(name="factor")
                expect(walking.page.get_by_label("Code")).to_be_visible(timeout=SECONDS)
            for stop in stops:
                walking.go(stop, 404 if stop.path.endswith(MISSING) else 200)


@pytest.fixture(scope="module")
def world(tmp_path_factory: pytest.TempPathFactory) -> Iterator[SmallWorld]:
    with small_world(tmp_path_factory.mktemp("world")) as world:
        yield world


# Whose agent is away meets refusals on every page: the browser names each in its console.
NO_AGENT = ("status of 503",)


@pytest.mark.parametrize(
    ("name", "allowed"), [("alice", ()), ("bob", NO_AGENT), ("charlie", NO_AGENT)]
)
def test_every_page_through_a_relay(
    browser: Browser, world: SmallWorld, name: str, allowed: tuple[str, ...]
) -> None:
    """Alice's agent is connected, Bob's is away, Charlie has none."""
    with walk(browser, world.url, {}, name) as walking:
        walking.always_allowed = allowed
        Trader(walking.page, world.url).sign_in(world.passwords[name], name)
        expect(walking.page.locator("#user-menu")).to_be_visible(timeout=SECONDS)
        for endpoint, stops in PAGES.items():
            needs = POLICIES[endpoint].needs
            if needs == "public" or "{" in stops[0].path:
                continue
            found = 404 if stops[0].path.endswith(REPORT) else 200  # no checklist was run there
            walking.go(Stop(stops[0].path), found if allows(ROLES["trader"], needs) else 403)
