"""Random input of every kind for the C kernel: ``python random_input.py SEED ITERATIONS``.

Run in a process of its own by the tests, and with the sanitizers by tests/long/sanitize.py: whatever stands in the
arrays of a model, of a tagger or of a user's lexicon, the kernel refuses it or works with it, and never leaves
its arrays.
"""

from __future__ import annotations

import random
import sys
from array import array
from collections.abc import Iterator
from contextlib import contextmanager, suppress

from taggers import TaggerArrays, random_tagger
from twins import ALGORITHMS, HAN, NAUGHTY, Arrays, UserArrays, UserEntry, lay_over, learn, native, pack_spans

from cnlp._kernel import layout

SENTENCES = [
    ["中国", "人", "大", "中", "国人"],
    ["中国人", "国", "大人", "人大"],
    ["国", "大国", "中", "人人", "中国人大"],
    ["一九九八年", "国", "3.5%", "第一", "中"],
]
UNCHECKED = ("codes", "units", "class_costs", "bigrams", "category_flags", "pattern_flags")
LONG = ["中国人大" * 700, "a" * 2500, "e\u0301" * 1200, "1," * 1100, "#中" * 1100, "国。" * 1200]


def random_text(chance: random.Random) -> str:
    """A short text, or a text of several blocks."""
    alphabet = HAN * 4 + NAUGHTY
    text = "".join(chance.choices(alphabet, k=chance.randint(0, 60)))
    if chance.random() < 0.2:
        text += chance.choice(LONG) + "".join(chance.choices(alphabet, k=30))
    return text


def random_entries(chance: random.Random) -> list[UserEntry]:
    """Entries of all modes."""
    entries = []
    for _ in range(chance.randint(1, 8)):
        word = "".join(chance.choices(HAN * 3 + NAUGHTY, k=chance.randint(1, 6)))
        mode = chance.randint(0, 7)
        pieces: tuple[int, ...] = ()
        if mode & layout.MODE_MASK == layout.MODE_SPLIT:
            cut = chance.randint(1, len(word))
            pieces = (cut, len(word) - cut) if cut < len(word) else (cut,)
        gain = chance.choice([0, layout.NO_GAIN, 9000])
        entries.append(UserEntry(word, mode, chance.randint(1, 60_000), gain, chance.random() < 0.5, pieces))
    return entries


def random_spans(chance: random.Random, text: str) -> bytes | None:
    """Stretches of the text, some overlapping."""
    if not text or chance.random() < 0.5:
        return None
    spans = []
    for _ in range(chance.randint(1, 5)):
        start = chance.randrange(len(text))
        end = min(len(text), start + chance.randint(1, 9))
        spans.append((start, end, chance.randint(0, 1), chance.randint(0, 60_000)))
    return pack_spans(spans)


def spoil(chance: random.Random, arrays: Arrays, names: tuple[str, ...]) -> Arrays:
    """The same arrays with some bytes of one of them changed."""
    source = bytearray(arrays.source)
    start, size = arrays.ranges[chance.choice([name for name in names if arrays.ranges[name][1]])]
    for _ in range(chance.choice([1, 3, 30, 3000])):
        source[start + chance.randrange(size)] = chance.choice([0, 1, 255, chance.randrange(256)])
    return arrays._replace(source=bytes(source))


def spoil_overlay(chance: random.Random, user: UserArrays) -> UserArrays:
    """The same user's lexicon with random modes, costs, identities or trie."""
    count = len(user.modes)
    return user._replace(
        trie=spoil(chance, user.trie, ("units", "codes")),
        modes=chance.randbytes(count),
        costs=array("i", [chance.randint(-(1 << 31), (1 << 31) - 1) for _ in range(count)]).tobytes(),
        ids=array("I", [chance.getrandbits(32) for _ in range(count)]).tobytes(),
        pieces=array("I", [chance.choice([1, 2, 1 << 31, (1 << 32) - 1]) for _ in user.pieces[::4]]).tobytes(),
    )


