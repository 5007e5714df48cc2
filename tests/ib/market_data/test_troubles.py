"""A trouble in IB's words and ours, as a row and as an error."""

from __future__ import annotations

from dataclasses import replace

import pytest

from ib.market_data.troubles import error_of, trouble_of
from tests.ib.market_data.quotes_for_tests import NOW
from trading.ib_errors import CodeTable
from trading.refusals import Busy, RejectedByIB

TEXT = "Requested market data is not subscribed.Delayed market data is available.XLV ARCA/TOP/ALL"


def test_a_row_says_what_happened_what_to_do_and_what_to_subscribe() -> None:
    trouble = trouble_of(CodeTable(), 354, TEXT, NOW)
    assert trouble.to_payload() == {
        "code": 354,
        "text": TEXT,
        "meaning": "There is no market-data subscription for this contract",
        "next": "Subscribe to it with IB, or use delayed data",
        "subscription": "XLV ARCA/TOP/ALL",
        "since": "2026-11-20T14:31:02.000Z",
        "retryAt": None,
    }
    shown = replace(trouble, retry_at=NOW).to_payload()
    assert shown["retryAt"] == "2026-11-20T14:31:02.000Z"


@pytest.mark.parametrize(
    ("code", "kind"), [(354, RejectedByIB), (10197, RejectedByIB), (101, Busy)]
)
def test_as_an_error_it_has_ibs_code(code: int, kind: type[Exception]) -> None:
    error = error_of(trouble_of(CodeTable(), code, TEXT, NOW))
    assert type(error) is kind
    if kind is RejectedByIB:
        assert (error.code, error.text) == (code, TEXT)
