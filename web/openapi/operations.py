"""The table of the API's operations, by group: what the document and its page are made from.

A test compares it with the routes that exist.
"""

from __future__ import annotations

from web.openapi.chain_operations import OPTIONS
from web.openapi.checklist_operations import CHECKLISTS
from web.openapi.exit_operations import EXITS
from web.openapi.market_operations import MARKET_READS
from web.openapi.order_operations import ORDERS
from web.openapi.own_operations import OWN
from web.openapi.parts import Operation
from web.openapi.people_operations import KEYS, PEOPLE
from web.openapi.portfolio_parts import PORTFOLIO_READS
from web.openapi.preset_operations import PRESET_OPERATIONS
from web.openapi.read_operations import ACCOUNT_READS, DESK_READS, EVENTS

__all__ = ["EVENTS", "OPERATIONS"]

OPERATIONS: dict[str, tuple[Operation, ...]] = {
    "Orders": ORDERS,
    "Exits": EXITS,
    "Account": (*ACCOUNT_READS, *PORTFOLIO_READS),
    "Market data": MARKET_READS,
    "Options": OPTIONS,
    "Desk": DESK_READS,
    "Checklist": CHECKLISTS,
    "Your own pages": (*OWN, *PRESET_OPERATIONS),
    "Sessions and keys": KEYS,
    "People": PEOPLE,
}
