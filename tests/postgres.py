"""A PostgreSQL server of our own for tests: Debian's program, a throw-away cluster.

It listens on a Unix socket in its temporary folder only, takes everybody who may open that, and
writes nothing safely to disk. It ends with the test process, however that ends.
"""

from __future__ import annotations

import getpass
import os
import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from itertools import count
from pathlib import Path
from pwd import getpwnam
from threading import Thread
from typing import IO

from sqlalchemy import create_engine

INSTALL = "PostgreSQL's server is not installed: run `make postgres` (Debian's package postgresql)"
START_SECONDS = 60
READY = "ready to accept connections"
# What is lost in a crash is a test's: no reason to wait for the disk.
SETTINGS = {
    "listen_addresses": "",
    "fsync": "off",
    "full_page_writes": "off",
    "max_connections": "200",
    "shared_buffers": "16MB",
    "autovacuum": "off",
}


@dataclass
class Postgres:
    """A cluster in a folder. `stop` and `start` as often as a test wants."""

    folder: Path
    account: str  # the system's user who runs it; root may not
    process: subprocess.Popen[str] | None = None
    reader: Thread | None = None
    log: list[str] = field(default_factory=list)
    numbers: Iterator[int] = field(default_factory=lambda: count(1))

    def url(self, database: str = "postgres") -> str:
        """The address of a database there, as DATABASE_URL has it."""
        return f"postgresql://{self.account}@/{database}?host={self.folder}"

    def new_database(self) -> str:
        """The address of a new, empty database."""
        name = f"test{next(self.numbers)}"
        self.execute(f"CREATE DATABASE {name}")
        return self.url(name)

    def drop(self, url: str) -> None:
        """Remove a database that `new_database` made, with whoever is connected."""
        name = url.rpartition("?")[0].rpartition("/")[2]
        self.execute(f"DROP DATABASE {name} WITH (FORCE)")

    def execute(self, statement: str) -> None:
        """Run one statement outside a transaction, as the cluster's owner."""
        engine = create_engine(self.url().replace("postgresql:", "postgresql+psycopg:", 1))
        try:
            with engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
                connection.exec_driver_sql(statement)
        finally:
            engine.dispose()

    def start(self) -> None:
        """Start the server and wait until it answers."""
        options = [part for name, value in SETTINGS.items() for part in ("-c", f"{name}={value}")]
        place = ["-D", str(self.folder / "data"), "-k", str(self.folder)]
        self.process = subprocess.Popen(
            [*as_account(self.account), str(program("postgres")), *place, *options],
            cwd=self.folder,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.PIPE,
            text=True,
        )
        assert self.process.stderr is not None
        for line in self.process.stderr:
            self.log.append(line)
            if READY in line:
                # Somebody must read on, or the server stops at a full pipe.
                self.reader = Thread(target=self._read_on, args=(self.process.stderr,), daemon=True)
                self.reader.start()
                return
        raise RuntimeError(f"PostgreSQL did not start:\n{''.join(self.log[-20:])}")

    def stop(self) -> None:
        """End the server at once, as a crash would."""
        if self.process is not None:
            self.process.send_signal(3)  # SIGQUIT: immediate shutdown
            self.process.wait(START_SECONDS)
            self.process = None
        if self.reader is not None:
            self.reader.join(START_SECONDS)

    def _read_on(self, stream: IO[str]) -> None:
        with stream:
            self.log.extend(stream)


@contextmanager
def running_postgres() -> Iterator[Postgres]:
    """A running cluster; leaving it ends the server and removes its folder."""
    account = "postgres" if os.getuid() == 0 else getpass.getuser()
    # Short, since the path of a Unix socket may have 107 bytes.
    with tempfile.TemporaryDirectory(prefix="pg", dir="/tmp") as name:
        folder = Path(name)
        if os.getuid() == 0:
            shutil.chown(folder, getpwnam(account).pw_uid, getpwnam(account).pw_gid)
        cluster = Postgres(folder, account)
        data = ["-D", str(folder / "data"), "--username", account, "--auth=trust", "--no-sync"]
        subprocess.run(
            [*as_account(account), str(program("initdb")), *data, "--locale=C.UTF-8"],
            cwd=folder,
            check=True,
            stdout=subprocess.DEVNULL,
            timeout=START_SECONDS,
        )
        try:
            cluster.start()
            yield cluster
        finally:
            cluster.stop()


def as_account(account: str) -> list[str]:
    """The beginning of a command that runs as that user and ends when we end."""
    change = ["--reuid", account, "--regid", account, "--clear-groups"]
    return ["setpriv", "--pdeathsig", "QUIT", *(change if os.getuid() == 0 else [])]


def program(name: str) -> Path:
    """The newest installed server's program; RuntimeError when there is none."""
    found = sorted(
        Path("/usr/lib/postgresql").glob(f"*/bin/{name}"),
        key=lambda path: int(path.parts[-3]),
    )
    on_path = shutil.which(name)
    if not found and on_path is None:
        raise RuntimeError(INSTALL)
    return found[-1] if found else Path(str(on_path))
