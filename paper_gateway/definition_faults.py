"""Drills about contracts: definitions that are missing, refused, or a farm that is down.

May not send anything. That a farm that is down leaves contracts with a conId alone (market data by
conId goes on) is a guess; that it answers 200 for every symbol is what users of real ones report.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from paper_gateway.catalogue.con_ids import option_place
from paper_gateway.contracts import ContractDefinition, ContractQuery
from paper_gateway.notices import text_of
from paper_gateway.rules import NO_DEFINITION, Refusal

if TYPE_CHECKING:
    from paper_gateway.drills import Drills

BROKEN, OK = 2157, 2158
UNKNOWN = Refusal(200, NO_DEFINITION)
_OPTIONS = frozenset({"OPT", "FOP"})


def refusal_of(drills: Drills, query: ContractQuery) -> Refusal | None:
    """Why a question about contracts is answered with an error alone."""
    if drills.secdef_broken:
        return UNKNOWN
    code = drills.refuse_wildcards
    is_wildcard = query.sec_type in _OPTIONS and not (
        query.con_id or query.strike or query.local_symbol
    )
    return Refusal(code, text_of(code)) if code and is_wildcard else None


def is_missing(drills: Drills, definition: ContractDefinition) -> bool:
    """Whether a drill has taken this option away: one strike of every so many."""
    every = drills.missing_definitions
    place = option_place(definition.con_id) if every else None
    return place is not None and place.strike % every == every - 1


def is_unknown(drills: Drills, query: ContractQuery, definition: ContractDefinition) -> bool:
    """Whether a request for data gets 200 for a contract that there is otherwise."""
    return (drills.secdef_broken and not query.con_id) or is_missing(drills, definition)


def farm_code(drills: Drills) -> int:
    """What TWS says of the security-definition farm."""
    return BROKEN if drills.secdef_broken else OK
