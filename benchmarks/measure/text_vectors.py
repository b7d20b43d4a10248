"""Do vectors of texts find what belongs together? Writes ``benchmarks/results/text-vectors.json``.

Titles of papers (CSL) look for their abstracts, each among those of all papers; the cosine decides. Beside
:meth:`cnlp.Vectors.vector` of foolnltk's vectors (Apache-2.0) and of the files given as ``NAME=FILE`` stand the mean of
the shipped encoder's vectors, and TF-IDF of words, which knows nothing but these abstracts. Needs torch.

    mrr      mean of 1 / rank of the right abstract; those with an equal cosine count as before it
    first    share of the titles for which it comes first
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Callable, Sequence
from pathlib import Path
from statistics import fmean
from typing import Any, TypeAlias

import numpy as np
from numpy.typing import NDArray

import cnlp
from benchmarks import record as records
from cnlp.corpus.registry import data_folder, file_sha256
from cnlp.vectors.vectors import Vectors
from recipes.keyphrases import CSL, read_csl

SHORTEST = 6  # characters of a title
ENCODER = "small"
BATCH = 32

Rows: TypeAlias = NDArray[np.float32]  # a row for each text


def main(arguments: Sequence[str] | None = None) -> int:
    """Run from the command line."""
    from recipes.neural_ner import foolnltk  # needs torch

    words = sys.argv[1:] if arguments is None else list(arguments)
    options = _parser().parse_args(words)
    titles, abstracts = papers(read_csl(data_folder() / CSL)[0])
    files = {name: Vectors.load(path) for name, _, path in (pair.partition("=") for pair in options.files)}
    means = {name: mean_of_words(vectors) for name, vectors in {**files, "foolnltk": foolnltk()}.items()}
    found: dict[str, Any] = {"TF-IDF": scores(tf_idf(titles, abstracts))}
    for name, represent in {**means, f"encoder {ENCODER}": mean_of_characters}.items():
        found[name] = scores(cosines(represent(titles), represent(abstracts)))
    for name, cell in found.items():
        print(name, cell)
    record = records.new_record("text_vectors", words, packages=["numpy", "scikit-learn", "torch"])
    record["data"] = {CSL: file_sha256(data_folder() / CSL)}
    records.save({**record, "results": {"papers": len(titles), "systems": found}}, options.output)
    return 0


def papers(texts: Sequence[str]) -> tuple[list[str], list[str]]:
    """Titles and abstracts of texts that have both: a title stands after the last blank.

    >>> papers(["摘要一. 基于词典的分词方法", "没有题目", "摘要二 A survey"])
    (['基于词典的分词方法'], ['摘要一.'])
    """
    parts = [text.rpartition(" ") for text in texts]
    kept = [(title, text) for text, _, title in parts if text and len(title) >= SHORTEST and not title.isascii()]
    return [title for title, _ in kept], [text for _, text in kept]


def mean_of_words(vectors: Vectors) -> Callable[[Sequence[str]], Rows]:
    """:meth:`cnlp.Vectors.vector` of each text."""
    return lambda texts: np.stack([vectors.vector(text) for text in texts])


def mean_of_characters(texts: Sequence[str]) -> Rows:
    """The mean of the encoder's vectors of a text's characters."""
    import torch

    encoder = cnlp.load(ENCODER)
    rows = []
    with torch.inference_mode():
        for at in range(0, len(texts), BATCH):
            chosen = texts[at : at + BATCH]
            lengths = torch.tensor([len(text) for text in chosen])
            mask = torch.arange(int(lengths.max())) < lengths[:, None]
            rows.append((encoder(chosen, mask).sum(1) / lengths[:, None]).numpy())
    return np.concatenate(rows)


def tf_idf(titles: Sequence[str], abstracts: Sequence[str]) -> Rows:
    """Cosines of the words' frequencies, weighted by how few abstracts have them."""
    from sklearn.feature_extraction.text import TfidfVectorizer

    vectorizer = TfidfVectorizer(analyzer=cnlp.segment, sublinear_tf=True)
    documents = vectorizer.fit_transform(abstracts)
    similar: Rows = (vectorizer.transform(titles) @ documents.T).toarray().astype(np.float32)
    return similar


def cosines(titles: Rows, abstracts: Rows) -> Rows:
    """Of each title with each abstract."""
    one, other = (rows / np.maximum(np.linalg.norm(rows, axis=1, keepdims=True), 1e-9) for rows in (titles, abstracts))
    similar: Rows = one @ other.T
    return similar


def scores(similar: Rows) -> dict[str, float]:
    """Where each title's own abstract stands.

    >>> scores(np.array([[0.9, 0.1], [0.8, 0.2]], np.float32))
    {'mrr': 0.75, 'first': 0.5}
    """
    ranks = (similar >= np.diag(similar)[:, None]).sum(1).tolist()
    return {"mrr": round(fmean(1 / rank for rank in ranks), 4), "first": round(ranks.count(1) / len(ranks), 4)}


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser("python -m benchmarks.measure.text_vectors", description=__doc__)
    parser.formatter_class = argparse.RawDescriptionHelpFormatter
    parser.add_argument("files", nargs="*", metavar="NAME=FILE", help="files of vectors, and what to call them")
    parser.add_argument("--output", type=Path, default=records.RESULTS / "text-vectors.json")
    return parser


if __name__ == "__main__":
    sys.exit(main())
