"""Terms and PageRank in C and in Python give the same results, to the last bit."""

from __future__ import annotations

from array import array
from functools import cache
from random import Random
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from twins import NAUGHTY, each_kernel, learn, native, needs_native

from cnlp._kernel import layout, reference
from cnlp.keyphrases.classes import CLASSES, pack_classes
from cnlp.lexicon.trie import Trie
from cnlp.types import Keyword

often = settings(max_examples=300, deadline=None, suppress_health_check=list(HealthCheck))
LETTERS = array("I", [0x41, 0x5B, 0x61, 0x7B, 0x3005, 0x3008, 0x4E00, 0xA000, 0x1F000, 0x1F001, 0x20000, 0x30000])
LEVELS = array("d", [9.0, 1.5, 0.25]).tobytes()
FEATURES = 73
WORDS = [*"中国人大的第一最", "中国", "大人", "a", "A", "ａ", "ab", "9", "9a", " ", "，", "\n", *NAUGHTY]
words_lists = st.lists(st.sampled_from(WORDS), max_size=40)


@cache
def tries() -> tuple[Trie, Trie]:
    lexicon = {
        "中": pack_classes(1, 1),
        "国": pack_classes(2, 6),
        "中国": pack_classes(2, 3),
        "的": pack_classes(1, 15, True),
        "人": pack_classes(5, 2),
    }
    return Trie.build({**lexicon, "a": pack_classes(0, 12)}), Trie.build(
        {"中国": pack_classes(1), "人": pack_classes(2)}
    )


def handle(kernel: Any, trie: Trie | None) -> Any:
    if trie is None:
        return None
    source = b"".join(data for _, data in trie.arrays().values())
    ranges, start = {}, 0
    for name, (_, data) in trie.arrays().items():
        ranges[name] = start, len(data)
        start += len(data)
    return kernel.Trie(source, ranges, trie.max_length)


def terms(kernel: Any, words: list[str], **changes: Any) -> Any:
    lexicon, other = tries()
    options: dict[str, Any] = {"idf": None, "stops": None, "classes": 0x7FFF, "min_length": 1, "max_words": 4}
    options |= {"letters": LETTERS.tobytes(), "levels": LEVELS, **changes}
    options = {name: other if value == "other" else value for name, value in options.items()}
    return kernel.Terms(
        "".join(words),
        words,
        handle(kernel, lexicon),
        handle(kernel, options["idf"]),
        options["levels"],
        handle(kernel, options["stops"]),
        options["letters"],
        options["classes"],
        options["min_length"],
        options["max_words"],
        options.get("kinds", b""),
    )


@needs_native
@often
@given(
    words=words_lists,
    seed=st.integers(0, 9),
    table=st.sampled_from([None, "other"]),
    stops=st.sampled_from([None, "other"]),
    classes=st.sampled_from([0x7FFF, 0xFFFF, 0x0002, 0]),
    min_length=st.integers(0, 3),
    max_words=st.integers(1, 4),
    longest=st.sampled_from([1, 5, 16, 4000]),
    has_kinds=st.booleans(),
)
def test_twins(words: list[str], seed: int, longest: int, has_kinds: bool, **changes: Any) -> None:
    changes["idf"] = changes.pop("table")
    if has_kinds:
        changes["kinds"] = bytes(Random(seed).choice((0, 0, 1, 2, 3, 9, 17, 18, 21, 255)) for _ in words)
    fast, slow = (terms(kernel, words, **changes) for kernel in (native, reference))
    random = Random(seed)
    weights = array("d", [random.gauss(0, 1) for _ in range(FEATURES)]).tobytes()
    headings = array("I", [0, 3, 7, 12]).tobytes()
    assert fast.terms() == slow.terms()
    assert fast.features(headings, longest) == slow.features(headings, longest)
    for flag in (False, True):
        for other in (False, True):
            scores = fast.frequencies(flag, other)
            assert scores == slow.frequencies(flag, other)
            assert fast.rank(Keyword, scores, 7) == slow.rank(Keyword, scores, 7)
        found = fast.combine(Keyword, weights, headings, longest, 7, flag)
        assert found == slow.combine(Keyword, weights, headings, longest, 7, flag)
    edges = fast.edges(4)
    assert edges == slow.edges(4)
    size = len(fast.terms())
    assert native.pagerank(size, *edges, 0.85, 1e-10, 50) == reference.pagerank(size, *edges, 0.85, 1e-10, 50)


@each_kernel
@pytest.mark.parametrize(
    "changes",
    [
        {"max_words": 0},
        {"max_words": 5},
        {"levels": b""},
        {"levels": b"1234567"},
        {"letters": b"123"},
        {"kinds": b"12"},
    ],
)
def test_arguments_that_do_not_fit_are_refused(kernel: Any, changes: dict[str, Any]) -> None:
    with pytest.raises(ValueError, match="do not fit together"):
        terms(kernel, ["中国"], **changes)


