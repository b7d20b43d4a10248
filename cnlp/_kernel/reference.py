"""The kernel in Python: the twin of the C sources, and the oracle they are tested against.

Read this file to learn what the kernel computes; the C files do the same faster. It is written for
the whole text at once, where the C kernel works block by block.

A text becomes a lattice: for every position the candidate words that begin there, each an edge
``(end, id, cost, source)``. Costs are integers, -ln p in units of 1/4096 nat, so both kernels agree
to the last bit. Candidates come from the base lexicon, the user's lexicon (an :class:`Overlay`) and
the pattern scanner; a boundary inside an atomic pattern or a forced word is forbidden, the ends of
a forced word are hard: no edge crosses them. Where nothing as short is left, the single character
stands in, so a path always exists.
"""

from __future__ import annotations

import mmap
from array import array

from cnlp import errors

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator
    from typing import TypeAlias

    from cnlp._kernel.reference_entities import EntityTagger as EntityTagger
    from cnlp._kernel.reference_pos import WordTagger as WordTagger
    from cnlp._kernel.reference_tagger import Tagger as Tagger
    from cnlp._kernel.reference_terms import Terms as Terms
    from cnlp._kernel.reference_terms import pagerank as pagerank

    Edge: TypeAlias = tuple[int, int, int, int]  # end, id, cost, source
    Range: TypeAlias = tuple[int, int]  # where an array lies in its source: start, bytes

MODE_PREFER, MODE_FORCE, MODE_SPLIT, MODE_BLOCK, MODE_PARTIAL = 0, 1, 2, 3, 4
MODE_MASK = 3
MODE_TAGGER = 8  # of a span: a word that a tagger proposes
SOURCE_LEXICON, SOURCE_USER, SOURCE_PATTERN, SOURCE_CHARACTER, SOURCE_TAGGER, SOURCE_HIDDEN = range(6)
FORWARD, BACKWARD, BIDIRECTIONAL, UNIGRAM, BIGRAM, TAGGER = range(6)
STARTS_ATOMIC, STARTS_SOFT, IS_ALNUM, IS_SPACE, EXTENDS, SYLLABLE, IN_RUN = 1, 2, 4, 8, 16, 64, 224
IS_ATOMIC, TAKES_MARKS, IS_ISOLATED = 1, 2, 4
LOOKAHEAD, START, START_AFTER_ALNUM = 142, 1, 2  # of the rule in cnlp/text/tables.py
NO_BOUNDARY, HARD_BOUNDARY, EDGE, GLUED = 1, 2, 8, 16
BONUS_STEP = 256
BUCKET = 8  # entries of the bigram table; a full bucket goes on in the next
COST_MASK = 0x3FFFFF  # a word's value: cost + 1, then two bits
PAIRS_LEFT, PAIRS_RIGHT = 1 << 22, 1 << 23  # has the bigram table a pair with it there?


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


def _array_at(source: Mapping | bytes, where: Range, code: str, name: str) -> memoryview:
    data = source.data if isinstance(source, Mapping) else source
    start, size = where
    width = array(code).itemsize
    if start < 0 or size < 0 or start + size > len(data) or size % width or start % width:
        raise ValueError(f"array {name} does not fit into the file")
    view = memoryview(data)[start : start + size]
    return view.cast(code)  # type: ignore[call-overload, no-any-return, unused-ignore]


def _named_array(source: Mapping | bytes, arrays: dict[str, Range], name: str, code: str) -> memoryview:
    if name not in arrays:
        raise ValueError(f"array {name} is missing")
    return _array_at(source, arrays[name], code, name)


class Trie:
    """A double-array trie over folded code points; the layout is drawn in kernel.h."""

    def __init__(self, source: Mapping | bytes, arrays: dict[str, Range], max_length: int) -> None:
        self.max_length = max_length
        self.pages = _named_array(source, arrays, "pages", "H")
        self.codes = _named_array(source, arrays, "codes", "H")
        self.units = _named_array(source, arrays, "units", "Q")
        _check_pages(self.pages, self.codes, "the alphabet")
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

    def matches(self, text: str) -> list[tuple[int, int, int]]:
        """(start, end, value) of every word at every position."""
        codes = self.encode(text)
        return [(start, end, value) for start in range(len(codes)) for end, _, value in self.walk(codes, start)]


