"""A progress bar on a terminal, for inputs that take a while."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, NoReturn

if TYPE_CHECKING:
    from tqdm import tqdm

LONG_BYTES = 4_000_000
DELAY_SECONDS = 0.5


class Progress:
    """Counts bytes read; shows nothing without a bar."""

    def __init__(self, bar: tqdm[NoReturn] | None) -> None:
        self.bar = bar

    def advance(self, count: int) -> None:
        """``count`` more bytes were read."""
        if self.bar is not None:
            self.bar.update(count)

    def read(self, block: bytes) -> None:
        """A block of bytes was read."""
        self.advance(len(block))

    def clear(self) -> None:
        """Clear the line for a message."""
        if self.bar is not None:
            self.bar.clear()


@contextmanager
def show_progress(total: int | None, *, wanted: bool) -> Iterator[Progress]:
    """A bar on standard error if that is a terminal and the input is long or of unknown length.

    Args:
        total: bytes to read, ``None`` if not known.
        wanted: False where a bar would disturb, as between lines of output on the same terminal.
    """
    terminal = sys.stderr is not None and sys.stderr.isatty()
    if not (wanted and terminal and (total is None or total >= LONG_BYTES)):
        yield Progress(None)
        return
    from tqdm import tqdm

    bar: tqdm[NoReturn] = tqdm(total=total, unit="B", unit_scale=True, delay=DELAY_SECONDS, leave=False)
    with bar:
        yield Progress(bar)
