"""What ``cnlp segment``, ``tag``, ``ner`` and ``keywords`` share: their options for inputs and outputs, and the run."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import wraps
from typing import Any, NamedTuple

import click

import cnlp
from cnlp.batch.files import Plan, convert_files, plan_files
from cnlp.batch.streams import Reading, Writing
from cnlp.commands._errors import FAILED
from cnlp.files.decoding import ENCODINGS, POLICIES
from cnlp.files.documents import PER
from cnlp.files.journal import fingerprint
from cnlp.files.records import Analysis, Format, Records

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


def per_option(default: str) -> Decorator:
    """``--per``: what is one document."""
    return click.option(
        "--per", type=click.Choice(PER), default=default, show_default=True, help="What is one document."
    )


class Batch(NamedTuple):
    """The options for inputs, outputs and the run."""

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
            ArgumentError: the outputs would overwrite an input, or each other, or options contradict each other.
        """
        others = [path for path in (self.log, also) if path is not None]
        return plan_files(self.files, self.output, suffix, resume=self.resume, also=others)

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
        context = click.get_current_context()
        failed = convert_files(
            plan,
            form,
            Reading(self.encoding, self.errors, self.field, whole and self.field is None),
            writing,
            version=cnlp.__version__,
            settings=_fingerprint(context) if self.resume else "",
            log=self.log,
            quiet=self.quiet,
            workers=self.workers,
            processes=processes,
        )
        if failed:
            context.exit(FAILED)


def _fingerprint(context: click.Context) -> str:
    """What decides the outputs of this command line besides the inputs."""
    free = {"files", "output", "workers", "resume", "quiet", "log"}
    options = {name: value for name, value in context.params.items() if name not in free}
    return fingerprint(str(context.info_name), cnlp.__version__, options)


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
