"""Tagging schemes: spans written as one tag per position, and read back.

A span ``(start, end, label)`` covers the positions ``start .. end - 1``. A tag is a prefix, or a prefix and
the label (``B-PER``); a span without a label, as a word is in segmentation, has bare prefixes:

    scheme  first  inside  last  single  outside   source
    BIO     B      I       I     B       O         Tjong Kim Sang and De Meulder, 2003 (IOB2)
    BMES    B      M       E     S       O         Xue, 2003
    IOBES   B      I       E     S       O         Ratinov and Roth, 2009

Conversion is strict in both directions: a tag that is not allowed at its position is an error, repaired only
if :class:`TagReader` gets ``repair``, so ``tags_to_spans(spans_to_tags(spans, n, s), s)`` gives back the spans in
order, and no score flatters a tagger that breaks its scheme. Cost: O(n).

>>> spans_to_tags([(0, 2, "PER"), (3, 4, "LOC")], 5, "BMES")
['B-PER', 'E-PER', 'O', 'S-LOC', 'O']
>>> tags_to_spans(['B-PER', 'I-PER', 'O', 'B-LOC', 'O'], "BIO")
[(0, 2, 'PER'), (3, 4, 'LOC')]
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from cnlp import errors
from cnlp.names import Repair

if TYPE_CHECKING:
    from typing import TypeAlias

    Span: TypeAlias = tuple[int, int, str | None]

OUTSIDE_TAG = "O"


@dataclass(frozen=True, slots=True)
class Scheme:
    """The prefixes of one scheme; the same letter may serve twice."""

    name: str
    first: str
    inside: str
    last: str
    single: str

    @property
    def prefixes(self) -> tuple[str, ...]:
        """The different prefixes, first to single; ``O`` is not among them.

        >>> SCHEMES["BIO"].prefixes
        ('B', 'I')
        """
        return tuple(dict.fromkeys((self.first, self.inside, self.last, self.single)))

    def opens(self, prefix: str) -> bool:
        """Whether a span begins at a tag with this prefix."""
        return prefix in (self.first, self.single)

    def may_close(self, prefix: str) -> bool:
        """Whether a span can end at a tag with this prefix."""
        if prefix == self.first:
            return self.first == self.single
        return prefix in (self.last, self.single)

    def may_go_on(self, prefix: str) -> bool:
        """Whether a span can continue after a tag with this prefix."""
        return prefix in (self.first, self.inside)

    def may_follow(self, before: str | None, after: str | None) -> bool:
        """Whether the tag ``after`` may follow ``before``; ``None`` is the edge of the sequence.

        >>> SCHEMES["BMES"].may_follow("B-PER", "E-PER"), SCHEMES["BMES"].may_follow("B-PER", "E-LOC")
        (True, False)
        >>> SCHEMES["BMES"].may_follow("M", None), SCHEMES["BIO"].may_follow(None, "I")
        (False, False)
        """
        left, left_label = split_tag(before, self) if before is not None else (OUTSIDE_TAG, None)
        right, right_label = split_tag(after, self) if after is not None else (OUTSIDE_TAG, None)
        if right == OUTSIDE_TAG or self.opens(right):
            return left == OUTSIDE_TAG or self.may_close(left)
        return left != OUTSIDE_TAG and self.may_go_on(left) and left_label == right_label


SCHEMES = {
    scheme.name: scheme
    for scheme in (
        Scheme("BIO", "B", "I", "I", "B"),
        Scheme("BMES", "B", "M", "E", "S"),
        Scheme("IOBES", "B", "I", "E", "S"),
    )
}


def get_scheme(name: str | Scheme) -> Scheme:
    """The scheme of this name.

    Raises:
        ArgumentError: there is none; the message lists those that there are.

    >>> get_scheme("bmes").last
    'E'
    """
    if isinstance(name, Scheme):
        return name
    if not isinstance(name, str):
        raise errors.not_text(name, "scheme")
    if name.upper() not in SCHEMES:
        raise errors.unknown_choice("scheme", name, SCHEMES)
    return SCHEMES[name.upper()]


def split_tag(tag: str, scheme: str | Scheme) -> tuple[str, str | None]:
    """Prefix and label of a tag; the label is ``None`` where the tag has none.

    Raises:
        ArgumentError: the scheme has no such tag.

    >>> split_tag("B-PER.NAM", "BIO"), split_tag("S", "BMES"), split_tag("O", "BIO")
    (('B', 'PER.NAM'), ('S', None), ('O', None))
    """
    scheme = get_scheme(scheme)
    if not isinstance(tag, str):
        raise errors.not_text(tag, "tag")
    prefix, dash, label = tag.partition("-")
    if (prefix == OUTSIDE_TAG and not dash) or (prefix in scheme.prefixes and bool(dash) == bool(label)):
        return prefix, label or None
    expected = ", ".join((*scheme.prefixes, OUTSIDE_TAG))
    raise errors.ArgumentError(f"{tag!r} is not a tag of {scheme.name}: expected one of {expected}, or B-LABEL")


def spans_to_tags(spans: Iterable[Span], length: int, scheme: str | Scheme) -> list[str]:
    """One tag for each of ``length`` positions.

    Args:
        spans: ``(start, end, label)`` in any order, not empty and not overlapping.
        length: how many positions there are.
        scheme: BIO, BMES or IOBES.

    Raises:
        ArgumentError: a span is empty, reaches outside, or overlaps another.

    >>> spans_to_tags([(0, 1, None), (1, 4, None)], 4, "BMES")
    ['S', 'B', 'M', 'E']
    """
    scheme = get_scheme(scheme)
    tags = [OUTSIDE_TAG] * length
    for start, end, label in spans:
        if not 0 <= start < end <= length:
            raise errors.ArgumentError(f"span ({start}, {end}) is empty or reaches outside 0..{length}")
        if any(tag != OUTSIDE_TAG for tag in tags[start:end]):
            raise errors.ArgumentError(f"span ({start}, {end}) overlaps another one")
        suffix = f"-{label}" if label else ""
        tags[start:end] = [scheme.inside + suffix] * (end - start)
        tags[start] = scheme.first + suffix
        tags[end - 1] = (scheme.single if end - start == 1 else scheme.last) + suffix
    return tags


REPAIRS = ("begin", "drop")
"""What to do with tags that break the scheme, see :class:`TagReader`."""


class TagReader:
    """Reads spans from the tags of many sequences; each pair of neighbouring tags is judged once.

    Args:
        scheme: BIO, BMES or IOBES.
        repair: what to do with tags that break the scheme. ``None``: refuse them. ``"begin"``: a tag that cannot
            continue the span before it begins a new one, and a span that does not close ends where the next
            begins, as conlleval reads tags (Tjong Kim Sang and Buchholz, 2000); so IOB1 is read as BIO.
            ``"drop"``: only what begins and ends as the scheme says is a span, as seqeval's strict mode reads them.

    Attributes:
        repaired: in how many places tags broke the scheme.

    Raises:
        ArgumentError: there is no such scheme or repair.

    >>> TagReader("BIO", repair="begin").spans(["O", "I-PER", "B-LOC", "I-LOC"])
    [(1, 2, 'PER'), (2, 4, 'LOC')]
    >>> TagReader("BIO", repair="drop").spans(["O", "I-PER", "B-LOC", "I-LOC"])
    [(2, 4, 'LOC')]
    """

    def __init__(self, scheme: str | Scheme, *, repair: Repair | None = None) -> None:
        if repair is not None and repair not in REPAIRS:
            raise errors.unknown_choice("repair", repair, REPAIRS)
        self.scheme = get_scheme(scheme)
        self.repair = repair
        self.repaired = 0
        self._steps: dict[tuple[str | None, str | None], tuple[bool, bool, bool, bool, str | None]] = {}

    def spans(self, tags: Iterable[str]) -> list[Span]:
        """The spans that the tags write, from left to right.

        Raises:
            TagError: a tag is not of the scheme, or not allowed at its position and ``repair`` is ``None``.
        """
        spans: list[Span] = []
        start: int | None = None
        before: str | None = None
        for position, tag in enumerate([*tags, None]):
            step = self._steps.get((before, tag))
            if step is None:
                step = self._judge(before, tag, position)
            broken, ends, counts, begins, label = step
            self.repaired += broken
            if ends:
                if counts and start is not None:
                    spans.append((start, position, label))
                start = None
            if begins:
                start = position
            before = tag
        return spans

    def _judge(self, before: str | None, tag: str | None, position: int) -> tuple[bool, bool, bool, bool, str | None]:
        """Do two tags break the scheme; does a span end, count, one begin between them; the label of the ended one."""
        scheme = self.scheme
        left, label = split_tag(before, scheme) if before is not None else (OUTSIDE_TAG, None)
        try:
            right, right_label = split_tag(tag, scheme) if tag is not None else (OUTSIDE_TAG, None)
        except errors.ArgumentError as error:
            raise errors.TagError(str(error), position, in_scheme=False) from None
        broken = not scheme.may_follow(before, tag)
        if broken and self.repair is None:
            shown = f"{tag!r} at position {position}" if tag is not None else "the end"
            after = f"after {before!r}" if before is not None else "at the start"
            raise errors.TagError(f"{scheme.name}: {shown} is not allowed {after}", position)
        fits = left != OUTSIDE_TAG and scheme.may_go_on(left) and label == right_label
        goes_on = fits and right != OUTSIDE_TAG and not scheme.opens(right)
        ends = left != OUTSIDE_TAG and not goes_on
        counts = self.repair != "drop" or (ends and scheme.may_close(left))
        begins = right != OUTSIDE_TAG and not goes_on and (self.repair != "drop" or scheme.opens(right))
        self._steps[before, tag] = step = broken, ends, counts, begins, label
        return step


def tags_to_spans(tags: Sequence[str], scheme: str | Scheme) -> list[Span]:
    """The spans that the tags write, from left to right; :class:`TagReader` reads many sequences faster.

    Raises:
        TagError: a tag is not of the scheme or not allowed at its position, which is named.

    >>> tags_to_spans(["S", "B", "M", "E"], "BMES")
    [(0, 1, None), (1, 4, None)]
    >>> tags_to_spans(["O", "I-PER"], "BIO")
    Traceback (most recent call last):
        ...
    cnlp.errors.TagError: BIO: 'I-PER' at position 1 is not allowed after 'O'
    """
    return TagReader(scheme).spans(tags)


def convert(tags: Sequence[str], source: str | Scheme, target: str | Scheme) -> list[str]:
    """The same spans in another scheme.

    >>> convert(["B-LOC", "I-LOC", "I-LOC", "O", "B-PER"], "BIO", "BMES")
    ['B-LOC', 'M-LOC', 'E-LOC', 'O', 'S-PER']
    """
    return spans_to_tags(tags_to_spans(tags, source), len(tags), target)


def words_to_tags(words: Iterable[str], scheme: str | Scheme = "BMES") -> list[str]:
    """One bare tag for each character of the words.

    Raises:
        ArgumentError: a word is empty.

    >>> words_to_tags(["共同", "的", "新世纪"])
    ['B', 'E', 'S', 'B', 'M', 'E']
    """
    spans: list[Span] = []
    end = 0
    for word in words:
        spans.append((end, end + len(word), None))
        end += len(word)
    return spans_to_tags(spans, end, scheme)


def tags_to_words(text: str, tags: Sequence[str], scheme: str | Scheme = "BMES") -> list[str]:
    """The words that the tags split the text into; no character is lost.

    Raises:
        ArgumentError: there are more or fewer tags than characters, they break the scheme, or some character
            is outside of every word.

    >>> tags_to_words("共同的新世纪", ["B", "E", "S", "B", "M", "E"])
    ['共同', '的', '新世纪']
    """
    if len(tags) != len(text):
        raise errors.ArgumentError(f"{len(tags)} tags for {len(text)} characters")
    if OUTSIDE_TAG in tags:
        raise errors.ArgumentError(f"the character at position {list(tags).index(OUTSIDE_TAG)} is in no word")
    return [text[start:end] for start, end, _ in tags_to_spans(tags, scheme)]


def tag_set(scheme: str | Scheme, labels: Iterable[str] = ()) -> list[str]:
    """Every tag of the scheme, bare without labels; ``O`` comes first where there are labels.

    >>> tag_set("BMES")
    ['B', 'M', 'E', 'S']
    >>> tag_set("BIO", ["PER", "LOC"])
    ['O', 'B-PER', 'I-PER', 'B-LOC', 'I-LOC']
    """
    prefixes = get_scheme(scheme).prefixes
    labelled = [f"{prefix}-{label}" for label in labels for prefix in prefixes]
    return [OUTSIDE_TAG, *labelled] if labelled else list(prefixes)


def transition_mask(tags: Sequence[str], scheme: str | Scheme) -> bytes:
    """Which tag may follow which, as the trellis wants it: bytes of 0 and 1.

    ``[T][T]`` (row: before, column: after), then ``[T]`` for the first position, then ``[T]`` for the last.

    >>> list(transition_mask(["B", "M", "E", "S"], "BMES")[:8])
    [0, 1, 1, 0, 0, 1, 1, 0]
    """
    scheme = get_scheme(scheme)
    before: list[str | None] = [*tags, None]
    rows = [scheme.may_follow(left, right) for left in before for right in tags]
    return bytes([*rows, *(scheme.may_follow(left, None) for left in tags)])
