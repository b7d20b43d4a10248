"""Threads, forks and many calls: what is shared never changes, nothing hangs, nothing is left behind."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable
from pathlib import Path

import pytest

import cnlp
from cnlp._kernel import IS_NATIVE

ROOT = Path(__file__).parent.parent.parent
# Python warns of forks in a process with threads; that they do no harm here is what is tested.
pytestmark = [
    pytest.mark.filterwarnings("ignore:This process .* is multi-threaded:DeprecationWarning"),
    pytest.mark.skipif(not IS_NATIVE, reason="takes minutes with the pure-Python kernel"),
]
unix = pytest.mark.skipif(not hasattr(os, "fork"), reason="forks as Unix has them")

TEXTS = ["王小明在北京大学读书，2024年3月去了上海", "南京市长江大桥", "a b\u3000c\n", "\ud800😀\0", "研究生命。" * 500]
VERSIONS = [
    cnlp.Lexicon(),
    cnlp.Lexicon(["小明在", "市长江"]),
    cnlp.Lexicon([cnlp.Entry("明在", mode="force", tag="x"), cnlp.Entry("长江大桥", mode="block")]),
    cnlp.Lexicon([cnlp.Entry(r"[a-z] [a-z]", regex=True), cnlp.Entry("生命", mode="split", pieces=("生", "命"))]),
]


def everything(lexicon: cnlp.Lexicon, text: str) -> tuple[object, ...]:
    """What all layers say about a text."""
    segmenter = cnlp.Segmenter(lexicon)
    return (
        segmenter.segment(text),
        segmenter.tag(text),
        cnlp.Segmenter(lexicon, algorithm="bigram").segment(text),
        cnlp.entities(text),
        cnlp.keywords(text, segmenter=segmenter),
        segmenter.segment_many(TEXTS),
    )


def test_eight_threads_while_lexicons_change() -> None:
    expected = {(n, text): everything(lexicon, text) for n, lexicon in enumerate(VERSIONS) for text in TEXTS}
    current = [(0, VERSIONS[0])]
    stop = threading.Event()
    wrong: list[object] = []
    done = [0] * 8

    def use(number: int) -> None:
        while not stop.is_set():
            version, lexicon = current[0]
            text = TEXTS[(done[number] + number) % len(TEXTS)]
            try:
                if everything(lexicon, text) != expected[version, text]:
                    wrong.append((version, text))
            except Exception as error:
                wrong.append(error)
            done[number] += 1

    threads = [threading.Thread(target=use, args=(number,)) for number in range(8)]
    for thread in threads:
        thread.start()
    end = time.monotonic() + 4
    changes = 0
    while time.monotonic() < end or not all(done):
        version = changes % len(VERSIONS)
        rebuilt = cnlp.Lexicon(VERSIONS[version].entries)  # the overlay is compiled anew, the old one goes when unused
        current[0] = version, rebuilt
        changes += 1
    stop.set()
    for thread in threads:
        thread.join()
    assert (wrong, all(done), changes > 0) == ([], True, True)


def run_in_child(work: Callable[[], bool]) -> int:
    """Fork, and return how the child ended: 0 if ``work`` was right; it is killed if it hangs."""
    child = os.fork()
    if child == 0:
        signal.alarm(60)
        try:
            os._exit(0 if work() else 1)
        finally:
            os._exit(2)
    return os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])


def is_right() -> bool:
    """All layers in this thread, in new threads, and by a stream."""
    expected = {text: everything(VERSIONS[2], text) for text in TEXTS}
    found: list[object] = []
    threads = [
        threading.Thread(target=lambda text=text: found.append(everything(VERSIONS[2], text) == expected[text]))  # type: ignore[misc]
        for text in TEXTS
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    stream = cnlp.segment_batch(TEXTS * 400, workers=2)
    return found == [True] * len(TEXTS) and list(stream) == list(map(cnlp.segment, TEXTS)) * 400


@unix
def test_a_fork_in_the_middle_of_use_does_no_harm_to_either_side() -> None:
    assert is_right()  # models are open, threads have run
    stop = threading.Event()
    threads = [threading.Thread(target=lambda: [is_right() for _ in iter(stop.is_set, True)]) for _ in range(2)]
    for thread in threads:
        thread.start()
    try:
        assert [run_in_child(is_right) for _ in range(4)] == [0] * 4
        assert is_right()
    finally:
        stop.set()
        for thread in threads:
            thread.join()


@unix
def test_models_may_be_opened_first_in_the_child() -> None:
    script = (
        "import os, sys, cnlp\n"
        "child = os.fork()\n"
        "found = [cnlp.segment('南京市长江大桥'), cnlp.tag('我爱北京')[0].tag, cnlp.entities('他在北京')[0].label]\n"
        "right = found == [['南京市', '长江', '大桥'], 'r', 'LOC']\n"
        "if child == 0: os._exit(0 if right else 1)\n"
        "sys.exit(os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) or not right)\n"
    )
    environment = {**os.environ, "PYTHONPATH": str(ROOT)}
    assert subprocess.run([sys.executable, "-c", script], env=environment, timeout=60).returncode == 0


@unix
def test_a_child_may_leave_while_a_stream_is_open() -> None:
    stream = cnlp.segment_batch(TEXTS * 2000, workers=2)
    next(stream)
    child = os.fork()
    if child == 0:
        signal.alarm(60)
        del stream  # its threads are not here
        os._exit(0)
    assert os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == 0
    assert sum(1 for _ in stream) == 2000 * len(TEXTS) - 1


@pytest.mark.skipif(not os.path.exists("/proc/self/statm"), reason="reads the memory of a process as Linux tells it")
def test_calls_leave_no_memory_behind(tmp_path: Path) -> None:
    output = tmp_path / "leaks.json"
    command = [sys.executable, "tests/long/leaks.py", "--calls", "60000", "--output", str(output)]
    subprocess.run(command, cwd=ROOT, check=True, capture_output=True, timeout=300)
    results = json.loads(output.read_text(encoding="utf-8"))["results"]
    assert max(results["growth_kb"].values()) < 1000, results["growth_kb"]
