"""Model files: the twin of the mapping of native, and the arrays in a file."""

from __future__ import annotations

import mmap
from array import array
from typing import TYPE_CHECKING

from cnlp._kernel.layout import CODE_POINT_PAGES

if TYPE_CHECKING:
    from typing import TypeAlias

    Range: TypeAlias = tuple[int, int]  # where an array lies in its source: start, bytes


class Mapping:
    """A file mapped into memory, read only."""

    def __init__(self, path: str) -> None:
        with open(path, "rb") as file:
            file.seek(0, 2)
            self.data = mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ) if file.tell() else b""

    def __len__(self) -> int:
        return len(self.data)

    def read(self, start: int, size: int) -> bytes:
        """The ``size`` bytes from ``start`` on."""
        if start < 0 or size < 0 or start + size > len(self.data):
            raise ValueError("range lies outside the file")
        return self.data[start : start + size]


def array_at(source: Mapping | bytes, where: Range, code: str, name: str) -> memoryview:
    data = source.data if isinstance(source, Mapping) else source
    start, size = where
    width = array(code).itemsize
    if start < 0 or size < 0 or start + size > len(data) or size % width or start % width:
        raise ValueError(f"array {name} does not fit into the file")
    view = memoryview(data)[start : start + size]
    return view.cast(code)  # type: ignore[call-overload, no-any-return, unused-ignore]


def named_array(source: Mapping | bytes, arrays: dict[str, Range], name: str, code: str) -> memoryview:
    if name not in arrays:
        raise ValueError(f"array {name} is missing")
    return array_at(source, arrays[name], code, name)


def check_pages(pages: memoryview, cells: memoryview, name: str) -> None:
    if len(pages) != CODE_POINT_PAGES or len(cells) % 256 or max(pages) >= len(cells) // 256:
        raise ValueError(f"{name} is damaged")
