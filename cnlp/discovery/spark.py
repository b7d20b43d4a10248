"""New words beyond one machine: the counts of :mod:`cnlp.discovery.counting` as a PySpark job.

Each task sorts its part of the text into runs, as one machine does, and deals them out into buckets by the first
two characters of a window; a bucket's runs are merged in one task. All that belongs to an n-gram lies in one bucket,
so counts, branching and entropies are those of one machine to the last digit. Single characters go to a bucket of
their own. Shuffled: about twice the size of the text. The n-grams that are common enough come to the driver, where
they are scored.

Needs the extra ``spark`` and, on every machine, Java and cnlp.
"""

from __future__ import annotations

import importlib.util
import io
import os
import sys
from collections.abc import Iterable, Iterator, Sequence
from typing import TYPE_CHECKING, Any

from cnlp import errors
from cnlp._kernel import ngrams_kernel as kernel
from cnlp.discovery import scoring
from cnlp.discovery.counting import unit_table
from cnlp.discovery.runs import MAX_LENGTH
from cnlp.discovery.scoring import CountWords
from cnlp.discovery.table import CountRows
from cnlp.discovery.word_discovery import known_words
from cnlp.types import Candidate

if TYPE_CHECKING:
    import pyarrow
    from pyspark.sql import DataFrame, SparkSession


CHUNK = 4_000_000  # characters that a task sorts at a time
BUCKETS = 64  # for each core; a bucket's runs must fit into a task's memory
CHARACTERS = -1  # the bucket of single characters

_BLOCK = 1 << 20
_ROWS = 50_000
_RUN_SCHEMA = "bucket int, run binary"
_COLUMNS = {  # of statistics, as pyarrow calls their types
    "text": "string",
    "count": "int64",
    "left_entropy": "float64",
    "right_entropy": "float64",
    "left_branching": "int64",
    "right_branching": "int64",
}
_TYPES = {"string": "string", "int64": "long", "float64": "double"}
_ROW_SCHEMA = ", ".join(f"{name} {_TYPES[kind]}" for name, kind in _COLUMNS.items())


def ngram_statistics(
    texts: DataFrame, *, column: str = "value", max_length: int = 4, min_count: int | None = None
) -> tuple[DataFrame, int]:
    """Counts of all n-grams and of their neighbours.

    Args:
        texts: a DataFrame of texts; ``None`` counts as empty. No n-gram reaches across rows.
        column: the one that holds the texts.
        max_length: longest n-gram in characters, 1 to 6.
        min_count: rarer n-grams have no row; by default 5, and more for large texts.

    The runs stay on the executors' disks until the session ends.

    Returns:
        ``text, count, left_entropy, right_entropy, left_branching, right_branching`` (entropies in nats; of single
        characters only the count means anything), and the number of units in all texts.

    Raises:
        ArgumentError: an argument is out of range.
        MissingDependencyError: PySpark or pyarrow is not installed.
    """
    require_spark()
    from pyspark import StorageLevel
    from pyspark.sql import functions as F

    if not 1 <= max_length <= MAX_LENGTH:
        raise errors.ArgumentError(f"max_length must be from 1 to {MAX_LENGTH}, got {max_length}")
    if min_count is not None and min_count < 1:
        raise errors.ArgumentError(f"min_count must be at least 1, got {min_count}")
    session = texts.sparkSession
    n_buckets = min(1 << 20, BUCKETS * session.sparkContext.defaultParallelism)
    selected = texts.select(F.col(column).cast("string").alias("text"))
    runs = selected.mapInArrow(lambda batches: _count(batches, max_length, n_buckets), _RUN_SCHEMA)
    runs = runs.persist(StorageLevel.DISK_ONLY)

    def tabulate(which: DataFrame, least: int) -> DataFrame:
        buckets = which.groupBy("bucket")
        # Spark goes by annotations, which a lambda has not.
        return buckets.applyInArrow(lambda key, runs: _tabulate(key, runs, max_length, least), _ROW_SCHEMA)

    characters = tabulate(runs.where(F.col("bucket") == CHARACTERS), 1)
    sums = characters.agg(F.sum("count")).collect()
    total: int = sums[0][0] or 0
    return tabulate(runs, scoring.default_min_count(total) if min_count is None else min_count), total


