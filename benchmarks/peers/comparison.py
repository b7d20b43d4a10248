"""cnlp beside every peer that can be installed: accuracy, speed, start and memory, each toolkit in its own environment.

    accuracy   F1 on every public set, one call per line; writes ``benchmarks/results/peers-accuracy.json``. Slow
               toolkits get every n-th line of large sets (``stride`` in the record). A line that comes back changed
               cannot be scored; such lines are left out and counted.
    speed      a process for each toolkit, all pinned to one core, takes turns over the four SIGHAN 2005 tests (A B C
               A B C …); each has as many lines, evenly spaced, as it segments in about half a second. Megabytes of
               UTF-8 a second of processor time, and the ratio to jieba within each round: ``peers-speed.json``.
    start      a fresh interpreter that segments one sentence: ``peers-start.json``, as in
    :mod:`benchmarks.measure.memory`.

A toolkit that fails is recorded with its error, and the others continue.
"""

from __future__ import annotations

import argparse
import json
import os
import select
import shutil
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Any

from benchmarks import record as records
from benchmarks.measure.memory import BARE, SENTENCE, Program, measure
from benchmarks.measure.segmentation import SETS, corpora_read
from benchmarks.measure.speed import CORPORA
from benchmarks.peers import environments
from benchmarks.peers.environments import PEERS, PeerError
from benchmarks.peers.worker import SYSTEMS
from benchmarks.timing import pin, ratios, spread
from cnlp import errors
from cnlp.corpus import load_corpus, load_vocabulary
from cnlp.evaluation import SegmentationScorer

PARTS = ("accuracy", "speed", "start")
# the first line of every so many
STRIDES = {"pkuseg": 3, "spacy-pkuseg": 3, "THULAC": 3, "snownlp": 12, "wapic": 3, "LAC": 6}
WARM_LINES, ROUND_SECONDS, CALIBRATIONS = 40, 0.5, 4
FEWEST_LINES = 400  # of a set
CHUNK = 500  # lines of a question
START = {
    "cnlp": f"import cnlp; cnlp.segment({SENTENCE!r})",
    "cnlp bigram": f"import cnlp; cnlp.Segmenter(algorithm='bigram').segment({SENTENCE!r})",
    "jieba": f"import jieba; jieba.lcut({SENTENCE!r})",
    "jieba_fast": f"import jieba_fast; jieba_fast.lcut({SENTENCE!r})",
    "jieba-next": f"import jieba_next; jieba_next.lcut({SENTENCE!r})",
    "rjieba": f"import rjieba; rjieba.cut({SENTENCE!r})",
    "snownlp": f"import snownlp; snownlp.SnowNLP({SENTENCE!r}).words",
    "jiagu": f"import jiagu; jiagu.seg({SENTENCE!r})",
    "pkuseg": f"import pkuseg; pkuseg.pkuseg().cut({SENTENCE!r})",
    "spacy-pkuseg": f"import os, spacy_pkuseg; spacy_pkuseg.pkuseg(os.environ['PEER_MODEL']).cut({SENTENCE!r})",
    "cppjieba": f"import worker; worker.load_cppjieba()({SENTENCE!r})",
    "THULAC": f"import worker; worker.load_thulac()({SENTENCE!r})",
    "wapic": f"import wapic; wapic.Segmenter().segment({SENTENCE!r})",
    "jiojio": f"import jiojio; jiojio.init(); jiojio.cut({SENTENCE!r})",
    "cutword": f"import cutword; cutword.Cutter().cutword({SENTENCE!r})",
    "nexaloid": f"import nexaloid; nexaloid.Tokenizer(preserve_whitespace=True).lcut({SENTENCE!r})",
    "LAC": f"import worker; worker.load_lac()({SENTENCE!r})",
}


class Worker:
    """A system in a separate process, with requests and answers.

    Args:
        system: a name in :data:`benchmarks.peers.worker.SYSTEMS`.
        seconds: processor time that an answer may take, and the start.
        memory: greatest address space in bytes, where the system has prlimit; 0 for no limit.

    Raises:
        PeerError: it cannot be installed or started.
    """

    def __init__(self, system: str, *, seconds: float = 600, memory: int = 0) -> None:
        self.seconds = seconds
        python, environment = place(system)
        script = str(Path(__file__).with_name("worker.py"))
        limit = ["prlimit", f"--as={memory}"] if memory and shutil.which("prlimit") else []
        self.process = subprocess.Popen(
            [*limit, python, script, system],
            stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, env=environment,
        )  # fmt: skip
        self._rest = b""
        try:
            self.load_seconds = float(self._answer()["load_seconds"])
        except PeerError:
            self.close()
            raise

    def ask(self, **question: Any) -> dict[str, Any]:
        """The answer to one question.

        Raises:
            PeerError: the system failed, ended, or took too long; in the last two cases the worker is closed.
        """
        assert self.process.stdin
        try:
            self.process.stdin.write(json.dumps(question).encode() + b"\n")
            self.process.stdin.flush()
        except (OSError, ValueError):  # a pipe that broke, or was closed
            raise self._ended() from None
        return self._answer()

    def _answer(self) -> dict[str, Any]:
        assert self.process.stdout
        output, begin = self.process.stdout.fileno(), cpu_seconds(self.process.pid)
        pieces = [self._rest]
        while b"\n" not in pieces[-1]:
            if not select.select([output], [], [], 0.2)[0]:
                if cpu_seconds(self.process.pid) - begin > self.seconds:
                    self.close()
                    raise PeerError(f"no answer within {self.seconds:g} s")
                continue
            pieces.append(os.read(output, 1 << 20))
            if not pieces[-1]:
                raise self._ended()
        line, _, self._rest = b"".join(pieces).partition(b"\n")
        found: dict[str, Any] = json.loads(line)
        if "error" in found:
            raise PeerError(found["error"])
        return found

    def _ended(self) -> PeerError:
        code = self.process.wait()
        return PeerError(f"the process ended with signal {-code}" if code < 0 else f"the process ended with {code}")

    def close(self) -> None:
        """End the process."""
        self.process.kill()
        self.process.communicate()


