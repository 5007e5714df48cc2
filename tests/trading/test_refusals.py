from __future__ import annotations

import pytest

from trading.refusals import (
    NOT_CONNECTED,
    ORDER_TIMEOUT,
    AccountMismatch,
    Busy,
    Duplicate,
    FieldError,
    NoAnswer,
    NotConnected,
    NotFound,
    Refused,
    RejectedByIB,
    TradingError,
)


def test_the_sentences_that_callers_rely_on_are_exact() -> None:
    assert NOT_CONNECTED == "IB not connected"
    assert ORDER_TIMEOUT == "Order response timeout. Check TWS and try again."


def test_not_connected_says_so_and_keeps_the_reason() -> None:
    error = NotConnected("TWS closed the connection")
    assert error.sentence == str(error) == "IB not connected"
    assert error.text == "TWS closed the connection"
    assert error.sent == "no"


def test_not_connected_without_a_reason_has_none() -> None:
    assert NotConnected().text is None


def test_a_connection_lost_after_the_send_is_not_called_unsent() -> None:
    assert NotConnected("gone", sent="unknown").sent == "unknown"


def test_a_refusal_was_never_sent_and_names_its_fields() -> None:
    wrong = FieldError("/order/totalQuantity", "Order totalQuantity must be positive")
    error = Refused(wrong.detail, wrong)
    assert error.sent == "no"
    assert error.fields == (wrong,)
    assert not error.malformed


def test_a_rejection_keeps_ibs_own_words() -> None:
    error = RejectedByIB("IB rejected the order: x", sent="yes", code=201, text="x", order_id=7)
    assert (error.sent, error.code, error.text, error.order_id) == ("yes", 201, "x", 7)


def test_busy_says_when_to_come_back() -> None:
    assert Busy("Too many orders are waiting").retry_after_seconds == 1
    assert Busy("Too many orders are waiting", 5).retry_after_seconds == 5


@pytest.mark.parametrize(
    "error",
    [RejectedByIB, AccountMismatch, NotFound, Duplicate, NoAnswer],
    ids=lambda error: error.__name__,
)
def test_every_error_is_a_trading_error_that_sent_nothing_unless_it_says_so(
    error: type[TradingError],
) -> None:
    assert isinstance(error("A sentence"), TradingError)
    assert error("A sentence").sent == "no"
