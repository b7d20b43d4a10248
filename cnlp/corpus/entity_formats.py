"""The formats of sentences with entities, by name: what ``cnlp convert`` and every command that trains can read.

name      what                                                                 read   written
bio       a character and its tag a line, BIO (MSRA and many others)            yes    yes
bmes      the same in BMES (Resume; MSRA as the Lattice LSTM paper has it)      yes    yes
iobes     the same in IOBES                                                     yes    yes
weibo     BIO, each character with its position in its word                     yes    no
conll     CoNLL-2003: word, two columns more, and the tag in BIO                yes    yes
cluener   JSON lines of CLUENER, ends inclusive                                 yes    yes
jsonl     JSON lines of ``cnlp ner``, ends exclusive                            yes    yes
pfr       People's Daily, words with tags; nr, ns, nt are PER, LOC, ORG         yes    yes
brat      NAME.txt and NAME.ann                                                 yes    yes
"""

from __future__ import annotations

import os
import re
from collections.abc import Callable, Iterator
from functools import partial

from cnlp import errors
from cnlp.corpus.brat import number_brat
from cnlp.corpus.entities import (
    Repairs,
    Sentence,
    drop_overlaps,
    find_overlap,
    format_columns,
    number_columns,
    with_spans,
)
from cnlp.corpus.entity_json import format_cluener, format_jsonl, number_cluener, number_jsonl
from cnlp.corpus.lines import first_lines
from cnlp.corpus.pfr import format_pfr, number_pfr_entities
from cnlp.names import Repair

Reader = Callable[..., Iterator[tuple[int, Sentence]]]

COLUMN_FORMATS: dict[str, Reader] = {
    "bio": partial(number_columns, scheme="BIO"),
    "bmes": partial(number_columns, scheme="BMES"),
    "iobes": partial(number_columns, scheme="IOBES"),
    "weibo": partial(number_columns, scheme="BIO", positions=True),
    "conll": partial(number_columns, scheme="BIO"),
}
ENTITY_READERS: dict[str, Reader] = {
    **COLUMN_FORMATS,
    "cluener": number_cluener,
    "jsonl": number_jsonl,
    "pfr": number_pfr_entities,
    "brat": number_brat,
}
WRITERS: dict[str, Callable[[Sentence], str]] = {
    "bio": partial(format_columns, scheme="BIO"),
    "bmes": partial(format_columns, scheme="BMES"),
    "iobes": partial(format_columns, scheme="IOBES"),
    "conll": partial(format_columns, scheme="BIO", between=" _ _ "),
    "cluener": format_cluener,
    "jsonl": format_jsonl,
    "pfr": format_pfr,
}
"""Each makes one sentence text; brat, which has two files, is written by :class:`cnlp.corpus.brat.BratWriter`."""


_SAMPLE = 2000  # lines that are looked at
_TAG = re.compile(r"([BIMES])-.+|O")
_POSITIONED = re.compile(r"([^0-9]+|[0-9])[0-9]")


def detect_entities(path: str | os.PathLike[str], *, encoding: str = "utf-8") -> str:
    """The format of a file, from its name and its first lines.

    Raises:
        OSError: the file cannot be read.
        cnlp.errors.ArgumentError: it is a pipe, which could not be read again.
        cnlp.errors.EncodingError: it is not in ``encoding``.
        cnlp.errors.FormatError: it has no line, or it looks like none of the formats.

    >>> import tempfile, pathlib
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     path = pathlib.Path(folder, "a.txt")
    ...     _ = path.write_text("去 O\\n北 B-LOC\\n京 E-LOC\\n", encoding="utf-8")
    ...     detect_entities(path)
    'bmes'
    """
    stem, suffix = os.path.splitext(os.fspath(path))
    if suffix.lower() == ".ann" or (suffix.lower() == ".txt" and os.path.exists(stem + ".ann")):
        return "brat"
    numbered = first_lines(path, _SAMPLE, encoding)
    lines = [line for _, line in numbered]
    if not lines:
        raise errors.bad_line(path, 1, "the file has no sentences")
    if lines[0].lstrip().startswith("{"):
        return "cluener" if '"label"' in lines[0] and '"entities"' not in lines[0] else "jsonl"
    rows = [line.split("\t" if "\t" in line else " ") for line in lines]
    matches = [_TAG.fullmatch(row[-1]) if len(row) > 1 else None for row in rows]
    tags = [match for match in matches if match]
    if 2 * len(tags) > len(rows):  # the reader names the lines that are not so
        prefixes = {match[1] for match in tags}
        if prefixes & set("MES"):
            return "iobes" if "I" in prefixes else "bmes"
        positioned = sum(_POSITIONED.fullmatch(row[0]) is not None for row in rows)
        return "weibo" if positioned >= 0.9 * len(rows) else "bio"
    if re.search(r"[^\s/]/[A-Za-z]+\b", lines[0]):
        return "pfr"
    # In columns it is the line without a tag that is broken.
    number = numbered[matches.index(None) if tags else 0][0]
    raise errors.bad_line(path, number, f"the format was not recognized; name one of {', '.join(ENTITY_READERS)}")


def read_entities(
    path: str | os.PathLike[str], format: str, *, repair: Repair | None = None, encoding: str = "utf-8"
) -> Iterator[Sentence]:
    """Yield each sentence of a file in one of the formats.

    Args:
        path: the file.
        format: a name of the table above.
        repair: what to do with tags that break their scheme, ``"begin"`` or ``"drop"``, see
            :class:`cnlp.sequence.schemes.TagReader`; with either, of overlapping spans the longest stays, then the
            leftmost. ``None`` refuses such tags and leaves overlapping spans.
        encoding: one of :data:`cnlp.files.encodings.ENCODINGS`, in any spelling.

    Raises:
        OSError: the file cannot be read.
        ArgumentError: there is no such format or repair.
        cnlp.errors.EncodingError: the file is not in ``encoding``.
        cnlp.errors.FormatError: the file breaks its format; file and line are named.

    >>> import tempfile, pathlib
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     path = pathlib.Path(folder, "a.bmes")
    ...     _ = path.write_text("去 O\\n北 B-LOC\\n京 E-LOC\\n", encoding="utf-8")
    ...     list(read_entities(path, "bmes"))
    [Sentence(text='去北京', spans=((1, 3, 'LOC'),))]
    """
    for _, sentence in number_entities(path, format, repair=repair, encoding=encoding):
        yield sentence


def number_entities(
    path: str | os.PathLike[str],
    format: str,
    *,
    repair: Repair | None = None,
    encoding: str = "utf-8",
    repairs: Repairs | None = None,
) -> Iterator[tuple[int, Sentence]]:
    """The same with the number of the line where each sentence begins; ``repairs`` counts what ``repair`` changes."""
    if format not in ENTITY_READERS:
        raise errors.unknown_choice("format", format, ENTITY_READERS)
    read = ENTITY_READERS[format]
    if format in COLUMN_FORMATS:
        read = partial(read, repair=repair, repairs=repairs)
    for number, sentence in read(path, encoding=encoding):
        if repair and find_overlap(sentence.spans):
            kept = drop_overlaps(sentence.spans)
            if repairs is not None:
                repairs.overlaps += len(sentence.spans) - len(kept)
            sentence = with_spans(sentence, kept)
        yield number, sentence
