"""Settings: the only file that reads the environment.

Each setting comes from the environment, else from `.env` in the working directory, else from its
default here. A value that does not parse stops the start with one clear line (`SettingsError`).
"""

from __future__ import annotations

import difflib
import fcntl
import json
import os
import re
import secrets
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, fields
from datetime import time
from decimal import Decimal, InvalidOperation
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo

from dotenv import dotenv_values

LOG_LEVELS = ("DEBUG", "INFO", "WARNING", "ERROR", "CRITICAL")
THREADS_LEFT = 16
SECRET_LENGTH = 32
MAX_WORKERS = 64
MAKE_TOKEN = 'make one with: python -c "import secrets; print(secrets.token_urlsafe(48))"'
# IB writes BRK B and BAC PRK: only a short class stands after a space.
SYMBOL = re.compile(r"[A-Z0-9.&+'/-]+( [A-Z0-9.]{1,3})?")
REQUIRE_TOTP = ("never", "live", "always")
ACCOUNT = re.compile(r"[A-Z0-9]{2,20}")
RELAY_SCHEMES = ("https", "http", "wss", "ws")
HOST = re.compile(r"[A-Za-z0-9]([\w.-]{0,251}[A-Za-z0-9])?|[0-9A-Fa-f:.]{2,45}", re.ASCII)
WINDOW = re.compile(r"^(\d\d:\d\d)-(\d\d:\d\d) (\S+)$")
Window = tuple[time, time, ZoneInfo]  # start, end, whose wall clock


class SettingsError(Exception):
    """One line that says which setting is wrong and what it should look like."""


def _text(raw: str) -> str:
    return raw.strip()


def _optional(parse: Callable[[str], Any]) -> Callable[[str], Any]:
    """None for a setting that is empty."""
    return lambda raw: parse(raw) if raw.strip() else None


def _host(raw: str) -> str:
    if not HOST.fullmatch(raw.strip()):
        raise ValueError("a host name or an IP address such as 127.0.0.1")
    return raw.strip()


def _port(raw: str) -> int:
    number = _whole(raw)
    if not 0 <= number <= 65535:
        raise ValueError("a port number from 0 to 65535")
    return number


def _whole(raw: str) -> int:
    try:
        number = int(raw)
    except ValueError:
        raise ValueError("a whole number") from None
    if number < 0:
        raise ValueError("a whole number that is not negative")
    return number


def _amount(raw: str) -> Decimal:
    """A limit. 0 could mean nothing at all or no limit, so it is refused."""
    try:
        amount = Decimal(raw.strip())
    except InvalidOperation:
        amount = Decimal(0)
    if not (amount.is_finite() and amount > 0):
        raise ValueError("a positive number, or nothing for no limit")
    return amount


def _count(raw: str) -> int:
    if not _whole(raw):
        raise ValueError("a positive whole number, or nothing for no limit")
    return int(raw)


def _symbols(raw: str) -> frozenset[str]:
    symbols = [part.strip().upper() for part in raw.split(",")] if raw.strip() else []
    if not all(map(SYMBOL.fullmatch, symbols)):
        raise ValueError("a list of symbols such as AAPL,MSFT")
    return frozenset(symbols)


def _accounts(raw: str) -> frozenset[str]:
    accounts = [part.strip().upper() for part in raw.split(",")] if raw.strip() else []
    if not all(map(ACCOUNT.fullmatch, accounts)):
        raise ValueError("a list of accounts such as DU1234567,DU7654321")
    return frozenset(accounts)


def _relay_url(raw: str) -> str:
    """Where the relay is, without a slash at its end."""
    url = raw.strip().rstrip("/")
    try:
        parts = urlsplit(url)
        is_url = parts.scheme in RELAY_SCHEMES and bool(parts.hostname) and parts.port != 0
    except ValueError:  # a port that is none
        is_url = False
    if url and (not is_url or parts.query or parts.fragment or "@" in parts.netloc):
        raise ValueError("an address such as https://relay.example.com")
    return url


def _window(raw: str) -> Window:
    try:
        [(start, end, zone)] = WINDOW.findall(raw.strip())
        window = time.fromisoformat(start), time.fromisoformat(end), ZoneInfo(zone)
        if start == end:
            raise ValueError
    except (ValueError, OSError, KeyError):
        raise ValueError("a daily window such as 23:45-00:10 America/New_York") from None
    return window


def _seconds(raw: str) -> float:
    try:
        seconds = float(raw)
    except ValueError:
        raise ValueError("a number of seconds") from None
    if not 0 < seconds < 86_400:
        raise ValueError("a positive number of seconds")
    return seconds


