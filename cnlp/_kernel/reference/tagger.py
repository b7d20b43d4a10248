"""The tagger of the kernel in Python: the twin of tagger*.c, and the oracle it is tested against.

The score of a tag (B M E S: begin, middle, end of a word, single character) at a position is a sum of rows
of weights; ``cnlp/segmentation/FORMAT.md`` lists them. The best path obeys the flags of positions and the user's
wishes: a preferred word gains a bonus, a blocked one is left out. Whole texts at once, where C goes window by
window; sums are integers, so both agree to the last bit.
"""

from __future__ import annotations

from array import array
from typing import TYPE_CHECKING

from cnlp._kernel.hashes import line_of
from cnlp._kernel.layout import (
    BIGRAM_BUCKET,
    BLOCKED,
    COST_SCALE,
    COVER_BUCKET,
    EDGE,
    GAIN_CHARACTER,
    GAIN_DIVISOR,
    GAIN_EXPRESSION,
    GAIN_LIMIT,
    GAIN_WEIGHT,
    GAIN_WORD,
    GLUED,
    HARD_BOUNDARY,
    LINE,
    LONGEST_MATCH,
    LONGEST_NEW,
    MODE_BLOCK,
    MODE_FORCE,
    MODE_MASK,
    MODE_SPLIT,
    MODE_TAGGER,
    N_COVERS,
    N_MARKS,
    N_REPETITIONS,
    N_TAGS,
    N_TYPES,
    NEW_CHARACTER,
    NEW_WORD,
    NO_BOUNDARY,
    NO_GAIN,
    NOTHING,
    SOURCE_CHARACTER,
    SOURCE_LEXICON,
    SOURCE_PATTERN,
    SOURCE_TAGGER,
    SOURCE_USER,
    TAG_B,
    TAG_E,
    TAG_M,
    TAG_S,
    TAGGER_STREAMS,
)
from cnlp._kernel.reference.files import named_array
from cnlp._kernel.reference.lattice import Lattice, unpack_spans
from cnlp._kernel.reference.tagger_features import observe
from cnlp._kernel.reference.trie import Trie

if TYPE_CHECKING:
    from collections.abc import Sequence
    from typing import TypeAlias

    from cnlp._kernel.reference.files import Mapping, Range
    from cnlp._kernel.reference.tables import Overlay, Tables

    Wish: TypeAlias = tuple[int, int, int]  # start, end, bonus or BLOCKED

B, M, E, S = TAG_B, TAG_M, TAG_E, TAG_S
UNREACHABLE = -(1 << 62)
_BIGRAM, _COVER = (BIGRAM_BUCKET, 16), (COVER_BUCKET, 4)  # rows of a bucket, weights of a row
_BEFORE = ((E, S), (B, M), (B, M), (E, S))  # the two tags that may precede each


