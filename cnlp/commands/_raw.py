"""Shared by the commands that learn from raw text: its files, and the texts that are to be left out of it."""

from __future__ import annotations

import os
from collections.abc import Iterator, Sequence

import click

from cnlp import errors
from cnlp.commands._options import add_options
from cnlp.corpus.entity_formats import detect_entities, read_entities
from cnlp.corpus.registry import file_sha256
from cnlp.files.inputs import STANDARD_INPUT, Input, find_inputs, total_size
from cnlp.files.lines import read_line_texts, split_lines
from cnlp.files.progress import show_progress

held_out_options = add_options(
    [
        click.option(
            "--without",
            "held_out",
            multiple=True,
            metavar="FILES",
            help="Leave out lines of RAW that have --shared characters in a row in common with a text of these files, "
            "such as the dev and test parts that the model is evaluated on; files with entities as 'cnlp convert' "
            "reads them, or plain text. May be repeated.",
        ),
        click.option("--shared", type=click.IntRange(2), default=15, show_default=True, help="See --without."),
    ]
)
"""``--without`` and ``--shared``; the command gets them as ``held_out`` and ``shared``."""


def find_raw(arguments: Sequence[str]) -> list[Input]:
    """The files that arguments name.

    Raises:
        click.UsageError: standard input, which has no checksum for the card.
        OSError: one names no file.
    """
    inputs, failures = find_inputs(arguments) if arguments else ([], [])
    if failures:
        raise failures[0]
    if any(source.path == STANDARD_INPUT for source in inputs):
        raise click.UsageError("standard input cannot be read here: name files")
    for source in inputs:
        os.stat(source.path)  # a file that is missing is not to be found after hours of learning
    return inputs


def cited(path: str) -> str:
    """A file's name and checksum, for a card."""
    return f"{os.path.basename(path)} (sha256 {file_sha256(path)})"


def cited_raw(inputs: Sequence[Input], held_out: Sequence[Input], shared: int) -> dict[str, str]:
    """Raw files, and those whose text is left out of them, for a card."""
    card = {"training_data": ", ".join(cited(source.path) for source in inputs)}
    if held_out:
        card["without"] = ", ".join(cited(source.path) for source in held_out) + f"; {shared} characters in a row"
    return card


def known_by(inputs: Sequence[Input]) -> list[tuple[str, int, int]]:
    """What a file is known by: path, size, time of change."""
    found = ((os.path.abspath(source.path), os.stat(source.path)) for source in inputs)
    return [(path, status.st_size, status.st_mtime_ns) for path, status in found]


def raw_lines(inputs: Sequence[Input], encoding: str, *, shown: bool = False) -> Iterator[str]:
    """The lines of all files, with a bar if it is to be ``shown``."""
    with show_progress(total_size(inputs), wanted=shown) as progress:
        for source in inputs:
            with source.open(encoding, progress.read) as stream:
                for text, _ in read_line_texts(stream, source.label, encoding):
                    yield from (line for line, _ in split_lines(text))


def raw_texts(inputs: Sequence[Input], encoding: str) -> Iterator[str]:
    """The texts of files with entities; the lines of others."""
    for source in inputs:
        try:
            form = detect_entities(source.path, encoding=encoding)
        except errors.FormatError:
            yield from raw_lines([source], encoding)
        else:
            yield from (
                sentence.text for sentence in read_entities(source.path, form, repair="drop", encoding=encoding)
            )
