"""A change of a live order: asked, and then done or refused by IB's own word.

Until an openOrder shows the new terms the old ones hold.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any, Literal, Self

from trading.ib_orders import SHOWN_IF_SET

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

        TWS may round or cap what was asked, so anything but the old values is an answer. Where it
        has made by itself what is asked now, every openOrder is one.
        """
        changed = [name for name, value in self.asked.items() if self._differs(name, value)]
        shown = [name for name in changed if name in told or name in SHOWN_IF_SET]
        return not changed or any(self._differs(name, told.get(name)) for name in shown)

    def _differs(self, name: str, value: Any) -> bool:
        """From what it was before; a field that is off and one that is not there are the same."""
        return (self.before.get(name) or None) != (value or None)

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
