"""Inputs to outputs, chunk by chunk: one thread reads and writes, workers do the work.

Inputs are read in chunks of whole lines, so memory depends on the longest line and not on the file. Output files appear
only when they are complete. An input that fails is reported and the next one is tried.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Generator, Iterable, Iterator, Sequence
from contextlib import closing
from functools import partial
from itertools import chain, groupby
from typing import NamedTuple, Protocol

from cnlp import errors
from cnlp.batch.workers import ordered_map
from cnlp.errors import CnlpError, RecordError, WorkerError
from cnlp.files.decoding import BOM, BadBytes, Chunk, decoding_error
from cnlp.files.inputs import STANDARD_INPUT, Input
from cnlp.files.journal import PREFIX, Content, Journal
from cnlp.files.lines import count_lines, read_lines
from cnlp.files.outputs import STANDARD_OUTPUT, Output, file_output
from cnlp.files.records import Format, Place, read_records
from cnlp.files.report import BatchReport, Counts


class LineWriter(Protocol):
    """Writes the results of a format in which the output for a line depends on all lines before it."""

    def show(self, result: bytes) -> bytes:
        """The bytes to write for the result of one chunk."""

    def finish(self) -> bytes:
        """The bytes after the last line."""


class Reading(NamedTuple):
    """How inputs are read.

    Attributes:
        encoding: of the inputs.
        policy: one of :data:`cnlp.files.decoding.POLICIES`.
        field: inputs are records, this field of which is worked on.
        whole: an input is one chunk.
    """

    encoding: str
    policy: str = "strict"
    field: str | None = None
    whole: bool = False


class Writing(NamedTuple):
    """How results are written.

    Attributes:
        keep_mark: a byte order mark at the start of the input is also written.
        new_document: makes the document for one output, where the results are not written as they are.
        all_or_nothing: the first input that fails ends the run.
        watch: called with each chunk before its result is written.
        encoding: one of :data:`cnlp.files.encodings.OUTPUT_ENCODINGS`.
    """

    keep_mark: bool = False
    new_document: Callable[[], LineWriter] | None = None
    all_or_nothing: bool = False
    watch: Callable[[bytes, Place], object] | None = None
    encoding: str = "utf-8"


class Job:
    """One input and its target, and their state.

    Attributes:
        start: how many lines of other inputs precede it in the output, as far as the reader knows.
        lines: of the input that were read.
        has_mark: the input begins with a byte order mark.
        content: the bytes of the input.
        unchanged: the output exists already.
        failed: nothing more of the input is needed.
    """

    def __init__(self, source: Input, target: str, start: int) -> None:
        self.source = source
        self.target = target
        self.start = start
        self.lines = 0
        self.has_mark = False
        self.content = Content()
        self.counts = Counts()
        self.unchanged = False
        self.failed = False


class _Piece(NamedTuple):
    """A chunk of an input, or its end.

    Attributes:
        job: its job.
        chunk: complete lines, without a byte order mark.
        place: position of the chunk, for the format.
        failure: why nothing more could be read.
    """

    job: Job
    chunk: Chunk = Chunk(b"", 0, 1)
    place: Place = Place()
    failure: CnlpError | OSError | None = None


_Argument = tuple[bytes, Place]  # of a format
_Result = bytes | UnicodeDecodeError | CnlpError  # result or exception of a format
ToDo = Generator[tuple[_Piece, _Argument | None], None, None]
Done = Iterator[tuple[_Piece, _Result | None]]

GROUP_BYTES = 1 << 18  # of small chunks that go to a worker together: sending one would cost more than its work
GROUP_SIZE = 256  # of them at most


class BatchStream:
    """Converts inputs to outputs.

    Args:
        form: the format.
        reading: how inputs are read.
        writing: how results are written.
        report: what happens is reported to it.
        journal: lists the outputs that are complete.
        workers: number of chunks processed at the same time.
        processes: workers are processes, not threads; see :mod:`cnlp.batch.workers`.
    """

    def __init__(
        self,
        form: Format,
        reading: Reading,
        writing: Writing,
        report: BatchReport,
        *,
        journal: Journal | None = None,
        workers: int = 1,
        processes: bool = True,
    ) -> None:
        self.form = form
        self.reading = reading
        self.writing = writing
        self.report = report
        self.journal = journal
        self.workers = workers
        self.processes = processes
        self._lines_ahead = 0  # of all inputs that go to standard output, as far as the reader knows

    def run(self, pairs: Sequence[tuple[Input, str]], shared: Output | None) -> None:
        """Convert each input to its target.

        Args:
            pairs: of input and target.
            shared: the output of the inputs whose target is ``-``.
        """
        document = self.writing.new_document() if self.writing.new_document and shared else None
        with closing(self._read(pairs)) as pieces, closing(self._apply_all(pieces)) as results:
            for job, of_job in groupby(results, lambda result: result[0].job):
                begun_at = shared.lines if shared is not None else 0
                try:
                    if job.unchanged:
                        self.report.is_unchanged(job.source, job.target)
                    elif shared is not None:
                        self._convert(of_job, shared, document)
                        self.report.done(job.source, job.target, job.counts)
                    else:
                        self._replace(job, of_job)
                except (CnlpError, OSError) as error:
                    is_over = isinstance(error, WorkerError) or (shared is not None and shared.failed)
                    if is_over or self.writing.all_or_nothing:
                        raise
                    job.failed = True
                    if shared is not None:
                        self._lines_ahead -= job.lines - (shared.lines - begun_at)
                    self.report.error(error)
        if shared is not None and document is not None:
            shared.write(document.finish())

    def _apply_all(self, pieces: ToDo) -> Generator[tuple[_Piece, _Result | None], None, None]:
        """Each piece with its result."""
        function = partial(_apply, self.form)
        groups = _group(pieces, GROUP_SIZE if self.workers > 1 else 1)
        outcomes = ordered_map(function, groups, workers=self.workers, processes=self.processes, weigh=_weigh)
        with closing(outcomes):
            for group, outcome in outcomes:
                results = iter(outcome() if outcome is not None else ())
                for piece, argument in group:
                    yield piece, None if argument is None else next(results)

    def _read(self, pairs: Sequence[tuple[Input, str]]) -> ToDo:
        """Each input's chunks, with what a worker needs of them, and its end."""
        for source, target in pairs:
            job = Job(source, target, self._lines_ahead if target == STANDARD_OUTPUT else 0)
            failure: CnlpError | OSError | None = None
            try:
                job.unchanged = self.journal is not None and self.journal.is_done(source, target)
                if job.unchanged:
                    self.report.progress.advance(os.stat(source.path).st_size)
                else:
                    yield from self._read_input(job)
            except RecordError as error:
                failure = errors.bad_line(source.label, error.lines + 1, str(error))
            except (CnlpError, OSError) as error:
                failure = error
            yield _Piece(job, failure=failure), None

    def _read_input(self, job: Job) -> Iterator[tuple[_Piece, _Argument]]:
        """The chunks of one input."""
        source, (encoding, policy, field, whole) = job.source, self.reading

        def on_read(block: bytes) -> None:
            self.report.progress.read(block)
            if self.journal is not None:
                job.content.add(block)

        def on_bad(bad: BadBytes) -> None:
            job.lines = max(job.lines, bad.line)
            job.counts.bad += 1
            self.report.bad_bytes(source, bad, job.counts.bad, encoding, policy)

        with source.open(encoding, on_read) as stream:
            chunks = _without_mark(read_lines(stream, source.label, encoding, policy=policy, on_bad=on_bad), job)
            chunks = _joined(chunks) if whole else chunks
            records = read_records(chunks, source, field) if field else ((chunk, None) for chunk in chunks)
            for chunk, table in records:
                if table is not None and policy == "skip":
                    raise errors.skipped_rows(source.label)
                before, job.lines = job.lines, max(job.lines, chunk.line - 1 + count_lines(chunk.data))
                self._lines_ahead += job.lines - before
                place = Place(job.start + chunk.line - 1, chunk.line, source.label, table)
                yield _Piece(job, chunk, place), (chunk.data, place)
                if job.failed:
                    return

    def _replace(self, job: Job, pieces: Done) -> None:
        """Convert an input to a file, which is not created if the input cannot be opened."""
        first = next(pieces)
        if first[0].failure is not None:
            raise first[0].failure
        document = self.writing.new_document() if self.writing.new_document else None
        written = Content()
        noted = () if self.journal is None else (written.add, PREFIX)
        with file_output(job.target, *noted, encoding=self.writing.encoding) as output:
            self._convert(chain([first], pieces), output, document)
            if document is not None:
                output.write(document.finish())
        if self.journal is not None:
            self.journal.add(job.source, job.target, job.content, written)
        self.report.done(job.source, job.target, job.counts)

    def _convert(self, pieces: Done, output: Output, document: LineWriter | None) -> None:
        """Append the result for an input to ``output``; it starts on a new line, so that none are joined.

        Raises:
            EncodingError: with the offset in the file of the first byte that cannot be decoded.
            FormatError: with the line in the file of the first record that cannot be used.
        """
        start, begun = output.lines, False
        for piece, result in pieces:
            if piece.failure is not None:
                raise piece.failure
            if not begun and output.line_open:
                output.write(b"\n")
            begun = True
            if piece.job.has_mark and output.empty and self.writing.keep_mark and self.writing.encoding == "utf-8":
                output.write(BOM)
            if result is None:
                output.lines = start + piece.job.lines
                continue
            written = self._written(piece, result, start)
            if self.writing.watch is not None:
                self.writing.watch(piece.chunk.data, piece.place)
            output.write(written if document is None else document.show(written))
            lines = count_lines(piece.chunk.data)
            output.lines = start + piece.chunk.line - 1 + lines
            piece.job.counts.add(piece.chunk.data, lines)

    def _written(self, piece: _Piece, result: _Result, start: int) -> bytes:
        """The result for a chunk, computed again if fewer lines precede it than when it was read."""
        (data, offset, line), source, before = piece.chunk, piece.job.source, start + piece.chunk.line - 1
        if before != piece.place.before and isinstance(result, bytes):
            result = self.form(data, piece.place._replace(before=before))
        if isinstance(result, UnicodeDecodeError):
            raise decoding_error(source.label, self.reading.encoding, offset, result)
        if isinstance(result, RecordError):
            raise errors.bad_line(source.label, line + result.lines, str(result))
        if isinstance(result, CnlpError):
            raise result
        return result


