"""What markets tell beyond plain ticks: flags that are packed twice differently, unknown values."""

from paper_gateway.market_replies import (
    ALL_LAST,
    MidpointTick,
    OptionComputation,
    QuoteTick,
    TradeTick,
    historical_midpoints,
    historical_quotes,
    historical_trades,
    tick_by_tick_quote,
    tick_by_tick_trade,
    tick_option,
)
from tests.paper_gateway.wire_client import decoded, messages

PAST_LOW = QuoteTick(1, 2.0, 3.0, 4, 5, is_bid_past_low=True)
PAST_HIGH = QuoteTick(1, 2.0, 3.0, 4, 5, is_ask_past_high=True)
NOTHING = OptionComputation(None, None, None, None, None, None, None, None)


def test_the_flags_of_a_quote_change_places_between_now_and_the_past() -> None:
    ((_, now),) = decoded(tick_by_tick_quote(4, PAST_LOW))
    ((_, past),) = decoded(historical_quotes(4, [PAST_LOW, PAST_HIGH]))
    assert (now[6].bidPastLow, now[6].askPastHigh) == (True, False)
    flags = [
        (each.tickAttribBidAsk.bidPastLow, each.tickAttribBidAsk.askPastHigh) for each in past[1]
    ]
    assert flags == [(True, False), (False, True)]


def test_a_trade_has_the_same_flags_now_and_in_the_past() -> None:
    trade = TradeTick(1, 2.0, 3, "NYSE", "T", is_unreported=True)
    ((_, now),) = decoded(tick_by_tick_trade(4, ALL_LAST, trade))
    ((_, past),) = decoded(historical_trades(4, [trade]))
    assert now[5] == past[1][0].tickAttribLast
    assert (now[5].pastLimit, now[5].unreported) == (False, True)


def test_what_a_model_does_not_know_is_never_zero() -> None:
    ((message),) = messages(tick_option(4, 13, NOTHING))
    assert message[4:] == ["-1", "-2", "-1", "-1", "-2", "-2", "-2", "-1"]


def test_an_answer_that_goes_on_is_not_done() -> None:
    ((message),) = messages(historical_midpoints(4, [MidpointTick(1, 2.5)], is_done=False))
    assert message == ["96", "4", "1", "1", "0", "2.5", "0", "0"]
