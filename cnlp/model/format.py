"""Model files: named arrays in the safetensors layout, with the model card in the header.

    8 bytes   length of the header, little endian
    header    JSON: {"name": {"dtype", "shape", "data_offsets"}, ..., "__metadata__": {str: str}}
    data      the arrays, one after another, each aligned to its item size

Any safetensors reader opens such a file. The metadata is the model card; ``format``, ``version``,
``kind`` and ``sha256`` (of the data) are always there. Files are memory-mapped and never unpickled.
"""

from __future__ import annotations

import os
from stat import S_ISREG

from cnlp import errors
from cnlp._kernel import kernel

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from typing import Any, TypeAlias

    Range: TypeAlias = tuple[int, int]  # start in the file, size; both in bytes
    Arrays: TypeAlias = dict[str, tuple[str, bytes]]  # by name: dtype and items, as write_model takes them

FORMAT = "cnlp"
VERSION = 1
ITEM_SIZES = {"U8": 1, "I8": 1, "U16": 2, "I16": 2, "F16": 2, "I32": 4, "U32": 4, "F32": 4, "U64": 8}
RESERVED = ("format", "version", "sha256")  # fields of the metadata that write_model fills in
MAX_HEADER = 1_000_000  # bytes
_ALIGNMENT = 64
_FAULTS = (ArithmeticError, AssertionError, AttributeError, LookupError, RuntimeError, TypeError, ValueError)


def write_model(
    path: str | os.PathLike[str], arrays: Mapping[str, tuple[str, bytes]], metadata: Mapping[str, str]
) -> None:
    """Write a model file; it appears under its name only when it is whole.

    Args:
        path: the file to make or replace.
        arrays: by name: dtype (a key of ``ITEM_SIZES``) and the items as little-endian bytes.
        metadata: the model card; must name the ``kind``.
    """
    from cnlp.files.lines import replacing  # not needed to read models

    with replacing(os.fspath(path)) as file:
        file.write(model_bytes(arrays, metadata))