def _group(pieces: ToDo, size: int) -> Iterator[tuple[list[tuple[_Piece, _Argument | None]], list[_Argument] | None]]:
    """Pieces in groups of ``size`` or ``GROUP_BYTES``, with the arguments for a worker; standard input never waits."""
    group: list[tuple[_Piece, _Argument | None]] = []
    arguments: list[_Argument] = []
    for piece, argument in pieces:
        group.append((piece, argument))
        if argument is not None:
            arguments.append(argument)
        is_live = piece.job.source.path == STANDARD_INPUT
        if is_live or len(group) >= size or _weigh(arguments) >= GROUP_BYTES:
            yield group, arguments or None
            group, arguments = [], []
    if group:
        yield group, arguments or None


def _weigh(arguments: Sequence[_Argument]) -> int:
    return sum(len(chunk) for chunk, _ in arguments)


def _apply(form: Format, arguments: Sequence[_Argument]) -> list[_Result]:
    """The results of a group; one that fails does not spoil the others."""
    results: list[_Result] = []
    for argument in arguments:
        try:
            results.append(form(*argument))
        except (UnicodeDecodeError, CnlpError) as error:
            results.append(error)
    return results


def _without_mark(chunks: Iterator[Chunk], job: Job) -> Iterator[Chunk]:
    """The chunks of an input without the byte order mark at its start, which the job remembers."""
    for data, offset, line in chunks:
        if offset == 0 and data.startswith(BOM):
            job.has_mark = True
            data, offset = data[len(BOM) :], len(BOM)
        yield Chunk(data, offset, line)


def _joined(chunks: Iterable[Chunk]) -> Iterator[Chunk]:
    """All chunks of an input as one."""
    pieces, start = [], None
    for chunk in chunks:
        start = chunk.offset if start is None else start
        pieces.append(chunk.data)
    data = b"".join(pieces)
    del pieces
    yield Chunk(data, start or 0, 1)
