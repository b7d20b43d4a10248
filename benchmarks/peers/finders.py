"""One new-word finder on one file, in a separate process: ``python finders.py NAME TEXT WORDS``.

Writes the words to the file WORDS, best first, and prints ``{"seconds": …, "wall_seconds": …, "peak_bytes": …}``.
The time is that from the file to the words, without imports; processor time and wall time. The memory is the peak
of the whole process. Needs nothing but the finder, so that peers can have a separate environment.

    cnlp                    the method entropy
    cnlp minimum_entropy    the other method
    jiagu                   sorts its words by frequency
    HarvestText             word_discover with its automatic parameters, sorted by its score
"""

from __future__ import annotations

import contextlib
import io
import json
import os
import resource
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

from cnlp.names import DiscoveryMethod


def load_cnlp(method: DiscoveryMethod) -> Callable[[str, str], None]:
    """``cnlp.discover_words``."""
    import cnlp
    import cnlp.discovery

    def find(source: str, target: str) -> None:
        words = cnlp.discover_words(Path(source), method=method)
        Path(target).write_text("".join(f"{word.text}\n" for word in words), encoding="utf-8")

    return find


def load_jiagu() -> Callable[[str, str], None]:
    """``jiagu.findword``."""
    import jiagu

    def find(source: str, target: str) -> None:
        jiagu.findword(source, target)
        lines = Path(target).read_text(encoding="utf-8").splitlines()
        Path(target).write_text("".join(line.split("\t")[0] + "\n" for line in lines), encoding="utf-8")

    return find


def load_harvesttext() -> Callable[[str, str], None]:
    """``HarvestText.word_discover``."""
    from harvesttext import HarvestText

    finder: Any = HarvestText()

    def find(source: str, target: str) -> None:
        table = finder.word_discover(Path(source).read_text(encoding="utf-8"), sort_by="score")
        Path(target).write_text("".join(f"{word}\n" for word in table.index), encoding="utf-8")

    return find


FINDERS: dict[str, Callable[[], Callable[[str, str], None]]] = {
    "cnlp": lambda: load_cnlp("entropy"),
    "cnlp minimum_entropy": lambda: load_cnlp("minimum_entropy"),
    "jiagu": load_jiagu,
    "HarvestText": load_harvesttext,
}


def peak_bytes() -> int:
    """Peak resident set of this process."""
    try:
        with open("/proc/self/status") as status:
            return next(int(line.split()[1]) for line in status if line.startswith("VmHWM")) * 1024
    except OSError:
        return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * (1 if sys.platform == "darwin" else 1024)


def main() -> None:
    """Run from the command line. CNLP_BENCHMARK_LIMIT: most bytes of address space."""
    name, source, target = sys.argv[1:]
    limit = os.environ.get("CNLP_BENCHMARK_LIMIT")
    if limit:
        resource.setrlimit(resource.RLIMIT_AS, (int(limit), int(limit)))
    with contextlib.redirect_stdout(io.StringIO()):
        find = FINDERS[name]()
        start, wall = time.process_time(), time.perf_counter()
        find(source, target)
        seconds, wall = time.process_time() - start, time.perf_counter() - wall
    print(json.dumps({"seconds": seconds, "wall_seconds": wall, "peak_bytes": peak_bytes()}))


if __name__ == "__main__":
    main()
