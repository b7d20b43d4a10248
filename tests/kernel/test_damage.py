"""Damaged arrays are refused, and what cannot be seen to be damaged does no harm."""

from __future__ import annotations

import subprocess
import sys
from array import array
from pathlib import Path
from typing import Any

import pytest
from twins import Arrays, UserEntry, each_kernel, lay_over, learn, native, needs_native, pack_spans

from cnlp._kernel import layout, reference

BASE = learn([["中国", "人"], ["中国人", "大", "a", "9"], ["国人", "大", "中国"]])
USER = lay_over([UserEntry("中国人大", layout.MODE_SPLIT, 1, 0, False, (2, 2))], BASE)


def changed(name: str, item: str, index: int, value: int) -> Arrays:
    """The base with one item of one array changed."""
    start, size = BASE.ranges[name]
    numbers = array(item, BASE.source[start : start + size])
    numbers[index] = value
    source = BASE.source[:start] + numbers.tobytes() + BASE.source[start + size :]
    return BASE._replace(source=source)


def resized(name: str, start: int, size: int) -> Arrays:
    """The base with the range of one array moved."""
    first, length = BASE.ranges[name]
    return BASE._replace(ranges={**BASE.ranges, name: (first + start, length + size)})


@each_kernel
@pytest.mark.parametrize("name", BASE.ranges)
def test_array_that_ends_behind_the_file_is_refused(kernel: Any, name: str) -> None:
    if name == "constants" or (name == "point_flags" and kernel is reference):
        pytest.skip("not read by this kernel")
    with pytest.raises(ValueError, match=f"array {name} does not fit into the file"):
        resized(name, 0, 8 * len(BASE.source)).model(kernel)


@each_kernel
@pytest.mark.parametrize("where", [(-8, 8), (0, -8), (1 << 40, 8)])
def test_range_outside_the_file_is_refused(kernel: Any, where: tuple[int, int]) -> None:
    with pytest.raises(ValueError, match="array units does not fit into the file"):
        BASE._replace(ranges={**BASE.ranges, "units": where}).model(kernel)


@each_kernel
@pytest.mark.parametrize("name", ["pages", "units", "class_costs", "category_pages", "transitions"])
def test_array_between_items_is_refused(kernel: Any, name: str) -> None:
    with pytest.raises(ValueError, match=f"array {name} does not fit into the file"):
        resized(name, 1, -8).model(kernel)
    with pytest.raises(ValueError, match=f"array {name} does not fit into the file"):
        resized(name, 0, -1).model(kernel)


@each_kernel
def test_missing_array_is_named(kernel: Any) -> None:
    ranges = {name: where for name, where in BASE.ranges.items() if name != "bigrams"}
    with pytest.raises(ValueError, match="array bigrams is missing"):
        BASE._replace(ranges=ranges).model(kernel)


@each_kernel
@pytest.mark.parametrize(
    ("arrays", "what"),
    [
        (changed("pages", "H", 0x4E, 0xFFFF), "the alphabet"),
        (resized("pages", 0, -2), "the alphabet"),
        (resized("codes", 0, -256), "the alphabet"),
        (resized("units", 0, -BASE.ranges["units"][1]), "the trie"),
        (changed("category_pages", "H", 0, 0xFFFF), "the category table"),
        (changed("categories", "B", 7, 255), "the pattern table"),
        (changed("transitions", "H", 99, 0xFFFF), "the pattern table"),
        (changed("accepts", "B", 5, 255), "the pattern table"),
        (resized("accepts", 0, -1), "the pattern table"),
        (resized("category_flags", 0, -1), "the pattern table"),
        (resized("category_class", 0, -1), "the pattern table"),
        (resized("class_costs", 0, -4), "the table of class costs"),
    ],
    ids=range(12),
)
def test_damaged_table_is_refused(kernel: Any, arrays: Arrays, what: str) -> None:
    with pytest.raises(ValueError, match=f"{what} is damaged"):
        arrays.model(kernel)


