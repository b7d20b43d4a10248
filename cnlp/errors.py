"""Every error of the package: what was wrong, where, and what would be right.

All classes derive from :class:`CnlpError`, so one ``except`` catches whatever the package reports. Messages
that several callers need are built here: ``raise errors.bad_line(path, 17, "...")``.
"""

from __future__ import annotations

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Collection, Iterable


MAX_SEED = (1 << 31) - 1


class CnlpError(Exception):
    """Base of all errors that the package raises on purpose."""


class ArgumentError(CnlpError, ValueError):
    """An argument has the right type and an invalid value."""


class TagError(ArgumentError):
    """A tag that is not allowed at its position.

    Attributes:
        position: its position in the sequence, from 0; the length of the sequence if something is missing at its end.
        in_scheme: the scheme has the tag, which is only in the wrong place, so that it can be repaired.
    """

    def __init__(self, message: str, position: int, in_scheme: bool = True) -> None:
        super().__init__(message)
        self.position = position
        self.in_scheme = in_scheme

    def __reduce__(self) -> tuple[type[TagError], tuple[str, int, bool]]:
        return type(self), (str(self), self.position, self.in_scheme)


class TextTypeError(CnlpError, TypeError):
    """Something other than ``str`` was given where text is needed."""


class FormatError(CnlpError, ValueError):
    """A file (lexicon, corpus, table) breaks its format at a known line."""


class EncodingError(CnlpError, ValueError):
    """A file's bytes are not in the encoding that was named."""


class RecordError(CnlpError, ValueError):
    """A record that cannot be used.

    Attributes:
        lines: how many lines of the chunk precede it.
    """

    def __init__(self, reason: str, lines: int = 0) -> None:
        super().__init__(reason)
        self.lines = lines

    def __reduce__(self) -> tuple[type[RecordError], tuple[str, int]]:
        return type(self), (str(self), self.lines)


class InputError(CnlpError, ValueError):
    """A file is not plain text, or changed while it was read."""


class DamagedFileError(CnlpError, ValueError):
    """A compressed file is not in its format, is damaged, or ends too early."""


class ModelError(CnlpError, ValueError):
    """A model file is damaged, foreign, or of another version."""


class TrainingError(CnlpError, RuntimeError):
    """Training cannot continue: memory ran out, or the loss is NaN or infinite."""


class WorkerError(CnlpError, RuntimeError):
    """Worker processes or threads cannot be started, or have ended."""


class MissingDependencyError(CnlpError, ImportError):
    """An optional package is needed for what was asked."""


def not_text(value: object, where: str = "text") -> TextTypeError:
    """``where`` must be str; the message for bytes says how to decode them."""
    kind = type(value).__name__
    hint = "; decode it first: data.decode('utf-8')" if isinstance(value, (bytes, bytearray)) else ""
    return TextTypeError(f"{where} must be str, not {kind}{hint}")


def bad_line(path: object, line: int, reason: str) -> FormatError:
    """``path:line: reason`` as compilers print it; ``line`` counts from 1."""
    return FormatError(f"{path}:{line}: {reason}")


REPAIR_TAGS = "--repair begin reads it as conlleval does, --repair drop as seqeval's strict mode (repair= in Python)"
REPAIR_OVERLAPS = "--repair begin or drop keeps the longest (repair= in Python)"
NAME_ENCODING = "name the file's own encoding with --encoding (encoding= in Python)"
SAVE_AS_UTF8 = "save the file as UTF-8"


def undecodable(path: object, encoding: str, offset: int, data: bytes, way: str = NAME_ENCODING) -> EncodingError:
    """The byte at ``offset`` (from 0, in the file) cannot be decoded.

    ``data`` is the offending bytes; ``way`` says what to do where such a file is read.
    """
    shown = " ".join(f"0x{byte:02x}" for byte in data[:4])
    return EncodingError(f"{path}: not {encoding} at byte {offset} ({shown}); {way}")


def unencodable(path: object, line: int, encoding: str, char: str) -> EncodingError:
    """The character ``char`` in ``line`` (from 1) of an output cannot be written in ``encoding``."""
    return EncodingError(
        f"{path}:{line}: not in {encoding}: {char!r} (U+{ord(char):04X}); write --output-encoding utf-8 or gb18030"
    )


def not_plain_text(path: object, what: str) -> InputError:
    """The file at ``path`` is ``what``."""
    hint = "" if ";" in what else f", not text; if it is text after all, read it from standard input: < {path}"
    return InputError(f"{path}: is {what}{hint}")


def skipped_rows(path: object) -> InputError:
    """Lines of the table at ``path`` cannot be left out."""
    return InputError(f"{path}: --errors skip would leave out lines, and rows may have several: use replace")


