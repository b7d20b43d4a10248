"""A folder that keeps the work of an interrupted job, so that the next attempt resumes there."""

from __future__ import annotations

import json
import os
import shutil
from collections.abc import Mapping, Sequence
from contextlib import suppress

from cnlp import errors
from cnlp.files.lines import naming, replacing

JOURNAL = "journal.json"
TEMPORARY = ".cnlp-"  # begins the names of what is not complete


class WorkFolder:
    """A folder for one job, whose journal says of what inputs and settings its files are. Files appear when complete.

    Args:
        path: made if it is missing.
        fingerprint: whatever the work depends on, as JSON takes it.
        suffixes: how the names of the job's files end.

    Raises:
        ArgumentError: it holds the work of another job, or other files.
        OSError: it cannot be written.
    """

    def __init__(self, path: str, fingerprint: Mapping[str, object], suffixes: Sequence[str]) -> None:
        self.path = path
        self._suffixes = tuple(suffixes)
        os.makedirs(path, exist_ok=True)
        journal = os.path.join(path, JOURNAL)
        text = json.dumps(fingerprint, ensure_ascii=False, indent=1) + "\n"
        if os.path.exists(journal):
            with open(journal, encoding="utf-8") as file:
                if file.read() != text:
                    reason = "holds the work of other inputs or settings; empty it or choose another folder"
                    raise errors.ArgumentError(f"{path}: {reason}")
            self._sweep()
        elif os.listdir(path):
            raise errors.ArgumentError(f"{path}: holds other files; choose an empty folder")
        else:
            with replacing(journal) as stream, naming(journal):
                stream.write(text.encode("utf-8"))

    def remove(self) -> None:
        """Remove the files of the job, and the folder if it is then empty."""
        self._sweep()
        for name in os.listdir(self.path):
            if name == JOURNAL or name.endswith(self._suffixes):
                os.unlink(os.path.join(self.path, name))
        with suppress(OSError):
            os.rmdir(self.path)

    def _sweep(self) -> None:
        """Remove incomplete files of a killed process."""
        for name in os.listdir(self.path):
            if name.startswith(TEMPORARY):
                path = os.path.join(self.path, name)
                shutil.rmtree(path) if os.path.isdir(path) else os.unlink(path)
