"""Tagging as jieba.posseg does it: C and Python give the same pairs."""

from __future__ import annotations

import copy
import math
import pickle
import random
from array import array
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cnlp.jieba import posseg
from cnlp.jieba._prefix import reference

native = pytest.importorskip("cnlp.jieba._prefix.native")

HAN = "的一是国北京大学丨龥"
CHARACTERS = HAN + "Aa1.9%-+#& \r\n，𠮷\x1c\ud800"
NAMES = ["x", "eng", "m", "n", "v"]
WORDS = st.dictionaries(
    st.text(CHARACTERS, min_size=1, max_size=3), st.tuples(st.integers(0, 10**6), st.integers(0, 4)), max_size=20
)
BLOCK = 512  # of tagging.c


def tables(seed: int, few: bool = False) -> tuple[Any, ...]:
    """The arguments of an HMM; with few steps, characters come to where none leads on."""
    chance = random.Random(seed)
    size = chance.choice([1, 4, 12, 256])
    levels = [-3.14e100, -0.5, -1.0, -2.0, -2.25, 0.0]  # few, so that there are ties
    steps = [-math.inf if chance.random() < (0.95 if few else 0.6) else chance.choice(levels) for _ in range(size**2)]
    emitted = ["".join(chance.sample(HAN + "A", chance.randrange(4))) for _ in range(size)]
    return (
        bytes(chance.choice(b"BEMS") for _ in range(size)),
        bytes(chance.randrange(len(NAMES)) for _ in range(size)),
        array("d", chance.choices(levels, k=size)).tobytes(),
        array("d", steps).tobytes(),
        "\n".join("".join(chance.sample(HAN[:8], chance.randrange(3))) for _ in range(size)),
        "\n".join(emitted),
        array("d", chance.choices(levels, k=len("".join(emitted)))).tobytes(),
    )


TABLES = [tables(seed, few=seed % 3 == 0) for seed in range(36)]
MODELS = [(native.TagHmm(*given), reference.TagHmm(*given)) for given in TABLES]


def tagged(kernel: Any, hmm: Any, words: dict[str, tuple[int, int]], text: str) -> list[tuple[str, str]]:
    """The words of a text and their tags, by either kernel."""
    dictionary = kernel.Dictionary()
    tags = kernel.WordTags(dictionary)
    for word, (frequency, tag) in words.items():
        dictionary.set(word, frequency)
        tags.set(word, tag)
    log_total = math.log(sum(frequency for frequency, _ in words.values()) or 1)
    return [tuple(pair) for pair in kernel.tag_text(dictionary, text, log_total, tags, NAMES, hmm)]


@settings(max_examples=500, deadline=None)
@given(
    WORDS,
    st.text(st.one_of(st.sampled_from(CHARACTERS), st.characters()), max_size=40),
    st.sampled_from([(None, None), *MODELS]),
)
def test_pairs_are_the_same(words: dict[str, tuple[int, int]], text: str, hmms: tuple[Any, Any]) -> None:
    assert tagged(native, hmms[0], words, text) == tagged(reference, hmms[1], words, text)


@pytest.mark.parametrize("length", [BLOCK - 1, BLOCK, BLOCK + 1, 2 * BLOCK, 3 * BLOCK + 7])
@pytest.mark.parametrize("hmms", MODELS[:8])
def test_long_runs_are_the_same(hmms: tuple[Any, Any], length: int) -> None:
    text = "".join(random.Random(length).choices(HAN, k=length))
    assert tagged(native, hmms[0], {}, text) == tagged(reference, hmms[1], {}, text)


