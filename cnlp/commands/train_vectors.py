"""``cnlp train vectors``: vectors of characters, bigrams and words from raw text, or from others' word2vec files."""

from __future__ import annotations

import logging
import os
import time
from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

import click

import cnlp
from cnlp import errors
from cnlp.commands._encodings import encoding_option
from cnlp.commands._lexicons import LexiconFiles, lexicon_options
from cnlp.commands._options import workers_option
from cnlp.commands._training import epochs_option, method_option, output_options, read_all_entries, say, seed_option
from cnlp.corpus.entity_formats import detect_entities, read_entities
from cnlp.corpus.registry import file_sha256
from cnlp.files.inputs import STANDARD_INPUT, Input, find_inputs, total_size
from cnlp.files.lines import read_line_texts, split_lines
from cnlp.files.outputs import refuse_output
from cnlp.files.progress import Progress, show_progress

if TYPE_CHECKING:
    from cnlp.lexicon.trie import Trie

VECTOR_METHODS = ("skip-gram", "cbow")


@click.command("vectors")
@click.argument("raw", nargs=-1, metavar="[RAW]...")
@output_options
@lexicon_options("Words that get vectors, besides those of the shipped lexicon; may be repeated.")
@click.option(
    "--without",
    "held_out",
    multiple=True,
    metavar="FILES",
    help="Leave out lines of RAW that have --shared characters in a row in common with a text of these files, such as "
    "the dev and test parts that the vectors are evaluated on; files with entities as 'cnlp convert' reads them, or "
    "plain text. May be repeated.",
)
@click.option("--shared", type=click.IntRange(2), default=15, show_default=True, help="See --without.")
@method_option(VECTOR_METHODS)
@click.option("--longest", is_flag=True, help="Only the longest words, instead of all that occur in the text.")
@click.option("--size", type=click.IntRange(1), default=50, show_default=True, help="Of a vector.")
@click.option("--window", type=click.IntRange(1), default=5, show_default=True, help="How far neighbours may be.")
@click.option("--negative", type=click.IntRange(1), default=5, show_default=True, help="Random items per neighbour.")
@click.option(
    "--subsample",
    type=click.FloatRange(0),
    default=1e-3,
    show_default=True,
    help="Items with a larger share of the text are skipped at random; 0: never.",
)
@click.option("--min-count", type=click.IntRange(1), default=3, show_default=True, help="Of bigrams and of words.")
@epochs_option(3)
@seed_option
@workers_option("threads that learn; only one gives the same vectors each time")
@click.option("--characters", metavar="FILE", help="Take these from a word2vec file, text or binary.")
@click.option("--bigrams", metavar="FILE", help="The same for bigrams.")
@click.option("--words", metavar="FILE", help="The same for words. Vectors taken from files are not learnt from RAW.")
@click.option(
    "--only-for", multiple=True, metavar="FILES", help="Keep the vectors that occur in these files; may be repeated."
)
@click.option("--top", type=click.IntRange(1), metavar="N", help="Keep the first N of each: the most frequent ones.")
@encoding_option
def train_word_vectors(
    raw: tuple[str, ...],
    output: str,
    force: bool,
    lexicons: LexiconFiles,
    held_out: tuple[str, ...],
    shared: int,
    method: str,
    longest: bool,
    size: int,
    window: int,
    negative: int,
    subsample: float,
    min_count: int,
    epochs: int,
    seed: int,
    workers: int,
    characters: str | None,
    bigrams: str | None,
    words: str | None,
    only_for: tuple[str, ...],
    top: int | None,
    encoding: str,
) -> None:
    """Learn vectors of characters, of character bigrams and of words, with gensim.

    RAW are files, folders and patterns of plain text; tables and Markdown are read as they are. The file is for
    'cnlp train ner --vectors'. Vectors made elsewhere can be read instead: --characters, --bigrams, --words.
    """
    try:
        from cnlp.ner.neural.vectors import TABLES, Vectors, VectorTable
        from cnlp.ner.neural.word2vec import drop_shared, read_word2vec, train_vectors
    except ModuleNotFoundError as error:
        raise errors.missing_dependency(error.name or "numpy", "neural", "training vectors") from None
    given = {"characters": characters, "bigrams": bigrams, "words": words}
    ready = {name: path for name, path in given.items() if path is not None}
    missing = [name for name in TABLES if name not in ready]
    if not raw and not ready:
        raise click.UsageError("nothing to learn from: name RAW files, or word2vec files with --words and the like")
    inputs = _files(raw) if raw else []
    tested, kept_for = _files(held_out), _files(only_for)
    read = [source.path for source in (*inputs, *tested, *kept_for)]
    refuse_output(output, force, (*read, *lexicons.paths, *ready.values()))
    card = {
        "description": "Vectors of characters, character bigrams and words",
        "source": "cnlp train vectors",
        "cnlp": cnlp.__version__,
    }
    tables: dict[str, VectorTable] = {name: read_word2vec(path) for name, path in ready.items()}
    for name, path in ready.items():
        card[f"{name}_from"] = _name(path)
    if inputs and missing:
        logging.getLogger("gensim").setLevel(logging.ERROR)
        start = time.monotonic()
        seen = _Counter()
        trie, card["lexicon"] = _lexicon(lexicons)
        with show_progress(total_size(inputs), wanted=True) as progress:
            lines = drop_shared(seen.all(_lines(inputs, encoding, progress)), _texts(tested, encoding), shared)
            learnt = train_vectors(
                seen.kept_of(lines),
                trie,
                tables=missing,
                method=method,
                size=size,
                window=window,
                negative=negative,
                subsample=subsample,
                epochs=epochs,
                min_counts={"characters": 1, "bigrams": min_count, "words": min_count},
                overlapping=not longest,
                seed=seed,
                workers=workers,
                folder=os.path.dirname(os.path.abspath(output)),
                on_epoch=lambda name, epoch: say(f"{name}: epoch {epoch}, {time.monotonic() - start:.0f} s"),
            )
        tables |= {name: getattr(learnt, name) for name in missing}
        card |= learnt.card
        card["training_data"] = ", ".join(_name(source.path) for source in inputs)
        card["training_size"] = f"{seen.kept:,} lines of {seen.count:,}"
        if tested:
            card["without"] = ", ".join(_name(source.path) for source in tested) + f"; {shared} characters in a row"
    made = Vectors(**tables, card=card)
    if kept_for:
        made = made.prune(_texts(kept_for, encoding))
    if top is not None:
        made = made.top(top)
    made.save(output)
    counts = ", ".join(f"{len(getattr(made, name)):,} {name}" for name in TABLES)
    say(f"{output}: {os.path.getsize(output):,} bytes; {counts}")


