"""Files that hold gold data: the options that name them, and how they are read."""

from __future__ import annotations

import os
from collections.abc import Sequence
from typing import NamedTuple

import click

from cnlp.commands.inputs import find_inputs
from cnlp.corpus.formats import FORMATS, read_sentences, read_tagged
from cnlp.corpus.registry import file_sha256
from cnlp.corpus.sentence import TaggedSentence

ENCODINGS = ("utf-8", "gb18030", "big5")
MANY = ("--train", "--dev")

corpus_format_option = click.option(
    "-f",
    "--format",
    "form",
    type=click.Choice(FORMATS),
    help="Of the files: words parted by blanks, word/tag (slash), word_tag (underscore), PFR's brackets, CoNLL-X and "
    "CoNLL-U.  [default: told from their first lines]",
)
corpus_encoding_option = click.option(
    "-e", "--encoding", type=click.Choice(ENCODINGS), default="utf-8", show_default=True, help="Of the files."
)


class Part(NamedTuple):
    """One file of gold data.

    Attributes:
        name: without its folder.
        sha256: of its bytes.
        sentences: as they stand in it.
    """

    name: str
    sha256: str
    sentences: list[TaggedSentence]


class FilesCommand(click.Command):
    """Lets several files follow one ``--train`` or ``--dev``, as an unquoted pattern gives them."""

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


def read_parts(arguments: Sequence[str], form: str | None, encoding: str, *, tagged: bool = False) -> list[Part]:
    """The sentences of files, folders and patterns, one part for each file.

    Raises:
        OSError: one cannot be read, or stands for no file.
        FormatError: a line breaks the format, or a file is empty; file and line are named.
    """
    if not arguments:
        return []
    inputs, failures = find_inputs(arguments)
    if failures:
        raise failures[0]
    read = read_tagged if tagged else read_sentences
    return [
        Part(os.path.basename(source.path), file_sha256(source.path), list(read(source.path, form, encoding=encoding)))
        for source in inputs
    ]
