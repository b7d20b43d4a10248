"""The part-of-speech tagger of the kernel in Python: the twin of pos.c, and the oracle it is tested against.

The score of a tag at a word is a sum of rows of weights, one for each template (:mod:`cnlp.pos.tagger` lists
them); a row is found by the hash of its key. Sums are integers, so both kernels agree to the last bit.
"""

from __future__ import annotations

from itertools import accumulate, pairwise
from typing import TYPE_CHECKING

from cnlp import errors
from cnlp._kernel import deadline
from cnlp._kernel.hashes import form_columns, mix_keys, slot_of, stride_of
from cnlp._kernel.layout import (
    ABSENT,
    BUCKET_SLOTS,
    CLASS_DIGIT,
    CLASS_HANGUL,
    COLUMN_DICTIONARY,
    DENSE_ROW,
    DENSE_UNIT,
    MAX_PARTS,
    MAX_REACH,
    MAX_ROWS,
    MAX_TAGS,
    MAX_TEMPLATES,
    N_COLUMNS,
    OUTSIDE,
    SMALLEST,
    SOURCE_USER,
    TEMPLATE_SIZE,
)
from cnlp._kernel.reference.files import check_pages, named_array

if TYPE_CHECKING:
    from collections.abc import Iterable
    from typing import Any

    from cnlp._kernel.reference.files import Mapping, Range
    from cnlp._kernel.reference.segment import Segmenter
    from cnlp._kernel.reference.tables import Tables


