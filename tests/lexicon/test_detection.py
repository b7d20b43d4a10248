"""Encodings of lexicon files: what they are when nobody says it, and what is said where that cannot be known."""

from __future__ import annotations

import codecs
import gzip
from pathlib import Path

import pytest

import cnlp
from cnlp import Entry, Lexicon, errors
from cnlp.lexicon.reading import LexiconFile

SIMPLIFIED = "云计算 5 n\n支持向量机 3 n\n区块链\n"
TRADITIONAL = "雲計算 5 n\n支持向量機 3 n\n區塊鏈\n"
FILES = {
    "utf-8": (SIMPLIFIED.encode(), "utf-8"),
    "utf-8 with a mark": (SIMPLIFIED.encode("utf-8-sig"), "utf-8"),
    "gbk": (SIMPLIFIED.encode("gbk"), "gb18030"),
    "gb18030": ((SIMPLIFIED + "𠮷野家\n").encode("gb18030"), "gb18030"),
    "gb18030 with a mark": (("\ufeff" + SIMPLIFIED).encode("gb18030"), "gb18030"),
    "traditional in gbk": (TRADITIONAL.encode("gbk"), "gb18030"),
    "big5": (TRADITIONAL.encode("big5"), "big5"),
    "utf-16 with a mark": (codecs.BOM_UTF16_LE + SIMPLIFIED.encode("utf-16-le"), "utf-16"),
    "utf-16-be with a mark": (codecs.BOM_UTF16_BE + SIMPLIFIED.encode("utf-16-be"), "utf-16"),
    "utf-16-le": (SIMPLIFIED.encode("utf-16-le"), "utf-16"),
    "utf-16-be": (SIMPLIFIED.encode("utf-16-be"), "utf-16-be"),
    "one word in gbk": ("云计算".encode("gbk"), "gb18030"),
    "one word in big5": ("雲計算".encode("big5"), "big5"),
    "rare words in gbk": ("饕餮\n魑魅魍魉".encode("gbk"), "gb18030"),
    "Windows": (SIMPLIFIED.replace("\n", "\r\n").encode("gbk"), "gb18030"),
    "old Macs": (SIMPLIFIED.replace("\n", "\r").encode("gbk"), "gb18030"),
}


@pytest.fixture
def file(tmp_path: Path) -> Path:
    return tmp_path / "my.txt"


@pytest.mark.parametrize("name", FILES)
def test_the_encoding_is_detected_and_can_be_named(file: Path, name: str) -> None:
    data, encoding = FILES[name]
    file.write_bytes(data)
    found = LexiconFile(file)
    assert found.encoding == encoding
    assert found.entries == LexiconFile(file, encoding).entries
    if "one word" not in name and "rare" not in name:
        assert found.entries[0] in (Entry("云计算", 5, "n"), Entry("雲計算", 5, "n"))
    assert cnlp.segment("研究云计算", lexicon=Lexicon(file, encoding=encoding.upper()))[0] == "研究"


def test_a_wrong_name_is_an_error_that_names_the_option(file: Path) -> None:
    file.write_bytes("云计算".encode("gbk"))
    with pytest.raises(errors.EncodingError, match=r"not utf-8 at byte 0 .*--lexicon-encoding \(encoding= in Python\)"):
        Lexicon(file, encoding="utf8")
    with pytest.raises(errors.ArgumentError, match="unknown encoding 'latin-1'"):
        Lexicon(file, encoding="latin-1")


@pytest.mark.parametrize(
    "data",
    [
        pytest.param(b"\x81\xff\x00\x01", id="bytes"),
        pytest.param("云计算\n".encode() + b"\xff\n", id="damaged UTF-8"),
        pytest.param("云计算\n".encode() + "大数据\n".encode("gbk"), id="two encodings"),
        pytest.param("café crème brûlée".encode("latin-1"), id="Latin-1"),
        pytest.param("カタカナ".encode("shift-jis"), id="Shift-JIS"),
    ],
)
def test_what_cannot_be_told_is_refused_and_the_option_is_named(file: Path, data: bytes) -> None:
    file.write_bytes(data)
    with pytest.raises(errors.EncodingError, match=r"my\.txt: .*--lexicon-encoding"):
        LexiconFile(file)


def test_a_nul_byte_in_utf_8_is_named_with_its_line(file: Path) -> None:
    file.write_bytes("天津\n云\0原\n".encode())
    with pytest.raises(errors.EncodingError, match=r"my\.txt:2: a NUL byte at byte 10; remove it"):
        LexiconFile(file)


def test_a_compressed_list_is_decompressed_and_one_without_the_suffix_is_named(tmp_path: Path) -> None:
    data = gzip.compress("云计算\t5\n".encode())
    for name in ("words.gz", "words.txt"):
        (tmp_path / name).write_bytes(data)
    assert LexiconFile(tmp_path / "words.gz").entries == [Entry("云计算", 5)]
    with pytest.raises(errors.InputError, match=r"words\.txt: .*its name must end with \.gz"):
        LexiconFile(tmp_path / "words.txt")
    (tmp_path / "words.gz").write_bytes(data[:-9])
    with pytest.raises(errors.DamagedFileError, match=r"words\.gz: damaged gzip file"):
        LexiconFile(tmp_path / "words.gz")
