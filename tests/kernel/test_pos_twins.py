"""The part-of-speech tagger in C and in Python give the same tags, whatever the words and the arrays."""

from __future__ import annotations

import random
from array import array
from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pos_taggers import CLOSED, MODEL, NOUNS, TAGS, WORDS, PosArrays, random_arrays, random_pos_tagger
from test_twins import WITHOUT_BIGRAMS
from twins import NAUGHTY, UserEntry, each_kernel, join, lay_over, native, needs_native, spans_of, texts, user_entries

from cnlp import errors
from cnlp._kernel import layout, reference
from cnlp.pos.tagger import TEMPLATES
from cnlp.segmentation.algorithms import SOURCES
from cnlp.types import Token

often = settings(max_examples=200, deadline=None)
seeds = st.integers(0, 2)
words = st.one_of(st.sampled_from([*WORDS, " ", "\n", "\u3000", ""]), st.text(NAUGHTY, max_size=4))


@needs_native
@often
@given(seeds, st.lists(words, max_size=30))
def test_both_give_the_same_tags(seed: int, sentence: list[str]) -> None:
    arrays = random_pos_tagger(seed)
    found = [arrays.tagger(kernel).predict(sentence, "space") for kernel in (reference, native)]
    assert found[0] == found[1]
    assert [tag == "space" for tag in found[0]] == [word.isspace() for word in sentence]


@needs_native
@pytest.mark.parametrize("seed", range(3))
def test_long_texts_are_tagged_the_same(seed: int) -> None:
    chance = random.Random(seed)
    for size in (127, 128, 129, 134, 1000):
        sentence = chance.choices([*WORDS, " "], k=size)
        found = [random_pos_tagger(seed).tagger(kernel).predict(sentence, "w") for kernel in (reference, native)]
        assert found[0] == found[1]


@needs_native
@often
@given(st.data())
def test_both_give_the_same_tokens(data: Any) -> None:
    text = data.draw(texts)
    entries = data.draw(st.lists(user_entries(), max_size=4))
    spans = data.draw(spans_of(text))
    found = []
    for kernel in (reference, native):
        user = lay_over(entries, WITHOUT_BIGRAMS).overlay(kernel) if entries else None
        segmenter = kernel.Segmenter(WITHOUT_BIGRAMS.model(kernel), layout.BIGRAM, user)
        tagger = random_pos_tagger(0).tagger(kernel)
        found.append(tagger.tokens(segmenter, Token, SOURCES, "w", text, spans))
        assert [(token.end, token.source) for token in found[-1]] == [
            (end, SOURCES[source]) for end, source in segmenter.words(text, spans)
        ]
        if spans is None:
            assert segmenter.tokens(Token, SOURCES, text) == [replace(token, tag=None) for token in found[-1]]
    assert found[0] == found[1]
    assert "".join(token.text for token in found[0]) == text
    assert all(text[token.start : token.end] == token.text for token in found[0])


@needs_native
def test_tokens_are_like_those_that_their_class_makes() -> None:
    segmenter = native.Segmenter(WITHOUT_BIGRAMS.model(native), layout.BIGRAM, None)
    (token,) = random_pos_tagger(0).tagger(native).tokens(segmenter, Token, SOURCES, "w", "人")
    assert token == Token("人", 0, 1, token.tag, "lexicon") and hash(token)
    with pytest.raises(AttributeError):
        token.tag = "x"


@each_kernel
def test_white_space_is_what_python_takes_for_it(kernel: Any) -> None:
    tagger = random_pos_tagger(0).tagger(kernel)
    spaces = [chr(point) for point in range(0x110000) if chr(point).isspace()]
    others = [chr(point) for point in range(0x3100) if not chr(point).isspace()]
    assert set(tagger.predict(spaces, "space")) == {"space"}
    assert "space" not in tagger.predict(others, "space")


@each_kernel
def test_what_is_no_text_is_refused(kernel: Any) -> None:
    with pytest.raises(errors.TextTypeError, match="must be str, not int"):
        random_pos_tagger(0).tagger(kernel).predict(["人", 1], "w")


def altered(name: str, data: bytes) -> PosArrays:
    """The first tagger with one array replaced."""
    return PosArrays(*join({**random_arrays(0), name: data}))


