"""Which data a request gets, and the codes that say so."""

import pytest

from paper_gateway.contracts import Catalogue, ContractDefinition
from paper_gateway.drills import Drills
from paper_gateway.market_data.access import (
    DELAYED,
    DELAYED_FROZEN,
    FROZEN,
    LIVE,
    Access,
    access_of,
    feed_name,
    has_live_data,
    no_permission,
    shown_type,
)

CONTRACTS = Catalogue.default()


def named(con_id: int) -> ContractDefinition:
    found = CONTRACTS.by_con_id(con_id)
    assert found is not None
    return found


APPLE, FUND, EURO = named(265598), named(756733), named(12087792)


@pytest.mark.parametrize("asked", [LIVE, FROZEN, DELAYED, DELAYED_FROZEN])
def test_a_subscriber_gets_live_data_whatever_was_asked_for(asked: int) -> None:
    assert access_of(Drills(), APPLE, asked) == (Access(), None)


def test_delayed_data_is_for_who_asks_for_it() -> None:
    access, notice = access_of(Drills(data_access="delayed"), APPLE, DELAYED)
    assert access == Access(is_delayed=True)
    assert notice is not None
    assert (notice.code, notice.text) == (
        10167, "Requested market data is not subscribed. Displaying delayed market data.",
    )  # fmt: skip
    access, refusal = access_of(Drills(data_access="delayed"), APPLE, LIVE)
    assert access is None
    assert refusal is not None
    assert (refusal.code, refusal.text) == (
        354,
        "Requested market data is not subscribed."
        "Delayed market data is available.AAPL NASDAQ.NMS/TOP/ALL",
    )


@pytest.mark.parametrize(
    ("code", "text"),
    [
        (354, "Delayed market data is not available.AAPL NASDAQ.NMS/TOP/ALL"),
        (10089, "See link in 'Market Data Connections' dialog for more details."),
        (10168, "Delayed market data is not enabled."),
        (10186, "Delayed market data is not enabled"),
    ],
)
def test_without_any_data_every_request_is_refused(code: int, text: str) -> None:
    drills = Drills(data_access="none", data_refusal=code)
    access, refusal = access_of(drills, APPLE, DELAYED)
    assert access is None
    assert refusal is not None
    assert refusal.code == code
    assert text in refusal.text


def test_a_part_of_the_data_has_no_quotes() -> None:
    access, notice = access_of(Drills(data_access="part"), FUND, LIVE)
    assert access == Access(has_quotes=False)
    assert notice is not None
    assert notice.code == 10090
    assert notice.text.endswith(
        "still active.Delayed market data is not available.SPY ARCA/TOP/ALL"
    )


def test_names_of_feeds_and_permissions() -> None:
    assert feed_name(EURO) == "EUR IDEALPRO/TOP/ALL"
    assert no_permission(APPLE) == "No market data permissions for ISLAND STK"
    assert no_permission(FUND) == "No market data permissions for ARCA STK"


def test_live_data_is_had_with_a_subscription_only() -> None:
    assert has_live_data(Drills())
    assert not has_live_data(Drills(data_access="delayed"))


@pytest.mark.parametrize(
    ("is_delayed", "asked", "is_open", "shown"),
    [
        (False, LIVE, False, LIVE),
        (False, FROZEN, True, LIVE),
        (False, FROZEN, False, FROZEN),
        (False, DELAYED, False, LIVE),
        (True, DELAYED, False, DELAYED),
        (True, DELAYED_FROZEN, True, DELAYED),
        (True, DELAYED_FROZEN, False, DELAYED_FROZEN),
    ],
)
def test_data_is_frozen_out_of_hours_for_who_asked_for_that(
    is_delayed: bool, asked: int, is_open: bool, shown: int
) -> None:
    assert shown_type(Access(is_delayed), asked, is_open) == shown
