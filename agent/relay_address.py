"""Where the relay is, from RELAY_URL; without TLS only on this machine."""

from __future__ import annotations

import ipaddress

from yarl import URL

from agent.policy import AgentPolicy
from config import Settings, SettingsError

SECURE = {"https": "wss", "wss": "wss", "http": "ws", "ws": "ws"}
NO_RELAY = "RELAY_URL is not set: where is the relay? Such as https://relay.example.com"
NO_KEY = "AGENT_KEY is not set: make a key on the desk's page of agents and keys, and put it there"


def connect_url(settings: Settings, policy: AgentPolicy) -> URL:
    """The address of the WebSocket. Raises SettingsError, one line with what to do."""
    if not settings.relay_url:
        raise SettingsError(NO_RELAY)
    url = URL(settings.relay_url)
    url = url.with_scheme(SECURE[url.scheme])
    if url.scheme == "ws" and not _is_loopback(url.host) and not policy.plain_relay:
        raise SettingsError(
            f"RELAY_URL {settings.relay_url} has no TLS: the key and every order could be read on "
            "the way. Use https://, or set plain_relay = true in the agent's policy file."
        )
    return url / "agent" / "connect"


def agent_key(settings: Settings) -> str:
    if not settings.agent_key:
        raise SettingsError(NO_KEY)
    if not settings.agent_key.isascii() or not settings.agent_key.isprintable():
        raise SettingsError("AGENT_KEY is not a key: copy it again from the desk's page of keys")
    return settings.agent_key


def _is_loopback(host: str | None) -> bool:
    if host == "localhost":
        return True
    try:
        return ipaddress.ip_address(host or "").is_loopback
    except ValueError:
        return False
