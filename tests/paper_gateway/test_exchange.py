"""The exchange's door: what is accepted, refused, previewed and changed, and with which words."""

from typing import Any

import pytest
from ib_async import Contract, Forex, LimitOrder, MarketOrder, Order, Stock, StopOrder

from tests.paper_gateway.wire_client import Desk, Message, WireClient, names

INACTIVE = ["5 Inactive", "3 Inactive"]
SUBMITTED = ["5 Submitted", "3 Submitted"]


@pytest.fixture
def desk() -> Desk:
    return Desk()


@pytest.fixture
def client(desk: Desk) -> WireClient:
    return desk.connect()


def limit(**terms: Any) -> Order:
    plain = {"action": "BUY", "totalQuantity": 10, "orderType": "LMT", "lmtPrice": 50.0}
    return Order(**{**plain, "tif": "DAY", **terms})


def error_of(found: list[Message]) -> tuple[str, str, str]:
    """Order id, code and text of the only message."""
    ((message),) = found
    assert message[0] == "4"
    return message[2], message[3], message[4]


# Refused at the door


@pytest.mark.parametrize(
    ("order", "code", "text"),
    [
        (limit(totalQuantity=0), "434", "The order size cannot be zero."),
        (limit(totalQuantity=-5), "434", "The order size cannot be zero."),
        (limit(totalQuantity=float("inf")), "321", "Invalid order size"),
        (limit(totalQuantity=1.5), "10243", "Fractional-sized order"),
        (limit(totalQuantity=0.00001), "10318", "fractional quantity"),
        (limit(lmtPrice=50.001), "110", "minimum price variation"),
        (limit(lmtPrice=float("inf")), "321", "Invalid limit price"),
        (limit(orderType="LMT", lmtPrice=-1.0), "321", "Invalid limit price"),
        (Order(action="BUY", totalQuantity=1, orderType="LMT"), "321", "Invalid limit price"),
        (StopOrder("SELL", 1, 10.005), "110", "minimum price variation"),
        (Order(action="BUY", totalQuantity=1, orderType="STP"), "321", "Invalid stop price"),
        (limit(action="HOLD"), "321", "Invalid order side"),
        (limit(account="DU999"), "321", "Invalid account code"),
        (limit(orderType="TRAIL"), "321", "trailing amount or the trailing percent"),
        (limit(orderType="VOL"), "387", "Unsupported order type"),
        (limit(orderType="nonsense"), "387", "Unsupported order type"),
    ],
)
def test_a_wrong_order_is_refused_and_never_booked(
    desk: Desk, client: WireClient, order: Order, code: str, text: str
) -> None:
    order_id, found_code, found_text = error_of(client.place(3, order))
    assert (order_id, found_code) == ("3", code)
    assert text in found_text
    assert not desk.hub.book.orders


@pytest.mark.parametrize(
    ("contract", "code", "text"),
    [
        (Stock("NOSUCH", "SMART", "USD"), "200", "No security definition"),
        (Stock("AAPL", "MOON", "USD"), "200", "No security definition"),
        (Stock("AAPL", "", "USD"), "321", "Missing order exchange"),
        (Stock("SHOP", "SMART", ""), "200", "is ambiguous"),
        (Contract(conId=999, exchange="SMART"), "200", "No security definition"),
    ],
)
def test_an_unclear_contract_is_refused(
    client: WireClient, contract: Contract, code: str, text: str
) -> None:
    order_id, found_code, found_text = error_of(client.place(3, limit(), contract))
    assert (order_id, found_code) == ("3", code)
    assert text in found_text


def test_an_order_id_of_zero_is_refused(client: WireClient) -> None:
    assert error_of(client.place(0, limit())) == ("0", "10149", "Invalid order id: 0")


def test_a_low_new_order_id_is_a_duplicate(client: WireClient) -> None:
    client.place(5, limit())
    assert error_of(client.place(4, limit()))[1:] == ("103", "Duplicate order id")


def test_a_refused_order_does_not_use_up_its_id(client: WireClient) -> None:
    client.place(5, limit(totalQuantity=0))
    assert names(client.place(5, limit())) == SUBMITTED