def _check_pages(pages: memoryview, cells: memoryview, name: str) -> None:
    if len(pages) != 0x1100 or len(cells) % 256 or max(pages) >= len(cells) // 256:
        raise ValueError(f"{name} is damaged")


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


class Overlay:
    """A compiled user lexicon: word k of the trie has value k + 1."""

    def __init__(self, trie: Trie, modes: bytes, costs: bytes, ids: bytes, pieces: bytes, pieces_at: bytes) -> None:
        self.trie = trie
        self.modes = modes
        self.costs = memoryview(costs).cast("i")
        self.ids = memoryview(ids).cast("I")
        self.pieces = memoryview(pieces).cast("I")
        self.pieces_at = memoryview(pieces_at).cast("I")
        kinds = {mode & MODE_MASK for mode in modes}
        self.has_constraints = bool(kinds & {MODE_FORCE, MODE_SPLIT}) or any(mode & MODE_PARTIAL for mode in modes)


class Model:
    """Base lexicon, patterns and bigrams: everything a decoder shares between threads."""

    def __init__(
        self,
        source: Mapping | bytes,
        arrays: dict[str, Range],
        max_length: int,
        word_cost: int,
        alphabet: tuple[bytes, bytes] | None,
        use_patterns: bool,
    ) -> None:
        self.word_cost = word_cost
        self.trie = Trie(source, arrays, max_length)
        if alphabet:
            self.trie.pages, self.trie.codes = (memoryview(part).cast("H") for part in alphabet)
            _check_pages(self.trie.pages, self.trie.codes, "the alphabet")
        self.use_patterns = use_patterns
        self.category_pages = _named_array(source, arrays, "category_pages", "H")
        self.categories = _named_array(source, arrays, "categories", "B")
        self.n_categories = len(_named_array(source, arrays, "category_flags", "B"))
        self.point_flags = _named_array(source, arrays, "point_flags", "B")
        self.transitions = _named_array(source, arrays, "transitions", "H")
        self.accepts = _named_array(source, arrays, "accepts", "B")
        self.pattern_flags = _named_array(source, arrays, "pattern_flags", "B")
        self.class_costs = _named_array(source, arrays, "class_costs", "i")
        self.bigrams = _named_array(source, arrays, "bigrams", "I")
        _check_pages(self.category_pages, self.categories, "the category table")
        if (
            len(self.transitions) != len(self.accepts) * self.n_categories
            or len(self.point_flags) != len(self.categories)
            or max(self.categories) >= self.n_categories
            or max(self.transitions) >= len(self.accepts)
            or max(self.accepts) > len(self.pattern_flags)
        ):
            raise ValueError("the pattern table is damaged")
        roots = ((code, self.trie.units[code]) for code in set(self.trie.codes))
        if any(unit and unit & 0xFFFF != code for code, unit in roots):
            raise ValueError("the trie is damaged")
        if len(self.bigrams) % BUCKET:
            raise ValueError("the bigram table is damaged")
        if len(self.class_costs) != len(self.pattern_flags) + 1:
            raise ValueError("the table of class costs is damaged")

    def edges(self, text: str, overlay: Overlay | None, spans: bytes | None) -> list[tuple[int, int, int, int, int]]:
        """(start, end, id, cost, source) of every permitted edge."""
        lattice = _Lattice(self, text, overlay, spans)
        return [(start, *edge) for start, edges in enumerate(lattice.edges) for edge in edges]

    def bonus(self, left: int, right: int) -> int:
        """What the bigram table takes off the cost of word ``right`` after word ``left``.

        The table is asked only if it has pairs with both; a word's value says so.
        """
        table = self.bigrams
        if not (len(table) and self._has_pairs(left, PAIRS_LEFT) and self._has_pairs(right, PAIRS_RIGHT)):
            return 0
        hashed, n_buckets = bigram_hash(left, right), len(table) // BUCKET
        bucket = (hashed >> 32) * n_buckets >> 32
        for _ in range(n_buckets):
            entries = table[bucket * BUCKET : (bucket + 1) * BUCKET]
            for entry in entries:
                if entry and entry >> 8 == hashed >> 8 & 0xFFFFFF:
                    return (entry & 255) * BONUS_STEP
            if entries[BUCKET - 1] == 0:
                return 0
            bucket = bucket + 1 if bucket + 1 < n_buckets else 0
        return 0

    def _has_pairs(self, word: int, side: int) -> bool:
        """Classes and the beginning always can have pairs."""
        return word == 0 or word >= self.unknown or bool(self.trie.units[word] >> 40 & side)

    @property
    def unknown(self) -> int:
        """Id of the class of unknown words; pattern k is ``unknown + 1 + k``."""
        return len(self.trie.units)

    def path_costs(self, texts: list[str]) -> bytes:
        """What the best path of each text costs, as int32: the last Viterbi that the model can do."""
        find = _bigram_path if len(self.bigrams) else _unigram_path
        costs = (find(_Lattice(self, text, None, None))[1] for text in texts)
        return array("i", (min(cost, 0x7FFFFFFF) for cost in costs)).tobytes()

    def categories_and_flags(self, text: str) -> tuple[list[int], list[int]]:
        """The pattern scanner's category of each character, and its flags."""
        cells = [self.category_pages[point >> 8] << 8 | point & 255 for point in map(ord, text)]
        return [self.categories[cell] for cell in cells], [self.point_flags[cell] for cell in cells]

    def match_patterns(self, categories: list[int], flags: list[int], start: int) -> tuple[Range | None, Range | None]:
        """(end, pattern) of the longest atomic and of the longest soft match from ``start`` on."""
        size, width = len(categories), self.n_categories
        before = flags[start - 1] if start else 0
        here = flags[start]
        soft_allowed = here & STARTS_SOFT and (not here & IN_RUN or (here ^ before) & IN_RUN)
        if not (here & STARTS_ATOMIC or soft_allowed) and not (start + 1 < size and flags[start + 1] & EXTENDS):
            return None, None
        end, limit = start, start + LOOKAHEAD
        state = START_AFTER_ALNUM if before & IS_ALNUM else START
        atomic = soft = (0, 0)
        while end < size and end < limit:
            state = self.transitions[state * width + categories[end]]
            if state == 0:
                break
            end += 1
            pattern = self.accepts[state] - 1
            if pattern < 0:
                continue
            is_atomic = self.pattern_flags[pattern] & IS_ATOMIC
            if is_atomic:
                limit = end + LOOKAHEAD
            if end < size and flags[end - 1] & flags[end] & IS_ALNUM:
                continue  # nothing ends between two letters or digits
            if is_atomic:
                atomic = end, pattern
            else:
                soft = end, pattern
        end = atomic[0]
        if end and self.pattern_flags[atomic[1]] & TAKES_MARKS:
            while end < size and flags[end] & EXTENDS:
                end += 1
            atomic = end, atomic[1]
        return atomic if end else None, soft if soft_allowed and soft[0] > end else None


