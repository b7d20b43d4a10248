"""Keywords and keyphrases: term frequency, TF-IDF, TextRank, and a combination of features."""

from __future__ import annotations

from functools import cache
from itertools import zip_longest
from typing import TYPE_CHECKING

from cnlp import errors
from cnlp.keyphrases.analyzer import Analyzer as Analyzer
from cnlp.keyphrases.combined import DEFAULT_PARTS as DEFAULT_PARTS
from cnlp.keyphrases.combined import Combined as Combined
from cnlp.keyphrases.extractor import Extractor as Extractor
from cnlp.keyphrases.extractor import read_stopwords as read_stopwords
from cnlp.keyphrases.groups import GroupCounts as GroupCounts
from cnlp.keyphrases.idf import Idf as Idf
from cnlp.keyphrases.term_frequency import TermFrequency as TermFrequency
from cnlp.keyphrases.textrank import TextRank as TextRank
from cnlp.keyphrases.tf_idf import TfIdf as TfIdf
from cnlp.segmentation import segmenter_for

if TYPE_CHECKING:
    from collections.abc import Iterable
    from typing import Any

    from cnlp.keyphrases.groups import Group
    from cnlp.keyphrases.idf import IdfLike
    from cnlp.keyphrases.resources import KeyphrasesLike
    from cnlp.lexicon.lexicon import LexiconLike
    from cnlp.names import Algorithm, KeywordMethod, Standard
    from cnlp.segmentation.segmenter import SegmenterLike
    from cnlp.types import Keyword

METHODS: dict[str, type[Extractor]] = {
    "combined": Combined,
    "tfidf": TfIdf,
    "textrank": TextRank,
    "tf": TermFrequency,
}

_MISSING: Any = object()


def keywords(
    text: str,
    *,
    top_k: int = 20,
    method: KeywordMethod = "combined",
    phrases: bool = True,
    pos: Iterable[str] | None = None,
    stopwords: Iterable[str] | None = None,
    min_length: int = 2,
    idf: IdfLike | None = None,
    algorithm: Algorithm | None = None,
    standard: Standard | None = None,
    lexicon: LexiconLike | None = None,
    model: KeyphrasesLike | None = None,
    segmenter: SegmenterLike | None = None,
) -> list[Keyword]:
    """The words and phrases that describe a text, the best first.

    Args:
        text: any str.
        top_k: how many at most.
        method: ``"combined"``, ``"tfidf"``, ``"textrank"`` or ``"tf"``.
        phrases: whether adjacent words may be one keyword.
        pos: parts of speech that are wanted, such as ``["n"]`` for all nouns, and tags of the lexicon; all content
            words if ``None``.
        stopwords: words that are never keywords; the shipped list if ``None``.
        min_length: characters of the shortest keyword.
        idf: document frequencies: the path of a table, or an :class:`Idf`, which is read once; the shipped ones if
            ``None``.
        algorithm, standard, lexicon: of the segmentation, as in :func:`cnlp.segment`.
        model: the tables of words and weights in place of the shipped ``"keyphrases"``: the path of a file, or what
            :func:`cnlp.load` made of it.
        segmenter: what segments the text: what :func:`cnlp.segment` takes as its ``model``.

    Raises:
        TextTypeError: ``text`` is not a str.
        ArgumentError: there is no such method or part of speech, or ``top_k`` is negative.

    >>> text = "支持向量机是一种分类方法。支持向量机在文本分类中很有效。"
    >>> keywords(text, top_k=1)[0].spans
    ((0, 5), (13, 18))
    """
    options: dict[str, Any] = {"pos": pos, "stopwords": stopwords, "idf": idf, "model": model, "segmenter": segmenter}
    options |= {"algorithm": algorithm, "standard": standard, "lexicon": lexicon}
    is_default = all(option is None for option in options.values())
    is_default = is_default and isinstance(method, str) and isinstance(phrases, bool) and isinstance(min_length, int)
    if is_default and min_length == 2:
        return _default_extractor(method, phrases).keywords(text, top_k)
    return make_extractor(method, phrases, min_length=min_length, **options).keywords(text, top_k)


