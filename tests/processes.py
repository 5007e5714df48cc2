"""The product's programs as real processes, for end-to-end tests and benchmarks.

Each is a context manager; leaving it ends the process that it started. Everything listens on
loopback and writes below the folder that it is given.
"""

from __future__ import annotations

import atexit
import http.client
import json
import re
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from functools import cache
from itertools import cycle, islice
from pathlib import Path
from socket import AF_UNIX, SO_REUSEADDR, SOL_SOCKET, socket
from typing import IO, Any

from store.database import open_database
from store.people import People

ROOT = Path(__file__).parent.parent
START_SECONDS = 60
# Below 32768, where the ports begin that the system gives to whoever asks for any.
PORTS, BLOCK = range(12000, 32000), 1000
LISTENING = re.compile(r"listening on 127\.0\.0\.1:(\d+) account (\w+)")
PASSWORD = "correct horse battery staple"


@dataclass
class Program:
    """A running program: its process and every line that it has said so far."""

    process: subprocess.Popen[str]
    lines: list[str] = field(default_factory=list)

    def read(self, stream: IO[str]) -> None:
        for line in stream:
            self.lines.append(line.rstrip("\n"))

    def said(self, text: str) -> bool:
        return any(text in line for line in self.lines)

    @property
    def output(self) -> str:
        return "\n".join(self.lines)


@contextmanager
def program(*arguments: str, **environment: str) -> Iterator[Program]:
    """Start `python arguments…` in the project's folder with exactly this environment."""
    process = subprocess.Popen(
        [sys.executable, *arguments],
        cwd=ROOT,
        env={"PYTHONUNBUFFERED": "1", "PATH": "/usr/bin:/bin", **environment},
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )
    running = Program(process)
    assert process.stdout is not None
    reading = threading.Thread(target=running.read, args=(process.stdout,), daemon=True)
    reading.start()
    try:
        yield running
    finally:
        end(running)
        reading.join(5)
        process.stdout.close()


def end(running: Program) -> int:
    """Ask it to end, as `kill` does; returns its exit code."""
    running.process.terminate()
    try:
        return running.process.wait(20)
    except subprocess.TimeoutExpired:
        running.process.kill()
        return running.process.wait()


def until(condition: Any, what: str, seconds: float = START_SECONDS) -> Any:
    """Poll until the condition is true and return its value; fail with `what` after a while."""
    pause, deadline = threading.Event(), time.monotonic() + seconds
    while time.monotonic() < deadline:
        value = condition()
        if value:
            return value
        pause.wait(0.02)
    raise AssertionError(f"not within {seconds} s: {what}")


@dataclass
class Gateway:
    """A running paper gateway."""

    program: Program
    port: int
    control_port: int
    account: str

    def state(self) -> dict[str, Any]:
        """Its counters: messages received by request id, orders by client, open sessions."""
        state: dict[str, Any] = request(self.control_port, "GET", "/state")[1]
        return state

    def drill(self, **switches: Any) -> None:
        status, body = request(self.control_port, "POST", "/drills", switches)
        assert status == 200, body


@contextmanager
def paper_gateway(
    state: Path,
    *,
    port: int = 0,
    latency_ms: float = 1,
    account: str = "DU1234567",
    **more: object,
) -> Iterator[Gateway]:
    """`more`: further options, as `start_time="20260105 09:00:00 US/Eastern"`."""
    control_port = free_port()
    options = {
        "--port": port,
        "--state": state,
        "--latency-ms": latency_ms,
        "--account": account,
        "--control-port": control_port,
        **{f"--{name.replace('_', '-')}": value for name, value in more.items()},
    }
    arguments = [str(part) for option in options.items() for part in option]
    with program("-m", "paper_gateway", *arguments) as running:
        found = until(lambda: LISTENING.search(running.output), "the gateway listens")
        until(lambda: running.said("control port"), "the control port is open")
        yield Gateway(running, int(found[1]), control_port, found[2])


@dataclass
class RunningDesk:
    """A running desk with an API key of its admin."""

    program: Program
    port: int
    var_dir: Path
    key: str

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def call(self, method: str, path: str, body: Any = None, **headers: str) -> tuple[int, Any]:
        """One API call with the key: (status, parsed body)."""
        return request(
            self.port, method, path, body, {"Authorization": f"Bearer {self.key}", **headers}
        )

    def is_ready(self) -> bool:
        return call_or_none(self.port, "/readyz") == 200


@contextmanager
def desk(var_dir: Path, *, wait_ready: bool = True, **settings: str) -> Iterator[RunningDesk]:
    """`python app_simple.py` with these settings; ready means that an order could be placed."""
    port = free_port()
    environment = {
        "VAR_DIR": str(var_dir),
        "BIND": f"127.0.0.1:{port}",
        "ADMIN_PASSWORD": PASSWORD,
        **settings,
    }
    with program("app_simple.py", **environment) as running:
        until(
            lambda: call_or_none(port, "/healthz") == 200 or running.process.poll() is not None,
            "the desk answers",
        )
        assert running.process.poll() is None, running.output
        started = RunningDesk(running, port, var_dir, new_key(environment))
        if wait_ready:
            until(started.is_ready, f"the desk is ready\n{running.output}")
        yield started