class Tagger:
    """The weights of a tagger for one standard."""

    def __init__(
        self,
        source: Mapping | bytes,
        arrays: dict[str, Range],
        standard: str,
        n_classes: int,
        nat: int,
        mark: int,
        binding: int,
    ) -> None:
        if not 0 < n_classes <= 0x10000 or not 0 < nat <= 0xFFFF or not 0 <= mark < N_MARKS:
            raise ValueError("no such number of classes, or units of a nat, or no such mark")

        def of_layers(name: str, code: str, size: int = 0) -> list[memoryview]:
            names = [f"{layer}.{name}" for layer in layers if f"{layer}.{name}" in arrays]
            tables = [named_array(source, arrays, name, code) for name in names]
            if size and any(len(table) != size for table in tables):
                raise ValueError("the table of weights is damaged")
            return tables

        layers = ["general"] if standard == "general" else ["general", standard]
        self.n_layers = len(layers)
        self.trie = Trie(source, arrays, LONGEST_MATCH)
        self.profiles = named_array(source, arrays, f"{standard}.profile", "H")
        self.class_fold = named_array(source, arrays, "class_fold", "H")
        self.types_of = named_array(source, arrays, "types", "B")
        transitions = named_array(source, arrays, "transitions", "h")
        self.nat = nat
        self.mark = mark
        self.binding = binding  # flags of the patterns that bind this standard
        n = len(self.class_fold)
        if not len(self.profiles) or self.profiles[0] or any(profile >= n_classes for profile in self.profiles):
            raise ValueError("the table of profiles is damaged")
        if max(self.trie.codes) >= n:
            raise ValueError("the alphabet is damaged")
        if (
            len(self.types_of) != n
            or not n
            or max(self.class_fold) >= n
            or max(self.types_of) > 7
            or len(transitions) != N_TAGS**2
        ):
            raise ValueError("the table of characters is damaged")
        self.steps = [[transitions[4 * left + right] for right in range(4)] for left in range(4)]
        self.tables = {
            "unigram": of_layers("unigram", "b", n * 20),
            "types": of_layers("types", "h", N_TYPES * N_TAGS),
            "repetition": of_layers("repetition", "h", N_REPETITIONS * N_TAGS),
            "cover": of_layers("cover", "h", N_COVERS * N_TAGS),
        }
        for length in range(2, LONGEST_MATCH + 1):
            self.tables[f"match{length}"] = of_layers(f"match{length}", "h", n_classes * (length + 2) * N_TAGS)
        self.top_class = self._loudest_class(n_classes) if "general.match2" in arrays else 0
        self.bigrams, self.covers = (
            [
                named_array(source, arrays, name, "B") if name in arrays else None
                for name in (f"general.{kind}", f"{standard}.{kind}" if len(layers) > 1 else "")
            ]
            for kind in ("bigram", "char_cover")
        )
        if any(table is not None and (not len(table) or len(table) % LINE) for table in (*self.bigrams, *self.covers)):
            raise ValueError("a hash table of weights is damaged")
        greatest = len(layers) * 10 * 128
        for name, low, high in TAGGER_STREAMS:
            if name not in ("unigram", "bigram", "char_cover"):  # int8, counted already
                greatest += (high - low + 1) * sum(max(map(abs, table), default=0) for table in self.tables[name])
        if greatest >= 0x8000:
            raise ValueError("a table of weights (too large) is damaged")

    @property
    def transitions(self) -> bytes:
        """int32[4][4]: by tag and next tag."""
        return array("i", [step for row in self.steps for step in row]).tobytes()

    def scores(self, text: str, overlay: Overlay | None = None) -> bytes:
        """int16[n][4]: of B, M, E, S at each position."""
        return array("h", [score for row in self.score(text, overlay) for score in row]).tobytes()

    def score(self, text: str, overlay: Overlay | None = None) -> list[list[int]]:
        """The scores of the four tags at each position; the user's words count as words of the loudest class."""
        codes = self.trie.encode(text)
        symbols = [self.class_fold[code] for code in codes]
        same = [
            symbol if code > 8 else ord(char) + 0x10000 for char, code, symbol in zip(text, codes, symbols, strict=True)
        ]
        types = [self.types_of[code] for code in codes]
        keys = observe(symbols, types, self._matches(text, codes, overlay), same, symbol_bits=16)
        sums = [[0] * N_TAGS for _ in text]
        for name, low, high in TAGGER_STREAMS:
            for q, key in enumerate(keys[name], -1):
                for row in self._rows(name, key, high - low + 1):
                    for position in range(max(q + low, 0), min(q + high + 1, len(text))):
                        at = (position - q - low) * N_TAGS
                        for tag in range(N_TAGS):
                            sums[position][tag] += row[at + tag]
        return sums

    def _matches(self, text: str, codes: list[int], overlay: Overlay | None) -> list[tuple[int, int, int]]:
        """The words in the text of which something is known: start, length, evidence class."""
        found = {
            (start, end): self.profiles[value]
            for start in range(len(codes))
            for end, _, value in self.trie.walk(codes, start)
            if end > start + 1 and value < len(self.profiles) and self.profiles[value]
        }
        if overlay and self.top_class:
            for start, end, value in overlay.trie.matches(text):
                if 1 < end - start <= LONGEST_MATCH and overlay.is_evidence(value - 1):
                    found[start, end] = self.top_class
        return [(start, end - start, evidence) for (start, end), evidence in found.items()]

    def _rows(self, name: str, key: int, width: int) -> Sequence[Sequence[int]]:
        """The rows of all layers for the key."""
        if key == NOTHING or (name == "unigram" and not key):
            return ()
        if name == "bigram":
            return self._rows_of(self.bigrams, key, _BIGRAM)
        if name == "char_cover":
            return self._rows_of(self.covers, key + 1, _COVER)
        size = width * N_TAGS
        return [table[key * size : (key + 1) * size] for table in self.tables[name]]

    def _rows_of(self, tables: Sequence[memoryview | None], key: int, kind: tuple[int, int]) -> list[Sequence[int]]:
        """The rows of the layers: the one of ``general``, and if its marks say so, the standard's."""
        general, layer = tables
        rows, marks = _find(general, key, kind) if general else (bytes(kind[1]), 0)
        return [rows, _find(layer, key, kind)[0]] if layer and marks >> self.mark & 1 else [rows]

    def _loudest_class(self, n_classes: int) -> int:
        """Of the evidence classes of words of two characters the one with the greatest weights for B and E."""
        rows = self.tables["match2"][0]
        totals = [0] + [rows[16 * k + 4 + B] + rows[16 * k + 8 + E] for k in range(1, n_classes)]
        return totals.index(max(totals))

    def is_in_longer(self, codes: list[int], start: int, end: int) -> bool:
        """Does a longer word that the tagger knows hold or cross this one?"""
        return any(
            found - first > end - start and found > start and value < len(self.profiles) and self.profiles[value] != 0
            for first in range(max(0, start - LONGEST_MATCH + 1), end)
            for found, _, value in self.trie.walk(codes, first)
        )

    def bonus(self, gain: int) -> int:
        """What a preferred word gains, in units of a score."""
        return max(0, min(gain, GAIN_LIMIT)) * self.nat // COST_SCALE


