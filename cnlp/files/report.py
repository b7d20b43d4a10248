"""The report of a batch: errors, undecodable bytes and totals as messages, and a log.

Messages go to standard error. The log is a line of JSON for each event, appended at once, with the time in UTC:
``start``, ``done`` (an output is complete), ``unchanged`` (``--resume`` found it so), ``bad-bytes``, ``warning``,
``error``, ``end``.
"""

from __future__ import annotations

import json
import time
from datetime import datetime, timezone
from types import TracebackType

from cnlp._kernel import kernel
from cnlp.files.decoding import BadBytes
from cnlp.files.inputs import Input
from cnlp.files.lines import naming
from cnlp.files.messages import describe, print_error, print_message
from cnlp.files.progress import Progress

SHOWN = 10  # places of an input that messages name; the log names all
_ACTIONS = {"replace": "replaced by U+FFFD", "skip": "line left out"}


class Counts:
    """Lines, characters and bytes of text, and the number of undecodable sequences of bytes."""

    def __init__(self) -> None:
        self.lines = 0
        self.characters = 0
        self.bytes = 0
        self.bad = 0

    def add(self, data: bytes, lines: int) -> None:
        """Count a chunk of UTF-8 that has ``lines`` lines."""
        self.lines += lines
        self.characters += kernel.count_text(data)[1]
        self.bytes += len(data)

    def add_all(self, other: Counts) -> None:
        """Add another's counts."""
        for name, count in vars(other).items():
            setattr(self, name, getattr(self, name) + count)


class BatchReport:
    """What happened so far; a context manager that prints the totals at its end.

    Args:
        log: the file to append to.
        version: of the program, for the log.
        quiet: only print errors.
        totals: print them at the end, if not quiet.
    """

    def __init__(self, log: str | None, version: str, *, quiet: bool, totals: bool) -> None:
        self.progress = Progress(None)
        self.counts = Counts()
        self.files = 0
        self.unchanged = 0
        self.failed = 0
        self._quiet = quiet
        self._totals = totals and not quiet
        self._started = time.perf_counter()
        self._log = None
        if log is not None:
            with naming(log):
                self._log = open(log, "ab", buffering=0)  # noqa: SIM115 - closed by __exit__
        self._note("start", version=version)

    def __enter__(self) -> BatchReport:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, _: TracebackType | None) -> None:
        seconds = time.perf_counter() - self._started
        if self._totals:
            print_message(self._sentence(seconds))
        numbers = {"files": self.files, "unchanged": self.unchanged, "failed": self.failed, **vars(self.counts)}
        ended = {"ended_by": kind.__name__} if kind is not None else {}
        self._note("end", **numbers, seconds=round(seconds, 3), **ended)
        if self._log is not None:
            self._log.close()

    def done(self, source: Input, target: str, counts: Counts) -> None:
        """The output of an input is complete."""
        self.files += 1
        self.counts.add_all(counts)
        if counts.bad > SHOWN:
            self._warn(f"{source.label}: {counts.bad - SHOWN:,} more places like these; --log FILE names all")
        self._note("done", input=source.label, output=target, **vars(counts))

    def is_unchanged(self, source: Input, target: str) -> None:
        """The output of an input existed already."""
        self.unchanged += 1
        self._note("unchanged", input=source.label, output=target)

    def bad_bytes(self, source: Input, bad: BadBytes, number: int, encoding: str, policy: str) -> None:
        """The ``number``-th sequence of bytes of an input that cannot be decoded."""
        if number <= SHOWN:
            shown = " ".join(f"0x{byte:02x}" for byte in bad.data[:4])
            place = f"{source.label}:{bad.line}: not {encoding} at byte {bad.offset} ({shown})"
            self._warn(f"{place}: {_ACTIONS[policy]}")
        where = {"line": bad.line, "byte": bad.offset, "bytes": bad.data.hex(" ")}
        self._note("bad-bytes", input=source.label, **where, encoding=encoding, policy=policy)

    def error(self, error: BaseException) -> None:
        """An input failed."""
        self.failed += 1
        self.progress.clear()
        print_error(error)
        self._note("error", message=describe(error))

    def warn(self, message: str) -> None:
        """Something that is not an error."""
        self._warn(message)
        self._note("warning", message=message)

    def _warn(self, message: str) -> None:
        if not self._quiet:
            self.progress.clear()
            print_message(f"warning: {message}")

    def _note(self, event: str, **facts: object) -> None:
        """Append to the log."""
        if self._log is not None:
            now = datetime.now(timezone.utc).isoformat(timespec="milliseconds")
            line = json.dumps({"time": now, "event": event, **facts}, ensure_ascii=False) + "\n"
            with naming(self._log.name):
                self._log.write(line.encode("utf-8", "backslashreplace"))

    def _sentence(self, seconds: float) -> str:
        """The totals in words."""
        counts = self.counts
        rate = counts.bytes / seconds / 1e6
        parts = [
            f"{self.files:,} files, {counts.lines:,} lines, {counts.characters:,} characters in {seconds:,.1f} s, "
            f"{rate:,.1f} MB/s"
        ]
        if self.unchanged:
            parts.append(f"{self.unchanged:,} files were done before")
        if self.failed:
            parts.append(f"{self.failed:,} failed")
        if counts.bad:
            parts.append(f"{counts.bad:,} sequences of undecodable bytes")
        return "; ".join(parts)