def cpu_seconds(process: int) -> float:
    """Processor time of a running process; the wall clock where there is no /proc."""
    try:
        fields = Path(f"/proc/{process}/stat").read_text().rpartition(")")[2].split()
    except OSError:
        return time.monotonic()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def peer_of(system: str) -> str | None:
    """The environment that a system needs, ``None`` for this one.

    >>> peer_of("jieba without HMM"), peer_of("cnlp bigram")
    ('jieba', None)
    """
    return None if system.split()[0] == "cnlp" else system.removesuffix(" without HMM")


def place(system: str) -> tuple[str, dict[str, str]]:
    """Interpreter and environment variables for a system.

    Raises:
        PeerError: it cannot be installed.
    """
    peer = peer_of(system)
    if peer is None:
        return sys.executable, {**os.environ, "PYTHONPATH": str(records.ROOT)}
    return str(environments.interpreter(peer)), environments.environment(peer)


@contextmanager
def worker(system: str, **limits: Any) -> Iterator[Worker]:
    """A worker that is closed after its use."""
    one = Worker(system, **limits)
    try:
        yield one
    finally:
        one.close()


# ---- accuracy ----------------------------------------------------------------------------------------------------


def accuracy(systems: Sequence[str], sets: Sequence[str] = SETS) -> dict[str, Any]:
    """Scores by system and set."""

    def measure_one(system: str) -> dict[str, Any]:
        stride = STRIDES.get(system, 1)
        with worker(system) as one:
            cells = {corpus: score(one, corpus, stride) for corpus in sets}
        mean = sum(cell["f1"] for cell in cells.values()) / len(cells)
        print(f"{system:20} mean F1 {mean:.4f}", flush=True)
        return {"stride": stride, "mean_f1": round(mean, 5), "sets": cells}

    return each(systems, measure_one)


