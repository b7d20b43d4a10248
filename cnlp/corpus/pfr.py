"""PFR People's Daily 1998: one paragraph a line, ``ID/m  word/tag  [word/tag word/tag]tag``.

The first token is the paragraph's name (``19980101-01-001-001/m``: day, page, article, paragraph); brackets
hold compound names, in later editions also brackets. A person's surname and given name are two words with the tag
``nr``. The tags of names are ``nr`` (person), ``ns`` (place), ``nt`` (organisation) and, in later editions, longer
ones that begin so.

Source: Yu Shiwen et al., 北京大学现代汉语语料库基本加工规范, 2002
(Peking University, Fujitsu, People's Daily).
"""

from __future__ import annotations

import os
import re
from collections.abc import Container, Iterator, Sequence
from dataclasses import replace
from itertools import accumulate

from cnlp import errors
from cnlp.corpus.entities import Sentence, TokenSentence, drop_overlaps
from cnlp.corpus.lines import read_numbered_lines
from cnlp.corpus.plain import split_words
from cnlp.corpus.sentence import Compound, TaggedSentence

_TOKEN = re.compile(r"(\[*)([^\[].*|\[)/([A-Za-z]+)((?:\][A-Za-z]+)*)")
_IDENTIFIER = re.compile(r"(\d{6}(\d{2})-\d{2}-\d{3}-\d{3})/m")
_PERSON = "nr"
_LABELS = {"nr": "PER", "ns": "LOC", "nt": "ORG"}
_TAGS = {label: tag for tag, label in _LABELS.items()} | {tag.upper(): tag for tag in _LABELS}
_PIECE = re.compile(r"\[|[^\[]+")  # a bracket before a word would open a compound
_COMPOUND_SURNAMES = frozenset(
    re.findall(
        "..",
        "欧阳司马司徒诸葛上官南宫令狐皇甫尉迟慕容夏侯公孙端木宇文长孙独孤东方东郭淳于单于"
        "申屠钟离轩辕呼延澹台宗政濮阳太史闻人百里万俟赫连公冶仲孙鲜于闾丘西门拓跋",
    )
)


def read_pfr(
    path: str | os.PathLike[str],
    *,
    compounds: bool = False,
    join_person_names: bool = False,
    days: Container[int] | None = None,
    encoding: str = "utf-8",
) -> Iterator[TaggedSentence]:
    """Yield each paragraph; empty lines are skipped, an edition without names of paragraphs is read too.

    Args:
        path: the file.
        compounds: keep the brackets as :class:`Compound` spans over words.
        join_person_names: make surname and given name one word, see :func:`join_names`.
        days: keep only paragraphs of these days of the month (``range(1, 26)`` is the usual training part).
        encoding: utf-8, gb18030 or gbk.

    Raises:
        OSError: the file cannot be read.
        cnlp.errors.EncodingError: the file is not in ``encoding``.
        cnlp.errors.FormatError: a token has no tag, a bracket does not close, or ``days`` is given and a line
            has no name; file and line are named.

    >>> import tempfile, pathlib
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     path = pathlib.Path(folder, "pfr.txt")
    ...     _ = path.write_text("19980101-01-001-002/m  [中央/n  台/n]nt  江/nr  泽民/nr", encoding="utf-8")
    ...     next(read_pfr(path, compounds=True, join_person_names=True))  # doctest: +NORMALIZE_WHITESPACE
    TaggedSentence(words=('中央', '台', '江泽民'), tags=('n', 'n', 'nr'),
                   compounds=(Compound(start=0, end=2, tag='nt'),), identifier='19980101-01-001-002')
    """
    for _, sentence in _number_sentences(path, compounds, join_person_names, days, encoding):
        yield sentence


def number_pfr_entities(path: str | os.PathLike[str], *, encoding: str = "utf-8") -> Iterator[tuple[int, Sentence]]:
    """The persons, places and organisations of each paragraph, with the number of its line.

    Labels are PER, LOC and ORG. Of names inside brackets the outermost counts. Errors are those of
    :func:`read_pfr`.

    >>> import tempfile, pathlib
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     path = pathlib.Path(folder, "pfr.txt")
    ...     _ = path.write_text("[北京/ns  大学/n]nt  王/nr  小川/nr", encoding="utf-8")
    ...     list(number_pfr_entities(path))
    [(1, Sentence(text='北京大学王小川', spans=((0, 4, 'ORG'), (4, 7, 'PER'))))]
    """
    for number, sentence in _number_sentences(path, True, True, None, encoding):
        ends = [0, *accumulate(map(len, sentence.words))]
        words = [(ends[k], ends[k + 1], tag) for k, tag in enumerate(sentence.tags)]
        compounds = [(ends[each.start], ends[each.end], each.tag) for each in sentence.compounds]
        names = [(start, end, _LABELS[tag[:2]]) for start, end, tag in compounds + words if tag[:2] in _LABELS]
        yield number, Sentence(sentence.text, drop_overlaps(names))


