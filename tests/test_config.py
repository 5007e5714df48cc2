from __future__ import annotations

import json
import re
import stat
from concurrent.futures import ThreadPoolExecutor
from datetime import time
from decimal import Decimal
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

import config
from config import Settings, SettingsError

SAMPLE = Path(config.__file__).parent / ".env.sample"
NO_LIMIT = "a positive number, or nothing for no limit"
A_RELAY = "an address such as https://relay.example.com"
A_WINDOW = "a daily window such as 23:45-00:10 America/New_York"
SECRETS = {
    "SECRET_KEY": "canary-of-the-session",
    "ADMIN_PASSWORD": "canary-of-the-admin",
    "DATABASE_URL": "postgresql://desk:canary-of-the-database@127.0.0.1/desk",
    "AGENT_KEY": "iba_canary-of-the-agent",
    "RELAY_TOKEN": "canary-of-the-relay, which is long enough",
}


def load(tmp_path: Path, env_file: str = "", **environment: str) -> Settings:
    file = tmp_path / ".env"
    file.write_text(env_file)
    return config.load(environment, file)


def source_of(name: str, environment: dict[str, str], env_file: Path) -> tuple[str, str]:
    found = {item.name: item for item in config.sources(environment, env_file)}[name]
    return found.shown, found.source


def problem(tmp_path: Path, name: str, value: str) -> str:
    with pytest.raises(SettingsError) as caught:
        load(tmp_path, **{name: value})
    return str(caught.value)


def test_without_any_setting_the_defaults_count(tmp_path: Path) -> None:
    settings = config.load({}, tmp_path / "none.env")
    assert (settings.ib_host, settings.ib_port, settings.ib_client_id) == ("127.0.0.1", None, 999)
    assert (settings.trading_mode, settings.paper_sleep) == ("paper", (1.0, 2.0, 1.0))
    assert (settings.order_timeout, settings.absence_seconds) == (30.0, 10.0)
    assert settings.bind == "127.0.0.1:5000"
    assert (settings.var_dir, settings.max_requests_per_second) == (Path("var"), 45)
    assert settings.uses_embedded_gateway


def test_the_environment_wins_over_the_file_and_the_file_over_the_default(tmp_path: Path) -> None:
    file = "IB_HOST=from-file\nIB_CLIENT_ID=5\n"
    settings = load(tmp_path, file, IB_HOST="from-environment")
    assert (settings.ib_host, settings.ib_client_id) == ("from-environment", 5)
    assert settings.order_timeout == 30.0


def test_each_source_is_named(tmp_path: Path) -> None:
    file = tmp_path / ".env"
    file.write_text("IB_HOST=from-file\nIB_CLIENT_ID=5\nTHREADS\n")
    environment = {"IB_HOST": "here"}
    assert source_of("IB_HOST", environment, file) == ("here", "environment")
    assert source_of("IB_CLIENT_ID", environment, file) == ("5", str(file))
    assert source_of("IB_ACCOUNT", environment, file) == ("", "default")
    assert source_of("THREADS", environment, file) == ("128", "default")


def test_every_setting_has_a_source_once(tmp_path: Path) -> None:
    names = [item.name for item in config.sources({}, tmp_path / "none.env")]
    assert len(names) == len(set(names)) == len(Settings.__slots__)


