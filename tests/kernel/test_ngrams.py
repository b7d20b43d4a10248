"""n-grams in C and in Python: equal to each other, to a naive count, and to entropies taken by definition."""

from __future__ import annotations

import io
import random
from collections import Counter
from collections.abc import Callable
from importlib import import_module
from itertools import pairwise
from math import isclose, log
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cnlp._kernel.reference import ngrams as reference_ngrams
from cnlp.discovery.counting import unit_table

native: Any
try:
    native = import_module("cnlp._kernel.ngrams")
except ImportError:
    native = None

KERNELS: list[Any] = [reference_ngrams] if native is None else [reference_ngrams, native]
each_kernel = pytest.mark.parametrize("kernel", KERNELS, ids=lambda kernel: kernel.__name__.split(".")[-1])
needs_native = pytest.mark.skipif(native is None, reason="the C kernel was not compiled")

HAN = "甲乙丙"
LETTERS = "a𠮷"  # all the same neighbour
texts = st.text(st.sampled_from(HAN * 3 + "，a3\n𠮷\ud800\0"), max_size=50)
lengths = st.integers(1, 6)
often = settings(max_examples=300, deadline=None)


def run_of(kernel: Any, text: str, max_length: int) -> bytes:
    run: bytes = kernel.count_windows(text, 0, len(text), unit_table(), max_length)[0]
    return run


def readers(*runs: bytes) -> list[Callable[[int], bytes]]:
    return [io.BytesIO(run).read for run in runs]


def table_of(kernel: Any, text: str, max_length: int, min_count: int = 1, max_rows: int = 10**6) -> Any:
    return kernel.tabulate(readers(run_of(kernel, text, max_length)), max_length, min_count, max_rows, 4096)


def all_rows(table: Any) -> list[tuple[Any, ...]]:
    return [row for n in range(1, 7) for row in table.rows(n, 0, 10**9, 0.0)]


def occurrences(text: str, max_length: int) -> dict[str, list[tuple[str | None, str | None]]]:
    """Both neighbours of every occurrence of every n-gram, None for an edge."""
    found: dict[str, list[tuple[str | None, str | None]]] = {}
    for start in range(len(text)):
        for end in range(start + 1, min(start + max_length, len(text)) + 1):
            if set(text[start:end]) <= set(HAN):
                left = neighbour(text[start - 1]) if start else None
                right = neighbour(text[end]) if end < len(text) else None
                found.setdefault(text[start:end], []).append((left, right))
    return found


def neighbour(char: str) -> str | None:
    """What it counts as beside an n-gram."""
    return "a" if char in LETTERS else char if char in HAN + "3" else None


def entropy(neighbours: list[str | None]) -> float:
    """By definition; an edge is unlike every other."""
    counts = [*Counter(n for n in neighbours if n).values(), *(1 for n in neighbours if not n)]
    return -sum(c / len(neighbours) * log(c / len(neighbours)) for c in counts)


def branching(neighbours: list[str | None]) -> int:
    return len({n for n in neighbours if n}) + neighbours.count(None)


@each_kernel
@often
@given(text=texts, max_length=lengths)
def test_counts_and_neighbours_are_those_of_a_naive_count(kernel: Any, text: str, max_length: int) -> None:
    expected = occurrences(text, max_length)
    table = table_of(kernel, text, max_length)
    rows = all_rows(table)
    assert {row[0]: row[1] for row in rows} == {gram: len(where) for gram, where in expected.items()}
    assert table.total == sum(char in HAN for char in text)
    for gram, count, left, right, lefts, rights in rows:
        before, behind = map(list, zip(*expected[gram], strict=True))
        assert table.count(gram) == count
        assert isclose(left, entropy(before), abs_tol=1e-12) and lefts == branching(before)
        assert isclose(right, entropy(behind), abs_tol=1e-12) and rights == branching(behind)


@each_kernel
@often
@given(text=texts, max_length=lengths, min_count=st.integers(1, 4))
def test_rare_ngrams_have_no_row(kernel: Any, text: str, max_length: int, min_count: int) -> None:
    everything = all_rows(table_of(kernel, text, max_length))
    assert all_rows(table_of(kernel, text, max_length, min_count)) == [row for row in everything if row[1] >= min_count]


@each_kernel
@often
@given(text=texts, max_length=lengths, cuts=st.lists(st.integers(0, 50), max_size=5), block=st.integers(1, 40))
def test_nothing_depends_on_how_the_text_is_cut(
    kernel: Any, text: str, max_length: int, cuts: list[int], block: int
) -> None:
    borders = [0, *sorted(min(cut, len(text)) for cut in cuts), len(text)]
    runs = [kernel.count_windows(text, *border, unit_table(), max_length)[0] for border in pairwise(borders)]
    whole = run_of(kernel, text, max_length)
    merged = io.BytesIO()
    n_records = kernel.merge(readers(*runs), max_length, merged.write, block)
    assert merged.getvalue() == whole
    table = kernel.tabulate(readers(*runs), max_length, 1, 10**6, block)
    assert all_rows(table) == all_rows(table_of(kernel, text, max_length))
    assert n_records <= table.total


