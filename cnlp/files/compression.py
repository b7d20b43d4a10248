"""Compressed files, read and written as if they were not: gzip, bzip2, xz, Zstandard.

The kind of a file is that of its last suffix. An archive that is damaged or ends too early is an error that says where;
what follows a complete archive must be another one, or zeros that fill a block. What is written depends on the bytes
alone, not on the time: the same text gives the same file.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any, NamedTuple, Protocol

from cnlp import errors

BLOCK_BYTES = 1 << 18


class Readable(Protocol):
    """What bytes can be read from."""

    def read(self, size: int, /) -> bytes:
        """At most ``size`` bytes, none only at the end."""
        ...


class Writable(Protocol):
    """What bytes can be written to."""

    def write(self, data: bytes, /) -> int:
        """All of ``data``."""
        ...

    def flush(self) -> None:
        """Pass on the buffered bytes."""
        ...


class Decompressor(Protocol):
    """What reads one archive; Python's own for bzip2, xz and Zstandard are such."""

    @property
    def eof(self) -> bool:
        """The archive is read."""
        ...

    @property
    def needs_input(self) -> bool:
        """Nothing more can be had without more data."""
        ...

    @property
    def unused_data(self) -> bytes:
        """The bytes after the archive."""
        ...

    def decompress(self, data: bytes, max_length: int) -> bytes:
        """The next bytes, at most ``max_length`` of them."""
        ...


class Compressor(Protocol):
    """What writes one archive."""

    def compress(self, data: bytes, /) -> bytes:
        """The next bytes of the archive."""
        ...

    def flush(self) -> bytes:
        """The last ones."""
        ...


class Kind(NamedTuple):
    """A kind of compression."""

    name: str
    decompressor: Callable[[], Decompressor]
    compressor: Callable[[], Compressor]


def kind_of(path: str) -> Kind | None:
    """The compression by the suffix of the name, ``None`` for a plain file.

    >>> kind_of("news.txt.gz").name, kind_of("news.txt")
    ('gzip', None)
    """
    return KINDS.get(os.path.splitext(path)[1].lower())


def without_suffix(path: str) -> str:
    """The name without the suffix of compression.

    >>> without_suffix("news.txt.gz"), without_suffix("news.txt")
    ('news.txt', 'news.txt')
    """
    return os.path.splitext(path)[0] if kind_of(path) else path


def decompressed(raw: Readable, path: str) -> Readable:
    """The decompressed content of ``raw``, whose name is ``path``; ``raw`` itself if it is not compressed.

    Raises:
        DamagedFileError: by any read: the file is not in its format, is damaged, or ends too early.
        MissingDependencyError: Zstandard needs a package that is not installed.
    """
    kind = kind_of(path)
    return raw if kind is None else _Decompressed(raw, path, kind)


@contextmanager
def compressed(raw: Writable, path: str) -> Iterator[Writable]:
    """A stream whose bytes go to ``raw``, compressed if the name ``path`` asks for it; complete if the block succeeds.

    Raises:
        MissingDependencyError: Zstandard needs a package that is not installed.
    """
    kind = kind_of(path)
    if kind is None:
        yield raw
        return
    compressor = kind.compressor()
    yield _Compressed(raw, compressor)
    raw.write(compressor.flush())


class _Compressed:
    """Compresses the bytes written to it."""

    def __init__(self, raw: Writable, compressor: Compressor) -> None:
        self._raw = raw
        self._compressor = compressor

    def write(self, data: bytes, /) -> int:
        """All of ``data``."""
        self._raw.write(self._compressor.compress(data))
        return len(data)

    def flush(self) -> None:
        """Nothing: half an archive is of no use."""


class _Decompressed:
    """The content of a file of one archive or several."""

    def __init__(self, raw: Readable, path: str, kind: Kind) -> None:
        self._raw = raw
        self._path = path
        self._kind = kind
        self._archive: Decompressor | None = kind.decompressor()
        self._block = b""  # read and not decompressed yet
        self._start = self._end = 0  # of the last block

    def read(self, size: int, /) -> bytes:
        """At most ``size`` bytes, none only at the end."""
        while self._archive is not None or self._next_archive():
            assert self._archive is not None
            if self._archive.needs_input and not self._block:
                self._fill()
            data = self._decompress(self._archive, size)
            if self._archive.eof:
                self._block, self._archive = self._archive.unused_data, None
            elif not data and self._archive.needs_input and not self._block and not self._fill():
                raise errors.damaged_file(self._path, self._kind.name, f"it ends too early, at byte {self._end}")
            if data:
                return data
        return b""

    def _fill(self) -> bool:
        """Read the next block; whether there was one."""
        self._block = self._raw.read(BLOCK_BYTES)
        self._start, self._end = self._end, self._end + len(self._block)
        return bool(self._block)

    def _next_archive(self) -> bool:
        """Begin with the next archive, if there is one."""
        self._block = self._block.lstrip(b"\0")
        while not self._block and self._fill():
            self._block = self._block.lstrip(b"\0")
        if self._block:
            self._archive = self._kind.decompressor()
        return bool(self._block)

    def _decompress(self, archive: Decompressor, size: int) -> bytes:
        """Feed the block."""
        block, self._block = self._block, b""
        try:
            return archive.decompress(block, size)
        except Exception as error:  # each kind has its own
            where = f"between bytes {self._start} and {self._end}"
            raise errors.damaged_file(self._path, self._kind.name, f"{where}: {error}") from None


class _GzipDecompressor:
    """What :mod:`zlib` offers in the shape of the other kinds."""

    def __init__(self) -> None:
        import zlib

        self._stream = zlib.decompressobj(wbits=zlib.MAX_WBITS | 16)

    @property
    def eof(self) -> bool:
        return self._stream.eof

    @property
    def needs_input(self) -> bool:
        return not self._stream.unconsumed_tail

    @property
    def unused_data(self) -> bytes:
        return self._stream.unused_data

    def decompress(self, data: bytes, max_length: int) -> bytes:
        return self._stream.decompress(self._stream.unconsumed_tail + data, max_length)


def _gzip_compressor() -> Compressor:
    import zlib

    return zlib.compressobj(wbits=zlib.MAX_WBITS | 16)


def _bzip2_decompressor() -> Decompressor:
    import bz2

    return bz2.BZ2Decompressor()


def _bzip2_compressor() -> Compressor:
    import bz2

    return bz2.BZ2Compressor()


def _xz_decompressor() -> Decompressor:
    import lzma

    return lzma.LZMADecompressor()


def _xz_compressor() -> Compressor:
    import lzma

    return lzma.LZMACompressor()


def _zstd_decompressor() -> Decompressor:
    decompressor: Decompressor = _zstd().ZstdDecompressor()
    return decompressor


def _zstd_compressor() -> Compressor:
    zstd = _zstd()
    compressor: Compressor = zstd.ZstdCompressor(options={zstd.CompressionParameter.checksum_flag: 1})
    return compressor


def _zstd() -> Any:
    """Python's own module, or the same for Pythons before 3.14."""
    try:
        from compression import zstd
    except ImportError:
        try:
            from backports import zstd
        except ImportError:
            raise errors.missing_dependency("backports.zstd", "zst", "a .zst file") from None
    return zstd


KINDS = {
    ".gz": Kind("gzip", _GzipDecompressor, _gzip_compressor),
    ".bz2": Kind("bzip2", _bzip2_decompressor, _bzip2_compressor),
    ".xz": Kind("xz", _xz_decompressor, _xz_compressor),
    ".zst": Kind("Zstandard", _zstd_decompressor, _zstd_compressor),
}