class Cutter:
    """A model, an algorithm and a user's lexicon: what a Segmenter calls."""

    def __init__(self, model: Model, algorithm: int, overlay: Overlay | None, tagger: Tagger | None = None) -> None:
        if not FORWARD <= algorithm <= TAGGER:
            raise ValueError("no such algorithm")
        if algorithm == TAGGER if tagger is None else algorithm < BIGRAM:
            raise TypeError("TAGGER needs a Tagger, BIGRAM can have one, no other algorithm has")
        self.tagger = tagger
        self.model = model
        self.algorithm = algorithm
        self.overlay = overlay

    def segment(self, text: str) -> list[str]:
        """The words of the text."""
        if not isinstance(text, str):
            raise errors.not_text(text)
        words, start = [], 0
        for end, _ in self.words(text, None):
            words.append(text[start:end])
            start = end
        return words

    def segment_all(self, texts: list[str]) -> list[list[str]]:
        """The words of each text."""
        return [self.segment(text) for text in texts]

    def words(self, text: str, spans: bytes | None) -> list[tuple[int, int]]:
        """(end, source) of each word."""
        if self.tagger and self.algorithm == TAGGER:
            from cnlp._kernel import reference_tagger

            return reference_tagger.segment(self.tagger, self.model, self.overlay, text, spans)
        if self.tagger:
            spans = self.propose(text, spans)
        lattice = _Lattice(self.model, text, self.overlay, spans)
        if self.algorithm == BIGRAM:
            return _bigram_path(lattice)[0]
        if self.algorithm == UNIGRAM:
            return _unigram_path(lattice)[0]
        return _matching(lattice, self.algorithm)

    def propose(self, text: str, spans: bytes | None) -> bytes:
        """The spans, and the words that the tagger proposes to the lattice, as spans."""
        from cnlp._kernel import reference_tagger

        if not self.tagger:
            raise ValueError("words are proposed by a tagger")
        return reference_tagger.propose(self.tagger, self.model, self.overlay, text, spans)

    def constraints(self, text: str, spans: bytes | None) -> tuple[bytes, bytes]:
        """What constrains a tagger: flags of the positions, wishes as int32[3]."""
        from cnlp._kernel import reference_tagger

        if not self.tagger:
            raise ValueError("constraints are those of a tagger")
        return reference_tagger.constraints(self.tagger, self.model, self.overlay, text, spans)

    def segment_bytes(self, data: bytes, delimiter: bytes) -> bytes:
        """UTF-8 in, UTF-8 out; the delimiter stands between words, but not beside white space."""
        text = data.decode("utf-8")
        is_space = [bool(flag & IS_SPACE) for flag in self.model.categories_and_flags(text)[1]]
        parts, start = [], 0
        for end, _ in self.words(text, None):
            if start and not (is_space[start - 1] or is_space[start]):
                parts.append(delimiter)
            parts.append(text[start:end].encode("utf-8"))
            start = end
        return b"".join(parts)


