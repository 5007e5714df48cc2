"""The form of the set-up page: its gateways and limits as tables, and what was typed as settings.

Every text is judged by the parser with which the desk starts. Nothing is asked or kept here.
"""

from __future__ import annotations

import hashlib
import ipaddress
from collections.abc import Mapping
from dataclasses import dataclass, field

from store.settings_file import DEFAULTS, Setting, check

LOWEST_PORT = 1024
LOCALHOST = DEFAULTS["IB_HOST"]
GATEWAY_SETTINGS = ("IB_HOST", "IB_PORT", "TRADING_MODE")
LIVE_WORD = "LIVE"
TYPE_LIVE = f"Real money: type {LIVE_WORD} in capitals to confirm it"
NO_PORT = f"a port from {LOWEST_PORT} to 65535, as TWS's API settings show it"
NO_PLACE = "the address of one machine"


@dataclass(frozen=True, slots=True)
class Card:
    """A gateway to choose. `port` is IB's default there; None where there is none."""

    key: str
    title: str
    about: str
    port: int | None = None
    mode: str = "paper"


BUILT_IN, OTHER = "built-in", "other"
CARDS = (
    Card(BUILT_IN, "Built-in paper gateway", "No IB account needed; prices are synthetic"),
    Card("tws", "TWS, paper", "On this computer, port 7497", 7497),
    Card("gateway", "IB Gateway, paper", "On this computer, port 4002", 4002),
    Card(OTHER, "Another address", "IB Gateway in docker, another computer, another port"),
    Card("tws-live", "TWS, live", "On this computer, port 7496", 7496, "live"),
    Card("gateway-live", "IB Gateway, live", "On this computer, port 4001", 4001, "live"),
)


@dataclass(frozen=True, slots=True)
class Limit:
    """A limit of orders: `suggested` suits small accounts; `refused` is what it stops, then."""

    name: str
    label: str
    suggested: str
    refused: str

    @property
    def is_switch(self) -> bool:
        return DEFAULTS[self.name] == "0"


LIMITS = (
    Limit("READ_ONLY", "Read-only: look, but take no new risk", "", "every order that adds risk"),
    Limit(
        "MAX_ORDER_QUANTITY",
        "Most shares or contracts in one order",
        "500",
        "1,000 typed for 100",
    ),
    Limit(
        "MAX_ORDER_NOTIONAL",
        "Most money in one order",
        "25000",
        "200 shares at 228.10, and combinations, which cannot be measured",
    ),
    Limit(
        "PRICE_COLLAR_PERCENT",
        "Farthest price from the market, in percent",
        "10",
        "a limit of 22.81 where 228.10 was meant",
    ),
    Limit(
        "MAX_DAILY_LOSS",
        "Most that may be lost in a day",
        "1000",
        "whatever opens or adds, once today's loss is that much",
    ),
    Limit("ALLOWED_SYMBOLS", "Only these symbols", "AAPL,MSFT,SPY", "TSLA"),
)
MORE_LIMITS = (
    Limit("DENIED_SYMBOLS", "Never these symbols", "GME,TQQQ", "GME"),
    Limit(
        "MAX_EQUITY_PERCENT",
        "Most of the account in new orders, in percent",
        "25",
        "what, with all open orders, is more than a quarter of the account",
    ),
    Limit(
        "MAX_ORDERS_PER_MINUTE", "Most orders in a minute", "20", "the 21st, of a script gone mad"
    ),
    Limit("MAX_OPEN_ORDERS", "Most open orders", "50", "the 51st"),
    Limit("ALLOWED_ACCOUNTS", "Only these accounts", "DU1234567", "an order for any other account"),
    Limit(
        "RESTART_WINDOW",
        "When TWS restarts each day",
        "23:45-00:10 America/New_York",
        "what TWS would lose: new orders from a minute before",
    ),
)
ALL_LIMITS = LIMITS + MORE_LIMITS


