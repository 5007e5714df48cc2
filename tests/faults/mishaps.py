"""What stories are made of: sizes, IB's codes, and what may happen to the orders that come next."""

from __future__ import annotations

from typing import Any

from hypothesis import strategies as st

from tests.faults.lives import CODES

SYMBOLS = ("AAPL", "MSFT", "SPY")
FAULTS: tuple[dict[str, Any], ...] = (
    {"silent_orders": 1},
    {"swallow_orders": 1},
    {"reject_orders": 1},
    {"reject_orders": 1, "reject_code": 110},
    {"reject_modifies": 1},
    {"drop_before_order": 1},
    {"drop_after_order": 1},
    {"drop_after_cancel": 1},
    {"duplicate_incarnation": 1},
    {"cancel_answers": [10147]},
    {"delay_orders_ms": 15},
    {"hold_client_id_seconds": 0.05},
    {"partial_fills": [10], "fill_delay_ms": 5},
    {"hold_for_locate": True},
    {"tif_notice": "before"},
    {"notices_before": [399], "notices_after": [10349, 2109], "warning_after_fill": [10167]},
    {"clear": True},
)

listed = [code for code in range(100, 20_000) if code in CODES]
refusing = [code for code in listed if CODES.explain(code).kind == "reject"]
unlisted = st.integers(20_000, 99_999)

quantities = st.integers(1, 9).map(lambda number: 10 * number)
refusals = st.sampled_from(refusing)
notices = st.sampled_from([code for code in listed if code not in refusing]) | unlisted
any_code = st.sampled_from(listed) | unlisted
