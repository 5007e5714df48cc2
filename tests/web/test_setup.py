"""The set-up page: who may, what a test of a connection asks, what is saved and what is refused."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from engine.checks import Finding
from engine.status import Gateway
from store.settings_file import SettingsFile
from tests.fakes import order_result
from tests.web.relay_worlds import RelayWorld
from tests.web.visitors import PASSWORD, Browser, World
from web.own_password import WRONG_PASSWORD
from web.setup import IN_RELAY_MODE, NOTHING_NEW, OUT_OF_DATE, STARTS_WITH_DESK

NEW = "a sentence that is easy to remember"
TWS = {"gateway": "tws", "confirm": PASSWORD}


@pytest.fixture
def desk(tmp_path: Path) -> Iterator[World]:
    """A desk whose settings all come from its file: none."""
    world = World(tmp_path)
    assert world.desk.set_up is not None
    file = SettingsFile(tmp_path / ".env", {})
    world.desk.set_up = replace(world.desk.set_up, file=file)
    yield world
    world.close()


@pytest.fixture
def admin(desk: World) -> Browser:
    return desk.browser()


def env(world: World) -> str:
    file = world.folder / ".env"
    return file.read_text() if file.exists() else ""


def says(page: str) -> str:
    """The page's words, without its marks."""
    return " ".join(re.sub(r"<[^>]+>", " ", page).split())


# Who may.


@pytest.mark.parametrize("role", ["viewer", "trader", "approver"])
def test_only_admins_see_it_and_are_offered_it(desk: World, role: str) -> None:
    desk.users.add("bob", PASSWORD, role)
    bob = desk.browser("bob")
    assert bob.get("/setup").status_code == 403
    assert bob.send("/setup", **TWS).status_code == 403
    assert bob.send("/setup/test", **TWS).status_code == 403
    assert "/setup" not in bob.get("/").text
    assert env(desk) == ""
    assert desk.tester.asked == []


def test_no_key_may(desk: World) -> None:
    program = desk.program("admin")
    assert program.get("/setup").status_code == 403
    assert program.call("POST", "/setup", data=TWS).status_code == 403


def test_a_form_without_its_token_is_refused(desk: World, admin: Browser) -> None:
    assert admin.client.post("/setup", data=TWS).status_code == 403
    assert env(desk) == ""


def test_in_relay_mode_it_says_where_gateways_and_limits_are(relayed: RelayWorld) -> None:
    relayed.users["alice"] = relayed.people.users.set_role("alice", "admin")
    alice = relayed.browser("alice")
    page = alice.get("/setup")
    assert page.status_code == 200
    assert "relay mode" in says(page.text)
    assert "/me#agent-keys" in page.text
    refused = alice.send("/setup", **TWS)
    assert (refused.status_code, IN_RELAY_MODE in refused.text) == (409, True)


# The offer.


def test_the_desk_offers_it_until_somebody_declines(desk: World, admin: Browser) -> None:
    assert "Set up in three steps" in admin.get("/").text
    assert admin.send("/setup/skip").location == "/"
    assert "Set up in three steps" not in admin.get("/").text
    assert "Set up this desk" in admin.get("/").text  # the menu keeps it
    assert desk.audited("setup skipped") == [("alice", "setup skipped", "", "ok")]
    assert "Not now" not in admin.get("/setup").text


def test_what_was_saved_ends_the_offer_too(desk: World, admin: Browser) -> None:
    admin.send("/setup", gateway="built-in", confirm=PASSWORD)
    assert "Set up in three steps" not in admin.get("/").text


# 1 · The password.


def test_a_password_that_the_desk_made_is_changed_here(desk: World) -> None:
    desk.users.add("admin", PASSWORD, "admin")
    assert desk.desk.set_up is not None
    desk.desk.set_up.first_run.note_made_password(desk.users.password_mark("admin"))
    admin = desk.browser("admin")
    assert "Your password is the one that the terminal printed" in says(admin.get("/setup").text)
    weak = admin.send("/setup/password", old=PASSWORD, password="short", again="short")
    assert (weak.status_code, "at least 12 characters" in weak.text) == (422, True)
    changed = admin.send("/setup/password", old=PASSWORD, password=NEW, again=NEW)
    assert changed.location == "/setup"
    page = says(admin.get("/setup").text)
    assert "Your password is changed" in page
    assert "Done: you have a password of your own" in page


def test_a_password_of_the_settings_that_came_too_late_is_none_of_the_admins_own(
    desk: World,
) -> None:
    desk.users.add("admin", PASSWORD, "admin")
    assert desk.desk.set_up is not None
    desk.desk.set_up.first_run.note_made_password(desk.users.password_mark("admin"))
    desk.desk.settings = replace(desk.desk.settings, admin_password=NEW)
    page = says(desk.browser("admin").get("/setup").text)
    assert "Your password is the one that the terminal printed" in page


def test_whose_password_nobody_made_has_nothing_to_do(admin: Browser) -> None:
    page = admin.get("/setup").text
    assert "Done: you have a password of your own" in page
    assert "/setup/password" not in page