def model_bytes(arrays: Mapping[str, tuple[str, bytes]], metadata: Mapping[str, str]) -> bytes:
    """The content of the file that :func:`write_model` writes."""
    import hashlib
    import json

    names = sorted(arrays, key=lambda name: (-ITEM_SIZES[arrays[name][0]], name))
    header: dict[str, object] = {}
    offset = 0
    for name in names:
        dtype, data = arrays[name]
        shape = [len(data) // ITEM_SIZES[dtype]]
        header[name] = {"dtype": dtype, "shape": shape, "data_offsets": [offset, offset + len(data)]}
        offset += len(data)
    body = b"".join(arrays[name][1] for name in names)
    card = {"format": FORMAT, "version": str(VERSION), "sha256": hashlib.sha256(body).hexdigest()}
    header["__metadata__"] = {**card, **metadata}
    text = json.dumps(header, ensure_ascii=False, separators=(",", ":")).encode("utf-8")
    text += b" " * (-(len(text) + 8) % _ALIGNMENT)
    return len(text).to_bytes(8, "little") + text + body


class _Loading:
    """What :meth:`ModelFile.loading` returns, without contextlib, which a cold start has no time for."""

    def __init__(self, path: str, what: str) -> None:
        self.path = path
        self.what = what

    def __enter__(self) -> None:
        pass

    def __exit__(self, kind: object, error: BaseException | None, trace: object) -> None:
        if isinstance(error, _FAULTS) and not isinstance(error, errors.ModelError):
            reason = " ".join(f"{type(error).__name__}: {error}".split())
            raise errors.bad_model(self.path, f"damaged: {self.what} ({reason[:200]})") from None


def begins_model(start: bytes) -> bool:
    """Are these, eight bytes or more, the beginning of a model file, which says how long its header is; or of text?

    >>> begins_model(b"\\x20\\x10\\0\\0\\0\\0\\0\\0{"), begins_model(b"3 100\\na 0.5")
    (True, False)
    """
    return len(start) >= 8 and int.from_bytes(start[:8], "little") <= MAX_HEADER


class ModelFile:
    """A model file, mapped into memory, or its content where that was read already.

    Attributes:
        path: where it is.
        source: the mapping or the content, which the kernel's objects keep alive.
        kind: of the model, such as ``"lexicon"``.
        is_trusted: is it part of the package, so that what it says of its data need not be proven?

    Raises:
        OSError: the file cannot be read.
        ModelError: it is not a model file, is truncated, or is of another version.
    """

    def __init__(self, path: str | os.PathLike[str], content: bytes | None = None) -> None:
        self.path = os.fspath(path)
        self.is_trusted = False
        if content is None and not S_ISREG(os.stat(self.path).st_mode):  # to open a pipe is to wait for its other end
            raise errors.bad_model(self.path, "this is not a file, so no model is in it")
        self.source = kernel.Mapping(self.path) if content is None else content
        size = len(self.source)
        length = int.from_bytes(self._bytes(0, 8), "little") if size >= 8 else 0
        if not 2 <= length <= size - 8 or self._bytes(8, 1) != b"{":
            raise errors.bad_model(self.path, "this is not a model file (no safetensors header)")
        if length > MAX_HEADER:
            raise errors.bad_model(self.path, f"its header has {length:,} bytes, at most {MAX_HEADER:,} are allowed")
        self._data_start = 8 + length
        try:
            self._header = self._bytes(8, length).decode("utf-8")
        except UnicodeDecodeError:
            raise errors.bad_model(self.path, "damaged: the header is not UTF-8") from None
        if f'"format":"{FORMAT}"' not in self._header:
            raise errors.bad_model(self.path, "a safetensors file, but not one of cnlp")
        if self.field("version") != str(VERSION):
            raise errors.bad_model(
                self.path,
                f"format version {self.field('version')}, this cnlp reads version {VERSION}",
            )
        self.kind = self.field("kind")

    def __reduce__(self) -> tuple[Callable[..., ModelFile], tuple[str, ...] | tuple[str, bytes]]:
        path = os.path.abspath(self.path)
        if isinstance(self.source, bytes):
            return ModelFile, (path, self.source)
        return (_of_package, (os.path.basename(path),)) if self.is_of_package else (ModelFile, (path,))

    @property
    def is_of_package(self) -> bool:
        """Is it a file that comes with cnlp?"""
        return os.path.dirname(os.path.abspath(self.path)) == os.path.dirname(__file__)

    def copied(self) -> ModelFile:
        """The same file, read into memory of this process: what happens to the file no longer matters."""
        with open(self.path, "rb") as file:
            return ModelFile(self.path, file.read())

    # The header is written by write_model only, so its fields can be found without the json module,
    # whose import costs more than everything else a cold start does.

    def field(self, name: str, default: str | None = None) -> str:
        """The metadata field, as written; for fields without quotes or escapes.

        Raises:
            ModelError: there is none, and no default.
        """
        _, found, rest = self._header.partition(f'"{name}":"')
        if not found and default is not None:
            return default
        if not found:
            raise errors.bad_model(self.path, f"damaged: the header has no field {name!r}")
        return rest.partition('"')[0]

    def number(self, name: str, default: str | None = None) -> float:
        """The metadata field as a number above 0.

        Raises:
            ModelError: it is none.
        """
        field = self.field(name, default)
        try:
            number = float(field)
        except ValueError:
            number = 0.0
        if not 0 < number < float("inf"):
            raise errors.bad_model(self.path, f"damaged: {name!r} must be a number above 0, got {field[:50]!r}")
        return number

    def whole(self, name: str, default: str | None = None) -> int:
        """The metadata field as a whole number from 0 to 2**31 - 1.

        Raises:
            ModelError: it is none.
        """
        field = self.field(name, default)
        if not (field.isascii() and field.isdigit() and len(field) < 11 and int(field) < 1 << 31):
            raise errors.bad_model(self.path, f"damaged: {name!r} must be a whole number, got {field[:50]!r}")
        return int(field)

    def read_json(self, name: str) -> Any:
        """The content of an array of JSON.

        Raises:
            ModelError: there is no such array, or it is not JSON.
        """
        import json

        data = self.read(name)
        with self.loading(f"array {name!r} is not JSON"):
            return json.loads(data)

    def loading(self, what: str = "its content cannot be used") -> _Loading:
        """Within the block, whatever goes wrong with the content of the file is a ModelError."""
        return _Loading(self.path, what)

    def has(self, name: str) -> bool:
        """Is there an array of this name?"""
        return f'"{name}":{{"dtype":"' in self._header

    def ranges(self, *names: str) -> dict[str, Range]:
        """Where each of the arrays lies in the file.

        Raises:
            ModelError: one is missing, or lies outside the file.
        """
        return {name: self._range(name) for name in names}

    def read(self, name: str) -> bytes:
        """The bytes of an array; errors as :meth:`ranges`."""
        return self._bytes(*self._range(name))

    def _bytes(self, start: int, size: int) -> bytes:
        """A part of the file."""
        return self.source[start : start + size] if isinstance(self.source, bytes) else self.source.read(start, size)

    def _range(self, name: str) -> Range:
        _, found, rest = self._header.partition(f'"{name}":{{"dtype":"')
        numbers = rest.partition('"data_offsets":[')[2].partition("]")[0].split(",")
        if not found or len(numbers) != 2 or not all(number.isdecimal() for number in numbers):
            raise errors.bad_model(self.path, f"damaged: the header has no array {name!r}")
        start, end = (self._data_start + int(number) for number in numbers)
        if not start <= end <= len(self.source):
            raise errors.bad_model(
                self.path, f"truncated: array {name!r} ends at byte {end}, the file has {len(self.source)}"
            )
        return start, end - start

    @property
    def card(self) -> dict[str, str]:
        """The model card: the whole metadata."""
        return self._parsed()[0]

    @property
    def arrays(self) -> dict[str, tuple[str, int]]:
        """Of each array its dtype and how many items it has, in the order of the file."""
        return {name: (dtype, size // ITEM_SIZES[dtype]) for name, (dtype, size) in self._parsed()[1].items()}

    def _parsed(self) -> tuple[dict[str, str], dict[str, tuple[str, int]]]:
        """The metadata, and of each array its dtype and how many bytes it has.

        Raises:
            ModelError: the header is not as :func:`write_model` makes it.
        """
        import json

        with self.loading("the header is not as it should be"):
            header = json.loads(self._header)
            card = header.pop("__metadata__")
            if not all(isinstance(value, str) for value in card.values()):
                raise ValueError("a field of the metadata is not text")
            arrays, end = {}, 0
            for name, array in sorted(header.items(), key=lambda item: item[1]["data_offsets"]):
                dtype, (start, after) = array["dtype"], array["data_offsets"]
                if start != end or not start <= after or array["shape"] != [(after - start) // ITEM_SIZES[dtype]]:
                    raise ValueError(f"array {name!r} has a wrong size")
                arrays[name], end = (dtype, after - start), after
            if self._data_start + end != len(self.source):
                raise ValueError(f"the arrays have {end:,} bytes, the file {len(self.source) - self._data_start:,}")
            return card, arrays

    def verify(self) -> None:
        """Look whether the header is whole, and compare the data with the checksum in the card.

        Raises:
            ModelError: the file was altered or truncated.
        """
        import hashlib

        self._parsed()
        digest = hashlib.sha256()
        for start in range(self._data_start, len(self.source), 1 << 20):
            digest.update(self._bytes(start, min(1 << 20, len(self.source) - start)))
        if digest.hexdigest() != self.field("sha256"):
            raise errors.bad_model(self.path, "damaged: the data do not match their checksum")


def _of_package(name: str) -> ModelFile:
    """A shipped file in another process, of another machine perhaps, where the package is elsewhere."""
    return ModelFile(os.path.join(os.path.dirname(__file__), name))
