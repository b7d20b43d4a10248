"""What tests/long/fuzz.py does to the C kernel: one function for each of its parts, which builds its input out of
the choices of ``chance`` and calls every entry of that part.

Where input is sound, the Python twin must give the same; where arrays are damaged, the kernel must refuse them
with an error that tells of it, or work with them. Anything else is a finding.
"""

from __future__ import annotations

import io
import itertools
import math
import random
import sys
import tempfile
from array import array
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from functools import cache
from pathlib import Path
from typing import Any

import pos_taggers
import random_input
from taggers import random_tagger
from twins import ALGORITHMS, HAN, NAUGHTY, Arrays, UserArrays, join, lay, lay_over, learn, native

from cnlp._kernel import layout, ngrams, reference, training
from cnlp._kernel.reference import ngrams as reference_ngrams
from cnlp.discovery.counting import unit_table
from cnlp.jieba._prefix import native as prefix
from cnlp.jieba._prefix import reference as reference_prefix
from cnlp.keyphrases.classes import pack_classes
from cnlp.lexicon.alphabet import assign_codes, pack_alphabet
from cnlp.segmentation import shipped_segmenter
from cnlp.segmentation.algorithms import SOURCES
from cnlp.text.normalise import fold_table, normalise
from cnlp.types import Keyword, Token

Target = Callable[[random.Random], None]

SEGMENTER = shipped_segmenter().kernel
HARD = [
    "2024-01-05", "a@b.cn", "http://a.cn/中", "#中国#", "一九九八年", "3.5%", "iPhone15", "C++", "比尔·盖茨",
    "…" * 9,
    "\ud83d\ude00", "👨‍👩‍👧", "e\u0301\u0301", "\r\n", "\x85\u2028", "\ufeff", "\U0010ffff", "𠮷野家",
    "1," * 40, "王小明",
]  # fmt: skip