def bigram_hash(left: int, right: int) -> int:
    """64 bits: the upper 32 choose the bucket, the 24 below are the fingerprint."""
    return (left * 0x9E3779B97F4A7C15 + right * 0xC2B2AE3D27D4EB4F) & 0xFFFFFFFFFFFFFFFF


class _Lattice:
    """The permitted edges of a text by start, and the positions that no candidate crosses."""

    def __init__(
        self,
        model: Model,
        text: str,
        overlay: Overlay | None,
        spans: bytes | None,
        for_tagger: bool = False,
        isolated_only: bool = False,
    ) -> None:
        self.for_tagger = for_tagger  # runs of kana and of hangul stay whole
        self.isolated_only = isolated_only  # other patterns bind nothing: a tagger follows its standard
        self.model, self.overlay, self.size = model, overlay, len(text)
        self.text = text
        self.unknown = model.unknown
        self.codes = model.trie.encode(text)
        self.user_codes = overlay.trie.encode(text) if overlay else []
        self.flags = bytearray(self.size + 1)
        self.extras: list[list[Edge]] = [[] for _ in text]
        if model.use_patterns:
            self._load_patterns()
        self._load_constraints(spans)
        self.edges: list[list[Edge]] = []
        self.is_uncrossed = bytearray(self.size + 1)
        self._collect()

    def _load_patterns(self) -> None:
        model = self.model
        categories, flags = model.categories_and_flags(self.text)
        i = 0
        while i < self.size:
            if self.for_tagger and flags[i] & SYLLABLE and (i == 0 or (flags[i] ^ flags[i - 1]) & IN_RUN):
                self._glue_run(flags, i)
            atomic, soft = model.match_patterns(categories, flags, i)
            if soft and not self._is_blocked(i, soft[0]):
                self._add_pattern(i, *soft)
            if not atomic:
                i += 1
                continue
            end, pattern = atomic
            if self._is_blocked(i, end):
                self.extras[i].append((end, 0, 0, SOURCE_HIDDEN))
            else:
                self._add_pattern(i, end, pattern)
                is_isolated = self.model.pattern_flags[pattern] & IS_ISOLATED
                if is_isolated or not self.isolated_only:
                    self._forbid_inside(i, end)
                if is_isolated:
                    self.flags[i] |= EDGE
                    self.flags[end] |= EDGE
            i = end

    def _add_pattern(self, start: int, end: int, pattern: int) -> None:
        edge = (end, self.unknown + pattern + 1, self.model.class_costs[pattern + 1], SOURCE_PATTERN)
        self.extras[start].append(edge)

    def _forbid_inside(self, start: int, end: int) -> None:
        self.flags[start + 1 : end] = bytes([NO_BOUNDARY]) * (end - start - 1)

    def _glue_run(self, flags: list[int], start: int) -> None:
        end = start + 1
        if start and flags[start - 1] & SYLLABLE:
            self.flags[start] |= EDGE
        while end < self.size and not (flags[end] ^ flags[start]) & IN_RUN:
            end += 1
        if not self._is_blocked(start, end):
            self.flags[start + 1 : end] = bytes([NO_BOUNDARY | GLUED]) * (end - start - 1)

    def _is_blocked(self, start: int, end: int) -> bool:
        """Does the user's lexicon say that this stretch is never a word?"""
        if not self.overlay or end - start > self.overlay.trie.max_length:
            return False
        for found, _, value in self.overlay.trie.walk(self.user_codes[:end], start):
            if found == end:
                return self.overlay.modes[value - 1] & MODE_MASK in (MODE_BLOCK, MODE_SPLIT)
        return False

    def _is_open(self, position: int) -> bool:
        return not self.flags[position] & NO_BOUNDARY

    def _reopen(self, position: int) -> None:
        self.flags[position] &= ~NO_BOUNDARY

    def _user_matches(self) -> Iterator[tuple[int, int, int]]:
        assert self.overlay
        for start in range(self.size):
            for end, _, value in self.overlay.trie.walk(self.user_codes, start):
                yield start, end, value - 1

    def _load_constraints(self, data: bytes | None) -> None:
        """Partial entries and spans reopen boundaries; force and split entries fix theirs."""
        overlay = self.overlay
        spans = _unpack_spans(data, self.size)
        if not spans and not (overlay and (overlay.has_constraints or any(flag & GLUED for flag in self.flags))):
            return
        patterns = [list(edges) for edges in self.extras]
        for start, end, mode, _ in spans:
            if mode != MODE_TAGGER:
                self._reopen(start)
                self._reopen(end)
        forced = []
        if overlay:
            matches = list(self._user_matches())
            for start, end, entry in matches:
                mode = overlay.modes[entry]
                for position in (start, end):
                    if mode & MODE_PARTIAL or (self.flags[position] & GLUED and mode & MODE_MASK != MODE_BLOCK):
                        self._reopen(position)
            forced = [
                (start, end, entry, overlay.costs[entry])
                for start, end, entry in matches
                if overlay.modes[entry] & MODE_MASK in (MODE_FORCE, MODE_SPLIT)
                and self._is_open(start)
                and self._is_open(end)
            ]
        for start, end, mode, cost in spans:
            if mode == MODE_FORCE:
                forced.append((start, end, 0xFFFFFFFF, cost))
            else:
                source = SOURCE_TAGGER if mode == MODE_TAGGER else SOURCE_USER
                self.extras[start].append((end, self.unknown, cost, source))
        self._fix(forced)
        self._add_pieces(patterns)
        for edges in self.extras:
            edges.sort(key=lambda edge: (edge[0], edge[3], edge[1]))

    def _fix(self, forced: list[tuple[int, int, int, int]]) -> None:
        """Longest first, then leftmost: fix each stretch that no fixed one overlaps."""
        fixed = bytearray(self.size)
        for start, end, entry, cost in sorted(forced, key=lambda f: (f[0] - f[1], f[0], f[2])):
            if any(fixed[start:end]):
                continue
            fixed[start:end] = b"\1" * (end - start)
            self._forbid_inside(start, end)
            self.flags[start] = self.flags[end] = HARD_BOUNDARY
            if entry == 0xFFFFFFFF:
                self.extras[start].append((end, self.unknown, cost, SOURCE_USER))
                continue
            assert self.overlay
            first, last = self.overlay.pieces_at[entry], self.overlay.pieces_at[entry + 1]
            for length in self.overlay.pieces[first:last]:
                if start + length > end:
                    break
                self.flags[start + length] = HARD_BOUNDARY
                self.extras[start].append((start + length, self.unknown, cost, SOURCE_USER))
                start += length
            if start < end:
                self.extras[start].append((end, self.overlay.ids[entry], cost, SOURCE_USER))

    def _add_pieces(self, patterns: list[list[Edge]]) -> None:
        """Atomic matches with reopened boundaries also offer the pieces between these."""
        for start, edges in enumerate(patterns):
            for end, identity, cost, source in edges:
                if source == SOURCE_HIDDEN:
                    continue
                if not self.model.pattern_flags[identity - self.unknown - 1] & IS_ATOMIC:
                    continue
                piece = start
                for i in range(start + 1, end + 1):
                    if i < end and not self._is_open(i):
                        continue
                    if (piece, i) != (start, end):
                        self.extras[piece].append((i, identity, cost, SOURCE_PATTERN))
                    piece = i

    def _collect(self) -> None:
        limit = furthest = 0
        for start in range(self.size):
            self.is_uncrossed[start] = furthest <= start
            if limit <= start:
                limit = self.flags.find(HARD_BOUNDARY, start + 1)
                limit = limit if limit >= 0 else self.size
            candidates = self._candidates(start)
            edges = [
                edge
                for edge in candidates
                if edge[3] != SOURCE_HIDDEN and edge[0] <= limit and self._is_open(start) and self._is_open(edge[0])
            ]
            crossing = edges + [edge for edge in candidates if edge[3] != SOURCE_LEXICON]
            furthest = max([furthest, start + 1, *(edge[0] for edge in crossing)])
            if self._is_open(start) and self._is_open(start + 1) and all(edge[0] != start + 1 for edge in edges):
                edges.append((start + 1, self.unknown, self.model.class_costs[0], SOURCE_CHARACTER))
            self.edges.append(edges)
        self.is_uncrossed[self.size] = 1

    def _candidates(self, start: int) -> list[Edge]:
        """User's words, base words that these do not hide, patterns and forced words."""
        candidates: list[Edge] = []
        if self.overlay:
            for end, _, value in self.overlay.trie.walk(self.user_codes, start):
                entry = value - 1
                is_word = self.overlay.modes[entry] & MODE_MASK in (MODE_PREFER, MODE_FORCE)
                source = SOURCE_USER if is_word else SOURCE_HIDDEN
                candidates.append((end, self.overlay.ids[entry], self.overlay.costs[entry], source))
        hidden = {edge[0] for edge in candidates}
        for end, node, value in self.model.trie.walk(self.codes, start):
            if end not in hidden:
                candidates.append((end, node, (value & COST_MASK) - 1, SOURCE_LEXICON))
        return candidates + self.extras[start]


