"""TF-IDF (Salton and Buckley 1988): words that are frequent here and rare elsewhere.

    score(w) = tf(w) * idf(w)       tf(w): its count in the text, or 1 + ln(count) if sublinear
                                    idf(w) = ln((N + s) / (df(w) + s)), see :mod:`cnlp.keyphrases.idf`

A word that the corpus lacks is as telling as a word can be: its df is 0. With ``norm`` the scores are divided by the
sum ("l1") or the Euclidean length ("l2") of the scores of all terms of the text, so that texts can be compared.
"""

from __future__ import annotations

import math
from array import array
from typing import TYPE_CHECKING

from cnlp import errors
from cnlp.keyphrases.extractor import Extractor
from cnlp.keyphrases.idf import Idf

if TYPE_CHECKING:
    from collections.abc import Iterable

    from cnlp._kernel import kernel
    from cnlp.keyphrases.idf import IdfLike
    from cnlp.keyphrases.resources import KeyphrasesLike
    from cnlp.segmentation.segmenter import SegmenterLike

NORMS = ("l1", "l2")


class TfIdf(Extractor):
    """Scores words by count and rarity.

    Args:
        sublinear: dampen counts: 1 + ln(count).
        norm: ``"l1"``, ``"l2"`` or ``None``.
        smoothing: s, more than 0; documents added to the corpus that have every word.
        phrases, pos, stopwords, min_length, idf, model, segmenter: see :class:`cnlp.keyphrases.Extractor`.

    Attributes:
        idf_: after :meth:`fit`, the table of the corpus.

    >>> [keyword.text for keyword in TfIdf().keywords("长江大桥横跨长江，我们在桥上看风景。", 2)]
    ['长江', '横跨']
    """

    def __init__(
        self,
        *,
        sublinear: bool = False,
        norm: str | None = None,
        smoothing: float = 1.0,
        phrases: bool = False,
        pos: Iterable[str] | None = None,
        stopwords: Iterable[str] | None = None,
        min_length: int = 2,
        idf: IdfLike | None = None,
        model: KeyphrasesLike | None = None,
        segmenter: SegmenterLike | None = None,
    ) -> None:
        super().__init__(
            phrases=phrases,
            pos=pos,
            stopwords=stopwords,
            min_length=min_length,
            idf=idf,
            model=model,
            segmenter=segmenter,
        )
        self.sublinear = sublinear
        self.norm = norm
        self.smoothing = smoothing
        self.idf_: Idf | None = None

    def fit(self, texts: Iterable[str]) -> TfIdf:
        """Count the document frequencies of a corpus, to be used in place of ``idf``."""
        from cnlp.keyphrases.document_frequency import DocumentFrequencies
        from cnlp.segmentation import segmenter_for

        segment = segmenter_for(model=self.segmenter, argument="segmenter").segment
        table = DocumentFrequencies()
        for text in texts:
            table.add(segment(text))
        self.idf_ = Idf.of(table)
        self.__dict__.pop("_tables", None)
        return self

    @property
    def _idf(self) -> Idf:
        return self.idf_ or super()._idf

    @property
    def _smoothing(self) -> float:  # type: ignore[override]
        if self.smoothing <= 0:
            raise errors.ArgumentError(f"smoothing must be more than 0, got {self.smoothing}")
        return self.smoothing

    def _scores(self, terms: kernel.Terms) -> bytes:
        scores = terms.frequencies(True, self.sublinear)
        if self.norm is None:
            return scores
        if self.norm not in NORMS:
            raise errors.unknown_choice("norm", self.norm, NORMS)
        values = array("d", scores)
        length = math.fsum(values) if self.norm == "l1" else math.sqrt(math.fsum(value * value for value in values))
        return array("d", (value / length for value in values)).tobytes() if length else scores