class Chance(random.Random):
    """A source of chance whose choices are read from bytes, so that a fuzzer can change them one by one.

    Behind the bytes' end a generator goes on that the first four of them seed.
    """

    def __init__(self, data: bytes) -> None:
        super().__init__(0)
        self.data, self.at = data, 0
        self.rest = random.Random(data[:4])

    def take(self, size: int) -> int:
        """The next ``size`` bytes as a number."""
        end = self.at + size
        if end > len(self.data):
            return self.rest.getrandbits(8 * size)
        found, self.at = self.data[self.at : end], end
        return int.from_bytes(found, "little")

    def getrandbits(self, k: int, /) -> int:
        return self.take((k + 7) // 8) & ((1 << k) - 1)

    def random(self) -> float:
        return self.take(2) / 65536


@contextmanager
def refused(*reasons: str) -> Iterator[None]:
    """Only an error that names one of the reasons may come out, or none."""
    try:
        yield
    except (ValueError, TypeError, OverflowError) as error:
        if not any(reason in str(error) for reason in reasons):
            raise


def same(fast: object, slow: object, *what: object) -> None:
    """Twins gave the same."""
    if fast != slow:
        raise AssertionError(f"C and Python differ: {fast!r} and {slow!r} for {what!r}")


def any_text(chance: random.Random) -> str:
    """Hard code points, patterns, and now and then any code point or a text of several blocks."""
    if chance.random() < 0.1:
        return random_input.random_text(chance)[:300]
    parts = []
    for _ in range(chance.randint(0, 6)):
        kind = chance.randrange(4)
        if kind == 0:
            parts.append(chance.choice(HARD))
        elif kind == 1:
            parts.append(chr(chance.randrange(0x110000)))
        else:
            parts.append("".join(chance.choices(HAN * (4 * kind - 7) + NAUGHTY, k=chance.randint(1, 12))))
    return "".join(parts)


def any_words(chance: random.Random, most: int = 12) -> list[str]:
    """Words that overlap, of letters that occur in the texts."""
    return ["".join(chance.choices(HAN * 5 + NAUGHTY, k=chance.randint(1, 5))) for _ in range(chance.randint(1, most))]


def some_bytes(chance: random.Random, data: bytes) -> bytes:
    """Changed in a few places, and perhaps shorter or longer."""
    changed = bytearray(data)
    for _ in range(chance.choice([0, 1, 1, 3, 30])):
        if changed:
            changed[chance.randrange(len(changed))] = chance.choice([0, 1, 127, 128, 255, chance.randrange(256)])
    return bytes(changed[: chance.randint(0, len(changed))]) if chance.random() < 0.2 else bytes(changed)


@cache
def bases() -> tuple[Arrays, ...]:
    """Lexicons that most executions share, with bigrams and without."""
    counts = {"中国": 5, "中国人": 2, "国人": 3, "人": 9, "大": 1, "大人": 2, "人大中国": 1, "年": 1}
    return learn(random_input.SENTENCES), lay(counts)


def any_base(chance: random.Random) -> Arrays:
    """A lexicon, most often a shared one."""
    kind = chance.randrange(8)
    if kind == 0:
        return lay({normalise(word): chance.randint(1, 50) for word in any_words(chance)})
    if kind == 1:
        return learn([any_words(chance) for _ in range(chance.randint(1, 4))])
    return bases()[kind % 2]


def any_overlay(chance: random.Random, base: Arrays) -> UserArrays | None:
    """A user's lexicon, or none."""
    return lay_over(random_input.random_entries(chance), base) if chance.random() < 0.6 else None


def layers_of(user: UserArrays | None) -> list[Any]:
    """The same overlay in both kernels."""
    return [user.overlay(kernel) if user else None for kernel in (native, reference)]


# ---- cnlp._kernel.native -----------------------------------------------------------------------------------------


def trie(chance: random.Random) -> None:
    """build_trie, and Trie.find, find_all, matches; then the same trie damaged."""
    forms = sorted({normalise(word) for word in any_words(chance, 40)})
    pages, codes = pack_alphabet(assign_codes(forms), fold_table())
    values = array("I", [chance.choice([1, 2, 0xFFFF, chance.randint(1, 0xFFFF)]) for _ in forms]).tobytes()
    longest, text, others = max(map(len, forms)), any_text(chance), any_words(chance)
    found = []
    for builder in (native, reference):
        units, _ = builder.build_trie(forms, values, pages, codes)
        source, ranges = join({"units": units, "pages": pages, "codes": codes})
        reader = builder.Trie(source, ranges, longest)
        found.append(([reader.find(word)[1] for word in others + forms], sorted(reader.matches(text))))
        assert reader.longest() == longest
    same(*found, forms, text)
    with refused("outside the alphabet", "as many values", "empty", "sorted", "twice", "damaged", "does not fit"):
        native.build_trie(any_words(chance), some_bytes(chance, values), some_bytes(chance, pages), codes)
    damaged = random_input.spoil(chance, Arrays(source, ranges, longest, 0), tuple(ranges))
    with refused("damaged"):
        reader = damaged.trie(native)
        reader.find_all(others)
        reader.longest()
        reader.find(text)
        reader.matches(text[:200])


def lattice(chance: random.Random) -> None:
    """Model.edges, path_costs, bonus, word_cost, unknown; Overlay; the patterns of the scanner."""
    base = any_base(chance)
    user, text = any_overlay(chance, base), any_text(chance)
    spans, use_patterns = random_input.random_spans(chance, text), chance.random() < 0.8
    models = [base.model(kernel, use_patterns=use_patterns) for kernel in (native, reference)]
    layers = layers_of(user)
    edges = [sorted(model.edges(text, layer, spans)) for model, layer in zip(models, layers, strict=True)]
    same(*edges, text)
    texts = [text, any_text(chance), ""]
    same(*(model.path_costs(texts) for model in models), texts)
    pair = chance.getrandbits(chance.choice([4, 8, 32])), chance.getrandbits(chance.choice([4, 8, 32]))
    same(*(model.bonus(*pair) for model in models), pair)
    same(*((model.word_cost, model.unknown) for model in models))


def segmenter(chance: random.Random) -> None:
    """Segmenter.words, segment, segment_all, segment_bytes of every algorithm without a tagger; cut_at."""
    base = any_base(chance)
    user, text = any_overlay(chance, base), any_text(chance)
    spans, use_patterns = random_input.random_spans(chance, text), chance.random() < 0.8
    models = [base.model(kernel, use_patterns=use_patterns) for kernel in (native, reference)]
    algorithm = chance.choice(ALGORITHMS)
    segmenters = [
        kernel.Segmenter(model, algorithm, layer)
        for kernel, model, layer in zip((native, reference), models, layers_of(user), strict=True)
    ]
    check_segmenters(chance, segmenters, text, spans)
    ends = array("I", [end for end, _ in segmenters[0].words(text, spans)]).tobytes()
    same("".join(native.cut_at(text, ends)), text)
    with refused("ends must"):
        native.cut_at(text, some_bytes(chance, ends))
    with refused("spans must"):
        segmenters[0].words(text, some_bytes(chance, spans or bytes(16)))


def check_segmenters(chance: random.Random, segmenters: Sequence[Any], text: str, spans: bytes | None) -> None:
    """Both cut alike and lose nothing, in text and in bytes, sound or not."""
    same(*(one.words(text, spans) for one in segmenters), text, spans)
    same(*(one.segment(text) for one in segmenters), text)
    same("".join(segmenters[0].segment(text)), text)
    several = [text, *any_words(chance, 4), "", text[::-1]]
    same(*(one.segment_all(several) for one in segmenters), several)
    same(segmenters[0].segment_all(several), [segmenters[0].segment(one) for one in several], several)
    data = text.encode("utf-8", "surrogatepass")
    if chance.random() < 0.3:
        data = some_bytes(chance, data)
    delimiter = chance.choice([b" ", b"", b"/", "·".encode(), chance.randbytes(3)])
    outcomes: list[object] = []
    for one in segmenters:
        try:
            outcomes.append(one.segment_bytes(data, delimiter))
        except UnicodeDecodeError as error:
            outcomes.append((error.start, error.reason))
    same(*outcomes, data, delimiter)
    same(*(kernel.count_text(data) for kernel in (native, reference)), data)


def tagger(chance: random.Random) -> None:
    """Tagger.scores and transitions; Segmenter with a tagger: constraints, propose, words, segment, segment_bytes."""
    base, weights = any_base(chance), random_tagger(0)
    user, text = any_overlay(chance, base), any_text(chance)
    spans, standard = random_input.random_spans(chance, text), chance.choice(["general", "pku"])
    use_patterns = chance.random() < 0.8
    models = [base.model(kernel, use_patterns=use_patterns) for kernel in (native, reference)]
    taggers = [weights.tagger(kernel, standard) for kernel in (native, reference)]
    same(*(one.scores(text) for one in taggers), text)
    same(*(one.transitions for one in taggers))
    algorithm = chance.choice([layout.TAGGER, layout.BIGRAM])
    segmenters = [
        kernel.Segmenter(model, algorithm, layer, one)
        for kernel, model, layer, one in zip((native, reference), models, layers_of(user), taggers, strict=True)
    ]
    if algorithm == layout.TAGGER:
        same(*(one.constraints(text, spans) for one in segmenters), text)
    else:
        same(*(one.propose(text, spans) for one in segmenters), text)
    check_segmenters(chance, segmenters, text, spans)


def garbage(chance: random.Random) -> None:
    """Model, Overlay, Tagger over damaged arrays: see random_input.py."""
    base = random_input.spoil(
        chance, bases()[0], random_input.UNCHECKED if chance.random() < 0.7 else tuple(bases()[0].ranges)
    )
    user = any_overlay(chance, bases()[0])
    if user and chance.random() < 0.5:
        user = random_input.spoil_overlay(chance, user)
    if chance.random() < 0.5:
        with random_input.refusals():
            random_input.use(chance, base, user)
    else:
        with random_input.refusals():
            weights = random_input.spoil_tagger(chance, random_tagger(0))
            random_input.use_tagger(chance, weights, bases()[0], user)


def pos(chance: random.Random) -> None:
    """WordTagger.predict, tokens and tokens_all, sound and damaged."""
    sound, text = pos_taggers.random_pos_tagger(0), any_text(chance)
    words = chance.choices([*pos_taggers.WORDS, " ", "\n", "", text], k=chance.choice([0, 3, 20, 130]))
    both = [sound.tagger(kernel) for kernel in (native, reference)]
    same(*(one.predict(words, "w") for one in both), words)
    base = any_base(chance)
    user, spans = any_overlay(chance, base), random_input.random_spans(chance, text)
    segmenters = [
        kernel.Segmenter(base.model(kernel), layout.BIGRAM, layer)
        for kernel, layer in zip((native, reference), layers_of(user), strict=True)
    ]
    same(*(t.tokens(c, Token, SOURCES, "w", text, spans) for t, c in zip(both, segmenters, strict=True)), text)
    several = [text, "", "".join(words)]
    same(*(t.tokens_all(c, Token, SOURCES, "w", several) for t, c in zip(both, segmenters, strict=True)), several)
    damaged = random_input.spoil(chance, Arrays(*sound, 0, 0), tuple(sound.ranges))
    with refused("damaged", "does not fit"):
        one = pos_taggers.PosArrays(damaged.source, damaged.ranges).tagger(native)
        one.predict(words, "w")
        one.tokens(segmenters[0], Token, SOURCES, "w", text, spans)
        one.tokens_all(segmenters[0], Token, SOURCES, "w", several)


@cache
def term_tries() -> tuple[Arrays, Arrays]:
    """Classes and frequencies of some words, as Terms takes them."""
    from cnlp.lexicon.trie import Trie

    lexicon = {
        "中": pack_classes(1, 1),
        "国": pack_classes(2, 6),
        "中国": pack_classes(2, 3),
        "的": pack_classes(1, 15, True),
        "a": pack_classes(0, 12),
    }
    tries = [Trie.build(lexicon), Trie.build({"中国": pack_classes(1), "人": pack_classes(2)})]
    return tuple(  # type: ignore[return-value]
        Arrays(*join({name: data for name, (_, data) in one.arrays().items()}), one.max_length, 0) for one in tries
    )


def terms(chance: random.Random) -> None:
    """Terms and all its methods, and pagerank, sound and damaged."""
    words = [word for word in [*any_words(chance, 40), any_text(chance)[:9]] if word]
    text, (lexicon, other) = "".join(words), term_tries()
    idf, stops = chance.random() < 0.5, chance.random() < 0.5
    letters = array("I", [0x41, 0x5B, 0x61, 0x7B, 0x3005, 0x3008, 0x4E00, 0xA000, 0x1F000, 0x1F001]).tobytes()
    levels = array("d", [9.0, 1.5, 0.25]).tobytes()
    weights = array("d", [chance.gauss(0, 1) for _ in range(73)]).tobytes()
    headings = array("I", [chance.randrange(60) for _ in range(2 * chance.randrange(4))]).tobytes()
    kinds = bytes(chance.choice((0, 0, 1, *range(2, 34), 255)) for _ in words) if chance.random() < 0.5 else b""
    options = chance.getrandbits(16), chance.randint(0, 3), chance.randint(1, 4), kinds
    top, window, flag = chance.randint(0, 9), chance.randint(2, 6), chance.random() < 0.5
    longest = chance.choice((1, 7, 40, 4000))

    def results(kernel: Any, tries: Sequence[Any]) -> list[Any]:
        one = kernel.Terms(
            text, words, tries[0], tries[1] if idf else None, levels, tries[1] if stops else None, letters, *options
        )
        scores, edges = one.frequencies(flag, not flag), one.edges(window)
        ranks = kernel.pagerank(len(one.terms()), *edges, 0.85, 1e-10, 20)
        combined = one.combine(Keyword, weights, headings, longest, top, flag)
        features = one.features(headings, longest)
        return [one.terms(), scores, edges, ranks, one.rank(Keyword, scores, top), features, combined]

    same(*(results(kernel, [one.trie(kernel) for one in (lexicon, other)]) for kernel in (native, reference)), words)
    headings, levels = some_bytes(chance, headings), some_bytes(chance, levels)
    weights, letters = some_bytes(chance, weights), some_bytes(chance, letters)
    with refused("damaged", "do not fit together", "as many scores", "does not fit", "finite"):
        damaged = [random_input.spoil(chance, one, ("units", "codes")).trie(native) for one in (lexicon, other)]
        results(native, damaged)
    size, numbers = chance.randint(0, 9), [chance.randrange(9) for _ in range(chance.randrange(9))]
    lefts, rights = (array("I", chance.sample(numbers, len(numbers))).tobytes() for _ in range(2))
    shares = some_bytes(chance, array("d", [chance.random() for _ in numbers]).tobytes())
    with refused("do not fit together"):
        native.pagerank(size, some_bytes(chance, lefts), rights, shares, chance.random(), 1e-9, chance.randint(0, 9))


@cache
def entity_files() -> tuple[Any, ...]:
    """The small recogniser of tests/ner, as arguments of ``EntityTagger``."""
    sys.path.insert(0, str(Path(__file__).parent.parent / "ner"))
    from entity_models import arrays

    with tempfile.TemporaryDirectory() as folder:
        return arrays(Path(folder, "ner.safetensors"))


def entities(chance: random.Random) -> None:
    """EntityTagger.entities and entities_all, sound and damaged."""
    from cnlp._kernel.reference import EntityTagger

    source, ranges, unit, *rest = entity_files()
    text = any_text(chance) + chance.choice(["", "王小明在北京"]) + any_text(chance)
    if chance.random() < 0.3:
        both = native.EntityTagger(source, ranges, unit, *rest), EntityTagger(source, ranges, unit, *rest)
        found = [one.entities(SEGMENTER, text) for one in both]
        same(*([(one.start, one.end, one.label) for one in several] for several in found), text)
        if any(not math.isclose(a.score, b.score, abs_tol=1e-9) for a, b in zip(*found, strict=True)):
            raise AssertionError(f"scores differ for {text!r}: {found!r}")
    damaged = random_input.spoil(chance, Arrays(source, ranges, 0, 0), tuple(ranges))
    if chance.random() < 0.1:
        unit = chance.choice([0.0, -1.0, math.inf, math.nan, 1e-300, 1e300])
    with refused("damaged", "does not fit", "is missing"):
        one = native.EntityTagger(damaged.source, damaged.ranges, unit, *rest)
        text += chance.choice(["", "", "欧阳明月" * 130])
        for entity in one.entities(SEGMENTER, text):
            if text[entity.start : entity.end] != entity.text or not entity.text or not 0.0 <= entity.score <= 1.0:
                raise AssertionError(f"no entity: {entity}")
        several = [text, "", "王小明在北京"]
        same(one.entities_all(SEGMENTER, several), [one.entities(SEGMENTER, each) for each in several])


def mapping(chance: random.Random) -> None:
    """Mapping.read, and a Model over a mapped file."""
    arrays = random_input.spoil(chance, bases()[0], tuple(bases()[0].ranges))
    data = arrays.source[: chance.choice([0, 1, chance.randrange(len(arrays.source)), len(arrays.source)])]
    start, size = (chance.choice([-1, 0, 1, len(data), len(data) + 1, 1 << 62, chance.getrandbits(16)]) for _ in "ab")
    with tempfile.NamedTemporaryFile() as file:
        file.write(data)
        file.flush()
        mapped = native.Mapping(file.name)
    same(len(mapped), len(data))
    with refused("range lies outside"):
        same(mapped.read(start, size), data[start : start + size])
    with refused("damaged", "does not fit"):
        model = native.Model(mapped, arrays.ranges, arrays.max_length, arrays.word_cost, None, True)
        model.edges("中国人大", None, None)
    with suppress(OSError, ValueError):  # a path with NUL is a ValueError
        native.Mapping("/no/such/folder/" + any_text(chance))


# ---- cnlp._kernel.training ---------------------------------------------------------------------------------------


def train(chance: random.Random) -> None:
    """perceptron_epoch, crf_gradient, crf_epoch, decode, marginals, and keys, over sound and damaged problems."""
    from cnlp._kernel.reference import training as twin

    n_tags, length = chance.choice([1, 2, 4, 9]), chance.choice([0, 1, 5, 30])
    lows = [chance.randint(-3, 2) for _ in range(chance.randint(1, 3))]
    windows = [(low, low + chance.randint(0, 3)) for low in lows]
    rows = [chance.randint(1, 6) for _ in windows]
    sizes = [count * (high - low + 1) * n_tags for count, (low, high) in zip(rows, windows, strict=True)]
    firsts = [sum(sizes[:stream]) for stream in range(len(sizes))]
    cuts = sorted(chance.randint(0, length) for _ in range(chance.randrange(4)))
    borders = [0, *cuts, length]
    sequences = [number for pair in itertools.pairwise(borders) for number in pair]
    ids = [chance.randrange(-1, count) for count in rows for _ in range(length)]
    parts: list[Any] = [
        array("i", ids).tobytes(),
        array("i", [number for window in windows for number in window]).tobytes(),
        array("q", firsts).tobytes(),
        array("f", [chance.random() + 0.1 for _ in rows]).tobytes(),
        array("i", sequences).tobytes(),
        bytes(chance.randrange(n_tags) for _ in range(length)),
        bytes([1] * n_tags * (n_tags + 2)),
        n_tags,
        sum(sizes),
        chance.randrange(-1, n_tags),
        b"",
        b"",
    ]
    if chance.random() < 0.5:
        parts[10] = array("f", [chance.random() for _ in range(length * n_tags)]).tobytes()
        parts[11] = array("f", [chance.random() for _ in range(n_tags * n_tags * len(sequences) // 2)]).tobytes()
    n_weights = sum(sizes) + n_tags * (n_tags + 1)
    weights = array("f", [chance.gauss(0, 1) for _ in range(n_weights)]).tobytes()
    order = array("i", chance.choices(range(len(borders) - 1), k=chance.randrange(6))).tobytes()
    if chance.random() < 0.3:
        losses = [k.crf_gradient(tuple(parts), weights, bytearray(4 * n_weights)) for k in (training, twin)]
        if not math.isclose(*losses, rel_tol=1e-3, abs_tol=1e-3):
            raise AssertionError(f"losses differ: {losses} for {parts}")
    else:
        for _ in range(chance.choice([0, 1, 1, 2])):
            place = chance.randrange(len(parts))
            part = parts[place]
            huge = chance.choice([-(1 << 63), (1 << 63) - 1, -1, 0, 1, 300, chance.getrandbits(16)])
            parts[place] = some_bytes(chance, part) if isinstance(part, bytes) else huge
        order, weights = some_bytes(chance, order), some_bytes(chance, weights)
    problem, size = tuple(parts), len(weights) // 4
    symbols = some_bytes(chance, array("I", [0, 0, *(chance.getrandbits(16) for _ in range(length)), 0, 0]).tobytes())
    types = some_bytes(chance, bytes(length + 4))
    uses: list[Callable[[], object]] = [
        lambda: training.perceptron_epoch(
            problem, order, bytearray(weights), bytearray(8 * size), 0, chance.random(), chance.random()
        ),
        lambda: training.crf_gradient(problem, weights, bytearray(4 * size)),
        lambda: training.crf_epoch(problem, order, bytearray(weights), 0, 1.0, 0.1, 0.5, 1e-3),
        lambda: training.decode(problem, weights, bytearray(len(problem[5]))),
        lambda: training.marginals(problem, weights, bytearray(8 * len(problem[5]) * n_tags)),
        lambda: training.tagger_keys(symbols, types, some_bytes(chance, bytes(48))),
        lambda: training.entity_keys(symbols, types, types, types, *(some_bytes(chance, bytes(96)) for _ in range(2))),
    ]
    for use in uses:
        with refused(
            "tags are possible", "expected", "lie outside", "lies outside", "bad window", "has row", "has tag",
            "does not exist", "to be the last", "too large", "signed integer", "two zeros", "outside of the row",
        ):  # fmt: skip
            use()


# ---- cnlp._kernel.ngrams -----------------------------------------------------------------------------------------


def count_ngrams(chance: random.Random) -> None:
    """count_windows, merge, split, tabulate, spans and the methods of Table, over sound and damaged runs."""
    text = "".join(chance.choices("甲乙丙" * 4 + "，a\n𠮷\ud800\0", k=chance.choice([0, 3, 50, 300])))
    max_length, block = chance.randint(1, 6), chance.choice([1, 7, 64, 4096])
    cut = chance.randint(0, len(text))
    runs = []
    for start, end in ((0, cut), (cut, len(text))):
        pair = [k.count_windows(text, start, end, unit_table(), max_length) for k in (ngrams, reference_ngrams)]
        same(*pair, text)
        runs.append(pair[0][0])
    min_count, max_rows = chance.randint(1, 3), chance.choice([1, 5, 60, 10**6])
    pairs = chance.sample(["甲乙", "乙丙", "丙丙", "乙甲"], chance.randint(0, 4))

    def results(kernel: Any, data: Sequence[bytes]) -> list[Any]:
        merged = io.BytesIO()
        table = kernel.tabulate(readers(data), max_length, min_count, max_rows, block)
        rows = [row for n in range(1, max_length + 1) for row in table.rows(n, 0, 10**9, 0.0)]
        return [
            kernel.merge(readers(data), max_length, merged.write, block),
            merged.getvalue(),
            kernel.split(readers(data), max_length, chance_buckets, block),
            kernel.spans(readers(data), max_length, pairs, min_count, block),
            rows,
            [table.count(row[0]) for row in rows],
            [table.size(n) for n in range(8)],
            (table.total, table.min_count, table.max_length),
        ]

    chance_buckets = chance.randint(1, 5)
    same(*(results(kernel, runs) for kernel in (ngrams, reference_ngrams)), text)
    with refused("is damaged", "too many", "too large"):
        results(ngrams, [runs[0], some_bytes(chance, runs[1]), chance.randbytes(chance.randrange(30))])
    several: list[Any] = readers(runs)

    def meddle(size: int) -> bytes:
        """Changes the list that is being read from."""
        several.clear()
        return b""

    several.insert(chance.randrange(3), meddle)
    with refused("is damaged", "changed"):
        ngrams.merge(several, max_length, lambda data: None, block)
    with refused("must"):
        ngrams.count_windows(text, chance.getrandbits(4) - 3, chance.getrandbits(6), unit_table(), max_length)


def readers(runs: Sequence[bytes]) -> list[Callable[[int], bytes]]:
    """What the functions read from."""
    return [io.BytesIO(run).read for run in runs]


# ---- cnlp.jieba._prefix ------------------------------------------------------------------------------------------


@cache
def markov(seed: int) -> bytes:
    """Tables of a hidden Markov model."""
    numbers = [-((i * 7919 + seed) % 101) / 8 for i in range(20 + 4 * reference_prefix.N_HAN)]
    return array("d", numbers).tobytes()


def cut_by_prefixes(chance: random.Random) -> None:
    """Dictionary.set, get, load, items, cut, tokens; tables sound and damaged."""
    letters = "的一是国北京大学AaT1.9%-+# \r\n\t，。𠮷龘\u3000\x1c\ud800"
    words = {
        "".join(chance.choices(letters, k=chance.randint(1, 4))): chance.choice([0, 1, 99, 1 << 40])
        for _ in range(chance.randrange(20))
    }
    lines = ["北京 34 ns", "大 5", "A 7 x", "", " 北 3", "北京", "北 -3 n", f"京 {10**20} n"]
    text = "".join(chance.choices(letters, k=chance.randrange(40))) + any_text(chance)
    data = some_bytes(chance, "\n".join(chance.choices(lines, k=4)).encode())
    mode, search = chance.randint(0, 2), chance.random() < 0.5
    search = search and mode != reference_prefix.ALL
    total = math.log(sum(words.values()) or 1)
    tables = markov(chance.randrange(3)) if mode == reference_prefix.WITH_HMM else None
    results: list[Any] = []
    for kernel in (prefix, reference_prefix):
        dictionary, forced = kernel.Dictionary(), kernel.Dictionary()
        for word, frequency in words.items():
            dictionary.set(word, frequency)
        forced.set("北京大", 1)
        found = [cut(text, total, mode, search, tables, forced) for cut in (dictionary.cut, dictionary.tokens)]
        start = len(data) // 2 if text < "京" else 0
        loaded: object
        try:
            loaded = dictionary.load(data, start)
        except UnicodeDecodeError as error:
            loaded = str(error)
        results.append([found, loaded, sorted(dictionary.items()), dictionary.get(text[:3]), len(dictionary)])
    if results[0][0] == [None, None] and mode == reference_prefix.ALL:
        results[1][0] = [None, None]
    same(*results, words, text, data, mode)
    dictionary = prefix.Dictionary()
    for word in words:
        dictionary.set(word, chance.getrandbits(62))
    numbers = array("d", [chance.choice([math.inf, -math.inf, math.nan, -3.14e100, 0.0, 1e308]) for _ in range(20)])
    damaged = numbers.tobytes() + some_bytes(chance, markov(0)[160:])
    log_total = chance.choice([0.0, math.nan, math.inf, -math.inf, 50.0])
    with refused("the HMM has", "no such mode"):
        dictionary.cut(text, log_total, chance.randint(-1, 3), search, damaged, dictionary)


def hmm_of_tags(chance: random.Random) -> list[Any]:
    """The arguments of a TagHmm."""
    size, letters = chance.choice([1, 3, 20, 256]), "的一是国北A"
    levels = [-3.14e100, -0.5, -1.0, -2.0, 0.0]
    steps = [chance.choice([-math.inf, -math.inf, *levels]) for _ in range(size * size)]
    seen, emitted = (["".join(chance.sample(letters, chance.randrange(4))) for _ in range(size)] for _ in range(2))
    emissions = chance.choices(levels, k=sum(map(len, emitted)))
    numbers = [array("d", row).tobytes() for row in (chance.choices(levels, k=size), steps, emissions)]
    tags = bytes(chance.choices(range(4), k=size))
    return [bytes(chance.choices(b"BEMS", k=size)), tags, *numbers[:2], "\n".join(seen), "\n".join(emitted), numbers[2]]


def tag_by_hmm(chance: random.Random) -> None:
    """WordTags.set, get, load; TagHmm; tag_text, its pairs; tables sound and damaged; text_rank; count_candidates."""
    letters = "的一是国北京大学A1.#，"
    words = {"".join(chance.choices(letters, k=chance.randint(1, 3))): chance.randrange(9) for _ in range(9)}
    text = "".join(chance.choices(letters, k=chance.choice([3, 40, 600]))) + any_text(chance)
    lines = chance.choices(["北京 3 ns", "大 5 a", "A 7", "国 x n", "学 1 v"], k=4)
    data, with_hmm, tables = some_bytes(chance, "\n".join(lines).encode()), chance.random() < 0.8, hmm_of_tags(chance)
    results: list[Any] = []
    for kernel in (reference_prefix, prefix):
        dictionary, numbers = kernel.Dictionary(), {"eng": 1, "m": 2, "n": 3}
        tags = kernel.WordTags(dictionary)
        for word, frequency in words.items():
            dictionary.set(word, frequency)
            tags.set(word, frequency % 4)
        loaded = tags.load(data, 0, numbers)
        hmm = kernel.TagHmm(*tables) if with_hmm else None
        pairs = kernel.tag_text(dictionary, text, 3.0, tags, ["x", *numbers], hmm)
        found = [(pair.word, pair.flag, pair.encode("unicode_escape")) for pair in pairs]
        results.append((loaded, numbers, tags.get(text[:2]), dictionary.get_each([*words, text]), found))
    same(*results, words, text, tables)
    terms, span, rounds = [pair.word if pair.flag != "x" else None for pair in pairs], chance.randint(-1, 6), 3
    same(*(list(kernel.text_rank(terms, span, 0.85, rounds).items()) for kernel in (prefix, reference_prefix)), terms)
    texts, stops = [pair.word for pair in pairs], {"的一", "a7"}
    same(*(list(kernel.count_candidates(texts, texts, stops).items()) for kernel in (prefix, reference_prefix)), texts)
    damaged = list(tables)
    place = chance.randrange(len(tables))
    damaged[place] = some_bytes(chance, tables[place]) if isinstance(tables[place], bytes) else tables[place][1:]
    with refused("doubles", "damaged", "no name has the number", "places and tags"):
        prefix.tag_text(dictionary, text, 3.0, tags, ["x"] * chance.randrange(5), prefix.TagHmm(*damaged))


TARGETS: dict[str, Target] = {
    "trie": trie,
    "lattice": lattice,
    "segmenter": segmenter,
    "tagger": tagger,
    "garbage": garbage,
    "pos": pos,
    "terms": terms,
    "entities": entities,
    "mapping": mapping,
    "training": train,
    "ngrams": count_ngrams,
    "prefix": cut_by_prefixes,
    "tagging": tag_by_hmm,
}
