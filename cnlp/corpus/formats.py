"""Segmented and tagged text in any common format, recognized by its first lines.

words        words separated by blanks, one sentence a line       北京  欢迎  你
slash        word/tag                                             北京/ns  欢迎/v  你/r
underscore   word_tag                                             北京_NR  欢迎_VV  你_PN
pfr          word/tag with brackets and names of paragraphs       19980101-01-001-001/m  [中央/n  台/n]nt
conll        CoNLL-X, CoNLL-U: columns, a word a line             1<TAB>北京<TAB>_<TAB>PROPN
"""

from __future__ import annotations

import os
import re
from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING

from cnlp import errors
from cnlp.corpus.conll import read_conll
from cnlp.corpus.lines import first_lines, read_numbered_lines
from cnlp.corpus.pfr import read_pfr
from cnlp.corpus.plain import WORD_PATTERN, read_words, split_words
from cnlp.corpus.sentence import TaggedSentence
from cnlp.corpus.word_pos import read_word_pos

if TYPE_CHECKING:
    from typing import TypeAlias

    PathLike: TypeAlias = str | os.PathLike[str]

FORMATS = ("words", "slash", "underscore", "pfr", "conll")

_SAMPLE = 50  # lines that are looked at
_MOST = 0.9  # so many of their tokens must have a tag: one that lost it is an error, not another format
_UNSEGMENTED = 12  # characters a word, on average: the file is not segmented
_PFR_NAME = re.compile(r"\d{8}-\d{2}-\d{3}-\d{3}/m")
_PFR_SIGN = re.compile(r"\d{8}-\d{2}-\d{3}-\d{3}/m|\[[^\]]+/[A-Za-z]+|.+/[A-Za-z]+\][A-Za-z]+")
_TAGGED = {"slash": re.compile(r".+/[^/\u3400-\u9fff]+"), "underscore": re.compile(r".+_[^_\u3400-\u9fff]+")}


def detect_format(path: PathLike, *, encoding: str = "utf-8") -> str:
    """The format of a file, from its first 50 lines that are not empty.

    Raises:
        OSError: the file cannot be read.
        ArgumentError: it is a pipe, which could not be read again.
        EncodingError: it is not in ``encoding``.
        FormatError: it has no words.

    >>> import tempfile, pathlib
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     path = pathlib.Path(folder, "a.txt")
    ...     _ = path.write_text("北京/ns  欢迎/v  你/r\\n", encoding="utf-8")
    ...     detect_format(path)
    'slash'
    """
    lines = [line for _, line in first_lines(path, _SAMPLE, encoding)]
    if not lines:
        raise errors.bad_line(path, 1, "the file has no words")
    if any(re.match(r"[0-9]+\t[^\t]+\t[^\t]*\t", line) for line in lines):
        return "conll"
    tokens = [token for line in lines for token in split_words(line)]
    for name, pattern in _TAGGED.items():
        if sum(pattern.fullmatch(token) is not None for token in tokens) >= _MOST * len(tokens):
            is_pfr = name == "slash" and any(_PFR_SIGN.fullmatch(token) for token in tokens)
            return "pfr" if is_pfr else name
    return "words"


def read_sentences(path: PathLike, form: str | None = None, *, encoding: str = "utf-8") -> Iterator[TaggedSentence]:
    """Yield each sentence that is not empty; ``tags`` is empty in format ``words``.

    Args:
        path: the file.
        form: one of ``FORMATS``; recognized from the file by default.
        encoding: one of :data:`cnlp.files.encodings.ENCODINGS`, in any spelling.

    Raises:
        OSError: the file cannot be read.
        ArgumentError: there is no such format.
        EncodingError: the file is not in ``encoding``.
        FormatError: a line breaks the format, or there are no words; file and line are named.
    """
    form = detect_format(path, encoding=encoding) if form is None else form
    if form not in FORMATS:
        raise errors.unknown_choice("format", form, FORMATS)
    words = characters = 0
    for sentence in _READERS[form](path, encoding):
        words += len(sentence.words)
        characters += len(sentence.text)
        yield sentence
    if not words:
        raise errors.bad_line(path, 1, "the file has no words")
    if form == "words" and characters > _UNSEGMENTED * words:
        raise errors.bad_line(
            path, 1, f"{characters / words:.0f} characters between blanks: this text is not segmented into words"
        )


def read_tagged(path: PathLike, form: str | None = None, *, encoding: str = "utf-8") -> Iterator[TaggedSentence]:
    """The same, of a file that has tags.

    Raises:
        FormatError: it has none; and as :func:`read_sentences`.
    """
    form = detect_format(path, encoding=encoding) if form is None else form
    if form == "words":
        raise errors.bad_line(path, 1, "the words have no tags; word/tag, word_tag, PFR or CoNLL is needed")
    return read_sentences(path, form, encoding=encoding)


def locate(path: PathLike, form: str, sentence: int, character: int, *, encoding: str = "utf-8") -> tuple[int, int]:
    """Line and column, both from 1, of a character of a sentence, both from 0; after its end, of the end.

    >>> import tempfile, pathlib
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     path = pathlib.Path(folder, "a.txt")
    ...     _ = path.write_text("北京 欢迎\\n\\n你 好\\n", encoding="utf-8")
    ...     locate(path, "words", 1, 1)
    (3, 3)
    """
    inside = False
    end = 1, 1
    for number, line in read_numbered_lines(path, encoding):
        pieces = _pieces(line, form)
        if inside and (form != "conll" or not line.strip()):
            sentence, inside = sentence - 1, False
            if sentence < 0:
                break
        for column, word in pieces:
            if sentence == 0 and character < len(word):
                return number, column + character + 1
            if sentence == 0:
                character -= len(word)
            end = number, column + len(word) + 1
        inside = inside or bool(pieces)
    return end


def _pieces(line: str, form: str) -> list[tuple[int, str]]:
    """The words of a line with the columns, from 0, where they begin."""
    if form == "conll":
        columns = line.split("\t")
        return [(len(columns[0]) + 1, columns[1])] if columns[0].isdecimal() and len(columns) > 1 else []
    tokens = [(match.start(), match.group()) for match in WORD_PATTERN.finditer(line)]
    if form == "words":
        return tokens
    if form == "pfr":
        tokens = [(column, token) for column, token in tokens if not _PFR_NAME.fullmatch(token)]
        words = [(column, token.partition("]")[0].rpartition("/")[0] or token[0]) for column, token in tokens]
        bare = [(column, word, word.lstrip("[") or "[") for column, word in words]
        return [(column + len(word) - len(inner), inner) for column, word, inner in bare]
    return [(column, token.rpartition("/" if form == "slash" else "_")[0]) for column, token in tokens]


def _read_words(path: PathLike, encoding: str) -> Iterator[TaggedSentence]:
    return (TaggedSentence(tuple(words), ()) for words in read_words(path, encoding=encoding))


_READERS: dict[str, Callable[[PathLike, str], Iterator[TaggedSentence]]] = {
    "words": _read_words,
    "slash": lambda path, encoding: read_word_pos(path, separator="/", encoding=encoding),
    "underscore": lambda path, encoding: read_word_pos(path, encoding=encoding),
    "pfr": lambda path, encoding: read_pfr(path, encoding=encoding),
    "conll": lambda path, encoding: read_conll(path, encoding=encoding),
}