def spoil_tagger(chance: random.Random, arrays: TaggerArrays) -> TaggerArrays:
    """The same tagger with some bytes or all of one array random, or with one array shorter or gone."""
    name = chance.choice(list(arrays.ranges))
    start, size = arrays.ranges[name]
    how = chance.choice(["bytes", "bytes", "all", "all", "shorter", "gone"])
    if how == "gone":
        return arrays._replace(ranges={key: where for key, where in arrays.ranges.items() if key != name})
    if how == "shorter":
        return arrays._replace(ranges={**arrays.ranges, name: (start, chance.choice([0, 64, chance.randrange(size)]))})
    source = bytearray(arrays.source)
    if how == "all":
        source[start : start + size] = chance.randbytes(size)
    else:
        for _ in range(chance.choice([1, 3, 30])):
            source[start + chance.randrange(size)] = chance.choice([0, 1, 255, chance.randrange(256)])
    return arrays._replace(source=bytes(source))


def use_tagger(chance: random.Random, arrays: TaggerArrays, base: Arrays, user: UserArrays | None) -> None:
    """Every entry of the kernel that reads a tagger, once."""
    text = random_text(chance)
    spans = random_spans(chance, text)
    for standard in ("general", "pku"):
        tagger = arrays.tagger(native, standard)
        tagger.scores(text)
        segmenter = native.Segmenter(
            base.model(native, use_patterns=chance.random() < 0.8),
            layout.TAGGER,
            user.overlay(native) if user else None,
            tagger,
        )
        segmenter.constraints(text, spans)
        segmenter.words(text, spans)
        if "".join(segmenter.segment(text)) != text:
            raise AssertionError(f"characters were lost: {text!r}")
        segmenter.segment_bytes(text.encode("utf-8", "replace"), b"/")


def use(chance: random.Random, base: Arrays, user: UserArrays | None) -> None:
    """Every entry of the kernel, once."""
    model = base.model(native, use_patterns=chance.random() < 0.8)
    layer = user.overlay(native) if user else None
    text = random_text(chance)
    spans = random_spans(chance, text)
    model.edges(text, layer, spans)
    model.path_costs([text, "", "中"])
    model.bonus(chance.getrandbits(32), chance.getrandbits(8))
    trie = base.trie(native)
    trie.find(text)
    trie.matches(text[:200])
    for algorithm in ALGORITHMS:
        segmenter = native.Segmenter(model, algorithm, layer)
        segmenter.words(text, spans)
        if "".join(segmenter.segment(text)) != text:
            raise AssertionError(f"characters were lost: {text!r}")
        segmenter.segment_bytes(text.encode("utf-8", "replace"), b"/")
    proposing = native.Segmenter(model, layout.BIGRAM, layer, random_tagger(chance.randrange(3)).tagger(native))
    proposing.propose(text, spans)
    proposing.words(text, spans)
    with suppress(UnicodeDecodeError):
        native.Segmenter(model, layout.BIGRAM, layer).segment_bytes(chance.randbytes(9), b" ")


@contextmanager
def refusals() -> Iterator[None]:
    """Errors that tell of damage are what is wanted."""
    try:
        yield
    except ValueError as error:
        if not any(reason in str(error) for reason in ("damaged", "does not fit", "is missing")):
            raise


def main(seed: int, iterations: int) -> None:
    """Call the kernel with random input."""
    chance = random.Random(seed)
    base = learn(SENTENCES)
    for step in range(iterations):
        user = lay_over(random_entries(chance), base) if chance.random() < 0.6 else None
        model = base
        if step % 2:
            model = spoil(chance, base, UNCHECKED)
            user = spoil_overlay(chance, user) if user and chance.random() < 0.5 else user
        elif step % 8 == 0:
            model = spoil(chance, base, tuple(base.ranges))
        tagger = random_tagger(chance.randrange(3))
        if chance.random() < 0.9:
            tagger = spoil_tagger(chance, tagger)
        with refusals():
            use(chance, model, user)
        with refusals():
            use_tagger(chance, tagger, base, user)


if __name__ == "__main__":
    main(int(sys.argv[1]), int(sys.argv[2]))
