"""brat standoff: the text in ``NAME.txt``, its entities in ``NAME.ann``.

A line ``T1<TAB>LOC 2 4<TAB>北京`` of the annotations is an entity; offsets count code points of the whole text, line
endings included. A line of the text is a sentence. Other annotations (relations, events, attributes, notes) are
skipped; entities in several pieces or across lines are refused.

Source: Stenetorp et al., brat: a Web-based Tool for NLP-Assisted Text Annotation, 2012.
"""

from __future__ import annotations

import os
import re
from bisect import bisect_right
from collections.abc import Iterator

from cnlp import errors
from cnlp.corpus.entities import Sentence
from cnlp.corpus.lines import read_numbered_lines
from cnlp.files.encodings import decode_file
from cnlp.files.lines import split_lines

_ENTITY = re.compile(r"(T[^\t ]*)\t([^\t ]+) ([0-9; ]+)\t(.*)", re.S)
_OTHER = ("R", "E", "A", "M", "N", "#", "*")


def pair_of_files(path: str | os.PathLike[str]) -> tuple[str, str]:
    """Text and annotations of the document that either of its files names.

    >>> pair_of_files("a.ann")
    ('a.txt', 'a.ann')
    """
    stem, suffix = os.path.splitext(os.fspath(path))
    if suffix.lower() not in (".txt", ".ann"):
        raise errors.ArgumentError(f"{os.fspath(path)}: a brat document is a .txt and a .ann file")
    return f"{stem}.txt", f"{stem}.ann"


def number_brat(path: str | os.PathLike[str], *, encoding: str = "utf-8") -> Iterator[tuple[int, Sentence]]:
    """Each line of the text that is not empty, its number and its entities.

    Raises:
        OSError: one of the files cannot be read.
        cnlp.errors.ArgumentError: the path ends with neither .txt nor .ann.
        cnlp.errors.EncodingError: a file is not in ``encoding``.
        cnlp.errors.FormatError: an annotation is broken, or not where it says; file and line are named.

    >>> import tempfile, pathlib
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     path = pathlib.Path(folder, "a.txt")
    ...     _ = path.write_text("你好\\n他在北京\\n", encoding="utf-8")
    ...     _ = path.with_suffix(".ann").write_text("T1\\tLOC 5 7\\t北京\\n", encoding="utf-8")
    ...     list(number_brat(path))
    [(1, Sentence(text='你好', spans=())), (2, Sentence(text='他在北京', spans=((2, 4, 'LOC'),)))]
    """
    text_path, annotation_path = pair_of_files(path)
    with open(text_path, "rb") as file:
        text = decode_file(file.read(), text_path, encoding)
    lines = list(split_lines(text))
    starts = [0]
    for content, ending in lines:
        starts.append(starts[-1] + len(content) + len(ending))
    spans: list[list[tuple[int, int, str]]] = [[] for _ in lines]
    for number, line in read_numbered_lines(annotation_path, encoding):
        if not line.strip() or line.startswith(_OTHER):
            continue
        match = _ENTITY.fullmatch(line)
        if match is None:
            raise errors.bad_line(annotation_path, number, f"expected T1<TAB>LABEL START END<TAB>TEXT, got {line!r}")
        name, label, place, mention = match.groups()
        if ";" in place or len(place.split()) != 2:
            raise errors.bad_line(annotation_path, number, f"{name} must be one piece, START END, got {place!r}")
        start, end = map(int, place.split())
        if not start < end <= len(text) or text[start:end] != mention:
            there = f"{text[start:end]!r} is there" if start < end <= len(text) else f"the text ends at {len(text)}"
            raise errors.bad_line(annotation_path, number, f"{name} is {mention!r} at {start} to {end}, but {there}")
        at = bisect_right(starts, start) - 1
        if end > starts[at] + len(lines[at][0]):
            raise errors.bad_line(annotation_path, number, f"{name} extends beyond its line")
        spans[at].append((start - starts[at], end - starts[at], label))
    for number, ((content, _), found) in enumerate(zip(lines, spans, strict=True), start=1):
        if content:
            yield number, Sentence(content, tuple(sorted(found)))


class BratWriter:
    """Makes text and annotations of one sentence after another; each is a line.

    >>> writer = BratWriter()
    >>> writer.format(Sentence("你好", ())), writer.format(Sentence("去北京", ((1, 3, "LOC"),)))
    (('你好\\n', ''), ('去北京\\n', 'T1\\tLOC 4 6\\t北京\\n'))
    """

    def __init__(self) -> None:
        self._offset = 0
        self._count = 0

    def format(self, sentence: Sentence) -> tuple[str, str]:
        """What to add to the text and to the annotations.

        Raises:
            ArgumentError: the text has a line break, or a label white space, which brat cannot have.
        """
        if "\n" in sentence.text or "\r" in sentence.text:
            raise errors.ArgumentError("a line of brat's text cannot contain a line break")
        rows = []
        for start, end, label in sentence.spans:
            if label.split() != [label]:
                raise errors.ArgumentError(f"brat's labels have no white space, got {label!r}")
            self._count += 1
            place = f"{start + self._offset} {end + self._offset}"
            rows.append(f"T{self._count}\t{label} {place}\t{sentence.text[start:end]}\n")
        self._offset += len(sentence.text) + 1
        return sentence.text + "\n", "".join(rows)