def changed_file(path: object, before: int, now: int) -> InputError:
    """The file at ``path`` changed while it was read; its sizes in bytes."""
    return InputError(
        f"{path}: changed while it was read ({before} bytes before, {now} now); try again when nothing writes to it"
    )


def damaged_file(path: object, kind: str, reason: str) -> DamagedFileError:
    """The ``kind`` of archive at ``path`` cannot be read because of ``reason``."""
    return DamagedFileError(f"{path}: damaged {kind} file: {reason}")


def bad_model(path: object, reason: str) -> ModelError:
    """The model file at ``path`` cannot be used because of ``reason``."""
    return ModelError(f"{path}: {reason}")


def unknown_choice(what: str, value: object, choices: Iterable[str]) -> ArgumentError:
    """``value`` is none of the ``choices`` for ``what``; the one that resembles it is named."""
    listed = list(choices)
    if not isinstance(value, (str, int)):
        return ArgumentError(f"{what} must be one of: {', '.join(listed)}; not {type(value).__name__}")
    from difflib import get_close_matches

    near = get_close_matches(str(value).lower(), listed, n=1)
    hint = f" (did you mean {near[0]!r}?)" if near else ""
    return ArgumentError(f"unknown {what} {value!r}; choose one of: {', '.join(listed)}{hint}")


def check_choice(what: str, value: object, choices: Collection[str]) -> None:
    """Refuse what is none of the ``choices``, of whatever type it is.

    Raises:
        ArgumentError: it is none.
    """
    if not isinstance(value, str) or value not in choices:
        raise unknown_choice(what, value, choices)


def check_flags(**flags: object) -> None:
    """Refuse what is neither true nor false, by the names of the arguments.

    Raises:
        ArgumentError: one is something else.
    """
    for name, value in flags.items():
        if not isinstance(value, bool) and type(value).__name__ != "bool_":  # numpy's
            raise ArgumentError(f"{name} must be True or False, not {type(value).__name__}")


def check_number(what: str, value: object, *, whole: bool = True) -> None:
    """Refuse what is not a number, or not a whole one; its range is up to the caller.

    Raises:
        ArgumentError: it is something else.
    """
    is_whole = hasattr(type(value), "__index__") and not isinstance(value, bool)
    is_finite = isinstance(value, float) and abs(value) < float("inf")
    if not (is_whole or (is_finite and not whole)):
        shown = repr(value) if isinstance(value, (bool, float)) else type(value).__name__
        raise ArgumentError(f"{what} must be a {'whole ' if whole else ''}number, not {shown}")


def check_seed(seed: object) -> int:
    """A seed, which every source of random numbers takes.

    Raises:
        ArgumentError: it is not a whole number from 0 to :data:`MAX_SEED`.
    """
    check_number("seed", seed)
    number: int = int(seed)  # type: ignore[call-overload]
    if not 0 <= number <= MAX_SEED:
        raise ArgumentError(f"seed must be from 0 to {MAX_SEED}, got {number}")
    return number


def check_several(what: str, values: object) -> None:
    """Refuse one text in the place of several.

    Raises:
        TextTypeError: it is one str, or not iterable.
    """
    if isinstance(values, (str, bytes, bytearray)) or not hasattr(values, "__iter__"):
        raise TextTypeError(f"{what} must be several str, such as a list, not {type(values).__name__}")


def check_strings(what: str, values: object) -> list[str]:
    """Several str as a list.

    Raises:
        TextTypeError: it is one str, not iterable, or has something else in it.
    """
    check_several(what, values)
    listed: list[str] = list(values)  # type: ignore[call-overload]
    for place, value in enumerate(listed):
        if not isinstance(value, str):
            raise not_text(value, f"item {place} (from 0) of {what}")
    return listed


def missing_dependency(package: str, extra: str, purpose: str) -> MissingDependencyError:
    """``package`` is not installed, ``purpose`` needs it, the extra ``extra`` brings it."""
    return MissingDependencyError(f"{purpose} needs {package}: pip install 'cnlp[{extra}]'")


def lost_worker() -> WorkerError:
    """A worker process has ended."""
    return WorkerError(
        "a worker process ended before its work: it was killed, or memory ran out, or it could not start because the "
        f"script lacks {_GUARD}"
    )


def unguarded() -> WorkerError:
    """A worker process, on importing its script, would start workers itself."""
    return WorkerError(f"a script that uses worker processes is imported by each of them, and therefore needs {_GUARD}")


def unsendable(reason: Exception) -> WorkerError:
    """What a worker process needs cannot be pickled because of ``reason``."""
    return WorkerError(f"the task cannot be sent to worker processes: {reason}")


def forked() -> WorkerError:
    """A stream is used in a process that inherited it."""
    return WorkerError("the workers of this stream are in the process that called os.fork: begin a new stream here")


_GUARD = "if __name__ == '__main__': around the lines that start the work"
