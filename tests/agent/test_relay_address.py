"""Where the relay is, and that a key never travels in the clear unasked."""

from __future__ import annotations

from pathlib import Path

import pytest

import config
from agent.policy import AgentPolicy
from agent.relay_address import agent_key, connect_url
from config import SettingsError


def settings(**given: str) -> config.Settings:
    return config.load(given, Path("none"))


def address(url: str, policy: AgentPolicy | None = None) -> str:
    return str(connect_url(settings(RELAY_URL=url, AGENT_KEY="iba_x"), policy or AgentPolicy()))


@pytest.mark.parametrize(
    ("given", "asked"),
    [
        ("https://relay.example.com", "wss://relay.example.com/agent/connect"),
        ("wss://relay.example.com:8443/", "wss://relay.example.com:8443/agent/connect"),
        ("https://example.com/relay", "wss://example.com/relay/agent/connect"),
        ("http://127.0.0.1:8800", "ws://127.0.0.1:8800/agent/connect"),
        ("http://localhost:8800", "ws://localhost:8800/agent/connect"),
        ("ws://[::1]:8800", "ws://[::1]:8800/agent/connect"),
    ],
)
def test_the_address_of_the_web_socket(given: str, asked: str) -> None:
    assert address(given) == asked


@pytest.mark.parametrize("url", ["http://relay.example.com", "ws://10.0.0.7", "http://127.example"])
def test_without_tls_only_this_machine_is_called(url: str) -> None:
    with pytest.raises(SettingsError, match="has no TLS.*plain_relay = true"):
        address(url)
    assert address(url, AgentPolicy(plain_relay=True)).startswith("ws://")


def test_what_is_not_set_is_one_line_with_what_to_do() -> None:
    with pytest.raises(SettingsError, match="RELAY_URL is not set"):
        connect_url(settings(), AgentPolicy())
    with pytest.raises(SettingsError, match="AGENT_KEY is not set"):
        agent_key(settings())


@pytest.mark.parametrize("key", ["iba_ä", "iba_a\r\nX-Evil: 1"])
def test_a_key_that_no_header_can_carry_is_not_shown(key: str) -> None:
    with pytest.raises(SettingsError, match="AGENT_KEY is not a key") as caught:
        agent_key(settings(AGENT_KEY=key))
    assert "iba_" not in str(caught.value)