@pytest.mark.parametrize(
    ("terms", "reason"),
    [
        ({"tif": "GTX"}, "the time-in-force GTX"),
        ({"algoStrategy": "ArrivalPx"}, "the algorithm ArrivalPx"),
        ({"adjustedOrderType": "TRAIL"}, "an adjusted order type"),
        ({"hedgeType": "B", "hedgeParam": "0.5"}, "a hedge"),
        ({"scalePriceIncrement": 0.5}, "a scale order"),
        ({"deltaNeutralOrderType": "LMT"}, "a delta-neutral order"),
        ({"minQty": 5}, "a minimum quantity"),
        ({"discretionaryAmt": 0.5}, "a discretionary amount"),
        ({"faGroup": "all"}, "an allocation group"),
        ({"autoCancelParent": True}, "a cancel of the parent"),
        ({"orderType": "PEG MID", "midOffsetAtHalf": 0.005}, "offsets from the midpoint"),
    ],
)
def test_instructions_that_are_not_modelled_are_rejected_never_ignored(
    client: WireClient, terms: dict[str, Any], reason: str
) -> None:
    found = client.place(3, limit(**terms))
    assert names(found) == ["4 201", *INACTIVE]
    assert reason in found[0][4]


# Accepted


def test_perm_ids_are_unique_and_there_from_the_first_message(client: WireClient) -> None:
    found = client.place(1, limit()) + client.place(2, limit())
    statuses = [message for message in found if message[0] == "3"]
    assert [message[6] for message in statuses] == ["1000000001", "1000000002"]


def test_a_currency_pair_trades_on_idealpro(client: WireClient) -> None:
    found = client.place(1, MarketOrder("BUY", 20000, tif="DAY"), Forex("EURUSD"))
    assert names(found)[:3] == ["5 PreSubmitted", "3 PreSubmitted", "11"]


def test_an_untransmitted_order_is_not_seen_until_it_is_transmitted(
    desk: Desk, client: WireClient
) -> None:
    assert client.place(1, limit(transmit=False)) == []
    assert names(client.send(16, 1)) == ["53"]
    assert names(client.place(1, limit(transmit=True))) == SUBMITTED


def test_an_untransmitted_order_can_be_cancelled(client: WireClient) -> None:
    client.place(1, limit(transmit=False))
    assert names(client.cancel(1)) == ["4 202"]
    assert names(client.cancel(1)) == ["4 10147"]


def test_an_order_beyond_the_margin_is_rejected(client: WireClient) -> None:
    found = client.place(1, limit(totalQuantity=20_001, lmtPrice=100.0))
    assert names(found) == ["4 201", *INACTIVE]
    assert "MUST EXCEED THE INITIAL MARGIN [1000050.00 USD]" in found[0][4]


def test_an_order_within_the_buying_power_is_accepted(client: WireClient) -> None:
    assert names(client.place(1, limit(totalQuantity=19_990, lmtPrice=99.0))) == SUBMITTED


# Cancel


def test_cancelling_tells_the_status_first_and_then_the_notice(client: WireClient) -> None:
    client.place(1, limit())
    found = client.cancel(1)
    assert names(found) == ["3 Cancelled", "4 202"]
    assert found[1][4] == "Order Canceled - reason:"


def test_cancelling_an_unknown_order(client: WireClient) -> None:
    text = "OrderId 9 that needs to be cancelled is not found."
    assert error_of(client.cancel(9)) == ("9", "10147", text)


def test_cancelling_a_filled_order_is_refused_and_later_not_found(client: WireClient) -> None:
    client.place(1, MarketOrder("BUY", 10))
    text = "OrderId 1 that needs to be cancelled cannot be cancelled, state: Filled."
    assert error_of(client.cancel(1)) == ("1", "10148", text)
    assert error_of(client.cancel(1))[1] == "10147"


def test_only_the_placing_client_can_cancel(desk: Desk, client: WireClient) -> None:
    client.place(1, limit())
    assert error_of(desk.connect(8).cancel(1))[1] == "10147"
    assert len(desk.hub.book.open_orders()) == 1


def test_a_global_cancel_ends_everybodys_orders(desk: Desk, client: WireClient) -> None:
    other = desk.connect(8)
    client.place(1, limit())
    other.place(1, limit())
    assert names(client.send(58, 1)) == names(other.read()) == ["3 Cancelled", "4 202"]


# Change


