"""The engine: everything that belongs to one TWS, wired, started and stopped together."""

from __future__ import annotations

from dataclasses import fields
from pathlib import Path
from typing import Any

import config
from config import Settings
from engine.embedded_gateway import EmbeddedGateway
from engine.equity import EquitySamples
from engine.messages import Messages
from engine.status import Gateway, engine_status
from engine.watch import Watch
from ib_connector import IBConnector
from ib_session import Endpoint
from order_handler import OrderHandler
from trading.ib_errors import CodeTable
from trading.policy import OrderPolicy
from trading.ports import Publish
from trading.restart_window import RestartWindow
from trading.risk import Limits


class Engine:
    """Reader, order desk and watch of one TWS, over its own paper gateway when it has no TWS.

    `connects=False`: nothing is started or connected, for commands that only look.
    """

    def __init__(self, settings: Settings, publish: Publish, *, connects: bool = True) -> None:
        """Raises GatewayFailed when the paper gateway does not start."""
        self.settings = settings
        self._embedded: EmbeddedGateway | None = None
        self.gateway = self._find_gateway(connects)
        codes = CodeTable(Path(settings.ib_codes_file) if settings.ib_codes_file else None)
        messages = Messages(publish)
        self.reader = IBConnector(
            self._endpoint(settings.ib_client_id),
            codes,
            messages.publish,
            settings.var_dir / "contracts.db" if connects else None,
            messages.last,
        )
        self.order_desk = OrderHandler(
            self._endpoint(settings.ib_client_id + 1),
            order_policy(settings),
            codes,
            messages.publish,
            settings.journal_path,
            self.reader,
        )
        self.watch = Watch(self.reader, self.order_desk, equity=EquitySamples(self.order_desk))
        self.loops = [self.reader.thread, self.order_desk.thread]

    def start(self) -> None:
        """Raises JournalError when the journal cannot be used, or another engine has it."""
        self.order_desk.start()  # first: a journal that another engine has ends the start
        self.reader.start()
        self.watch.start()

    def stop(self) -> None:
        """End the connections; orders stay at IB as they are."""
        self.watch.stop()
        self.order_desk.stop()
        self.reader.stop()
        if self._embedded:
            self._embedded.stop()

    def status(self) -> dict[str, Any]:
        return engine_status(self)

    def _find_gateway(self, connects: bool) -> Gateway:
        settings = self.settings
        if not connects:
            return Gateway(settings.ib_host, settings.ib_port or 0, embedded=False)
        if not settings.uses_embedded_gateway:
            return Gateway(*config.gateway_address(settings), embedded=False)
        self._embedded = EmbeddedGateway(settings)
        return Gateway(*self._embedded.start(), embedded=True)

    def _endpoint(self, client_id: int) -> Endpoint:
        pace = self.settings.max_requests_per_second
        return Endpoint(self.gateway.host, self.gateway.port, client_id, pace)


def order_policy(settings: Settings) -> OrderPolicy:
    """A limit is named like its setting."""
    window = settings.restart_window
    return OrderPolicy(
        settings.trading_mode,
        settings.ib_account,
        settings.paper_sleep,
        settings.order_timeout,
        settings.absence_seconds,
        limits=Limits(**{f.name: getattr(settings, f.name) for f in fields(Limits)}),
        restart_window=RestartWindow(*window) if window else None,
        accounts=settings.allowed_accounts,
    )
