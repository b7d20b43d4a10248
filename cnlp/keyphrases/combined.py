"""The default: a log-linear combination of features of keyphrases.

    score(c) = 1 / (1 + exp(-sum over features f of w_f * f(c)))

estimates how probable it is that the author of a text would name candidate c, a word or up to four words side by side,
among its keywords. A text of more than ``PASSAGE`` characters is read in passages of equal length, and its score is the
mean over all of them, 0 where a passage does not have c: counts and distances then are those of short texts, which the
weights were learnt from, and scores do not all approach 1 as the text grows. The features come in parts, which can be
switched:

    part          features of a candidate
    frequency     ln count; ln greatest count of its words
    independence  ln(1 + count outside of longer candidates), after C-value (Frantzi, Ananiadou and Mima 2000);
                  how often no content word occurs before it, after it, on either side: the freedom of its
                  ends, which new-word discovery measures as entropy
    idf           IDF of its most common word
    position      whether it occurs in a heading (the first line or the last sentence, if no mark ends it);
                  ln(1 + characters before it)
    span          distance from first to last occurrence, as a share of the text (Medelyan and Witten 2008)
    casing        whether it has a capital letter
    length        its number of words; its number of characters
    pos           class of the word; of the first and the last word of a phrase: a prior by part of speech
    phrases       candidates of more than one word
    distinct      nothing inside a better keyword

``span`` and ``casing`` gained next to nothing on the development set and are off by default; the shipped weights are
fitted without them, so they need weights fitted with them. Weights are those of logistic regression, 1 for what the
authors named and 0 for the other candidates. The shipped ones were fitted to abstracts of papers
(``recipes/keyphrases.py``); :meth:`Combined.fit` fits new ones. docs/keywords.md has the numbers that
justify each part.
"""

from __future__ import annotations

from array import array
from typing import TYPE_CHECKING

from cnlp import errors
from cnlp._kernel.layout import (
    FEATURE_CAPITAL,
    FEATURE_CONSTANT,
    FEATURE_COUNT,
    FEATURE_FREE,
    FEATURE_FREE_AFTER,
    FEATURE_FREE_BEFORE,
    FEATURE_GREATEST_COUNT,
    FEATURE_HEADING,
    FEATURE_INDEPENDENT,
    FEATURE_LEAST_IDF,
    FEATURE_POSITION,
    FEATURE_SINGLE,
    FEATURE_SPAN,
    FEATURE_WORDS,
    N_FEATURES,
)
from cnlp.keyphrases.extractor import Extractor
from cnlp.keyphrases.resources import resources_for
from cnlp.text.normalise import normalise
from cnlp.types import Keyword

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from cnlp._kernel import kernel
    from cnlp.keyphrases.idf import IdfLike
    from cnlp.keyphrases.resources import KeyphrasesLike
    from cnlp.segmentation.segmenter import SegmenterLike

PARTS: dict[str, tuple[int, ...]] = {
    "frequency": (FEATURE_COUNT, FEATURE_GREATEST_COUNT),
    "independence": (FEATURE_INDEPENDENT, FEATURE_FREE_BEFORE, FEATURE_FREE_AFTER, FEATURE_FREE),
    "idf": (FEATURE_LEAST_IDF,),
    "position": (FEATURE_HEADING, FEATURE_POSITION),
    "span": (FEATURE_SPAN,),
    "casing": (FEATURE_CAPITAL,),
    "length": tuple(range(FEATURE_WORDS, FEATURE_SINGLE)),
    "pos": tuple(range(FEATURE_SINGLE, N_FEATURES)),
    "phrases": (),
    "distinct": (),
}
DEFAULT_PARTS = tuple(part for part in PARTS if part not in ("span", "casing"))
PASSAGE = 4000  # characters; the abstracts that the shipped weights were fitted to have 42 to 1,266
_ENDS = "。．！？；!?;"


