"""The double-array trie: the twin of trie.c."""

from __future__ import annotations

from array import array
from typing import TYPE_CHECKING

from cnlp._kernel.reference.files import Mapping, check_pages, named_array

if TYPE_CHECKING:
    from collections.abc import Iterator

    from cnlp._kernel.reference.files import Range


class Trie:
    """A double-array trie over folded code points; the layout is drawn in core/trie.h."""

    def __init__(self, source: Mapping | bytes, arrays: dict[str, Range], max_length: int) -> None:
        self.max_length = max_length
        self.pages = named_array(source, arrays, "pages", "H")
        self.codes = named_array(source, arrays, "codes", "H")
        self.units = named_array(source, arrays, "units", "Q")
        check_pages(self.pages, self.codes, "the alphabet")
        if max(self.codes) >= len(self.units):
            raise ValueError("the trie is damaged")

    def encode(self, text: str) -> list[int]:
        """The trie's codes of the characters; 0 where one is in no word."""
        pages, codes = self.pages, self.codes
        return [codes[pages[point >> 8] << 8 | point & 255] for point in map(ord, text)]

    def walk(self, codes: list[int], start: int) -> Iterator[tuple[int, int, int]]:
        """(end, node, value) of every word that begins at ``start``, the shortest first."""
        units, base = self.units, 0
        for end in range(start, min(len(codes), start + self.max_length)):
            node = base + codes[end]
            if codes[end] == 0 or node >= len(units) or units[node] & 0xFFFF != codes[end]:
                return
            unit = units[node]
            if unit >> 40:
                yield end + 1, node, unit >> 40
            base = unit >> 16 & 0xFFFFFF
            if base == 0:
                return

    def find(self, word: str) -> tuple[int, int]:
        """(node, value) of the word; (0, 0) if the trie does not hold it as a path."""
        units, node, base = self.units, 0, 0
        for i, code in enumerate(self.encode(word)):
            node = base + code
            if (i and not base) or not code or node >= len(units) or units[node] & 0xFFFF != code:
                return 0, 0
            base = units[node] >> 16 & 0xFFFFFF
        return node, units[node] >> 40 if node else 0

    def find_all(self, words: list[str]) -> bytes:
        """The node of each word as uint32, 0 if it is none."""
        found = map(self.find, words)
        return array("I", (node if value else 0 for node, value in found)).tobytes()

    def longest(self) -> int:
        """Code points of the longest word; proves the trie finite, since no two nodes share a base."""
        bases = [unit >> 16 & 0xFFFFFF for unit in self.units]
        owners = {base: node for node, base in enumerate(bases) if base and node}
        if sum(base > 0 for base in bases[1:] if base < len(bases)) > len(owners.keys() & range(len(bases))):
            raise ValueError("the trie is damaged")
        children: dict[int, list[int]] = {}
        for node, unit in enumerate(self.units):
            if label := unit & 0xFFFF:
                parent = 0 if label == node else owners.get(node - label)
                if parent is not None:
                    children.setdefault(parent, []).append(node)
        depth, level = 0, children.get(0, [])
        while level:
            depth, level = depth + 1, [child for node in level for child in children.get(node, [])]
        return depth

    def matches(self, text: str) -> list[tuple[int, int, int]]:
        """(start, end, value) of every word at every position."""
        codes = self.encode(text)
        return [(start, end, value) for start in range(len(codes)) for end, _, value in self.walk(codes, start)]


class _Node:
    """A node of the tree that build_trie lays out; ``word`` is the index of the word that ends here."""

    __slots__ = ("children", "word")

    def __init__(self) -> None:
        self.children: dict[int, _Node] = {}
        self.word = -1


def build_trie(words: list[str], values: bytes, pages: bytes, codes: bytes) -> tuple[bytes, bytes]:
    """Units of a trie over the words, and the node of each word.

    Each word needs a value from 1 to 2^24 - 1 (uint32 in ``values``) and all its characters in the
    alphabet (pages, codes). A node's children go to the first base where all their slots are free.
    """
    page, cell = memoryview(pages).cast("H"), memoryview(codes).cast("H")
    numbers = memoryview(values).cast("I")
    if len(numbers) != len(words):
        raise ValueError("as many values as words are needed")
    tree: _Node = _Node()
    for k, word in enumerate(words):
        node = tree
        for point in map(ord, word):
            code = cell[page[point >> 8] << 8 | point & 255]
            if code == 0:
                raise ValueError("a word holds a character outside the alphabet")
            node = node.children.setdefault(code, _Node())
        node.word = k
    # The slots of all codes are the root's children's.
    units, nodes = array("Q", bytes(8 * (max(cell) + 1))), array("I", bytes(4 * len(words)))
    occupied, taken, hint = bytearray(b"\1" * len(units)), bytearray(b"\1"), 1
    stack = [(0, tree)]
    while stack:
        place, node = stack.pop()
        labels = sorted(node.children)
        if node.word >= 0:
            nodes[node.word] = place
            units[place] |= numbers[node.word] << 40
        if not labels:
            continue
        base = 0
        if place:
            base, hint = _find_base(labels, occupied, taken, hint)
            taken[base] = 1
        shortage = base + labels[-1] + 1 - len(units)
        if shortage > 0:
            units.extend([0] * shortage)
            occupied.extend(bytes(shortage))
        units[place] |= base << 16
        for label in labels:
            occupied[base + label] = 1
            units[base + label] = label
        stack.extend((base + label, node.children[label]) for label in reversed(labels))
    if len(units) > 1 << 24:
        raise OverflowError("too many words for one trie")
    return units.tobytes(), nodes.tobytes()


def _find_base(labels: list[int], occupied: bytearray, taken: bytearray, hint: int) -> tuple[int, int]:
    """The first base where all labels fit, and where the next search should begin."""
    slot, tries = max(hint, labels[0] + 1), 0
    while True:
        found = occupied.find(0, slot)
        slot = found if found >= 0 else max(slot, len(occupied))
        base = slot - labels[0]
        if base >= len(taken):
            taken.extend(bytes(base + 1 - len(taken) + len(taken) // 2))
        if not taken[base] and not any(base + label < len(occupied) and occupied[base + label] for label in labels):
            return base, hint if tries < 256 else slot
        slot += 1
        tries += 1
