"""Parts of speech: a first-order linear tagger over words, decoded in plain Python.

    s(words, tags) = sum over p of A[t_p-1, t_p] + sum over templates k, offsets d of W_k[key_k(p-d), d, t_p]

    template        key at q                                            speaks about
    word            the word                                            q-1 .. q+1
    pair            the word and the next one                           q, q+1
    prefix1..3      its first characters, if it is longer               q
    suffix1..3      its last characters, if it is longer                q
    shape           types of its characters, and its length             q-1 .. q+1
    class           which tags the training corpus gives it             q-1 .. q+1
    classes         the classes of q-1, q and q+1                       q

The class of a word is its commonest tag, the next one, how dominant the first is and how often the word was
seen; in training it leaves out the tenth of the corpus that the word is from (+.002 accuracy). Words
seen often enough get only tags that they were seen with. Weights are learnt by :mod:`cnlp.tagging.words`
(averaged perceptron; Collins 2002; templates after Ratnaparkhi 1996). Cost: O(n c^2) for n words with c
candidate tags, about 1.5 for words of running text; what a word brings by itself is remembered.
"""

from __future__ import annotations

import os
from array import array

from cnlp import errors
from cnlp.tagging.features import Template, character_type
from cnlp.text.normalise import normalise

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from cnlp.segmentation.segmenter import Segmenter
    from cnlp.types import Token

KIND = "part-of-speech"
SHIPPED = os.path.join(os.path.dirname(os.path.dirname(__file__)), "models", "pos.safetensors")
TEMPLATES = (
    Template("word", -1, 1),
    Template("pair", 0, 1),
    *(Template(f"{side}{length}", 0, 0) for side in ("prefix", "suffix") for length in (1, 2, 3)),
    Template("shape", -1, 1),
    Template("class", -1, 1),
    Template("classes", 0, 0),
)
LETTERS = dict(zip((template.name for template in TEMPLATES), "wbpqrstufkc", strict=True))
UNSEEN = ""  # class of a word that the corpus does not have
OUTSIDE = "|"  # class before and behind a sentence
_SHARES = (0.6, 0.9, 0.999)
_COUNTS = (2, 5, 20)
_REMEMBERED = 1 << 16


def word_keys(word: str) -> list[tuple[str, str]]:
    """Template and key of what a folded word shows by itself; its class is not among it.

    >>> word_keys("北京")
    [('word', 'w北京'), ('prefix1', 'p北'), ('suffix1', 's京'), ('shape', 'f52')]
    """
    found = [("word", word)]
    found += [(f"prefix{n}", word[:n]) for n in (1, 2, 3) if len(word) > n or n == 1]
    found += [(f"suffix{n}", word[-n:]) for n in (1, 2, 3) if len(word) > n or n == 1]
    found.append(("shape", word_shape(word)))
    return [(name, LETTERS[name] + key) for name, key in found]


def word_shape(word: str) -> str:
    """The types of its characters without repeats, four at most, and its length, four at most.

    >>> word_shape("1998年")
    '144'
    """
    types: list[str] = []
    for char in word:
        kind = str(character_type(char))
        if not types or types[-1] != kind:
            types.append(kind)
    return "".join(types[:4]) + str(min(len(word), 4))


def word_class(counts: Sequence[tuple[str, int]]) -> str:
    """The class of a word from its tags and how often it has them.

    >>> word_class([("v", 30), ("vn", 12)]), word_class([("n", 1)]), word_class([])
    ('v vn 13', 'n  30', '')
    """
    ranked = sorted((-count, tag) for tag, count in counts if count > 0)
    if not ranked:
        return UNSEEN
    total = -sum(count for count, _ in ranked)
    share = sum(-ranked[0][0] / total >= limit for limit in _SHARES)
    size = sum(total >= limit for limit in _COUNTS)
    second = ranked[1][1] if len(ranked) > 1 else ""
    return f"{ranked[0][1]} {second} {share}{size}"


