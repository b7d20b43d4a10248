"""How fast is Spark in local mode beside the shell command? Writes ``results/spark.json``.

Both read the same file, one document a line, made of raw/ in ``CNLP_DATA`` (all files in turn, repeated), and use the
same number of cores. Each is a process, timed from its start to its end: of Spark's that is the start of the Java
machine, too, and what a session costs before the first line is measured by a file of one line. The command writes
text, Spark writes Parquet. They take turns.

    python -m benchmarks.measure.spark --megabytes 1000 --rounds 3

``python -m benchmarks.measure.spark job WORK INPUT OUTPUT WORKERS`` is one run of Spark.
"""

from __future__ import annotations

import argparse
import os
import shutil
import subprocess
import sys
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from benchmarks import record as records
from benchmarks.measure.streams import COMMANDS, MEGABYTE, command, make_corpus, raw_files
from benchmarks.timing import spread
from cnlp.corpus.registry import data_folder, file_sha256

WORKS = {"segment": ["segment"], **COMMANDS}


def main(arguments: Sequence[str] | None = None) -> int:
    """Run from the command line."""
    words = sys.argv[1:] if arguments is None else list(arguments)
    if words[:1] == ["job"]:
        _, work, source, target, workers = words
        job(work, source, target, int(workers))
        return 0
    options = _parser().parse_args(words)
    record = records.new_record("spark", words, packages=("pyspark", "pyarrow"))
    sources = raw_files()
    record["data"] = {path.relative_to(data_folder()).as_posix(): file_sha256(path) for path in sources}
    with TemporaryDirectory() as folder:
        corpus = make_corpus(sources, Path(folder), int(options.megabytes * MEGABYTE))
        record["results"] = measure(corpus, options)
    records.save(record, options.output)
    return 0


def job(work: str, source: str, target: str, workers: int) -> None:
    """One run of Spark."""
    from cnlp import spark

    functions: dict[str, Callable[[], Callable[..., Any]]] = {
        "segment": spark.segment_udf,
        "tag": spark.tag_udf,
        "ner": spark.entities_udf,
        "keywords": spark.keywords_udf,
    }
    session = spark.start_session(f"local[{workers}]")
    session.read.text(source).select(functions[work]()("value").alias("found")).write.parquet(target)
    session.stop()


def measure(corpus: Path, options: argparse.Namespace) -> dict[str, object]:
    """Seconds of each work, by the command and by Spark."""
    size = corpus.stat().st_size
    line = corpus.with_name("line.txt")
    line.write_text("你好。\n", encoding="utf-8")
    start = [spark_run("segment", line, options.workers) for _ in range(options.rounds)]
    results: dict[str, object] = {
        "megabytes": round(size / MEGABYTE, 1),
        "workers": options.workers,
        "seconds to start": spread(start, 2),
    }
    for work in options.works:
        shell = command(WORKS[work], corpus, options.workers)
        seconds: dict[str, list[float]] = {"cnlp": [], "spark": []}
        for _ in range(options.rounds):
            seconds["cnlp"].append(shell()[0])
            seconds["spark"].append(spark_run(work, corpus, options.workers))
        print(
            f"{work:10}", *(f"{name} {spread(values)['median']:.1f} s" for name, values in seconds.items()), flush=True
        )
        results[work] = {name: spread(values, 2) for name, values in seconds.items()}
    return results


def spark_run(work: str, source: Path, workers: int) -> float:
    """Seconds of a run of Spark as a process."""
    target = source.with_name("spark")
    line = [sys.executable, "-m", "benchmarks.measure.spark", "job", work, str(source), str(target), str(workers)]
    start = time.perf_counter()
    subprocess.run(line, cwd=records.ROOT, check=True, stderr=subprocess.DEVNULL)
    seconds = time.perf_counter() - start
    shutil.rmtree(target)
    return seconds


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.measure.spark", description=__doc__)
    parser.formatter_class = argparse.RawDescriptionHelpFormatter
    parser.add_argument("--megabytes", type=float, default=1000, help="size of the file; default: 1000")
    parser.add_argument("--rounds", type=int, default=3, help="default: 3")
    parser.add_argument("--workers", type=int, default=os.cpu_count() or 1, help="default: all cores")
    parser.add_argument("--works", nargs="+", choices=list(WORKS), default=list(WORKS), help="default: all")
    parser.add_argument("--output", type=Path, default=records.RESULTS / "spark.json")
    return parser


if __name__ == "__main__":
    sys.exit(main())
