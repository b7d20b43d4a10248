"""Compressed files: read whole or not at all, written the same for the same text."""

from __future__ import annotations

import bz2
import gzip
import importlib.util
import io
import lzma
import random
import sys
from collections.abc import Callable
from types import ModuleType

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cnlp.errors import DamagedFileError, MissingDependencyError
from cnlp.files.compression import BLOCK_BYTES, KINDS, compressed, decompressed

HAS_ZSTD = sys.version_info >= (3, 14) or importlib.util.find_spec("backports.zstd") is not None
SUFFIXES = [suffix for suffix in KINDS if suffix != ".zst" or HAS_ZSTD]
REFERENCE: dict[str, Callable[[bytes], bytes]] = {".gz": gzip.compress, ".bz2": bz2.compress, ".xz": lzma.compress}
TEXT = "我们在大学学习，長江大橋很長。\n".encode() * 50

every_kind = pytest.mark.parametrize("suffix", SUFFIXES)


def pack(data: bytes, suffix: str) -> bytes:
    """``data`` compressed as the suffix says."""
    raw = io.BytesIO()
    with compressed(raw, f"a{suffix}") as stream:
        stream.write(data)
    return raw.getvalue()


def unpack(data: bytes, suffix: str, size: int = 1 << 16) -> bytes:
    """What :func:`decompressed` reads in pieces of ``size``."""
    stream = decompressed(io.BytesIO(data), f"a.txt{suffix}")
    pieces = list(iter(lambda: stream.read(size), b""))
    assert all(len(piece) <= size for piece in pieces)
    return b"".join(pieces)


@every_kind
@settings(deadline=None)
@given(data=st.binary(max_size=300), size=st.integers(1, 100))
def test_what_is_written_is_read(suffix: str, data: bytes, size: int) -> None:
    assert unpack(pack(data, suffix), suffix, size) == data


@every_kind
def test_several_archives_and_zeros_after_them_are_one_file(suffix: str) -> None:
    assert unpack(pack(TEXT, suffix) + bytes(1024) + pack(b"", suffix) + pack(TEXT, suffix), suffix) == TEXT * 2


@every_kind
def test_other_tools_files_are_read_and_ours_by_them(suffix: str) -> None:
    if suffix in REFERENCE:
        assert unpack(REFERENCE[suffix](TEXT), suffix) == TEXT
        module: ModuleType = {".gz": gzip, ".bz2": bz2, ".xz": lzma}[suffix]
        assert module.decompress(pack(TEXT, suffix)) == TEXT


@every_kind
def test_the_same_text_gives_the_same_file(suffix: str) -> None:
    assert pack(TEXT, suffix) == pack(TEXT, suffix)


@every_kind
def test_more_than_a_block_is_read_in_pieces_of_the_size_asked_for(suffix: str) -> None:
    noise = random.Random(5).randbytes(BLOCK_BYTES * 2)
    assert unpack(pack(noise, suffix), suffix) == noise
    assert unpack(pack(bytes(10_000_000), suffix), suffix) == bytes(10_000_000)  # of a few bytes


@every_kind
def test_a_file_that_ends_too_early_is_an_error_wherever_it_ends(suffix: str) -> None:
    data = pack(TEXT, suffix)
    for end in range(len(data)):
        with pytest.raises(DamagedFileError) as caught:
            unpack(data[:end], suffix)
        reason = f"it ends too early, at byte {end}"
        assert str(caught.value) == f"a.txt{suffix}: damaged {KINDS[suffix].name} file: {reason}"


@every_kind
def test_a_flipped_bit_is_an_error_or_does_no_harm(suffix: str) -> None:
    data = pack(TEXT, suffix)
    for place in range(len(data)):
        damaged = bytearray(data)
        damaged[place] ^= 16
        try:
            assert unpack(bytes(damaged), suffix) == TEXT  # in a field such as the time or the system
        except DamagedFileError as error:
            assert str(error).startswith(f"a.txt{suffix}: damaged {KINDS[suffix].name} file: ")


@every_kind
def test_what_follows_an_archive_and_is_none_is_an_error(suffix: str) -> None:
    data = pack(TEXT, suffix)
    with pytest.raises(DamagedFileError, match=f"between bytes 0 and {len(data) + 7}"):
        unpack(data + b"garbage", suffix)


@every_kind
def test_a_text_with_the_name_of_an_archive_is_an_error(suffix: str) -> None:
    with pytest.raises(DamagedFileError, match="between bytes 0 and "):
        unpack(TEXT, suffix)


@every_kind
def test_a_block_that_fails_leaves_no_end(suffix: str) -> None:
    raw = io.BytesIO()
    with pytest.raises(KeyError), compressed(raw, f"a{suffix}") as stream:
        stream.write(TEXT)
        raise KeyError
    with pytest.raises(DamagedFileError):
        unpack(raw.getvalue(), suffix)


def test_a_missing_package_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    for module in ("compression", "compression.zstd", "backports", "backports.zstd"):
        monkeypatch.setitem(sys.modules, module, None)
    with pytest.raises(MissingDependencyError) as caught:
        decompressed(io.BytesIO(), "a.zst")
    assert str(caught.value) == "a .zst file needs backports.zstd: pip install 'cnlp[zst]'"
