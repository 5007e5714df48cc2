"""`make world`: starts the small world; Ctrl-C ends all of it.

`python -m relay.world bob` in another terminal starts Bob's agent.
"""

from __future__ import annotations

import argparse
import os
import signal
import sys
import time
from collections.abc import Mapping
from contextlib import closing
from pathlib import Path
from urllib.error import URLError
from urllib.request import urlopen

from relay.world.programs import ROOT, Programs, WorldFailed
from relay.world.world import WITH_AGENT, World

CONNECTED = "connected to"  # what an agent says when the relay has welcomed it


def run(world: World) -> None:
    """The whole world until Ctrl-C or SIGTERM; raises WorldFailed when a program ends."""
    passwords = world.prepare()
    with closing(Programs(world.folder)) as programs:
        programs.start("relay", world.relay(), "-m", "relay")
        programs.wait_for("relay", lambda: _answers(f"{world.relay_url}/healthz"))
        programs.start("desk", world.desk(), "app_simple.py")
        programs.start("agent-alice", world.agent("alice"), "-m", "agent")
        programs.wait_for("desk", lambda: _answers(f"{world.desk_url}/healthz"))
        programs.wait_for("agent-alice", lambda: programs.said("agent-alice", CONNECTED))
        print(_greeting(world, passwords), flush=True)
        while True:
            programs.look()
            time.sleep(0.5)


def run_agent(world: World, name: str) -> None:
    """Become that person's agent."""
    world.prepare()
    os.chdir(ROOT)
    environment = {"PATH": os.defpath, **world.agent(name)}
    os.execve(sys.executable, [sys.executable, "-m", "agent"], environment)


def _answers(url: str) -> bool:
    try:
        with urlopen(url, timeout=2) as answer:
            return bool(answer.status == 200)
    except (URLError, OSError):
        return False


def _greeting(world: World, passwords: Mapping[str, str]) -> str:
    about = {
        "admin": "sees users, agents and the audit log",
        "alice": "her agent is connected: she trades on its paper gateway",
        "bob": "his agent is not started; start it: .venv/bin/python -m relay.world bob",
        "charlie": "has no agent: he sees quotes that Alice shares, and nothing else",
    }
    lines = [f"  {name:<8} {passwords[name]:<18} {text}" for name, text in about.items()]
    return "\n".join(["", f"  A small world at {world.desk_url}", "", *lines, ""])


def main() -> None:
    parser = argparse.ArgumentParser(description="A relay, a desk, three people and their agents.")
    parser.add_argument("agent", nargs="?", choices=WITH_AGENT, help="run this person's agent")
    parser.add_argument("--folder", type=Path, default=Path("var/world"))
    parser.add_argument("--desk-port", type=int, default=5000)
    parser.add_argument("--relay-port", type=int, default=8800)
    given = parser.parse_args()
    world = World(given.folder.resolve(), given.desk_port, given.relay_port)
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(0))
    try:
        if given.agent:
            run_agent(world, given.agent)
        else:
            run(world)
    except WorldFailed as error:
        sys.exit(str(error))
    except KeyboardInterrupt:
        print("The small world has ended; what it wrote stays in", world.folder)


if __name__ == "__main__":
    main()
