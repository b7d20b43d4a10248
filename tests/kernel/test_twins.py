"""The kernel in C and the kernel in Python give the same results, whatever they are given."""

from __future__ import annotations

import random
from array import array
from itertools import product
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from twins import (
    ALGORITHMS,
    HAN,
    Arrays,
    UserArrays,
    UserEntry,
    lay,
    lay_over,
    learn,
    lexicons,
    native,
    needs_native,
    overlays,
    pack_spans,
    spans_of,
    texts,
    user_entries,
    words,
)

import cnlp
from cnlp._kernel import layout, reference
from cnlp.lexicon.alphabet import assign_codes, pack_alphabet
from cnlp.text.normalise import fold_table, normalise

pytestmark = needs_native
often = settings(max_examples=400, deadline=None, suppress_health_check=[HealthCheck.too_slow])
rarely = settings(max_examples=25, deadline=None, suppress_health_check=list(HealthCheck))

# One base of each kind, so that most examples are spent on texts and entries, not on lexicons.
WITH_BIGRAMS = learn(
    [
        ["中国", "人", "大", "中", "国人"],
        ["中国人", "国", "大人", "人大"],
        ["国", "大国", "中", "人人", "中国人大"],
        ["大", "a", "国", "9", "人", "-", "中 国"],
        ["一九九八年", "国", "3.5%", "第一", "中"],
    ]
)
WITHOUT_BIGRAMS = lay({"中国": 5, "中国人": 2, "国人": 3, "人": 9, "大": 1, "大人": 2, "人大中国": 1, "年": 1})
BASES = {"bigrams": WITH_BIGRAMS, "unigrams": WITHOUT_BIGRAMS}
each_base = pytest.mark.parametrize("base", BASES.values(), ids=BASES)


def assert_twins(
    base: Arrays, user: UserArrays | None, text: str, spans: bytes | None, *, use_patterns: bool = True
) -> None:
    """Edges and words of every algorithm are the same, and the words make up the text."""
    models = [base.model(kernel, use_patterns=use_patterns) for kernel in (native, reference)]
    layers = [user.overlay(kernel) if user else None for kernel in (native, reference)]
    edges = [sorted(model.edges(text, layer, spans)) for model, layer in zip(models, layers, strict=True)]
    assert edges[0] == edges[1]
    for algorithm in ALGORITHMS:
        fast, slow = (
            kernel.Segmenter(model, algorithm, layer)
            for kernel, model, layer in zip((native, reference), models, layers, strict=True)
        )
        assert fast.words(text, spans) == slow.words(text, spans)
        assert fast.segment(text) == slow.segment(text)
        assert "".join(fast.segment(text)) == text


@each_base
@often
@given(data=st.data(), text=texts, use_patterns=st.booleans())
def test_lattice_and_words_are_the_same(base: Arrays, data: st.DataObject, text: str, use_patterns: bool) -> None:
    user, spans = data.draw(overlays(base)), data.draw(spans_of(text))
    assert_twins(base, user, text, spans, use_patterns=use_patterns)


@often
@given(data=st.data(), base=lexicons(), text=texts)
def test_any_small_lexicon_gives_the_same_words(data: st.DataObject, base: Arrays, text: str) -> None:
    assert_twins(base, data.draw(overlays(base)), text, None)


@each_base
@often
@given(texts=st.lists(texts, max_size=5))
def test_path_costs_are_the_same(base: Arrays, texts: list[str]) -> None:
    assert base.model(native).path_costs(texts) == base.model(reference).path_costs(texts)


@often
@given(
    text=st.text(st.sampled_from(HAN + " \n\x1c\u3000é９a國👍\x00")),
    delimiter=st.sampled_from([b" ", b"", b"  /", "·".encode()]),
    data=st.data(),
)
def test_bytes_are_cut_the_same(text: str, delimiter: bytes, data: st.DataObject) -> None:
    user = data.draw(overlays(WITH_BIGRAMS))
    for algorithm in ALGORITHMS:
        fast, slow = (
            kernel.Segmenter(WITH_BIGRAMS.model(kernel), algorithm, user.overlay(kernel) if user else None)
            for kernel in (native, reference)
        )
        expected = slow.segment_bytes(text.encode(), delimiter)
        assert fast.segment_bytes(text.encode(), delimiter) == expected


@often
@given(data=st.one_of(st.binary(max_size=20), st.text(max_size=8).map(lambda text: text.encode()[1:])))
def test_bytes_that_are_not_utf8_are_refused_at_the_same_offset(data: bytes) -> None:
    outcomes: list[Any] = []
    for kernel in (native, reference):
        try:
            segmenter = kernel.Segmenter(WITHOUT_BIGRAMS.model(kernel), layout.UNIGRAM, None)
            outcomes.append(segmenter.segment_bytes(data, b" "))
        except UnicodeDecodeError as error:
            outcomes.append((error.start, error.reason))
    assert outcomes[0] == outcomes[1]


