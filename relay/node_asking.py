"""Asking an agent whose socket another node has: once, and honest about what became of it."""

from __future__ import annotations

import random
from collections.abc import Callable, Mapping
from typing import Any

from relay.alone import ask_here
from relay.answers import Answer, Unknown
from relay.bus import NotSent, NoWord
from relay.directory import Directory
from relay.hub import RESTARTING, Hub
from relay.messages import json_text
from relay.node_forms import answer_of
from relay.operations import Operation
from relay.pending import NO_ANSWER, WENT_AWAY
from relay.post import Post
from relay.requests import CANNOT_BE_SAID, client_order_id
from trading.refusals import AgentNotConnected, Busy, NoAnswer, Refused

CUT_OFF = "This relay node cannot reach the others now. Nothing was sent; try again in a moment."


class NodeAsking:
    """Of one node. Nothing is asked twice, except a quote when it is proven that nobody took it."""

    def __init__(
        self, hub: Hub, post: Post, directory: Directory, wall: Callable[[], float]
    ) -> None:
        self._hub, self._post, self._directory, self._wall = hub, post, directory, wall
        self._is_stopping = False

    def stop(self) -> None:
        """Answer whoever waits; from now on other nodes are not asked."""
        self._is_stopping = True
        self._post.give_up()

    async def ask(self, user: str, operation: Operation, args: Mapping[str, Any]) -> Answer:
        """The answer of the user's agent, or for a quote of one that shares.

        Raises a TradingError when nothing was sent.
        """
        if self._hub.epoch_of(user) is not None:
            return await ask_here(self._hub, user, operation, args)
        own = await self._ask_own(user, operation, args)
        if operation.reach == "quote" and isinstance(own, AgentNotConnected):
            return await self._ask_anybody(user, operation, args)
        return own

    async def _ask_own(self, user: str, operation: Operation, args: Mapping[str, Any]) -> Answer:
        if self._is_stopping:
            raise AgentNotConnected(RESTARTING)
        place = self._directory.place_of(user)
        if place is None or not place.entry.is_connected:
            return self._nobody()
        return await self._ask_at(place.boot, (user, place.entry.epoch), operation, args)

    async def _ask_anybody(
        self, user: str, operation: Operation, args: Mapping[str, Any]
    ) -> Answer:
        """Ask an agent that shares its quotes: one of this node's, else of any node."""
        try:
            return await ask_here(self._hub, user, operation, args)
        except (AgentNotConnected, Busy) as error:
            nobody = error
        boots = self._directory.sharing()
        random.shuffle(boots)
        for boot in boots:
            answer = await self._ask_at(boot, ("", 0), operation, args)
            if not isinstance(answer, AgentNotConnected | Busy):
                return answer
        raise nobody

    async def _ask_at(
        self, boot: str, whose: tuple[str, int], operation: Operation, args: Mapping[str, Any]
    ) -> Answer:
        """Ask at that node. `whose`: user and epoch of the agent, or nobody's for a quote."""
        user, epoch = whose
        head = {"do": "ask", "operation": operation.name, "user": user, "epoch": epoch}
        now = self._wall()
        times = {"at": now, "until": now + operation.delivery_seconds}
        try:
            body = json_text(args).encode()
        except TypeError:
            raise Refused(CANNOT_BE_SAID, malformed=True) from None
        try:
            return answer_of(*await self._post.call(boot, head | times, body, operation.seconds))
        except NotSent:
            nobody = self._nobody()
            self._directory.forget(boot)  # until it is heard again
            return nobody
        except NoWord as error:
            if operation.is_order:
                return Unknown(client_order_id(args))
            return NoAnswer(NO_ANSWER) if error.is_late else AgentNotConnected(WENT_AWAY)

    def _nobody(self) -> AgentNotConnected:
        return AgentNotConnected() if self._post.is_up else AgentNotConnected(CUT_OFF)
