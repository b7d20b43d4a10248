"""Parts of speech: a first-order linear tagger over words, decoded in plain Python.

    s(words, tags) = sum over p of A[t_p-1, t_p] + sum over templates k, offsets d of W_k[key_k(p-d), d, t_p]

    template        key at q                                            speaks about
    word            the word                                            q-1 .. q+1
    pair            the word and the next one                           q-1 .. q+2
    prefix1..3      its first characters, if it is longer               q
    suffix1..3      its last characters, if it is longer                q
    first           its first character, and its length                 q
    last            its last character, and its length                  q-1 .. q+1
    ends            its first and last character, and its length        q
    second          its second character, if it has three               q
    shape           types of its characters, and its length             q-1 .. q+1
    dictionary      the tag that a general dictionary gives it          q-1 .. q+1
    class           which tags the training corpus gives it             q-1 .. q+1
    class_pair      the classes of the word and of the next one         q-1 .. q+2
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
from itertools import pairwise

from cnlp import errors
from cnlp.tagging.features import Template, character_type
from cnlp.tagging.tagsets import check_tagset, convert_tag
from cnlp.text.normalise import normalise

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from cnlp.lexicon import Lexicon
    from cnlp.types import Token

KIND = "part-of-speech"
SHIPPED = os.path.join(os.path.dirname(os.path.dirname(__file__)), "models", "pos.safetensors")
TEMPLATES = (
    Template("word", -1, 1),
    Template("pair", -1, 2),
    *(Template(f"{side}{length}", 0, 0) for side in ("prefix", "suffix") for length in (1, 2, 3)),
    Template("first", 0, 0),
    Template("last", -1, 1),
    Template("ends", 0, 0),
    Template("second", 0, 0),
    Template("shape", -1, 1),
    Template("dictionary", -1, 1),
    Template("class", -1, 1),
    Template("class_pair", -1, 2),
    Template("classes", 0, 0),
)
LETTERS = dict(zip((template.name for template in TEMPLATES), "wbpqrstudlzofjkxc", strict=True))
_ARRAYS = (
    "keys",
    "starts",
    "entries",
    "transitions",
    "words",
    "facts",
    "classes",
    "sets",
    "dictionary",
    "dictionary_tags",
)
UNSEEN = ""  # class of a word that the corpus does not have
OUTSIDE = "|"  # class before and behind a sentence
_SHARES = (0.6, 0.9, 0.999)
_COUNTS = (2, 5, 20)
_REMEMBERED = 1 << 16


def word_keys(word: str) -> list[tuple[str, str]]:
    """Template and key of what a folded word shows by itself; its class is not among it.

    >>> word_keys("北京")
    [('word', 'w北京'), ('prefix1', 'p北'), ('suffix1', 's京'), ('first', 'd2北'), ('last', 'l2京'), \
('ends', 'z2北京'), ('shape', 'f52')]
    """
    found = [("word", word)]
    found += [(f"prefix{n}", word[:n]) for n in (1, 2, 3) if len(word) > n or n == 1]
    found += [(f"suffix{n}", word[-n:]) for n in (1, 2, 3) if len(word) > n or n == 1]
    size = str(min(len(word), 4))
    found += [("first", size + word[:1]), ("last", size + word[-1:]), ("ends", size + word[:1] + word[-1:])]
    found += [("second", word[1])] if len(word) > 2 else []
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
        ranges = model.ranges(*_ARRAYS)

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
        self._dictionary = numbers("dictionary", "I")
        self._dictionary_tags = lines("dictionary_tags")
        self._words: dict[str, _Word] = {}
        self._pairs: dict[tuple[str, str], list[list[int]] | None] = {}
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
        pairs = [self._pair(left, right) for left, right in pairwise(facts)]
        kinds = [OUTSIDE, *[fact.kind for fact in facts], OUTSIDE]
        best: list[tuple[int, int]] = []
        for i, here in enumerate(facts):
            tables = [here.own]
            if i:
                tables.append(facts[i - 1].right)
                if pair := pairs[i - 1]:
                    tables.append(pair[2])
                if i > 1 and (pair := pairs[i - 2]):
                    tables.append(pair[3])
            if i + 1 < n:
                tables.append(facts[i + 1].left)
                if pair := pairs[i]:
                    tables.append(pair[1])
                if i + 2 < n and (pair := pairs[i + 1]):
                    tables.append(pair[0])
            if triple := self._triple(kinds[i], kinds[i + 1], kinds[i + 2]):
                tables.append(triple)
            came: dict[int, int] = {}
            reached: list[tuple[int, int]] = []
            for tag in here.tags:
                score = 0
                for table in tables:
                    score += table[tag]
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
            (entry >> 8, (entry & 0xFF) - 128) for entry in self._entries[self._starts[row] : self._starts[row + 1]]
        ]

    def _make(self, word: str) -> _Word:
        n = self._size
        kind, candidates = self._known.get(word, (0, 0))
        name = self._classes[kind]
        windows = [0] * (3 * n)  # what the word says of the one before, of itself, of the one behind
        listed = find_dictionary_tag(self._dictionary, word)
        keys = word_keys(word)
        keys.append(("class", LETTERS["class"] + name))
        keys.append(("dictionary", LETTERS["dictionary"] + self._dictionary_tags[listed]))
        for template, key in keys:
            start = n if _LOWS[template] == 0 else 0
            for place, weight in self._row(key):
                windows[start + place] += weight
        made = _Word(word, name, self._sets[candidates], windows[:n], windows[n : 2 * n], windows[2 * n :])
        self._words[word] = made
        return made

    def _pair(self, left: _Word, right: _Word) -> list[list[int]] | None:
        """What two neighbours say of the word before them, of each of them, and of the word behind."""
        key = (left.word, right.word)
        try:
            return self._pairs[key]
        except KeyError:
            n = self._size
            entries = self._row(pair_key(left.word, right.word))
            entries += self._row(class_pair_key(left.kind, right.kind))
            flat = self._spread(entries, 4)
            found = [flat[at : at + n] for at in range(0, 4 * n, n)] if entries else None
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


def class_pair_key(left: str, right: str) -> str:
    """The key of two neighbouring classes."""
    return f"{LETTERS['class_pair']}{left}\t{right}"


def make_dictionary(tags: Mapping[str, int]) -> array[int]:
    """A table of 32-bit slots: 24 bits of the word's CRC-32, 8 bits of its number, 1 to 255; 0 is empty.

    A word that is not in it is taken for one that is about once in 10,000 times.
    """
    size = len(tags) * 10 // 7 + 1
    table = array("I", bytes(4 * size))
    for word, number in tags.items():
        crc = _crc(word)
        slot = crc * size >> 32
        while table[slot]:
            slot = slot + 1 if slot + 1 < size else 0
        table[slot] = (crc & 0xFFFFFF) << 8 | number
    return table


def find_dictionary_tag(table: Sequence[int], word: str) -> int:
    """The number of a word in a table of :func:`make_dictionary`, 0 if it is not there.

    >>> table = make_dictionary({"北京": 3, "大学": 7})
    >>> [find_dictionary_tag(table, word) for word in ("北京", "大学", "大")]
    [3, 7, 0]
    """
    crc, size = _crc(word), len(table)
    slot = crc * size >> 32
    while entry := table[slot]:
        if entry >> 8 == crc & 0xFFFFFF:
            return entry & 0xFF
        slot = slot + 1 if slot + 1 < size else 0
    return 0


def _crc(word: str) -> int:
    import zlib

    return zlib.crc32(word.encode("utf-8", "surrogatepass"))


def triple_key(before: str, here: str, after: str) -> str:
    """The key of three classes."""
    return f"{LETTERS['classes']}{before}\t{here}\t{after}"


_shipped: list[PartOfSpeech] = []  # read when it is first asked for; nothing in it ever changes


def shipped() -> PartOfSpeech:
    """The shipped tagger."""
    if not _shipped:
        _shipped.append(PartOfSpeech())
    return _shipped[0]


def tag(
    text: str,
    *,
    algorithm: str | None = None,
    standard: str | None = None,
    lexicon: Lexicon | None = None,
    tagset: str = "pfr",
    model: PartOfSpeech | None = None,
) -> list[Token]:
    """Cut a text into words and tell their parts of speech.

    Args:
        text: any str; the words and their offsets are those of :func:`cnlp.tokenize`.
        algorithm, standard, lexicon: how to cut it, see :func:`cnlp.segment`. The lexicon's own tags are kept as
            they are.
        tagset: ``"pfr"``, ``"universal"`` (UPOS) or ``"ctb"``, see :mod:`cnlp.tagging.tagsets`; where a tag of
            PFR has no equal in CTB, the token has ``None``.
        model: another tagger than the shipped one.

    Returns:
        Tokens with tags; white space is punctuation.

    Raises:
        TextTypeError: ``text`` is not a str.
        ArgumentError: there is no such algorithm, standard or tag set.

    >>> [(token.text, token.tag) for token in tag("我爱北京。")]
    [('我', 'r'), ('爱', 'v'), ('北京', 'ns'), ('。', 'w')]
    >>> [token.tag for token in tag("我爱北京。", tagset="universal")]
    ['PRON', 'VERB', 'PROPN', 'PUNCT']
    """
    from cnlp.segmentation import segmenter_for
    from cnlp.types import Token

    check_tagset(tagset)
    tokens = segmenter_for("default", algorithm, standard, lexicon).tokenize(text)
    tags = iter(_tag_words([token.text for token in tokens], tagset, model))
    return [
        token
        if found is None or token.tag is not None
        else Token(token.text, token.start, token.end, found, token.source)
        for token, found in zip(tokens, tags, strict=True)
    ]


def tag_words(words: Sequence[str], *, tagset: str = "pfr", model: PartOfSpeech | None = None) -> list[str | None]:
    """The parts of speech of words that are cut already; arguments as in :func:`tag`.

    >>> tag_words(["他", "在", "北京", "工作"])
    ['r', 'p', 'ns', 'v']
    >>> tag_words(["他", "在", "北京", "工作"], tagset="ctb")
    ['PN', 'P', 'NR', 'VV']
    """
    check_tagset(tagset)
    return _tag_words(words, tagset, model)


def _tag_words(words: Sequence[str], tagset: str, model: PartOfSpeech | None) -> list[str | None]:
    """White space is no word to the model: it is punctuation, and the words beside it are neighbours."""
    found = iter((model or shipped()).predict([word for word in words if not word.isspace()]))
    tags: list[str | None] = ["w" if word.isspace() else next(found) for word in words]
    if tagset == "pfr":
        return tags
    return [convert_tag(tag or "", tagset, word) for tag, word in zip(tags, words, strict=True)]