class Combined(Extractor):
    """Scores words and phrases by a weighted sum of features.

    Args:
        parts: names of the parts that count, see the module.
        weights: one for each feature; the shipped ones if ``None``.
        pos, stopwords, min_length, idf, model, segmenter: see :class:`cnlp.keyphrases.Extractor`.

    Attributes:
        weights_: after :meth:`fit`, the weights it found.

    >>> text = "支持向量机是一种分类方法。支持向量机在文本分类中很有效。"
    >>> [keyword.text for keyword in Combined().keywords(text, 2)]
    ['支持向量机', '分类方法']
    """

    def __init__(
        self,
        *,
        parts: Iterable[str] = DEFAULT_PARTS,
        weights: Sequence[float] | None = None,
        pos: Iterable[str] | None = None,
        stopwords: Iterable[str] | None = None,
        min_length: int = 2,
        idf: IdfLike | None = None,
        model: KeyphrasesLike | None = None,
        segmenter: SegmenterLike | None = None,
    ) -> None:
        super().__init__(
            phrases="phrases" in (parts := tuple(parts)),
            pos=pos,
            stopwords=stopwords,
            min_length=min_length,
            idf=idf,
            model=model,
            segmenter=segmenter,
        )
        for part in parts:
            if part not in PARTS:
                raise errors.unknown_choice("part", part, PARTS)
        self.parts = parts
        self.weights = weights
        self.weights_: array[float] | None = None

    def fit(self, texts: Iterable[str], keyphrases: Iterable[Iterable[str]]) -> Combined:
        """Learn the weights from texts and the keyphrases that people gave them.

        Logistic regression with ridge penalty 1/2, see scikit-learn's ``LogisticRegression``. Keyphrases count as
        found whatever their width, case and script.

        Raises:
            MissingDependencyError: scikit-learn is not installed.
            ArgumentError: no candidate is a keyphrase, or all of them are; or the parts have no features.
        """
        try:
            from sklearn.linear_model import LogisticRegression
        except ImportError:
            raise errors.missing_dependency("scikit-learn", "sklearn", "Combined.fit") from None
        import numpy as np

        rows = []
        labels: list[bool] = []
        for text, phrases in zip(texts, keyphrases, strict=True):
            wanted = set(map(normalise, phrases))
            data, bounds = self._terms(text).features(headings(text), PASSAGE)
            rows.append(np.frombuffer(data).reshape(-1, N_FEATURES))
            ends = array("I", bounds)
            labels += [normalise(text[start:end]) in wanted for start, end in zip(ends[::2], ends[1::2], strict=True)]
        kept = [k for k in range(1, N_FEATURES) if k not in self._left_out()]
        if not kept:
            raise errors.ArgumentError(f"the parts {', '.join(self.parts)} have no features to learn weights of")
        if len(set(labels)) < 2:
            raise errors.ArgumentError("to learn, candidates that are keyphrases and others that are not are needed")
        model = LogisticRegression(solver="newton-cholesky", C=1.0)
        model.fit(np.concatenate(rows)[:, kept], labels)
        weights = array("d", bytes(8 * N_FEATURES))
        weights[FEATURE_CONSTANT] = float(model.intercept_[0])
        for k, weight in zip(kept, model.coef_[0], strict=True):
            weights[k] = float(weight)
        self.weights_ = weights
        return self

    def features(self, text: str) -> tuple[list[array[float]], list[tuple[int, int]]]:
        """The features of each candidate in each passage, and its first occurrence there."""
        data, bounds = self._terms(text).features(headings(text), PASSAGE)
        values, ends = array("d", data), array("I", bounds)
        rows = [values[start : start + N_FEATURES] for start in range(0, len(values), N_FEATURES)]
        return rows, list(zip(ends[::2], ends[1::2], strict=True))

    def _found(self, text: str, terms: kernel.Terms, top_k: int) -> list[Keyword]:
        return terms.combine(Keyword, self._weight_bytes(), headings(text), PASSAGE, top_k, "distinct" in self.parts)

    def _left_out(self) -> set[int]:
        return {feature for part, features in PARTS.items() if part not in self.parts for feature in features}

    def _weight_bytes(self) -> bytes:
        weights = array("d", self.weights_ or self.weights or resources_for(self.model).weights)
        if len(weights) != N_FEATURES:
            raise errors.ArgumentError(f"{N_FEATURES} weights are needed, got {len(weights)}")
        for feature in self._left_out():
            weights[feature] = 0.0
        return weights.tobytes()


def headings(text: str) -> bytes:
    """Bounds of the headings: the first line and the last sentence, where no mark ends them; as uint32.

    >>> list(memoryview(headings("标题\\n正文在此。")).cast("I")), list(memoryview(headings("正文. 题目")).cast("I"))
    ([0, 2], [3, 6])
    """
    bounds = []
    line = text.find("\n")
    if line > 0 and (first := text[:line].rstrip()) and first[-1] not in _ENDS:
        bounds += [0, line]
    body = text.rstrip()
    if body and body[-1] not in _ENDS:
        begin = max(text.rfind(mark, 0, len(body)) for mark in (*_ENDS, "\n", ". "))
        if begin >= 0:
            bounds += [begin + 1, len(body)]
    return array("I", bounds).tobytes()