def _sleep_steps(raw: str) -> tuple[float, float, float]:
    """`1,2,1`; `0` alone switches the sleep workaround off."""
    try:
        steps = [float(part) for part in raw.split(",")]
    except ValueError:
        raise ValueError("three numbers of seconds such as 1,2,1") from None
    if steps == [0]:
        steps = [0, 0, 0]
    if len(steps) != 3 or any(not 0 <= step <= 60 for step in steps):
        raise ValueError("three numbers of seconds such as 1,2,1")
    return steps[0], steps[1], steps[2]


def _switch(raw: str) -> bool:
    meanings = {"1": True, "true": True, "yes": True, "0": False, "false": False, "no": False}
    try:
        return meanings[raw.strip().lower() or "0"]
    except KeyError:
        raise ValueError("1 or 0") from None


def _mode(raw: str) -> str:
    if raw not in ("paper", "live"):
        raise ValueError("paper or live")
    return raw


def _require_totp(raw: str) -> str:
    if raw not in REQUIRE_TOTP:
        raise ValueError(f"one of {', '.join(REQUIRE_TOTP)}")
    return raw


def _address(raw: str) -> str:
    host, _, port = raw.strip().rpartition(":")
    try:
        _port(port)
    except ValueError:
        host = ""
    if not host:
        raise ValueError("an address such as 127.0.0.1:5000")
    return raw.strip()


def _workers(raw: str) -> int:
    if not 1 <= _whole(raw) <= MAX_WORKERS:
        raise ValueError(f"a whole number from 1 to {MAX_WORKERS}")
    return int(raw)


def _shared_secret(raw: str) -> str:
    """Empty, or long enough that nobody guesses it."""
    if raw.strip() and len(raw.strip()) < SECRET_LENGTH:
        raise ValueError(f"a secret of at least {SECRET_LENGTH} characters")
    return raw.strip()


def _nats_servers(raw: str) -> tuple[str, ...]:
    servers = tuple(part.strip() for part in raw.split(",") if part.strip())
    if not all(server.startswith(("nats://", "tls://")) for server in servers):
        raise ValueError("a list of servers such as nats://10.0.0.1:4222,nats://10.0.0.2:4222")
    return servers


def _log_level(raw: str) -> str:
    level = raw.strip().upper()
    if level not in LOG_LEVELS:
        raise ValueError(f"one of {', '.join(LOG_LEVELS)}")
    return level


def _setting(name: str, default: str, parse: Callable[[str], Any], *, secret: bool = False) -> Any:
    return field(metadata={"name": name, "default": default, "parse": parse, "secret": secret})


