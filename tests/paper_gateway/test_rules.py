"""What is refused at the gateway's door, with IB's own codes."""

from __future__ import annotations

from dataclasses import replace

import pytest

from paper_gateway.contracts import Ambiguous, Catalogue, ContractDefinition, ContractQuery
from paper_gateway.rules import refuse_contract, refuse_terms, reject_unmodelled
from paper_gateway.tickets import OrderTicket

ACCOUNT = "DU1234567"


@pytest.fixture(scope="module")
def aapl() -> ContractDefinition:
    found = Catalogue.default().by_con_id(265598)
    assert found is not None
    return found


TICKET = OrderTicket(
    order_id=1,
    contract=ContractQuery(symbol="AAPL", sec_type="STK", exchange="SMART", currency="USD"),
    action="BUY",
    quantity=100,
    order_type="MKT",
    limit_price=None,
    aux_price=None,
    tif="DAY",
    account="",
    order_ref="",
    parent_id=0,
    transmit=True,
    outside_rth=False,
    what_if=False,
    fields={},
    blocks={},
)


def test_a_plain_order_passes(aapl: ContractDefinition) -> None:
    assert refuse_terms(TICKET, aapl, ACCOUNT) is None
    assert reject_unmodelled(TICKET) is None
    assert refuse_contract(TICKET, aapl) is None


@pytest.mark.parametrize(
    ("change", "code"),
    [
        ({"order_id": 0}, 10149),
        ({"action": "HOLD"}, 321),
        ({"quantity": 0}, 434),
        ({"quantity": float("nan")}, 434),
        ({"quantity": float("inf")}, 321),
        ({"quantity": 1.5}, 10243),
        ({"order_type": "TRAIL"}, 387),
        ({"order_type": "LMT"}, 321),
        ({"order_type": "LMT", "limit_price": -1.0}, 321),
        ({"order_type": "LMT", "limit_price": 100.001}, 110),
        ({"order_type": "STP", "aux_price": 100.001}, 110),
        ({"order_type": "STP LMT", "limit_price": 100.0}, 321),
        ({"account": "DU7"}, 321),
    ],
)
def test_a_broken_rule_has_ibs_code(
    change: dict[str, object], code: int, aapl: ContractDefinition
) -> None:
    refusal = refuse_terms(replace(TICKET, **change), aapl, ACCOUNT)  # type: ignore[arg-type]
    assert refusal is not None
    assert refusal.code == code


def test_a_contract_must_be_known_single_and_have_an_exchange(aapl: ContractDefinition) -> None:
    nowhere = replace(TICKET, contract=replace(TICKET.contract, exchange=""))
    answers = [
        refuse_contract(TICKET, None),
        refuse_contract(TICKET, Ambiguous((aapl, aapl))),
        refuse_contract(nowhere, aapl),
    ]
    assert [answer.code for answer in answers if answer] == [200, 200, 321]


@pytest.mark.parametrize(
    "change",
    [{"tif": "GTD"}, {"parent_id": 3}, {"fields": {"ocaGroup": "x"}}, {"blocks": {"H": ["1"]}}],
)
def test_an_instruction_that_is_not_modelled_is_never_ignored(change: dict[str, object]) -> None:
    refusal = reject_unmodelled(replace(TICKET, **change))  # type: ignore[arg-type]
    assert refusal is not None
    assert refusal.code == 201