@dataclass(slots=True)
class Typed:
    """A form as it was typed, or as it first shows: `wrong` has a sentence for each bad field.

    `seen`: the `mark` of what was saved when the page was made; the form sends it back.
    """

    card: str
    host: str
    port: str
    mode: str
    limits: dict[str, str]
    wrong: dict[str, str] = field(default_factory=dict)
    seen: str = ""

    @property
    def gateway(self) -> dict[str, str]:
        """The settings that say where orders go."""
        chosen = next((card for card in CARDS if card.key == self.card), CARDS[0])
        if chosen.key == OTHER:
            host, port, mode = self.host, self.port, self.mode
        else:
            host, port, mode = LOCALHOST, str(chosen.port or ""), chosen.mode
        return {"IB_HOST": host, "IB_PORT": port, "TRADING_MODE": mode}

    @property
    def settings(self) -> dict[str, str]:
        return self.gateway | self.limits


def mark(settings: Mapping[str, Setting]) -> str:
    """Something that changes with whatever the form could change."""
    names = (*GATEWAY_SETTINGS, *(one.name for one in ALL_LIMITS))
    kept = "\n".join(settings[name].saved for name in names)
    return hashlib.sha256(kept.encode()).hexdigest()[:16]


def is_out_of_date(typed: Typed, settings: Mapping[str, Setting]) -> bool:
    """Whether it may undo what was saved after its page was made; a second click does not."""
    is_same = all(settings[name].saved == text for name, text in typed.settings.items())
    return not is_same and typed.seen not in ("", mark(settings))


def saved(settings: Mapping[str, Setting]) -> Typed:
    """The form with what is saved."""
    host, port, mode = (settings[name].saved for name in GATEWAY_SETTINGS)
    limits = {one.name: settings[one.name].saved for one in ALL_LIMITS}
    typed = Typed(OTHER, host, port, mode, limits, seen=mark(settings))
    for card in CARDS:
        if typed.gateway == Typed(card.key, "", "", "", {}).gateway and card.key != OTHER:
            typed.card = card.key
    return typed


def parse(form: Mapping[str, str], settings: Mapping[str, Setting]) -> Typed:
    """What was typed, with what is wrong with it; LIVE is asked for where live would be new."""
    typed = parse_gateway(form)
    for one in ALL_LIMITS:
        wrong = check(one.name, typed.limits[one.name])
        if wrong:
            typed.wrong[one.name] = wrong
    is_new = any(settings[name].saved != text for name, text in typed.gateway.items())
    is_live = typed.gateway["TRADING_MODE"] == "live"
    if is_live and is_new and form.get("live", "").strip() != LIVE_WORD:
        typed.wrong["live"] = TYPE_LIVE
    return typed


def parse_gateway(form: Mapping[str, str]) -> Typed:
    """As `parse`, with only the gateway judged: to test it nothing else need be right."""
    typed = Typed(
        form.get("gateway", ""),
        _text(form, "host") or LOCALHOST,
        _text(form, "port"),
        _text(form, "mode"),
        {one.name: _limit(form, one) for one in ALL_LIMITS},
        seen=_text(form, "seen"),
    )
    if typed.card not in [card.key for card in CARDS]:
        typed.wrong["gateway"] = "Choose a gateway"
    if typed.card == OTHER:
        found = {
            "host": check("IB_HOST", typed.host) or _wrong_place(typed.host),
            "port": check("IB_PORT", typed.port) or _wrong_port(typed.port),
            "mode": check("TRADING_MODE", typed.mode),
        }
        typed.wrong |= {name: wrong for name, wrong in found.items() if wrong}
    return typed


def _text(form: Mapping[str, str], name: str) -> str:
    return form.get(name, "").strip()


def _limit(form: Mapping[str, str], one: Limit) -> str:
    """A browser sends a switch only when it is on."""
    if one.is_switch:
        return "1" if one.name in form else "0"
    return _text(form, one.name)


def _wrong_port(text: str) -> str:
    """The desk asks no port of the system's own services, whatever an admin types."""
    return "" if text and int(text) >= LOWEST_PORT else f"{text!r} is not {NO_PORT}"


def _wrong_place(host: str) -> str:
    """Nor the addresses at which clouds tell secrets (169.254.…), nor those of many machines."""
    try:
        address = ipaddress.ip_address(host)
    except ValueError:
        return ""  # a name
    address = getattr(address, "ipv4_mapped", None) or address
    is_none = address.is_link_local or address.is_multicast or address.is_unspecified
    return f"{host!r} is not {NO_PLACE}" if is_none else ""