def test_damaged_tables_are_refused() -> None:
    good = tables(1)
    lines = "\n" * (len(good[0]) - 1)
    for place, value, message in (
        (0, b"", "want 1 to 256 places and tags, got 0"),
        (1, good[1] + b"\0", "want 1 to 256 places and tags"),
        (2, good[2][1:], "doubles"),
        (3, good[3] + good[3], "doubles"),
        (6, good[6] + b"\0", "doubles"),
        (2, array("d", [0.5]).tobytes() * len(good[0]), "damaged"),
        (3, array("d", [math.nan]).tobytes() * len(good[0]) ** 2, "damaged"),
        (4, lines + "\n", "damaged"),
        (5, lines + "的" * (len(good[6]) // 8 + 1), "damaged"),
        (6, array("d", [-math.inf]).tobytes() * (len(good[6]) // 8), "damaged"),
    ):
        given_tables: list[Any] = list(good)
        given_tables[place] = value
        for kernel in (native, reference):
            with pytest.raises(ValueError, match=message):
                kernel.TagHmm(*given_tables)


@pytest.mark.parametrize("kernel", [native, reference])
def test_a_tag_without_a_name_is_refused(kernel: Any) -> None:
    dictionary = kernel.Dictionary()
    tags = kernel.WordTags(dictionary)
    tags.set("北", 9)
    with pytest.raises(ValueError, match="no name has the number 9 of a tag"):
        kernel.tag_text(dictionary, "北京", 1.0, tags, NAMES, None)


@settings(max_examples=200, deadline=None)
@given(
    st.dictionaries(st.text("北京A", max_size=3), st.integers(0, 9)),
    st.lists(st.tuples(st.text("北京A", max_size=3), st.integers(0, 2**32 - 1))),
)
def test_words_have_the_same_tags(frequencies: dict[str, int], changes: list[tuple[str, int]]) -> None:
    results = []
    for kernel in (reference, native):
        dictionary = kernel.Dictionary()
        tags = kernel.WordTags(dictionary)
        for word, tag in changes[::2]:
            tags.set(word, tag)
        for word, frequency in frequencies.items():
            dictionary.set(word, frequency)
        for word, tag in changes[1::2]:
            tags.set(word, tag)
        words = [*frequencies, *(word for word, _ in changes), "京", "京北"]
        results.append(([tags.get(word) for word in words], sorted(dictionary.items())))
        assert tags.get(None) == 0
        for number in (-1, 1 << 32):
            with pytest.raises(ValueError, match="fit 32 bits"):
                tags.set("北", number)
    assert results[0] == results[1]


@settings(max_examples=100, deadline=None)
@given(WORDS, st.text(CHARACTERS, max_size=40), st.booleans())
def test_tags_may_be_of_another_dictionary(words: dict[str, tuple[int, int]], text: str, known: bool) -> None:
    found = []
    for kernel in (reference, native):
        dictionary = kernel.Dictionary()
        tags = kernel.WordTags(kernel.Dictionary())
        for word, (frequency, tag) in words.items():
            dictionary.set(word, frequency)
            if known:
                tags.set(word, tag)
        found.append([tuple(pair) for pair in kernel.tag_text(dictionary, text, 3.0, tags, NAMES, None)])
    assert found[0] == found[1]


LINES = st.sampled_from(
    ["北京 34 ns", "大 5 a", "A 7 x", "", "北 3", "京 3 ", "京 3 数", " 京 3 n", "国 3 n x", "学 3 n\r", "是 x v"]
)


@settings(max_examples=200, deadline=None)
@given(st.lists(LINES), st.sampled_from(["\n", "\r\n"]))
def test_tags_are_read_alike(lines: list[str], end: str) -> None:
    data = end.join(lines).encode()
    results = []
    for kernel in (reference, native):
        dictionary, numbers = kernel.Dictionary(), {"eng": 1}
        tags = kernel.WordTags(dictionary)
        read = tags.load(data, 0, numbers)
        found = [(word, frequency, tags.get(word)) for word, frequency in sorted(dictionary.items())]
        results.append((read, found, numbers))
        with pytest.raises(ValueError, match="start must be"):
            tags.load(data, -1, numbers)
    assert results[0] == results[1]


def test_numbers_that_cannot_be_are_refused() -> None:
    tags = native.WordTags(native.Dictionary())
    for number, reason in ((0, "got 0"), (-5, "got -5"), (1 << 32, "fit 32 bits")):
        with pytest.raises(ValueError, match=reason):
            tags.load(b"A 1 n", 0, {"n": number})
    with pytest.raises(TypeError):
        tags.load(b"A 1 n", 0, {"n": "1"})


@pytest.mark.parametrize("pair", [native.pair, reference.pair])
def test_a_pair_is_a_word_and_a_flag(pair: Any) -> None:
    word = pair("北京", flag="ns")
    assert (word.word, word.flag, tuple(word), repr(word), str(word)) == (
        "北京", "ns", ("北京", "ns"), "pair('北京', 'ns')", "北京/ns",
    )  # fmt: skip
    assert word == pair("北京", "ns") != pair("北京", "n") and word != ("北京", "ns") and word != "北京"
    assert hash(word) == hash("北京") and {word: 1}[pair("北京", "ns")] == 1
    assert word.encode() == "北京/ns".encode() and word.encode("gbk") == "北京/ns".encode("gbk")
    assert sorted([pair("b", "n"), pair("a", "v")]) == [pair("a", "v"), pair("b", "n")]
    with pytest.raises(TypeError):
        assert word < "北京"
    assert copy.deepcopy(word) == copy.copy(word) == word
    word.word = "南京"
    assert str(word) == "南京/ns"
    del word.flag
    for call in (repr, str, tuple):
        with pytest.raises(AttributeError):
            call(word)
    with pytest.raises(TypeError):
        pair("北京")


@pytest.mark.parametrize("pair", [native.pair, reference.pair])
def test_a_pair_may_have_subclasses(pair: Any) -> None:
    class Word(pair):  # type: ignore[misc]
        def __init__(self, word: str) -> None:
            super().__init__(word, "n")

        def __eq__(self, other: object) -> bool:
            return super().__eq__(other)

        __hash__ = pair.__hash__

    assert Word("京") == pair("京", "n") == Word("京") != pair("京", "v")
    assert tuple(Word("京")) == ("京", "n")


def test_pairs_are_pickled() -> None:
    word = posseg.pair("北京", "ns")
    assert pickle.loads(pickle.dumps(word)) == word and type(pickle.loads(pickle.dumps(word))) is posseg.pair
