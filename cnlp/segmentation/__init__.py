"""Word segmentation: maximum matching, unigram and bigram Viterbi over one word lattice; taggers."""

from __future__ import annotations

from cnlp.lexicon.lexicon import Lexicon as Lexicon
from cnlp.lexicon.lexicon import load as load
from cnlp.segmentation.segmenter import ALGORITHMS as ALGORITHMS
from cnlp.segmentation.segmenter import DEFAULT_ALGORITHM as DEFAULT_ALGORITHM
from cnlp.segmentation.segmenter import MODES as MODES
from cnlp.segmentation.segmenter import Segmenter as Segmenter

TYPE_CHECKING = False
if TYPE_CHECKING:
    from cnlp.types import Token

# One segmenter per choice over the shipped lexicon, made when first asked for and never changed.
_shared: dict[tuple[str, str | None, str | None], Segmenter] = {}


def segmenter_for(
    mode: str = "default",
    algorithm: str | None = None,
    standard: str | None = None,
    lexicon: Lexicon | None = None,
) -> Segmenter:
    """The segmenter of these choices, as :func:`segment` takes them; one over the shipped lexicon is shared."""
    if lexicon is not None:
        return Segmenter(lexicon, mode=mode, algorithm=algorithm, standard=standard)
    choice = mode, algorithm, standard
    if choice not in _shared:
        _shared[choice] = Segmenter(mode=mode, algorithm=algorithm, standard=standard)
    return _shared[choice]


def segment(
    text: str,
    *,
    mode: str = "default",
    algorithm: str | None = None,
    standard: str | None = None,
    lexicon: Lexicon | None = None,
) -> list[str]:
    """Cut a text into words.

    Args:
        text: any str; in the default mode ``"".join`` of the words is the text again.
        mode: ``"default"``, ``"search"`` or ``"full"``; see :class:`Segmenter`.
        algorithm: one of ``ALGORITHMS``; the most accurate one by default.
        standard: whose habits to follow, such as ``"pku"`` or ``"msr"``; ``"general"`` by default.
        lexicon: the words to know, such as ``cnlp.Lexicon("my.tsv")``.

    Raises:
        TextTypeError: ``text`` is not a str.
        ArgumentError: there is no such mode, algorithm or standard.

    >>> segment("南京市长江大桥")
    ['南京市', '长江', '大桥']
    """
    return segmenter_for(mode, algorithm, standard, lexicon).segment(text)


def tokenize(
    text: str,
    *,
    mode: str = "default",
    algorithm: str | None = None,
    standard: str | None = None,
    lexicon: Lexicon | None = None,
) -> list[Token]:
    """Cut a text into words with offsets; arguments and errors as in :func:`segment`.

    >>> [(token.text, token.start, token.end) for token in tokenize("南京市长")]
    [('南京', 0, 2), ('市长', 2, 4)]
    """
    return segmenter_for(mode, algorithm, standard, lexicon).tokenize(text)
