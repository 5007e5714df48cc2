"""Orders that are not transmitted yet: kept until the last one of their family is.

May not book anything, and nothing here outlives the process: TWS loses such orders too.

A child that is transmitted takes its whole family with it: the parents above it and all their other
children. A parent that is transmitted by itself goes alone; children that come later follow it.
"""

from dataclasses import dataclass

from paper_gateway.contracts import ContractDefinition
from paper_gateway.tickets import OrderTicket

Key = tuple[int, int]
"""clientId and orderId."""


@dataclass(frozen=True, slots=True)
class Draft:
    client_id: int
    ticket: OrderTicket
    definition: ContractDefinition


class Drafts:
    """In the order in which they came: parents before their children."""

    def __init__(self) -> None:
        self._drafts: dict[Key, Draft] = {}

    def __contains__(self, key: Key) -> bool:
        return key in self._drafts

    def keep(self, draft: Draft) -> None:
        """Replaces an earlier one of that id."""
        self._drafts[draft.client_id, draft.ticket.order_id] = draft

    def drop(self, client_id: int, order_id: int) -> list[Draft]:
        """Forget an order and the children below it; what was forgotten."""
        found = self._below(client_id, order_id)
        for draft in found:
            del self._drafts[draft.client_id, draft.ticket.order_id]
        return found

    def transmit(self, draft: Draft) -> list[Draft]:
        """Take out what goes to the exchange with this one, parents first."""
        client_id = draft.client_id
        self.keep(draft)
        if not draft.ticket.parent_id:
            del self._drafts[client_id, draft.ticket.order_id]
            return [draft]
        top = draft.ticket.parent_id
        while (above := self._drafts.get((client_id, top))) is not None and above.ticket.parent_id:
            top = above.ticket.parent_id
        return self.drop(client_id, top)

    def _below(self, client_id: int, order_id: int) -> list[Draft]:
        """The draft of that id, if it is one, and all that descend from the id."""
        ids = {order_id}
        found = []
        for (owner, own_id), draft in self._drafts.items():
            if owner == client_id and (own_id in ids or draft.ticket.parent_id in ids):
                ids.add(own_id)
                found.append(draft)
        return found
