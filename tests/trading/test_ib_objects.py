from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta, timezone
from typing import Any

import ib_async
import pytest
from ib_async.util import UNSET_DOUBLE, UNSET_INTEGER

from tests.trading.orders_for_tests import (
    ACCOUNT,
    EXEC_ID,
    KEY,
    START,
    a_commission,
    a_contract,
    a_request,
    an_execution,
    an_order,
)
from trading.contracts import parse_contract
from trading.ib_objects import (
    COMMISSION_FIELDS,
    MARGIN_FIELDS,
    commission_row,
    contract_row,
    contract_to_ib,
    execution_row,
    number,
    order_row,
    order_to_ib,
    preview_row,
    utc,
)

OPTION: dict[str, Any] = {
    "symbol": "AAPL",
    "secType": "OPT",
    "lastTradeDateOrContractMonth": "20261218",
    "strike": 227.5,
    "right": "P",
    "multiplier": "100",
}


# Out to TWS.


def test_a_contract_goes_out_with_every_field_that_was_named() -> None:
    sent = contract_to_ib(parse_contract(OPTION))
    assert {name: getattr(sent, name) for name in OPTION} == OPTION
    assert (sent.exchange, sent.currency) == ("SMART", "USD")


def test_a_contract_without_a_strike_goes_out_with_ibs_zero() -> None:
    assert contract_to_ib(parse_contract({"symbol": "AAPL"})).strike == 0.0


@pytest.mark.parametrize(
    ("order", "prices"),
    [
        ({}, (UNSET_DOUBLE, UNSET_DOUBLE)),
        ({"orderType": "LMT", "lmtPrice": 228.1}, (228.1, UNSET_DOUBLE)),
        ({"orderType": "STP", "auxPrice": 220}, (UNSET_DOUBLE, 220)),
        ({"orderType": "STP LMT", "auxPrice": 220, "lmtPrice": 219}, (219, 220)),
    ],
)
def test_an_order_goes_out_with_the_prices_of_its_type_alone(
    order: dict[str, Any], prices: tuple[float, float]
) -> None:
    sent: Any = order_to_ib(a_request(**order), ACCOUNT)
    assert (float(sent.lmtPrice), float(sent.auxPrice)) == prices


def test_an_order_goes_out_with_every_field_that_matters() -> None:
    request = a_request(action="SELL", tif="GTC", outsideRth=True)
    sent = order_to_ib(request, ACCOUNT)
    assert (sent.action, sent.totalQuantity, sent.orderType) == ("SELL", 100, "MKT")
    assert (sent.tif, sent.outsideRth, sent.transmit, sent.whatIf) == ("GTC", True, True, False)
    assert (sent.account, sent.orderRef) == (ACCOUNT, KEY)
    assert (sent.orderId, sent.permId) == (0, 0)


def test_a_preview_goes_out_as_a_what_if() -> None:
    assert order_to_ib(a_request(whatIf=True), ACCOUNT).whatIf is True


def test_each_send_has_an_order_object_of_its_own() -> None:
    """Sent twice, one object would turn the second order into a change of the first."""
    request = a_request()
    assert order_to_ib(request, ACCOUNT) is not order_to_ib(request, ACCOUNT)


@pytest.mark.parametrize("size", [1000.0, 1e9, 0.000001, 100, 1e-05, 123456.789])
def test_the_numbers_of_an_order_go_out_without_an_exponent(size: float) -> None:
    """A05: ib_async writes str(value)."""
    sent = order_to_ib(a_request(totalQuantity=size, orderType="LMT", lmtPrice=size), ACCOUNT)
    for written in (str(sent.totalQuantity), str(sent.lmtPrice)):
        assert "E" not in written.upper()
        assert float(written) == size


# Back from TWS.


@pytest.mark.parametrize("right", ["?", "0", ""])
def test_a_stock_has_no_right_and_no_strike(right: str) -> None:
    """openOrder writes "?" and 0, portfolioValue "0", position an empty right and 0.0."""
    row = contract_row(a_contract(right=right, strike=0.0))
    assert (row["right"], row["strike"]) == ("", None)


def test_an_option_keeps_its_right_and_strike() -> None:
    row = contract_row(ib_async.Contract(**OPTION))
    assert {name: row[name] for name in OPTION} == OPTION


def test_a_contract_of_ours_comes_back_as_it_went_out() -> None:
    for raw in (OPTION, {"symbol": "AAPL"}):
        contract = parse_contract(raw)
        assert contract_row(contract_to_ib(contract)) == contract.to_payload()


