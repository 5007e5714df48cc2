"""The agent's own policy file (TOML): what this machine lets a relay do. No relay can change it.

Its limits become settings of the engine, so that the order thread beside TWS enforces them. What
only reduces a known position, and every cancel, passes all of them.
"""

from __future__ import annotations

import tomllib
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, fields, replace
from decimal import Decimal
from typing import Any

import config
from config import Settings, SettingsError
from relay.messages import MAX_NAME
from relay.operations import OPERATIONS
from trading.risk import Limits

LIMITS = tuple(limit.name for limit in fields(Limits))
# So much sooner than the relay stops waiting must the agent know what to say of an order.
MARGIN_SECONDS = 5.0
SAMPLE = """\
# The agent's policy: what this machine lets a relay do.
# Save it as {path} and start the agent again.
# A line with # in front shows the default. Cancels, and orders that only reduce a known position,
# pass every limit.

# The user whom this machine serves. The agent refuses a relay that names somebody else.
#owner = ""
# How this machine is called on the page of agents.
#label = ""
# true: no order to a live account, whatever the settings say.
#paper_only = true
# The accounts that may be read and traded; empty: every account of this TWS.
#accounts = []

# true: other users of the relay may see quotes of this TWS, never its accounts or orders.
#share_quotes = false
# How these quotes are then called; others see this name and no other.
#feed = ""

# true: the relay may be reached without TLS. The key and every order are then readable on the way.
#plain_relay = false

# Limits of every new order. What stands here wins over the setting of the same name.
[limits]
#max_order_quantity = 100
#max_order_notional = 25000
#max_equity_percent = 10
#price_collar_percent = 5
#max_orders_per_minute = 10
#max_open_orders = 20
#max_daily_loss = 1000
#allowed_symbols = ["AAPL", "MSFT"]
#denied_symbols = ["GME"]
#read_only = false
"""


class PolicyError(SettingsError):
    """One line that says which line of the policy file is wrong and what it should look like."""


@dataclass(frozen=True, slots=True)
class AgentPolicy:
    """The policy file, parsed. `limits`: those that it names, by the name of their setting."""

    owner: str = ""
    label: str = ""
    paper_only: bool = True
    accounts: frozenset[str] = frozenset()
    share_quotes: bool = False
    feed: str = ""
    plain_relay: bool = False
    limits: Mapping[str, Any] = field(default_factory=dict)


def read_policy(settings: Settings) -> AgentPolicy:
    """The policy of this agent; without a file the default one. Raises PolicyError."""
    path = settings.agent_policy_path
    if not path.exists() and not settings.agent_policy:
        return AgentPolicy()
    try:
        return parse_policy(path.read_text(encoding="utf-8"))
    except OSError as error:
        raise PolicyError(f"AGENT_POLICY={path} cannot be read ({error.strerror})") from error
    except UnicodeDecodeError as error:
        raise PolicyError(f"{path}: it is not UTF-8") from error
    except PolicyError as error:
        raise PolicyError(f"{path}: {error}") from error


def parse_policy(text: str) -> AgentPolicy:
    """Raises PolicyError for an unknown name or a wrong value."""
    try:
        raw = tomllib.loads(text, parse_float=Decimal)
    except tomllib.TOMLDecodeError as error:
        raise PolicyError(f"it is not TOML: {error}") from error
    limits = raw.pop("limits", {})
    if not isinstance(limits, dict):
        raise PolicyError("limits must be a table: [limits]")
    values = {name: _value(name, value, VALUES) for name, value in raw.items()}
    named = {name: _limit(name, value) for name, value in limits.items()}
    policy = AgentPolicy(**values, limits=named)
    if policy.share_quotes and not policy.feed:
        raise PolicyError("share_quotes needs feed: the name that others see beside these quotes")
    return policy


def governed(settings: Settings, policy: AgentPolicy) -> Settings:
    """The settings of the engine under this policy. Raises PolicyError when they contradict it."""
    if policy.accounts and settings.ib_account and settings.ib_account not in policy.accounts:
        allowed = ", ".join(sorted(policy.accounts))
        raise PolicyError(
            f"IB_ACCOUNT is {settings.ib_account}, but the policy file allows {allowed} only"
        )
    most = OPERATIONS["place-order"].seconds - MARGIN_SECONDS
    if settings.order_timeout > most:
        raise PolicyError(f"ORDER_TIMEOUT is at most {most:g} for an agent: the relay waits longer")
    return replace(
        settings,
        ib_account=settings.ib_account or _only(policy.accounts),
        trading_mode="paper" if policy.paper_only else settings.trading_mode,
        allowed_accounts=policy.accounts or settings.allowed_accounts,
        **policy.limits,
    )


def _only(accounts: frozenset[str]) -> str:
    """The account to use when a request names none."""
    return next(iter(accounts)) if len(accounts) == 1 else ""


def _text(value: object) -> str:
    if not isinstance(value, str) or len(value) > MAX_NAME or not value.isprintable():
        raise ValueError(f"a text of at most {MAX_NAME} characters")
    return value.strip()


def _flag(value: object) -> bool:
    if not isinstance(value, bool):
        raise ValueError("true or false")
    return value


def _accounts(value: object) -> frozenset[str]:
    return frozenset(_setting("allowed_accounts", _listed(value)))


VALUES: dict[str, Callable[[object], Any]] = {
    "owner": _text,
    "label": _text,
    "paper_only": _flag,
    "accounts": _accounts,
    "share_quotes": _flag,
    "feed": _text,
    "plain_relay": _flag,
}


def _value(name: str, value: object, known: Mapping[str, Callable[[object], Any]]) -> Any:
    if name not in known:
        raise PolicyError(f"{name} is not known; one of {', '.join(known)}, [limits]")
    try:
        return known[name](value)
    except ValueError as error:
        raise PolicyError(f"{name} must be {error}") from None


def _limit(name: str, value: object) -> Any:
    """A limit, as its setting's own parser reads it."""
    if name not in LIMITS:
        raise PolicyError(f"limits.{name} is not known; one of {', '.join(LIMITS)}")
    try:
        if name == "read_only":
            return _flag(value)
        if name.endswith("_symbols"):
            return _setting(name, _listed(value))
        if isinstance(value, bool) or not isinstance(value, int | Decimal):
            raise ValueError("a number")
        return _setting(name, str(value))
    except ValueError as error:
        raise PolicyError(f"limits.{name} must be {error}") from None


def _listed(value: object) -> str:
    if not isinstance(value, list) or not all(isinstance(one, str) and one for one in value):
        raise ValueError('a list of texts such as ["AAPL", "MSFT"]')
    return ",".join(value)


def _setting(name: str, text: str) -> Any:
    try:
        return config.parse_setting(name.upper(), text)
    except SettingsError as error:
        raise ValueError(str(error).partition(" is not ")[2]) from None