class _Counter:
    """How many lines there were, and how many of them were kept."""

    def __init__(self) -> None:
        self.count = 0
        self.kept = 0

    def all(self, lines: Iterator[str]) -> Iterator[str]:
        """Count what is read."""
        for line in lines:
            self.count += 1
            yield line

    def kept_of(self, lines: Iterator[str]) -> Iterator[str]:
        """Count what is kept."""
        for line in lines:
            self.kept += 1
            yield line


def _files(arguments: Sequence[str]) -> list[Input]:
    """The files that arguments name.

    Raises:
        click.UsageError: standard input, which has no checksum for the card.
        OSError: one names no file.
    """
    inputs, failures = find_inputs(arguments) if arguments else ([], [])
    if failures:
        raise failures[0]
    if any(source.path == STANDARD_INPUT for source in inputs):
        raise click.UsageError("standard input cannot be read here: name files")
    return inputs


def _name(path: str) -> str:
    return f"{os.path.basename(path)} (sha256 {file_sha256(path)})"


def _lines(inputs: Sequence[Input], encoding: str, progress: Progress) -> Iterator[str]:
    """The lines of all files."""
    for source in inputs:
        with source.open(encoding, progress.read) as stream:
            for text, _ in read_line_texts(stream, source.label, encoding):
                yield from (line for line, _ in split_lines(text))


def _texts(inputs: Sequence[Input], encoding: str) -> Iterator[str]:
    """The texts of files with entities; the lines of others."""
    for source in inputs:
        try:
            form = detect_entities(source.path, encoding=encoding)
        except errors.FormatError:
            yield from _lines([source], encoding, Progress(None))
        else:
            yield from (
                sentence.text for sentence in read_entities(source.path, form, repair="drop", encoding=encoding)
            )


def _lexicon(lexicons: LexiconFiles) -> tuple[Trie, str]:
    """The words of two or more characters of the shipped lexicon and of the files, and a description for the card."""
    from cnlp.lexicon.trie import Trie
    from cnlp.ner.neural.vectors import fold
    from cnlp.text._data import dictionary_path

    own = dictionary_path("core.tsv")
    with open(own, encoding="utf-8") as lines:
        shipped = fold("".join(line.partition("\t")[0] + "\n" for line in lines if line[0] not in "#<")).splitlines()
    added = [fold(entry.word) for entry in read_all_entries(lexicons)]
    items = list(dict.fromkeys(word for word in (*shipped, *added) if len(word) > 1))
    return Trie.build(items), f"{len(items):,} words of " + ", ".join(map(_name, (own, *lexicons.paths)))
