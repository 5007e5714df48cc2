"""What is typed into the set-up page becomes settings, judged as the start judges them."""

from __future__ import annotations

from pathlib import Path

import pytest

import config
from store.settings_file import Setting, SettingsFile, check
from web.setup_form import ALL_LIMITS, CARDS, OTHER, TYPE_LIVE, parse, parse_gateway, saved

OTHER_HOST = {"gateway": OTHER, "host": "10.0.0.7", "port": "4002", "mode": "paper"}


def settings_of(folder: Path, **given: str) -> dict[str, Setting]:
    return SettingsFile(folder / "none.env", given).settings()


@pytest.mark.parametrize(
    ("card", "port", "mode"),
    [
        ("built-in", "", "paper"),
        ("tws", "7497", "paper"),
        ("gateway", "4002", "paper"),
        ("tws-live", "7496", "live"),
        ("gateway-live", "4001", "live"),
    ],
)
def test_a_card_is_three_settings(tmp_path: Path, card: str, port: str, mode: str) -> None:
    typed = parse({"gateway": card, "live": "LIVE"}, settings_of(tmp_path))
    assert typed.wrong == {}
    wanted = {"IB_HOST": "127.0.0.1", "IB_PORT": port, "TRADING_MODE": mode}
    assert typed.gateway == wanted
    assert saved(settings_of(tmp_path, **wanted)).card == card


def test_another_address_is_typed_and_shown_again(tmp_path: Path) -> None:
    typed = parse(OTHER_HOST, settings_of(tmp_path))
    assert typed.wrong == {}
    assert typed.gateway == {"IB_HOST": "10.0.0.7", "IB_PORT": "4002", "TRADING_MODE": "paper"}
    shown = saved(settings_of(tmp_path, **typed.gateway))
    assert (shown.card, shown.host, shown.port) == (OTHER, "10.0.0.7", "4002")


@pytest.mark.parametrize(
    ("name", "text", "said"),
    [
        ("port", "", "'' is not a port from 1024 to 65535"),
        ("port", "22", "'22' is not a port from 1024"),
        ("port", "70000", "'70000' is not a port number from 0 to 65535"),
        ("port", "tws", "'tws' is not a whole number"),
        ("host", "http://tws", "is not a host name or an IP address"),
        ("host", "169.254.169.254", "is not the address of one machine"),
        ("host", "::ffff:169.254.169.254", "is not the address of one machine"),
        ("host", "fe80::1", "is not the address of one machine"),
        ("host", "0.0.0.0", "is not the address of one machine"),
        ("mode", "both", "'both' is not paper or live"),
        ("gateway", "moon", "Choose a gateway"),
    ],
)
def test_an_address_that_is_none_is_named(name: str, text: str, said: str) -> None:
    wrong = parse_gateway(OTHER_HOST | {name: text}).wrong
    assert [*wrong] == [name]
    assert said in wrong[name]


@pytest.mark.parametrize("host", ["localhost", "ib-gateway", "host.docker.internal", "::1"])
def test_hosts_of_containers_and_other_computers_are_fine(host: str) -> None:
    assert parse_gateway(OTHER_HOST | {"host": host}).wrong == {}


@pytest.mark.parametrize("live", ["", "live", "LIFE"])
@pytest.mark.parametrize("gateway", [{"gateway": "tws-live"}, OTHER_HOST | {"mode": "live"}])
def test_live_needs_its_word(tmp_path: Path, gateway: dict[str, str], live: str) -> None:
    form = gateway | {"live": live}
    assert parse(form, settings_of(tmp_path)).wrong == {"live": TYPE_LIVE}
    assert parse_gateway(form).wrong == {}  # a test needs none


def test_live_that_is_saved_already_is_not_asked_for_again(tmp_path: Path) -> None:
    live = {"IB_PORT": "7496", "TRADING_MODE": "live"}
    assert parse({"gateway": "tws-live"}, settings_of(tmp_path, **live)).wrong == {}
    assert parse({"gateway": "gateway-live"}, settings_of(tmp_path, **live)).wrong != {}


def test_limits_are_judged_one_by_one_and_stay_as_typed(tmp_path: Path) -> None:
    form = {"gateway": "built-in", "MAX_DAILY_LOSS": " -5 ", "MAX_OPEN_ORDERS": "many"}
    typed = parse(form, settings_of(tmp_path))
    assert typed.wrong.keys() == {"MAX_DAILY_LOSS", "MAX_OPEN_ORDERS"}
    assert "'-5' is not a positive number, or nothing for no limit" in typed.wrong["MAX_DAILY_LOSS"]
    assert typed.limits["MAX_OPEN_ORDERS"] == "many"


def test_a_switch_is_on_when_it_is_in_the_form(tmp_path: Path) -> None:
    form = {"gateway": "built-in"}
    assert parse(form, settings_of(tmp_path)).limits["READ_ONLY"] == "0"
    assert parse(form | {"READ_ONLY": "on"}, settings_of(tmp_path)).limits["READ_ONLY"] == "1"


def test_what_is_suggested_is_what_the_start_would_take(tmp_path: Path) -> None:
    texts = {one.name: one.suggested for one in ALL_LIMITS if not one.is_switch}
    assert [name for name, text in texts.items() if not text or check(name, text)] == []
    assert config.load(texts, tmp_path / "none.env").max_order_quantity == 500
    assert len({card.key for card in CARDS}) == len(CARDS)
