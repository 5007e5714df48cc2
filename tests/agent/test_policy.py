"""The policy file: strict, and stronger than any setting and any relay."""

from __future__ import annotations

import tomllib
from decimal import Decimal
from pathlib import Path

import pytest

import config
from agent.policy import SAMPLE, AgentPolicy, PolicyError, governed, parse_policy, read_policy
from engine.engine import order_policy
from trading.risk import Limits


def settings(**given: str) -> config.Settings:
    return config.load(given, Path("none"))


def test_an_empty_file_is_the_default_policy() -> None:
    policy = parse_policy("")
    assert policy == AgentPolicy()
    assert (policy.paper_only, policy.share_quotes, policy.accounts) == (True, False, frozenset())


def test_every_line_of_the_sample_is_a_line_of_a_policy() -> None:
    sample = SAMPLE.format(path="agent.toml")
    assert parse_policy(sample) == AgentPolicy()
    used = "\n".join(line.removeprefix("#") for line in sample.splitlines() if "# " not in line)
    values = tomllib.loads(used)
    assert set(values) == set(AgentPolicy.__dataclass_fields__)
    assert set(values["limits"]) == set(Limits.__dataclass_fields__)
    parse_policy(used)


def test_everything_that_can_be_said() -> None:
    policy = parse_policy(
        """
        owner = "alice"
        label = "laptop"
        paper_only = false
        accounts = ["DU1", "du2"]
        share_quotes = true
        feed = "desk feed"
        plain_relay = true
        [limits]
        max_order_quantity = 100
        max_order_notional = 2500.50
        allowed_symbols = ["aapl", "BRK B"]
        read_only = true
        """
    )
    assert policy == AgentPolicy(
        owner="alice",
        label="laptop",
        paper_only=False,
        accounts=frozenset({"DU1", "DU2"}),
        share_quotes=True,
        feed="desk feed",
        plain_relay=True,
        limits={
            "max_order_quantity": Decimal(100),
            "max_order_notional": Decimal("2500.50"),
            "allowed_symbols": frozenset({"AAPL", "BRK B"}),
            "read_only": True,
        },
    )


@pytest.mark.parametrize(
    ("text", "line"),
    [
        ("paperonly = true", "paperonly is not known"),
        ('paper_only = "yes"', "paper_only must be true or false"),
        ("owner = 7", "owner must be a text"),
        ('owner = "a\\nb"', "owner must be a text"),
        ('accounts = "DU1"', "accounts must be a list of texts"),
        ('accounts = ["DU 1"]', "accounts must be a list of accounts"),
        ("accounts = [7]", "accounts must be a list of texts"),
        ('accounts = [""]', "accounts must be a list of texts"),
        ("share_quotes = true", "share_quotes needs feed"),
        ("limits = 7", "limits must be a table"),
        ("[limits]\nmax_order = 7", "limits.max_order is not known"),
        ('[limits]\nmax_order_quantity = "7"', "limits.max_order_quantity must be a number"),
        ("[limits]\nmax_order_quantity = true", "limits.max_order_quantity must be a number"),
        ("[limits]\nmax_order_quantity = 0", "limits.max_order_quantity must be a positive"),
        ("[limits]\nmax_order_quantity = nan", "limits.max_order_quantity must be"),
        ("[limits]\nmax_open_orders = 1.5", "limits.max_open_orders must be"),
        ("[limits]\nread_only = 1", "limits.read_only must be true or false"),
        ('[limits]\nallowed_symbols = "AAPL"', "limits.allowed_symbols must be a list"),
        ("paper_only = true\npaper_only = false", "it is not TOML"),
        ("owner", "it is not TOML"),
    ],
)
def test_what_is_wrong_is_one_line(text: str, line: str) -> None:
    with pytest.raises(PolicyError) as caught:
        parse_policy(text)
    assert str(caught.value).startswith(line)
    assert "\n" not in str(caught.value)


def test_the_file_is_read_from_var_dir_or_from_where_a_setting_says(tmp_path: Path) -> None:
    assert read_policy(settings(VAR_DIR=str(tmp_path))) == AgentPolicy()
    (tmp_path / "agent.toml").write_text('owner = "alice"')
    assert read_policy(settings(VAR_DIR=str(tmp_path))).owner == "alice"
    other = tmp_path / "other.toml"
    with pytest.raises(PolicyError, match=r"AGENT_POLICY=.*other\.toml cannot be read"):
        read_policy(settings(AGENT_POLICY=str(other)))
    other.write_text("owner = 1")
    with pytest.raises(PolicyError, match=r"other\.toml: owner must be"):
        read_policy(settings(AGENT_POLICY=str(other)))
    other.write_bytes(b"\xff")
    with pytest.raises(PolicyError, match="not UTF-8"):
        read_policy(settings(AGENT_POLICY=str(other)))


def test_paper_only_wins_over_the_settings() -> None:
    live = settings(TRADING_MODE="live")
    assert governed(live, parse_policy("")).trading_mode == "paper"
    assert governed(live, parse_policy("paper_only = false")).trading_mode == "live"


def test_limits_of_the_file_win_and_the_others_stay() -> None:
    given = settings(MAX_ORDER_QUANTITY="500", MAX_OPEN_ORDERS="3")
    policy = parse_policy("[limits]\nmax_order_quantity = 10")
    limits = order_policy(governed(given, policy)).limits
    assert (limits.max_order_quantity, limits.max_open_orders) == (Decimal(10), 3)


def test_the_accounts_reach_the_order_engine() -> None:
    policy = order_policy(governed(settings(), parse_policy('accounts = ["DU1", "DU2"]')))
    assert (policy.accounts, policy.account) == (frozenset({"DU1", "DU2"}), "")
    only = order_policy(governed(settings(), parse_policy('accounts = ["DU1"]')))
    assert (only.accounts, only.account) == (frozenset({"DU1"}), "DU1")


def test_settings_that_contradict_the_policy_stop_the_start() -> None:
    with pytest.raises(PolicyError, match="IB_ACCOUNT is DU9, but the policy file allows DU1 only"):
        governed(settings(IB_ACCOUNT="DU9"), parse_policy('accounts = ["DU1"]'))
    with pytest.raises(PolicyError, match="ORDER_TIMEOUT is at most 35"):
        governed(settings(ORDER_TIMEOUT="36"), AgentPolicy())
