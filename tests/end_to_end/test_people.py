"""Somebody new comes to the desk: invited, with a password, a second factor and a key."""

from __future__ import annotations

import re
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from itertools import count

import pyotp
import pytest
from playwright.sync_api import Browser, Page, expect

from tests.end_to_end.conftest import watched
from tests.end_to_end.test_pages import fits, violations
from tests.end_to_end.trader import SECONDS, Trader
from tests.processes import RunningDesk, request

PASSWORD = "a sentence that nobody guesses"
NUMBERS = count(1)
STEP = 30


@dataclass
class Person:
    """One person at one browser."""

    page: Page
    url: str
    name: str
    secret: str = ""
    recovery_codes: list[str] = field(default_factory=list)

    def accept(self, link: str) -> None:
        self.page.goto(link)
        self.page.get_by_label("Password").fill(PASSWORD)
        self.page.get_by_label("The same again").fill(PASSWORD)
        self.page.get_by_role("button", name="Keep this password").click()
        expect(self.page.get_by_text("Your password is kept")).to_be_visible(timeout=SECONDS)

    def sign_in(self, code: str = "") -> None:
        self.page.goto(f"{self.url}/login?next=/me")
        self.page.get_by_label("User name").fill(self.name)
        self.page.get_by_label("Password").fill(PASSWORD)
        self.page.get_by_role("button", name="Sign in").click()
        if code:
            self.page.get_by_label("Code").fill(code)
            self.page.get_by_role("button", name="Sign in").click()
        expect(self.page.get_by_role("heading", name="You and your keys")).to_be_visible(
            timeout=SECONDS
        )

    def begin_second_factor(self) -> None:
        self.page.get_by_role("button", name="Set it up").click()
        expect(self.page.get_by_role("img", name="QR code of the secret")).to_be_visible()
        self.secret = self.page.locator("#totp-secret").inner_text().replace(" ", "")

    def switch_it_on(self) -> None:
        self.page.locator("#second-factor [name=code]").fill(self.code())
        self.page.get_by_role("button", name="Switch it on").click()
        self.recovery_codes = self.page.locator("#recovery-codes").inner_text().split()

    def code(self, steps: int = 0) -> str:
        """What the app shows now, or will show then; each counts once."""
        return pyotp.TOTP(self.secret).at(int(time.time()) + steps * STEP)

    def make_key(self) -> str:
        self.page.locator("#keys [name=name]").fill("reports")
        self.page.locator("#keys").get_by_role("button", name="New key").click()
        return self.page.locator("#new-key").inner_text()

    def sign_out(self) -> None:
        self.page.locator("#user-menu summary").click()
        self.page.get_by_role("button", name="Sign out", exact=True).click()
        expect(self.page.get_by_role("heading", name="Sign in")).to_be_visible(timeout=SECONDS)


@contextmanager
def another_browser(browser: Browser) -> Iterator[Page]:
    context = browser.new_context()
    with watched(context.new_page()) as page:
        yield page
    context.close()


def invited(desk: RunningDesk) -> tuple[str, str]:
    """Somebody new: the name and the link."""
    name = f"anna{next(NUMBERS)}"
    status, answer = desk.call("POST", "/api/v1/invitations", {"name": name, "role": "trader"})
    assert status == 201
    return name, answer["link"]


def status_with(desk: RunningDesk, key: str) -> int:
    headers = {"Authorization": f"Bearer {key}"}
    return request(desk.port, "GET", "/api/v1/status", headers=headers)[0]


