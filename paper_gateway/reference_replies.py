"""Encoders of the rarer replies about contracts and accounts: bonds, scans, FA, fundamentals, WSH.

May not decide what to send. The everyday ones stand in replies.
"""

from collections.abc import Sequence
from typing import NamedTuple

from paper_gateway.contracts import ContractDefinition
from paper_gateway.wire import escape, frame, frame_list, number


class BondTerms(NamedTuple):
    """What only a bond has. Dates are YYYYMMDD.

    ``coupon`` is in percent; ib_async 2.1.0 reads whole ones only and loses the others' message.
    """

    cusip: str
    coupon: float
    maturity: str
    issue_date: str
    ratings: str = ""
    bond_type: str = ""
    coupon_type: str = ""
    is_convertible: bool = False
    is_callable: bool = False
    is_putable: bool = False
    description: str = ""
    next_option_date: str = ""
    next_option_type: str = ""
    is_next_option_partial: bool = False
    notes: str = ""


def bond_details(req_id: int, d: ContractDefinition, exchange: str, terms: BondTerms) -> bytes:
    """The answer to reqContractDetails for a bond, in place of contractDetails."""
    t = terms
    head = [
        18, req_id, d.symbol, d.sec_type, t.cusip, number(t.coupon), t.maturity, t.issue_date,
        t.ratings, t.bond_type, t.coupon_type, int(t.is_convertible), int(t.is_callable),
        int(t.is_putable), t.description, exchange, d.currency, d.market_name, d.trading_class,
        d.con_id, number(d.min_tick), d.order_types, d.valid_exchanges, t.next_option_date,
        t.next_option_type, int(t.is_next_option_partial), t.notes, d.long_name, "", 0,
    ]  # fmt: skip
    ids = ["1", "ISIN", d.isin] if d.isin else ["0"]
    tail = [1, d.market_rule_ids, d.min_size, d.size_increment, d.suggested_size_increment]
    return frame_list(head, [ids, tail])


class ScanRow(NamedTuple):
    """One contract of a scan, with the texts that go with some scan codes."""

    definition: ContractDefinition
    distance: str = ""
    benchmark: str = ""
    projection: str = ""
    legs: str = ""


def scanner_data(req_id: int, rows: Sequence[ScanRow]) -> bytes:
    """The whole result of a scan; ranks count from 0. It has no end message of its own."""
    fields = [
        (rank, d.con_id, d.symbol, d.sec_type, d.last_trade_date, number(d.strike), d.right,
         d.exchange, d.currency, d.local_symbol, d.market_name, d.trading_class, *texts)
        for rank, (d, *texts) in enumerate(rows)
    ]  # fmt: skip
    return frame_list((20, 3, req_id, len(fields)), fields)


def fundamental_data(req_id: int, xml: str) -> bytes:
    return frame(51, 1, req_id, escape(xml))


def financial_advisor(kind: int, xml: str) -> bytes:
    """The answer to requestFA. ``kind``: 1 groups, 3 account aliases."""
    return frame(16, 1, kind, escape(xml))


def replace_advisor_end(req_id: int, text: str) -> bytes:
    return frame(103, req_id, text)


def event_metadata(req_id: int, json: str) -> bytes:
    """The answer to reqWshMetaData."""
    return frame(104, req_id, json)


def event_data(req_id: int, json: str) -> bytes:
    """The answer to reqWshEventData."""
    return frame(105, req_id, json)


def verify_message(data: str) -> bytes:
    return frame(65, 1, data)
