"""Segmenters: the algorithms, the modes, the law of the round trip, errors, threads."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from itertools import pairwise
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import cnlp
from cnlp import Entry, Lexicon, Segmenter, errors
from cnlp.segmentation import ALGORITHMS, MODES

each_algorithm = pytest.mark.parametrize("algorithm", ALGORITHMS)
SEGMENTERS = {
    (algorithm, mode): Segmenter(algorithm=algorithm, mode=mode) for algorithm in ALGORITHMS for mode in MODES
}
USER = Lexicon(
    [
        Entry("的确", mode="force"),
        Entry("南京市长", mode="split", pieces=("南京", "市长")),
        Entry("起源", mode="block"),
        Entry("b2", mode="force", partial=True),
        Entry(r"第.+?条", mode="force", regex=True),
        "云计算 平台",
    ]
)

# Anything at all, and much of what the rules look at: words, patterns, emoji, marks, surrogates, NUL.
PARTS = [
    "研究生命起源",
    "南京市长江大桥",
    "他说的确实在理",
    "結婚的和尚未結婚的",
    "第十二条",
    "云计算 平台",
    "ab2c",
    "１９９８年",
    "3.5%",
    "www.a.cn/x",
    "a@b.cn",
    "@张三",
    "#话题#",
    "👨‍👩‍👧👍🏻🇨🇳",
    "e\u0301",
    "\ud800",
    "\udfff",
    "\x00",
    "\x1c",
    "\u3000",
    "\r\n",
    "𠮷",
    "\U0010ffff",
    "……",
    "C++",
    "\u0301",
    "比尔·盖茨",
    "カタカナ",
    "한국",
    "\ufeff",
]
any_text = st.one_of(
    st.text(max_size=40),
    st.lists(st.one_of(st.sampled_from(PARTS), st.text(max_size=3)), max_size=8).map("".join),
)


@pytest.mark.parametrize(
    ("algorithm", "text", "words"),
    [
        ("forward", "研究生命起源", "研究生 命 起源"),
        ("backward", "研究生命起源", "研究 生命 起源"),
        ("bidirectional", "研究生命起源", "研究 生命 起源"),
        ("unigram", "研究生命起源", "研究 生命 起源"),
        ("bigram", "研究生命起源", "研究 生命 起源"),
        ("bigram", "南京市长江大桥", "南京市 长江 大桥"),
        ("unigram", "南京市长江大桥", "南京市 长江大桥"),
        ("forward", "他说的确实在理", "他 说 的确 实在 理"),
        ("backward", "他说的确实在理", "他 说 的 确实 在理"),
        ("bidirectional", "他说的确实在理", "他 说 的 确实 在理"),
        ("bigram", "他说的确实在理", "他 说 的 确实 在理"),
        ("forward", "结婚的和尚未结婚的", "结婚 的 和尚 未结 婚 的"),
        ("backward", "结婚的和尚未结婚的", "结婚 的 和 尚未 结婚 的"),
        ("bigram", "结婚的和尚未结婚的", "结婚 的 和 尚未 结婚 的"),
        ("bigram", "結婚的和尚未結婚的", "結婚 的 和 尚未 結婚 的"),
        ("bigram", "乒乓球拍卖完了", "乒乓球拍 卖 完 了"),
        ("perceptron", "研究生命起源", "研究 生命 起源"),
        ("perceptron", "南京市长江大桥", "南京市 长江 大桥"),
        ("perceptron", "他说的确实在理", "他 说 的 确实 在理"),
        ("perceptron", "結婚的和尚未結婚的", "結婚 的 和 尚未 結婚 的"),
        ("perceptron", "乒乓球拍卖完了", "乒乓球 拍卖 完 了"),
    ],
)
def test_textbook_sentences(algorithm: str, text: str, words: str) -> None:
    assert cnlp.segment(text, algorithm=algorithm) == words.split()


def test_the_default_is_the_tagger_save_over_a_lexicon_of_ones_own() -> None:
    own = Lexicon.only(["云原生"])
    assert Segmenter().algorithm == Segmenter(Lexicon(["云原生"])).algorithm == "perceptron"
    assert Segmenter(own).algorithm == Segmenter(cnlp.load(script=False)).algorithm == "bigram"
    assert Segmenter(own, standard="pku").algorithm == "perceptron"
    assert Segmenter().standard == "general"


def test_bidirectional_takes_fewer_words_then_fewer_single_characters_then_the_backward_cut() -> None:
    def cut(words: list[str], text: str) -> list[str]:
        return cnlp.segment(text, lexicon=Lexicon.only(words), algorithm="bidirectional")

    assert cut(["甲乙丙", "丁戊", "丙丁"], "甲乙丙丁戊") == ["甲乙丙", "丁戊"]
    assert cut(["甲乙", "乙丙丁"], "甲乙丙丁") == ["甲", "乙丙丁"]
    assert cut(["甲乙丙", "丙丁", "甲乙"], "甲乙丙丁") == ["甲乙", "丙丁"]
    assert cut(["甲乙", "乙丙"], "甲乙丙") == ["甲", "乙丙"]


@settings(max_examples=600, deadline=None)
@given(text=any_text)
def test_words_make_up_the_text_again_whatever_it_is(text: str) -> None:
    for algorithm in ALGORITHMS:
        assert "".join(cnlp.segment(text, algorithm=algorithm)) == text
        assert "".join(cnlp.segment(text, algorithm=algorithm, lexicon=USER)) == text


@settings(max_examples=300, deadline=None)
@given(text=any_text, algorithm=st.sampled_from(ALGORITHMS), mode=st.sampled_from(MODES), user=st.booleans())
def test_offsets_are_exact_in_every_mode(text: str, algorithm: str, mode: str, user: bool) -> None:
    segmenter = Segmenter(USER, algorithm=algorithm, mode=mode) if user else SEGMENTERS[algorithm, mode]
    tokens = segmenter.tokenize(text)
    assert all(text[token.start : token.end] == token.text for token in tokens)
    assert [token.text for token in tokens] == segmenter.segment(text)
    assert all(token.text for token in tokens)
    covered = {position for token in tokens for position in range(token.start, token.end)}
    assert covered == set(range(len(text)))


@settings(max_examples=300, deadline=None)
@given(text=any_text, algorithm=st.sampled_from(ALGORITHMS), user=st.booleans())
def test_default_words_are_among_those_of_search(text: str, algorithm: str, user: bool) -> None:
    lexicon = USER if user else None
    default = cnlp.tokenize(text, algorithm=algorithm, lexicon=lexicon)
    search = cnlp.tokenize(text, algorithm=algorithm, lexicon=lexicon, mode="search")
    spans = [(token.start, token.end) for token in default]
    assert [span for span in ((token.start, token.end) for token in search) if span in spans] == spans
    for token in search:
        assert any(start <= token.start and token.end <= end for start, end in spans)


@settings(max_examples=300, deadline=None)
@given(text=any_text, user=st.booleans())
def test_full_mode_lists_each_span_once_by_start_then_end(text: str, user: bool) -> None:
    tokens = cnlp.tokenize(text, mode="full", lexicon=USER if user else None)
    spans = [(token.start, token.end) for token in tokens]
    assert spans == sorted(set(spans))


def test_search_mode_adds_the_words_within_long_words() -> None:
    words = cnlp.segment("北京大学生", mode="search", algorithm="forward")
    assert words == ["北京", "大学", "北京大学", "生"]
    words = cnlp.segment("中华人民共和国成立", mode="search")
    assert words[-2:] == ["中华人民共和国", "成立"] and {"中华", "人民", "共和国"} <= set(words)
    assert cnlp.segment("北京", mode="search") == ["北京"]


def test_full_mode_lists_every_word() -> None:
    words = cnlp.segment("南京市长江大桥！", mode="full")
    assert words == ["南京", "南京市", "京市", "市长", "长江", "长江大桥", "大桥", "！"]


def test_patterns_are_whole_in_every_mode() -> None:
    for mode in MODES:
        words = cnlp.segment("访问https://example.com/a?b=1，价3.50元", mode=mode)
        assert "https://example.com/a?b=1" in words and "3.50" in words


@pytest.mark.parametrize(
    ("value", "reason"),
    [
        (b"bytes", r"text must be str, not bytes; decode it first: data.decode\('utf-8'\)"),
        (None, "text must be str, not NoneType"),
        (7, "text must be str, not int"),
        (["中国"], "text must be str, not list"),
    ],
)
@pytest.mark.parametrize("mode", MODES)
def test_what_is_not_str_is_refused(value: Any, reason: str, mode: str) -> None:
    segmenter = Segmenter(mode=mode)
    for method in (segmenter.segment, segmenter.tokenize, segmenter.explain, segmenter.n_best):
        with pytest.raises(errors.TextTypeError, match=reason):
            method(value)
    with pytest.raises(TypeError):
        cnlp.segment(value, mode=mode)


@pytest.mark.parametrize("name", ["", "viterbi", "Bigram"])
def test_unknown_algorithm_and_mode_are_refused_with_the_choices(name: str) -> None:
    with pytest.raises(errors.ArgumentError, match=r"unknown algorithm .*; choose one of: forward, backward, "):
        Segmenter(algorithm=name)
    with pytest.raises(errors.ArgumentError, match=r"unknown mode .*; choose one of: default, search, full"):
        Segmenter(mode=name)
    with pytest.raises(errors.ArgumentError, match="unknown algorithm"):
        cnlp.segment("中国", algorithm=name)


@each_algorithm
@pytest.mark.parametrize("mode", MODES)
def test_empty_text_has_no_words(algorithm: str, mode: str) -> None:
    assert Segmenter(algorithm=algorithm, mode=mode).segment("") == []
    assert Segmenter(USER, algorithm=algorithm, mode=mode).tokenize("") == []


def test_a_subclass_of_str_is_text() -> None:
    class Text(str):
        pass

    assert cnlp.segment(Text("南京市长江大桥")) == ["南京市", "长江", "大桥"]


@settings(max_examples=200, deadline=None)
@given(
    text=any_text.map(lambda text: text.encode("utf-8", "ignore").decode()),
    delimiter=st.sampled_from([" ", "/", ""]),
)
def test_bytes_and_str_are_cut_alike(text: str, delimiter: str) -> None:
    words = cnlp.segment(text)
    spaces = "\t\n\v\f\r \x85\xa0\u1680\u2028\u2029\u202f\u205f\u3000" + "".join(map(chr, range(0x2000, 0x200B)))
    parts = words[:1]
    for left, right in pairwise(words):
        beside = left[-1] in spaces or right[0] in spaces
        parts += [right] if beside else [delimiter, right]
    expected = "".join(parts).encode()
    assert Segmenter().segment_bytes(text.encode(), delimiter.encode()) == expected
    with_expression = Lexicon([Entry("\U000f1234+", regex=True)])  # never matches, but takes the other way
    assert Segmenter(with_expression).segment_bytes(text.encode(), delimiter.encode()) == expected


def test_source_tells_what_proposed_a_word() -> None:
    tokens = cnlp.tokenize("我用iPhone看㐂云计算", lexicon=Lexicon(["云计算"]))
    assert [(token.text, token.source) for token in tokens] == [
        ("我", "lexicon"),
        ("用", "lexicon"),
        ("iPhone", "pattern"),
        ("看", "lexicon"),
        ("㐂", "character"),
        ("云计算", "user"),
    ]


@each_algorithm
def test_eight_threads_over_one_segmenter_equal_one(algorithm: str) -> None:
    texts = ["".join(PARTS[k % len(PARTS) :]) * (1 + k % 40) for k in range(200)]
    for segmenter in (Segmenter(algorithm=algorithm), Segmenter(USER, algorithm=algorithm)):
        expected = list(map(segmenter.segment, texts))
        with ThreadPoolExecutor(8) as pool:
            assert list(pool.map(segmenter.segment, texts)) == expected


def test_a_long_line_is_cut_as_its_parts_are() -> None:
    sentence = "研究生命起源的人说，南京市长江大桥于1968年建成。"
    assert cnlp.segment(sentence * 2000) == cnlp.segment(sentence) * 2000