def test_the_process_environment_is_read_when_none_is_given(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("IB_HOST", "of-the-process")
    assert config.load(env_file=tmp_path / "none.env").ib_host == "of-the-process"


def test_every_default_parses_and_is_what_the_settings_hold(tmp_path: Path) -> None:
    defaults = {item.name: item.shown for item in config.sources({}, tmp_path / "none.env")}
    assert load(tmp_path, **defaults) == config.load({}, tmp_path / "none.env")


# Secrets.


@pytest.mark.parametrize("where", ["environment", "file"])
def test_secrets_are_masked(tmp_path: Path, where: str) -> None:
    file = tmp_path / ".env"
    file.write_text("".join(f"{name}={text}\n" for name, text in SECRETS.items()))
    environment = SECRETS if where == "environment" else {}
    shown = config.sources(environment, file)
    assert "canary" not in str(shown)
    assert {item.shown for item in shown if item.name in SECRETS} == {"(set)"}


def test_a_secret_that_is_not_set_shows_as_empty(tmp_path: Path) -> None:
    shown = {item.name: item.shown for item in config.sources({}, tmp_path / "none.env")}
    assert {shown[name] for name in SECRETS} == {""}


def test_the_secret_key_is_made_once_and_only_its_owner_may_read_it(tmp_path: Path) -> None:
    settings = load(tmp_path, VAR_DIR=str(tmp_path))
    key = config.secret_key(settings)
    file = tmp_path / "secret_key"
    assert len(key) >= 64
    assert file.stat().st_mode & 0o777 == 0o600
    assert config.secret_key(settings) == key == file.read_text()


def test_two_desks_have_two_secret_keys(tmp_path: Path) -> None:
    keys = set()
    for name in ("a", "b"):
        (tmp_path / name).mkdir()
        keys.add(config.secret_key(load(tmp_path, VAR_DIR=str(tmp_path / name))))
    assert len(keys) == 2


def test_a_secret_key_that_is_set_is_used_and_not_written(tmp_path: Path) -> None:
    settings = load(tmp_path, VAR_DIR=str(tmp_path), SECRET_KEY="mine")
    assert config.secret_key(settings) == "mine"
    assert not (tmp_path / "secret_key").exists()


def test_an_empty_secret_key_file_is_filled(tmp_path: Path) -> None:
    """A first run that was killed must not leave the desk without a key."""
    (tmp_path / "secret_key").touch(mode=0o600)
    assert len(config.secret_key(load(tmp_path, VAR_DIR=str(tmp_path)))) >= 64


def test_the_relay_listens_on_this_machine_unless_it_is_told(tmp_path: Path) -> None:
    settings = load(tmp_path)
    assert settings.relay_host_and_port == ("127.0.0.1", 8800)
    assert (settings.relay_token, settings.heartbeat_seconds) == ("", 5.0)
    assert load(tmp_path, RELAY_BIND="[::1]:1").relay_host_and_port == ("::1", 1)


# Wrong values.


def test_a_secret_that_is_wrong_is_not_repeated(tmp_path: Path) -> None:
    said = problem(tmp_path, "RELAY_TOKEN", "canary")
    assert said == "RELAY_TOKEN=… is not a secret of at least 32 characters"


@pytest.mark.parametrize(
    ("name", "value", "expected"),
    [
        ("IB_PORT", "tws", "a whole number"),
        ("IB_HOST", "", "a host name or an IP address such as 127.0.0.1"),
        ("IB_HOST", "tws:7497", "a host name or an IP address such as 127.0.0.1"),
        ("IB_HOST", "http://tws", "a host name or an IP address such as 127.0.0.1"),
        ("IB_HOST", "-tws", "a host name or an IP address such as 127.0.0.1"),
        ("IB_PORT", "65536", "a port number from 0 to 65535"),
        ("IB_PORT", "-1", "a whole number that is not negative"),
        ("IB_CLIENT_ID", "", "a whole number"),
        ("IB_CLIENT_ID", "1.5", "a whole number"),
        ("THREADS", "-2", "a whole number that is not negative"),
        ("MAX_STREAMS", "many", "a whole number"),
        ("TRADING_MODE", "Paper", "paper or live"),
        ("TRADING_MODE", "", "paper or live"),
        ("ORDER_TIMEOUT", "0", "a positive number of seconds"),
        ("ORDER_TIMEOUT", "-5", "a positive number of seconds"),
        ("ORDER_TIMEOUT", "nan", "a positive number of seconds"),
        ("ORDER_TIMEOUT", "inf", "a positive number of seconds"),
        ("ORDER_TIMEOUT", "soon", "a number of seconds"),
        ("ABSENCE_SECONDS", "0", "a positive number of seconds"),
        ("PAPER_SLEEP", "", "three numbers of seconds such as 1,2,1"),
        ("PAPER_SLEEP", "1,2", "three numbers of seconds such as 1,2,1"),
        ("PAPER_SLEEP", "1,2,nan", "three numbers of seconds such as 1,2,1"),
        ("PAPER_SLEEP", "1,2,61", "three numbers of seconds such as 1,2,1"),
        ("PAPER_SLEEP", "1;2;1", "three numbers of seconds such as 1,2,1"),
        ("BIND", "localhost", "an address such as 127.0.0.1:5000"),
        ("BIND", "127.0.0.1:http", "an address such as 127.0.0.1:5000"),
        ("BIND", ":5000", "an address such as 127.0.0.1:5000"),
        ("BIND", "", "an address such as 127.0.0.1:5000"),
        ("LOG_LEVEL", "LOUD", "one of DEBUG, INFO, WARNING, ERROR, CRITICAL"),
        ("MAX_ORDER_QUANTITY", "0", NO_LIMIT),
        ("MAX_ORDER_QUANTITY", "-1", NO_LIMIT),
        ("MAX_ORDER_NOTIONAL", "10,000", NO_LIMIT),
        ("MAX_EQUITY_PERCENT", "nan", NO_LIMIT),
        ("PRICE_COLLAR_PERCENT", "inf", NO_LIMIT),
        ("MAX_DAILY_LOSS", "-500", NO_LIMIT),
        ("MAX_OPEN_ORDERS", "0", "a positive whole number, or nothing for no limit"),
        ("MAX_ORDERS_PER_MINUTE", "1.5", "a whole number"),
        ("MAX_ORDERS_PER_MINUTE", "-1", "a whole number that is not negative"),
        ("ALLOWED_SYMBOLS", ",", "a list of symbols such as AAPL,MSFT"),
        ("DENIED_SYMBOLS", "AAPL;MSFT", "a list of symbols such as AAPL,MSFT"),
        ("DENIED_SYMBOLS", "AAPL MSFT", "a list of symbols such as AAPL,MSFT"),
        ("READ_ONLY", "maybe", "1 or 0"),
        ("ALLOWED_ACCOUNTS", "DU1;DU2", "a list of accounts such as DU1234567,DU7654321"),
        ("RELAY_URL", "relay.example.com", A_RELAY),
        ("RELAY_URL", "ftp://relay.example.com", A_RELAY),
        ("RELAY_URL", "https://alice:secret@relay.example.com", A_RELAY),
        ("RELAY_URL", "https://relay.example.com/?key=1", A_RELAY),
        ("RELAY_URL", "https://relay.example.com:0", A_RELAY),
        ("RELAY_URL", "https://relay.example.com:x", A_RELAY),
        ("RESTART_WINDOW", "23:45", A_WINDOW),
        ("RESTART_WINDOW", "23:45-00:10", A_WINDOW),
        ("RESTART_WINDOW", "23:45-24:10 America/New_York", A_WINDOW),
        ("RESTART_WINDOW", "23:45-23:45 America/New_York", A_WINDOW),
        ("RESTART_WINDOW", "23:45-00:10 America/Newark", A_WINDOW),
        ("RESTART_WINDOW", "23:45-00:10 America", A_WINDOW),
        ("RESTART_WINDOW", "23:45-00:10 ../etc/passwd", A_WINDOW),
    ],
)
def test_a_value_that_does_not_parse_is_named_with_what_it_should_be(
    tmp_path: Path, name: str, value: str, expected: str
) -> None:
    assert problem(tmp_path, name, value) == f"{name}={value!r} is not {expected}"


def test_a_wrong_value_in_the_file_is_named_too(tmp_path: Path) -> None:
    with pytest.raises(SettingsError, match="TRADING_MODE='real' is not paper or live"):
        load(tmp_path, "TRADING_MODE=real\n")


# Right values.


@pytest.mark.parametrize(
    ("value", "steps"),
    [("0", (0, 0, 0)), ("0.1,0,0", (0.1, 0, 0)), (" 1, 2, 1 ", (1, 2, 1)), ("0,0,0", (0, 0, 0))],
)
def test_the_sleep_workaround_is_three_numbers_or_off(
    tmp_path: Path, value: str, steps: tuple[float, float, float]
) -> None:
    assert load(tmp_path, PAPER_SLEEP=value).paper_sleep == steps


@pytest.mark.parametrize(("value", "port"), [("", None), ("  ", None), ("7497", 7497)])
def test_without_a_port_the_desk_has_its_own_gateway(
    tmp_path: Path, value: str, port: int | None
) -> None:
    settings = load(tmp_path, IB_PORT=value)
    assert (settings.ib_port, settings.uses_embedded_gateway) == (port, port is None)


@pytest.mark.parametrize(
    ("value", "parts"),
    [("127.0.0.1:5000", ("127.0.0.1", 5000)), ("[::1]:0", ("[::1]", 0)), ("a:1 ", ("a", 1))],
)
def test_an_address_has_a_host_and_a_port(
    tmp_path: Path, value: str, parts: tuple[str, int]
) -> None:
    assert load(tmp_path, BIND=value).host_and_port == parts


def test_a_log_level_may_be_written_small(tmp_path: Path) -> None:
    assert load(tmp_path, LOG_LEVEL="debug").log_level == "DEBUG"


def test_an_empty_folder_name_is_the_usual_folder(tmp_path: Path) -> None:
    assert load(tmp_path, VAR_DIR="").var_dir == Path("var")


def test_users_live_in_the_desks_own_folder_unless_an_address_is_set(tmp_path: Path) -> None:
    own = load(tmp_path, VAR_DIR=str(tmp_path))
    assert own.users_url == f"sqlite:///{tmp_path}/desk.db"
    assert load(tmp_path, DATABASE_URL="postgresql://x/y").users_url == "postgresql://x/y"


def test_limits_are_numbers_and_nothing_is_no_limit(tmp_path: Path) -> None:
    settings = load(tmp_path, MAX_ORDER_NOTIONAL=" 25000.50 ", MAX_OPEN_ORDERS="20", READ_ONLY="1")
    assert (settings.max_order_notional, settings.max_open_orders) == (Decimal("25000.5"), 20)
    assert settings.read_only
    assert load(tmp_path, MAX_ORDER_NOTIONAL=" ", MAX_OPEN_ORDERS="").max_order_notional is None


@pytest.mark.parametrize(
    ("value", "symbols"),
    [
        ("", set()),
        ("aapl, msft", {"AAPL", "MSFT"}),
        ("BRK B,BAC PRK,700,BF.B", {"BRK B", "BAC PRK", "700", "BF.B"}),
    ],
)
def test_symbols_stand_between_commas(tmp_path: Path, value: str, symbols: set[str]) -> None:
    assert load(tmp_path, ALLOWED_SYMBOLS=value).allowed_symbols == symbols


@pytest.mark.parametrize(
    ("value", "window"),
    [
        ("", None),
        (
            "23:45-00:10 America/New_York",
            (time(23, 45), time(0, 10), ZoneInfo("America/New_York")),
        ),
        (" 05:00-05:15 Etc/GMT-8 ", (time(5), time(5, 15), ZoneInfo("Etc/GMT-8"))),
    ],
)
def test_the_restart_window_is_two_times_of_a_zone(
    tmp_path: Path, value: str, window: config.Window | None
) -> None:
    assert load(tmp_path, RESTART_WINDOW=value).restart_window == window


def test_the_journal_lives_in_the_desks_own_folder_unless_a_path_is_set(tmp_path: Path) -> None:
    assert load(tmp_path, VAR_DIR="here").journal_path == Path("here/journal.db")
    assert load(tmp_path, JOURNAL_PATH="/data/orders.db").journal_path == Path("/data/orders.db")


def test_the_sample_shows_every_setting_with_its_default(tmp_path: Path) -> None:
    shown = dict(re.findall(r"^#([A-Z_]+)=(.*)$", SAMPLE.read_text(), re.MULTILINE))
    defaults = {item.name: item.shown for item in config.sources({}, tmp_path / "none.env")}
    assert shown == defaults


# Unknown keys.


@pytest.mark.parametrize(
    ("key", "hint"),
    [
        ("IB_PROT", "; did you mean IB_PORT?"),
        ("TRADINGMODE", "; did you mean TRADING_MODE?"),
        ("ib_host", ""),
        ("QQQQ", ""),
    ],
)
def test_an_unknown_key_is_named_with_the_nearest_setting(
    tmp_path: Path, key: str, hint: str
) -> None:
    file = tmp_path / ".env"
    file.write_text(f"IB_HOST=x\n{key}=1\n")
    assert config.unknown_keys(file) == [f"{file}: {key} is not a setting{hint}"]


def test_a_file_with_settings_alone_has_no_unknown_keys(tmp_path: Path) -> None:
    file = tmp_path / ".env"
    names = [item.name for item in config.sources({}, file)]
    file.write_text("# a comment\n" + "".join(f"{name}=1\n" for name in names))
    assert config.unknown_keys(file) == []


def test_without_a_file_there_are_no_unknown_keys(tmp_path: Path) -> None:
    assert config.unknown_keys(tmp_path / "none.env") == []


# Where TWS is.


def test_a_port_that_is_set_is_where_tws_listens(tmp_path: Path) -> None:
    settings = load(tmp_path, IB_HOST="10.0.0.5", IB_PORT="4002")
    assert config.gateway_address(settings) == ("10.0.0.5", 4002)


def test_without_a_port_the_running_desk_tells_where_its_gateway_is(tmp_path: Path) -> None:
    settings = load(tmp_path, VAR_DIR=str(tmp_path))
    address = {"host": "127.0.0.1", "port": 40123}
    config.embedded_gateway_file(settings).write_text(json.dumps(address))
    assert config.gateway_address(settings) == ("127.0.0.1", 40123)


@pytest.mark.parametrize("text", [None, "", "{}", '{"host": "x", "port": "y"}', "not json"])
def test_without_a_port_and_a_running_desk_the_way_out_is_told(
    tmp_path: Path, text: str | None
) -> None:
    settings = load(tmp_path, VAR_DIR=str(tmp_path))
    if text is not None:
        config.embedded_gateway_file(settings).write_text(text)
    with pytest.raises(SettingsError, match="IB_PORT is not set .* `make run`, or set IB_PORT"):
        config.gateway_address(settings)


def test_a_command_of_flask_is_known_by_its_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("FLASK_RUN_FROM_CLI", raising=False)
    assert not config.is_flask_command()
    monkeypatch.setenv("FLASK_RUN_FROM_CLI", "true")
    assert config.is_flask_command()


def test_streams_and_waiting_orders_must_leave_threads_for_cancels() -> None:
    threads = {"THREADS": "100", "MAX_STREAMS": "64", "MAX_WAITING_ORDERS": "40"}
    with pytest.raises(SettingsError, match="a cancel always finds a thread"):
        config.load(threads, Path("none"))


# Relay mode.

RELAY = {"RELAY_URL": "http://127.0.0.1:5010/", "RELAY_TOKEN": "x" * 32}


def relay_settings(tmp_path: Path, **given: str) -> config.Settings:
    return config.load(RELAY | given, tmp_path / "none.env")


def test_a_desk_with_a_relay_may_have_many_workers(tmp_path: Path) -> None:
    settings = relay_settings(tmp_path, WORKERS="4")
    assert settings.uses_relay
    assert (settings.relay_url, settings.workers) == ("http://127.0.0.1:5010", 4)


@pytest.mark.parametrize(
    ("given", "sentence"),
    [
        ({"RELAY_TOKEN": "short and secret"}, "at least 32 characters"),
        ({"RELAY_URL": "relay.example.org"}, "is not an address such as https://"),
        ({"RELAY_URL": "https://user:pass@relay.example.org"}, "is not an address"),
        ({"RELAY_URL": "https://relay.example.org/?x=1"}, "is not an address"),
        ({"RELAY_URL": "ftp://relay.example.org"}, "is not an address"),
        ({"WORKERS": "0"}, "from 1 to 64"),
        ({"WORKERS": "many"}, "a whole number"),
        ({"RELAY_URL": "", "WORKERS": "2"}, "WORKERS=2 needs RELAY_URL"),
    ],
)
def test_what_cannot_work_with_a_relay_is_refused_with_the_fix(
    tmp_path: Path, given: dict[str, str], sentence: str
) -> None:
    with pytest.raises(SettingsError, match=re.escape(sentence)):
        relay_settings(tmp_path, **given)


def test_a_desk_in_relay_mode_needs_the_relays_secret_and_an_agent_does_not() -> None:
    given = RELAY | {"RELAY_TOKEN": ""}
    assert config.load(given).uses_relay
    with pytest.raises(SettingsError, match="needs RELAY_TOKEN"):
        config.load_for_desk(given)


def test_a_refused_secret_is_not_shown(tmp_path: Path) -> None:
    with pytest.raises(SettingsError) as caught:
        relay_settings(tmp_path, RELAY_TOKEN="short and secret")
    assert "short and secret" not in str(caught.value)


def test_workers_that_start_at_once_have_one_secret_key(tmp_path: Path) -> None:
    settings = relay_settings(tmp_path, VAR_DIR=str(tmp_path))
    with ThreadPoolExecutor(8) as threads:
        keys = set(threads.map(lambda _: config.secret_key(settings), range(32)))
    assert len(keys) == 1
    assert stat.S_IMODE((tmp_path / "secret_key").stat().st_mode) == 0o600


# The agent.


def test_where_the_relay_and_the_agents_policy_are(tmp_path: Path) -> None:
    settings = load(tmp_path, RELAY_URL=" https://relay.example.com/ ", VAR_DIR="here")
    assert settings.relay_url == "https://relay.example.com"
    assert settings.agent_policy_path == Path("here/agent.toml")
    assert load(tmp_path, AGENT_POLICY="mine.toml").agent_policy_path == Path("mine.toml")


def test_accounts_are_a_list(tmp_path: Path) -> None:
    assert load(tmp_path, ALLOWED_ACCOUNTS="DU1, du2").allowed_accounts == {"DU1", "DU2"}
    assert load(tmp_path).allowed_accounts == frozenset()


def test_one_setting_is_parsed_as_in_the_file() -> None:
    assert config.parse_setting("MAX_ORDER_QUANTITY", "7") == Decimal(7)
    with pytest.raises(SettingsError, match="MAX_ORDER_QUANTITY='x' is not a positive number"):
        config.parse_setting("MAX_ORDER_QUANTITY", "x")


def test_a_rule_that_is_none_is_refused(tmp_path: Path) -> None:
    assert "one of never, live, always" in problem(tmp_path, "REQUIRE_TOTP", "sometimes")


def test_nats_servers_are_a_list_and_one_that_is_no_address_stops_the_start(
    tmp_path: Path,
) -> None:
    assert load(tmp_path).nats_url == ()
    two = load(tmp_path, NATS_URL="nats://a:4222, tls://b:4222")
    assert two.nats_url == ("nats://a:4222", "tls://b:4222")
    with pytest.raises(SettingsError, match="NATS_URL") as caught:
        load(tmp_path, NATS_URL="http://canary@a")
    assert "canary" not in str(caught.value)