class WordTagger:
    """The weights of a part-of-speech tagger."""

    def __init__(
        self,
        source: Mapping | bytes,
        arrays: dict[str, Range],
        tags: tuple[str, ...],
        model: Tables,
        closed: bytes,
        nouns: int,
    ) -> None:
        if not 1 <= len(tags) <= MAX_TAGS:
            raise ValueError(f"a tagger has 1 to {MAX_TAGS} tags")

        def load(name: str, code: str) -> memoryview:
            return named_array(source, arrays, name, code)

        n = len(tags)
        self.tags = tags
        self.pages, self.codes, self.types = load("pages", "H"), load("codes", "H"), load("types", "B")
        templates = load("templates", "b")
        tables, rows = load("tables", "I"), load("rows", "I")
        self.dense, self.entries = load("dense", "b"), load("entries", "H")
        self.transitions = load("transitions", "h")
        self.words, self.coarse, self.sets = load("words", "I"), load("coarse", "H"), load("sets", "Q")
        self.dictionary, self.clusters = load("dictionary", "I"), load("clusters", "I")
        check_pages(self.pages, self.codes, "the alphabet")
        if max(self.codes) >= len(self.types):
            raise ValueError("the alphabet is damaged")
        if len(self.transitions) != n * (n + 1):
            raise ValueError("the table of transitions is damaged")
        if len(templates) % TEMPLATE_SIZE or len(templates) > TEMPLATE_SIZE * MAX_TEMPLATES:
            raise ValueError("the table of templates is damaged")
        if len(self.words) % 2:
            raise ValueError("a hash table is damaged")
        self.templates = [
            _template(templates[k : k + TEMPLATE_SIZE].tolist()) for k in range(0, len(templates), TEMPLATE_SIZE)
        ]
        if sum(high - low + 1 for low, high, _ in self.templates) > MAX_ROWS:
            raise ValueError("the table of templates is damaged")
        if len(tables) != len(self.templates) or 2 * BUCKET_SLOTS * sum(tables) != len(rows) or not all(tables):
            raise ValueError("a hash table is damaged")
        ends = [2 * BUCKET_SLOTS * end for end in accumulate(tables)]
        self.tables = [rows[start:end] for start, end in pairwise([0, *ends])]
        if not len(self.sets) or not len(self.coarse) or any(not 0 < bits < 1 << n for bits in self.sets):
            raise ValueError("the table of tags is damaged")
        self.model, self.closed, self.nouns = model, memoryview(closed).cast("Q"), nouns
        if len(self.closed) != len(model.pattern_flags) + 1 or any(bits >> n for bits in (*self.closed, nouns)):
            raise ValueError("the table of forms is damaged")

    def predict(self, words: list[str], space: str) -> list[str]:
        """The tag of each word, ``space`` for white space; a line feed in it begins a new sequence."""
        return self._predict(words, space, [False] * len(words))

    def _predict(self, words: list[str], space: str, users: list[bool]) -> list[str]:
        found = [space] * len(words)
        sequence: list[int] = []
        for k, word in enumerate(words):
            if not isinstance(word, str):
                raise errors.not_text(word)
            if not word.isspace():
                sequence.append(k)
            if k + 1 == len(words) or (word.isspace() and "\n" in word):
                deadline.check()
                tags = self._decode([words[i] for i in sequence], [users[i] for i in sequence])
                for place, tag in zip(sequence, tags, strict=True):
                    found[place] = self.tags[tag]
                sequence = []
        return found

    def tokens(
        self,
        segmenter: Segmenter,
        token: Any,
        sources: tuple[str, ...],
        space: str,
        text: str,
        spans: bytes | None = None,
    ) -> list[Any]:
        """The words of a text as objects: ``token(text, start, end, tag, source)``."""
        if not isinstance(text, str):
            raise errors.not_text(text)
        ends = segmenter.words(text, spans)
        starts = [0, *(end for end, _ in ends)]
        words = [text[start:end] for start, (end, _) in zip(starts, ends, strict=False)]
        tags = self._predict(words, space, [source == SOURCE_USER for _, source in ends])
        return [
            token(word, start, end, tag, sources[source])
            for word, start, (end, source), tag in zip(words, starts, ends, tags, strict=False)
        ]

    def tokens_all(
        self, segmenter: Segmenter, token: Any, sources: tuple[str, ...], space: str, texts: list[str]
    ) -> list[list[Any]]:
        """What :meth:`tokens` gives for each text."""
        for text in texts:
            if not isinstance(text, str):
                raise errors.not_text(text)
        return [self.tokens(segmenter, token, sources, space, text) for text in texts]

    def columns(self, word: str, is_user: bool = False) -> tuple[list[int], int]:
        """The columns of a word, and its candidates as bits."""
        codes = [self.codes[self.pages[point >> 8] << 8 | point & 255] for point in map(ord, word)]
        columns = form_columns(codes, [self.types[code] for code in codes])
        facts = self._find(self.words, columns[0])
        class_id, members = facts >> 16, facts & 0xFFFF
        class_id = class_id if class_id < len(self.coarse) else 0
        columns += [
            SMALLEST + self._find_number(self.dictionary, columns[0]),
            SMALLEST + self._find_number(self.clusters, columns[0]),
            SMALLEST + class_id,
            SMALLEST + self.coarse[class_id],
        ]
        if 0 < members < len(self.sets):
            return columns, self.sets[members]
        is_known = facts or columns[COLUMN_DICTIONARY] != SMALLEST
        return columns, self._closed_set(word) or (is_user and not is_known and self.nouns) or self.sets[0]

    def _closed_set(self, word: str) -> int:
        """The tags that the form of a word leaves it, as bits; 0: any."""
        categories, flags = self.model.categories_and_flags(word)
        if not any(CLASS_DIGIT <= self.model.classes[category] <= CLASS_HANGUL for category in categories):
            return self.closed[-1]
        for end, pattern in filter(None, self.model.match_patterns(categories, flags, 0)):
            if end == len(word):
                return self.closed[pattern]
        return 0

    def scores(self, columns: list[list[int]]) -> list[list[int]]:
        """The score of each tag at each word of a sequence."""
        n, n_tags, stride = len(columns), len(self.tags), stride_of(len(self.tags))
        margin = 2 * MAX_REACH
        sums = [0] * ((n + 2 * margin) * stride + 256)
        for q in range(n):
            for number, (low, high, parts) in enumerate(self.templates):
                size = (high - low + 1) * stride
                values = [columns[q + d][column] if 0 <= q + d < n else OUTSIDE for column, d in parts]
                if ABSENT in values:
                    continue
                found = self._find_row(self.tables[number], mix_keys(number, values))
                base = (q + margin + low) * stride
                for place, weight in self.row(found, size):
                    sums[base + place] += weight
        return [sums[(p + margin) * stride : (p + margin) * stride + n_tags] for p in range(n)]

    def row(self, found: int, size: int) -> Iterable[tuple[int, int]]:
        """The places and weights of a row of this size by what its slot has; none where it is outside of the arrays."""
        at = found >> 8 & 0x7FFFFF
        if found & 0xFF:
            return map(_entry, (found & 0xFFFF, found >> 16))
        if found & DENSE_ROW:
            start, end = at * DENSE_UNIT, at * DENSE_UNIT + size
            return enumerate(self.dense[start:end]) if end <= len(self.dense) else ()
        return map(_entry, self.entries[at + 1 : at + 1 + self.entries[at]]) if 0 < at < len(self.entries) else ()

    def _decode(self, words: list[str], users: list[bool]) -> list[int]:
        """The numbers of the best tags. Ties: the lower tag."""
        if not words:
            return []
        n = len(self.tags)
        columns, sets = zip(*map(self.columns, words, users), strict=True)
        best: dict[int, int] = {}
        behind: list[dict[int, int]] = []
        for row, bits in zip(self.scores(list(columns)), sets, strict=True):
            reached, came = {}, {}
            for tag in (tag for tag in range(n) if bits >> tag & 1):
                if best:
                    total, origin = max((best[left] + self.transitions[left * n + tag], -left) for left in best)
                    came[tag] = -origin
                else:
                    total = self.transitions[n * n + tag]
                reached[tag] = total + row[tag]
            best = reached
            behind.append(came)
        tag = max(best, key=lambda tag: (best[tag], -tag))
        path = [tag]
        for came in reversed(behind[1:]):
            tag = came[tag]
            path.append(tag)
        return path[::-1]

    @staticmethod
    def _find(table: memoryview, key: int) -> int:
        """What a table of pairs (low half of the hash, value) has; 0: nothing."""
        size = len(table) // 2
        slot = slot_of(key, size)
        for _ in range(size):
            if not table[2 * slot + 1] or table[2 * slot] == key & 0xFFFFFFFF:
                return table[2 * slot + 1]
            slot = slot + 1 if slot + 1 < size else 0
        return 0

    @staticmethod
    def _find_row(table: memoryview, key: int) -> int:
        """The row of a key in a table of buckets; 0: there is none."""
        size = len(table) // (2 * BUCKET_SLOTS)
        bucket, found = slot_of(key, size), 0
        for _ in range(size + 1):
            at = 2 * BUCKET_SLOTS * bucket
            hashes, rows = table[at : at + BUCKET_SLOTS], table[at + BUCKET_SLOTS : at + 2 * BUCKET_SLOTS]
            for low, row in zip(hashes, rows, strict=True):
                found |= row if low == key & 0xFFFFFFFF else 0
            if found or not rows[-1]:
                break
            bucket = bucket + 1 if bucket + 1 < size else 0
        return found

    @staticmethod
    def _find_number(table: memoryview, key: int) -> int:
        """What a table of slots (24 bits of the hash, 8 bits of number) has; 0: nothing."""
        size = len(table)
        slot = slot_of(key, size)
        for _ in range(size):
            if not table[slot] or table[slot] >> 8 == key & 0xFFFFFF:
                return table[slot] & 0xFF
            slot = slot + 1 if slot + 1 < size else 0
        return 0


def _entry(entry: int) -> tuple[int, int]:
    """Its place in the row, and its weight."""
    return entry >> 8, (entry & 0xFF) - 128


def _template(row: list[int]) -> tuple[int, int, list[tuple[int, int]]]:
    """Its lowest and highest offset, and its parts: column and offset."""
    low, high, count = row[:3]
    parts = list(zip(row[4::2], row[5::2], strict=True))[:count]
    if (
        not -MAX_REACH <= low <= high <= MAX_REACH
        or not 1 <= count <= MAX_PARTS
        or any(not 0 <= column < N_COLUMNS or abs(offset) > MAX_REACH for column, offset in parts)
    ):
        raise ValueError("the table of templates is damaged")
    return low, high, parts
