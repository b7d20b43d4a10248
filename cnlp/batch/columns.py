"""Results as columns of numbers, in which form they travel between processes.

A pickled list of tokens is some fifty times as long as its content beyond the text, and takes longer to pickle than
to find. So a worker sends, for a group of texts, how many results each has, their offsets and scores as arrays, and
names such as tags as numbers of a small table; who asked for them has the texts and makes the objects.
"""

from __future__ import annotations

from array import array
from itertools import accumulate, chain, islice
from typing import TYPE_CHECKING

from cnlp._kernel import kernel
from cnlp.types import Entity, Keyword, Token

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Sequence
    from typing import Any, TypeAlias, TypeVar

    Item = TypeVar("Item")
    Spans = TypeVar("Spans", Token, Entity)
    PackedResults: TypeAlias = tuple[Any, ...]
    Codec: TypeAlias = tuple[
        Callable[[list[list[Item]]], PackedResults], Callable[[list[str], PackedResults], Iterator[list[Item]]]
    ]

_FIELDS = {Token: ("tag", "source"), Entity: ("label", "score", "name", "kind")}  # besides text, start and end


def pack_words(results: list[list[str]]) -> PackedResults:
    """Lists of words: how many, where each ends in all of them joined, and that.

    >>> [list(words) for words in unpack_words(["甲乙", ""], pack_words([["甲", "乙"], []]))]
    [['甲', '乙'], []]
    """
    words = list(chain.from_iterable(results))
    joined = "".join(words).encode("utf-8", "surrogatepass")
    return _lengths(results), array("I", accumulate(map(len, words))).tobytes(), joined


def unpack_words(_: list[str], packed: PackedResults) -> Iterator[list[str]]:
    """What :func:`pack_words` was given."""
    counts, ends, joined = packed
    return _divide(counts, kernel.cut_at(joined.decode("utf-8", "surrogatepass"), ends))


def pack_spans(kind: type[Spans], results: list[list[Spans]]) -> PackedResults:
    """Lists of tokens or entities: how many, starts, ends, and a column for each further field.

    >>> tokens = [[Token("北京", 1, 3, "ns", "lexicon")], []]
    >>> list(unpack_spans(Token, ["在北京", ""], pack_spans(Token, tokens))) == tokens
    True
    """
    spans = list(chain.from_iterable(results))
    places = (_numbers("I", spans, "start"), _numbers("I", spans, "end"))
    table: dict[str | None, int] = {}
    columns = (
        _numbers("d", spans, name)
        if name == "score"
        else array("I", [table.setdefault(getattr(span, name), len(table)) for span in spans]).tobytes()
        for name in _FIELDS[kind]
    )
    return _lengths(results), places, list(columns), list(table)


def unpack_spans(kind: type[Spans], texts: list[str], packed: PackedResults) -> Iterator[list[Spans]]:
    """What :func:`pack_spans` was given, made for the same texts; these may be more than there are results."""
    counts, places, columns, table = packed
    starts, ends = (memoryview(column).cast("I") for column in places)
    fields = [
        memoryview(column).cast("d") if name == "score" else map(table.__getitem__, memoryview(column).cast("I"))
        for name, column in zip(_FIELDS[kind], columns, strict=True)
    ]
    rows = zip(starts, ends, *fields, strict=True)
    for text, count in zip(texts, memoryview(counts).cast("I"), strict=False):
        yield [kind(text[start:end], start, end, *rest) for start, end, *rest in islice(rows, count)]


def pack_keywords(results: list[list[Keyword]]) -> PackedResults:
    """Lists of keywords: how many, scores, counts, how many spans each has, and these.

    >>> keywords = [[Keyword("长江", 2.0, 1, ((0, 2),))]]
    >>> list(unpack_keywords(["长江"], pack_keywords(keywords))) == keywords
    True
    """
    keywords = list(chain.from_iterable(results))
    spans = list(chain.from_iterable(keyword.spans for keyword in keywords))
    places = array("I", chain.from_iterable(spans)).tobytes()
    numbers = (_numbers("d", keywords, "score"), _numbers("I", keywords, "count"))
    return _lengths(results), *numbers, _lengths([keyword.spans for keyword in keywords]), places


def unpack_keywords(texts: list[str], packed: PackedResults) -> Iterator[list[Keyword]]:
    """What :func:`pack_keywords` was given, made for the same texts."""
    found, scores, counts, n_spans, places = (memoryview(column) for column in packed)
    ends = iter(places.cast("I"))
    pairs = zip(ends, ends, strict=True)
    spans = (tuple(islice(pairs, count)) for count in n_spans.cast("I"))
    rows = zip(scores.cast("d"), counts.cast("I"), spans, strict=True)
    for text, length in zip(texts, found.cast("I"), strict=False):
        keywords = islice(rows, length)
        yield [Keyword(text[slice(*places[0])], score, count, places) for score, count, places in keywords]


def _lengths(lists: Iterable[Sequence[object]]) -> bytes:
    return array("I", map(len, lists)).tobytes()


def _numbers(code: str, items: Iterable[object], name: str) -> bytes:
    return array(code, [getattr(item, name) for item in items]).tobytes()


def _divide(counts: bytes, items: Sequence[Item]) -> Iterator[list[Item]]:
    rest = iter(items)
    return (list(islice(rest, count)) for count in memoryview(counts).cast("I"))