def _unpack_spans(data: bytes | None, size: int) -> list[tuple[int, int, int, int]]:
    if data is None:
        return []
    unsigned, signed = memoryview(data).cast("I"), memoryview(data).cast("i")
    spans = [(unsigned[k], unsigned[k + 1], unsigned[k + 2], signed[k + 3]) for k in range(0, len(unsigned), 4)]
    starts = [span[0] for span in spans]
    if starts != sorted(starts) or any(not start < end <= size for start, end, _, _ in spans):
        raise ValueError("spans must be sorted and lie inside the text")
    return spans


def _follow(lattice: _Lattice, best: list[Edge | None], start: int, stop: int) -> list[tuple[int, int]]:
    words = []
    while start < stop:
        edge = best[start]
        assert edge
        words.append((edge[0], edge[3]))
        start = edge[0]
    return words


def _unigram_path(lattice: _Lattice) -> tuple[list[tuple[int, int]], int]:
    """The path with the least sum of costs; the longer word on the left if equal."""
    costs = [0] * (lattice.size + 1)
    best: list[Edge | None] = [None] * lattice.size
    for start in range(lattice.size - 1, -1, -1):
        if lattice.edges[start]:
            chosen = min(lattice.edges[start], key=lambda edge: (edge[2] + costs[edge[0]], -edge[0]))
            best[start] = chosen
            costs[start] = chosen[2] + costs[chosen[0]]
    return _follow(lattice, best, 0, lattice.size), costs[0]


