"""Vectors learnt from raw text, by any method, in a folder where interrupted learning resumes.

Of each table there are in the folder

    NAME.items         what the text has of it (:mod:`cnlp.vectors.items`)
    NAME.pairs         for GloVe: what occurs near each other (:mod:`cnlp.vectors.cooccurrence`)
    NAME.checkpoint    after each epoch: what was learnt, as a file of numpy

and in ``lines.items`` how many lines the text had, and how many of them were kept.
"""

from __future__ import annotations

import os
import tempfile
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import ExitStack
from typing import Any, Protocol, get_args
from zipfile import BadZipFile

import numpy as np
from numpy.typing import NDArray

from cnlp import errors
from cnlp.files.lines import replacing
from cnlp.files.progress import Progress, show_progress
from cnlp.files.work_folder import WorkFolder
from cnlp.lexicon.trie import Trie
from cnlp.names import VectorMethod
from cnlp.vectors.cooccurrence import MEMORY, count_items, count_pairs
from cnlp.vectors.glove import GloVe
from cnlp.vectors.items import drop_shared, write_items
from cnlp.vectors.tables import LARGEST, VectorTable
from cnlp.vectors.vectors import TABLES, Vectors
from cnlp.vectors.word2vec import Word2Vec

VECTOR_METHODS: tuple[VectorMethod, ...] = get_args(VectorMethod)
WORD2VEC_METHODS = ("skipgram", "cbow")
EPOCHS: Mapping[str, int] = {"skipgram": 3, "cbow": 3, "glove": 15, "simpler-glove": 15}
MIN_COUNTS: Mapping[str, int] = {"characters": 1, "bigrams": 3, "words": 3}
SUFFIXES = (".items", ".pairs", ".checkpoint")

OnEpoch = Callable[[str, int, float | None], object]


class Learner(Protocol):
    """What learns one table.

    Attributes:
        items: those that get vectors, most frequent first.
        state: what learning changes, in place.
        epoch_bytes: how much an epoch advances the progress.
        loss: of the last epoch, where it is known.
    """

    items: list[str]
    epoch_bytes: int
    loss: float | None

    @property
    def state(self) -> Mapping[str, NDArray[np.float32]]: ...

    def learn(self, epoch: int, progress: Progress) -> None: ...

    def vectors(self) -> NDArray[np.float32]: ...


def train_vectors(
    lines: Iterable[str],
    lexicon: Trie,
    *,
    tables: Sequence[str] = TABLES,
    method: VectorMethod = "skipgram",
    size: int = 50,
    window: int = 5,
    negative: int = 5,
    subsample: float = 1e-3,
    epochs: int | None = None,
    min_counts: Mapping[str, int] = MIN_COUNTS,
    overlapping: bool = True,
    held_out: Iterable[str] = (),
    shared: int = 15,
    memory: int = MEMORY,
    seed: int = 1,
    workers: int = 1,
    work: WorkFolder | None = None,
    folder: str | os.PathLike[str] | None = None,
    on_epoch: OnEpoch | None = None,
) -> Vectors:
    """Vectors of what occurs in ``lines``, most frequent items first.

    Args:
        lines: raw text; read once, or not at all where an earlier attempt has read it.
        lexicon: the words to look for, folded as :func:`cnlp.vectors.tables.fold` does. Single characters between
            them get vectors among the words too.
        tables: which vectors to learn, of :data:`cnlp.vectors.vectors.TABLES`.
        method: one of :data:`VECTOR_METHODS`.
        size: of a vector.
        window: how far neighbours may be.
        negative: skipgram, cbow: items drawn for each neighbour.
        subsample: skipgram, cbow: an item that makes up a larger share of the text is passed over now and then (1e-3
            is the default of the paper's program; 0: never).
        epochs: passes over the text, or over the counted pairs; see :data:`EPOCHS`.
        min_counts: of each table, how often an item must occur to get a vector.
        overlapping: all words that occur, not the longest only.
        held_out, shared: lines that have ``shared`` characters in a row in common with a text of ``held_out`` are left
            out, see :func:`cnlp.vectors.items.drop_shared`.
        memory: glove, simpler-glove: bytes to use, about, while pairs are counted, beside the vectors themselves. At
            least a megabyte.
        seed: of all chance; the same seed gives the same vectors with one worker.
        workers: skipgram, cbow: threads.
        work: where the work is kept until the caller removes it; it resumes there.
        folder: for temporary files where there is no ``work``; the system's by default. They take about four times the
            size of the text, and for GloVe 28 bytes for each pair.
        on_epoch: called after each epoch with the table, the epoch's number, and for GloVe the loss a pair.

    Raises:
        MissingDependencyError: gensim or scipy is not installed.
        ArgumentError: an argument is out of range, or no item occurs often enough.
        ModelError: a checkpoint is damaged.

    >>> lines = ["南京市长江大桥", "武汉长江大桥"] * 20
    >>> words = Trie.build(["南京", "南京市", "长江", "大桥"])
    >>> vectors = train_vectors(lines, words, method="glove", size=8, epochs=1)
    >>> sorted(vectors.words), vectors.characters.matrix.shape
    (['南京', '南京市', '大桥', '武', '汉', '长江'], (9, 8))
    """
    errors.check_choice("method", method, VECTOR_METHODS)
    for name in tables:
        errors.check_choice("table", name, TABLES)
    n_epochs = EPOCHS[method] if epochs is None else epochs
    for what, value in {"size": size, "window": window, "epochs": n_epochs, "workers": workers}.items():
        if value < 1:
            raise errors.ArgumentError(f"{what} must be 1 or more, got {value}")
    errors.check_seed(seed)
    errors.check_several("lines", lines)
    errors.check_several("held_out", held_out)
    for name, least in min_counts.items():
        errors.check_choice("table of min_counts", name, TABLES)
        errors.check_number(f"min_counts of {name}", least)
    if memory < 1_000_000:
        raise errors.ArgumentError(f"memory must be at least 1,000,000 bytes, got {memory}")

    def learner(path: str, least: int) -> Learner:
        """What learns from the items of a file."""
        if method in WORD2VEC_METHODS:
            return Word2Vec(
                f"{path}.items", skip_gram=method == "skipgram", size=size, window=window, negative=negative,
                subsample=subsample, least=least, epochs=n_epochs, seed=seed, workers=workers,
            )  # fmt: skip
        items = count_items(f"{path}.items", least)
        if not os.path.exists(f"{path}.pairs"):
            count_pairs(f"{path}.items", items, window, f"{path}.pairs", memory=memory, seed=seed)
        return GloVe(f"{path}.pairs", items, size=size, simpler=method != "glove", seed=seed)

    learnt: dict[str, VectorTable] = {}
    with ExitStack() as stack:
        place = work.path if work else stack.enter_context(tempfile.TemporaryDirectory(dir=folder))
        paths = {name: os.path.join(place, name) for name in tables}
        kept = _read_lines(lines, held_out, shared, lexicon, overlapping, paths, os.path.join(place, "lines.items"))
        for name, path in paths.items():
            least = min_counts.get(name, MIN_COUNTS[name])
            learns = learner(path, least)
            if not learns.items:
                raise errors.ArgumentError(f"nothing learnt: no {name} occur {least} times or more")
            _learn(learns, name, n_epochs, f"{path}.checkpoint", on_epoch)
            learnt[name] = _table(learns, lexicon if name == "words" else None)
            if name == "words" and all(len(item) == 1 for item in learnt[name]):
                raise errors.ArgumentError(f"nothing learnt: no {name} of the lexicon occur {least} times or more")
    counts = ", ".join(f"{name} {min_counts.get(name, MIN_COUNTS[name])}" for name in tables)
    only = f"negative {negative}, subsample {subsample:g}, " if method in WORD2VEC_METHODS else ""
    card = {
        "method": method,
        "parameters": f"size {size}, window {window}, {only}epochs {n_epochs}, least counts: {counts}; "
        f"words: {'all that match' if overlapping else 'the longest match'}, workers {workers}",
        "seed": str(seed),
        "training_size": kept,
    }
    return Vectors(**learnt, card=card)


