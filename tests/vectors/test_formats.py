"""Files of word2vec, written and read."""

from __future__ import annotations

from codecs import BOM_UTF8
from pathlib import Path

import pytest

pytest.importorskip("numpy")

import numpy as np

from cnlp import errors
from cnlp.vectors.formats import read_word2vec, write_word2vec
from cnlp.vectors.tables import VectorTable


def word2vec_text(*, header: bool) -> bytes:
    lines = ["江 1 2 3", "ＡＢ 0.5 -1e-3 2", "ab 9 9 9", "長江 -1 0 1"]
    return ("4 3\n" * header + "\n".join(lines) + "\n").encode()


def word2vec_binary() -> bytes:
    rows = {"江": [1, 2, 3], "ＡＢ": [0.5, -1e-3, 2], "ab": [9, 9, 9], "長江": [-1, 0, 1]}
    return b"4 3\n" + b"".join(k.encode() + b" " + np.array(v, "<f4").tobytes() + b"\n" for k, v in rows.items())


FILES = [word2vec_text(header=True), word2vec_text(header=False), word2vec_binary()]


@pytest.mark.parametrize("data", [*FILES, *(BOM_UTF8 + data for data in FILES)])
def test_word2vec_files_are_read_and_folded(tmp_path: Path, data: bytes) -> None:
    (tmp_path / "v").write_bytes(data)
    table = read_word2vec(tmp_path / "v")
    assert table.items == ["江", "ab", "长江"]
    assert np.allclose(table.matrix, [[1, 2, 3], [0.5, -1e-3, 2], [-1, 0, 1]], atol=1e-3)


def test_gensim_reads_and_writes_the_same_files(tmp_path: Path) -> None:
    gensim = pytest.importorskip("gensim")
    vectors = gensim.models.KeyedVectors(5)
    matrix = np.random.default_rng(1).standard_normal((3, 5)).astype(np.float32)
    vectors.add_vectors(["江", "长江", "大桥"], matrix)
    for binary in (True, False):
        vectors.save_word2vec_format(str(tmp_path / "v"), binary=binary)
        assert np.allclose(read_word2vec(tmp_path / "v").matrix, matrix, atol=2e-3)


@pytest.mark.parametrize(
    ("data", "message"),
    [
        (b"", "v:1: "),
        (b"2 3\n", "v:"),
        ("2 3\n江 1 2 3\n".encode(), "v:1: the header says 2 items, the file has 1"),
        ("2 3\n江 1 2 3\n河 1 2\n".encode(), "v:3: expected an item and 3 numbers, got 3 fields"),
        ("江 1 2 3\n河 1 x 3\n".encode(), "v:2: the fields after '河' are not a vector of numbers"),
        ("江 1 2 3\n河 1 nan 3\n".encode(), "v:2: the fields after '河' are not a vector of numbers"),
        ("江 1 2 3\n".encode("gb18030"), "v:1: the item is not UTF-8"),
        (word2vec_binary()[:-9], "v: truncated at byte 68: the header says 4 items"),
        ("江 1 2 7e4\n".encode(), "v:1: the fields after '江' are not a vector of numbers"),
        (word2vec_binary().replace(b"\x00\x00\x80?", b"\xff\xff\xff\xff"), "v: the bytes from 8 on are not a vector"),
        (word2vec_binary().replace("江".encode(), b"\xff\xfe\xfd", 1), "v: the item at byte 4 is not UTF-8"),
        (word2vec_binary().replace(b"4 3", b"3 3"), "v: the header says 3 items, but there is more from byte 56 on"),
        ("1 3\n江 nan 2 3\n".encode(), "v:2: the fields after '江' are not a vector of numbers"),
        ("2 2\n 1 2\n江 1 2\n".encode(), "v:2: expected an item and 2 numbers, got 2 fields"),
        ("3 0\n江 1 2\n".encode(), "v:1: no vectors: the header says 3 items of 0 numbers"),
        ("0 999999999999999999\n江 1 2\n".encode(), "v:1: the header says 0 items of 999,999,999,999,999,999 numbers"),
    ],
)
def test_damaged_word2vec_files_are_named_with_the_place(tmp_path: Path, data: bytes, message: str) -> None:
    (tmp_path / "v").write_bytes(data)
    with pytest.raises(errors.FormatError, match=message.replace("(", r"\(")):
        read_word2vec(tmp_path / "v")


@pytest.mark.parametrize("binary", [True, False])
def test_what_was_written_is_read_again(tmp_path: Path, binary: bool) -> None:
    matrix = np.random.default_rng(1).standard_normal((3, 5)).astype(np.float16)
    write_word2vec(tmp_path / "v", VectorTable(["江", "长江", "00年"], matrix), binary)
    again = read_word2vec(tmp_path / "v")
    assert again.items == ["江", "长江", "00年"]
    assert np.array_equal(again.matrix, matrix)


@pytest.mark.parametrize("item", ["长 江", "\ud800", " "])
def test_an_item_that_the_format_cannot_hold_is_refused(tmp_path: Path, item: str) -> None:
    with pytest.raises(errors.ArgumentError, match="the item "):
        write_word2vec(tmp_path / "v", VectorTable([item], np.zeros((1, 2), np.float16)), False)
    assert not (tmp_path / "v").exists()


@pytest.mark.parametrize(
    "header", ["9999999999 1", "1 9999999999", "9999999999 9999999999", "3 2", "9" * 5000 + " 1", "1 " + "9" * 5000]
)
def test_a_header_that_promises_too_much_is_refused_before_anything_is_allocated(tmp_path: Path, header: str) -> None:
    (tmp_path / "v").write_bytes(header.encode() + "\n江 1 2\n".encode())
    with pytest.raises(errors.FormatError, match=r"v:[12]: "):
        read_word2vec(tmp_path / "v")


def test_a_cut_first_row_does_not_make_the_header_an_item(tmp_path: Path) -> None:
    (tmp_path / "v").write_bytes("99999999999 300\n国王 1\n".encode())
    with pytest.raises(errors.FormatError, match=r"v:1: the header says 99,999,999,999 items of 300 numbers"):
        read_word2vec(tmp_path / "v")


def test_an_item_without_end_does_not_fill_the_memory(tmp_path: Path) -> None:
    (tmp_path / "v").write_bytes(b"1 2\n" + b"\xff" * 100_000)
    with pytest.raises(errors.FormatError, match="v: "):
        read_word2vec(tmp_path / "v")


def test_an_item_of_white_space_is_passed_over_and_the_replacement_character_is_not(tmp_path: Path) -> None:
    (tmp_path / "v").write_bytes("3 2\n\u3000 1 2\n\ufffd 3 4\n江 5 6\n".encode())
    table = read_word2vec(tmp_path / "v")
    assert table.items == ["\ufffd", "江"]
    write_word2vec(tmp_path / "v", table, False)
    assert read_word2vec(tmp_path / "v").items == table.items