@dataclass(frozen=True, slots=True)
class Settings:
    """Every setting, parsed. Times are seconds."""

    ib_host: str = _setting("IB_HOST", "127.0.0.1", _host)
    ib_port: int | None = _setting("IB_PORT", "", _optional(_port))
    ib_client_id: int = _setting("IB_CLIENT_ID", "999", _whole)
    ib_account: str = _setting("IB_ACCOUNT", "", _text)
    trading_mode: str = _setting("TRADING_MODE", "paper", _mode)
    paper_sleep: tuple[float, float, float] = _setting("PAPER_SLEEP", "1,2,1", _sleep_steps)
    order_timeout: float = _setting("ORDER_TIMEOUT", "30", _seconds)
    absence_seconds: float = _setting("ABSENCE_SECONDS", "10", _seconds)
    max_requests_per_second: int = _setting("MAX_REQUESTS_PER_SECOND", "45", _whole)
    ib_codes_file: str = _setting("IB_CODES_FILE", "", _text)
    max_order_quantity: Decimal | None = _setting("MAX_ORDER_QUANTITY", "", _optional(_amount))
    max_order_notional: Decimal | None = _setting("MAX_ORDER_NOTIONAL", "", _optional(_amount))
    max_equity_percent: Decimal | None = _setting("MAX_EQUITY_PERCENT", "", _optional(_amount))
    price_collar_percent: Decimal | None = _setting("PRICE_COLLAR_PERCENT", "", _optional(_amount))
    max_orders_per_minute: int | None = _setting("MAX_ORDERS_PER_MINUTE", "", _optional(_count))
    max_open_orders: int | None = _setting("MAX_OPEN_ORDERS", "", _optional(_count))
    max_daily_loss: Decimal | None = _setting("MAX_DAILY_LOSS", "", _optional(_amount))
    allowed_symbols: frozenset[str] = _setting("ALLOWED_SYMBOLS", "", _symbols)
    denied_symbols: frozenset[str] = _setting("DENIED_SYMBOLS", "", _symbols)
    allowed_accounts: frozenset[str] = _setting("ALLOWED_ACCOUNTS", "", _accounts)
    read_only: bool = _setting("READ_ONLY", "0", _switch)
    restart_window: Window | None = _setting("RESTART_WINDOW", "", _optional(_window))
    workers: int = _setting("WORKERS", "1", _workers)
    bind: str = _setting("BIND", "127.0.0.1:5000", _address)
    threads: int = _setting("THREADS", "128", _whole)
    max_streams: int = _setting("MAX_STREAMS", "64", _whole)
    max_waiting_orders: int = _setting("MAX_WAITING_ORDERS", "40", _whole)
    secret_key: str = _setting("SECRET_KEY", "", _text, secret=True)
    admin_password: str = _setting("ADMIN_PASSWORD", "", _text, secret=True)
    database_url: str = _setting("DATABASE_URL", "", _text, secret=True)
    require_totp: str = _setting("REQUIRE_TOTP", "never", _require_totp)
    relay_url: str = _setting("RELAY_URL", "", _relay_url)
    agent_key: str = _setting("AGENT_KEY", "", _text, secret=True)
    agent_policy: str = _setting("AGENT_POLICY", "", _text)
    var_dir: Path = _setting("VAR_DIR", "var", lambda raw: Path(raw.strip() or "var"))
    journal: str = _setting("JOURNAL_PATH", "", _text)
    relay_bind: str = _setting("RELAY_BIND", "127.0.0.1:8800", _address)
    relay_token: str = _setting("RELAY_TOKEN", "", _shared_secret, secret=True)
    heartbeat_seconds: float = _setting("HEARTBEAT_SECONDS", "5", _seconds)
    nats_url: tuple[str, ...] = _setting("NATS_URL", "", _nats_servers, secret=True)
    node_name: str = _setting("NODE_NAME", "", _text)
    paper_seed: int = _setting("PAPER_SEED", "1", _whole)
    paper_latency_ms: int = _setting("PAPER_LATENCY_MS", "10", _whole)
    log_level: str = _setting("LOG_LEVEL", "INFO", _log_level)

    @property
    def uses_relay(self) -> bool:
        """A desk in relay mode: every user has an agent, and the desk no connection to TWS."""
        return bool(self.relay_url)

    @property
    def uses_embedded_gateway(self) -> bool:
        """No TWS is configured: the desk starts its own paper gateway."""
        return self.ib_port is None

    @property
    def host_and_port(self) -> tuple[str, int]:
        host, _, port = self.bind.rpartition(":")
        return host, int(port)

    @property
    def relay_host_and_port(self) -> tuple[str, int]:
        """As a socket wants them: an IPv6 address without its brackets."""
        host, _, port = self.relay_bind.rpartition(":")
        return host.strip("[]"), int(port)

    @property
    def users_url(self) -> str:
        """SQLAlchemy's address of the database with users and keys."""
        return self.database_url or f"sqlite:///{(self.var_dir / 'desk.db').resolve()}"

    @property
    def journal_path(self) -> Path:
        """The file of the order journal."""
        return Path(self.journal) if self.journal else self.var_dir / "journal.db"

    @property
    def agent_policy_path(self) -> Path:
        """The agent's own policy file; it need not be there unless AGENT_POLICY names it."""
        return Path(self.agent_policy) if self.agent_policy else self.var_dir / "agent.toml"


@dataclass(frozen=True, slots=True)
class Source:
    """Where one setting's value comes from, for `flask config`."""

    name: str
    shown: str
    source: str


def load(environment: Mapping[str, str] | None = None, env_file: Path = Path(".env")) -> Settings:
    """Read and parse every setting, or raise SettingsError for the first wrong one."""
    raw = _raw_values(environment, env_file)
    values = {f.name: _parse(f.metadata, raw[f.metadata["name"]][0]) for f in _all()}
    settings = Settings(**values)
    _leave_threads_for_cancels(settings)
    _check_workers(settings)
    return settings


def load_for_desk(environment: Mapping[str, str] | None = None) -> Settings:
    """As `load`, for the desk: with RELAY_URL it must be able to say who asks."""
    settings = load(environment)
    if settings.uses_relay and not settings.relay_token:
        raise SettingsError(
            "With RELAY_URL the desk is in relay mode and needs RELAY_TOKEN, the same as the "
            f"relay's; {MAKE_TOKEN}"
        )
    return settings


def parse_setting(name: str, raw: str) -> Any:
    """The value of one setting as its text gives it; raises SettingsError."""
    [metadata] = [f.metadata for f in _all() if f.metadata["name"] == name]
    return _parse(metadata, raw)