def test_a_desk_that_noted_nothing_claims_nothing_of_the_password(desk: World) -> None:
    desk.users.add("admin", PASSWORD, "admin")
    page = desk.browser("admin").get("/setup").text
    assert "Is your password still the one that the terminal printed?" in page
    assert "/setup/password" in page


# 2 · The gateway.


def test_a_test_asks_the_gateway_that_was_chosen_and_shows_each_step(
    desk: World, admin: Browser
) -> None:
    desk.tester.found = [Finding("ok", "TWS greets"), Finding("FAIL", "No account")]
    page = admin.send("/setup/test", gateway="gateway-live", MAX_OPEN_ORDERS="many")
    assert page.status_code == 200
    assert desk.tester.asked == [("127.0.0.1", 4001, "live")]
    assert "ok: TWS greets." in says(page.text)
    assert "FAIL: No account." in says(page.text)
    assert 'value="many"' in page.text  # what was typed stays
    assert env(desk) == ""
    told = ("alice", "connection tested", "127.0.0.1:4001", "FAIL")
    assert desk.audited("connection tested") == [told]


def test_another_address_is_asked_for_what_was_typed(desk: World, admin: Browser) -> None:
    form = {"gateway": "other", "host": "10.0.0.7", "port": "4002", "mode": "paper"}
    assert "TWS greets" in admin.send("/setup/test", **form).text
    assert desk.tester.asked == [("10.0.0.7", 4002, "paper")]


@pytest.mark.parametrize("place", [{"port": "22"}, {"host": "169.254.169.254"}, {"port": ""}])
def test_ports_of_the_system_and_addresses_of_clouds_are_not_asked(
    desk: World, admin: Browser, place: dict[str, str]
) -> None:
    form = {"gateway": "other", "host": "10.0.0.7", "port": "4002", "mode": "paper"} | place
    page = admin.send("/setup/test", **form)
    assert page.status_code == 422
    assert 'aria-invalid="true"' in page.text
    assert desk.tester.asked == []


def test_the_built_in_gateway_is_asked_where_it_runs(desk: World, admin: Browser) -> None:
    admin.send("/setup/test", gateway="built-in")
    assert desk.tester.asked == [("127.0.0.1", 7497, "paper")]
    desk.desk.gateway = Gateway("127.0.0.1", 7497, embedded=False)
    assert STARTS_WITH_DESK in admin.send("/setup/test", gateway="built-in").text
    assert len(desk.tester.asked) == 1


def test_a_test_that_cannot_be_made_says_why(desk: World, admin: Browser) -> None:
    desk.tester.never_answers = True
    page = admin.send("/setup/test", gateway="tws")
    assert "FAIL: The desk is stopping." in says(page.text)


# Saving.


def test_what_is_saved_waits_for_a_restart(desk: World, admin: Browser) -> None:
    answer = admin.send("/setup", **TWS, MAX_ORDER_QUANTITY="500", READ_ONLY="on")
    assert (answer.status_code, answer.location) == (303, "/setup")
    assert env(desk) == "IB_PORT=7497\nREAD_ONLY=1\nMAX_ORDER_QUANTITY=500\n"
    page = says(admin.get("/setup").text)
    assert "Saved: IB_PORT, READ_ONLY, MAX_ORDER_QUANTITY." in page
    assert "press Ctrl-C in the desk's terminal and run make run" in page
    assert "IB_PORT built-in paper gateway 7497" in page
    assert "READ_ONLY off on" in page
    assert "3 settings wait" in page
    assert desk.desk.settings.max_order_quantity is None  # nothing switched
    told = ("alice", "settings saved", "IB_PORT=7497 READ_ONLY=1 MAX_ORDER_QUANTITY=500", "ok")
    assert desk.audited("settings saved") == [told]


def test_what_is_saved_already_is_no_change(desk: World, admin: Browser) -> None:
    admin.send("/setup", **TWS)
    admin.send("/setup", **TWS)
    assert NOTHING_NEW in admin.get("/setup").text
    assert len(desk.audited("settings saved")) == 1


@pytest.mark.parametrize("text", ["false", "no", ""])
def test_a_desk_that_is_not_read_only_is_not_shown_as_one(desk: World, text: str) -> None:
    (desk.folder / ".env").write_text(f"READ_ONLY={text}\n")
    assert desk.desk.set_up is not None
    file = SettingsFile(desk.folder / ".env", {})
    desk.desk.set_up = replace(desk.desk.set_up, file=file)
    page = desk.browser().get("/setup").text
    assert "In force: off" in says(page)
    assert "3 Limits none yet" in says(page)
    assert 'name="READ_ONLY" checked' not in page


def test_a_limit_that_is_emptied_is_taken_away(desk: World, admin: Browser) -> None:
    admin.send("/setup", **TWS, MAX_OPEN_ORDERS="5")
    admin.send("/setup", **TWS, MAX_OPEN_ORDERS="")
    assert env(desk) == "IB_PORT=7497\n"


SEEN = re.compile(r'name="seen" value="(\w+)"')