@each_kernel
def test_replaced_alphabet_is_checked_too(kernel: Any) -> None:
    with pytest.raises(ValueError, match="the alphabet is damaged"):
        kernel.Model(*BASE, (b"\xff" * 8704, b"\0" * 512), True)


@needs_native
def test_source_of_another_type_is_refused() -> None:
    for source in ("中国", None, bytearray(BASE.source)):
        with pytest.raises(TypeError, match="source must be bytes or a Mapping"):
            native.Trie(source, BASE.ranges, 3)


@needs_native
@pytest.mark.parametrize(
    ("field", "data"),
    [
        ("modes", b"\0\0"),
        ("costs", b"\0" * 8),
        ("ids", b""),
        ("pieces", b"\0" * 8),
        ("pieces_at", array("I", [0, 3]).tobytes()),
        ("pieces_at", array("I", [2, 0]).tobytes()),
        ("pieces_at", array("I", [0]).tobytes()),
    ],
)
def test_damaged_user_lexicon_is_refused(field: str, data: bytes) -> None:
    with pytest.raises(ValueError, match="the overlay is damaged"):
        USER._replace(**{field: data}).overlay(native)  # type: ignore[arg-type]


@each_kernel
@pytest.mark.parametrize("spans", [(0, 9, 0, 0), (3, 3, 1, 0), (2, 1, 1, 0)])
def test_spans_outside_the_text_are_refused(kernel: Any, spans: tuple[int, int, int, int]) -> None:
    model = BASE.model(kernel)
    with pytest.raises(ValueError, match="spans must be sorted and lie inside the text"):
        model.edges("中国人大", None, pack_spans([spans]))
    with pytest.raises(ValueError, match="spans must be sorted and lie inside the text"):
        kernel.Segmenter(model, layout.BIGRAM, None).words(
            "中国人大", pack_spans([(2, 3, 1, 0)]) + pack_spans([(0, 1, 1, 0)])
        )


@each_kernel
def test_unknown_algorithm_is_refused(kernel: Any) -> None:
    for algorithm in (-1, 6):
        with pytest.raises(ValueError, match="no such algorithm"):
            kernel.Segmenter(BASE.model(kernel), algorithm, None)


@each_kernel
def test_words_and_their_values_must_match(kernel: Any) -> None:
    where = BASE.ranges["pages"], BASE.ranges["codes"]
    pages, codes = (BASE.source[start : start + size] for start, size in where)
    with pytest.raises(ValueError, match="as many values as words"):
        kernel.build_trie(["中国"], b"", pages, codes)
    with pytest.raises(ValueError, match="a word holds a character outside the alphabet"):
        kernel.build_trie(["貓"], array("I", [1]).tobytes(), pages, codes)


@each_kernel
def test_mapped_file_is_read_within_its_bounds(kernel: Any, tmp_path: Path) -> None:
    path = tmp_path / "data"
    path.write_bytes(b"0123456789")
    mapping = kernel.Mapping(str(path))
    assert len(mapping) == 10 and mapping.read(3, 4) == b"3456" and mapping.read(10, 0) == b""
    for start, size in ((0, 11), (11, 0), (-1, 3), (3, -1)):
        with pytest.raises(ValueError, match="range lies outside the file"):
            mapping.read(start, size)
    path.write_bytes(b"")
    assert len(kernel.Mapping(str(path))) == 0
    with pytest.raises(FileNotFoundError):
        kernel.Mapping(str(tmp_path / "missing"))


@needs_native
@pytest.mark.parametrize("seed", range(3))
def test_garbage_in_any_array_never_crashes_the_process(seed: int) -> None:
    script = Path(__file__).with_name("random_input.py")
    done = subprocess.run([sys.executable, str(script), str(seed), "300"], capture_output=True, text=True, timeout=300)
    assert done.returncode == 0, done.stderr
