"""A process of its own that uses a journal: `python -m tests.store.journal_child DEED PATH`.

Each deed says what happens on lines of standard output.
"""

from __future__ import annotations

import os
import resource
import sys
from itertools import count
from pathlib import Path
from threading import Semaphore

from store.journal import Batch, Journal, JournalError
from tests.store.journal_for_tests import answer_to, execution, line, order

NOBODY = 65534
IN_FLIGHT = 8
FILE_LIMIT = 256 * 1024


def say(text: object) -> None:
    os.write(1, f"{text}\n".encode())


def write_for_ever(path: Path) -> None:
    """Commit orders and append lines; each key is said once it is acknowledged."""
    journal = Journal(path)
    room = Semaphore(IN_FLIGHT)
    for number in count():
        key = f"{os.getpid()}-{number}"

        def acknowledge(error: JournalError | None, key: str = key) -> None:
            say(error or key)
            room.release()

        room.acquire()
        journal.append(
            Batch(lines=(line(key, 3, count=9),), executions=(execution(f"e{key}", key),))
        )
        journal.commit(Batch(new=(order(key),), lines=(line(key, count=2),)), acknowledge)


def hold(path: Path) -> None:
    """Keep the journal open until standard input ends."""
    journal = Journal(path)
    say(os.getpid())
    sys.stdin.read()
    journal.close()


def fill_the_disk(path: Path) -> None:
    """No file may grow beyond a limit for a while, as on a full or failing disk."""
    journal = Journal(path, retry_seconds=0.01)
    _, most = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (FILE_LIMIT, most))
    say(answer_to(journal, Batch(new=(order("big", record={"x": "x" * 1_000_000}),))))
    journal.append(Batch(changed=(order("later", record={"x": "x" * 1_000_000}),)))
    say(journal.flush(0.2))
    say(journal.failure)
    resource.setrlimit(resource.RLIMIT_FSIZE, (most, most))
    say(journal.flush(10))
    say(answer_to(journal, Batch(new=(order("big"),))))
    say(journal.failure)
    say(journal.verify())
    journal.close()


def fill_the_disk_under_a_checkpoint(path: Path) -> None:
    """The log has room and the file has none."""
    journal = Journal(path)
    journal.append(Batch(changed=(order("big", record={"x": "x" * 1_000_000}),)))
    journal.close()
    journal = Journal(path)
    most = resource.getrlimit(resource.RLIMIT_FSIZE)[1]
    resource.setrlimit(resource.RLIMIT_FSIZE, (3 * FILE_LIMIT, most))
    answer = None
    for number in range(400):
        answer = answer or answer_to(journal, Batch(changed=(order(str(number)),)))
    say(journal.failure or answer)
    resource.setrlimit(resource.RLIMIT_FSIZE, (most, most))
    say(answer_to(journal, Batch(changed=(order("after"),))))
    journal.close()


def open_as_nobody(path: Path) -> None:
    """Open it as a user who may only read it. Root may write everything, so root steps down."""
    if os.getuid() == 0:
        os.setuid(NOBODY)
    try:
        Journal(path)
    except JournalError as error:
        say(f"{type(error).__name__}: {error}")


DEEDS = {
    deed.__name__: deed
    for deed in (write_for_ever, hold, fill_the_disk, fill_the_disk_under_a_checkpoint)
} | {"open_as_nobody": open_as_nobody}

if __name__ == "__main__":
    DEEDS[sys.argv[1]](Path(sys.argv[2]))
