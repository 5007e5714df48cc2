"""``python -m agent``: trade at one TWS for one user, at the relay's word.

``run`` (the default), ``doctor`` (check everything) or ``policy`` (print a sample policy file).
"""

import argparse
import logging
import os
import signal
import sys
import threading
import time
from collections.abc import Callable
from queue import SimpleQueue

import config
from agent.agent import Agent
from agent.doctor import examine
from agent.instance import this_instance
from agent.policy import SAMPLE, AgentPolicy, read_policy
from config import Settings, SettingsError
from engine.embedded_gateway import GatewayFailed
from engine.engine import Engine
from engine.process import set_up_logging, tune_garbage_collector
from store.journal import JournalError, JournalLocked

CANNOT_START = 2
MOST_TWS_SECONDS = 3.0
LOOK_AGAIN_SECONDS = 0.05
# A stop that hangs ends here: the journal is on disk, and orders stay at IB.
MOST_STOP_SECONDS = 9.0


def parse_arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        prog="python -m agent",
        description="Trade at one TWS for one user, at the relay's word. Settings come from the "
        "environment or .env (see .env.sample): RELAY_URL, AGENT_KEY, IB_PORT.",
    )
    parser.add_argument("command", nargs="?", default="run", choices=(*COMMANDS, "policy"))
    return parser.parse_args()


def run(settings: Settings, policy: AgentPolicy) -> int:
    """Until SIGTERM or SIGINT; then answer who waits, and end within ten seconds."""
    set_up_logging(settings.log_level)
    for warning in config.unknown_keys():
        logging.warning(warning)
    heard: SimpleQueue[str | None] = SimpleQueue()  # whose agent this is; None: the end
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda _number, _frame: heard.put(None))
    agent = Agent(settings, policy, this_instance(settings.var_dir), heard.put)
    agent.start()
    tune_garbage_collector()
    while user := heard.get():
        shown = tws(agent.engine, time.monotonic() + MOST_TWS_SECONDS)
        print(f"agent of {user}: connected to {settings.relay_url}; {shown}", flush=True)
    last_word = threading.Timer(MOST_STOP_SECONDS, os._exit, [1])
    last_word.daemon = True
    last_word.start()
    agent.stop()
    return 0


def tws(engine: Engine, deadline: float) -> str:
    """`TWS 127.0.0.1:7497, paper, DU1234567`, or why there is none; TWS gets a moment to greet."""
    while not (status := engine.order_desk.status()).is_connected and time.monotonic() < deadline:
        time.sleep(LOOK_AGAIN_SECONDS)
    where = f"TWS {engine.gateway.host}:{engine.gateway.port}, {engine.settings.trading_mode}"
    if not status.is_connected:
        return f"{where}, not connected: {status.reason}"
    return f"{where}, {', '.join(status.accounts)}"


def doctor(settings: Settings, policy: AgentPolicy) -> int:
    failed = False
    for finding in examine(settings, policy):
        print(f"{finding.word:<4}  {finding.about}", flush=True)
        failed |= finding.word == "FAIL"
    return int(failed)


def sample(settings: Settings) -> int:
    print(SAMPLE.format(path=settings.agent_policy_path), end="")
    return 0


COMMANDS: dict[str, Callable[[Settings, AgentPolicy], int]] = {
    "run": run,
    "doctor": doctor,
}


def main() -> int:
    command = parse_arguments().command
    try:
        settings = config.load()
        if command == "policy":
            return sample(settings)
        settings.var_dir.mkdir(parents=True, exist_ok=True, mode=0o700)
        return COMMANDS[command](settings, read_policy(settings))
    except JournalLocked as error:
        print(f"agent: {error}. Stop it, or give this agent a VAR_DIR of its own", file=sys.stderr)
        return CANNOT_START
    except (SettingsError, GatewayFailed, JournalError, OSError) as error:
        print(f"agent: {error}", file=sys.stderr)
        return CANNOT_START


if __name__ == "__main__":
    sys.exit(main())