@pytest.mark.parametrize(
    ("order_type", "lmt_price", "aux_price"),
    [
        ("MKT", None, None),
        ("LMT", 228.1, None),
        ("STP", None, 220.0),
        ("STP LMT", 228.1, 220.0),
    ],
)
def test_a_price_that_the_type_does_not_have_is_none(
    order_type: str, lmt_price: float | None, aux_price: float | None
) -> None:
    row = order_row(an_order(orderType=order_type, lmtPrice=228.1, auxPrice=220.0))
    assert (row["lmtPrice"], row["auxPrice"]) == (lmt_price, aux_price)
    assert row["account"] == ACCOUNT


def test_a_market_order_of_tws_has_none_for_its_zero_prices() -> None:
    row = order_row(an_order(lmtPrice=0.0, auxPrice=0.0))
    assert (row["lmtPrice"], row["auxPrice"]) == (None, None)


def test_unset_prices_and_sizes_are_none() -> None:
    unset = an_order(orderType="STP LMT", totalQuantity=UNSET_DOUBLE)
    unset.lmtPrice = unset.auxPrice = UNSET_DOUBLE
    row = order_row(unset)
    assert (row["totalQuantity"], row["lmtPrice"], row["auxPrice"]) == (None, None, None)


@pytest.mark.parametrize(
    "value", [UNSET_DOUBLE, UNSET_INTEGER, float("nan"), float("inf"), -float("inf")]
)
def test_ibs_unset_numbers_are_none_and_never_zero(value: float) -> None:
    assert number(value) is None


@pytest.mark.parametrize("value", [0, 0.0, -1.5, 100, True, False, "", "x", None])
def test_every_other_value_is_itself(value: object) -> None:
    assert number(value) is value


def test_an_execution_has_its_time_in_utc_and_no_commission_yet() -> None:
    new_york = START.astimezone(timezone(timedelta(hours=-5)))
    row = execution_row(a_contract(), an_execution(time=new_york))
    assert row["time"] == "2026-11-20T14:31:02.118Z"
    assert (row["execId"], row["orderRef"], row["account"]) == (EXEC_ID, KEY, ACCOUNT)
    assert (row["shares"], row["price"], row["side"]) == (100.0, 228.08, "BOT")
    assert (row["commission"], row["commissionCurrency"], row["realizedPNL"]) == (None, None, None)
    assert json.loads(json.dumps(row)) == row


def test_unset_numbers_of_an_execution_are_none() -> None:
    row = execution_row(a_contract(), an_execution(cumQty=UNSET_DOUBLE, avgPrice=UNSET_DOUBLE))
    assert (row["cumQty"], row["avgPrice"]) == (None, None)


def test_the_commission_of_an_opening_trade_has_no_realized_pnl() -> None:
    assert commission_row(a_commission()) == {
        "commission": 1.0,
        "commissionCurrency": "USD",
        "realizedPNL": None,
    }


def test_an_unset_commission_is_none() -> None:
    assert commission_row(a_commission(commission=UNSET_DOUBLE))["commission"] is None


# Previews.


def test_a_preview_shows_margins_as_numbers_and_min_and_max_commission() -> None:
    """TWS leaves `commission` empty when it knows only the bounds."""
    state = ib_async.OrderState(
        initMarginChange="11405.12",
        equityWithLoanAfter="-3.5",
        minCommission=1.64424,
        maxCommission=2.0553,
        commissionCurrency="GBP",
        warningText="Read this",
    )
    row = preview_row(state)
    assert (row["initMarginChange"], row["equityWithLoanAfter"]) == (11405.12, -3.5)
    assert (row["commission"], row["minCommission"], row["maxCommission"]) == (
        None,
        1.64424,
        2.0553,
    )
    assert (row["commissionCurrency"], row["warningText"]) == ("GBP", "Read this")


@pytest.mark.parametrize("text", ["", "1.7976931348623157E308", "N/A", "NaN"])
def test_a_margin_that_tws_did_not_give_is_none(text: str) -> None:
    margins: dict[str, Any] = dict.fromkeys(MARGIN_FIELDS, text)
    state = ib_async.OrderState(**margins)
    row = preview_row(state)
    assert [row[name] for name in (*MARGIN_FIELDS, *COMMISSION_FIELDS)] == [None] * 12
    assert row["commissionCurrency"] is None


def test_a_margin_of_zero_is_zero() -> None:
    assert preview_row(ib_async.OrderState(initMarginChange="0"))["initMarginChange"] == 0.0


# Times.


def test_a_time_without_zone_is_the_hosts_local_time() -> None:
    local = START.astimezone().replace(tzinfo=None)
    assert utc(local) == START


def test_no_time_or_what_is_none_stays_none() -> None:
    not_a_time: Any = "20261120 10:00:00"
    assert utc(None) is None
    assert utc(not_a_time) is None
    assert utc(datetime(2026, 1, 1, tzinfo=UTC)) == datetime(2026, 1, 1, tzinfo=UTC)
