"""What IB's codes mean for a subscription, and what its texts name as missing."""

from __future__ import annotations

import pytest

from trading.data_codes import EFFECTS, effect_of, subscription_named
from trading.ib_errors import CodeTable

SUBSCRIBE = (
    "Requested market data requires additional subscription for API. See link in "
    "'Market Data Connections' dialog for more details."
)


def test_every_code_of_the_table_has_a_meaning_and_a_next_step() -> None:
    codes = CodeTable()
    for code in EFFECTS:
        meaning = codes.explain(code)
        assert meaning.meaning and meaning.next_step, code


@pytest.mark.parametrize(
    ("code", "effect"),
    [
        (10167, "part"),
        (354, "delayed"),
        (200, "delayed"),
        (10197, "competing"),
        (101, "full"),
        (321, "over"),
        (300, None),
        (162, None),
        (2104, None),
    ],
)
def test_a_code_has_an_effect_or_is_about_something_else(code: int, effect: str | None) -> None:
    assert effect_of(code) == effect


@pytest.mark.parametrize(
    ("text", "named"),
    [
        (f"{SUBSCRIBE}Delayed market data is available.AAPL NASDAQ.NMS/TOP/ALL",
         "AAPL NASDAQ.NMS/TOP/ALL"),
        ("Requested market data is not subscribed.Delayed market data is not available."
         "XLV ARCA/TOP/ALL", "XLV ARCA/TOP/ALL"),
        ("is available.BRK B NYSE/TOP/ALL", "BRK B NYSE/TOP/ALL"),
        (SUBSCRIBE, "See link in 'Market Data Connections' dialog"),
        ("Requested market data is not subscribed. Delayed market data is not enabled", None),
        ("No market data during competing live session", None),
        ("", None),
    ],
)  # fmt: skip
def test_the_subscription_is_named_in_ibs_own_words(text: str, named: str | None) -> None:
    assert subscription_named(text) == named
