"""Exit codes, and how an error is printed: one line, with a pointer to the help if the command line is wrong."""

from __future__ import annotations

import click

from cnlp.errors import ArgumentError
from cnlp.files.language import translate
from cnlp.files.messages import one_line, print_error

FAILED = 1
USAGE = 2
INTERRUPTED = 130
BROKEN_PIPE = 141
TERMINATED = 143


def exit_code(error: BaseException) -> int:
    """2 if the command line is wrong, 1 for everything else."""
    return USAGE if isinstance(error, (click.UsageError, ArgumentError)) else FAILED


_NO_COMMAND: type[click.UsageError] | tuple[()] = getattr(click.exceptions, "NoArgsIsHelpError", ())  # click 8.2


def report(error: BaseException) -> None:
    """Print ``error`` on standard error: one line, or the help of a group whose command is missing."""
    if isinstance(error, _NO_COMMAND):
        click.echo(error.format_message(), err=True)
        return
    print_error(error, _describe(error) if isinstance(error, click.ClickException) else None)


def _describe(error: click.ClickException) -> str:
    """The message, and a pointer to the help of the command that was misused."""
    context = getattr(error, "ctx", None)
    hint = f" (see: {context.command_path} --help)" if context is not None else ""
    message = error.format_message().replace("\n\t", " ")  # a list of choices
    return one_line(translate(message) + translate(hint))
