r"""``cnlp discover``: the new words of raw text.

All inputs are counted together, in bounded memory. If one of them fails, nothing is written: half of the counts
would give other words.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Callable, Iterable, Iterator, Sequence

import click

from cnlp.commands._encodings import encoding_option, output_encoding_option
from cnlp.commands._lexicons import LexiconFiles, lexicon_options
from cnlp.commands._options import files_argument, workers_option
from cnlp.discovery import scoring
from cnlp.discovery.counting import MEMORY, NgramCounts, lines_between
from cnlp.discovery.plot import scatter
from cnlp.discovery.runs import MAX_LENGTH, RunFolder
from cnlp.discovery.scoring import CountWords
from cnlp.discovery.word_discovery import DISCOVERY_METHODS, WordDiscovery
from cnlp.files.documents import read_field
from cnlp.files.inputs import STANDARD_INPUT, Input, find_inputs, total_size
from cnlp.files.lines import read_text
from cnlp.files.messages import print_message
from cnlp.files.outputs import STANDARD_OUTPUT, refuse_overwriting, write_text
from cnlp.files.progress import show_progress
from cnlp.names import DiscoveryMethod
from cnlp.types import Candidate

HEADING = "word\tcount\tpmi\tleft_entropy\tright_entropy\tscore\n"


class KnownWords:
    """Several lexicons as one."""

    def __init__(self, lexicons: Sequence[CountWords]) -> None:
        self.lexicons = lexicons

    def __contains__(self, word: str, /) -> bool:
        return any(word in lexicon for lexicon in self.lexicons)


@click.command("discover")
@files_argument
@click.option(
    "-o", "--output", default=STANDARD_OUTPUT, metavar="FILE", help="Table to write.  [default: standard output]"
)
@click.option("--to-lexicon", metavar="FILE", help="Also write the words alone, for --lexicon of other commands.")
@click.option("--plot", metavar="FILE", help="Also draw PMI against entropy, as SVG.")
@click.option(
    "-m",
    "--method",
    type=click.Choice(DISCOVERY_METHODS),
    default=DISCOVERY_METHODS[0],
    show_default=True,
    help="entropy: strings that stick together and have many different neighbours; minimum_entropy: strings that "
    "remain when the text is split between characters that do not belong together.",
)
@click.option(
    "--max-length", type=click.IntRange(2, MAX_LENGTH), default=4, show_default=True, help="Of words, in characters."
)
@click.option("--min-count", type=click.IntRange(1), help="Rarer strings are not words.  [default: 5 or more]")
@click.option("--min-pmi", type=float, help="Of two characters, in nats.  [default: 3; minimum_entropy: 1]")
@click.option("--min-entropy", type=float, default=1.0, show_default=True, help="Of the neighbours, in nats.")
@click.option("-k", "--top-k", type=click.IntRange(1), help="How many words.  [default: all]")
@lexicon_options("Files of words to leave out, see 'cnlp lexicon check'; may be repeated.", "-x", "--exclude")
@click.option("--new-only", is_flag=True, help="Leave out the words of the shipped lexicon.")
@click.option("--memory", type=click.IntRange(1), default=MEMORY // 10**6, show_default=True, help="Megabytes to use.")
@workers_option("threads that sort")
@click.option(
    "--work-folder",
    metavar="FOLDER",
    help="Keep counts here until all is done: the same command resumes where it was interrupted.  "
    "[default: a temporary folder]",
)
@click.option(
    "--spark",
    metavar="MASTER",
    help="Count on a cluster (local[4], yarn, spark://host:7077); FILES are then what Spark reads, such as "
    "hdfs://host/texts. Needs pip install 'cnlp[spark]' and Java.",
)
@encoding_option
@click.option(
    "--field",
    metavar="NAME",
    help="Inputs are records (JSON Lines, or CSV or TSV with a heading, by their names), the text of this field "
    "alone is counted.",
)
@output_encoding_option
def command(
    files: tuple[str, ...],
    output: str,
    to_lexicon: str | None,
    plot: str | None,
    method: DiscoveryMethod,
    max_length: int,
    min_count: int | None,
    min_pmi: float | None,
    min_entropy: float,
    top_k: int | None,
    lexicons: LexiconFiles,
    new_only: bool,
    memory: int,
    workers: int,
    work_folder: str | None,
    spark: str | None,
    encoding: str,
    field: str | None,
    output_encoding: str,
) -> None:
    """Find new words in raw text.

    FILES are files, folders (all text files below), patterns such as 'news/*.txt', or - for standard input, which
    is also read if there are none. Writes a table, best words first: word, count, pmi, left_entropy,
    right_entropy (nats), score.
    """
    is_local_only = method != DISCOVERY_METHODS[0] or plot or work_folder or encoding != "utf-8" or field
    if spark is not None and (not files or is_local_only):
        raise click.UsageError(
            "--spark needs FILES in utf-8, --method entropy, and no --plot, --work-folder or --field"
        )
    finder = WordDiscovery(
        method=method,
        max_length=max_length,
        min_count=min_count,
        min_pmi=min_pmi,
        min_entropy=min_entropy,
        exclude=_known_words(lexicons, new_only),
        top_k=top_k,
        memory=memory * 10**6,
        workers=workers,
    )
    if spark is not None:
        _write_words(_discover_on_spark(spark, files, finder), output, to_lexicon, output_encoding)
        return
    inputs, failures = find_inputs(files, without=work_folder)
    for failure in failures:
        raise failure
    refuse_overwriting(inputs, [path for path in (output, to_lexicon, plot) if path is not None])
    folder = _open_work_folder(work_folder, inputs, finder, encoding, field) if work_folder else None
    counts = NgramCounts(max_length=max_length, memory=finder.memory, workers=workers, folder=folder)
    _count(counts, inputs, encoding, field)
    with show_progress(counts.run_bytes * (1 if method == DISCOVERY_METHODS[0] else 2), wanted=True) as progress:
        words = finder.find(counts, progress.advance)
    least = min_count or scoring.default_min_count(counts.total)
    if finder.min_count_ > least:
        raised = f"the minimum count was raised from {least} to {finder.min_count_} to stay within --memory"
        print_message(f"note: {raised}")
    if plot is not None:
        table = counts.table(finder.min_count_)
        write_text(plot, [scatter(scoring.measure(table), words)])
    _write_words(words, output, to_lexicon, output_encoding)
    if folder is not None:
        folder.remove()


def _discover_on_spark(master: str, files: Sequence[str], finder: WordDiscovery) -> list[Candidate]:
    """The words of these files, counted on a cluster."""
    from cnlp.discovery.spark import discover_in_files

    return discover_in_files(
        master,
        files,
        max_length=finder.max_length,
        min_count=finder.min_count,
        min_pmi=scoring.MIN_PMI if finder.min_pmi is None else finder.min_pmi,
        min_entropy=finder.min_entropy,
        top_k=finder.top_k,
        exclude=finder.exclude,
    )


def _known_words(files: LexiconFiles, new_only: bool) -> KnownWords:
    """The words of the files, and with ``new_only`` those of the shipped lexicon."""
    lexicons: list[CountWords] = [{row[0] for row in file.rows} for file in files.read()]
    if new_only:
        import cnlp

        lexicons.append(cnlp.load())
    return KnownWords(lexicons)


def _open_work_folder(
    path: str, inputs: Sequence[Input], finder: WordDiscovery, encoding: str, field: str | None
) -> RunFolder:
    """The folder for counts of these inputs; they are identified by path, size and time of change.

    Raises:
        click.UsageError: standard input cannot be read again.
    """
    files = []
    for source in inputs:
        if source.path == STANDARD_INPUT:
            raise click.UsageError("standard input cannot be read again; --work-folder needs files")
        status = os.stat(source.path)
        files.append([os.path.abspath(source.path), status.st_size, status.st_mtime_ns])
    settings = {name: getattr(finder, name) for name in ("max_length", "memory", "workers")}
    return RunFolder(path, {**settings, "encoding": encoding, "field": field, "inputs": files})


def _count(counts: NgramCounts, inputs: Sequence[Input], encoding: str, field: str | None) -> None:
    """Count all inputs."""
    typed = any(source.path == STANDARD_INPUT and sys.stdin is not None and sys.stdin.isatty() for source in inputs)
    with show_progress(total_size(inputs), wanted=not typed) as progress:
        counts.add(lines_between(_pieces(source, encoding, field, progress.read) for source in inputs))


def _pieces(source: Input, encoding: str, field: str | None, on_read: Callable[[bytes], object]) -> Iterator[str]:
    """The text of one input."""
    if field is not None:
        yield from (f"{text}\n" for text in read_field(source, field, encoding, on_read))
        return
    with source.open(encoding, on_read) as stream:
        yield from read_text(stream, source.label, encoding)


def _write_words(words: Sequence[Candidate], output: str, to_lexicon: str | None, encoding: str) -> None:
    """The lexicon, if wanted, and the table."""
    if to_lexicon is not None:
        write_text(to_lexicon, (f"{word.text}\n" for word in words), encoding)
    write_text(output, _rows(words), encoding)


def _rows(words: Iterable[Candidate]) -> Iterator[str]:
    """The table."""
    yield HEADING
    for word in words:
        numbers = "\t".join(f"{value:.4f}" for value in (word.pmi, word.left_entropy, word.right_entropy, word.score))
        yield f"{word.text}\t{word.count}\t{numbers}\n"