@each_kernel
def test_words_of_another_text_are_refused(kernel: Any) -> None:
    arguments = handle(kernel, tries()[0]), None, LEVELS, None, LETTERS.tobytes(), 1, 2, 4
    for words in ([], ["中"], ["中国", "人"]):
        with pytest.raises(ValueError, match="the words are not those of the text"):
            kernel.Terms("中国", words, *arguments)


@each_kernel
def test_a_segmenter_makes_the_words(kernel: Any) -> None:
    segmenter = kernel.Segmenter(learn([["中国", "人"], ["大人", "中"]]).model(kernel), layout.UNIGRAM, None)
    arguments = handle(kernel, tries()[0]), None, LEVELS, None, LETTERS.tobytes(), 0x7FFF, 2, 4
    text = "中国人，大人中国"
    words = segmenter.segment(text)
    one, other = (kernel.Terms(text, given, *arguments) for given in (segmenter, words))
    assert one.terms() == other.terms() == ["中国", "人", "大人"]
    scores = one.frequencies(False, False)
    assert one.rank(Keyword, scores, 9) == other.rank(Keyword, scores, 9) != []
    with pytest.raises(ValueError, match="do not fit together"):
        kernel.Terms(text, segmenter, *arguments, bytes(len(words) + 1))


@each_kernel
def test_scores_and_weights_of_other_sizes_are_refused(kernel: Any) -> None:
    found = terms(kernel, ["中国", "大人"])
    with pytest.raises(ValueError, match="as many scores as terms"):
        found.rank(Keyword, b"12345678", 1)
    with pytest.raises(ValueError, match="do not fit together"):
        found.combine(Keyword, b"12345678", b"", 9, 1, False)
    with pytest.raises(ValueError, match="do not fit together"):
        found.combine(Keyword, bytes(8 * FEATURES), b"1234", 9, 1, False)
    with pytest.raises(ValueError, match="do not fit together"):
        found.combine(Keyword, bytes(8 * FEATURES), b"", 0, 1, False)
    with pytest.raises(ValueError, match="do not fit together"):
        found.features(b"", 0)


@each_kernel
@pytest.mark.parametrize(
    ("size", "lefts", "rights", "weights"),
    [(1, [0], [1], [1.0]), (2, [0], [1, 1], [1.0]), (2, [0], [1], []), (0, [0], [0], [1.0])],
)
def test_edges_that_do_not_fit_are_refused(
    kernel: Any, size: int, lefts: list[int], rights: list[int], weights: list[float]
) -> None:
    edges = array("I", lefts).tobytes(), array("I", rights).tobytes(), array("d", weights).tobytes()
    with pytest.raises(ValueError, match="do not fit together"):
        kernel.pagerank(size, *edges, 0.85, 1e-10, 50)


@each_kernel
def test_a_graph_without_nodes_has_no_ranks(kernel: Any) -> None:
    assert kernel.pagerank(0, b"", b"", b"", 0.85, 1e-10, 50)[0] == b""


def test_as_many_classes_as_the_kernel_has() -> None:
    assert len(CLASSES) == 16


@each_kernel
@often
@given(words=words_lists, units=st.lists(st.integers(0, (1 << 64) - 1), min_size=1, max_size=40), data=st.data())
def test_damaged_tries_and_weights_do_no_harm(kernel: Any, words: list[str], units: list[int], data: Any) -> None:
    lexicon, _ = tries()
    arrays = {name: content for name, (_, content) in lexicon.arrays().items()}
    whole = array("Q", arrays["units"])
    for unit in units:
        whole[data.draw(st.integers(0, len(whole) - 1))] = unit
    source = whole.tobytes() + arrays["pages"] + arrays["codes"]
    starts = (0, len(arrays["units"]), len(arrays["units"]) + len(arrays["pages"]))
    ranges = dict(zip(("units", "pages", "codes"), zip(starts, map(len, arrays.values()), strict=True), strict=True))
    trie = kernel.Trie(source, {name: ranges[name] for name in arrays}, lexicon.max_length)
    text = "".join(words)
    found = kernel.Terms(text, words, trie, trie, LEVELS, trie, LETTERS.tobytes(), 0xFFFF, 1, 4)
    noise = array("d", data.draw(st.lists(st.floats(), min_size=FEATURES, max_size=FEATURES))).tobytes()
    for keyword in found.combine(Keyword, noise, array("I", [5, 2, 0, 1 << 31]).tobytes(), 9, 9, True):
        assert all(0 <= start < end <= len(text) for start, end in keyword.spans)


@needs_native
@pytest.mark.parametrize("seed", range(6))
def test_all_keywords_of_a_document_that_repeats_itself_are_alike(seed: int) -> None:
    random = Random(seed)
    words = random.choices(["中国", "中", "国", "大人", "人大", "a", "ab", "b", "，"], k=120)
    words += ["".join(random.choices("中国人大", k=random.randint(1, 12))) for _ in range(60)]
    weights = array("d", [random.gauss(0, 1) for _ in range(FEATURES)]).tobytes()
    fast, slow = (terms(kernel, words) for kernel in (native, reference))
    for distinct in (False, True):
        found = fast.combine(Keyword, weights, b"", 100, 10**6, distinct)
        assert found == slow.combine(Keyword, weights, b"", 100, 10**6, distinct)