@each_kernel
@pytest.mark.parametrize(
    ("arrays", "what"),
    [
        (altered("pages", b"\xff" * 8704), "the alphabet"),
        (altered("types", b"\0"), "the alphabet"),
        (altered("transitions", b"\0\0"), "the table of transitions"),
        (altered("templates", b"\0"), "the table of templates"),
        (altered("templates", bytes(12)), "the table of templates"),
        (altered("templates", array("b", [0, 0, 1, 0, 16, 0] + [0] * 6).tobytes()), "the table of templates"),
        (altered("templates", array("b", [0, 4, 1, 0] + [0] * 8).tobytes()), "the table of templates"),
        (altered("templates", array("b", [0, 0, 1, 0, 0, -4] + [0] * 6).tobytes()), "the table of templates"),
        (altered("rows", b""), "a hash table"),
        (altered("tables", bytes(4 * len(TEMPLATES))), "a hash table"),
        (altered("words", bytes(4)), "a hash table"),
        (altered("sets", b""), "the table of tags"),
        (altered("sets", bytes(8)), "the table of tags"),
        (altered("sets", array("Q", [1 << 6]).tobytes()), "the table of tags"),
        (altered("coarse", b""), "the table of tags"),
    ],
    ids=range(15),
)
def test_damaged_tables_are_refused(kernel: Any, arrays: PosArrays, what: str) -> None:
    with pytest.raises(ValueError, match=f"{what} is damaged"):
        arrays.tagger(kernel)


@each_kernel
def test_too_many_tags_and_missing_arrays_are_refused(kernel: Any) -> None:
    source, ranges = random_pos_tagger(0)
    forms = MODEL.model(kernel), CLOSED, NOUNS
    with pytest.raises(ValueError, match="1 to 64 tags"):
        kernel.WordTagger(source, ranges, (), *forms)
    with pytest.raises(ValueError, match="array rows is missing"):
        kernel.WordTagger(source, {name: where for name, where in ranges.items() if name != "rows"}, TAGS, *forms)


@each_kernel
@pytest.mark.parametrize(("closed", "nouns"), [(CLOSED[8:], 1), (b"\0" * 7 + b"\1" + CLOSED[8:], 1), (CLOSED, 1 << 6)])
def test_damaged_tables_of_forms_are_refused(kernel: Any, closed: bytes, nouns: int) -> None:
    with pytest.raises(ValueError, match="the table of forms is damaged"):
        kernel.WordTagger(*random_pos_tagger(0), TAGS, MODEL.model(kernel), closed, nouns)


@each_kernel
def test_form_and_user_leave_few_tags(kernel: Any) -> None:
    tagger, plain = random_pos_tagger(0).tagger(kernel), random_pos_tagger(0)
    assert tagger.predict(["😂", "→", "^_^", "……"], "space") == ["w"] * 4
    user = lay_over([UserEntry("乙甲", layout.MODE_FORCE, 1, 0, False, ())], MODEL).overlay(kernel)
    segmenter = kernel.Segmenter(MODEL.model(kernel), layout.BIGRAM, user)
    taggers = [kernel.WordTagger(*plain, TAGS, MODEL.model(kernel), CLOSED, 1 << tag) for tag in range(len(TAGS))]
    found = [tagger.tokens(segmenter, Token, SOURCES, "w", "中国乙甲人")[1] for tagger in taggers]
    assert [(token.text, token.source, token.tag) for token in found] == [("乙甲", "user", tag) for tag in TAGS]


@needs_native
@pytest.mark.parametrize("seed", range(20))
def test_garbage_in_any_array_does_no_harm(seed: int) -> None:
    chance = random.Random(seed)
    for _ in range(20):
        source = bytearray(random_pos_tagger(0).source)
        start, size = chance.choice([where for where in random_pos_tagger(0).ranges.values() if where[1]])
        for _ in range(chance.choice([1, 30, 3000])):
            source[start + chance.randrange(size)] = chance.choice([0, 255, chance.randrange(256)])
        damaged = PosArrays(bytes(source), random_pos_tagger(0).ranges)
        try:
            tagger = damaged.tagger(native)
        except ValueError as error:
            assert "damaged" in str(error)
            continue
        sentence = chance.choices(WORDS, k=300)
        assert all(tag in TAGS for tag in tagger.predict(sentence, "w"))