def _bigram_path(lattice: _Lattice) -> tuple[list[tuple[int, int]], int]:
    """The path with the least sum of costs less bonuses; the longer previous word if equal."""
    if not lattice.size:
        return [], 0
    bonus, word_cost = lattice.model.bonus, lattice.model.word_cost
    # by end: (cost of the best path, id, start, source, predecessor's index at that start)
    ending: list[list[tuple[int, int, int, int, int]]] = [[] for _ in range(lattice.size + 1)]
    ending[0].append((0, 0, 0, 0, 0))
    for start, edges in enumerate(lattice.edges):
        for end, identity, cost, source in edges:
            paths = [path[0] - bonus(path[1], identity) for path in ending[start]]
            if paths:
                least = min(paths)
                ending[end].append((least + cost + word_cost, identity, start, source, paths.index(least)))
    end, words = lattice.size, []
    index = min(range(len(ending[end])), key=lambda k: ending[end][k][0])
    total = ending[end][index][0]
    while end > 0:
        _, _, start, source, previous = ending[end][index]
        words.append((end, source))
        end, index = start, previous
    return words[::-1], total


def _longest_from(lattice: _Lattice) -> list[Edge | None]:
    """By start: the longest edge, the first of several."""
    return [max(edges, key=lambda edge: edge[0], default=None) for edges in lattice.edges]


