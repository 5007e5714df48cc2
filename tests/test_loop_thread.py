"""The bridge between threads and loops: answers come back, faults are survived, ends are clean."""

from __future__ import annotations

import asyncio
import gc
import threading
import warnings
from collections.abc import Callable, Iterator
from concurrent.futures import CancelledError

import pytest

from loop_thread import RESTART_SECONDS, LoopThread, Main
from tests.conftest import DEADLINE, wait_until
from trading.refusals import NotConnected

Make = Callable[[Main], LoopThread]


@pytest.fixture
def make() -> Iterator[Make]:
    """Starts threads around a main, and stops them."""
    threads: list[LoopThread] = []

    def start(main: Main) -> LoopThread:
        thread = LoopThread("under test", main)
        threads.append(thread)
        thread.start()
        return thread

    yield start
    for thread in threads:
        thread.stop()


@pytest.fixture
def thread(make: Make) -> LoopThread:
    return make(for_ever)


async def for_ever() -> None:
    await asyncio.Event().wait()


async def seven() -> int:
    return 7


async def fail() -> None:
    raise ValueError("as told")


async def thread_name() -> str:
    return threading.current_thread().name


# Answers


def test_a_result_travels_in_the_callers_future(thread: LoopThread) -> None:
    assert thread.submit(seven()).result(DEADLINE) == 7


def test_an_exception_travels_in_the_callers_future(thread: LoopThread) -> None:
    with pytest.raises(ValueError, match="as told"):
        thread.submit(fail()).result(DEADLINE)


def test_answers_of_many_callers_do_not_mix(thread: LoopThread) -> None:
    async def echo(number: int) -> int:
        return number

    futures = [thread.submit(echo(number)) for number in range(50)]
    assert [future.result(DEADLINE) for future in futures] == list(range(50))


def test_the_coroutine_runs_in_the_loops_thread(thread: LoopThread) -> None:
    assert thread.submit(thread_name()).result(DEADLINE) == "under test"


def test_a_function_that_is_handed_over_runs_in_the_loops_thread(thread: LoopThread) -> None:
    names: list[str] = []
    thread.hand_over(lambda: names.append(threading.current_thread().name))
    assert wait_until(lambda: names) == ["under test"]


def test_the_thread_does_not_wait_for_itself(thread: LoopThread) -> None:
    async def wait_for_own_answer() -> None:
        thread.submit(seven())

    with pytest.raises(RuntimeError, match="under test would wait for itself"):
        thread.submit(wait_for_own_answer()).result(DEADLINE)


# Before the start and after the end


@pytest.mark.parametrize("is_stopped", [False, True], ids=["never started", "stopped"])
def test_without_a_running_loop_nothing_is_taken(is_stopped: bool) -> None:
    thread = LoopThread("under test", for_ever)
    if is_stopped:
        thread.start()
        thread.stop()
    with pytest.raises(NotConnected) as refused:
        thread.submit(seven())
    assert refused.value.text == "under test is not running"
    with pytest.raises(NotConnected):
        thread.hand_over(print)
    thread.stop()


def test_a_thread_that_is_never_started_leaves_nothing_open() -> None:
    with warnings.catch_warnings(record=True) as seen:
        warnings.simplefilter("always")
        LoopThread("under test", for_ever).stop()
        gc.collect()
    assert [str(each.message) for each in seen if "event loop" in str(each.message)] == []


# Faults


@pytest.mark.failure("F14")
def test_a_main_that_fails_is_logged_and_started_again_within_a_second(
    make: Make, caplog: pytest.LogCaptureFixture
) -> None:
    runs: list[str] = []
    is_running_again = threading.Event()

    async def main() -> None:
        runs.append("run")
        if len(runs) == 1:
            raise ValueError("a fault in main")
        is_running_again.set()
        await for_ever()

    thread = make(main)
    assert is_running_again.wait(DEADLINE)
    assert (thread.restarts, RESTART_SECONDS < 1) == (1, True)
    failure = next(record for record in caplog.records if record.levelname == "ERROR")
    assert failure.getMessage() == "under test: main failed and is started again"
    assert "a fault in main" in caplog.text


def test_the_loop_answers_while_main_is_down(make: Make) -> None:
    thread = make(fail)
    wait_until(lambda: thread.restarts)
    assert thread.submit(seven()).result(DEADLINE) == 7


def test_a_main_that_keeps_failing_can_be_stopped(make: Make) -> None:
    thread = make(fail)
    wait_until(lambda: thread.restarts)
    thread.stop()
    assert not thread.is_alive


# The end


def test_stop_cancels_main_lets_it_clean_up_and_joins(make: Make) -> None:
    steps: list[str] = []

    async def main() -> None:
        try:
            await for_ever()
        finally:
            await asyncio.wait({asyncio.ensure_future(seven())})
            steps.append("cleaned up")

    thread = make(main)
    thread.stop()
    assert (steps, thread.is_alive, thread.restarts) == (["cleaned up"], False, 0)


def test_stop_ends_what_is_still_asked(thread: LoopThread) -> None:
    future = thread.submit(for_ever())
    thread.stop()
    with pytest.raises(CancelledError):
        future.result(DEADLINE)


def test_stop_may_be_called_twice(thread: LoopThread) -> None:
    thread.stop()
    thread.stop()
    assert not thread.is_alive


def test_the_thread_ends_with_a_main_that_ends(make: Make) -> None:
    async def main() -> None:
        await seven()

    thread = make(main)
    wait_until(lambda: not thread.is_alive)


def test_a_loop_that_does_not_end_in_time_is_reported(
    thread: LoopThread, caplog: pytest.LogCaptureFixture
) -> None:
    release = threading.Event()
    thread.hand_over(release.wait, DEADLINE)
    thread.stop(timeout_seconds=0.05)
    release.set()
    assert "under test: the loop did not end within 0.05 s" in caplog.text
    wait_until(lambda: not thread.is_alive)


# The pulse


def test_a_blocked_loop_stops_ticking_and_a_free_one_ticks_again(thread: LoopThread) -> None:
    release = threading.Event()
    thread.hand_over(release.wait, DEADLINE)
    wait_until(lambda: thread.seconds_since_tick() > 0.5)
    release.set()
    wait_until(lambda: thread.seconds_since_tick() < 0.25)