class PartOfSpeech:
    """A tagger read from a model file; immutable but for what it remembers, so threads may share it.

    Args:
        path: the file; by default the shipped one.

    Attributes:
        tags: the tag set.

    Raises:
        OSError: the file cannot be read.
        ModelError: it is damaged, or models something else.
    """

    def __init__(self, path: str | os.PathLike[str] | None = None) -> None:
        from cnlp.models import open_model

        model = open_model(SHIPPED if path is None else path, KIND)
        ranges = model.ranges("keys", "starts", "entries", "transitions", "words", "facts", "classes", "sets")

        def data(name: str) -> bytes:
            return model.source.read(*ranges[name])

        def lines(name: str) -> list[str]:
            return data(name).decode("utf-8", "surrogatepass").split("\n")

        def numbers(name: str, code: str) -> array[int]:
            return array(code, data(name))

        self.tags = tuple(model.field("tags").split(","))
        self._size = len(self.tags)
        self._rows = {key: row for row, key in enumerate(lines("keys"))}
        self._starts = numbers("starts", "I")
        self._entries = numbers("entries", "H")
        flat = numbers("transitions", "h")
        n = self._size
        if len(flat) != n * (n + 1) or len(self._starts) != len(self._rows) + 1:
            raise errors.bad_model(model.path, "damaged: the tables do not fit together")
        self._steps = [[flat[left * n + right] for left in range(n)] for right in range(n)]
        self._first = [flat[n * n + tag] for tag in range(n)]
        facts = numbers("facts", "H")
        self._classes = lines("classes")
        self._sets = [tuple(map(int, line.split())) for line in lines("sets")]
        # The first set is that of unseen words.
        self._known = {w: (facts[2 * i], facts[2 * i + 1]) for i, w in enumerate(lines("words"))}
        self._words: dict[str, _Word] = {}
        self._pairs: dict[tuple[str, str], tuple[list[int], list[int]] | None] = {}
        self._triples: dict[tuple[str, str, str], list[int] | None] = {}

    def predict(self, words: Sequence[str]) -> list[str]:
        """The tag of each word of a sentence.

        >>> PartOfSpeech().predict(["我", "爱", "北京"])
        ['r', 'v', 'ns']
        """
        tags = self.tags
        return [tags[number] for number in self._decode([normalise(word) for word in words])]

    def predict_many(self, sentences: Iterable[Sequence[str]]) -> list[list[str]]:
        """The tags of each sentence."""
        return [self.predict(words) for words in sentences]

    def _decode(self, words: list[str]) -> list[int]:
        if not words:
            return []
        known, make = self._words, self._make
        if len(known) > _REMEMBERED:
            known.clear()
            self._pairs.clear()
            self._triples.clear()
        facts = [known.get(word) or make(word) for word in words]
        n = len(facts)
        steps = self._steps
        behind: list[dict[int, int]] = []
        here, before = facts[0], None
        best: list[tuple[int, int]] = []
        pair_before: list[int] | None = None
        for i in range(n):
            after = facts[i + 1] if i + 1 < n else None
            own = here.own
            pair = self._pair(here.word, after.word) if after is not None else None
            triple = self._triple(
                before.kind if before is not None else OUTSIDE,
                here.kind,
                after.kind if after is not None else OUTSIDE,
            )
            came: dict[int, int] = {}
            reached: list[tuple[int, int]] = []
            for tag in here.tags:
                score = own[tag]
                if before is not None:
                    score += before.right[tag]
                if after is not None:
                    score += after.left[tag]
                if pair is not None:
                    score += pair[0][tag]
                if pair_before is not None:
                    score += pair_before[tag]
                if triple is not None:
                    score += triple[tag]
                if i == 0:
                    score += self._first[tag]
                elif len(best) == 1:
                    source, value = best[0]
                    score += value + steps[tag][source]
                    came[tag] = source
                else:
                    row = steps[tag]
                    top, source = max((value + row[left], -left) for left, value in best)
                    score += top
                    came[tag] = -source
                reached.append((tag, score))
            best = reached
            behind.append(came)
            pair_before = pair[1] if pair is not None else None
            if after is not None:
                before, here = here, after
        tag = min(best, key=lambda item: (-item[1], item[0]))[0]
        path = [tag]
        for came in reversed(behind[1:]):
            tag = came[tag]
            path.append(tag)
        return path[::-1]

    def _row(self, key: str) -> list[tuple[int, int]]:
        """Place and weight of the row's entries; a place is offset * tags + tag, from the lowest offset."""
        row = self._rows.get(key)
        if row is None:
            return []
        return [
            (entry >> 8, (entry & 0xFF) - 128)
            for entry in self._entries[self._starts[row] : self._starts[row + 1]]
        ]

    def _make(self, word: str) -> _Word:
        n = self._size
        kind, candidates = self._known.get(word, (0, 0))
        name = self._classes[kind]
        windows = [0] * (3 * n)  # what the word says of the one before, of itself, of the one behind
        for template, key in [*word_keys(word), ("class", LETTERS["class"] + name)]:
            start = n if _LOWS[template] == 0 else 0
            for place, weight in self._row(key):
                windows[start + place] += weight
        made = _Word(word, name, self._sets[candidates], windows[:n], windows[n : 2 * n], windows[2 * n :])
        self._words[word] = made
        return made

    def _pair(self, left: str, right: str) -> tuple[list[int], list[int]] | None:
        key = (left, right)
        try:
            return self._pairs[key]
        except KeyError:
            found = None
            entries = self._row(pair_key(left, right))
            if entries:
                flat = self._spread(entries, 2)
                found = flat[: self._size], flat[self._size :]
            self._pairs[key] = found
            return found

    def _triple(self, before: str, here: str, after: str) -> list[int] | None:
        key = (before, here, after)
        try:
            return self._triples[key]
        except KeyError:
            entries = self._row(triple_key(*key))
            found = self._triples[key] = self._spread(entries, 1) if entries else None
            return found

    def _spread(self, entries: Iterable[tuple[int, int]], width: int) -> list[int]:
        flat = [0] * (width * self._size)
        for place, weight in entries:
            flat[place] += weight
        return flat