def _longest_to(lattice: _Lattice) -> list[tuple[int, int]]:
    """By end: (start, source) of the longest edge, the first of several."""
    longest = [(-1, 0)] * (lattice.size + 1)
    for start, edges in enumerate(lattice.edges):
        for end, _, _, source in edges:
            if longest[end][0] < 0:
                longest[end] = (start, source)
    return longest


def _matching(lattice: _Lattice, algorithm: int) -> list[tuple[int, int]]:
    """Maximum matching, stretch by stretch between positions that no candidate crosses.

    Bidirectional: fewer words, then fewer single characters, then the backward matching.
    """
    forward = _longest_from(lattice) if algorithm != BACKWARD else []
    backward = _longest_to(lattice) if algorithm != FORWARD else []
    cuts = [i for i in range(1, lattice.size + 1) if lattice.is_uncrossed[i]]
    words: list[tuple[int, int]] = []
    start = 0
    for stop in cuts:
        ahead = _follow(lattice, forward, start, stop) if forward else []
        back, end = [], stop
        while backward and end > start:
            back.append((end, backward[end][1]))
            end = backward[end][0]
        back.reverse()
        takes_forward = algorithm == FORWARD or (
            algorithm == BIDIRECTIONAL
            and (len(ahead), _count_singles(ahead, start)) < (len(back), _count_singles(back, start))
        )
        words += ahead if takes_forward else back
        start = stop
    return words


def _count_singles(words: list[tuple[int, int]], start: int) -> int:
    singles = 0
    for end, _ in words:
        singles += end == start + 1
        start = end
    return singles


def cut_at(text: str, ends: bytes) -> list[str]:
    """The words of the text that end at the given positions (uint32)."""
    words, start = [], 0
    for end in memoryview(ends).cast("I"):
        words.append(text[start:end])
        start = end
    return words


def count_text(data: bytes) -> tuple[int, int]:
    """Line endings (LF, CR LF, CR), and bytes that begin a character of UTF-8."""
    endings = data.count(b"\n") + data.count(b"\r") - data.count(b"\r\n")
    return endings, len(data.translate(None, _CONTINUATION))


_CONTINUATION = bytes(range(0x80, 0xC0))


def __getattr__(name: str) -> object:
    """Types and functions with a file of their own, which needs this one."""
    if name not in _HOMES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(__import__(_HOMES[name], fromlist=[name]), name)


_HOMES = {
    "EntityTagger": "cnlp._kernel.reference_entities",
    "Tagger": "cnlp._kernel.reference_tagger",
    "WordTagger": "cnlp._kernel.reference_pos",
    "Terms": "cnlp._kernel.reference_terms",
    "pagerank": "cnlp._kernel.reference_terms",
}
