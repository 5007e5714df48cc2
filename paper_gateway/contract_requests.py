"""Answers to reqContractDetails, reqMatchingSymbols, reqMarketRule and reqSecDefOptParams.

May not decide which contracts there are: that is the catalogue's business.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import datetime
from functools import partial
from itertools import islice
from zoneinfo import ZoneInfo

from paper_gateway import reference_replies, replies
from paper_gateway.catalogue.options import Chain
from paper_gateway.contracts import ContractDefinition, ContractQuery, market_rule
from paper_gateway.definition_faults import UNKNOWN, is_missing, refusal_of
from paper_gateway.option_chains import chain_frames
from paper_gateway.requests import Request
from paper_gateway.rules import NO_DEFINITION
from paper_gateway.session import Session

DETAILS = "contract details"
# A whole option chain is told in slices, so that other clients need not wait and the client can
# read along. TWS paces such answers too (how fast is a guess).
SLICE = 400
SLICE_SECONDS = 0.0625
# So many such answers may be under way for one client (our own bound; IB's code for a limit).
MAX_CHAINS = 8
_TOO_MANY = (
    "Error processing request.-'bN' : cause - Max number of contract requests has been reached."
)
_NO_COMBO_DETAILS = (
    "'BAG' isn't supported for contract data request. Please enter a valid security type"
)
# These have neither ISIN nor CUSIP.
_DERIVATIVES = frozenset({"OPT", "FUT", "FOP"})

Rows = Iterator[tuple[ContractDefinition, str]]


def req_contract_details(session: Session, request: Request) -> None:
    req_id, query = request["req_id"], request.query
    if query.sec_type == "BAG":
        session.refuse(req_id, _NO_COMBO_DETAILS)
        return
    refusal = refusal_of(session.hub.drills, query)
    if refusal is not None:
        session.send_error(req_id, refusal.code, refusal.text)
        return
    if len(session.streams(DETAILS)) >= MAX_CHAINS:
        session.send_error(req_id, 322, _TOO_MANY)
        return
    rows = _rows(session, query, request)
    first = next(rows, None)
    if first is None:
        session.send_error(req_id, 200, NO_DEFINITION)
        return
    session.send(_details(session, req_id, *first))
    if _send_slice(session, req_id, rows):
        key = (DETAILS, req_id)
        session.every(key, SLICE_SECONDS, partial(_go_on, session, req_id, rows))


def _rows(session: Session, query: ContractQuery, request: Request) -> Rows:
    """The rows that fit; with a secId (an ISIN or a CUSIP) only those that have it."""
    sec_id, kind = request["sec_id"], request["sec_id_type"]
    if sec_id and query.sec_type in _DERIVATIVES:
        return iter(())
    drills = session.hub.drills
    return (
        (definition, exchange)
        for definition, exchange in session.hub.catalogue.rows(query)
        if (not sec_id or sec_id == _sec_id(definition, kind))
        and not is_missing(drills, definition)
    )


def _sec_id(definition: ContractDefinition, kind: str) -> str:
    if kind == "CUSIP":
        bond = definition.bond
        # A US security's CUSIP stands in its ISIN.
        return bond.cusip if bond else definition.isin[2:11]
    return definition.isin


def _send_slice(session: Session, req_id: int, rows: Rows) -> bool:
    """Send the next rows, and the end after the last one; whether there may be more."""
    sent = 0
    for definition, exchange in islice(rows, SLICE):
        session.send(_details(session, req_id, definition, exchange))
        sent += 1
    if sent < SLICE:
        session.send(replies.contract_details_end(req_id))
    return sent == SLICE


def _go_on(session: Session, req_id: int, rows: Rows) -> None:
    if not _send_slice(session, req_id, rows):
        session.stop((DETAILS, req_id))


def _details(session: Session, req_id: int, definition: ContractDefinition, exchange: str) -> bytes:
    if definition.bond is not None:
        terms = reference_replies.BondTerms(
            cusip=definition.bond.cusip,
            coupon=definition.bond.coupon,
            maturity=definition.bond.maturity,
            issue_date=definition.bond.issued,
            ratings=definition.bond.ratings,
            coupon_type=definition.bond.kind,
            description=definition.local_symbol,
        )
        return reference_replies.bond_details(req_id, definition, exchange, terms)
    zone = ZoneInfo(definition.time_zone_id)
    today = datetime.fromtimestamp(session.hub.clock(), zone).date()
    hours = session.hub.market.hours.texts(definition, today)
    return replies.contract_details(req_id, definition, exchange, hours)


def req_matching_symbols(session: Session, request: Request) -> None:
    catalogue = session.hub.catalogue
    found = catalogue.matching(request["pattern"])
    derivatives = {each.con_id: catalogue.derivatives(each) for each in found}
    session.send(replies.symbol_samples(request["req_id"], found, derivatives))


def req_market_rule(session: Session, request: Request) -> None:
    rule = market_rule(request["rule_id"])
    if rule is None:
        session.refuse(-1, "Invalid market rule id")
        return
    session.send(replies.market_rule(request["rule_id"], rule))


def req_option_parameters(session: Session, request: Request) -> None:
    """The chains of an underlying; those of a future may be asked for on one exchange."""
    req_id, con_id, catalogue = request["req_id"], request["con_id"], session.hub.catalogue
    if session.hub.drills.secdef_broken:
        session.send_error(req_id, UNKNOWN.code, UNKNOWN.text)
        return
    chains: list[Chain] = []
    if request["sec_type"] == "FUT":
        chains = catalogue.future_chains(con_id, request["exchange"])
    elif not request["exchange"]:
        chains = catalogue.chains(con_id)
    for data in chain_frames(req_id, con_id, chains):
        session.send(data)
    session.send(replies.option_parameters_end(req_id))


HANDLERS: dict[int, Callable[[Session, Request], None]] = {
    9: req_contract_details,
    78: req_option_parameters,
    81: req_matching_symbols,
    91: req_market_rule,
}
