"""Entity recognition of the kernel in Python: the twin of entities.c, and the oracle it is tested against.

A text is cut into pieces that are tagged by themselves, each piece into words. Every position has one key in
every stream (``ENTITY_STREAMS``), a 64-bit hash of what is seen there; ``cnlp/ner/FORMAT.md`` lists what the streams
see and how the tables are laid out. The row of a key adds to the scores of the tags at the positions around it;
the best legal path (Viterbi 1967) is the answer, and a span's score is its probability under exp(unit * score):
forward-backward, with the span's own tags fixed.
"""

from __future__ import annotations

import math
from bisect import bisect_left, bisect_right
from typing import TYPE_CHECKING, Any

from cnlp import errors
from cnlp._kernel import deadline
from cnlp._kernel.hashes import mix
from cnlp._kernel.layout import (
    CODE_POINT_PAGES,
    CODEBOOK,
    EDGE_OF_TEXT,
    ENTITY_STREAMS,
    FAR_BELOW,
    FORBIDDEN,
    KIND_LIMIT,
    LATIN_TYPE,
    LINE,
    LONGEST_PHRASE,
    NO_KIND,
    PHRASE_BUCKET,
    PHRASE_WORDS,
    ROW_BUCKET,
    SCORE_LIMIT,
    TAG_LIMIT,
)
from cnlp._kernel.pieces import piece_ends
from cnlp._kernel.reference.entity_features import kind_keys, observe_piece
from cnlp._kernel.reference.files import named_array

if TYPE_CHECKING:
    from typing import TypeAlias

    from cnlp._kernel.reference.files import Mapping, Range
    from cnlp._kernel.reference.segment import Segmenter

    Found: TypeAlias = tuple[int, int, int, int, float]  # start, end, label, kind, score

UNREACHABLE = -1_000_000_000