def test_a_changed_order_is_told_with_its_new_terms(desk: Desk, client: WireClient) -> None:
    client.place(1, limit())
    found = client.place(1, limit(lmtPrice=51.0, totalQuantity=20))
    assert names(found) == SUBMITTED
    assert found[0][15:17] == ["LMT", "51"]
    (order,) = desk.hub.book.open_orders()
    assert (order.quantity, order.perm_id) == (20.0, 1_000_000_001)


def test_a_change_to_a_marketable_price_fills(client: WireClient) -> None:
    client.place(1, limit())
    assert names(client.place(1, limit(lmtPrice=101.0)))[:3] == [*SUBMITTED, "11"]


@pytest.mark.parametrize(
    ("changed", "code"),
    [
        (MarketOrder("BUY", 10), "329"),
        (limit(action="SELL"), "105"),
        (limit(totalQuantity=90_000), "201"),
        (limit(tif="GTX"), "201"),
        (limit(tif="GTD"), "391"),
        (limit(algoStrategy="Twap"), "440"),
    ],
)
def test_a_change_too_far_is_refused_and_the_order_lives_on(
    desk: Desk, client: WireClient, changed: Order, code: str
) -> None:
    client.place(1, limit())
    assert error_of(client.place(1, changed))[1] == code
    (order,) = desk.hub.book.open_orders()
    assert (order.ticket.order_type, order.quantity, order.ticket.limit_price) == ("LMT", 10, 50)


def test_another_contract_under_the_same_id_is_refused(client: WireClient) -> None:
    client.place(1, limit())
    assert error_of(client.place(1, limit(), Stock("MSFT", "SMART", "USD")))[1] == "105"


def test_a_filled_order_cannot_be_changed(client: WireClient) -> None:
    client.place(1, MarketOrder("BUY", 10))
    assert error_of(client.place(1, limit()))[1] == "104"


def test_a_cancelled_order_id_cannot_be_used_again(client: WireClient) -> None:
    client.place(1, limit())
    client.cancel(1)
    assert error_of(client.place(1, limit()))[1] == "103"


def test_a_size_below_what_is_filled_is_refused(desk: Desk, client: WireClient) -> None:
    client.place(1, LimitOrder("BUY", 600, 101.0, tif="DAY"))
    assert error_of(client.place(1, LimitOrder("BUY", 200, 101.0, tif="DAY")))[1] == "201"


# What-if


def margins(message: Message) -> list[float]:
    """The nine margins: before, change and after, each initial, maintenance and equity."""
    start = message.index("PreSubmitted") + 1
    return [float(text) for text in message[start : start + 9]]


def test_a_what_if_books_nothing(desk: Desk, client: WireClient) -> None:
    (message,) = client.place(1, MarketOrder("BUY", 100, whatIf=True))
    assert margins(message) == [0.0, 0.0, 1e6, 5000.0, 2500.0, -2.0, 5000.0, 2500.0, 999_998.0]
    assert (desk.hub.book.orders, desk.hub.account.held()) == ({}, [])
    assert desk.hub.book.next_order_id(7) == 1


@pytest.mark.parametrize("quantity", [501, 1001])
def test_a_large_what_if_warns_first(client: WireClient, quantity: int) -> None:
    warning, numbers = client.place(1, MarketOrder("BUY", quantity, whatIf=True))
    assert any("is above the limits" in field for field in warning)
    assert margins(warning)[0] > 1e300
    assert margins(numbers)[0] == 0.0


def test_what_if_buying_power_and_rejection_agree(desk: Desk, client: WireClient) -> None:
    power = desk.hub.account.figures(desk.clock.now).buying_power
    for quantity, is_accepted in ((19_998, True), (20_000, False)):
        assert (quantity * 100 < power - 100) is is_accepted
        terms = {"totalQuantity": quantity, "lmtPrice": 100.0}
        preview = margins(client.place(1, limit(whatIf=True, **terms))[-1])
        assert (preview[6] <= preview[8]) is is_accepted
        accepted = names(client.place(desk.hub.book.next_order_id(7), limit(**terms)))
        assert (accepted == SUBMITTED) is is_accepted


def test_a_what_if_must_be_transmitted(client: WireClient) -> None:
    assert error_of(client.place(1, limit(whatIf=True, transmit=False)))[1] == "413"