def discover_words(
    texts: DataFrame,
    *,
    column: str = "value",
    max_length: int = 4,
    min_count: int | None = None,
    min_pmi: float = scoring.MIN_PMI,
    min_entropy: float = scoring.MIN_ENTROPY,
    top_k: int | None = None,
    exclude: str | os.PathLike[str] | CountWords = (),
) -> list[Candidate]:
    """Words that the texts are made of, best first: the method ``entropy`` of :func:`cnlp.discover_words`.

    Args:
        texts: a DataFrame of texts.
        column: the one that holds the texts.
        max_length: longest word in characters, 1 to 6.
        min_count: rarer strings are not words; by default 5, and more for large texts.
        min_pmi: nats, of two characters.
        min_entropy: nats, of the neighbours on either side.
        top_k: how many words; ``None``: all.
        exclude: known words: a lexicon file, a :class:`cnlp.Lexicon`, or words.

    Raises:
        ArgumentError: an argument is out of range.
        MissingDependencyError: PySpark or pyarrow is not installed.
    """
    known = known_words(exclude)
    statistics, total = ngram_statistics(texts, column=column, max_length=max_length, min_count=min_count)
    rows = (tuple(row) for row in statistics.toLocalIterator())
    table = CountRows(max_length, min_count or 1, total, rows)
    found = scoring.entropy_candidates(table, min_pmi=min_pmi, min_entropy=min_entropy)
    return scoring.choose_candidates(found, exclude=known, top_k=top_k)


def discover_in_files(master: str, paths: Sequence[str], **settings: Any) -> list[Candidate]:
    """:func:`discover_words` in text files on any file system that Spark reads, line by line.

    Args:
        master: of the cluster, such as ``local[4]``, ``yarn`` or ``spark://host:7077``.
        paths: files, folders and patterns, such as ``hdfs://host/texts/*.txt``; UTF-8, compressed or not.
        **settings: see :func:`discover_words`.

    Raises:
        OSError: Spark cannot read the files.
    """
    require_spark()
    from pyspark.errors import PySparkException

    session = start_session(master)
    try:
        return discover_words(session.read.text(list(paths)), **settings)
    except PySparkException as error:
        first = str(error).strip().splitlines()[0]
        raise OSError(0, first, ", ".join(paths)) from None
    finally:
        session.stop()


def start_session(master: str) -> SparkSession:
    """A session that says only what goes wrong; ``local[...]`` has workers of this Python.

    Raises:
        MissingDependencyError: PySpark or pyarrow is not installed.
    """
    require_spark()
    from pyspark.sql import SparkSession

    if master.startswith("local"):
        os.environ.setdefault("PYSPARK_PYTHON", sys.executable)  # Spark would take python3 of the PATH
        os.environ.setdefault("SPARK_LOCAL_IP", "127.0.0.1")  # and the name of the host, which not every DNS knows
    builder = SparkSession.builder.master(master).appName("cnlp").config("spark.ui.showConsoleProgress", "true")
    session = builder.config("spark.log.level", "ERROR").getOrCreate()
    return session


def require_spark() -> None:
    """Raise if a package that the job needs is not installed."""
    for package in ("pyspark", "pyarrow", "pandas"):
        if importlib.util.find_spec(package) is None:
            raise errors.missing_dependency(package, "spark", "Spark")


def _count(batches: Iterable[pyarrow.RecordBatch], max_length: int, n_buckets: int) -> Iterator[pyarrow.RecordBatch]:
    """Texts of one partition to runs."""
    held: list[str] = []
    length = 0
    for batch in batches:
        held += filter(None, batch.column(0).to_pylist())
        length = sum(map(len, held))
        if length >= CHUNK:
            yield _sort(held, max_length, n_buckets)
            held = []
    if held:
        yield _sort(held, max_length, n_buckets)


def _sort(texts: list[str], max_length: int, n_buckets: int) -> pyarrow.RecordBatch:
    """Runs of the windows and, in a separate bucket, of single characters."""
    import pyarrow

    text = "\n".join(texts)
    run, _ = kernel.count_windows(text, 0, len(text), unit_table(), max_length)
    parts = kernel.split([io.BytesIO(run).read], max_length, n_buckets, _BLOCK)
    apart = "\n".join(text)
    run, _ = kernel.count_windows(apart, 0, len(apart), unit_table(), max_length)
    runs = {CHARACTERS: run, **{number: part for number, part in enumerate(parts) if len(part) > 1}}
    buckets = pyarrow.array(list(runs), pyarrow.int32())
    return pyarrow.record_batch({"bucket": buckets, "run": pyarrow.array(list(runs.values()), pyarrow.binary())})


def _tabulate(key: tuple[Any, ...], runs: pyarrow.Table, max_length: int, min_count: int) -> pyarrow.Table:
    """Runs of one bucket to rows."""
    import pyarrow

    readers = [io.BytesIO(run).read for run in runs.column("run").to_pylist()]
    table = kernel.tabulate(readers, max_length, min_count, sys.maxsize, _BLOCK)
    rows = [
        row
        for length in range(1 if key[0].as_py() == CHARACTERS else 2, max_length + 1)
        for first in range(0, table.size(length), _ROWS)
        for row in table.rows(length, first, _ROWS, 0.0)
    ]
    columns = zip(*rows, strict=True) if rows else [()] * len(_COLUMNS)
    arrays = [pyarrow.array(column, kind) for column, kind in zip(columns, _COLUMNS.values(), strict=True)]
    return pyarrow.table(arrays, names=list(_COLUMNS))
