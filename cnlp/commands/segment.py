r"""``cnlp segment``: cut files, folders or standard input into words.

Inputs are read in chunks of whole lines, so memory depends on the longest line and not on the file. Output
files appear only when they are whole. An input that fails is reported and the next one is tried.
"""

from __future__ import annotations

import re
import stat
import sys
from collections.abc import Iterable, Sequence
from typing import NamedTuple

import click

import cnlp
from cnlp import Segmenter, errors
from cnlp.commands.failures import FAILED, report
from cnlp.commands.formats import SUFFIXES, Format, make_format
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
from cnlp.errors import CnlpError
from cnlp.io import BOM, ENCODINGS, Chunk, read_lines
from cnlp.segmentation import ALGORITHMS, DEFAULT_ALGORITHM, MODES

Lines = Iterable[Chunk]

_ESCAPE = re.compile(r"\\(?:([tnr0\\])|u([0-9a-fA-F]{4}))")
_ESCAPED = {"t": "\t", "n": "\n", "r": "\r", "0": "\0", "\\": "\\"}


class Settings(NamedTuple):
    """What holds for every input of one call."""

    segmenter: Segmenter
    mode: str
    delimiter: str
    format: str
    encoding: str

    def new_format(self) -> Format:
        """The format for one output."""
        return make_format(self.format, self.segmenter, self.mode, self.delimiter)


def _parse_delimiter(_: click.Context, __: click.Parameter, value: str) -> str:
    r"""``value`` with \t \n \r \0 \\ and \uXXXX replaced."""
    delimiter = _ESCAPE.sub(lambda match: _ESCAPED.get(match[1]) or chr(int(match[2], 16)), value)
    if not delimiter or any("\ud800" <= char <= "\udfff" for char in delimiter):
        raise click.BadParameter("must be at least one character of Unicode text")
    return delimiter


@click.command("segment")
@click.argument("files", nargs=-1, metavar="[FILES]...")
@click.option(
    "-o",
    "--output",
    metavar="PATH",
    help="File or folder to write; standard output if missing. PATH is a folder if it is one, ends with a "
    "slash, or FILES are several (a folder or pattern counts as several): each result then has its input's "
    "name there, with .jsonl or .tsv behind it in those formats.",
)
@click.option(
    "-a",
    "--algorithm",
    type=click.Choice(tuple(ALGORITHMS)),
    help=f"How words are chosen.  [default: {DEFAULT_ALGORITHM}; bigram with --model]",
)
@click.option(
    "-m",
    "--mode",
    type=click.Choice(MODES),
    default="default",
    show_default=True,
    help="search: long words also in parts; full: every word of the lexicon. Their words overlap.",
)
@click.option(
    "-l", "--lexicon", "lexicons", multiple=True, metavar="FILE", help="Words of your own; may be repeated."
)
@click.option("--model", metavar="PATH", help="Model file to use in place of the one in the package.")
@click.option(
    "-d",
    "--delimiter",
    default=" ",
    metavar="TEXT",
    callback=_parse_delimiter,
    help=r"Put between words in format text. \t, \n, \r, \0, \\ and \uXXXX are understood.  "
    "[default: one space]",
)
@click.option(
    "-f",
    "--format",
    "format_",
    type=click.Choice(tuple(SUFFIXES)),
    default="text",
    show_default=True,
    help='jsonl: {"text", "tokens": [[word, start, end], ...]} for each line; '
    r"tsv: line, start, end, word (tab is \t, backslash \\). Offsets count code points within the line.",
)
@click.option(
    "-e",
    "--encoding",
    type=click.Choice(ENCODINGS, case_sensitive=False),
    default="utf-8",
    show_default=True,
    help="Of the input; output is UTF-8. gb18030 includes GBK and GB2312; utf-16 without a byte order mark "
    "is little endian.",
)
@click.pass_context
def command(
    ctx: click.Context,
    files: tuple[str, ...],
    output: str | None,
    algorithm: str | None,
    mode: str,
    lexicons: tuple[str, ...],
    model: str | None,
    delimiter: str,
    format_: str,
    encoding: str,
) -> None:
    """Cut text into words.

    FILES are files, folders (all text files below, sorted), patterns such as 'news/*.txt', or - for standard
    input, which is also read if there are none. Line endings and white space come out as they went in.
    """
    inputs, failures = find_inputs(files, without=output)
    several = len(files) > 1 or any(not source.single for source in inputs)
    targets = choose_targets(inputs, output, several, SUFFIXES[format_])
    refuse_overwriting(inputs, targets)
    for failure in failures:
        report(failure)
    segmenter = _make_segmenter(algorithm, mode, lexicons, model)
    settings = Settings(segmenter, mode, delimiter, format_, encoding)
    if _segment_all(inputs, targets, settings) + len(failures):
        ctx.exit(FAILED)