def _find(table: memoryview, key: int, kind: tuple[int, int]) -> tuple[Sequence[int], int]:
    """The row of the key in a hash table of cache lines, and its marks; zeros if it has none."""
    bucket_size, width = kind
    n_buckets = len(table) // LINE
    bucket = line_of(key, n_buckets)
    for _ in range(n_buckets):
        line = table[bucket * LINE : (bucket + 1) * LINE]
        keys = line[: 4 * bucket_size].cast("I").tolist()
        rows = line[-width * bucket_size :].cast("b")
        if kind == _COVER:
            marks, keys = [found >> 24 for found in keys], [found & 0xFFFFFF for found in keys]
            goes_on = keys[-1] | marks[-1]
        else:
            marks, goes_on = line[13:16].tolist(), line[12] >> (key & 7) & 1
        for k in range(bucket_size):
            if keys[k] == key:
                return rows[k * width : (k + 1) * width], marks[k]
        if not goes_on:
            break
        bucket = bucket + 1 if bucket + 1 < n_buckets else 0
    return bytes(width), 0


def constraints(
    tagger: Tagger, model: Tables, overlay: Overlay | None, text: str, spans: bytes | None
) -> tuple[bytes, bytes]:
    """Flags of the positions, and the user's bonuses as int32[3]: start, end, bonus; by end, then start."""
    flags, wishes = _constraints(tagger, model, overlay, text, spans)
    return bytes(flags), array("i", [number for wish in wishes for number in wish]).tobytes()


def _constraints(
    tagger: Tagger, model: Tables, overlay: Overlay | None, text: str, spans: bytes | None
) -> tuple[bytearray, list[Wish]]:
    lattice = Lattice(model, text, overlay, spans, for_tagger=True, binding=tagger.binding)
    flags = bytearray(HARD_BOUNDARY if flag & HARD_BOUNDARY else flag & ~GLUED for flag in lattice.flags)
    wishes: list[Wish] = []
    codes = tagger.trie.encode(text)

    def wish(start: int, end: int, bonus: int) -> None:
        inner = flags[start + 1 : end]
        if (flags[start] | flags[end]) & NO_BOUNDARY or any(flag & HARD_BOUNDARY for flag in inner):
            return
        if bonus == BLOCKED and all(flag & NO_BOUNDARY for flag in inner):
            return  # it cannot be cut
        wishes.append((start, end, bonus))

    for start, end, mode, _ in unpack_spans(spans, len(text)):
        if mode != MODE_FORCE:
            wish(start, end, tagger.bonus(GAIN_EXPRESSION))
    if overlay:
        for start, end, entry in lattice._user_matches():
            if overlay.modes[entry] & MODE_MASK in (MODE_BLOCK, MODE_SPLIT):
                wish(start, end, BLOCKED)
            elif overlay.gains[entry] == NO_GAIN:
                wish(start, end, 0)
            else:
                gain = GAIN_WEIGHT * overlay.gains[entry]
                if end - start > 1:
                    push = GAIN_WORD + GAIN_CHARACTER * (end - start - 2)
                    gain += push // GAIN_DIVISOR if tagger.is_in_longer(codes, start, end) else push
                wish(start, end, tagger.bonus(gain))
    return flags, sorted(wishes, key=lambda wish: (wish[1], wish[0], wish[2]))


def segment(
    tagger: Tagger, model: Tables, overlay: Overlay | None, text: str, spans: bytes | None
) -> list[tuple[int, int]]:
    """(end, source) of each word of the best path."""
    if not text:
        return []
    flags, wishes = _constraints(tagger, model, overlay, text, spans)
    words, start = [], 0
    for end in _best_path(tagger, tagger.score(text, overlay), flags, wishes):
        words.append((end, _source(model, overlay, text, spans, start, end)))
        start = end
    return words


