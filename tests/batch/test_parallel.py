"""The engine: order, bounds, errors, and processes that start, end and fail in every way."""

from __future__ import annotations

import os
import random
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from cnlp import errors
from cnlp.batch import workers as parallel
from cnlp.batch.workers import count_workers, ordered_map

ROOT = Path(__file__).parent.parent.parent
unix = pytest.mark.skipif(os.name != "posix", reason="signals as Unix has them")


def double(value: Any) -> Any:
    """A function that processes can find."""
    return value * 2


def wait_randomly(value: int) -> int:
    """Later ones may well be done earlier."""
    time.sleep(random.Random(value).random() / 200)
    return value


def fail_at_seven(value: int) -> int:
    """Seven is too much."""
    if value == 7:
        raise errors.TagError("seven", 7)
    return value


def kill_me(_: int) -> None:
    """As the system does when memory runs out."""
    os.kill(os.getpid(), signal.SIGKILL)


def results(outcomes: Iterator[Any]) -> list[Any]:
    return [outcome() for _, outcome in outcomes]


@pytest.mark.parametrize("workers", [1, 2, 5])
def test_results_have_the_order_of_the_items(workers: int) -> None:
    assert results(ordered_map(wait_randomly, ((n, n) for n in range(100)), workers=workers)) == list(range(100))


def test_what_is_no_work_keeps_its_place() -> None:
    pairs = [("a", 1), ("end of a", None), ("b", 2), ("end of b", None)]
    found = [(name, outcome and outcome()) for name, outcome in ordered_map(double, pairs, workers=2)]
    assert found == [("a", 2), ("end of a", None), ("b", 4), ("end of b", None)]


def test_no_more_than_the_window_is_in_flight() -> None:
    taken = given = most = 0

    def source() -> Iterator[tuple[int, int]]:
        nonlocal given, most
        for number in range(200):
            given += 1
            most = max(most, given - taken)
            yield number, number

    for _, outcome in ordered_map(wait_randomly, source(), workers=3):
        assert outcome is not None
        outcome()
        taken += 1
    assert most <= 3 * parallel.IN_FLIGHT + 1


def test_heavy_items_wait_for_each_other() -> None:
    running: list[int] = []
    together = []

    def work(value: int) -> None:
        running.append(value)
        time.sleep(0.005)
        together.append(len(running))
        running.remove(value)

    pairs = ((n, n) for n in range(8))
    results(ordered_map(work, pairs, workers=4, weigh=lambda _: parallel.MAX_WEIGHT))
    assert max(together) <= 2  # the first two: workers start at the second


@pytest.mark.parametrize("processes", [False, True])
def test_an_error_comes_from_the_item_that_it_is_about(processes: bool) -> None:
    outcomes = ordered_map(fail_at_seven, ((n, n) for n in range(10)), workers=2, processes=processes)
    found = []
    for number, outcome in outcomes:
        try:
            assert outcome is not None
            found.append(outcome())
        except errors.TagError as error:
            assert (number, str(error), error.position) == (7, "seven", 7)
    assert found == [0, 1, 2, 3, 4, 5, 6, 8, 9]


def test_workers_are_counted() -> None:
    assert count_workers(None) >= 1
    for wrong in (0, -1, 2.0, True, "2"):
        with pytest.raises(errors.ArgumentError, match="workers must be a whole number"):
            count_workers(wrong)  # type: ignore[arg-type]


def test_what_cannot_be_sent_is_told() -> None:
    with pytest.raises(errors.WorkerError, match="cannot be sent to worker processes"):
        results(ordered_map(lambda value: value, [(1, 1), (2, 2), (3, 3)], workers=2, processes=True))


@unix
def test_a_worker_that_is_killed_is_told() -> None:
    with pytest.raises(errors.WorkerError, match="a worker process ended before its work"):
        results(ordered_map(kill_me, ((n, n) for n in range(5)), workers=2, processes=True))