def test_somebody_new_gets_in_and_stays_in_charge_of_it(
    clean_page: Page, browser: Browser, a_desk: RunningDesk
) -> None:
    Trader(clean_page, a_desk.url).sign_in()
    clean_page.goto(f"{a_desk.url}/users")
    clean_page.get_by_label("User name").fill("dora")
    clean_page.get_by_role("button", name="Invite").click()
    link = clean_page.locator("#invitation-link").inner_text()
    with another_browser(browser) as page, another_browser(browser) as elsewhere:
        dora = Person(page, a_desk.url, "dora")
        dora.accept(link)
        dora.sign_in()
        dora.begin_second_factor()
        dora.switch_it_on()
        assert len(dora.recovery_codes) == 10
        dora.sign_out()
        dora.sign_in(dora.code(1))
        key = dora.make_key()
        assert status_with(a_desk, key) == 200
        page.goto(f"{a_desk.url}/me")
        assert key not in page.content()
        Person(elsewhere, a_desk.url, "dora").sign_in(dora.recovery_codes[0])
        page.reload()
        page.get_by_role("button", name="Sign out everywhere else").click()
        expect(page.get_by_text("Sessions ended: 1")).to_be_visible(timeout=SECONDS)
        # That page's stream ends with its session, and leads it to the sign-in by itself.
        expect(elsewhere.get_by_role("heading", name="Sign in")).to_be_visible(timeout=SECONDS)
        row = page.locator("#keys tbody tr").filter(has_text=key[:12])
        row.get_by_text("Revoke…").click()
        row.get_by_role("button", name="Revoke the key").click()
        expect(page.get_by_text("The key is revoked")).to_be_visible(timeout=SECONDS)
        assert status_with(a_desk, key) == 401
    clean_page.goto(f"{a_desk.url}/audit?who=dora")
    expect(clean_page.locator("tbody")).to_contain_text("invitation accepted", timeout=SECONDS)
    expect(clean_page.locator("tbody")).to_contain_text("second factor on")
    clean_page.get_by_role("link", name="Verify the chain").click()
    expect(clean_page.get_by_text(re.compile("Every line .* as it was written"))).to_be_visible()


@pytest.fixture(scope="module")
def anna(browser: Browser, a_desk: RunningDesk) -> Person:
    """Somebody who has a second factor and is not signed in."""
    name, link = invited(a_desk)
    with another_browser(browser) as page:
        anna = Person(page, a_desk.url, name)
        anna.accept(link)
        anna.sign_in()
        anna.begin_second_factor()
        anna.switch_it_on()
        anna.sign_out()
    return anna


def test_the_pages_before_the_desk_are_accessible_in_every_look(
    look: Page, a_desk: RunningDesk, anna: Person
) -> None:
    look.goto(invited(a_desk)[1])
    assert (violations(look), fits(look)) == ([], True)
    look.get_by_label("Password").fill("x" * 12)
    look.get_by_label("The same again").fill("y" * 12)
    look.get_by_role("button", name="Keep this password").click()
    expect(look.get_by_text("not the same")).to_be_visible(timeout=SECONDS)
    assert (violations(look), fits(look)) == ([], True)
    look.goto(f"{a_desk.url}/login")
    look.get_by_label("User name").fill(anna.name)
    look.get_by_label("Password").fill(PASSWORD)
    look.get_by_role("button", name="Sign in").click()
    expect(look.get_by_label("Code")).to_be_visible(timeout=SECONDS)
    assert (violations(look), fits(look)) == ([], True)


def test_the_account_is_accessible_in_every_look(look: Page, a_desk: RunningDesk) -> None:
    name, link = invited(a_desk)
    person = Person(look, a_desk.url, name)
    person.accept(link)
    person.sign_in()
    assert (violations(look), fits(look)) == ([], True)
    person.make_key()
    look.locator("#keys .sure summary").first.click()
    assert (violations(look), fits(look)) == ([], True)
    look.locator("#agent-keys").get_by_role("button", name="New key").click()
    expect(look.locator("#new-agent-key")).to_contain_text("python -m agent", timeout=SECONDS)
    assert (violations(look), fits(look)) == ([], True)
    person.begin_second_factor()
    assert (violations(look), fits(look)) == ([], True)
    person.switch_it_on()
    assert (violations(look), fits(look)) == ([], True)


def test_an_invitation_is_accessible_in_every_look(look: Page, a_desk: RunningDesk) -> None:
    Trader(look, a_desk.url).sign_in()
    expect(look.locator("#user-menu")).to_be_visible(timeout=SECONDS)
    look.goto(f"{a_desk.url}/users")
    look.get_by_label("User name").fill(f"berta{next(NUMBERS)}")
    look.get_by_role("button", name="Invite").click()
    expect(look.locator("#invitation-link")).to_be_visible(timeout=SECONDS)
    look.locator(".sure summary").first.click()
    assert (violations(look), fits(look)) == ([], True)