def test_a_page_that_is_out_of_date_takes_no_limit_away(desk: World, admin: Browser) -> None:
    """Two admins, or two tabs: the form sends every limit, also those that nobody touched."""
    [seen] = SEEN.findall(admin.get("/setup").text)
    desk.users.add("bob", PASSWORD, "admin")
    desk.browser("bob").send("/setup", **TWS, MAX_ORDER_QUANTITY="500")
    tested = admin.send("/setup/test", **TWS, MAX_DAILY_LOSS="1000", seen=seen)
    assert SEEN.findall(tested.text) == [seen]  # a look at TWS makes the page no newer
    page = admin.send("/setup", **TWS, MAX_DAILY_LOSS="1000", seen=seen)
    assert (page.status_code, OUT_OF_DATE in page.text) == (422, True)
    assert 'value="500"' in page.text
    assert env(desk) == "IB_PORT=7497\nMAX_ORDER_QUANTITY=500\n"
    [seen] = SEEN.findall(page.text)
    both = {"MAX_DAILY_LOSS": "1000", "MAX_ORDER_QUANTITY": "500", "seen": seen}
    assert admin.send("/setup", **TWS, **both).status_code == 303
    assert env(desk) == "IB_PORT=7497\nMAX_ORDER_QUANTITY=500\nMAX_DAILY_LOSS=1000\n"
    assert admin.send("/setup", **TWS, **both).status_code == 303  # a second click


def test_a_value_that_is_wrong_keeps_everything_that_was_typed(desk: World, admin: Browser) -> None:
    page = admin.send("/setup", **TWS, MAX_DAILY_LOSS="-5", MAX_ORDER_QUANTITY="77")
    assert page.status_code == 422
    assert "is not a positive number" in page.text
    assert 'value="-5"' in page.text
    assert 'value="77"' in page.text
    assert 'value="tws" checked' in page.text
    assert PASSWORD not in page.text
    assert env(desk) == ""


def test_the_wrong_password_saves_nothing(desk: World, admin: Browser) -> None:
    page = admin.send("/setup", gateway="tws", confirm="wrong")
    assert (page.status_code, WRONG_PASSWORD in page.text) == (422, True)
    assert 'value="tws" checked' in page.text
    assert env(desk) == ""
    told = ("alice", "settings saved", "", "wrong present password")
    assert desk.audited("settings saved") == [told]


def test_guessing_the_password_gets_slow(admin: Browser) -> None:
    pages = [admin.send("/setup", gateway="tws", confirm="wrong") for _ in range(6)]
    assert pages[-1].status_code == 429
    assert int(pages[-1].headers["Retry-After"]) > 0


def test_live_without_its_word_is_not_saved(desk: World, admin: Browser) -> None:
    live = {"gateway": "tws-live", "confirm": PASSWORD}
    assert admin.send("/setup", **live).status_code == 422
    assert env(desk) == ""
    assert admin.send("/setup", **live, live="LIVE").status_code == 303
    assert env(desk) == "IB_PORT=7496\nTRADING_MODE=live\n"
    assert "real money" in admin.get("/setup").text


def test_a_file_that_cannot_be_written_is_said_and_not_audited_as_saved(
    desk: World, admin: Browser, tmp_path: Path
) -> None:
    assert desk.desk.set_up is not None
    gone = SettingsFile(tmp_path / "gone" / ".env", {})
    desk.desk.set_up = replace(desk.desk.set_up, file=gone)
    page = admin.send("/setup", **TWS)
    assert page.status_code == 422
    assert "Nothing was saved: " in page.text
    assert "cannot be written" in page.text
    assert desk.audited("settings saved") == []


def test_a_line_that_the_start_would_refuse_is_named(desk: World, admin: Browser) -> None:
    (desk.folder / ".env").write_text("THREADS=many\n")
    page = admin.send("/setup", **TWS)
    assert "Nothing was saved: THREADS=&#39;many&#39; is not a whole number" in page.text


def test_what_comes_from_the_environment_wins_and_is_not_copied_into_the_file(
    world: World, signed_in: Browser
) -> None:
    page = says(signed_in.get("/setup").text)
    assert "IB_PORT comes from the environment and wins over what is saved here" in page
    signed_in.send("/setup", **TWS, MAX_OPEN_ORDERS="5")
    assert env(world) == "MAX_OPEN_ORDERS=5\n"
    signed_in.send("/setup", gateway="gateway", confirm=PASSWORD, MAX_OPEN_ORDERS="5")
    assert env(world) == "MAX_OPEN_ORDERS=5\nIB_PORT=4002\n"


def test_open_orders_are_a_reason_to_wait(desk: World, admin: Browser) -> None:
    assert "Open orders at the present gateway" not in admin.get("/setup").text
    desk.order_desk.known["ui-1"] = order_result("ui-1", "live")
    assert "Open orders at the present gateway: 1" in says(admin.get("/setup").text)


def test_secrets_are_never_shown(desk: World, admin: Browser) -> None:
    (desk.folder / ".env").write_text("ADMIN_PASSWORD=canary\n")
    assert "canary" not in admin.get("/setup").text
    assert "canary" not in admin.send("/setup", **TWS).text
    assert "ADMIN_PASSWORD=canary" in env(desk)
