"""Many files: which inputs go to which outputs, and their conversion with progress, report and journal."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from contextlib import ExitStack
from typing import NamedTuple

from cnlp.batch.streams import BatchStream, Reading, Writing
from cnlp.errors import ArgumentError
from cnlp.files.inputs import STANDARD_INPUT, Input, find_inputs, total_size
from cnlp.files.journal import Journal
from cnlp.files.outputs import (
    STANDARD_OUTPUT,
    Output,
    choose_targets,
    file_output,
    is_folder,
    refuse_overwriting,
    standard_output,
)
from cnlp.files.progress import show_progress
from cnlp.files.records import Format
from cnlp.files.report import BatchReport


class Plan(NamedTuple):
    """The inputs of a batch and their outputs.

    Attributes:
        inputs: in order.
        targets: an output path for each.
        failures: errors about the arguments that name no input.
        several: there may be more inputs than one.
        folder: of the outputs, where a journal is kept; ``None`` without a journal.
        together: the file that all inputs make together; ``None`` if there is none, or it is standard output.
    """

    inputs: list[Input]
    targets: list[str]
    failures: list[OSError]
    several: bool
    folder: str | None = None
    together: str | None = None


def plan_files(
    files: Sequence[str],
    output: str | None,
    suffix: str,
    *,
    resume: bool = False,
    also: Sequence[str] = (),
    together: bool = False,
) -> Plan:
    """Find the inputs and choose their outputs.

    Args:
        files: files, folders and patterns; see :func:`cnlp.files.inputs.find_inputs`.
        output: a file or folder; see :func:`cnlp.files.outputs.choose_targets`.
        suffix: added to a file's name in a folder.
        resume: keep a journal in the output folder.
        also: other files that are written.
        together: all inputs make one output.

    Raises:
        ArgumentError: the outputs would overwrite an input, or each other, or there is no place for a journal.
    """
    inputs, failures = find_inputs(files, without=output)
    several = len(files) > 1 or any(not source.single for source in inputs)
    one = output if together and output != STANDARD_OUTPUT else None
    if one is not None and is_folder(one):
        raise ArgumentError(f"{one}: is a folder; all inputs make one result, which needs a file as --output")
    targets = choose_targets(inputs, None if together else output, several, suffix)
    written = [*targets, *([one] if one is not None else [])]
    refuse_overwriting(inputs, [*written, *also])
    if set(also) & set(written):
        raise ArgumentError(f"{also[0]}: is also an output; choose another name")
    if resume and (together or output is None or not (several or is_folder(output))):
        raise ArgumentError("--resume needs a folder as --output, where it keeps its journal")
    if resume and any(source.path == STANDARD_INPUT for source in inputs):
        raise ArgumentError("--resume needs files: standard input cannot be read again")
    return Plan(inputs, targets, failures, several, output if resume else None, one)


def convert_files(
    plan: Plan,
    form: Format,
    reading: Reading,
    writing: Writing,
    *,
    version: str,
    settings: str = "",
    log: str | None = None,
    quiet: bool = False,
    workers: int = 1,
    processes: bool = True,
) -> int:
    """Convert all inputs of ``plan``; an input that fails is reported, and the others are converted.

    Args:
        plan: inputs and outputs.
        form: the format.
        reading: how inputs are read.
        writing: how results are written.
        version: of the program, for the log.
        settings: what decides the outputs besides the inputs, see :func:`cnlp.files.journal.fingerprint`.
        log: a file to append events to.
        quiet: only print errors.
        workers: number of chunks converted at the same time.
        processes: workers are processes, not threads.

    Returns:
        how many inputs failed.
    """
    with ExitStack() as stack:
        shared = None
        if plan.together is not None:
            shared = stack.enter_context(file_output(plan.together, encoding=writing.encoding))
        elif STANDARD_OUTPUT in plan.targets:
            shared = standard_output(writing.encoding)
        totals = shared is None and (plan.several or (sys.stderr is not None and sys.stderr.isatty()))
        report = stack.enter_context(BatchReport(log, version, quiet=quiet, totals=totals))
        for failure in plan.failures:
            if writing.all_or_nothing:
                raise failure
            report.error(failure)
        journal = None
        if plan.folder is not None:
            journal = stack.enter_context(Journal(plan.folder, settings, report.warn))
            journal.remove_unfinished(plan.targets)
        bar = show_progress(total_size(plan.inputs), wanted=not quiet and _bar_fits(plan.inputs, shared))
        report.progress = stack.enter_context(bar)
        stream = BatchStream(form, reading, writing, report, journal=journal, workers=workers, processes=processes)
        stream.run(list(zip(plan.inputs, plan.targets, strict=True)), shared)
    return report.failed


def _bar_fits(inputs: Sequence[Input], shared: Output | None) -> bool:
    """Whether neither the output nor what the user types shares the terminal with a bar."""
    if shared is not None and shared.is_terminal:
        return False
    return all(source.path != STANDARD_INPUT or not sys.stdin.isatty() for source in inputs)
