"""What ``cnlp segment``, ``tag`` and ``ner`` share: inputs to outputs, chunk by chunk, and their options.

Inputs are read in chunks of whole lines, so memory depends on the longest line and not on the file. Output
files appear only when they are whole. An input that fails is reported and the next one is tried.
"""

from __future__ import annotations

import stat
import sys
from collections.abc import Callable, Generator, Iterator, Mapping, Sequence
from contextlib import ExitStack, closing
from functools import partial
from itertools import chain, groupby
from typing import Any, NamedTuple, Protocol

import click

from cnlp.commands.failures import report
from cnlp.commands.formats import Format
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
from cnlp.decoding import BOM, ENCODINGS, undecodable
from cnlp.errors import CnlpError, WorkerError
from cnlp.io import count_lines, read_lines
from cnlp.parallel import ordered_map

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

workers_option = click.option(
    "--workers",
    type=click.IntRange(1),
    default=1,
    show_default=True,
    metavar="N",
    help="How many work on the input at once: threads or processes, as suits the work. Each has a few parts of about "
    "1 MB in hand; the output is the same.",
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


class Document(Protocol):
    """What is written of the results of a format where a line's form depends on all lines before it."""

    def show(self, result: bytes) -> bytes:
        """What to write of the result for one chunk."""

    def finish(self) -> bytes:
        """What stands behind the last line."""


class _Count:
    """Lines of the inputs of one output: those read so far, and those of them that will not be in it."""

    def __init__(self) -> None:
        self.read = 0
        self.lost = 0


class _Job:
    """One input and its target; ``failed`` tells the reader that nothing more of it is needed."""

    def __init__(self, source: Input, target: str, count: _Count) -> None:
        self.source = source
        self.target = target
        self.count = count
        self.failed = False


class _Piece(NamedTuple):
    """A chunk of an input, or its end.

    Attributes:
        job: what it belongs to.
        data: complete lines in UTF-8, without a byte order mark.
        offset: where ``data`` starts in the file in bytes.
        has_mark: a byte order mark stands in front of it.
        before: how many lines the output has in front of it, as far as the reader knows.
        failure: why nothing more could be read.
    """

    job: _Job
    data: bytes = b""
    offset: int = 0
    has_mark: bool = False
    before: int = 0
    failure: CnlpError | OSError | None = None

    @property
    def lines(self) -> int:
        """How many lines it has, with or without an ending."""
        return count_lines(self.data) + (self.data != b"" and not self.data.endswith((b"\n", b"\r")))


Argument = tuple[bytes, int]  # of a format
Pieces = Iterator[tuple[_Piece, Callable[[], bytes] | None]]


class Stream:
    """Converts inputs to outputs: this thread reads and writes, workers apply the format.

    Args:
        form: the format.
        encoding: of the inputs.
        keep_mark: a byte order mark in front of the input stays in front of the output.
        new_document: makes the document for one output, where the results are not written as they are.
        workers: how many chunks are worked on at once.
        processes: workers are processes, not threads; see :mod:`cnlp.parallel`.
    """

    def __init__(
        self,
        form: Format,
        encoding: str,
        *,
        keep_mark: bool,
        new_document: Callable[[], Document] | None = None,
        workers: int = 1,
        processes: bool = True,
    ) -> None:
        self.form = form
        self.encoding = encoding
        self.keep_mark = keep_mark
        self.new_document = new_document
        self.workers = workers
        self.processes = processes

    def run(self, plan: Plan) -> int:
        """Convert each input to its target; returns how many failed, those of the plan included."""
        failed = plan.failed
        shared = standard_output() if STANDARD_OUTPUT in plan.targets else None
        document = self.new_document() if self.new_document and shared else None
        with ExitStack() as stack:
            bar = show_progress(total_size(plan.inputs), wanted=_bar_fits(plan.inputs, shared))
            progress = stack.enter_context(bar)
            pieces = stack.enter_context(closing(self._read(plan, progress.advance)))
            results = stack.enter_context(closing(self._apply_all(pieces)))
            for job, of_job in groupby(results, lambda result: result[0].job):
                try:
                    if shared is not None:
                        self._convert(of_job, shared, document)
                    else:
                        self._replace(job.target, of_job)
                except (CnlpError, OSError) as error:
                    if isinstance(error, WorkerError) or (shared is not None and shared.failed):
                        raise
                    job.failed = True
                    job.count.lost += sum(piece.lines for piece, _ in of_job)  # noqa: B031 - what is left
                    progress.clear()
                    report(error)
                    failed += 1
        if shared is not None and document is not None:
            shared.write(document.finish())
        return failed

    def _apply_all(
        self, pieces: Iterator[tuple[_Piece, Argument | None]]
    ) -> Generator[tuple[_Piece, Callable[[], bytes] | None], None, None]:
        """Each piece with the function that has or makes its result."""
        function = partial(_apply, self.form)
        return ordered_map(
            function, pieces, workers=self.workers, processes=self.processes, weigh=lambda argument: len(argument[0])
        )

    def _read(
        self, plan: Plan, on_read: Callable[[int], object]
    ) -> Generator[tuple[_Piece, Argument | None], None, None]:
        """Each input's chunks, with what a worker needs of them, and its end."""
        shared, failure = _Count(), None
        for source, target in zip(plan.inputs, plan.targets, strict=True):
            count = shared if target == STANDARD_OUTPUT else _Count()
            job = _Job(source, target, count)
            try:
                with source.open() as stream:
                    for data, offset, _ in read_lines(stream, source.label, self.encoding, on_read=on_read):
                        has_mark = offset == 0 and data.startswith(BOM)
                        if has_mark:
                            data, offset = data[len(BOM) :], len(BOM)
                        piece = _Piece(job, data, offset, has_mark, count.read - count.lost)
                        count.read += piece.lines
                        yield piece, (data, piece.before)
                        if job.failed:
                            break
            except (CnlpError, OSError) as error:
                failure = error
            yield _Piece(job, failure=failure), None
            failure = None

    def _replace(self, target: str, pieces: Pieces) -> None:
        """Convert an input to the file ``target``, which is not begun if the input cannot be opened."""
        first = next(pieces)
        if first[0].failure is not None:
            raise first[0].failure
        document = self.new_document() if self.new_document else None
        with file_output(target) as output:
            self._convert(chain([first], pieces), output, document)
            if document is not None:
                output.write(document.finish())

    def _convert(self, pieces: Pieces, output: Output, document: Document | None) -> None:
        """Convert an input behind what ``output`` has; it starts on a new line, so that none are joined.

        Raises:
            EncodingError: with the offset in the file of the first byte that cannot be decoded.
        """
        begun = False
        for piece, outcome in pieces:
            if piece.failure is not None:
                raise piece.failure
            if not begun and output.line_open:
                output.write(b"\n")
            begun = True
            if piece.has_mark and output.empty and self.keep_mark:
                output.write(BOM)
            if outcome is not None:
                result = self._result(piece, outcome, output)
                output.write(result if document is None else document.show(result))

    def _result(self, piece: _Piece, outcome: Callable[[], bytes], output: Output) -> bytes:
        """The result for a chunk; again, if since it was read the lines in front of it have become less."""
        try:
            result = outcome()
            if piece.before != output.lines:
                result = self.form(piece.data, output.lines)
        except UnicodeDecodeError as error:
            piece.job.count.lost += piece.lines
            raise undecodable(piece.job.source.label, self.encoding, piece.offset, error) from None
        output.lines += piece.lines
        return result


def _apply(form: Format, argument: Argument) -> bytes:
    return form(*argument)


def total_size(inputs: Sequence[Input]) -> int | None:
    """Bytes of all inputs, ``None`` if one is a pipe or a terminal."""
    sizes = [status.st_size if stat.S_ISREG(status.st_mode) else -1 for s in inputs if (status := s.status())]
    return None if -1 in sizes else sum(sizes)


def _bar_fits(inputs: Sequence[Input], shared: Output | None) -> bool:
    """Whether neither the output nor what the user types shares the terminal with a bar."""
    if shared is not None and shared.stream.isatty():
        return False
    return all(source.path != STANDARD_INPUT or not sys.stdin.isatty() for source in inputs)
