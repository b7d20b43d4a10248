"""Term frequency (Luhn 1957): frequent words describe the text.

tf(w) = how often w occurs in the text
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from cnlp.keyphrases.extractor import Extractor

if TYPE_CHECKING:
    from cnlp._kernel import kernel


class TermFrequency(Extractor):
    """Scores words by their counts.

    >>> [(keyword.text, keyword.score) for keyword in TermFrequency().keywords("长江很长，长江大桥也很长。", 2)]
    [('长江', 2.0), ('大桥', 1.0)]
    """

    def _scores(self, terms: kernel.Terms) -> bytes:
        return terms.frequencies(False, False)
