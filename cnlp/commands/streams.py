"""What ``cnlp segment``, ``tag`` and ``ner`` share: inputs to outputs, chunk by chunk, and their options.

Inputs are read in chunks of whole lines, so memory depends on the longest line and not on the file. Output
files appear only when they are whole. An input that fails is reported and the next one is tried.
"""

from __future__ import annotations

import stat
import sys
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any, NamedTuple

import click

from cnlp import errors
from cnlp.commands.failures import report
from cnlp.commands.formats import Document, Format
from cnlp.commands.inputs import STANDARD_INPUT, Input, find_inputs
from cnlp.commands.outputs import (
    STANDARD_OUTPUT,
    Output,
    choose_targets,
    file_output,
    refuse_overwriting,
    standard_output,
)
from cnlp.commands.progress import show_progress
from cnlp.decoding import BOM, ENCODINGS, Chunk
from cnlp.errors import CnlpError
from cnlp.io import read_lines

Lines = Iterable[Chunk]
Decorator = Callable[[Callable[..., Any]], Callable[..., Any]]

files_argument = click.argument("files", nargs=-1, metavar="[FILES]...")
encoding_option = click.option(
    "-e",
    "--encoding",
    type=click.Choice(ENCODINGS, case_sensitive=False),
    default="utf-8",
    show_default=True,
    help="Of the input; output is UTF-8. gb18030 includes GBK and GB2312; utf-16 without a byte order mark "
    "is little endian.",
)


def output_option(suffixes: Mapping[str, str]) -> Decorator:
    """``--output``; ``suffixes`` says what each format adds to a file's name in a folder."""
    added = " or ".join(suffix for suffix in suffixes.values() if suffix)
    return click.option(
        "-o",
        "--output",
        metavar="PATH",
        help="File or folder to write; standard output if missing. PATH is a folder if it is one, ends with a "
        "slash, or FILES are several (a folder or pattern counts as several): each result then has its input's "
        f"name there, with {added} behind it in those formats.",
    )


class Plan(NamedTuple):
    """What goes where.

    Attributes:
        inputs: in order.
        targets: an output path for each.
        failed: how many FILES stand for nothing; they are reported already.
    """

    inputs: list[Input]
    targets: list[str]
    failed: int


def make_plan(files: Sequence[str], output: str | None, suffix: str) -> Plan:
    """Find the inputs and choose their outputs; what cannot be found is reported.

    Raises:
        click.UsageError: the outputs would overwrite an input, or each other.
    """
    inputs, failures = find_inputs(files, without=output)
    several = len(files) > 1 or any(not source.single for source in inputs)
    targets = choose_targets(inputs, output, several, suffix)
    refuse_overwriting(inputs, targets)
    for failure in failures:
        report(failure)
    return Plan(inputs, targets, len(failures))


class Stream:
    """Converts inputs to outputs.

    Args:
        new_format: makes the format for one output.
        encoding: of the inputs.
        keep_mark: a byte order mark in front of the input stays in front of the output.
    """

    def __init__(self, new_format: Callable[[], Format], encoding: str, *, keep_mark: bool) -> None:
        self.new_format = new_format
        self.encoding = encoding
        self.keep_mark = keep_mark

    def run(self, plan: Plan) -> int:
        """Convert each input to its target; returns how many failed, those of the plan included."""
        failed = plan.failed
        shared = standard_output() if STANDARD_OUTPUT in plan.targets else None
        shared_format = self.new_format()
        with show_progress(total_size(plan.inputs), wanted=_bar_fits(plan.inputs, shared)) as progress:
            for source, target in zip(plan.inputs, plan.targets, strict=True):
                try:
                    with source.open() as stream:
                        lines = read_lines(stream, source.label, self.encoding, on_read=progress.advance)
                        if shared is not None:
                            self._append(source, lines, shared, shared_format)
                        else:
                            self._replace(source, lines, target)
                except (CnlpError, OSError) as error:
                    if shared is not None and shared.failed:
                        raise
                    progress.clear()
                    report(error)
                    failed += 1
        if shared is not None and isinstance(shared_format, Document):
            shared.write(shared_format.finish())
        return failed

    def _append(self, source: Input, lines: Lines, output: Output, form: Format) -> None:
        """Convert behind what ``output`` has; an input starts on a new line, so that none are joined."""
        if output.line_open:
            output.write(b"\n")
        self._convert(source, lines, output, form)

    def _replace(self, source: Input, lines: Lines, target: str) -> None:
        """Convert to the file ``target``."""
        with file_output(target) as output:
            form = self.new_format()
            self._convert(source, lines, output, form)
            if isinstance(form, Document):
                output.write(form.finish())

    def _convert(self, source: Input, lines: Lines, output: Output, form: Format) -> None:
        """Convert the ``lines`` of ``source``.

        Raises:
            EncodingError: with the offset in the file of the first byte that cannot be decoded.
        """
        for data, offset, _ in lines:
            if offset == 0 and data.startswith(BOM):
                data, offset = data[len(BOM) :], len(BOM)
                if output.empty and self.keep_mark:
                    output.write(BOM)
            try:
                output.write(form(data))
            except UnicodeDecodeError as error:
                bad = data[error.start : error.end]
                raise errors.undecodable(source.label, self.encoding, offset + error.start, bad) from None


def total_size(inputs: Sequence[Input]) -> int | None:
    """Bytes of all inputs, ``None`` if one is a pipe or a terminal."""
    sizes = [status.st_size if stat.S_ISREG(status.st_mode) else -1 for s in inputs if (status := s.status())]
    return None if -1 in sizes else sum(sizes)


def _bar_fits(inputs: Sequence[Input], shared: Output | None) -> bool:
    """Whether neither the output nor what the user types shares the terminal with a bar."""
    if shared is not None and shared.stream.isatty():
        return False
    return all(source.path != STANDARD_INPUT or not sys.stdin.isatty() for source in inputs)
