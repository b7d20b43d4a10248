"""Files that hold gold data: the options that name them, and how they are read."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import Generic, TypeVar

import click

from cnlp import errors
from cnlp.corpus.entities import Sentence
from cnlp.corpus.entity_formats import READERS, detect_entities, read_entities
from cnlp.corpus.formats import FORMATS, read_sentences, read_tagged
from cnlp.corpus.registry import file_sha256
from cnlp.corpus.sentence import TaggedSentence
from cnlp.files.inputs import find_inputs
from cnlp.sequence.schemes import REPAIRS

ENCODINGS = ("utf-8", "gb18030", "big5")
S = TypeVar("S")
MANY = ("--train", "--dev", "--test")

corpus_format_option = click.option(
    "-f",
    "--format",
    "form",
    type=click.Choice(FORMATS),
    help="Of the files: words parted by blanks, word/tag (slash), word_tag (underscore), PFR's brackets, CoNLL-X and "
    "CoNLL-U.  [default: told from their first lines]",
)
entity_format_option = click.option(
    "-f",
    "--format",
    "form",
    type=click.Choice(tuple(READERS)),
    help="Of the files, as for 'cnlp convert'.  [default: told from their first lines]",
)
repair_option = click.option(
    "--repair",
    type=click.Choice(REPAIRS),
    help="What to do with tags that break their scheme, which public corpora have: 'begin' begins an entity with a tag "
    "that cannot go on with the one before, 'drop' drops entities that do not begin and end as they should.  "
    "[default: they are errors]",
)
corpus_encoding_option = click.option(
    "-e",
    "--encoding",
    type=click.Choice(ENCODINGS),
    default="utf-8",
    show_default=True,
    callback=lambda _, __, name: {"big5": "cp950"}.get(name, name),  # as for every other command
    help="Of the files.",
)


@dataclass(frozen=True)
class Part(Generic[S]):
    """One file of gold data.

    Attributes:
        name: without its folder.
        sha256: of its bytes.
        sentences: as they stand in it.
    """

    name: str
    sha256: str
    sentences: list[S]


class FilesCommand(click.Command):
    """Lets several files follow one ``--train``, ``--dev`` or ``--test``, as an unquoted pattern gives them."""

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        """Write the option again before each file behind the first."""
        spread: list[str] = []
        option, filled = "", False
        for argument in args:
            if argument.startswith("-") and argument != "-":
                option, filled = (argument if argument in MANY else ""), False
            elif option and filled:
                spread.append(option)
            else:
                filled = True
            spread.append(argument)
        return super().parse_args(ctx, spread)


def read_parts(
    arguments: Sequence[str], form: str | None, encoding: str, *, tagged: bool = False
) -> list[Part[TaggedSentence]]:
    """The sentences of files, folders and patterns, one part for each file.

    Raises:
        OSError: one cannot be read, or stands for no file.
        FormatError: a line breaks the format, or a file is empty; file and line are named.
    """
    read = read_tagged if tagged else read_sentences
    return _read(arguments, lambda path: read(path, form, encoding=encoding))


def read_entity_parts(
    arguments: Sequence[str], form: str | None, encoding: str, *, repair: str | None = None
) -> list[Part[Sentence]]:
    """The sentences with entities of files, folders and patterns; errors as :func:`read_parts`."""

    def read(path: str) -> list[Sentence]:
        kind = form or detect_entities(path, encoding=encoding)
        sentences = list(read_entities(path, kind, repair=repair, encoding=encoding))
        if not sentences:
            raise errors.bad_line(path, 1, "the file has no sentences")
        return sentences

    return _read(arguments, read)


def _read(arguments: Sequence[str], read: Callable[[str], Iterable[S]]) -> list[Part[S]]:
    if not arguments:
        return []
    inputs, failures = find_inputs(arguments, compressed=False)
    if failures:
        raise failures[0]
    return [Part(os.path.basename(source.path), file_sha256(source.path), list(read(source.path))) for source in inputs]
