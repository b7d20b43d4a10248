"""Word segmentation: maximum matching, unigram and bigram Viterbi over one word lattice."""

from __future__ import annotations

from cnlp.lexicon.lexicon import Lexicon as Lexicon
from cnlp.lexicon.lexicon import load as load
from cnlp.segmentation.segmenter import ALGORITHMS as ALGORITHMS
from cnlp.segmentation.segmenter import MODES as MODES
from cnlp.segmentation.segmenter import Segmenter as Segmenter

TYPE_CHECKING = False
if TYPE_CHECKING:
    from cnlp.types import Token

DEFAULT_ALGORITHM = "bigram"

# One segmenter per choice over the shipped lexicon, made when first asked for and never changed.
_shared: dict[tuple[str, str], Segmenter] = {}


def _segmenter(mode: str, algorithm: str | None, lexicon: Lexicon | None) -> Segmenter:
    choice = mode, DEFAULT_ALGORITHM if algorithm is None else algorithm
    if lexicon is not None:
        return Segmenter(lexicon, mode=choice[0], algorithm=choice[1])
    if choice not in _shared:
        _shared[choice] = Segmenter(mode=choice[0], algorithm=choice[1])
    return _shared[choice]


def segment(
    text: str,
    *,
    mode: str = "default",
    algorithm: str | None = None,
    lexicon: Lexicon | None = None,
) -> list[str]:
    """Cut a text into words.

    Args:
        text: any str; in the default mode ``"".join`` of the words is the text again.
        mode: ``"default"``, ``"search"`` or ``"full"``; see :class:`Segmenter`.
        algorithm: one of ``ALGORITHMS``; the most accurate one by default.
        lexicon: the words to know, such as ``cnlp.Lexicon("my.tsv")``.

    Raises:
        TextTypeError: ``text`` is not a str.
        ArgumentError: there is no such mode or algorithm.

    >>> segment("南京市长江大桥")
    ['南京市', '长江', '大桥']
    """
    return _segmenter(mode, algorithm, lexicon).segment(text)


def tokenize(
    text: str,
    *,
    mode: str = "default",
    algorithm: str | None = None,
    lexicon: Lexicon | None = None,
) -> list[Token]:
    """Cut a text into words with offsets; arguments and errors as in :func:`segment`.

    >>> [(token.text, token.start, token.end) for token in tokenize("南京市长")]
    [('南京', 0, 2), ('市长', 2, 4)]
    """
    return _segmenter(mode, algorithm, lexicon).tokenize(text)
