"""The bigram language model as an estimator: learn a segmenter from segmented sentences.

The probability of a sentence is the product of the probabilities of its words after the word before,

    P(w1 ... wn) = prod P(wi | wi-1),   P(w | v) = L * c(v, w) / c(v) + (1 - L) * c(w) / N

(Jelinek and Mercer 1980; L is ``interpolation``), and the best segmentation is the path of least cost
through the word lattice (Viterbi 1967). Learning is counting. Numbers, times, addresses and runs of
Latin letters are counted as classes, one per pattern, so that 1998年 is counted with every year.
"""

from __future__ import annotations

import os
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence

from cnlp import errors
from cnlp.lexicon.compile import BEGIN, INTERPOLATION, class_word, compile_lexicon
from cnlp.lexicon.lexicon import Lexicon
from cnlp.model.format import RESERVED, write_model
from cnlp.segmentation.segmenter import Segmenter
from cnlp.sequence.estimator import Estimator
from cnlp.text.normalise import normalise
from cnlp.text.patterns import PATTERNS, Pattern
from cnlp.text.scanner import pattern_tables as load_tables
from cnlp.text.scanner import scan


class Bigram(Estimator):
    """Estimator of a bigram segmenter.

    Args:
        words: further words and how often they occur, such as a dictionary's; unigram counts only.
        interpolation: the weight of the bigram estimate, between 0 and 1.

    Attributes:
        counts_: counts of folded words and classes.
        bigrams_: counts of pairs.

    >>> model = Bigram().fit([["南京", "市长"], ["长江", "大桥"], ["南京", "长江", "大桥"]])
    >>> model.predict(["南京长江大桥"])
    [['南京', '长江', '大桥']]
    """

    def __init__(self, *, words: Mapping[str, float] | None = None, interpolation: float = INTERPOLATION) -> None:
        self.words = words
        self.interpolation = interpolation

    def fit(self, sentences: Iterable[Sequence[str]]) -> Bigram:
        """Count the words and pairs of the sentences.

        Raises:
            ArgumentError: there is no sentence with a word, a word is empty, a sentence is a str, or
                ``interpolation`` is out of range.
            TextTypeError: a word is not a str.
        """
        self._counts: Counter[str] = Counter()
        self._pairs: Counter[tuple[str, str]] = Counter()
        return self.partial_fit(sentences)

    def partial_fit(self, sentences: Iterable[Sequence[str]]) -> Bigram:
        """Count more sentences; the same as one ``fit`` to all sentences so far.

        Raises:
            ArgumentError, TextTypeError: as in :meth:`fit`.
        """
        if not hasattr(self, "_counts"):
            return self.fit(sentences)
        if not 0 <= self.interpolation < 1:
            raise errors.ArgumentError(f"interpolation must be at least 0 and less than 1, got {self.interpolation}")
        known = {normalise(word) for word in self.words or ()}
        counts, pairs = self._counts, self._pairs
        units: dict[str, str] = {}
        for sentence in sentences:
            if isinstance(sentence, str):
                raise errors.ArgumentError(f"a sentence must be a list of words, got the str {sentence!r}")
            previous = BEGIN
            for word in sentence:
                unit = units.get(word)
                if unit is None:
                    unit = units[word] = _unit(word, known)
                counts[unit] += 1
                pairs[previous, unit] += 1
                previous = unit
        if not counts:
            raise errors.ArgumentError("nothing to learn from: no sentence has a word")
        self.counts_: dict[str, float] = dict(counts)
        for word, count in (self.words or {}).items():
            if not is_atomic(word):
                form = normalise(word)
                self.counts_[form] = self.counts_.get(form, 0) + count
        self.bigrams_: dict[tuple[str, str], int] = dict(pairs)
        return self

    def save(self, path: str | os.PathLike[str], card: Mapping[str, str] | None = None) -> None:
        """Write the model file; ``card`` is added to its metadata.

        Raises:
            ArgumentError: the card holds a field that the file needs for itself.
            OSError: the file cannot be written.
        """
        arrays, metadata = compile_lexicon(self.counts_, self.bigrams_, interpolation=self.interpolation)
        for name in card or ():
            if name in metadata or name in RESERVED:
                raise errors.ArgumentError(f"the card cannot hold {name!r}: the file needs it for itself")
        write_model(path, arrays, {**(card or {}), **metadata})

    def segmenter(self) -> Segmenter:
        """A segmenter with the learnt model."""
        arrays, metadata = compile_lexicon(self.counts_, self.bigrams_, interpolation=self.interpolation)
        return Segmenter(Lexicon.from_arrays(arrays, metadata), algorithm="bigram")

    def predict(self, texts: Iterable[str]) -> list[list[str]]:
        """The words of each text; joined they are the text."""
        segmenter = self.segmenter()
        return [segmenter.segment(text) for text in texts]

    def score(self, sentences: Iterable[Sequence[str]]) -> float:
        """F1 of the segmentation of the sentences' text against the sentences."""
        from cnlp.evaluation.segmentation import evaluate_segmentation

        gold = [list(sentence) for sentence in sentences]
        return evaluate_segmentation(gold, self.predict("".join(words) for words in gold)).f1


def whole_match(word: str) -> Pattern | None:
    """The pattern that matches the whole word, if there is one.

    >>> whole_match("３千")
    Pattern('numeral', atomic=False)
    """
    for start, end, pattern in scan(load_tables(), word):
        if start == 0 and end == len(word):
            return PATTERNS[pattern]
    return None


def is_atomic(word: str) -> bool:
    """Does an atomic pattern match the whole word? Then the lexicon need not list it."""
    pattern = whole_match(word)
    return pattern is not None and pattern.atomic


def _unit(word: str, known: set[str]) -> str:
    """The counted form of a word: its folded form, or its class."""
    if not isinstance(word, str):
        raise errors.not_text(word, "word")
    if not word:
        raise errors.ArgumentError("a word is empty")
    form = normalise(word)
    pattern = whole_match(word)
    if pattern is not None and (pattern.atomic or form not in known):
        return class_word(pattern.counted)
    return form