@unix
def test_a_stream_carried_through_a_fork_says_so() -> None:
    outcomes = ordered_map(double, ((n, n) for n in range(50)), workers=2)
    next(outcomes)
    child = os.fork()
    if child == 0:
        try:
            next(outcomes)
        except errors.WorkerError as error:
            os._exit(0 if "os.fork" in str(error) else 2)
        except BaseException:
            os._exit(3)
        os._exit(1)
    assert os.waitpid(child, 0)[1] == 0
    assert results(outcomes) == [2 * n for n in range(1, 50)]


SCRIPT = """
import multiprocessing, cnlp
def main():
    texts = ["长江大桥"] * 10000 * 3
    print(sum(map(len, cnlp.segment_batch(texts, workers=2, processes=True))))
{start}
"""


def run_script(folder: Path, start: str) -> subprocess.CompletedProcess[str]:
    path = folder / "script.py"
    path.write_text(SCRIPT.format(start=start), encoding="utf-8")
    return run_python(path)


def run_python(*arguments: str | Path) -> subprocess.CompletedProcess[str]:
    environment = {**os.environ, "PYTHONPATH": str(ROOT)}
    command = [sys.executable, *arguments]
    return subprocess.run(command, capture_output=True, text=True, env=environment, timeout=120)


@pytest.mark.parametrize("method", ["spawn", "forkserver", "fork"])
def test_every_way_to_start_processes_works(method: str, tmp_path: Path) -> None:
    if method not in __import__("multiprocessing").get_all_start_methods():
        pytest.skip(f"this system has no {method}")
    done = run_script(tmp_path, f"if __name__ == '__main__': multiprocessing.set_start_method({method!r}); main()")
    assert (done.returncode, done.stdout, done.stderr) == (0, "60000\n", "")


def test_a_script_without_guard_is_told_what_it_lacks(tmp_path: Path) -> None:
    done = run_script(tmp_path, "main()")
    assert done.returncode == 1
    assert "therefore needs if __name__ == '__main__': around the lines that start the work" in done.stderr


@pytest.mark.parametrize("processes", [False, True])
def test_a_program_ends_with_an_iterator_left_open(processes: bool) -> None:
    code = f"""
from cnlp.batch.workers import ordered_map
if __name__ == "__main__":
    outcomes = ordered_map(abs, ((n, n) for n in range(1000)), workers=2, processes={processes})
    print(next(outcomes)[1]())
"""
    done = run_python("-c", code)
    assert (done.returncode, done.stdout, done.stderr) == (0, "0\n", "")


def test_interrupts_at_any_time_end_the_work() -> None:
    code = """
import _thread, sys, threading, time
from random import Random
from cnlp.batch.workers import ordered_map
random = Random(int(sys.argv[1]))
def interrupt(wait):
    time.sleep(wait)
    _thread.interrupt_main()
for _ in range(60):
    try:
        _thread.start_new_thread(interrupt, (random.random() * 0.004,))
        for context, outcome in ordered_map(abs, ((n, n) for n in range(10**9)), workers=2):
            outcome()
    except KeyboardInterrupt:
        pass
print("ended")
"""
    done = run_python("-c", code, "1")
    assert done.stdout == "ended\n", done.stderr


def test_closing_ends_processes() -> None:
    import multiprocessing

    outcomes = ordered_map(double, ((n, n) for n in range(1000)), workers=2, processes=True)
    _, outcome = next(outcomes)
    assert outcome is not None and outcome() == 0
    assert multiprocessing.active_children()
    outcomes.close()
    assert not multiprocessing.active_children()


def test_several_streams_at_once_do_not_mix() -> None:
    found: dict[int, list[int]] = {}

    def run(number: int) -> None:
        pairs = ((n, n + 1000 * number) for n in range(200))
        found[number] = results(ordered_map(double, pairs, workers=3))

    threads = [threading.Thread(target=run, args=(number,)) for number in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert found == {number: [2 * (n + 1000 * number) for n in range(200)] for number in range(4)}