def test_a_what_if_of_a_wrong_order_is_refused(client: WireClient) -> None:
    assert error_of(client.place(1, limit(whatIf=True, lmtPrice=1.001)))[1] == "110"
    assert error_of(client.place(1, limit(whatIf=True, tif="GTX")))[1] == "201"


# Drills


def test_a_swallowed_order_leaves_no_trace(desk: Desk, client: WireClient) -> None:
    desk.hub.drills.swallow_orders = 1
    assert client.place(1, limit()) == []
    assert desk.hub.book.orders == {}
    assert names(client.place(2, limit())) == SUBMITTED


def test_an_order_is_rejected_on_demand(desk: Desk, client: WireClient) -> None:
    desk.hub.drills.reject_orders = 1
    desk.hub.drills.reject_text = "Order rejected - reason:Exchange is closed."
    assert names(client.place(1, limit())) == ["4 201", *INACTIVE]
    assert names(client.place(2, limit())) == SUBMITTED


@pytest.mark.parametrize(
    ("moment", "expected"),
    [("before", ["4 10349", *SUBMITTED]), ("after", [*SUBMITTED, "4 10349"])],
)
def test_the_preset_notice_comes_before_or_after(
    desk: Desk, client: WireClient, moment: Any, expected: list[str]
) -> None:
    desk.hub.drills.tif_notice = moment
    assert names(client.place(1, limit())) == expected
    assert names(client.place(2, limit(tif=""))) == expected


@pytest.mark.parametrize("moment", ["before", "after"])
def test_an_order_that_keeps_its_time_in_force_gets_no_preset_notice(
    desk: Desk, client: WireClient, moment: Any
) -> None:
    desk.hub.drills.tif_notice = moment
    assert names(client.place(1, limit(tif="GTC"))) == SUBMITTED


def test_notices_can_be_forced(desk: Desk, client: WireClient) -> None:
    desk.hub.drills.always_2109 = desk.hub.drills.always_399 = True
    assert names(client.place(1, limit())) == [
        "4 2109",
        "4 399",
        "5 PreSubmitted",
        "3 PreSubmitted",
    ]


def test_an_order_held_for_a_locate_lives_on(desk: Desk, client: WireClient) -> None:
    desk.hub.drills.hold_for_locate = True
    found = client.place(1, MarketOrder("SELL", 10, tif="DAY"))
    assert names(found) == ["5 PreSubmitted", "3 PreSubmitted", "4 404"]
    assert found[1][10] == "locate"
    desk.hub.exchange.release_held()
    assert names(client.read())[:3] == ["5 PreSubmitted", "3 PreSubmitted", "11"]


def test_an_order_fills_in_the_sizes_of_the_drill(desk: Desk, client: WireClient) -> None:
    desk.hub.drills.partial_fills = [4, 5]
    found = client.place(1, MarketOrder("BUY", 10, tif="DAY"))
    desk.wait(1.0)
    found += client.read()
    assert [message[19] for message in found if message[0] == "11"] == ["4", "5", "1"]


def test_a_fill_can_be_delayed(desk: Desk, client: WireClient) -> None:
    desk.hub.drills.fill_delay_ms = 500.0
    assert names(client.place(1, MarketOrder("BUY", 10, tif="DAY"))) == [
        "5 PreSubmitted",
        "3 PreSubmitted",
    ]
    desk.wait(0.6)
    assert "11" in names(client.read())


def test_a_read_only_gateway_takes_no_orders(desk: Desk, client: WireClient) -> None:
    client.place(1, limit())
    desk.hub.drills.read_only = True
    for found in (
        client.place(2, limit()),
        client.cancel(1),
        client.send(5, 1),
        client.send(58, 1),
    ):
        assert error_of(found)[1] == "321"
    assert len(desk.hub.book.open_orders()) == 1


# Days


def test_day_orders_end_with_the_day_and_others_stay(desk: Desk, client: WireClient) -> None:
    client.place(1, limit())
    client.place(2, limit(tif="GTC"))
    desk.wait(86_400)
    assert names(client.read()) == ["3 Cancelled", "4 202"]
    assert [order.order_id for order in desk.hub.book.open_orders()] == [2]
    assert desk.hub.book.completed_orders() == []