@needs_native
@often
@given(text=texts, max_length=lengths, min_count=st.integers(1, 3), max_rows=st.integers(1, 60))
def test_twins_agree(text: str, max_length: int, min_count: int, max_rows: int) -> None:
    assert run_of(native, text, max_length) == run_of(reference_ngrams, text, max_length)
    fast, slow = (table_of(kernel, text, max_length, min_count, max_rows) for kernel in KERNELS)
    assert all_rows(fast) == all_rows(slow)
    assert (fast.total, fast.min_count, fast.max_length) == (slow.total, slow.min_count, slow.max_length)
    assert [fast.size(n) for n in range(8)] == [slow.size(n) for n in range(8)]
    assert fast.rows(2, 1, 2, 0.5) == slow.rows(2, 1, 2, 0.5)


@each_kernel
def test_a_full_table_keeps_the_commonest(kernel: Any) -> None:
    text = "甲乙，" * 50 + "丙甲，" * 20 + "乙丙，" * 3
    table = table_of(kernel, text, 2, 1, 5)
    assert table.min_count > 3
    kept = {row[0]: row[1] for row in all_rows(table)}
    assert kept == {gram: len(where) for gram, where in occurrences(text, 2).items() if len(where) >= table.min_count}
    assert table.count("甲乙") == 50


@each_kernel
@often
@given(
    text=texts,
    max_length=lengths,
    pairs=st.lists(st.tuples(*[st.sampled_from(HAN)] * 2).map("".join), max_size=5, unique=True),
    min_count=st.integers(1, 2),
)
def test_spans_are_what_the_cuts_leave(
    kernel: Any, text: str, max_length: int, pairs: list[str], min_count: int
) -> None:
    joined = [(a, b, a + b in pairs or a in LETTERS or b in LETTERS) for a, b in pairwise(" " + text)]
    cut = "".join(b if is_joined else " " + b for _, b, is_joined in joined)
    pieces = "".join(char if char in HAN + LETTERS else " " for char in cut).split()
    pieces = [piece for piece in pieces if set(piece) <= set(HAN)]  # the others touch letters
    expected = Counter(piece for piece in pieces if len(piece) <= max_length)
    found = kernel.spans(readers(run_of(kernel, text, max_length)), max_length, pairs, min_count, 4096)
    assert dict(found) == {piece: count for piece, count in expected.items() if count >= min_count}
    assert len(dict(found)) == len(found)


@needs_native
@often
@given(text=texts, max_length=lengths, pairs=st.lists(st.sampled_from(["甲乙", "乙丙", "丙丙"]), max_size=3))
def test_spans_of_both_kernels_come_in_one_order(text: str, max_length: int, pairs: list[str]) -> None:
    run = run_of(native, text, max_length)
    fast, slow = (kernel.spans(readers(run), max_length, pairs, 1, 4096) for kernel in KERNELS)
    assert fast == slow


@each_kernel
@often
@given(text=texts, max_length=lengths, n_buckets=st.integers(1, 5))
def test_buckets_hold_all_ngrams_that_begin_alike(kernel: Any, text: str, max_length: int, n_buckets: int) -> None:
    run = run_of(kernel, text, max_length)
    buckets = kernel.split(readers(run), max_length, n_buckets, 4096)
    assert buckets == reference_ngrams.split(readers(run), max_length, n_buckets, 4096)
    tables = [kernel.tabulate(readers(bucket), max_length, 1, 10**6, 4096) for bucket in buckets]
    rows = [row for table in tables for row in all_rows(table) if len(row[0]) > 1]
    assert sorted(rows) == sorted(row for row in all_rows(table_of(kernel, text, max_length)) if len(row[0]) > 1)
    assert len(buckets) == n_buckets


@each_kernel
def test_a_count_may_be_large(kernel: Any) -> None:
    run = run_of(kernel, "甲，" * 70_000, 1)
    assert len(run) < 20
    assert kernel.tabulate(readers(run, run), 1, 1, 100, 4096).count("甲") == 140_000


@each_kernel
def test_long_texts_are_sorted(kernel: Any) -> None:
    chance = random.Random(1)
    text = "".join(chance.choices(HAN + "，", k=20_000))
    table = table_of(kernel, text, 3)
    assert {row[0]: row[1] for row in all_rows(table)} == {g: len(w) for g, w in occurrences(text, 3).items()}


