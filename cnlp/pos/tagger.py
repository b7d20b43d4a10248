"""Parts of speech: a first-order linear tagger over words.

    s(words, tags) = sum over p of A[t_p-1, t_p] + sum over templates k, offsets d of W_k[key_k(p-d), d, t_p]

``TEMPLATES`` lists the templates; what the key of one shows of the words beside it are columns:

    word, prefix1..3, suffix1..3    the word; its first and last characters, if it is longer
    first, last, ends, second       its first, last, both, its second character of three; with its length
    shape                           types of its characters, and its length
    dictionary                      the tag that a general dictionary gives it
    cluster                         its class by neighbours in untagged text (:mod:`cnlp.pos.distribution`)
    class, coarse                   which tags the training corpus gives it

The class of a word is its most common tag, the next one, how dominant the first is and how often the word was
seen; ``coarse`` is the two tags alone. In training it leaves out the tenth of the corpus that the word is from
(+.002 accuracy). Words seen often enough get only tags that they were seen with; the form of others may leave them
few (:mod:`cnlp.pos.forms`). A word of the user's that neither the corpus nor the dictionary has is a noun, and never
a person: the user gives persons their tag. Weights are learnt by
:mod:`cnlp.pos.training` (averaged perceptron; Collins 2002; templates after Ratnaparkhi 1996) and found by the
hash of their key, so that a file is mapped and read where a text asks for it. Cost: O(n c^2) for n words with
c candidate tags, about 1.5 for words of running text.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING

from cnlp import errors
from cnlp._kernel import kernel
from cnlp.pos.tagsets import PFR, check_tagset, conversion_of_pfr, convert_tag

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence
    from typing import TypeAlias

    from cnlp._kernel.native import WordTagger
    from cnlp.model.format import ModelFile
    from cnlp.model.registry import ModelLike
    from cnlp.names import Tagset
    from cnlp.types import Token

    WordClass: TypeAlias = tuple[str, str, int, int]
    TaggerLike: TypeAlias = "PartOfSpeech | ModelLike"

KIND = "part-of-speech"
SPACE_TAG = "w"  # the tag of white space: punctuation
NOUNS = ("n", "ns", "nt", "nz")  # what words of a user's that no table has can be
UNSEEN: WordClass = ("", "", 0, 0)  # class of a word that the corpus does not have
_SHARES = (0.6, 0.9, 0.999)
_COUNTS = (2, 5, 20)
ARRAYS = (
    "pages",
    "codes",
    "types",
    "templates",
    "tables",
    "rows",
    "dense",
    "entries",
    "transitions",
    "words",
    "coarse",
    "sets",
    "dictionary",
    "clusters",
)


@dataclass(frozen=True, slots=True)
class WordTemplate:
    """The parts of a key, and the words that its row scores, relative to it.

    Attributes:
        low, high: the row speaks about the words ``q + low .. q + high``, three away at most.
        parts: columns and the offset from q of the word that each is of.
    """

    low: int
    high: int
    parts: tuple[tuple[str, int], ...]

    def __str__(self) -> str:
        shown = " ".join(f"{column}[{offset:+}]" if offset else column for column, offset in self.parts)
        return f"{shown} {self.low:+}..{self.high:+}" if self.low < self.high else shown

    @property
    def is_open(self) -> bool:
        """Are there more keys than a corpus could show?"""
        return len(self.parts) > 1 or self.parts[0][0] == "word"

    def pack(self) -> bytes:
        """For the file, twelve int8: the window, how many parts, and each part's column and offset."""
        from array import array

        from cnlp._kernel.layout import COLUMNS, TEMPLATE_SIZE

        parts = [number for column, offset in self.parts for number in (COLUMNS.index(column), offset)]
        row = [self.low, self.high, len(self.parts), 0, *parts]
        return array("b", row + [0] * (TEMPLATE_SIZE - len(row))).tobytes()


def _alone(*columns: str, reach: int = 0) -> tuple[WordTemplate, ...]:
    return tuple(WordTemplate(-reach, reach, ((column, 0),)) for column in columns)


TEMPLATES = (
    *_alone("word", "last", "shape", "dictionary", "cluster", "class", reach=1),
    *_alone("prefix1", "prefix2", "prefix3", "suffix1", "suffix2", "suffix3", "first", "ends", "second"),
    WordTemplate(-1, 2, (("word", 0), ("word", 1))),
    WordTemplate(-1, 2, (("class", 0), ("class", 1))),
    WordTemplate(0, 0, (("class", -1), ("class", 0), ("class", 1))),
    WordTemplate(-1, 2, (("cluster", 0), ("cluster", 1))),
    WordTemplate(0, 0, (("cluster", 0), ("dictionary", 0))),
    WordTemplate(0, 0, (("cluster", 0), ("last", 0))),
    WordTemplate(0, 1, (("word", 0), ("coarse", 1))),
    WordTemplate(0, 1, (("coarse", 0), ("word", 1))),
    WordTemplate(0, 0, (("coarse", -1), ("word", 0), ("coarse", 1))),
)


