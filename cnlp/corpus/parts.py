"""Gold data in several files: their sentences, with the name and checksum of each file."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import Generic, TypeVar

from cnlp import errors
from cnlp.corpus.entities import Repairs, Sentence, check_overlap
from cnlp.corpus.entity_formats import detect_entities, number_entities
from cnlp.corpus.formats import read_sentences, read_tagged
from cnlp.corpus.lines import read_numbered_lines
from cnlp.corpus.registry import file_sha256
from cnlp.corpus.sentence import TaggedSentence
from cnlp.files.inputs import find_inputs
from cnlp.names import Repair
from cnlp.text.sentences import sentences

S = TypeVar("S")


@dataclass(frozen=True)
class CorpusFile(Generic[S]):
    """One file of gold data.

    Attributes:
        name: without its folder.
        sha256: of its bytes.
        sentences: in the order of the file.
    """

    name: str
    sha256: str
    sentences: list[S]


def read_parts(
    arguments: Sequence[str], form: str | None, encoding: str, *, tagged: bool = False
) -> list[CorpusFile[TaggedSentence]]:
    """The sentences of files, folders and patterns, one part for each file.

    Args:
        arguments: as :func:`cnlp.files.inputs.find_inputs` reads them; none give no parts.
        form: one of :data:`cnlp.corpus.formats.FORMATS`; ``None`` detects it.
        encoding: of the files.
        tagged: words must have tags.

    Raises:
        OSError: a file cannot be read, or an argument names no file.
        FormatError: a line breaks the format, or a file is empty; file and line are named.
    """
    read = read_tagged if tagged else read_sentences
    return _read(arguments, lambda path: read(path, form, encoding=encoding))


def read_entity_parts(
    arguments: Sequence[str],
    form: str | None,
    encoding: str,
    *,
    repair: Repair | None = None,
    repairs: Repairs | None = None,
) -> list[CorpusFile[Sentence]]:
    """The sentences with entities of files, folders and patterns; arguments and errors as :func:`read_parts`.

    Overlapping entities are errors, too, unless ``repair`` says otherwise; ``repairs`` counts what it changes.
    """

    def read(path: str) -> list[Sentence]:
        kind = form or detect_entities(path, encoding=encoding)
        sentences = []
        for number, sentence in number_entities(path, kind, repair=repair, encoding=encoding, repairs=repairs):
            try:
                check_overlap(sentence.text, sentence.spans)
            except errors.ArgumentError as error:
                raise errors.bad_line(path, number, str(error)) from None
            sentences.append(sentence)
        if not sentences:
            raise errors.bad_line(path, 1, "the file has no sentences")
        return sentences

    return _read(arguments, read)


def read_unlabelled(arguments: Sequence[str], encoding: str) -> list[CorpusFile[str]]:
    """The different sentences of plain text; arguments and errors as of :func:`read_parts`."""

    def read(path: str) -> list[str]:
        lines = (line for _, line in read_numbered_lines(path, encoding))
        found = dict.fromkeys(sentence.strip() for line in lines for sentence in sentences(line))
        found.pop("", None)
        if not found:
            raise errors.bad_line(path, 1, "the file has no text")
        return list(found)

    return _read(arguments, read)


def _read(arguments: Sequence[str], read: Callable[[str], Iterable[S]]) -> list[CorpusFile[S]]:
    if not arguments:
        return []
    inputs, failures = find_inputs(arguments, compressed=False)
    if failures:
        raise failures[0]
    return [
        CorpusFile(os.path.basename(source.path), file_sha256(source.path), list(read(source.path)))
        for source in inputs
    ]