@dataclass(frozen=True)
class Keys:
    """A person's key for the API, and the one for the person's agent."""

    api: str
    agent: str


def persons(var_dir: Path, roles: dict[str, str]) -> dict[str, Keys]:
    """People with these roles in the desk's database below `var_dir`, before it is started."""
    var_dir.mkdir(parents=True, exist_ok=True)
    people = People(open_database(f"sqlite:///{var_dir / 'desk.db'}"))
    found = {}
    for name, role in roles.items():
        person = people.users.add(name, PASSWORD, role)
        found[name] = Keys(people.keys.new(person, person.scope), people.agent_keys.new(person))
    people.close()
    return found


@dataclass
class RunningRelay:
    """A running relay; `stop` and `start` again keep its port."""

    port: int
    environment: dict[str, str]
    program: Program | None = None
    stack: ExitStack = field(default_factory=ExitStack)

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def start(self) -> None:
        self.program = started = self.stack.enter_context(
            program("-m", "relay", **self.environment)
        )
        until(
            lambda: started.said("relay listening on") or started.process.poll() is not None,
            "the relay listens",
        )
        assert started.process.poll() is None, started.output

    def kill(self) -> None:
        """As a machine that fails: nobody is told."""
        assert self.program is not None
        self.program.process.kill()
        self.program.process.wait()


@contextmanager
def relay(var_dir: Path, token: str, **settings: str) -> Iterator[RunningRelay]:
    """`python -m relay` over the desk's own database below `var_dir`."""
    port = free_port()
    given = {"VAR_DIR": str(var_dir), "RELAY_TOKEN": token, "RELAY_BIND": f"127.0.0.1:{port}"}
    running = RunningRelay(port, given | settings)
    with running.stack:
        running.start()
        yield running


@contextmanager
def agent(var_dir: Path, relay_url: str, key: str, port: int, **settings: str) -> Iterator[Program]:
    """`python -m agent` beside the TWS at `port`; yields when it is connected to both."""
    environment = {
        "VAR_DIR": str(var_dir),
        "RELAY_URL": relay_url,
        "AGENT_KEY": key,
        "IB_PORT": str(port),
        **settings,
    }
    with program("-m", "agent", **environment) as running:
        until(
            lambda: running.said("connected to") or running.process.poll() is not None,
            "the agent is connected",
        )
        assert running.process.poll() is None, running.output
        yield running


def new_key(environment: dict[str, str], scope: str = "admin") -> str:
    """A key made by the desk's own command: its last line is the key alone."""
    arguments = ["-m", "flask", "--app", "app_simple", "key", "new", "--user", "admin"]
    made = subprocess.run(
        [sys.executable, *arguments, "--scope", scope],
        cwd=ROOT,
        env={"PATH": "/usr/bin:/bin", **environment},
        capture_output=True,
        text=True,
        check=True,
    )
    return made.stdout.strip().splitlines()[-1]


def request(
    port: int,
    method: str,
    path: str,
    body: Any = None,
    headers: dict[str, str] | None = None,
) -> tuple[int, Any]:
    """One HTTP request on loopback; a JSON answer comes parsed, any other as text."""
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=60)
    try:
        sent = None if body is None else json.dumps(body)
        all_headers = {"Content-Type": "application/json"} | (headers or {})
        connection.request(method, path, sent, all_headers)
        answer = connection.getresponse()
        text = answer.read().decode()
        is_json = "json" in (answer.getheader("Content-Type") or "")
        return answer.status, json.loads(text) if is_json else text
    finally:
        connection.close()


def call_or_none(port: int, path: str) -> int | None:
    try:
        return request(port, "GET", path)[0]
    except OSError:
        return None


def free_port() -> int:
    """A port of this process's own where nobody listens now.

    The system hands out none of them by itself, so no connection of somebody else can take one
    before it is used, and no other test process on this machine is given the same.
    """
    ports = own_ports()
    return next(port for port in islice(ports.turns, len(ports.all)) if is_free(port))


@dataclass(frozen=True)
class OwnPorts:
    """Ports that this process has claimed for as long as it lives."""

    all: range
    turns: Iterator[int]  # each port in turn, without an end
    claim: socket


@cache
def own_ports() -> OwnPorts:
    """The first block of ports that no other living process has claimed."""
    for first in range(PORTS.start, PORTS.stop, BLOCK):
        claim = socket(AF_UNIX)
        try:
            claim.bind(f"\0ib-trading-platform-tests-{first}")  # ends with the process
        except OSError:
            claim.close()
            continue
        atexit.register(claim.close)
        block = range(first, first + BLOCK)
        return OwnPorts(block, cycle(block), claim)
    raise RuntimeError("other test processes have claimed every port")


def is_free(port: int) -> bool:
    """Whether a server could listen there; servers ignore what is left of old connections."""
    with socket() as probe:
        probe.setsockopt(SOL_SOCKET, SO_REUSEADDR, 1)
        try:
            probe.bind(("127.0.0.1", port))
        except OSError:
            return False
        return True
