"""What is refused at the gateway's door, with IB's own codes."""

from __future__ import annotations

from dataclasses import replace

import pytest

from paper_gateway.contracts import Ambiguous, Catalogue, ContractDefinition, ContractQuery
from paper_gateway.instructions import Instructions
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
    assert refuse_terms(TICKET, aapl, [ACCOUNT]) is None
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
        ({"order_type": "VOL"}, 387),
        ({"order_type": "MIT"}, 321),
        ({"order_type": "LIT", "limit_price": 100.0, "aux_price": 100.001}, 110),
        ({"order_type": "REL", "aux_price": -0.1}, 321),
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
    refusal = refuse_terms(replace(TICKET, **change), aapl, [ACCOUNT])  # type: ignore[arg-type]
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


def test_what_clients_write_for_nothing_asks_for_nothing() -> None:
    neutral = {"adjustedOrderType": "None", "deltaNeutralOrderType": "None", "minQty": "0"}
    assert reject_unmodelled(replace(TICKET, fields=neutral)) is None


@pytest.mark.parametrize(
    ("symbol", "sec_type", "order_type", "is_modelled"),
    [
        ("EUR", "CASH", "LMT", True),
        ("EUR", "CASH", "MOC", False),
        ("EUR", "CASH", "MIDPRICE", False),
        ("BTC", "CRYPTO", "LMT", True),
        ("BTC", "CRYPTO", "STP", False),
        ("ES", "FUT", "MTL", True),
        ("ES", "FUT", "PEG MID", False),
        ("SPX", "IND", "MKT", False),
    ],
)
def test_a_contract_takes_the_order_types_of_its_own_list(
    symbol: str, sec_type: str, order_type: str, is_modelled: bool
) -> None:
    contract = next(Catalogue.default().find(ContractQuery(symbol=symbol, sec_type=sec_type)))
    price = contract.reference_price
    ticket = replace(TICKET, order_type=order_type, limit_price=price, aux_price=price)
    refusal = refuse_terms(ticket, contract, ACCOUNT)
    assert (refusal is None) is is_modelled


@pytest.mark.parametrize(("price", "is_fine"), [(0.1234, True), (0.12345, False), (1.0001, False)])
def test_penny_stocks_have_finer_steps(
    aapl: ContractDefinition, price: float, is_fine: bool
) -> None:
    ticket = replace(TICKET, order_type="LMT", limit_price=price)
    assert (refuse_terms(ticket, aapl, [ACCOUNT]) is None) is is_fine


@pytest.mark.parametrize(
    "change",
    [
        {"tif": "GTX"},
        {"fields": {"hedgeType": "B"}},
        {"fields": {"dncFlag": "1"}},
        {"instructions": Instructions(algo="DarkIce")},
        {"blocks": {"I": ["", "", "", "1.0", ""]}},
    ],
)
def test_an_instruction_that_is_not_modelled_is_never_ignored(change: dict[str, object]) -> None:
    refusal = reject_unmodelled(replace(TICKET, **change))  # type: ignore[arg-type]
    assert refusal is not None
    assert refusal.code == 201


@pytest.mark.parametrize(
    ("account", "group", "cause"),
    [
        ("", "", "You must specify an account."),
        ("DU9", "", "Invalid account code"),
        ("DU9", "Friends", "Invalid account code"),
        ("DU2", "", None),
        ("", "Friends", None),
    ],
)
def test_an_order_of_several_accounts_names_one(
    account: str, group: str, cause: str | None, aapl: ContractDefinition
) -> None:
    ticket = replace(TICKET, account=account, fields={"faGroup": group})
    refusal = refuse_terms(ticket, aapl, ["DU1", "DU2"])
    expected = None if cause is None else (321, f"Error validating request.-'bN' : cause - {cause}")
    assert (None if refusal is None else (refusal.code, refusal.text)) == expected