@often
@given(left=st.integers(0, 300), right=st.integers(0, 300))
def test_bonuses_are_the_same(left: int, right: int) -> None:
    assert WITH_BIGRAMS.model(native).bonus(left, right) == WITH_BIGRAMS.model(reference).bonus(left, right)


def test_every_pair_of_identities_has_the_same_bonus() -> None:
    fast, slow = WITH_BIGRAMS.model(native), WITH_BIGRAMS.model(reference)
    nodes = [WITH_BIGRAMS.trie(reference).find(word)[0] for word in ("中国", "人", "大", "国人", "国", "x")]
    identities = [*nodes, *range(fast.unknown, fast.unknown + 26), 0xFFFFFFFF]
    pairs = list(product(identities, identities))
    bonuses = [(fast.bonus(*pair), slow.bonus(*pair)) for pair in pairs]
    assert [fast for fast, _ in bonuses] == [slow for _, slow in bonuses]
    assert any(bonus for bonus, _ in bonuses)


@often
@given(st.sets(st.one_of(words, st.text(min_size=1, max_size=6)), max_size=30), st.lists(words, max_size=10))
def test_tries_built_by_either_kernel_find_the_same_words(known: set[str], others: list[str]) -> None:
    forms = sorted({normalise(word) for word in known})
    pages, codes = pack_alphabet(assign_codes(forms), fold_table())
    values = array("I", range(7, len(forms) + 7)).tobytes()
    text = "".join([*known, *others])
    found = []
    for builder in (native, reference):
        units, nodes = builder.build_trie(forms, values, pages, codes)
        source = units + pages + codes
        ranges = {
            "units": (0, len(units)),
            "pages": (len(units), len(pages)),
            "codes": (len(units) + len(pages), len(codes)),
        }
        for reader in (native, reference):
            trie = reader.Trie(source, ranges, max(map(len, forms), default=0))
            assert [trie.find(form) for form in forms] == [
                (node, value) for value, node in enumerate(array("I", nodes), 7)
            ]
            found.append(([trie.find(word)[1] for word in others], trie.matches(text)))
    assert found.count(found[0]) == 4


@pytest.mark.parametrize("seed", [1, 4, 6, 7])
def test_no_two_nodes_share_a_base_where_the_array_has_to_grow(seed: int) -> None:
    """Few labels and many nodes fill the array to the last slot; a shared base would make up words."""
    chance, letters = random.Random(seed), "abcdefg"
    forms = sorted({"".join(chance.choices(letters, k=chance.randint(6, 14))) for _ in range(24_300)})
    pages, codes = pack_alphabet(assign_codes(forms), {})
    units, _ = native.build_trie(forms, array("I", range(1, len(forms) + 1)).tobytes(), pages, codes)
    bases = [base for base in (unit >> 16 & 0xFFFFFF for unit in array("Q", units)) if base]
    assert len(bases) == len(set(bases))


def test_tries_of_no_words_find_nothing() -> None:
    pages, codes = pack_alphabet({}, fold_table())
    for kernel in (native, reference):
        units, nodes = kernel.build_trie([], b"", pages, codes)
        assert nodes == b""
        ranges = {"units": (0, 8), "pages": (8, len(pages)), "codes": (8 + len(pages), len(codes))}
        trie = kernel.Trie(units[:8] + pages + codes, ranges, 0)
        assert trie.find("中") == (0, 0) and trie.find("") == (0, 0) and trie.matches("中国") == []


# ---- texts longer than a block of the C kernel (1024 characters) -----------------------------------


@each_base
@rarely
@given(data=st.data(), unit=texts.filter(bool), gap=st.integers(980, 1030), tail=texts)
def test_blocks_of_a_long_text_are_joined_without_a_trace(
    base: Arrays, data: st.DataObject, unit: str, gap: int, tail: str
) -> None:
    filler = data.draw(st.sampled_from(["国", "中国人大", "大人", "中。", "x ", "人大中"]))
    text = (filler * gap)[:gap] + unit + filler * 20 + tail
    assert_twins(base, data.draw(overlays(base)), text, data.draw(spans_of(text)))


@each_base
@pytest.mark.parametrize(
    "text",
    [
        "中国人大" * 1500,  # every position is crossed
        "国人" * 600 + "。" + "国人" * 600,
        "a" * 5000,
        "1" * 3000 + "中",
        "…" * 2500,
        " " * 2500 + "中国",
        "e\u0301" * 1500,
        "\u0301" * 3000,
        "👍🏻\u200d" * 900,
        "#" + "中" * 139 + "#" + "#中" * 1000,
        "http://" + "a/" * 3000,
        "一" * 4000,
        "比尔·" * 800,
        "1," * 2000,
        "\ud800" * 2100 + "\x00" * 2100,
        "國國" * 1100,
    ],
    ids=lambda text: ascii(text[:8]),
)
def test_long_runs_without_a_place_to_cut_are_decoded_exactly(base: Arrays, text: str) -> None:
    assert_twins(base, None, text, None)


