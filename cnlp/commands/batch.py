"""What ``cnlp segment``, ``tag``, ``ner`` and ``keywords`` share: their options for inputs and outputs, and the run."""

from __future__ import annotations

import stat
import sys
from collections.abc import Callable, Mapping, Sequence
from contextlib import ExitStack
from functools import wraps
from typing import Any, NamedTuple

import click

from cnlp.commands.accounts import Account
from cnlp.commands.failures import FAILED
from cnlp.commands.formats import Format
from cnlp.commands.inputs import STANDARD_INPUT, Input, find_inputs
from cnlp.commands.journal import Journal, fingerprint
from cnlp.commands.outputs import (
    STANDARD_OUTPUT,
    Output,
    choose_targets,
    is_folder,
    refuse_overwriting,
    standard_output,
)
from cnlp.commands.progress import show_progress
from cnlp.commands.records import Analysis, Records
from cnlp.commands.streams import Reading, Stream, Writing
from cnlp.files.decoding import ENCODINGS, POLICIES

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
    "a quarter of 1 MB in hand; the output is the same.",
)
_OPTIONS = (
    encoding_option,
    click.option(
        "--errors",
        type=click.Choice(POLICIES),
        default="strict",
        show_default=True,
        help="What becomes of bytes that are not in --encoding: strict: the file fails; replace: U+FFFD; skip: the "
        "line is left out. Each place is told.",
    ),
    click.option(
        "--field",
        metavar="NAME",
        help="Inputs are records, JSON Lines or CSV or TSV with a heading, as their names say; this field's text is "
        "worked on. Format text puts the result in its place, jsonl adds it; the rest stays as it is.",
    ),
    workers_option,
    click.option(
        "--resume",
        is_flag=True,
        help="Keep a journal in the output folder, and leave out what it says is done: the same command goes on where "
        "it was interrupted. What changed since is done again.",
    ),
    click.option("-q", "--quiet", is_flag=True, help="Tell nothing but errors."),
    click.option("--log", metavar="FILE", help="Append what happens, a line of JSON for each file and each bad byte."),
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
        f"name there, with {added} behind it in those formats. A file is compressed if its name ends with "
        ".gz, .bz2, .xz or .zst.",
    )


class Plan(NamedTuple):
    """What goes where.

    Attributes:
        inputs: in order.
        targets: an output path for each.
        failures: why some FILES stand for nothing.
        several: there may be more inputs than one.
    """

    inputs: list[Input]
    targets: list[str]
    failures: list[OSError]
    several: bool


class Batch(NamedTuple):
    """What the command line says about inputs, outputs and the run; see the options."""

    files: tuple[str, ...]
    output: str | None
    encoding: str
    errors: str
    field: str | None
    workers: int
    resume: bool
    quiet: bool
    log: str | None

    def plan(self, suffix: str, also: str | None = None) -> Plan:
        """Find the inputs and choose their outputs.

        Args:
            suffix: what the format adds to a file's name in a folder.
            also: another file that is written.

        Raises:
            click.UsageError: the outputs would overwrite an input, or each other, or options contradict each other.
        """
        inputs, failures = find_inputs(self.files, without=self.output)
        several = len(self.files) > 1 or any(not source.single for source in inputs)
        targets = choose_targets(inputs, self.output, several, suffix)
        others = [path for path in (self.log, also) if path is not None]
        refuse_overwriting(inputs, [*targets, *others])
        if set(others) & set(targets):
            raise click.UsageError(f"{others[0]}: is also an output; choose another name")
        if self.resume and (self.output is None or not (several or is_folder(self.output))):
            raise click.UsageError("--resume needs a folder as --output, where it keeps its journal")
        if self.resume and any(source.path == STANDARD_INPUT for source in inputs):
            raise click.UsageError("--resume needs files: standard input cannot be read again")
        return Plan(inputs, targets, failures, several)

    def form(self, name: str, of_lines: Format, analysis: Analysis) -> Format:
        """The format ``name``: ``of_lines``, or that of the fields of records.

        Raises:
            click.UsageError: records have no such format.
        """
        if self.field is None:
            return of_lines
        if name not in ("text", "jsonl"):
            raise click.UsageError(f"--field goes with --format text or jsonl, not {name}")
        return Records(self.field, analysis, as_objects=name == "jsonl")

    def run(self, plan: Plan, form: Format, writing: Writing, *, processes: bool = True, whole: bool = False) -> None:
        """Convert all inputs with ``form``; the process ends with an error code if one fails."""
        pairs = list(zip(plan.inputs, plan.targets, strict=True))
        shared = standard_output() if STANDARD_OUTPUT in plan.targets else None
        reading = Reading(self.encoding, self.errors, self.field, whole and self.field is None)
        totals = shared is None and (plan.several or (sys.stderr is not None and sys.stderr.isatty()))
        with ExitStack() as stack:
            account = stack.enter_context(Account(self.log, quiet=self.quiet, totals=totals))
            for failure in plan.failures:
                account.error(failure)
            journal = stack.enter_context(self._journal(account)) if self.resume else None
            if journal is not None:
                journal.remove_unfinished(plan.targets)
            bar = show_progress(total_size(plan.inputs), wanted=not self.quiet and _bar_fits(plan.inputs, shared))
            account.progress = stack.enter_context(bar)
            stream = Stream(form, reading, writing, account, journal=journal, workers=self.workers, processes=processes)
            stream.run(pairs, shared)
        if account.failed:
            click.get_current_context().exit(FAILED)

    def _journal(self, account: Account) -> Journal:
        """The journal of the output folder, for the options of this command line."""
        context = click.get_current_context()
        free = {"files", "output", "workers", "resume", "quiet", "log"}  # they do not change what an output is
        options = {name: value for name, value in context.params.items() if name not in free}
        return Journal(str(self.output), fingerprint(str(context.info_name), options), account.warn)


def batch_options(suffixes: Mapping[str, str]) -> Decorator:
    """FILES and the options of a :class:`Batch`, which the command gets as its argument ``batch``."""

    def decorate(command: Callable[..., Any]) -> Callable[..., Any]:
        @wraps(command)
        def run(**options: Any) -> Any:
            return command(Batch(**{name: options.pop(name) for name in Batch._fields}), **options)

        for option in reversed(_OPTIONS):
            run = option(run)
        return files_argument(output_option(suffixes)(run))

    return decorate


def total_size(inputs: Sequence[Input]) -> int | None:
    """Bytes of all inputs, ``None`` if one is a pipe or a terminal."""
    sizes = [status.st_size if stat.S_ISREG(status.st_mode) else -1 for s in inputs if (status := s.status())]
    return None if -1 in sizes else sum(sizes)


def _bar_fits(inputs: Sequence[Input], shared: Output | None) -> bool:
    """Whether neither the output nor what the user types shares the terminal with a bar."""
    if shared is not None and shared.is_terminal:
        return False
    return all(source.path != STANDARD_INPUT or not sys.stdin.isatty() for source in inputs)