def keywords_by_group(
    texts: Iterable[str],
    groups: Iterable[Group],
    *,
    top_k: int = 20,
    pos: Iterable[str] | None = None,
    stopwords: Iterable[str] | None = None,
    min_length: int = 2,
    algorithm: Algorithm | None = None,
    standard: Standard | None = None,
    lexicon: LexiconLike | None = None,
    model: KeyphrasesLike | None = None,
    segmenter: SegmenterLike | None = None,
) -> dict[Group, list[Keyword]]:
    """The words that one group of texts has more often than the others, the best first.

    The method is log-odds with a Dirichlet prior, see :mod:`cnlp.keyphrases.groups`; each text is read once, and none
    is kept.

    Args:
        texts: any iterable of str.
        groups: of each text its group: anything that can be a key of a dict, such as a str.
        top_k: how many words of each group at most.
        pos, stopwords, min_length, algorithm, standard, lexicon, model, segmenter: as in :func:`keywords`.

    Returns:
        The words of each group, groups in the order in which they came. The score is a z-score; the count is that of
        the group; there are no spans.

    Raises:
        TextTypeError: a text is not a str.
        ArgumentError: there are fewer groups than two, or more groups than texts, or texts than groups; or as
            :func:`keywords`.

    >>> reviews = ["房间很干净，房间也大", "苹果很甜，苹果也脆", "前台热情，房间干净"]
    >>> found = keywords_by_group(reviews, ["酒店", "水果", "酒店"], top_k=1)
    >>> {group: words[0].text for group, words in found.items()}
    {'酒店': '房间', '水果': '苹果'}
    """
    for name, value in (("texts", texts), ("groups", groups)):
        if isinstance(value, (str, bytes)) or not hasattr(value, "__iter__"):
            raise errors.ArgumentError(f"{name} must be a list, or another iterable, not {type(value).__name__}")
    errors.check_number("top_k", top_k)
    extractor = make_extractor(
        "tf",
        phrases=False,
        pos=pos,
        stopwords=stopwords,
        min_length=min_length,
        algorithm=algorithm,
        standard=standard,
        lexicon=lexicon,
        model=model,
        segmenter=segmenter,
    )
    counts: GroupCounts[Group] = GroupCounts()
    for text, group in zip_longest(texts, groups, fillvalue=_MISSING):
        if text is _MISSING or group is _MISSING:
            raise errors.ArgumentError("there must be as many groups as texts")
        if group.__hash__ is None:
            raise errors.ArgumentError(f"a group must be a str, or another key of a dict, not {type(group).__name__}")
        counts.add(group, extractor.counts(text))
    return counts.keywords(top_k)


@cache
def _default_extractor(method: str, phrases: bool) -> Extractor:
    return make_extractor(method, phrases)


def make_extractor(method: str, phrases: bool = True, **options: Any) -> Extractor:
    """An extractor by the name of its method, for many texts with the same options.

    Args:
        method: a key of ``METHODS``.
        phrases: as in :func:`keywords`.
        options: of the class; and ``algorithm``, ``standard`` and ``lexicon`` of the segmentation.

    Raises:
        ArgumentError: there is no such method, or ``idf`` is given to one that has no use for it.
    """
    errors.check_choice("method", method, METHODS)
    errors.check_flags(phrases=phrases)
    chosen = {name: options.pop(name, None) for name in ("algorithm", "standard", "lexicon")}
    options["segmenter"] = segmenter_for(**chosen, model=options.get("segmenter"), argument="segmenter")
    if method in ("textrank", "tf") and options.pop("idf", None) is not None:
        raise errors.ArgumentError(f"method {method!r} has no use for document frequencies; take 'tfidf' or 'combined'")
    if method == "combined":
        parts = [part for part in DEFAULT_PARTS if phrases or part != "phrases"]
        return Combined(parts=parts, **options)
    return METHODS[method](phrases=phrases, **options)