def _make_segmenter(
    algorithm: str | None, mode: str, lexicons: Sequence[str], model: str | None
) -> Segmenter:
    """A segmenter over the model's lexicon with the user's own on top, the last one uppermost."""
    lexicon = cnlp.load(model)
    for path in lexicons:
        lexicon = lexicon.overlay(path)
    return Segmenter(lexicon, algorithm=algorithm, mode=mode)


def _segment_all(inputs: Sequence[Input], targets: Sequence[str], settings: Settings) -> int:
    """Segment each input to its target; returns how many failed."""
    failed = 0
    shared = standard_output() if STANDARD_OUTPUT in targets else None
    shared_format = settings.new_format()
    with show_progress(_total_size(inputs), wanted=_bar_fits(inputs, shared)) as progress:
        for source, target in zip(inputs, targets, strict=True):
            try:
                with source.open() as stream:
                    lines = read_lines(stream, source.label, settings.encoding, on_read=progress.advance)
                    if shared is not None:
                        _append(source, lines, shared, shared_format, settings)
                    else:
                        _replace(source, lines, target, settings)
            except (CnlpError, OSError) as error:
                if shared is not None and shared.failed:
                    raise
                progress.clear()
                report(error)
                failed += 1
    return failed


def _append(source: Input, lines: Lines, output: Output, form: Format, settings: Settings) -> None:
    """Segment behind what ``output`` has; an input starts on a new line, so that none are joined."""
    if output.line_open:
        output.write(b"\n")
    _convert(source, lines, output, form, settings)


def _replace(source: Input, lines: Lines, target: str, settings: Settings) -> None:
    """Segment to the file ``target``."""
    with file_output(target) as output:
        _convert(source, lines, output, settings.new_format(), settings)


def _convert(source: Input, lines: Lines, output: Output, form: Format, settings: Settings) -> None:
    """Segment the ``lines`` of ``source``; a mark in front of them stays in front, but only in format text.

    Raises:
        EncodingError: with the offset in the file of the first byte that cannot be decoded.
    """
    for data, offset in lines:
        if offset == 0 and data.startswith(BOM):
            data, offset = data[len(BOM) :], len(BOM)
            if output.empty and settings.format == "text":
                output.write(BOM)
        try:
            output.write(form(data))
        except UnicodeDecodeError as error:
            bad = data[error.start : error.end]
            raise errors.undecodable(source.label, settings.encoding, offset + error.start, bad) from None


def _total_size(inputs: Sequence[Input]) -> int | None:
    """Bytes of all inputs, ``None`` if one is a pipe or a terminal."""
    sizes = [status.st_size if stat.S_ISREG(status.st_mode) else -1 for s in inputs if (status := s.status())]
    return None if -1 in sizes else sum(sizes)


def _bar_fits(inputs: Sequence[Input], shared: Output | None) -> bool:
    """Whether neither the output nor what the user types shares the terminal with a bar."""
    if shared is not None and shared.stream.isatty():
        return False
    return all(source.path != STANDARD_INPUT or not sys.stdin.isatty() for source in inputs)
