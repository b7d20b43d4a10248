"""``cnlp train vectors``: vectors of characters, bigrams and words from raw text, or from others' word2vec files."""

from __future__ import annotations

import os
import time
from typing import TYPE_CHECKING, Any, get_args

import click

import cnlp
from cnlp import errors
from cnlp.commands._encodings import encoding_option
from cnlp.commands._lexicons import LexiconFiles, lexicon_options
from cnlp.commands._numbers import FiniteRange
from cnlp.commands._options import typed, workers_option
from cnlp.commands._raw import cited, cited_raw, find_raw, held_out_options, known_by, raw_lines, raw_texts
from cnlp.commands._training import method_option, output_options, read_all_entries, say, seed_option
from cnlp.files.outputs import refuse_output
from cnlp.files.work_folder import WorkFolder
from cnlp.names import VectorMethod

if TYPE_CHECKING:
    from cnlp.lexicon.trie import Trie

_NO_COUNTS = ("skipgram", "cbow")  # the methods that learn from the text, not from counted pairs
_FOR_TEXT, _FOR_COUNTS = ("negative", "subsample", "workers"), ("memory",)  # parameters of these, and of the others
_FOR_LEARNING = (
    "lexicons", "held_out", "shared", "method", "longest", "size", "window", "min_count", "epochs", "seed",
    "work_folder",
)  # fmt: skip