@each_kernel
@pytest.mark.parametrize(
    ("damage", "record"),
    [
        (lambda run: run[:-1], 3),  # no end
        (lambda run: run[:-4], 2),
        (lambda run: b"", 0),
        (lambda run: run + b"\0", 3),
        (lambda run: b"\x01" + run[1:], 0),  # shares with nothing
        (lambda run: run[:7] + b"\x0e" + run[8:], 1),  # shares more than there is
        (lambda run: run[:7] + run[:7] + run[7:], 1),  # not ascending
    ],
)
def test_damaged_runs_are_refused(kernel: Any, damage: Callable[[bytes], bytes], record: int) -> None:
    run = run_of(kernel, "甲乙丙", 1)
    for use in (
        lambda reads: kernel.tabulate(reads, 1, 1, 100, 4096),
        lambda reads: kernel.merge(reads, 1, lambda data: None, 4096),
        lambda reads: kernel.spans(reads, 1, [], 1, 4096),
        lambda reads: kernel.split(reads, 1, 2, 4096),
    ):
        with pytest.raises(ValueError, match=f"run 1 is damaged or cut short after record {record}"):
            use(readers(run, damage(run)))


@each_kernel
def test_garbage_does_no_harm(kernel: Any) -> None:
    chance = random.Random(2)
    good = run_of(kernel, "甲乙丙甲乙，" * 3 + "丙乙", 3)
    bytes_of_note = (0, 1, 15, 16, 0x4E, 0xD8, 0xF0, 0xFF)
    for _ in range(3000):
        data = bytearray(good)
        for _ in range(chance.randint(1, 4)):
            data[chance.randrange(len(data))] = chance.choice((*bytes_of_note, chance.randrange(256)))
        run = bytes(data[: chance.randint(0, len(data))]) if chance.random() < 0.3 else bytes(data)
        try:
            table = kernel.tabulate(readers(good, run), 3, 1, chance.randint(1, 50), chance.choice((1, 7, 4096)))
            assert all(table.count(row[0]) == row[1] for row in all_rows(table))
            kernel.spans(readers(good, run), 3, ["甲乙"], 1, 4096)
        except ValueError as error:
            assert "run 1 is damaged" in str(error)


@each_kernel
@pytest.mark.parametrize(
    ("use", "reason"),
    [
        (lambda k: k.count_windows("甲", 0, 1, unit_table(), 7), "max_length must be from 1 to 6, got 7"),
        (lambda k: k.count_windows("甲", 0, 1, unit_table(), 0), "max_length must be from 1 to 6, got 0"),
        (lambda k: k.count_windows("甲", 0, 2, unit_table(), 1), "start and end must lie in the text"),
        (lambda k: k.count_windows("甲", -1, 1, unit_table(), 1), "start and end must lie in the text"),
        (lambda k: k.count_windows("甲", 0, 1, b"", 1), "units must be 65536 bytes"),
        (lambda k: k.tabulate([], 9, 1, 1, 1), "max_length must be from 1 to 6, got 9"),
        (lambda k: k.tabulate([], 1, 0, 1, 1), "min_count and max_rows must be at least 1"),
        (lambda k: k.tabulate([], 1, 1, 0, 1), "min_count and max_rows must be at least 1"),
        (lambda k: k.tabulate([], 1, 1, 1, 0), "block must be from 1 byte to 1 GB"),
        (lambda k: k.spans([], 1, ["甲"], 1, 1), "a pair has two characters"),
        (lambda k: k.spans([], 1, ["甲𠮷"], 1, 1), "a pair has two characters"),
        (lambda k: k.split([], 1, 0, 1), "n_buckets must be from 1 to 1048576"),
        (lambda k: k.spans([], 1, [], 0, 1), "min_count must be at least 1"),
        (lambda k: k.merge([lambda size: b"ab" * size], 1, print, 8), "read returned more than it was asked for"),
    ],
)
def test_arguments_are_checked(kernel: Any, use: Callable[[Any], object], reason: str) -> None:
    with pytest.raises(ValueError, match=reason):
        use(kernel)


@each_kernel
def test_wrong_types_are_refused(kernel: Any) -> None:
    with pytest.raises(TypeError):
        kernel.merge([lambda size: "text"], 1, print, 8)
    with pytest.raises(TypeError):
        kernel.merge([None], 1, print, 8)
    with pytest.raises(TypeError):
        table_of(kernel, "甲", 1).count(b"")


@each_kernel
def test_errors_of_readers_and_writers_come_through(kernel: Any) -> None:
    def fail(_: object) -> bytes:
        raise OSError("no more")

    with pytest.raises(OSError, match="no more"):
        kernel.tabulate([fail], 1, 1, 1, 8)
    with pytest.raises(OSError, match="no more"):
        kernel.merge(readers(run_of(kernel, "甲", 1)), 1, fail, 8)
