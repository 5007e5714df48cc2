"""What is known at once about an engine: the status that pages, agents and metrics show."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, fields
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any, Protocol

from config import Settings
from engine.watch import Watch
from trading.ports import OrderDesk, Reader
from trading.risk import Limits
from trading.snapshots import iso


class Loop(Protocol):
    """An event loop that somebody watches."""

    @property
    def name(self) -> str: ...

    @property
    def is_alive(self) -> bool: ...

    def seconds_since_tick(self) -> float:
        """How long ago the loop last showed that it turns."""
        ...


@dataclass(frozen=True, slots=True)
class Gateway:
    """Where TWS is. `embedded`: our own paper gateway, whose prices are synthetic."""

    host: str
    port: int
    embedded: bool


class Parts(Protocol):
    """What a status is made of."""

    @property
    def settings(self) -> Settings: ...

    @property
    def reader(self) -> Reader: ...

    @property
    def order_desk(self) -> OrderDesk: ...

    @property
    def watch(self) -> Watch: ...

    @property
    def gateway(self) -> Gateway: ...

    @property
    def loops(self) -> Sequence[Loop]: ...


def known_accounts(parts: Parts) -> tuple[str, ...]:
    """The accounts that TWS has named; empty before the first connection."""
    return parts.reader.status().accounts or parts.order_desk.status().accounts


def shown_account(parts: Parts) -> str | None:
    """The account to show: the configured one, else the first."""
    return parts.settings.ib_account or next(iter(known_accounts(parts)), None)


def engine_status(parts: Parts) -> dict[str, Any]:
    """The status as the API shows it, without what belongs to the desk alone."""
    time = iso(datetime.now(UTC))  # first: of two answers a page keeps the one begun later
    data, orders = parts.reader.status(), parts.order_desk.status()
    settings, gateway = parts.settings, parts.gateway
    return {
        "time": time,
        "mode": settings.trading_mode,
        "account": shown_account(parts),
        "accounts": list(known_accounts(parts)),
        "gateway": {"host": gateway.host, "port": gateway.port, "embedded": gateway.embedded},
        "syntheticPrices": gateway.embedded,
        "connections": {"data": data.to_payload(), "orders": orders.to_payload()},
        "farms": [farm.to_payload() for farm in data.farms],
        "marketData": parts.reader.market_data(),
        "sleepWorkaround": {
            "applies": parts.order_desk.has_sleep_workaround(),
            "seconds": list(settings.paper_sleep),
        },
        "loops": [
            {"name": loop.name, "secondsSinceTick": round(loop.seconds_since_tick(), 3)}
            for loop in parts.loops
        ],
        "openOrders": open_orders(parts),
        "frozen": parts.order_desk.is_frozen(),
        "blockers": parts.order_desk.blockers(),
        "hasReadOrders": parts.order_desk.has_read_orders(),
        "limits": limits_payload(settings),
        "journal": {
            "path": str(settings.journal_path),
            "failure": parts.order_desk.journal_failure(),
            "orders": parts.watch.saved_orders,
        },
        "positionDifferences": [one.to_payload() for one in parts.watch.differences],
    }


def open_orders(parts: Parts) -> int:
    return sum(not order.is_final for order in parts.order_desk.orders())


def limits_payload(settings: Settings) -> dict[str, Any]:
    """Each limit under its setting's name in camelCase; null where there is none."""
    window = settings.restart_window
    shown = {_camel(f.name): _shown_limit(getattr(settings, f.name)) for f in fields(Limits)}
    text = f"{window[0]:%H:%M}-{window[1]:%H:%M} {window[2].key}" if window else None
    return shown | {"restartWindow": text}


def _shown_limit(value: object) -> object:
    if isinstance(value, frozenset):
        return sorted(value) or None
    return float(value) if isinstance(value, Decimal) else value


def _camel(name: str) -> str:
    first, *others = name.split("_")
    return first + "".join(map(str.capitalize, others))
