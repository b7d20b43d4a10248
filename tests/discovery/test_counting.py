"""Counts are the same however the text comes; files are whole, and gone when they are not needed."""

from __future__ import annotations

import errno
import gc
import os
import random
import tempfile
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cnlp.discovery import counting
from cnlp.discovery.counting import NgramCounts, cut_chunks, unit_table
from cnlp.discovery.runs import RunFolder
from cnlp.errors import ArgumentError, FormatError, TextTypeError

chance = random.Random(7)
TEXT = "".join(chance.choices("甲乙丙丁戊，a\n", k=30_000))


class Small(NgramCounts):
    """Counts that sort a few hundred characters at a time."""

    size = 700

    @property
    def chunk_size(self) -> int:
        return self.size


def rows(counts: NgramCounts, min_count: int = 3) -> list[tuple[Any, ...]]:
    table = counts.table(min_count)
    return [(table.total,), *(row for n in range(1, 7) for row in table.rows(n, 0, 10**9, 0.0))]


@pytest.fixture
def temporary(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Where temporary files go in this test."""
    folder = tmp_path / "temporary"
    folder.mkdir()
    monkeypatch.setattr(tempfile, "tempdir", str(folder))
    return folder


@given(st.lists(st.text("甲乙丙", max_size=9), max_size=9), st.integers(1, 12), st.integers(1, 6))
def test_chunks_cover_the_text_and_see_their_neighbours(pieces: list[str], size: int, length: int) -> None:
    whole = "".join(pieces)
    at = 0
    for text, start, end in cut_chunks(pieces, size, length):
        assert 0 < end - start <= size
        assert text == whole[max(0, at - 1) : at + end - start + length]
        assert start == min(at, 1)
        at += end - start
    assert at == len(whole)


def test_units_are_han_characters_of_the_basic_plane() -> None:
    table = unit_table()
    assert {table[ord(char)] for char in "中國々〇㐀"} == {1}
    assert not any(table[ord(char)] for char in "，。 　\n\0あ가")
    assert {table[ord(char)] for char in "aZＡéα"} == {2}
    assert [table[ord(char)] for char in "09９"] == [3, 12, 12]
    assert len(table) == 65536


def test_no_other_character_is_counted() -> None:
    counts = NgramCounts(max_length=3)
    counts.add(["甲乙A甲乙９甲乙，甲乙 甲乙\n甲乙𠮷甲乙👍甲乙"])
    assert {row[0]: row[1] for row in rows(counts, 1)[1:]} == {"甲": 8, "乙": 8, "甲乙": 8}


@pytest.mark.parametrize("workers", [1, 3])
@pytest.mark.parametrize("size", [1, 97, 5000, 10**6])
@pytest.mark.parametrize("memory", [1_000_000, 10**9])
def test_neither_chunks_nor_workers_nor_memory_change_a_count(
    workers: int, size: int, memory: int, monkeypatch: pytest.MonkeyPatch, temporary: Path
) -> None:
    text = TEXT[: size * 200]
    expected = NgramCounts(max_length=5)
    expected.add([text])
    monkeypatch.setattr(Small, "size", size)
    counts = Small(max_length=5, memory=memory, workers=workers)
    counts.add(text[i : i + 333] for i in range(0, len(text), 333))
    assert rows(counts) == rows(expected)


def test_many_runs_are_merged_in_groups(temporary: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(counting, "_MAX_OPEN", 3)
    expected = NgramCounts()
    expected.add([TEXT])
    counts = Small(memory=1_000_000)
    counts.memory = 20_000  # so that runs go to files
    counts.add([TEXT])
    assert len(counts._runs) > 9 and any(run.path for run in counts._runs)
    counts.memory = 1_000_000
    assert rows(counts) == rows(expected)
    assert rows(counts) == rows(expected)  # and a second time


def test_counts_can_be_merged_in_any_order(temporary: Path) -> None:
    whole = NgramCounts()
    whole.add([TEXT[:900], "\n", TEXT[900:]])
    first, second = NgramCounts(), Small()
    first.add([TEXT[:900]])
    second.add([TEXT[900:]])
    total = NgramCounts()
    total.merge(second)
    total.merge(first)
    assert rows(total) == rows(whole)
    assert total.total == first.total + second.total == whole.total
    with pytest.raises(ArgumentError, match="counts of n-grams up to 4 and 5 characters cannot be merged"):
        total.merge(NgramCounts(max_length=5))


def test_short_texts_are_sorted_together(temporary: Path) -> None:
    lines = TEXT.splitlines()
    whole = NgramCounts()
    whole.add([TEXT])
    counts = Small()
    for line in lines:
        counts.add([line])
    assert len(counts._runs) < len(lines) / 20
    assert rows(counts) == rows(whole)


def test_saved_counts_are_loaded_and_merged(tmp_path: Path) -> None:
    counts = NgramCounts(max_length=3)
    counts.add([TEXT])
    counts.save(tmp_path / "part")
    loaded = NgramCounts.load(tmp_path / "part")
    assert rows(loaded) == rows(counts)
    loaded.merge(counts)
    twice = NgramCounts(max_length=3)
    twice.add([TEXT, "\n", TEXT])
    assert rows(loaded) == rows(twice)


@pytest.mark.parametrize(
    ("data", "reason"),
    [
        (b"", "holds no n-gram counts"),
        (b"cnlp n-grams 1 3 x\n", "holds no n-gram counts"),
        (b"cnlp n-grams 1 9 5\n\xff", "counts n-grams up to 9 characters, 1 to 6 are known"),
        (b"cnlp n-grams 1 2 5\n\x00", "run 0 is damaged or cut short after record 0"),
    ],
)
def test_foreign_and_damaged_files_are_named(tmp_path: Path, data: bytes, reason: str) -> None:
    (tmp_path / "part").write_bytes(data)
    with pytest.raises(FormatError, match=f"part: {reason}"):
        NgramCounts.load(tmp_path / "part").table(1)


def test_temporary_files_vanish_with_the_counts(temporary: Path) -> None:
    counts = Small()
    counts.memory = 20_000
    counts.add([TEXT])
    assert list(temporary.rglob("*.run"))
    other = NgramCounts()
    other.merge(counts)
    del counts
    gc.collect()
    assert list(temporary.rglob("*.run"))  # still needed
    assert rows(other)
    del other
    gc.collect()
    assert not list(temporary.iterdir())


def test_a_full_disk_is_an_error_that_names_the_file_and_leaves_nothing(
    temporary: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    written = counting.write_header
    calls = 0

    def fill_up(stream: Any, max_length: int, total: int) -> None:
        nonlocal calls
        calls += 1
        written(stream, max_length, total)
        if calls > 3:
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    monkeypatch.setattr(counting, "write_header", fill_up)
    counts = Small()
    counts.memory = 20_000
    with pytest.raises(OSError, match="No space left on device") as caught:
        counts.add([TEXT])
    assert caught.value.filename and caught.value.filename.endswith(".run")
    del counts, caught
    gc.collect()
    assert not list(temporary.iterdir())


@pytest.mark.parametrize(
    ("settings", "reason"),
    [
        ({"max_length": 0}, "max_length must be from 1 to 6, got 0"),
        ({"max_length": 7}, "max_length must be from 1 to 6, got 7"),
        ({"memory": 10}, "memory must be at least 1,000,000 bytes, got 10"),
        ({"workers": 0}, "workers must be at least 1, got 0"),
    ],
)
def test_settings_are_checked(settings: dict[str, int], reason: str) -> None:
    with pytest.raises(ArgumentError, match=reason):
        NgramCounts(**settings)


def test_bytes_are_no_text() -> None:
    with pytest.raises(TextTypeError, match="text must be str, not bytes"):
        NgramCounts().add([b"abc"])  # type: ignore[list-item]
    with pytest.raises(ArgumentError, match="min_count must be at least 1, got 0"):
        NgramCounts().table(0)


def test_no_text_gives_no_rows() -> None:
    counts = NgramCounts()
    counts.add([])
    assert rows(counts, 1) == [(0,)]


class Interrupted(Exception):
    """Stands for whatever ends a process."""


def stop_after(n: int) -> Iterator[str]:
    """The text, until something happens."""
    yield TEXT[:n]
    raise Interrupted


def test_an_interrupted_count_goes_on(tmp_path: Path) -> None:
    expected = NgramCounts()
    expected.add([TEXT])
    for n in (1000, 10_000, 25_000):
        counts = Small(folder=RunFolder(str(tmp_path / "work"), {"of": "text"}))
        with pytest.raises(Interrupted):
            counts.add(stop_after(n))
    done = sorted(path.name for path in (tmp_path / "work").glob("*.run"))
    assert len(done) > 30
    times = {name: (tmp_path / "work" / name).stat().st_mtime_ns for name in done}
    (tmp_path / "work" / ".cnlp-half.tmp").write_bytes(b"half")
    folder = RunFolder(str(tmp_path / "work"), {"of": "text"})
    counts = Small(folder=folder, workers=2)
    counts.add([TEXT])
    assert rows(counts) == rows(expected)
    assert times == {name: (tmp_path / "work" / name).stat().st_mtime_ns for name in done}
    folder.remove()
    assert not (tmp_path / "work").exists()


def test_a_work_folder_is_for_one_job(tmp_path: Path) -> None:
    RunFolder(str(tmp_path / "work"), {"of": "this"})
    with pytest.raises(ArgumentError, match="work: holds the work of other inputs or settings"):
        RunFolder(str(tmp_path / "work"), {"of": "that"})
    (tmp_path / "mine").mkdir()
    (tmp_path / "mine" / "letter.txt").write_text("dear", encoding="utf-8")
    with pytest.raises(ArgumentError, match="mine: holds other files; choose an empty folder"):
        RunFolder(str(tmp_path / "mine"), {})


def test_threads_count_side_by_side() -> None:
    def count(_: int) -> list[tuple[Any, ...]]:
        counts = Small(workers=2)
        counts.add([TEXT])
        return rows(counts)

    with ThreadPoolExecutor(4) as pool:
        results = list(pool.map(count, range(8)))
    assert all(result == results[0] for result in results)
