"""A lexicon whose files may change while it is used: what is at work finishes with the words it began with."""

from __future__ import annotations

import os
import threading
from collections.abc import Callable, Sequence

from cnlp.lexicon.lexicon import Lexicon, load_lexicon

Signature = tuple[tuple[int, int, int] | None, ...]  # of each file: inode, size, time of change in ns; None: missing


class ReloadingLexicon:
    """The words of files, read again when these change.

    A new file is read aside and replaces the lexicon in one step; while it is damaged, the old one stays. Editors and
    programs had best write a new file and rename it, so that nobody sees half of it.

    Args:
        paths: a lexicon file, or several, which are laid over one another, the last uppermost.
        encoding: of the files; detected by default.

    Attributes:
        lexicon: the words as they are now; take it once for each piece of work.

    Raises:
        OSError: a file cannot be read.
        EncodingError, FormatError: it is damaged.
    """

    lexicon: Lexicon

    def __init__(
        self, paths: str | os.PathLike[str] | Sequence[str | os.PathLike[str]], *, encoding: str | None = None
    ) -> None:
        self._paths = (paths,) if isinstance(paths, (str, os.PathLike)) else tuple(paths)
        self._encoding = encoding
        self._read = self._look()
        self.lexicon = self._load()

    def refresh(self) -> bool:
        """Read the files again if they have changed.

        Returns:
            Whether there is a new lexicon.

        Raises:
            OSError, EncodingError, FormatError: as the constructor. The old lexicon stays, and the files are not read
                again before they change again.
        """
        now = self._look()
        if now == self._read:
            return False
        self._read = now
        self.lexicon = self._load()
        return True

    def watch(self, report: Callable[[Exception | None], object], seconds: float = 0.5) -> Callable[[], None]:
        """Refresh in a thread as long as the process runs.

        Args:
            report: called in that thread after each change, with the error if the new files are damaged.
            seconds: how often to look. Files are read when they have not changed for as long.

        Returns:
            What stops the thread.
        """
        stop = threading.Event()

        def look() -> None:
            before = self._read
            while not stop.wait(seconds):
                now = self._look()
                if now == before:
                    self._refresh(report)
                before = now

        threading.Thread(target=look, name="lexicon", daemon=True).start()
        return stop.set

    def _refresh(self, report: Callable[[Exception | None], object]) -> None:
        try:
            if self.refresh():
                report(None)
        except Exception as error:  # whatever is wrong with the file, the thread goes on
            report(error)

    def _look(self) -> Signature:
        return tuple(map(_signature, self._paths))

    def _load(self) -> Lexicon:
        lexicon = load_lexicon()
        for path in self._paths:
            lexicon = lexicon.overlay(path, encoding=self._encoding)
        return lexicon


def _signature(path: str | os.PathLike[str]) -> tuple[int, int, int] | None:
    try:
        status = os.stat(path)
    except OSError:
        return None
    return status.st_ino, status.st_size, status.st_mtime_ns