def score(one: Worker, corpus: str, stride: int) -> dict[str, Any]:
    """Every figure of the bakeoff over every ``stride``-th line of a large set; how many lines came back changed."""
    scorer = SegmentationScorer(load_vocabulary(corpus), name=corpus)
    lines = [words for words in load_corpus(corpus) if words]
    lines = lines[:: max(1, min(stride, len(lines) // FEWEST_LINES))]
    changed = 0
    for start in range(0, len(lines), CHUNK):
        chunk = lines[start : start + CHUNK]
        for words, found in zip(chunk, one.ask(do="cut", texts=list(map("".join, chunk)))["words"], strict=True):
            try:
                scorer.add(words, found)
            except errors.FormatError:
                changed += 1
    return {**scorer.score().as_dict(), "lines": len(lines), "changed_lines": changed}


def each(systems: Sequence[str], use: Callable[[str], dict[str, Any]]) -> dict[str, Any]:
    """What ``use`` gives for each system, ``{"failed": reason}`` for one that fails."""
    results = {}
    for system in systems:
        try:
            results[system] = use(system)
        except PeerError as error:
            print(f"{system:20} failed: {error}", flush=True)
            results[system] = {"failed": str(error)}
    return results


# ---- speed -------------------------------------------------------------------------------------------------------


def speed(systems: Sequence[str], rounds: int) -> dict[str, Any]:
    """Megabytes a second, by turns, and the ratios to jieba."""
    texts = ["".join(words) for name in CORPORA for words in load_corpus(name) if words]
    with ExitStack() as stack:
        workers: dict[str, Worker] = {}

        def begin(system: str) -> dict[str, Any]:
            workers[system] = stack.enter_context(worker(system))
            lines = lines_for(workers[system], texts)
            return {"load_seconds": round(workers[system].load_seconds, 3), "bytes": len("".join(lines).encode())}

        cells = each(systems, begin)
        workers = {name: one for name, one in workers.items() if "failed" not in cells[name]}
        rates: dict[str, list[float]] = {name: [] for name in workers}
        for _ in range(rounds):
            for name, one in workers.items():
                rates[name].append(cells[name]["bytes"] / 1e6 / max(one.ask(do="time")["seconds"], 1e-9))
        for name, one in workers.items():
            cells[name]["mb_per_s"] = {**spread(rates[name]), "rounds": [round(rate, 4) for rate in rates[name]]}
            cells[name]["peak_mb"] = round(one.ask(do="peak")["peak_bytes"] / 1e6, 1)
            print(f"{name:20} {cells[name]['mb_per_s']['median']:9.3f} MB/s", flush=True)
    return {"rounds": rounds, "systems": cells, "ratio_to": ratios(rates, ["jieba", "rjieba"])}


def lines_for(one: Worker, texts: Sequence[str]) -> list[str]:
    """Gives the worker lines for about half a second, spread evenly over all; returns them."""
    lines = [*texts[:: len(texts) // WARM_LINES]]
    for _ in range(CALIBRATIONS):  # a few lines say little, and the first ones come upon cold tables
        one.ask(do="keep", texts=lines)
        per_line = one.ask(do="time")["seconds"] / len(lines)
        wanted = max(WARM_LINES, round(ROUND_SECONDS / max(per_line, 1e-9)))
        lines = [*texts[:: max(1, len(texts) // wanted)]] * max(1, round(wanted / len(texts)))
    one.ask(do="keep", texts=lines)
    return lines


# ---- start -------------------------------------------------------------------------------------------------------


def start(systems: Sequence[str], runs: int) -> dict[str, Any]:
    """Cold start and peak memory of a process that segments one sentence."""
    beside = {"PYTHONPATH": os.pathsep.join((str(records.ROOT), str(Path(__file__).parent)))}
    results: dict[str, Any] = {}

    def measure_one(system: str) -> dict[str, Any]:
        python, environment = place(system)
        programs = {BARE: Program("pass"), system: Program(START[system], python, {**environment, **beside})}
        try:
            found = measure(programs, runs)
        except subprocess.CalledProcessError as error:
            raise PeerError(environments.last_error(error.stderr.decode(errors="replace"))) from None
        results[BARE] = found[BARE]
        return found[system]

    found = each([system for system in systems if system in START], measure_one)
    return {**results, **found}


# ---- the command -------------------------------------------------------------------------------------------------


def versions(systems: Sequence[str]) -> dict[str, str | None]:
    """Versions of the peers in their own environments, ``None`` for one that is not installed."""
    found: dict[str, str | None] = {}
    for peer in dict.fromkeys(filter(None, map(peer_of, systems))):
        name = PEERS[peer].distribution
        code = f"from importlib.metadata import version; print(version({name!r}))"
        try:
            python = environments.interpreter(peer, install=False)
            done = subprocess.run([str(python), "-c", code], capture_output=True, text=True)
        except PeerError:
            found[peer] = None
        else:
            found[peer] = done.stdout.strip() or None
    return found


def new_record(benchmark: str, given: Sequence[str], systems: Sequence[str], **others: Any) -> records.Record:
    """A record without results that names the versions of all peers."""
    record = records.new_record(benchmark, given, **others)
    return {**record, "versions": {**record["versions"], **versions(systems)}}


def main(arguments: Sequence[str] | None = None) -> int:
    """Run from the command line; 1 if a system failed."""
    given = sys.argv[1:] if arguments is None else list(arguments)
    options = _parser().parse_args(given)
    core = pin()
    unknown = [name for name in options.systems if name not in SYSTEMS]
    if unknown:
        raise errors.unknown_choice("system", unknown[0], SYSTEMS)
    makers: Mapping[str, Callable[[], tuple[dict[str, Any], Sequence[str]]]] = {
        "accuracy": lambda: (accuracy(options.systems), corpora_read(SETS)),
        "speed": lambda: ({"pinned_core": core, **speed(options.systems, options.rounds)}, CORPORA),
        "start": lambda: (start(options.systems, options.runs), ()),
    }
    failed = False
    for part in options.parts:
        results, corpora = makers[part]()
        path = options.output / f"peers-{part}.json"
        record = new_record("comparison", ["--parts", part], options.systems, corpora=corpora)
        records.save({**record, "results": results}, path)
        cells = results.get("systems", results)
        failed |= any("failed" in cell for cell in cells.values() if isinstance(cell, dict))
    return int(failed)


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.peers.comparison", description=__doc__)
    parser.formatter_class = argparse.RawDescriptionHelpFormatter
    parser.add_argument("--parts", nargs="+", choices=PARTS, default=PARTS, help="default: all")
    parser.add_argument("--systems", nargs="+", default=list(SYSTEMS), help="names such as jieba; default: all")
    parser.add_argument("--rounds", type=int, default=7, help="rounds of timing; default: 7")
    parser.add_argument("--runs", type=int, default=7, help="starts of every program; default: 7")
    parser.add_argument("--output", type=Path, default=records.RESULTS, help="the folder to write to")
    return parser


if __name__ == "__main__":
    sys.exit(main())