class EntityTagger:
    """Weights, lexicon and labels of a model, and a decoder.

    Args:
        source: where the arrays lie.
        arrays: their ranges; see FORMAT.md.
        unit: nats that one step of a score is.
        entity: makes an entity of its text, start, end, label, score, name and kind.
        labels, kinds: their names, by number.
    """

    def __init__(
        self,
        source: Mapping | bytes,
        arrays: dict[str, Range],
        unit: float,
        entity: type[Any],
        labels: tuple[str, ...],
        kinds: tuple[str, ...],
    ) -> None:
        def read(name: str, code: str) -> memoryview:
            return named_array(source, arrays, name, code)

        self.pages, self.codes = read("pages", "H"), read("codes", "H")
        self.class_fold, self.types = read("class_fold", "H"), read("types", "B")
        self.begin_class, self.end_class = read("begin_class", "B"), read("end_class", "B")
        self.phrases, self.rows = read("phrases", "B"), read("rows", "B")
        self.entries, self.codebook = read("entries", "H"), read("codebook", "h")
        self.roles, self.labels, self.kinds = read("roles", "B"), read("labels", "B"), read("kinds", "B")
        moves = read("transitions", "h")
        n, n_tags = len(self.class_fold), len(self.roles)
        if len(self.pages) != CODE_POINT_PAGES or len(self.codes) % 256 or max(self.pages) >= len(self.codes) // 256:
            raise ValueError("the alphabet is damaged")
        if not n or max(self.codes) >= n or max(self.class_fold) >= n or max(self.types) > 7:
            raise ValueError("the table of characters is damaged")
        if any(len(table) != n for table in (self.types, self.begin_class, self.end_class)):
            raise ValueError("the table of characters is damaged")
        if not 2 <= n_tags <= TAG_LIMIT or len(self.labels) != n_tags or len(moves) != (n_tags + 2) * n_tags:
            raise ValueError("the table of tags is damaged")
        if max(self.roles) > 4 or self.roles[0] != 0 or not _has_no_dead_end(moves, n_tags):
            raise ValueError("the table of tags is damaged")
        if any(not len(table) or len(table) % LINE for table in (self.phrases, self.rows)):
            raise ValueError("a hash table is damaged")
        if len(self.codebook) != CODEBOOK or any(abs(weight) >= 4096 for weight in self.codebook):
            raise ValueError("the table of weights is damaged")
        if len(self.kinds) > KIND_LIMIT:
            raise ValueError("the table of kinds is damaged")
        if not 1e-6 <= unit <= 10:
            raise ValueError("the unit is damaged")
        self.n_tags = n_tags
        self.legal = [[move > FORBIDDEN for move in moves[i : i + n_tags]] for i in range(0, len(moves), n_tags)]
        self.moves = [
            [move if move > FORBIDDEN else UNREACHABLE for move in moves[i : i + n_tags]]
            for i in range(0, len(moves), n_tags)
        ]
        self.factors = [
            [math.exp(move * unit) if move > FORBIDDEN else 0.0 for move in moves[i : i + n_tags]]
            for i in range(0, len(moves), n_tags)
        ]
        if max(self.labels) >= len(labels):
            raise ValueError("the table of labels is damaged")
        if len(self.kinds) != len(kinds):
            raise ValueError("the table of kinds is damaged")
        self._entity, self._label_names, self._kind_names = entity, labels, kinds
        self.powers = [math.exp(-step * unit) for step in range(min(int(FAR_BELOW / unit), 1 << 16))]

    def entities_all(self, segmenter: Segmenter, texts: list[str]) -> list[list[Any]]:
        """What :meth:`entities` gives for each text."""
        for text in texts:
            if not isinstance(text, str):
                raise errors.not_text(text)
        return [self.entities(segmenter, text) for text in texts]

    def entities(self, segmenter: Segmenter, text: str) -> list[Any]:
        """The entities of a text, by start."""
        if not isinstance(text, str):
            raise errors.not_text(text)
        kinds = {NO_KIND: None, **dict(enumerate(self._kind_names))}
        return [
            self._entity(text[start:end], start, end, self._label_names[label], score, None, kinds[kind])
            for start, end, label, kind, score in self.found(segmenter, text)
        ]

    def found(self, segmenter: Segmenter, text: str) -> list[Found]:
        """Start, end, number of the label, number of the kind and probability of each entity, by start."""
        word_ends = [end for end, _ in segmenter.words(text, None)]
        found: list[Found] = []
        start = word = 0
        for end in piece_ends(text):
            deadline.check()
            ends = []
            while word < len(word_ends) and word_ends[word] <= end:
                ends.append(word_ends[word] - start)
                word += 1
            if not ends or ends[-1] < end - start:
                ends.append(end - start)  # a word continues in the next piece
            for first, last, label, kind, score in self.tag(text[start:end], ends):
                found.append((start + first, start + last, label, kind, score))
            start = end
        return found

    def tag(self, piece: str, ends: list[int]) -> list[Found]:
        """The entities of one piece."""
        scores = self.scores(piece, ends)
        path = self._best(scores)
        borders = {0, *ends}

        def may_be_alone(at: int) -> bool:
            role = self.roles[path[at]]
            return role == 4 or (at in borders and (role == 3 or at + 1 in borders))

        spans, start = [], -1
        for position, tag in enumerate([*path, 0]):
            if start >= 0 and self.roles[tag] != 2:
                if position - start > 1 or may_be_alone(start):  # not one character of a longer word
                    spans.append((start, position))
                start = -1
            if position < len(path) and self.roles[tag] not in (0, 2):
                start = position
        if not spans:
            return []
        chances = self._chances(scores, path, spans)
        found = []
        for (start, end), chance in zip(spans, chances, strict=True):
            label = self.labels[path[start]]
            found.append((start, end, label, self.kind(piece, ends, (start, end), label), chance))
        return found

    # ---- what is seen ----

    def kind(self, piece: str, ends: list[int], span: tuple[int, int], label: int) -> int:
        """The number of the kind of an entity: the best of its label, ``NO_KIND`` where that has none."""
        symbols = self.spelling(piece)
        words = [
            mix(*symbols[start : min(end, start + LONGEST_PHRASE)])
            for start, end in zip([0, *ends], ends, strict=False)
        ]
        clusters = [EDGE_OF_TEXT, *(self.phrase(word) >> 16 for word in words), EDGE_OF_TEXT]
        first, last = bisect_right(ends, span[0]), bisect_left(ends, span[1])
        around = clusters[first], clusters[first + 1], clusters[last + 1], clusters[last + 2]
        scores = [0] * KIND_LIMIT
        for key in kind_keys(symbols, span, label, around):
            start, end = self.row(key) if key is not None else (0, 0)
            for entry in self.entries[start:end]:
                if entry >> 7 < KIND_LIMIT:
                    scores[entry >> 7] += self.codebook[entry & 127]
        return max((k for k, of in enumerate(self.kinds) if of == label), key=scores.__getitem__, default=NO_KIND)

    def spelling(self, piece: str) -> list[int]:
        """The codes that make the words of a piece: all digits as one, letters as themselves."""
        raw = [self.codes[self.pages[point >> 8] << 8 | point & 255] for point in map(ord, piece)]
        return [code if self.types[code] == LATIN_TYPE else self.class_fold[code] for code in raw]

    def keys(self, piece: str, ends: list[int]) -> list[list[int | None]]:
        """The key of each stream at each position; ``None`` where it has none."""
        raw = [self.codes[self.pages[point >> 8] << 8 | point & 255] for point in map(ord, piece)]
        symbols, spelt = [self.class_fold[code] for code in raw], self.spelling(piece)
        edges = [self.begin_class[code] for code in raw], [self.end_class[code] for code in raw]
        starts = [0, *ends[:-1]]
        words = []
        for start, end in zip(starts, ends, strict=True):
            word = mix(*spelt[start : min(end, start + LONGEST_PHRASE)])
            known = self.phrase(word)
            words.append((end, word, (known & 127) * 6 + min(end - start, 5), known >> 16))
        types = [self.types[code] for code in raw]
        return observe_piece(symbols, types, edges, words, self._phrases(spelt, starts, ends))

    def _phrases(self, symbols: list[int], starts: list[int], ends: list[int]) -> list[tuple[int, int, int]]:
        """Start, length and class of the phrases that are known as entities."""
        found = []
        for at, start in enumerate(starts):
            for end in ends[at : at + PHRASE_WORDS]:
                if end - start > LONGEST_PHRASE:
                    break
                kind = self.phrase(mix(*symbols[start:end])) >> 7 & 511
                if kind:
                    found.append((start, end - start, kind))
        return found

    def phrase(self, value: int) -> int:
        """What is known of the word or phrase with this hash: lexicon class + 2**7 entity class + 2**16 cluster."""
        table, n_buckets = self.phrases, len(self.phrases) // LINE
        fingerprint = (value >> 32 | 1).to_bytes(4, "little")
        bucket = (value & 0xFFFFFFFF) * n_buckets >> 32
        for _ in range(n_buckets):
            line = bytes(table[bucket * LINE : bucket * LINE + LINE])
            for slot in range(PHRASE_BUCKET):
                found = line[4 * slot : 4 * slot + 4]
                if found == fingerprint:
                    return int.from_bytes(line[32 + 4 * slot : 36 + 4 * slot], "little")
                if found == b"\0\0\0\0":
                    return 0
            bucket = (bucket + 1) % n_buckets
        return 0

    def row(self, value: int) -> tuple[int, int]:
        """Where the entries of a key's row begin and end."""
        table, n_buckets = self.rows, len(self.rows) // LINE
        fingerprint = (value >> 32 | 1).to_bytes(4, "little")
        bucket = (value & 0xFFFFFFFF) * n_buckets >> 32
        for _ in range(n_buckets):
            line = bytes(table[bucket * LINE : bucket * LINE + LINE])
            start = int.from_bytes(line[:4], "little")
            for slot in range(ROW_BUCKET):
                found = line[4 + 4 * slot : 8 + 4 * slot]
                end = start + line[52 + slot]
                if found == fingerprint:
                    return (start, end) if end <= len(self.entries) else (0, 0)
                if found == b"\0\0\0\0":
                    return 0, 0
                start = end
            bucket = (bucket + 1) % n_buckets
        return 0, 0

    # ---- what follows from it ----

    def scores(self, piece: str, ends: list[int]) -> list[list[int]]:
        """[n][T]"""
        n, n_tags = len(piece), self.n_tags
        flat = [0] * (n * n_tags)
        for p, keys in enumerate(self.keys(piece, ends)):
            for (_, low, high), key in zip(ENTITY_STREAMS, keys, strict=True):
                if key is None:
                    continue
                start, end = self.row(key)
                base, places = (p + low) * n_tags, (high - low + 1) * n_tags
                for entry in self.entries[start:end]:
                    entry = min(entry, places * CODEBOOK - 1)  # where the table is damaged
                    place = base + entry // CODEBOOK
                    if 0 <= place < len(flat):
                        flat[place] += self.codebook[entry % CODEBOOK]
        flat = [max(-SCORE_LIMIT, min(score, SCORE_LIMIT)) for score in flat]
        return [flat[i : i + n_tags] for i in range(0, len(flat), n_tags)]

    def _best(self, scores: list[list[int]]) -> list[int]:
        n_tags = self.n_tags
        best = [step + score for step, score in zip(self.moves[n_tags], scores[0], strict=True)]
        behind = []
        for row in scores[1:]:
            came, reach = [], []
            for tag in range(n_tags):
                top, source = best[0] + self.moves[0][tag], 0
                for left in range(1, n_tags):
                    value = best[left] + self.moves[left][tag]
                    if value > top:
                        top, source = value, left
                came.append(source)
                reach.append(max(top, UNREACHABLE) + row[tag])
            behind.append(came)
            best = reach
        last = self.legal[n_tags + 1]
        tag = max((tag for tag in range(n_tags) if last[tag]), key=lambda tag: (best[tag], -tag))
        path = [tag]
        for came in reversed(behind):
            path.append(came[path[-1]])
        return path[::-1]

    def _chances(self, scores: list[list[int]], path: list[int], spans: list[tuple[int, int]]) -> list[float]:
        """The probability of each span: that these are its tags, and that it ends there."""
        n, n_tags, factors = len(scores), self.n_tags, self.factors
        tags = range(n_tags)
        emit: list[list[float]] = []
        sums: list[float] = []
        forward: list[list[float]] = []
        for p, row in enumerate(scores):
            top = max(row)
            emit.append([self.powers[top - score] if top - score < len(self.powers) else 0.0 for score in row])
            reach = list(factors[n_tags])
            if p:
                reach = [0.0] * n_tags
                for left in tags:
                    for tag in tags:
                        reach[tag] += forward[-1][left] * factors[left][tag]
            reach = [value * here for value, here in zip(reach, emit[p], strict=True)]
            total = 0.0
            for value in reach:
                total += value
            sums.append(total or 1.0)
            forward.append([value / sums[p] for value in reach])
        onward = [1.0 if self.legal[n_tags + 1][tag] else 0.0 for tag in tags]
        backward = [onward]
        for p in range(n - 1, 0, -1):
            ahead = [emit[p][tag] * onward[tag] / sums[p] for tag in tags]
            onward = [0.0] * n_tags
            for left in tags:
                value = 0.0
                for tag in tags:
                    value += factors[left][tag] * ahead[tag]
                onward[left] = value
            backward.append(onward)
        backward.reverse()
        total = 0.0
        for tag in tags:
            total += forward[-1][tag] * backward[-1][tag]
        chances = []
        for start, end in spans:
            chance = forward[start][path[start]]
            for p in range(start + 1, end):
                chance *= factors[path[p - 1]][path[p]] * emit[p][path[p]] / sums[p]
            last = path[end - 1]
            rest = backward[end - 1][last]
            if end < n:  # the tags that do not go on with the span
                rest = 0.0
                for tag in tags:
                    if self.roles[tag] != 2:
                        rest += factors[last][tag] * (emit[end][tag] * backward[end][tag] / sums[end])
            chance = chance * rest / total if total > 0 else 0.0
            chances.append(min(1.0, chance) if chance >= 0 else 0.0)
        return chances


def _has_no_dead_end(moves: memoryview, n_tags: int) -> bool:
    """Outside can follow everything or be followed by what comes: at least O to O, from the start, at the end."""
    if any(moves[i] <= FORBIDDEN for i in (0, n_tags * n_tags, (n_tags + 1) * n_tags)):
        return False
    return all(any(moves[left * n_tags + tag] > FORBIDDEN for left in range(n_tags)) for tag in range(n_tags))
