"""Names of encodings, and files in them."""

from __future__ import annotations

import codecs

import pytest

from cnlp import errors
from cnlp.files.encodings import ENCODINGS, Encoder, codec_of, decode_file, encoding_name, output_encoding_name

SPELLINGS = {
    "utf-8": "utf-8 UTF-8 utf8 UTF8 utf_8 zh_CN.UTF-8 utf-8-sig utf8sig UTF-8-BOM cp65001 ascii",
    "gb18030": "gb18030 GB18030 gb-18030 gbk GBK gb2312 GB2312 gb_2312-80 cp936 CP-936 936 windows-936 euc-cn",
    "big5": "big5 BIG5 big-5 Big_5 cp950 windows-950",
    "big5-hkscs": "big5-hkscs BIG5HKSCS hkscs",
    "utf-16": "utf-16 UTF16 UTF_16 utf-16le UTF-16-LE utf16le unicode",
    "utf-16-be": "utf-16-be UTF-16BE utf_16_be utf16be",
}


@pytest.mark.parametrize("encoding", ENCODINGS)
def test_an_encoding_has_all_its_usual_names(encoding: str) -> None:
    assert {encoding_name(name) for name in SPELLINGS[encoding].split()} == {encoding}


@pytest.mark.parametrize("name", ["ebcdic", "latin-1", "", "utf-32", "ansi"])
def test_another_name_is_refused_with_the_choices(name: str) -> None:
    with pytest.raises(errors.ArgumentError, match=r"unknown encoding .*: utf-8, .* gb18030, .* ANSI is gbk"):
        encoding_name(name)


@pytest.mark.parametrize("encoding", ENCODINGS)
def test_a_file_is_decoded_without_its_mark(encoding: str) -> None:
    mark = b"" if encoding.startswith("big5") else "\ufeff".encode(codec_of(encoding))
    assert decode_file(mark + "永恒裏".encode(codec_of(encoding)), "f", encoding) == "永恒裏"


def test_utf16_follows_its_mark() -> None:
    assert decode_file(codecs.BOM_UTF16_BE + "云".encode("utf-16-be"), "f", "utf-16") == "云"


@pytest.mark.parametrize(
    ("name", "data"),
    [
        ("utf8", "云\n裏\n".encode()),
        ("UTF-8-SIG", codecs.BOM_UTF8 + "云\n裏\n".encode()),
        ("GBK", "云\n裏\n".encode("gbk")),
        ("GB18030", "云\n裏\n".encode("gb18030")),
        ("utf-16", "云\n裏\n".encode("utf-16")),
        ("big5-hkscs", "云\n裏\n".encode("big5hkscs")),
    ],
)
def test_lines_are_encoded_with_one_mark_at_their_start(name: str, data: bytes) -> None:
    encoder = Encoder(output_encoding_name(name), "f")
    assert encoder.encode("云\n".encode()) + encoder.encode("裏\n".encode()) == data


def test_a_character_that_does_not_fit_is_named_with_its_line() -> None:
    encoder = Encoder("gbk", "f")
    encoder.encode("一\n二\n".encode())
    with pytest.raises(errors.EncodingError, match=r"f:4: not in gbk: '𠮷' \(U\+20BB7\); write .*gb18030"):
        encoder.encode("三\n𠮷\n".encode())


def test_a_byte_that_does_not_fit_is_named_with_a_way_out() -> None:
    with pytest.raises(errors.EncodingError, match=r"f: not gb18030 at byte 2 \(0xff.*\); name .* --encoding"):
        decode_file("云".encode("gbk") + b"\xff", "f", "GBK")