@click.command("vectors")
@click.argument("raw", nargs=-1, metavar="[RAW]...")
@output_options
@lexicon_options("Words that get vectors, besides those of the shipped lexicon; may be repeated.")
@held_out_options
@method_option(get_args(VectorMethod))
@click.option("--longest", is_flag=True, help="Only the longest words, instead of all that occur in the text.")
@click.option("--size", type=click.IntRange(1), default=50, show_default=True, help="Of a vector.")
@click.option("--window", type=click.IntRange(1), default=5, show_default=True, help="How far neighbours may be.")
@click.option("--negative", type=click.IntRange(1), help="skipgram, cbow: random items per neighbour.  [default: 5]")
@click.option(
    "--subsample",
    type=FiniteRange(0),
    help="skipgram, cbow: items with a larger share of the text are skipped at random; 0: never.  [default: 0.001]",
)
@click.option("--min-count", type=click.IntRange(1), default=3, show_default=True, help="Of bigrams and of words.")
@click.option(
    "--epochs",
    type=click.IntRange(1, 1000),
    help="Passes over the files, or over the counted pairs.  [default: 3; glove, simpler-glove: 15]",
)
@click.option(
    "--memory",
    type=click.IntRange(1),
    default=256,
    show_default=True,
    help="glove, simpler-glove: megabytes to count pairs in, beside the vectors.",
)
@seed_option
@workers_option("threads that learn (skipgram, cbow); only one gives the same vectors each time")
@click.option(
    "--work-folder",
    metavar="FOLDER",
    help="Keep items, pairs and the state after each epoch here until all is done: the same command resumes where it "
    "was interrupted.  [default: a temporary folder]",
)
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
    method: VectorMethod,
    longest: bool,
    size: int,
    window: int,
    negative: int | None,
    subsample: float | None,
    min_count: int,
    epochs: int | None,
    memory: int,
    seed: int,
    workers: int,
    work_folder: str | None,
    characters: str | None,
    bigrams: str | None,
    words: str | None,
    only_for: tuple[str, ...],
    top: int | None,
    encoding: str,
) -> None:
    """Learn vectors of characters, of character bigrams and of words.

    RAW are files, folders and patterns of plain text; tables and Markdown are read as they are. The file is for
    cnlp.Vectors and 'cnlp train ner --vectors'. skipgram and cbow are word2vec, with gensim; glove and simpler-glove
    first count what occurs near each other. Vectors made elsewhere can be read instead: --characters, --bigrams,
    --words.
    """
    try:
        from cnlp.vectors.formats import read_word2vec
        from cnlp.vectors.tables import VectorTable
        from cnlp.vectors.training import SUFFIXES, train_vectors
        from cnlp.vectors.vectors import TABLES, Vectors
    except ModuleNotFoundError as error:
        raise errors.missing_dependency(error.name or "numpy", "neural", "training vectors") from None
    given = {"characters": characters, "bigrams": bigrams, "words": words}
    ready = {name: path for name, path in given.items() if path is not None}
    missing = [name for name in TABLES if name not in ready]
    if not raw and not ready:
        raise click.UsageError("nothing to learn from: name RAW files, or word2vec files with --words and the like")
    useless = None if raw else typed(*_FOR_LEARNING, *_FOR_TEXT, *_FOR_COUNTS)
    if useless:
        raise click.UsageError(f"{useless} is for learning from RAW files: name some")
    useless = typed(*(_FOR_COUNTS if method in _NO_COUNTS else _FOR_TEXT))
    if useless:
        raise click.UsageError(f"{useless} is not for the method {method}")
    inputs = find_raw(raw)
    tested, kept_for = find_raw(held_out), find_raw(only_for)
    read = [source.path for source in (*inputs, *tested, *kept_for)]
    refuse_output(output, force, (*read, *lexicons.paths, *ready.values()))
    card = {
        "description": "Vectors of characters, character bigrams and words",
        "source": "cnlp train vectors",
        "cnlp": cnlp.__version__,
    }
    tables: dict[str, VectorTable] = {name: read_word2vec(path) for name, path in ready.items()}
    for name, path in ready.items():
        card[f"{name}_from"] = cited(path)
    work = None
    if inputs and missing:
        for _ in raw_texts(kept_for, encoding):
            pass  # what cannot be read is to be found before learning, not after it
        start = time.monotonic()
        trie, card["lexicon"] = _lexicon(lexicons)
        settings: dict[str, Any] = {
            "tables": missing,
            "method": method,
            "size": size,
            "window": window,
            "negative": 5 if negative is None else negative,
            "subsample": 1e-3 if subsample is None else subsample,
            "epochs": epochs,
            "min_counts": {"characters": 1, "bigrams": min_count, "words": min_count},
            "overlapping": not longest,
            "shared": shared,
            "memory": memory * 10**6,
            "seed": seed,
            "workers": workers,
        }
        if work_folder is not None:
            files = {"inputs": known_by(inputs), "without": known_by(tested), "lexicon": card["lexicon"]}
            work = WorkFolder(work_folder, {**settings, **files, "encoding": encoding}, SUFFIXES)

        def report(table: str, epoch: int, loss: float | None) -> None:
            shown = "" if loss is None else f", loss {loss:.4f}"
            say(f"{table}: epoch {epoch}{shown}, {time.monotonic() - start:.0f} s")

        learnt = train_vectors(
            raw_lines(inputs, encoding, shown=True),
            trie,
            **settings,
            held_out=raw_texts(tested, encoding),
            work=work,
            folder=os.path.dirname(os.path.abspath(output)),
            on_epoch=report,
        )
        tables |= {name: getattr(learnt, name) for name in missing}
        card |= learnt.card
        card |= cited_raw(inputs, tested, shared)
    made = Vectors(**tables, card=card)
    if kept_for:
        made = made.prune(raw_texts(kept_for, encoding))
        if not any(len(getattr(made, name)) for name in TABLES):
            say("note: nothing in the files of --only-for has a vector: the file is empty")
    if top is not None:
        made = made.top(top)
    made.save(output)
    if work is not None:
        work.remove()
    counts = ", ".join(f"{len(getattr(made, name)):,} {name}" for name in TABLES)
    say(f"{output}: {os.path.getsize(output):,} bytes; {counts}")


def _lexicon(lexicons: LexiconFiles) -> tuple[Trie, str]:
    """The words of two or more characters of the shipped lexicon and of the files, and a description for the card."""
    from cnlp.lexicon.trie import Trie
    from cnlp.text._data import dictionary_path
    from cnlp.vectors.tables import fold

    own = dictionary_path("core.tsv")
    with open(own, encoding="utf-8") as lines:
        shipped = fold("".join(line.partition("\t")[0] + "\n" for line in lines if line[0] not in "#<")).splitlines()
    added = [fold(entry.word) for entry in read_all_entries(lexicons)]
    items = list(dict.fromkeys(word for word in (*shipped, *added) if len(word) > 1))
    return Trie.build(items), f"{len(items):,} words of " + ", ".join(map(cited, (own, *lexicons.paths)))