class _Word:
    """What a word brings along wherever it stands."""

    __slots__ = ("kind", "left", "own", "right", "tags", "word")

    def __init__(
        self, word: str, kind: str, tags: tuple[int, ...], left: list[int], own: list[int], right: list[int]
    ) -> None:
        self.word = word
        self.kind = kind
        self.tags = tags
        self.left = left
        self.own = own
        self.right = right


_LOWS = {template.name: template.low for template in TEMPLATES}


def pair_key(left: str, right: str) -> str:
    """The key of two neighbours; a tab parts them."""
    return f"{LETTERS['pair']}{left}\t{right}"


def triple_key(before: str, here: str, after: str) -> str:
    """The key of three classes."""
    return f"{LETTERS['classes']}{before}\t{here}\t{after}"


_shipped: list[PartOfSpeech] = []


def shipped() -> PartOfSpeech:
    """The shipped tagger, read when it is first asked for."""
    if not _shipped:
        _shipped.append(PartOfSpeech())
    return _shipped[0]


def tag(text: str, *, segmenter: Segmenter | None = None, model: PartOfSpeech | None = None) -> list[Token]:
    """The words of a text with their parts of speech; tags from the user's lexicon are kept.

    Args:
        text: any string.
        segmenter: cuts the words; the default one if ``None``.
        model: tags them; the shipped one if ``None``.

    Returns:
        Tokens; tags are those of PFR, see :mod:`cnlp.tagging.tagsets` for others.

    Raises:
        TextTypeError: ``text`` is not a str.

    >>> [(token.text, token.tag) for token in tag("我爱北京。")]
    [('我', 'r'), ('爱', 'v'), ('北京', 'ns'), ('。', 'w')]
    """
    from dataclasses import replace

    if segmenter is None:
        from cnlp.segmentation import Segmenter

        segmenter = Segmenter()
    tokens = segmenter.tokenize(text)
    tags = iter((model or shipped()).predict([token.text for token in tokens if not token.text.isspace()]))
    tagged = []
    for token in tokens:
        found = "w" if token.text.isspace() else next(tags)
        tagged.append(token if token.tag is not None else replace(token, tag=found))
    return tagged


def tag_words(words: Sequence[str], *, model: PartOfSpeech | None = None) -> list[str]:
    """The parts of speech of words that are cut already.

    >>> tag_words(["他", "在", "北京", "工作"])
    ['r', 'p', 'ns', 'v']
    """
    return (model or shipped()).predict(words)