def _read_lines(
    lines: Iterable[str],
    held_out: Iterable[str],
    shared: int,
    lexicon: Trie,
    overlapping: bool,
    paths: Mapping[str, str],
    done: str,
) -> str:
    """Write the items of all lines, unless an earlier attempt did; returns how many lines there were, as a text."""
    if not os.path.exists(done):
        count = kept = 0

        def counted() -> Iterator[str]:
            nonlocal count
            for line in lines:
                count += 1
                yield line

        def chosen() -> Iterator[str]:
            nonlocal kept
            for line in drop_shared(counted(), held_out, shared):
                kept += 1
                yield line

        write_items(chosen(), lexicon, overlapping, {name: f"{path}.items" for name, path in paths.items()})
        if count and not kept:
            raise errors.ArgumentError(f"nothing is left to learn from: all {count:,} lines share text with held_out")
        with replacing(done) as file:
            file.write(f"{kept:,} lines of {count:,}".encode())
    with open(done, encoding="utf-8") as text:
        return text.read()


def _learn(learner: Learner, name: str, epochs: int, checkpoint: str, on_epoch: OnEpoch | None) -> None:
    """All epochs, except those that the checkpoint has."""
    done = _restore(learner.state, checkpoint) if os.path.exists(checkpoint) else 0
    with show_progress(epochs * learner.epoch_bytes, wanted=True) as progress:
        progress.advance(done * learner.epoch_bytes)
        for epoch in range(done, epochs):
            learner.learn(epoch, progress)
            with replacing(checkpoint) as file:
                arrays: dict[str, Any] = {"epochs": np.array(epoch + 1), **learner.state}
                np.savez(file, **arrays)
            progress.clear()
            if on_epoch:
                on_epoch(name, epoch + 1, learner.loss)


def _restore(state: Mapping[str, NDArray[np.float32]], path: str) -> int:
    """Take over what a checkpoint has; returns how many epochs it has seen.

    Raises:
        ModelError: it is damaged.
    """
    try:
        with np.load(path, allow_pickle=False) as found:
            for name, array in state.items():
                array[...] = found[name]
            return int(found["epochs"])
    except (ValueError, KeyError, EOFError, BadZipFile, TypeError) as error:
        raise errors.bad_model(path, f"this checkpoint is damaged ({error}); remove it to learn anew") from None


def _table(learner: Learner, lexicon: Trie | None) -> VectorTable:
    """The learnt vectors; with a lexicon only those of its words and of single letters, digits and characters."""
    rows = [
        row
        for row, item in enumerate(learner.items)
        if lexicon is None or (item in lexicon if len(item) > 1 else item.isalnum())
    ]
    matrix = np.clip(learner.vectors()[rows], -LARGEST, LARGEST)
    return VectorTable([learner.items[row] for row in rows], matrix.astype(np.float16))
