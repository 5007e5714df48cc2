"""A change of a live order: asked, and then done or refused by IB's own word.

Until an openOrder shows the new terms the old ones hold.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any, Literal, Self

State = Literal["pending", "done", "refused", "unconfirmed"]


@dataclass(frozen=True, slots=True)
class Modification:
    """`asked` are the fields to change, `terms` the whole order with them, in IB's names."""

    asked: dict[str, Any]
    terms: dict[str, Any]
    before: dict[str, Any]
    body: dict[str, Any]  # the whole changed request, as the journal keeps it
    state: State = "pending"
    message: dict[str, Any] | None = None  # why it was refused
    reason: str = ""  # why nothing was heard

    @property
    def is_pending(self) -> bool:
        return self.state == "pending"

    @property
    def is_unanswered(self) -> bool:
        """Also one whose answer was lost with a connection may still show in an openOrder."""
        return self.state in ("pending", "unconfirmed")

    def is_answered_by(self, told: dict[str, Any]) -> bool:
        """Whether an openOrder's terms are an answer, and not a repetition of the old ones.

        TWS may round or cap what was asked, so anything but the old values is an answer.
        """
        changed = [name for name, value in self.asked.items() if self.before.get(name) != value]
        return any(told.get(name) != self.before.get(name) for name in changed if name in told)

    def done(self) -> Self:
        return replace(self, state="done")

    def refused(self, message: dict[str, Any]) -> Self:
        return replace(self, state="refused", message=message)

    def unconfirmed(self, reason: str) -> Self:
        return replace(self, state="unconfirmed", reason=reason)

    def to_payload(self) -> dict[str, Any]:
        return {
            "state": self.state,
            "asked": self.asked,
            "message": self.message,
            "reason": self.reason,
        }
