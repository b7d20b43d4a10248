"""A lexicon whose files change: new words are taken up, damaged files are not."""

from __future__ import annotations

import threading
from pathlib import Path

import pytest

import cnlp
from cnlp import errors
from cnlp.lexicon.reloading import ReloadingLexicon

TEXT = "她在网易杭研大厦"


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return write(tmp_path / "words.txt", "网易\n")


def write(path: Path, text: str) -> Path:
    new = path.with_suffix(".new")
    new.write_text(text, encoding="utf-8")
    return new.replace(path)


def test_a_changed_file_is_read_again_and_only_then(path: Path) -> None:
    words = ReloadingLexicon(path)
    before = words.lexicon
    assert not words.refresh() and words.lexicon is before
    write(path, "杭研大厦\n")
    assert words.refresh() and not words.refresh()
    assert "杭研大厦" in cnlp.segment(TEXT, lexicon=words.lexicon)
    assert "杭研大厦" not in cnlp.segment(TEXT, lexicon=before)


@pytest.mark.parametrize("content", ["机器 学习 模型\n", None])
def test_the_old_words_stay_while_the_file_is_damaged_or_missing(path: Path, content: str | None) -> None:
    words = ReloadingLexicon(path)
    before = words.lexicon
    if content is None:
        path.unlink()
    else:
        write(path, content)
    with pytest.raises((errors.FormatError, FileNotFoundError), match=r"words\.txt"):
        words.refresh()
    assert words.lexicon is before and not words.refresh()
    write(path, "杭研大厦\n")
    assert words.refresh() and "杭研大厦" in words.lexicon


def test_several_files_are_laid_over_one_another(path: Path, tmp_path: Path) -> None:
    over = write(tmp_path / "over.txt", "杭研大厦\n")
    words = ReloadingLexicon([path, over])
    assert words.lexicon.size == 2
    write(path, "网易\n南京市\n")
    assert words.refresh() and words.lexicon.size == 3


def test_a_thread_takes_changes_up_and_reports_them(path: Path) -> None:
    words = ReloadingLexicon(path)
    reports: list[Exception | None] = []
    reported = threading.Event()

    def report(error: Exception | None) -> None:
        reports.append(error)
        reported.set()

    stop = words.watch(report, seconds=0.01)
    for text in ("杭研大厦\n", "机器 学习 模型\n"):
        reported.clear()
        write(path, text)
        assert reported.wait(30)
    stop()
    assert reports[0] is None and isinstance(reports[1], errors.FormatError)
    assert "杭研大厦" in words.lexicon
