"""New-word discovery: n-gram counts, cohesion and freedom, minimum entropy; on one machine or on Spark."""

from __future__ import annotations

from collections.abc import Iterable

from cnlp.discovery.scoring import CountWords
from cnlp.discovery.word_discovery import TextSource
from cnlp.discovery.word_discovery import WordDiscovery as WordDiscovery
from cnlp.names import DiscoveryMethod
from cnlp.types import Candidate


def discover_words(
    texts: TextSource | Iterable[TextSource],
    *,
    method: DiscoveryMethod = "entropy",
    max_length: int = 4,
    min_count: int | None = None,
    min_pmi: float | None = None,
    top_k: int | None = None,
    exclude: TextSource | CountWords = (),
    encoding: str = "utf-8",
) -> list[Candidate]:
    """Words that raw texts are made of, best first; :class:`WordDiscovery` has more to set.

    Args:
        texts: strings, and files as ``pathlib.Path``; or one of them.
        method: ``"entropy"`` or ``"minimum_entropy"``.
        max_length: longest word in characters, 1 to 6.
        min_count: rarer strings are not words; by default 5, and more for large texts.
        min_pmi: nats; how well two characters must stick together, by default 3 (``minimum_entropy``: 1).
        top_k: how many; ``None``: all.
        exclude: known words: a lexicon file, a :class:`cnlp.Lexicon` (``cnlp.load()`` is the shipped one), or words.
        encoding: of the files; one of :data:`cnlp.files.encodings.ENCODINGS`.

    Raises:
        ArgumentError: a parameter is out of range.
        EncodingError: a file is not in ``encoding``.
        OSError: a file cannot be read, or a temporary one not be written.

    >>> import cnlp
    >>> text = "狐狸说葡萄酸。狐狸不吃葡萄，吃葡萄的狐狸少。他种葡萄，狐狸看。葡萄甜，狐狸笑。" * 9
    >>> [(word.text, word.count) for word in cnlp.discover_words(text, min_pmi=1.5)]
    [('葡萄', 45), ('狐狸', 45)]
    """
    finder = WordDiscovery(
        method=method,
        max_length=max_length,
        min_count=min_count,
        min_pmi=min_pmi,
        top_k=top_k,
        exclude=exclude,
    )
    return finder.fit(texts, encoding=encoding).candidates_
