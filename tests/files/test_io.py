"""Reading whole lines in any encoding and any chunk size; writing files that appear only when whole."""

from __future__ import annotations

import codecs
import io
import os
import stat
from itertools import pairwise
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cnlp.errors import EncodingError
from cnlp.files.decoding import BadBytes
from cnlp.files.encodings import ENCODINGS
from cnlp.files.lines import count_lines, read_lines, replacing, split_lines

CODEC = {name: name for name in ENCODINGS} | {"big5": "cp950", "big5-hkscs": "big5hkscs"}
LINES = "天下\r\n大事\n必作\r於細\n\n末"


def read(data: bytes, encoding: str = "utf-8", size: int = 1 << 20) -> list[bytes]:
    return [chunk.data for chunk in read_lines(io.BytesIO(data), "f.txt", encoding, size=size)]


@given(st.text("甲𠀀a \r\n\0", max_size=30), st.integers(1, 9), st.sampled_from(("utf-8", "gb18030", "utf-16")))
def test_chunks_join_to_the_text_and_end_with_lines(text: str, size: int, encoding: str) -> None:
    chunks = read(text.encode(CODEC[encoding]), encoding, size)
    assert b"".join(chunks) == text.encode()
    for chunk, following in pairwise(chunks):
        assert chunk.endswith((b"\r", b"\n"))
        assert not (chunk.endswith(b"\r") and following.startswith(b"\n"))


@given(st.text("甲𠀀a\r\n", max_size=30), st.integers(1, 9))
def test_offsets_are_places_in_the_file(text: str, size: int) -> None:
    data = text.encode()
    for chunk in read_lines(io.BytesIO(data), "f.txt", size=size):
        assert data[chunk.offset :].startswith(chunk.data)


@pytest.mark.parametrize("encoding", ENCODINGS)
@pytest.mark.parametrize("size", [1, 2, 3, 1000])
def test_every_encoding_becomes_utf8(encoding: str, size: int) -> None:
    assert b"".join(read(LINES.encode(CODEC[encoding]), encoding, size)) == LINES.encode()


@pytest.mark.parametrize("mark, codec", [(b"", "le"), (codecs.BOM_UTF16_LE, "le"), (codecs.BOM_UTF16_BE, "be")])
def test_utf16_follows_its_mark_and_is_little_endian_without(mark: bytes, codec: str) -> None:
    assert b"".join(read(mark + LINES.encode(f"utf-16-{codec}"), "utf-16", 1)) == LINES.encode()


def test_big5_is_what_windows_writes() -> None:
    text = "永恒碁局裏～"
    assert read(text.encode("cp950"), "big5") == [text.encode()]


BAD = [
    ("gb18030", "中文\n".encode("gb18030") + b"a\xff\n", 6, "0xff"),
    ("gb18030", "中文".encode("gb18030") + b"\x81", 4, "0x81"),
    ("big5", "中文\n".encode("big5") + b"\xffb", 5, "0xff"),
    ("utf-16", codecs.BOM_UTF16_LE + "中".encode("utf-16-le") + b"\x00\xd8a\x00", 4, "0x00 0xd8"),
    ("utf-16", codecs.BOM_UTF16_BE + "中文".encode("utf-16-be") + b"\x4e", 6, "0x4e"),
]


@pytest.mark.parametrize("size", [1, 2, 3, 5, 1000])
@pytest.mark.parametrize("encoding, data, offset, shown", BAD)
def test_undecodable_bytes_are_named_with_their_offset(
    encoding: str, data: bytes, offset: int, shown: str, size: int
) -> None:
    with pytest.raises(EncodingError) as caught:
        read(data, encoding, size)
    assert str(caught.value).startswith(f"f.txt: not {encoding} at byte {offset} ({shown})")


LENIENT = [
    (
        "utf-8",
        "甲\n".encode() + b"a\xffb\xe4\xb8\r\nc\xed\xa0\x80\rd\n",
        "甲\na\ufffdb\ufffd\r\nc\ufffd\ufffd\ufffd\rd\n",
        "甲\nd\n",
        [(2, 5, "ff"), (2, 7, "e4b8"), (3, 12, "ed"), (3, 13, "a0"), (3, 14, "80")],
    ),
    ("gb18030", "甲\n".encode("gb18030") + b"a\xff\n\x81", "甲\na\ufffd\n\ufffd", "甲\n", [(2, 4, "ff"), (3, 6, "81")]),
    ("big5", b"\xff\n\xa4\x40", "\ufffd\n一", "一", [(1, 0, "ff")]),
    ("utf-16", b"\xff\xfea\0\x00\xd8\n\0b\0\0", "a\ufffd\nb\ufffd", "", [(1, 4, "00d8"), (2, 10, "00")]),
]


