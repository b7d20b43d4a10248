"""Messages on standard error: one line each, never a traceback."""

from __future__ import annotations

import os
import sys

from cnlp.errors import CnlpError
from cnlp.files.language import translate

TRACEBACK_VARIABLE = "CNLP_TRACEBACK"


def describe(error: BaseException) -> str:
    """One line that says what was wrong and where.

    >>> describe(FileNotFoundError(2, "No such file or directory", "a.txt"))
    'a.txt: No such file or directory'
    """
    if isinstance(error, CnlpError):
        return one_line(str(error))
    if isinstance(error, OSError):
        return one_line(_describe_os_error(error))
    if isinstance(error, MemoryError):
        return "out of memory"
    hint = f"(please report it; {TRACEBACK_VARIABLE}=1 shows where)"
    return one_line(f"internal error: {type(error).__name__}: {error} {hint}")


def print_error(error: BaseException, message: str | None = None) -> None:
    """Print an error as one line, by default as :func:`describe` describes it; with CNLP_TRACEBACK=1 its traceback."""
    if sys.stderr is None:
        return
    try:
        if os.environ.get(TRACEBACK_VARIABLE):
            import traceback

            traceback.print_exception(error)
    except OSError:
        pass
    print_message(f"error: {describe(error) if message is None else message}")


def print_message(message: str) -> None:
    """Print one line on standard error, in the user's language."""
    try:
        if sys.stderr is not None:
            print(f"cnlp: {translate(one_line(message))}", file=sys.stderr, flush=True)
    except OSError:
        pass  # nobody reads the messages; the exit code still reports the failure


def flush_output() -> OSError | None:
    """Flush standard output; discard what cannot be written, or Python complains about it when it ends.

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


def one_line(message: str) -> str:
    r"""``message`` with line breaks and control characters (file names may contain them) made visible.

    >>> one_line("a\tb\n")
    'a\\tb\\n'
    """
    flat = message.replace("\n", "\\n").replace("\r", "\\r")
    return "".join(char if char.isprintable() else char.encode("unicode_escape").decode() for char in flat)


def _describe_os_error(error: OSError) -> str:
    """``file: reason`` as other commands print it."""
    reason = error.strerror or str(error) or type(error).__name__
    return reason if error.filename is None else f"{os.fsdecode(error.filename) or repr('')}: {reason}"
