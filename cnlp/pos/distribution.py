"""Classes of words by their neighbours, from text without tags.

Each word has a vector: how often each of the most common words is its left and its right neighbour, as the square
root of the share of its own occurrences over that of the neighbour's. The vectors are brought to few dimensions
by singular value decomposition, and grouped by spherical k-means: 重要 and 必要 occur beside the same words, and
come into one class. Source: Schütze 1995, Distributional part-of-speech tagging. Cost: O(N) for N words of text,
then O(c^3) for c neighbours and O(V k d) for V words, k classes and d dimensions. Needs numpy.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from itertools import chain

import numpy as np

from cnlp.sequence.arrays import Floats, Ints
from cnlp.text.normalise import normalise

_SPECIAL = 2  # neighbours that are not common words: the edge of the sentence, all others
_ROUNDS = 12  # of k-means
_STEP = 4096  # rows that are made dense at a time
_PRIOR = 5.0  # occurrences that a rare word is taken to have besides, of no neighbour


def distributional_classes(
    sentences: Iterable[Sequence[str]],
    *,
    n_classes: int = 250,
    n_neighbours: int = 1000,
    n_dimensions: int = 80,
    min_count: int = 2,
    seed: int = 1,
) -> dict[str, int]:
    """The class of each folded word, from 1.

    Args:
        sentences: words of text.
        n_classes: how many classes; fewer where there are fewer words.
        n_neighbours: number of the most common words that count as neighbours.
        n_dimensions: of the vectors that are grouped.
        min_count: words seen less often have no class.
        seed: of the words that the classes start from.

    >>> text = [["我", verb, object] for verb in "看听说" for object in "书歌话"] * 3
    >>> found = distributional_classes(text, n_classes=3, n_dimensions=3)
    >>> found["看"] == found["听"] == found["说"], found["看"] == found["书"]
    (True, False)
    """
    folded = [list(map(normalise, words)) for words in sentences]
    counts = Counter(chain.from_iterable(folded))
    words = [word for word, count in sorted(counts.items(), key=lambda item: (-item[1], item[0])) if count >= min_count]
    if not words:
        return {}
    numbers = {word: number for number, word in enumerate(words)}
    rows, columns, values = _neighbours(folded, numbers, min(n_neighbours, len(words)))
    times = np.array([counts[word] for word in words], np.float32)
    vectors = _reduce(rows, columns, values, np.log1p(times), n_dimensions)
    classes = _k_means(vectors, np.minimum(times, 50), min(n_classes, len(words)), seed)
    return {word: int(number) + 1 for word, number in zip(words, classes, strict=True)}


def _neighbours(
    sentences: Sequence[Sequence[str]], numbers: dict[str, int], n_neighbours: int
) -> tuple[Ints, Ints, Floats]:
    """Rows (words), columns (left neighbours, then right ones) and values of the sparse matrix, by row."""
    edge, rare = -1, -2
    row = chain.from_iterable([edge, *(numbers.get(word, rare) for word in words)] for words in sentences)
    ids = np.array([*row, edge], np.int64)
    columns = np.where(ids == edge, 0, np.where((ids < 0) | (ids >= n_neighbours), 1, ids + _SPECIAL))
    here = np.flatnonzero(ids >= 0)
    width = n_neighbours + _SPECIAL
    cells = np.concatenate(
        [ids[here] * (2 * width) + columns[here - 1], ids[here] * (2 * width) + width + columns[here + 1]]
    )
    seen, counts = np.unique(cells, return_counts=True)
    rows, places = seen // (2 * width), seen % (2 * width)
    of_row = np.bincount(rows, counts)
    of_column = np.bincount(places, counts) / counts.sum()
    values = np.sqrt(counts / (of_row[rows] + _PRIOR)) / np.sqrt(np.sqrt(of_column[places]))
    return rows, places, values.astype(np.float32)


def _reduce(rows: Ints, columns: Ints, values: Floats, weights: Floats, n_dimensions: int) -> Floats:
    """[V, d] unit vectors: the matrix in its strongest directions; ``weights`` [V] say how much a word counts."""
    n_words, width = len(weights), int(columns.max()) + 1
    starts = np.searchsorted(rows, np.arange(n_words + 1))

    def dense(begin: int) -> Floats:
        end = min(begin + _STEP, n_words)
        part = slice(starts[begin], starts[end])
        block = np.zeros((end - begin, width), np.float32)
        block[rows[part] - begin, columns[part]] = values[part]
        return block

    gram = np.zeros((width, width), np.float32)
    for begin in range(0, n_words, _STEP):
        block = dense(begin) * weights[begin : begin + _STEP, None]
        gram += block.T @ block
    directions = np.linalg.eigh(gram.astype(np.float64))[1][:, -n_dimensions:].astype(np.float32)
    vectors = np.concatenate([dense(begin) @ directions for begin in range(0, n_words, _STEP)])
    lengths = np.linalg.norm(vectors, axis=1, keepdims=True)
    vectors /= np.maximum(lengths, 1e-9)
    return vectors


def _k_means(vectors: Floats, weights: Floats, n_classes: int, seed: int) -> Ints:
    """[V] the class of each vector: the nearest by cosine."""
    random = np.random.RandomState(seed)
    centres = vectors[np.sort(random.choice(len(vectors), n_classes, replace=False))]
    nearest = np.zeros(len(vectors), np.int64)
    for _ in range(_ROUNDS):
        nearest = np.concatenate(
            [np.argmax(vectors[k : k + _STEP] @ centres.T, axis=1) for k in range(0, len(vectors), _STEP)]
        )
        sums = np.zeros_like(centres)
        np.add.at(sums, nearest, vectors * weights[:, None])
        lengths = np.linalg.norm(sums, axis=1, keepdims=True)
        centres = np.where(lengths > 0, sums / np.maximum(lengths, 1e-9), centres)
    return nearest
