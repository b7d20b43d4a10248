"""The progress bar: on a terminal, for long inputs, and nowhere else."""

from __future__ import annotations

import sys

import pytest

from cnlp.files import progress


@pytest.mark.parametrize(
    "total, wanted, terminal, shown",
    [
        (10_000_000, True, True, True),
        (None, True, True, True),
        (100, True, True, False),
        (10_000_000, False, True, False),
        (10_000_000, True, False, False),
    ],
)
def test_when_a_bar_is_shown(
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    total: int | None,
    wanted: bool,
    terminal: bool,
    shown: bool,
) -> None:
    monkeypatch.setattr(sys.stderr, "isatty", lambda: terminal)
    monkeypatch.setattr(progress, "DELAY_SECONDS", 0)
    with progress.show_progress(total, wanted=wanted) as bar:
        bar.advance(5_000_000)
        bar.clear()
    assert ("B/s" in capsys.readouterr().err) == shown