@rarely
@given(
    period=st.lists(user_entries(), min_size=1, max_size=5),
    unit=st.text(st.sampled_from(HAN + "a9 "), min_size=1, max_size=7),
    repeats=st.integers(150, 400),
)
def test_user_words_that_chain_across_blocks_are_fixed_alike(period: list[Any], unit: str, repeats: int) -> None:
    user = lay_over(period, WITHOUT_BIGRAMS)
    assert_twins(WITHOUT_BIGRAMS, user, unit * (1 + repeats * 7 // len(unit)), None)


@rarely
@given(st.data())
def test_spans_across_blocks_are_fixed_alike(data: st.DataObject) -> None:
    text = data.draw(st.text(st.sampled_from("中a."), min_size=4, max_size=9)) * 300
    near = st.integers(1000, 1040).map(lambda start: min(start, len(text) - 2))
    spans = data.draw(
        st.lists(st.tuples(near, st.integers(1, 30), st.sampled_from([0, 1]), st.integers(0, 9999)), max_size=8)
    )
    packed = pack_spans([(start, min(len(text), start + size), mode, cost) for start, size, mode, cost in spans])
    assert_twins(WITHOUT_BIGRAMS, None, text, packed)


def test_a_forced_stretch_that_loses_keeps_blocks_from_beginning_inside() -> None:
    # The longest begins at the end of a block and takes the next one from the first, which is then free.
    packed = pack_spans([(1000, 1006, 1, 0), (1005, 1025, 1, 0), (1024, 1045, 1, 0)])
    assert_twins(WITHOUT_BIGRAMS, None, "aaa中" * 300, packed)


@each_base
@pytest.mark.parametrize("shift", range(3, 18, 2))
def test_what_loses_still_reopens_its_end_in_the_next_block(base: Arrays, shift: int) -> None:
    # The second begins before a block and ends within an address that the first cannot reach.
    text = "中" * (1000 + shift) + "·:%@あ。@/http://a.cn/中" + "中" * 30
    stretches = [(998, 1007), (1003, 1011), (1017, 1018)]
    spans = pack_spans([(start + shift, end + shift, layout.MODE_FORCE, 0) for start, end in stretches])
    assert_twins(base, None, text, spans)


@each_base
def test_costs_of_the_blocks_of_a_long_text_add_up(base: Arrays) -> None:
    texts = ["中国人大，" * 500, "国人" * 1500, "大" * 3000, "中 a。" * 700]
    assert base.model(native).path_costs(texts) == base.model(reference).path_costs(texts)


# ---- the shipped lexicon ----------------------------------------------------------------------------


@settings(max_examples=100, deadline=None)
@given(
    st.lists(
        st.one_of(
            st.text(st.sampled_from("的一是在不了有和人这中大为上个国我以要他时来用们生到作地于出就分对成会")),
            st.text(max_size=8),
            st.sampled_from(["研究生命起源", "南京市长江大桥", "2024年1月5日", "www.a.cn", "結婚的和尚未"]),
        ),
        max_size=8,
    ).map("".join)
)
def test_shipped_lexicon_gives_the_same_words(shipped: list[Any], text: str) -> None:
    fast, slow = shipped
    assert sorted(fast.edges(text, None, None)) == sorted(slow.edges(text, None, None))
    for algorithm in ALGORITHMS:
        assert native.Segmenter(fast, algorithm, None).words(text, None) == reference.Segmenter(
            slow, algorithm, None
        ).words(text, None)


@pytest.fixture(scope="module")
def shipped() -> list[Any]:
    file = cnlp.load()._base.file
    assert file
    from cnlp.lexicon.base import ARRAYS

    size = int(file.field("max_length")), int(file.field("word_cost"))
    return [
        kernel.Model(kernel.Mapping(file.path), file.ranges(*ARRAYS), *size, None, True)
        for kernel in (native, reference)
    ]


NESTED = learn([["中" * k, "中" * m, "大"] for k in range(1, 13) for m in (k, 13 - k, 5)])


@settings(max_examples=15, deadline=None, suppress_health_check=list(HealthCheck))
@given(
    st.lists(st.tuples(st.integers(1, 40), st.integers(0, 3), st.booleans()), max_size=40),
    st.integers(0, 60),
    st.sampled_from(["", "大", "1月"]),
)
def test_places_where_many_words_meet_are_decoded_alike(
    entries: list[tuple[int, int, bool]], length: int, tail: str
) -> None:
    user = lay_over(
        [UserEntry("中" * n, mode, 100 * n, 0, known, (n,)) for n, mode, known in entries or [(1, 0, True)]], NESTED
    )
    assert_twins(NESTED, user, "中" * length + tail + "中" * length, None)