@pytest.mark.parametrize("size", [1, 2, 3, 5, 1000])
@pytest.mark.parametrize("encoding, data, replaced, skipped, told", LENIENT)
def test_undecodable_bytes_are_replaced_or_left_out_with_their_line_and_all_are_told(
    encoding: str, data: bytes, replaced: str, skipped: str, told: list[tuple[int, int, str]], size: int
) -> None:
    for policy, expected in (("replace", replaced), ("skip", skipped)):
        bad: list[BadBytes] = []
        stream = io.BytesIO(data)
        chunks = list(read_lines(stream, "f.txt", encoding, size=size, policy=policy, on_bad=bad.append))
        assert b"".join(chunk.data for chunk in chunks).decode() == expected
        assert [(at.line, at.offset, at.data.hex()) for at in bad] == told


@given(st.binary(max_size=40), st.sampled_from(ENCODINGS), st.integers(1, 9))
def test_replacing_is_what_python_does_and_nothing_is_found_in_good_text(data: bytes, encoding: str, size: int) -> None:
    chunks = read_lines(io.BytesIO(data), "f", encoding, size=size, policy="replace")
    found = b"".join(chunk.data for chunk in chunks).decode()
    codec = "utf-16-be" if data[:2] == codecs.BOM_UTF16_BE and encoding == "utf-16" else CODEC[encoding]
    codec = "utf-16-le" if codec == "utf-16" else codec
    expected = data.decode(codec, "replace")
    assert found.removeprefix("\ufeff") == expected.removeprefix("\ufeff")


@given(st.text("甲\r\n", max_size=20), st.integers(1, 5))
def test_lines_are_counted(text: str, size: int) -> None:
    data = text.encode()
    assert count_lines(data) == len(list(split_lines(text)))
    for chunk in read_lines(io.BytesIO(data), "f", size=size):
        assert chunk.line == count_lines(data[: chunk.offset]) + 1


def test_a_failing_read_names_the_file() -> None:
    class Broken(io.BytesIO):
        def read1(self, size: int | None = -1) -> bytes:
            raise OSError(5, "Input/output error")

    with pytest.raises(OSError) as caught:
        list(read_lines(Broken(), "disk.txt"))
    assert caught.value.filename == "disk.txt"


@given(st.text("甲a \r\n\v\f\x1c\x85\u2028", max_size=20))
def test_lines_end_with_cr_lf_and_both_and_nothing_else(text: str) -> None:
    lines = list(split_lines(text))
    assert "".join(content + ending for content, ending in lines) == text
    assert all(not set(content) & set("\r\n") for content, _ in lines)
    assert all(ending in ("\n", "\r\n", "\r") for _, ending in lines[:-1])


def test_a_file_appears_when_it_is_whole(tmp_path: Path) -> None:
    target = tmp_path / "out.txt"
    with replacing(str(target)) as stream:
        stream.write(b"new")
        assert not target.exists()
    assert target.read_bytes() == b"new"
    assert os.listdir(tmp_path) == ["out.txt"]


@pytest.mark.parametrize("error", [ValueError, KeyboardInterrupt, SystemExit])
def test_a_failure_leaves_the_old_file_and_nothing_else(tmp_path: Path, error: type[BaseException]) -> None:
    target = tmp_path / "out.txt"
    target.write_bytes(b"old")
    with pytest.raises(error), replacing(str(target)) as stream:
        stream.write(b"half")
        raise error
    assert target.read_bytes() == b"old"
    assert os.listdir(tmp_path) == ["out.txt"]


def test_a_signal_while_the_file_is_made_leaves_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def interrupted(*_: object) -> None:
        assert len(list(tmp_path.iterdir())) == 1
        raise KeyboardInterrupt

    monkeypatch.setattr(os, "fdopen", interrupted)
    with pytest.raises(KeyboardInterrupt), replacing(str(tmp_path / "out.txt")):
        pass
    assert not list(tmp_path.iterdir())


@pytest.mark.skipif(os.name != "posix", reason="permissions and links of POSIX")
def test_permissions_and_links_are_kept(tmp_path: Path) -> None:
    target, link = tmp_path / "out.txt", tmp_path / "link.txt"
    target.write_bytes(b"old")
    target.chmod(0o640)
    link.symlink_to(target)
    with replacing(str(link)) as stream:
        stream.write(b"new")
    assert link.is_symlink()
    assert target.read_bytes() == b"new"
    assert stat.S_IMODE(target.stat().st_mode) == 0o640


@pytest.mark.skipif(not os.path.exists("/dev/null"), reason="no /dev/null")
def test_devices_are_written_and_not_replaced() -> None:
    with replacing("/dev/null") as stream:
        stream.write(b"gone")
    assert not os.path.isfile("/dev/null")