def sources(
    environment: Mapping[str, str] | None = None, env_file: Path = Path(".env")
) -> list[Source]:
    """Each setting with its value (secrets masked) and where that value comes from."""
    raw = _raw_values(environment, env_file)
    shown = []
    for f in _all():
        value, source = raw[f.metadata["name"]]
        masked = "(set)" if f.metadata["secret"] and value else value
        shown.append(Source(f.metadata["name"], masked, source))
    return shown


def unknown_keys(env_file: Path = Path(".env")) -> list[str]:
    """A warning for each key of `.env` that is no setting, with the nearest name."""
    known = [f.metadata["name"] for f in _all()]
    warnings = []
    for key in dotenv_values(env_file) if env_file.is_file() else ():
        if key not in known:
            nearest = difflib.get_close_matches(key, known, n=1, cutoff=0.5)
            hint = f"; did you mean {nearest[0]}?" if nearest else ""
            warnings.append(f"{env_file}: {key} is not a setting{hint}")
    return warnings


def is_flask_command() -> bool:
    """True when Flask's command line runs us: commands must not open connections to TWS."""
    return os.environ.get("FLASK_RUN_FROM_CLI") == "true"


def secret_key(settings: Settings) -> str:
    """The key that signs sessions: the setting, else one made on first run and kept 0600."""
    if settings.secret_key:
        return settings.secret_key
    path = settings.var_dir / "secret_key"
    # An empty file is a first run that was killed between its two steps.
    if not path.exists() or not path.stat().st_size:
        _make_once(path, secrets.token_urlsafe(48))
    return path.read_text().strip()


def _make_once(path: Path, text: str) -> None:
    """Write a file for its owner only, unless another process at the same moment was first."""
    descriptor = os.open(path, os.O_RDWR | os.O_CREAT, 0o600)
    with os.fdopen(descriptor, "r+") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        if not file.read():
            file.write(text)


def gateway_address(settings: Settings) -> tuple[str, int]:
    """Where TWS listens: the settings, else the paper gateway that a running desk has started."""
    if settings.ib_port is not None:
        return settings.ib_host, settings.ib_port
    try:
        running = json.loads(embedded_gateway_file(settings).read_text())
        return str(running["host"]), int(running["port"])
    except (OSError, ValueError, KeyError):
        raise SettingsError(
            "IB_PORT is not set and no desk with its own paper gateway is running here. "
            "Start one with `make run`, or set IB_PORT (TWS paper 7497, IB Gateway paper 4002)."
        ) from None


def embedded_gateway_file(settings: Settings) -> Path:
    """The running desk writes here where its paper gateway listens: {"host", "port"}."""
    return settings.var_dir / "paper_gateway.json"


def _all() -> tuple[Any, ...]:
    return fields(Settings)


def _raw_values(
    environment: Mapping[str, str] | None, env_file: Path
) -> dict[str, tuple[str, str]]:
    """name -> (text, source); the environment wins over `.env`, which wins over the default."""
    environment = os.environ if environment is None else environment
    from_file = dotenv_values(env_file) if env_file.is_file() else {}
    values = {}
    for f in _all():
        name, default = f.metadata["name"], f.metadata["default"]
        if name in environment:
            values[name] = environment[name], "environment"
        elif from_file.get(name) is not None:
            values[name] = str(from_file[name]), str(env_file)
        else:
            values[name] = default, "default"
    return values


def _leave_threads_for_cancels(settings: Settings) -> None:
    """Open streams and waiting orders hold a thread each; a cancel must always find one."""
    most = max(settings.threads - THREADS_LEFT, 0)
    if settings.max_streams + settings.max_waiting_orders > most:
        raise SettingsError(
            f"MAX_STREAMS plus MAX_WAITING_ORDERS must be at most THREADS - {THREADS_LEFT} "
            f"({most}), so that a cancel always finds a thread"
        )


def _check_workers(settings: Settings) -> None:
    """One engine belongs to one process; in relay mode no process of the desk has one."""
    if settings.workers > 1 and not settings.uses_relay:
        raise SettingsError(
            f"WORKERS={settings.workers} needs RELAY_URL: client ids 999 and 1000 belong to one "
            "process. Leave WORKERS out; THREADS says how many requests are served at once"
        )


def _parse(metadata: Mapping[str, Any], raw: str) -> Any:
    try:
        return metadata["parse"](raw)
    except ValueError as error:
        shown = "…" if metadata["secret"] else repr(raw)
        raise SettingsError(f"{metadata['name']}={shown} is not {error}") from None