def propose(tagger: Tagger, model: Tables, overlay: Overlay | None, text: str, spans: bytes | None) -> bytes:
    """The spans and, as spans, the tagger's words that neither a list nor a pattern knows (see unknown.c)."""
    all_spans = [(span[0], 0, span) for span in unpack_spans(spans, len(text))]
    start = 0
    for end, source in segment(tagger, model, overlay, text, spans):
        is_listed = overlay is not None and overlay.trie.find(text[start:end])[1]
        if source == SOURCE_TAGGER and end - start <= LONGEST_NEW and not is_listed:
            cost = NEW_WORD + NEW_CHARACTER * (end - start)
            all_spans.append((start, 1, (start, end, MODE_TAGGER, cost)))
        start = end
    all_spans.sort(key=lambda item: item[:2])
    return array("i", [number for *_, span in all_spans for number in span]).tobytes()


def _best_path(tagger: Tagger, scores: list[list[int]], flags: bytearray, wishes: list[Wish]) -> list[int]:
    """The ends of the words. Ties: the lower tag, the ordinary path before a preferred word."""
    steps, n = tagger.steps, len(scores)
    best: list[list[int]] = []  # by position and tag
    back: list[list[tuple[int, int]]] = []  # the position and tag before
    middle = [0]  # sums of the scores of M
    before = [UNREACHABLE, UNREACHABLE, UNREACHABLE, 0]
    ending: dict[int, list[Wish]] = {}
    for wish in wishes:
        ending.setdefault(wish[1] - 1, []).append(wish)
    for i, row in enumerate(scores):
        here, origin = [], []
        for tag in range(4):
            first, second = _BEFORE[tag]
            from_first, from_second = before[first] + steps[first][tag], before[second] + steps[second][tag]
            here.append(max(from_first, from_second) + row[tag])
            origin.append((i - 1, second if from_second > from_first else first))
        if i and flags[i] & (HARD_BOUNDARY | EDGE):
            here[M] = here[E] = UNREACHABLE
        elif i and flags[i] & NO_BOUNDARY:
            here[B] = here[S] = UNREACHABLE
        best.append(here)
        back.append(origin)
        middle.append(middle[-1] + row[M])

        def rest(start: int, end: int) -> int:
            """The score of the word [start, end] without what comes before its E but B's own sum."""
            last = scores[end][E]
            if start + 1 == end:
                return steps[B][E] + last
            inner = steps[B][M] + (end - start - 2) * steps[M][M] + steps[M][E]
            return inner + middle[end] - middle[start + 1] + last

        granted = ending.get(i, [])
        here[S] += sum(bonus for start, _, bonus in granted if start == i and bonus != BLOCKED)
        blocked = {start for start, _, bonus in granted if bonus == BLOCKED}
        if blocked and here[E] > UNREACHABLE // 2 and _word_start(back, i) in blocked:
            least, here[E], start = min(blocked), UNREACHABLE, i
            while start > least and not flags[start] & (HARD_BOUNDARY | EDGE):
                start -= 1
                if start not in blocked and best[start][B] + rest(start, i) > here[E]:
                    here[E], origin[E] = best[start][B] + rest(start, i), (start, B)
            if start == least and not flags[least + 1] & (HARD_BOUNDARY | EDGE):
                inner = (i - least - 1) * steps[M][M] + steps[M][E] + middle[i] - middle[least + 1]
                total = best[least][M] + inner + scores[i][E]
                if total > here[E]:
                    here[E], origin[E] = total, (least, M)
        for start, _, bonus in granted:
            if start < i and bonus != BLOCKED and best[start][B] + rest(start, i) + bonus > here[E]:
                here[E], origin[E] = best[start][B] + rest(start, i) + bonus, (start, B)
        before = here
    i, tag = n - 1, S if before[S] > before[E] else E
    ends = []
    while i >= 0:
        if tag in (E, S):
            ends.append(i + 1)
        i, tag = back[i][tag]
    return ends[::-1]


def _word_start(back: list[list[tuple[int, int]]], i: int) -> int:
    tag = E
    while tag != B:
        i, tag = back[i][tag]
    return i


def _source(model: Tables, overlay: Overlay | None, text: str, spans: bytes | None, start: int, end: int) -> int:
    """What a word is: the user's, a pattern's, of the lexicon, a single character, or the tagger's."""
    word = text[start:end]
    if any(span[:2] == (start, end) for span in unpack_spans(spans, len(text))):
        return SOURCE_USER
    value = overlay.trie.find(word)[1] if overlay else 0
    if overlay and value and overlay.modes[value - 1] & MODE_MASK not in (MODE_BLOCK, MODE_SPLIT):
        return SOURCE_USER
    atomic = soft = None
    if model.use_patterns:
        atomic, soft = model.match_patterns(*model.categories_and_flags(text), start)
    if atomic and atomic[0] == end:
        return SOURCE_PATTERN
    if model.trie.find(word)[1]:
        return SOURCE_LEXICON
    if soft and soft[0] == end:
        return SOURCE_PATTERN
    return SOURCE_CHARACTER if len(word) == 1 else SOURCE_TAGGER
