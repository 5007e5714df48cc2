"""`python -m agent doctor`: what an agent needs, and how to repair what is missing.

It only looks: no order is made, no running agent is disturbed, no secret is shown.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable, Iterator
from email.utils import parsedate_to_datetime

import aiohttp
from yarl import URL

from agent.link import refuse_redirects
from agent.policy import AgentPolicy, governed
from agent.relay_address import agent_key, connect_url
from agent.setbacks import unreachable
from config import Settings, SettingsError
from engine import checks
from engine.checks import Finding
from engine.tws_check import tws_greets

RELAY_SECONDS = 5.0
MOST_CLOCK_SECONDS = 30.0


def examine(settings: Settings, policy: AgentPolicy) -> Iterator[Finding]:
    """Every check in turn."""
    for check in CHECKS:
        yield from check(settings, policy)


def _policy(settings: Settings, policy: AgentPolicy) -> Iterator[Finding]:
    path = settings.agent_policy_path
    if path.exists():
        yield Finding("ok", f"The policy file {path} is read: {_shown(policy)}")
    else:
        yield Finding("warn", f"There is no policy file {path}: {_shown(policy)}. {WRITE_ONE}")
    if policy.paper_only and settings.trading_mode == "live":
        yield Finding("warn", "TRADING_MODE is live, but the policy file allows paper only")
    if not policy.owner:
        yield Finding("warn", "The policy file names no owner: the relay alone decides whose it is")


def _relay(settings: Settings, policy: AgentPolicy) -> Iterator[Finding]:
    try:
        url, key = connect_url(settings, policy), agent_key(settings)
    except SettingsError as error:
        yield Finding("FAIL", str(error))
        return
    yield from asyncio.run(_asked(url, key))


CHECKS: tuple[Callable[[Settings, AgentPolicy], Iterator[Finding]], ...] = (
    lambda _settings, _policy: checks.python(),
    lambda _settings, _policy: checks.known_settings(),
    _policy,
    lambda settings, _policy: checks.var_dir(settings),
    lambda settings, _policy: checks.journal(settings),
    lambda settings, policy: tws_greets(governed(settings, policy)),
    _relay,
)
WRITE_ONE = "Write one: .venv/bin/python -m agent policy prints a sample"


def _shown(policy: AgentPolicy) -> str:
    accounts = ", ".join(sorted(policy.accounts)) or "every account"
    mode = "paper only" if policy.paper_only else "paper or live"
    quotes = f"quotes shared as {policy.feed}" if policy.share_quotes else "quotes not shared"
    return f"{mode}, {accounts}, {len(policy.limits)} limits, {quotes}"


async def _asked(url: URL, key: str) -> list[Finding]:
    timeout = aiohttp.ClientTimeout(total=RELAY_SECONDS)
    async with aiohttp.ClientSession(timeout=timeout, middlewares=(refuse_redirects,)) as http:
        found = await _reached(http, url)
        if found[0].word != "FAIL":
            found.append(await _key(http, url, key))
    return found


async def _reached(http: aiohttp.ClientSession, url: URL) -> list[Finding]:
    health = url.with_scheme({"wss": "https", "ws": "http"}[url.scheme]).parent.parent / "healthz"
    try:
        async with http.get(health) as answer:
            status, date = answer.status, answer.headers.get("Date", "")
    except (aiohttp.ClientError, OSError, TimeoutError) as error:
        return [Finding("FAIL", unreachable(error).sentence)]
    if status != 200:
        return [Finding("FAIL", f"{health} answers HTTP {status}. Is RELAY_URL a relay's address?")]
    how = "with TLS" if url.scheme == "wss" else "without TLS"
    return [Finding("ok", f"The relay at {url.host} answers {how}"), *_clock(date)]


def _clock(date: str) -> list[Finding]:
    """Orders do not depend on it; times that people see do."""
    try:
        apart = abs(parsedate_to_datetime(date).timestamp() - time.time())
    except ValueError:
        return []
    if apart > MOST_CLOCK_SECONDS:
        return [
            Finding("warn", f"This clock and the relay's are {apart:.0f} s apart. Set it right")
        ]
    return [Finding("ok", "This clock agrees with the relay's")]


async def _key(http: aiohttp.ClientSession, url: URL, key: str) -> Finding:
    """The door is opened and closed again: without a hello no agent is registered."""
    try:
        async with http.ws_connect(url, headers={"Authorization": f"Bearer {key}"}):
            return Finding("ok", "The relay accepts AGENT_KEY")
    except (aiohttp.ClientError, OSError, TimeoutError) as error:
        return Finding("FAIL", unreachable(error).sentence)
