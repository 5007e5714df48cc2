"""What-if answers for every order type, and the margin check that uses the same numbers."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st
from ib_async import Contract, Crypto, Forex, Order, PriceCondition, TagValue

from paper_gateway.figures import Figures
from tests.paper_gateway.wire_client import AAPL, Desk, Message, WireClient, names

INACTIVE = ["5 Inactive", "3 Inactive"]
TYPES: list[dict[str, Any]] = [
    {"orderType": "MKT"},
    {"orderType": "LMT", "lmtPrice": 90.0},
    {"orderType": "STP", "auxPrice": 110.0},
    {"orderType": "STP LMT", "auxPrice": 110.0, "lmtPrice": 111.0},
    {"orderType": "MIT", "auxPrice": 90.0},
    {"orderType": "LIT", "auxPrice": 90.0, "lmtPrice": 90.0},
    {"orderType": "TRAIL", "auxPrice": 2.0},
    {"orderType": "TRAIL", "trailingPercent": 2.0},
    {"orderType": "TRAIL LIMIT", "auxPrice": 2.0, "trailStopPrice": 102.0, "lmtPriceOffset": 0.1},
    {"orderType": "MOC"},
    {"orderType": "LOC", "lmtPrice": 100.0},
    {"orderType": "MTL"},
    {"orderType": "MIDPRICE"},
    {"orderType": "PEG MID", "auxPrice": 0.01},
    {"orderType": "REL", "auxPrice": 0.01},
    {"orderType": "MKT", "tif": "OPG"},
    {"orderType": "MKT", "algoStrategy": "Twap", "algoParams": [TagValue("strategyType", "x")]},
    {"orderType": "MKT", "conditions": [PriceCondition(price=101.0, conId=AAPL)]},
]


def numbers(message: Message) -> list[float]:
    """The nine margins, then the least commission."""
    start = message.index("PreSubmitted") + 1
    return [float(text) for text in (*message[start : start + 9], message[start + 10])]


@pytest.mark.parametrize("terms", TYPES, ids=lambda terms: str(terms["orderType"]))
def test_every_type_can_be_previewed_and_then_placed(terms: dict[str, Any]) -> None:
    client = Desk().connect()
    plain = {"action": "BUY", "totalQuantity": 10, "tif": "DAY", **terms}
    (message,) = client.place(1, Order(**plain, whatIf=True))
    change, fee = numbers(message)[3], numbers(message)[9]
    assert change == pytest.approx(500.0, rel=0.12)
    assert fee == 1.0
    assert names(client.place(1, Order(**plain)))[0] in {"5 PreSubmitted", "5 Submitted"}


def test_a_large_preview_of_any_type_warns_first() -> None:
    order = Order(
        action="BUY", totalQuantity=600, orderType="TRAIL", auxPrice=2.0, tif="DAY", whatIf=True
    )
    warning, answer = Desk().connect().place(1, order)
    assert any("is above the limits" in field for field in warning)
    assert numbers(answer)[3] == pytest.approx(30_000, rel=0.01)


@pytest.mark.parametrize(
    ("contract", "change"),
    [(Forex("EURUSD"), 599.94), (Crypto("BTC", "PAXOS", "USD"), 19_998.0)],
)
def test_an_amount_of_cash_is_previewed_by_what_it_buys(contract: Contract, change: float) -> None:
    order = Order(
        action="BUY", totalQuantity=0, orderType="MKT", cashQty=20_000, tif="DAY", whatIf=True
    )
    (message,) = Desk().connect().place(1, order, contract)
    assert numbers(message)[3] == pytest.approx(change)


def test_the_margin_check_covers_every_type_but_not_children() -> None:
    client = Desk().connect()
    large: dict[str, Any] = {"action": "BUY", "totalQuantity": 90_000, "tif": "DAY"}
    found = client.place(1, Order(orderType="MIT", auxPrice=90.0, **large))
    assert names(found) == ["4 201", *INACTIVE]
    client.place(2, Order(action="BUY", totalQuantity=10, orderType="LMT", lmtPrice=50.0))
    child = Order(orderType="MIT", auxPrice=90.0, parentId=2, **large)
    assert names(client.place(3, child)) == ["5 PreSubmitted", "3 PreSubmitted"]


CONTRACTS = [
    Contract(secType="STK", symbol="AAPL", exchange="SMART", currency="USD"),
    Contract(secType="STK", symbol="MSFT", exchange="SMART", currency="USD"),
    Contract(secType="CASH", symbol="EUR", exchange="IDEALPRO", currency="USD"),
    Contract(secType="CRYPTO", symbol="BTC", exchange="PAXOS", currency="USD"),
    Contract(secType="FUT", localSymbol="ESZ9", exchange="CME", currency="USD"),
    Contract(secType="OPT", symbol="AAPL", lastTradeDateOrContractMonth="20290119", strike=230,
             right="C", exchange="SMART", currency="USD"),
    Contract(secType="OPT", symbol="AAPL", lastTradeDateOrContractMonth="20290119", strike=230,
             right="P", exchange="SMART", currency="USD"),
]  # fmt: skip
trades = st.lists(
    st.tuples(
        st.sampled_from(range(len(CONTRACTS))),
        st.sampled_from(["BUY", "SELL"]),
        st.sampled_from([1, 7, 60, 500, 4000, 30_000]),
        st.sampled_from([None, 99.0, 100.0, 101.0]),
    ),
    min_size=1,
    max_size=6,
)


def terms_of(action: str, size: int, limit: float | None) -> dict[str, Any]:
    common = {"action": action, "totalQuantity": size, "tif": "DAY"}
    if limit is None:
        return {"orderType": "MKT", **common}
    return {"orderType": "LMT", "lmtPrice": limit, **common}


@hypothesis_settings(max_examples=60)
@given(trades)
def test_what_if_margin_check_and_account_agree_to_the_cent(
    chosen: list[tuple[int, str, int, float | None]],
) -> None:
    """Each order is previewed, then placed: it is accepted if the preview has the funds for it, and
    if it then fills at once the account shows what the preview said."""
    desk = Desk()
    client = desk.connect()
    for order_id, (number, action, size, limit) in enumerate(chosen, 1):
        contract = CONTRACTS[number]
        terms = terms_of(action, size, limit)
        preview = numbers(client.place(order_id, Order(whatIf=True, **terms), contract)[-1])
        before, after = preview[0:3], preview[6:9]
        assert before == shown(desk.hub.account.figures(desk.clock.now))
        accepted = place(desk, client, order_id, Order(**terms), contract)
        # Half a cent either way is rounding.
        has_funds = after[2] - after[0] > -0.005
        assert accepted is (has_funds or after[0] <= before[0])
        order = desk.hub.book.find(7, order_id)
        assert order is not None
        is_filled = order.filled == size
        assert shown(desk.hub.account.figures(desk.clock.now)) == (after if is_filled else before)
        if not order.is_done:
            client.cancel(order_id)


def place(desk: Desk, client: WireClient, order_id: int, order: Order, contract: Contract) -> bool:
    """Whether the order was accepted; all of its parts have filled when it is marketable."""
    found = names(client.place(order_id, order, contract))
    desk.wait(0.2)
    client.read()
    return "4 201" not in found


def shown(figures: Figures) -> list[float]:
    """Initial margin, maintenance margin and equity with loan value, as clients read them."""
    values = (figures.initial_margin, figures.maintenance_margin, figures.equity_with_loan)
    return [float(f"{value:.2f}") for value in values]
