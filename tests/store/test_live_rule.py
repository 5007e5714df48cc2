"""Who may place live orders."""

from __future__ import annotations

import pyotp
import pytest
from sqlalchemy import Engine

from store.live_rule import NOT_ALLOWED, SWITCH_ON, LiveRule
from store.second_factor import SecondFactor
from store.users import Users


@pytest.fixture
def factor(engine: Engine) -> SecondFactor:
    return SecondFactor(engine)


@pytest.fixture
def rule(engine: Engine, factor: SecondFactor) -> LiveRule:
    return LiveRule(engine, factor)


def test_without_a_rule_everybody_may(rule: LiveRule, users: Users) -> None:
    assert not rule.needs_second_factor()
    assert rule.refusal(users.add("bob", "secret")) is None


def test_the_rule_asks_for_a_second_factor(
    rule: LiveRule, users: Users, factor: SecondFactor
) -> None:
    bob = users.add("bob", "secret")
    for _ in range(2):
        rule.set_needs_second_factor(True)
    assert rule.needs_second_factor()
    assert rule.refusal(bob) == SWITCH_ON
    factor.confirm(bob, pyotp.TOTP(factor.enrol(bob).secret).now())
    assert rule.refusal(bob) is None
    factor.remove_as_admin(bob)
    rule.set_needs_second_factor(False)
    assert rule.refusal(bob) is None


def test_a_user_may_be_kept_from_live_orders(rule: LiveRule, users: Users) -> None:
    users.add("bob", "secret")
    assert rule.refusal(users.set_may_trade_live("bob", False)) == NOT_ALLOWED