def format_pfr(sentence: Sentence) -> str:
    """The sentence in a line: names tagged ``nr``, ``ns`` or ``nt``, the text between them ``x``.

    Raises:
        ArgumentError: a label has no tag, the text has white space (which parts words), or the line would be
            read otherwise: spans overlap, a name begins with a bracket, or adjacent names could be split in
            several ways.

    >>> format_pfr(Sentence("他在北京", ((2, 4, "LOC"),)))
    '他在/x  北京/ns\\n'
    """
    text = sentence.text
    names = [text[start:end] for start, end, _ in sentence.spans]
    if any(name.split() != [name] for name in names) or (
        text.split() != [text] * bool(text) and not isinstance(sentence, TokenSentence)
    ):
        raise errors.ArgumentError("PFR separates words by white space, so the text cannot contain any")
    words: list[str] = []
    tags: list[str] = []
    reached = 0
    for start, end, label in [*sorted(sentence.spans), (len(text), len(text), None)]:
        if start < reached or text[start:end].startswith("["):
            raise errors.ArgumentError(f"PFR cannot separate {text[start:end]!r} from the text before it")
        between = [piece for part in text[reached:start].split() for piece in _PIECE.findall(part)]
        words += between
        tags += ["x"] * len(between)
        if label is not None:
            if label not in _TAGS:
                raise errors.unknown_choice("label for PFR", label, _TAGS)
            words.append(text[start:end])
            tags.append(_TAGS[label])
        reached = end
    for pairs in (zip(words, tags, strict=True), _part_names(words, tags)):
        written = list(pairs)
        apart = TaggedSentence(tuple(word for word, _ in written), tuple(tag for _, tag in written))
        if join_names(apart).words == tuple(words):
            return "  ".join(f"{word}/{tag}" for word, tag in written) + "\n"
    raise errors.ArgumentError("PFR cannot separate adjacent names of persons")


def _part_names(words: Sequence[str], tags: Sequence[str]) -> Iterator[tuple[str, str]]:
    """The words with their tags, persons split into surname and given name as in the corpus."""
    for word, tag in zip(words, tags, strict=True):
        surname = 2 if word[:2] in _COMPOUND_SURNAMES else 1
        if tag == _PERSON and surname < len(word) <= surname + 2:
            yield word[:surname], tag
            yield word[surname:], tag
        else:
            yield word, tag


def _number_sentences(
    path: str | os.PathLike[str],
    compounds: bool,
    join_person_names: bool,
    days: Container[int] | None,
    encoding: str,
) -> Iterator[tuple[int, TaggedSentence]]:
    """Each paragraph and the number of its line."""
    for number, line in read_numbered_lines(path, encoding):
        tokens = split_words(line)
        if not tokens:
            continue
        name = _IDENTIFIER.fullmatch(tokens[0])
        if days is not None:
            if name is None:
                raise errors.bad_line(path, number, "no paragraph name, so the day is not known")
            if int(name[2]) not in days:
                continue
        sentence = _parse(path, number, tokens[1:] if name else tokens, compounds)
        sentence = replace(sentence, identifier=name[1] if name else None)
        yield number, join_names(sentence) if join_person_names else sentence


def join_names(sentence: TaggedSentence) -> TaggedSentence:
    """Join a surname and the given name after it into one word with the tag ``nr``.

    Both must be tagged ``nr``; a surname is one character or one of the compound surnames (欧阳). A run of
    exactly one, one and two characters is a double surname (陈 方 安生). Foreign names, given names alone and
    surnames alone stay as they are.

    >>> join_names(TaggedSentence(("江", "泽民", "、", "欧阳", "修"), ("nr", "nr", "w", "nr", "nr"))).words
    ('江泽民', '、', '欧阳修')
    """
    groups = list(_name_groups(sentence))
    first_words = [start for start, _ in groups]
    moved = {old: new for new, old in enumerate([*first_words, len(sentence.words)])}
    joined = tuple("".join(sentence.words[start:end]) for start, end in groups)
    tags = tuple(sentence.tags[start] for start in first_words)
    return replace(sentence, words=joined, tags=tags, compounds=_moved(sentence.compounds, moved))


def _moved(compounds: Sequence[Compound], moved: dict[int, int]) -> tuple[Compound, ...]:
    """The compounds over the joined words; one that begins or ends inside a joined name is dropped."""
    kept = (c for c in compounds if c.start in moved and c.end in moved)
    return tuple(Compound(moved[c.start], moved[c.end], c.tag) for c in kept)


def _name_groups(sentence: TaggedSentence) -> Iterator[tuple[int, int]]:
    """Spans of words that form one word each, names joined."""
    position, total = 0, len(sentence.words)
    while position < total:
        end = position
        while end < total and sentence.tags[end] == _PERSON:
            end += 1
        if end == position:
            yield position, position + 1
            position += 1
        else:
            yield from _names_in_run(sentence.words, position, end)
            position = end


def _names_in_run(words: Sequence[str], start: int, end: int) -> Iterator[tuple[int, int]]:
    """Part a run of words tagged ``nr`` into names, from the left."""
    if [len(word) for word in words[start:end]] == [1, 1, 2]:
        yield start, end
        return
    while start < end:
        is_surname = len(words[start]) == 1 or words[start] in _COMPOUND_SURNAMES
        size = 2 if is_surname and start + 1 < end else 1
        yield start, start + size
        start += size


def _parse(path: str | os.PathLike[str], number: int, tokens: Sequence[str], keep_compounds: bool) -> TaggedSentence:
    """The words, tags and brackets of one line."""
    words: list[str] = []
    tags: list[str] = []
    compounds: list[Compound] = []
    opened: list[int] = []
    for token in tokens:
        match = _TOKEN.fullmatch(token)
        if match is None:
            raise errors.bad_line(path, number, f"expected word/tag, got {token!r}")
        opens, word, tag, closes = match.groups()
        opened += [len(words)] * len(opens)
        words.append(word)
        tags.append(tag)
        for kind in closes.split("]")[1:]:
            if not opened:
                raise errors.bad_line(path, number, f"bracket closed but never opened at {token!r}")
            compounds.append(Compound(opened.pop(), len(words), kind))
    if opened:
        raise errors.bad_line(path, number, f"bracket opened at {words[opened[-1]]!r} and never closed")
    return TaggedSentence(tuple(words), tuple(tags), tuple(compounds) if keep_compounds else ())