def word_class(counts: Iterable[tuple[str, int]]) -> WordClass:
    """The class of a word from its tags and how often it has them.

    Returns:
        The most common tag and the next one, how dominant the first is (0 to 3), how often it was seen (0 to 3).

    >>> word_class([("v", 30), ("vn", 12)]), word_class([("n", 1)]), word_class([])
    (('v', 'vn', 1, 3), ('n', '', 3, 0), ('', '', 0, 0))
    """
    ranked = sorted((-count, tag) for tag, count in counts if count > 0)
    if not ranked:
        return UNSEEN
    total = -sum(count for count, _ in ranked)
    share = sum(-ranked[0][0] / total >= limit for limit in _SHARES)
    size = sum(total >= limit for limit in _COUNTS)
    return ranked[0][1], ranked[1][1] if len(ranked) > 1 else "", share, size


class PartOfSpeech:
    """A tagger read from a model file; immutable, so threads may share it.

    Args:
        model: the file, or ``"pos"``, which is the shipped one.

    Attributes:
        tags: the tag set.

    Raises:
        OSError: the file cannot be read.
        ModelError: it is damaged, or models something else.
    """

    def __init__(self, model: ModelLike = "pos") -> None:
        from cnlp.lexicon.lexicon import load_lexicon
        from cnlp.model.registry import open_model
        from cnlp.pos.forms import as_bits, pack_closed_tags

        self._file = file = open_model(model, KIND)
        self.tags = tuple(file.field("tags").split(","))
        with file.loading():
            arrays, lexicon = file.ranges(*ARRAYS), load_lexicon()
            closed = pack_closed_tags(self.tags, lexicon.pattern_tags)
            self._tagger = kernel.WordTagger(
                file.source, arrays, self.tags, lexicon.model, closed, as_bits(self.tags, NOUNS)
            )

    def __repr__(self) -> str:
        return f"<{type(self).__name__}: {len(self.tags)} tags>"

    def __reduce__(self) -> tuple[type[PartOfSpeech], tuple[ModelFile]]:
        return PartOfSpeech, (self._file,)

    def predict(self, words: Sequence[str]) -> list[str]:
        """The tag of each word of a sentence; white space is punctuation and no neighbour of words.

        Raises:
            TextTypeError: a word is not a str.

        >>> PartOfSpeech().predict(["我", "爱", "北京"])
        ['r', 'v', 'ns']
        """
        return self._tagger.predict(list(words), SPACE_TAG)

    def predict_many(self, sentences: Iterable[Sequence[str]]) -> list[list[str]]:
        """The tags of each sentence."""
        return [self.predict(words) for words in sentences]

    def score(self, sentences: Sequence[tuple[Sequence[str], Sequence[str]]]) -> float:
        """The share of words whose tag is right, 0 to 1, over pairs of words and tags."""
        found = self.predict_many(words for words, _ in sentences)
        right = total = 0
        for tags, (_, gold) in zip(found, sentences, strict=True):
            right += sum(a == b for a, b in zip(tags, gold, strict=True))
            total += len(gold)
        return right / total if total else 0.0

    @property
    def kernel(self) -> WordTagger:
        """The kernel's view of it."""
        return self._tagger


@cache
def shipped_tagger() -> PartOfSpeech:
    """The shipped tagger, read when it is first asked for."""
    return PartOfSpeech()


def tagger_for(model: TaggerLike | None = None) -> PartOfSpeech:
    """A tagger, that of a file, or the shipped one, which is read once.

    Raises:
        ArgumentError: it is none of these.
        OSError: the file cannot be read.
        ModelError: it is damaged, or models something else.
    """
    if isinstance(model, PartOfSpeech):
        return model
    if model is None or (isinstance(model, str) and model == "pos"):
        return shipped_tagger()
    return PartOfSpeech(model)


def converting(tag: Callable[[str], list[Token]], tagset: str) -> Callable[[str], list[Token]]:
    """A function that tags a text, with its tags of PFR in another set."""
    return tag if tagset == "pfr" else lambda text: convert_tokens(tag(text), tagset)


def convert_tokens(tokens: list[Token], tagset: str) -> list[Token]:
    """Tags of PFR in another set; tags of the user's own that PFR lacks stay as they are.

    The tokens, which no one else has yet, are changed in place: making others would take longer than tagging.
    """
    from cnlp.types import Token

    if tagset == "pfr":
        return tokens
    (of_tag, of_word), set_tag = conversion_of_pfr(tagset), Token.__dict__["tag"].__set__
    for token in tokens:
        tag = token.tag or SPACE_TAG
        if tag in of_tag:
            set_tag(token, of_word.get((tag, token.text), of_tag[tag]))
        elif tag in PFR or token.source != "user":
            set_tag(token, convert_tag(tag, tagset, token.text))
    return tokens


def tag_words(words: Sequence[str], *, tagset: Tagset = "pfr", model: TaggerLike | None = None) -> list[str | None]:
    """The parts of speech of given words; arguments as in :func:`tag`.

    >>> tag_words(["他", "在", "北京", "工作"])
    ['r', 'p', 'ns', 'v']
    >>> tag_words(["他", "在", "北京", "工作"], tagset="ctb")
    ['PN', 'P', 'NR', 'VV']
    """
    check_tagset(tagset)
    words = errors.check_strings("words", words)
    tags = tagger_for(model).predict(words)
    if tagset == "pfr":
        return list(tags)
    return [convert_tag(tag, tagset, word) for tag, word in zip(tags, words, strict=True)]
