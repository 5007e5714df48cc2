from __future__ import annotations

from dataclasses import replace

import pytest

from tests.trading.orders_for_tests import ACCOUNT, START, a_request
from trading.policy import OrderPolicy, is_paper
from trading.refusals import AccountMismatch, NotConnected, Refused
from trading.snapshots import ConnectionStatus

UP = ConnectionStatus("orders", 1000, "connected", START, accounts=(ACCOUNT,), broker_link="up")
LIVE = replace(UP, accounts=("U1000001",))
PAPER_POLICY = OrderPolicy()
LIVE_POLICY = OrderPolicy(trading_mode="live")


def test_nothing_forbids_an_order_on_a_paper_account_in_paper_mode() -> None:
    assert PAPER_POLICY.why_not(UP) is None


def test_nothing_forbids_an_order_on_a_live_account_in_live_mode() -> None:
    assert LIVE_POLICY.why_not(LIVE) is None


@pytest.mark.parametrize("state", ["connecting", "waiting", "stopped"])
def test_no_order_is_sent_without_a_connection(state: str) -> None:
    error = PAPER_POLICY.why_not(replace(UP, state=state, reason="TWS closed the connection"))
    assert isinstance(error, NotConnected)
    assert (error.sentence, error.text) == ("IB not connected", "TWS closed the connection")
    assert error.sent == "no"


def test_no_order_is_sent_while_tws_has_lost_ib() -> None:
    """F26: the socket is up and IB is not."""
    error = PAPER_POLICY.why_not(replace(UP, broker_link="down"))
    assert isinstance(error, NotConnected)
    assert error.sentence == "IB not connected"


def test_a_link_of_which_nothing_was_heard_forbids_nothing() -> None:
    assert PAPER_POLICY.why_not(replace(UP, broker_link="unknown")) is None


@pytest.mark.parametrize(
    ("policy", "accounts"),
    [
        (PAPER_POLICY, ("U1000001",)),
        (PAPER_POLICY, (ACCOUNT, "U1000001")),
        (LIVE_POLICY, (ACCOUNT,)),
        (LIVE_POLICY, ("U1000001", ACCOUNT)),
    ],
)
def test_an_account_of_the_other_kind_forbids_every_order(
    policy: OrderPolicy, accounts: tuple[str, ...]
) -> None:
    """F75: paper expected and live connected, or the reverse; one such account is enough."""
    error = policy.why_not(replace(UP, accounts=accounts))
    assert isinstance(error, AccountMismatch)
    assert f"TRADING_MODE is {policy.trading_mode}" in error.sentence
    assert error.sent == "no"


@pytest.mark.parametrize("policy", [PAPER_POLICY, LIVE_POLICY])
def test_a_tws_that_names_no_account_forbids_every_order(policy: OrderPolicy) -> None:
    """Nobody knows then whether it is paper."""
    assert isinstance(policy.why_not(replace(UP, accounts=())), NotConnected)


@pytest.mark.parametrize("account", ["DU1000001", "DF1000001", "DI1000001"])
def test_paper_accounts_begin_with_d(account: str) -> None:
    assert is_paper(account)


@pytest.mark.parametrize("account", ["U1000001", "F1000001", "I1000001", "", "du1"])
def test_every_other_account_is_live(account: str) -> None:
    assert not is_paper(account)


# The sleep workaround.


def test_a_paper_account_has_the_sleep_workaround() -> None:
    assert PAPER_POLICY.paper_sleep == (1, 2, 1)
    assert PAPER_POLICY.has_sleep_workaround(UP)


@pytest.mark.parametrize("accounts", [("U1",), (ACCOUNT, "U1"), ()])
def test_a_live_account_or_none_has_no_sleep_workaround(accounts: tuple[str, ...]) -> None:
    assert not PAPER_POLICY.has_sleep_workaround(replace(UP, accounts=accounts))


def test_the_sleep_workaround_can_be_switched_off() -> None:
    assert not OrderPolicy(paper_sleep=(0, 0, 0)).has_sleep_workaround(UP)
    assert OrderPolicy(paper_sleep=(0, 0, 1)).has_sleep_workaround(UP)


# Whose order it is.


def test_the_only_account_needs_no_name() -> None:
    assert PAPER_POLICY.account_for(a_request(), (ACCOUNT,)) == ACCOUNT


def test_the_settings_choose_among_several_accounts() -> None:
    policy = OrderPolicy(account="DU2")
    assert policy.account_for(a_request(), (ACCOUNT, "DU2")) == "DU2"


def test_the_request_chooses_before_the_settings() -> None:
    policy = OrderPolicy(account="DU2")
    assert policy.account_for(a_request(account=ACCOUNT), (ACCOUNT, "DU2")) == ACCOUNT


def test_with_several_accounts_one_must_be_named() -> None:
    with pytest.raises(Refused, match="Order account is required: one of DU1000001, DU2"):
        PAPER_POLICY.account_for(a_request(), (ACCOUNT, "DU2"))


@pytest.mark.parametrize("accounts", [(ACCOUNT,), (ACCOUNT, "DU2"), ()])
def test_an_account_that_tws_does_not_have_is_refused(accounts: tuple[str, ...]) -> None:
    """A16."""
    with pytest.raises(AccountMismatch, match="Account DU666 is not one of this TWS"):
        PAPER_POLICY.account_for(a_request(account="DU666"), accounts)
    with pytest.raises(AccountMismatch):
        OrderPolicy(account="DU666").account_for(a_request(), accounts)


SOME = OrderPolicy(accounts=frozenset({ACCOUNT, "DU2"}))


def test_only_allowed_accounts_are_traded() -> None:
    known = (ACCOUNT, "DU2", "DU3")
    assert SOME.account_for(a_request(account="DU2"), known) == "DU2"
    with pytest.raises(AccountMismatch, match="Account DU3 is not one that orders may be for"):
        SOME.account_for(a_request(account="DU3"), known)


def test_an_allowed_account_that_is_the_only_one_needs_no_name() -> None:
    assert SOME.account_for(a_request(), (ACCOUNT, "DU3")) == ACCOUNT
    with pytest.raises(Refused, match="one of DU1000001, DU2$"):
        SOME.account_for(a_request(), (ACCOUNT, "DU2", "DU3"))


def test_the_only_account_of_a_tws_is_not_traded_when_it_is_not_allowed() -> None:
    with pytest.raises(AccountMismatch, match="No account of this TWS is one"):
        SOME.account_for(a_request(), ("DU3",))
    with pytest.raises(AccountMismatch, match="Account DU3 is not one that"):
        OrderPolicy(account="DU3", accounts=SOME.accounts).account_for(a_request(), ("DU3",))
