"""The agent: an engine beside one TWS and a link to the relay, wired, started, stopped together."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from agent.accounts import AllowedAccounts
from agent.dispatcher import Dispatcher
from agent.instance import Instance
from agent.link import Link, Peer
from agent.policy import AgentPolicy, governed
from agent.relay_address import agent_key, connect_url
from config import Settings
from engine.engine import Engine
from engine.process import version
from relay.messages import Hello

SETTLE_SECONDS = 3.0


class Agent:
    """`on_welcome`: hears the user's name with each connection to the relay."""

    def __init__(
        self,
        settings: Settings,
        policy: AgentPolicy,
        instance: Instance,
        on_welcome: Callable[[str], None],
    ) -> None:
        """Raises SettingsError, and GatewayFailed when its own paper gateway does not start."""
        settings = governed(settings, policy)
        url, key = connect_url(settings, policy), agent_key(settings)
        self._accounts = AllowedAccounts(policy.accounts)
        self.engine = Engine(settings, self._publish)
        self._dispatcher = Dispatcher(self.engine, policy)
        hello = Hello(
            instance=instance.name,
            run=instance.run,
            version=version(),
            mode=settings.trading_mode,
            shares=policy.share_quotes,
            feed=policy.feed,
            label=policy.label,
            user=policy.owner,
        )
        self.link = Link(
            Peer(url, key, hello),
            self._dispatcher.answer,
            lambda: self._accounts.status(self.engine.status()),
            self._may_tell,
            on_welcome,
        )

    def start(self) -> None:
        """Raises JournalError when the journal cannot be used, or another engine has it."""
        self.engine.start()
        self.link.start()

    def stop(self) -> None:
        """No new order, everybody who waits is answered, then both ends; orders stay at IB."""
        self.engine.order_desk.drain()
        self.link.settle(SETTLE_SECONDS)
        self.link.stop()
        self._dispatcher.close()
        self.engine.stop()

    def _publish(self, kind: str, payload: dict[str, Any]) -> None:
        self.link.publish(kind, payload)

    def _may_tell(self, kind: str, payload: Mapping[str, Any]) -> bool:
        return self._accounts.may_tell(kind, payload, self.engine.order_desk.orders)
