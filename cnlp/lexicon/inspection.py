"""What may be wrong with the entries of a lexicon file, although each of them can be read."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from cnlp.lexicon.entries import Entry
from cnlp.text.normalise import normalise_all

LONGEST_USUAL = 20  # characters of a term
_STOPS = frozenset("。！？；，、：!?;,:\t")


def duplicates(entries: Sequence[Entry], numbers: Sequence[int]) -> dict[str, list[int]]:
    """The words that several entries have when they are folded, and the lines of each; the last one counts.

    >>> duplicates([Entry("雲計算"), Entry("大数据"), Entry("云计算")], [1, 2, 5])
    {'云计算': [1, 5]}
    """
    lines: dict[str, list[int]] = {}
    words = [entry for entry in zip(entries, numbers, strict=True) if not entry[0].regex]
    for form, (_, number) in zip(normalise_all([entry.word for entry, _ in words]), words, strict=True):
        lines.setdefault(form, []).append(number)
    return {form: found for form, found in lines.items() if len(found) > 1}


def suspicious_lines(entries: Sequence[Entry], numbers: Sequence[int]) -> Iterator[tuple[int, Entry, str]]:
    """Line, entry and reason of each entry that its author hardly meant.

    >>> [(line, reason) for line, _, reason in suspicious_lines([Entry("云计算"), Entry("你好。")], [1, 2])]
    [(2, 'holds a punctuation mark')]
    """
    for entry, number in zip(entries, numbers, strict=True):
        reason = "" if entry.regex else _doubt(entry)
        if reason:
            yield number, entry, reason


def _doubt(entry: Entry) -> str:
    word = entry.word
    if not word.isprintable() and not word.replace("\u3000", "").replace("\xa0", "").isprintable():
        return "holds a control character, or one that Unicode does not have"
    if "\ufffd" in word:
        return "holds U+FFFD: the text was decoded wrongly"
    if not any(map(str.isalnum, word)):
        return "has no letter or digit"
    if len(word) > LONGEST_USUAL:
        return f"has {len(word)} characters"
    if not _STOPS.isdisjoint(word):
        return "holds a punctuation mark"
    if word.isascii() and word.isdigit():
        return "is a number"
    if word.isascii() and entry.weight is not None and entry.tag is None and entry.weight < 100:
        return f"{entry.weight:g} is read as its weight, not as part of the word"
    if len(word) == 1 and entry.mode == "prefer":
        return "is one character, which is a word wherever it is listed or not"
    return ""
