"""How errors look in the shell: one line each, never a traceback, and an exit code."""

from __future__ import annotations

import os
import sys

import click

from cnlp.errors import ArgumentError, CnlpError

FAILED = 1
USAGE = 2
INTERRUPTED = 130
BROKEN_PIPE = 141
TERMINATED = 143
TRACEBACK_VARIABLE = "CNLP_TRACEBACK"


def describe(error: BaseException) -> str:
    """One line that says what was wrong and where."""
    if isinstance(error, click.ClickException):
        return _one_line(error.format_message() + _where_to_look(error))
    if isinstance(error, CnlpError):
        return _one_line(str(error))
    if isinstance(error, OSError):
        return _one_line(_describe_os_error(error))
    if isinstance(error, MemoryError):
        return "out of memory"
    hint = f"(please report it; {TRACEBACK_VARIABLE}=1 shows where)"
    return _one_line(f"internal error: {type(error).__name__}: {error} {hint}")


def exit_code(error: BaseException) -> int:
    """2 if the command line is wrong, 1 for everything else."""
    return USAGE if isinstance(error, (click.UsageError, ArgumentError)) else FAILED


def report(error: BaseException) -> None:
    """Print ``error`` as one line on standard error; with CNLP_TRACEBACK=1 its traceback before."""
    if sys.stderr is None:
        return
    try:
        if os.environ.get(TRACEBACK_VARIABLE):
            import traceback

            traceback.print_exception(error)
    except OSError:
        pass
    say(f"error: {describe(error)}")


def say(message: str) -> None:
    """Print one line on standard error."""
    try:
        if sys.stderr is not None:
            print(f"cnlp: {_one_line(message)}", file=sys.stderr, flush=True)
    except OSError:
        pass  # nobody reads the messages; the exit code still tells


def flush_output() -> OSError | None:
    """Flush standard output; throw away what cannot be written, or Python complains about it when it ends.

    Returns:
        why it could not be written.
    """
    if sys.stdout is None:
        return None
    try:
        sys.stdout.flush()
    except OSError as error:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        error.filename = error.filename or "standard output"
        return error
    return None


def _describe_os_error(error: OSError) -> str:
    """``file: reason`` as other commands say it."""
    reason = error.strerror or str(error) or type(error).__name__
    return reason if error.filename is None else f"{os.fsdecode(error.filename)}: {reason}"


def _where_to_look(error: click.ClickException) -> str:
    """A pointer to the help of the command that was misused."""
    context = getattr(error, "ctx", None)
    return f" (see: {context.command_path} --help)" if context is not None else ""


def _one_line(message: str) -> str:
    """``message`` with line breaks and control characters (file names may hold them) made visible."""
    flat = message.replace("\n", "\\n").replace("\r", "\\r")
    return "".join(char if char.isprintable() else char.encode("unicode_escape").decode() for char in flat)
