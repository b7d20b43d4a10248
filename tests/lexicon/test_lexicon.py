"""What a user's entries do to a cut: the four modes, their conflicts, layers, folding."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from itertools import pairwise
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import cnlp
from cnlp import Entry, Lexicon, Segmenter, errors
from cnlp._kernel import IS_NATIVE
from cnlp.model.format import write_model
from cnlp.segmentation import ALGORITHMS

each_algorithm = pytest.mark.parametrize("algorithm", ALGORITHMS)


def cut(text: str, *entries: Entry | str, algorithm: str = "bigram") -> list[str]:
    return cnlp.segment(text, lexicon=Lexicon(entries), algorithm=algorithm)


def force(word: str, *, partial: bool = False) -> Entry:
    return Entry(word, mode="force", partial=partial)


# ---- force ----------------------------------------------------------------------------------------------


def fixed(words: set[str], text: str) -> set[tuple[int, int]]:
    """The occurrences that must be cut out: the longest first, then the leftmost, none over another."""
    found = sorted(
        ((start, start + len(word)) for word in words for start in range(len(text)) if text.startswith(word, start)),
        key=lambda span: (span[0] - span[1], span[0]),
    )
    chosen: list[tuple[int, int]] = []
    for start, end in found:
        if all(end <= other[0] or other[1] <= start for other in chosen):
            chosen.append((start, end))
    return set(chosen)


def spans(words: list[str]) -> set[tuple[int, int]]:
    ends = [0]
    for word in words:
        ends.append(ends[-1] + len(word))
    return set(pairwise(ends))


han = st.text(st.sampled_from("研究生命起源的和尚未结婚"), min_size=1, max_size=4)


@settings(max_examples=400, deadline=None)
@given(st.sets(han, min_size=1, max_size=6), st.text(st.sampled_from("研究生命起源的和尚未结婚"), max_size=30))
def test_forced_words_are_always_cut_out(words: set[str], text: str) -> None:
    lexicon = Lexicon(map(force, words))
    for algorithm in ALGORITHMS:
        assert fixed(words, text) <= spans(cnlp.segment(text, lexicon=lexicon, algorithm=algorithm))


@settings(max_examples=400, deadline=None)
@given(
    st.sets(st.text(st.sampled_from("ab1.2中-@:/"), min_size=1, max_size=3), min_size=1, max_size=4),
    st.lists(
        st.sampled_from(["ab1", "2024-01-02", "a@b.cn", "http://a.b/中", "#中#", "1.2", "ab", "中", " "]),
        max_size=6,
    ).map("".join),
)
def test_forced_partial_words_are_cut_out_of_patterns_too(words: set[str], text: str) -> None:
    lexicon = Lexicon(force(word, partial=True) for word in words)
    for algorithm in ALGORITHMS:
        assert fixed(words, text) <= spans(cnlp.segment(text, lexicon=lexicon, algorithm=algorithm))


@each_algorithm
def test_of_overlapping_forced_words_the_longest_wins_then_the_leftmost(algorithm: str) -> None:
    assert cut("甲乙丙丁", force("甲乙"), force("乙丙丁"), algorithm=algorithm) == ["甲", "乙丙丁"]
    assert cut("甲乙丙丁", force("乙丙"), force("甲乙"), force("丙丁"), algorithm=algorithm) == [
        "甲乙",
        "丙丁",
    ]


@each_algorithm
def test_force_beats_the_lexicon_and_every_preferred_word(algorithm: str) -> None:
    preferred = Entry("北京大学", weight=1e9)
    assert cut("北京大学", force("京大"), preferred, algorithm=algorithm) == ["北", "京大", "学"]


def test_force_with_a_weight_is_still_force() -> None:
    assert cut("南京市长江大桥", Entry("市长", weight=1e-9, mode="force")) == ["南京", "市长", "江", "大桥"]


# ---- prefer ---------------------------------------------------------------------------------------------


@pytest.mark.parametrize("algorithm", ["unigram", "bigram"])
@pytest.mark.parametrize(
    "word", ["杭研大厦", "区块链", "云计算", "凡尔赛文学", "饭圈女孩", "奥利给", "Color OS", "5w-30"]
)
def test_preferred_word_without_weight_wins_over_its_pieces(word: str, algorithm: str) -> None:
    for text in (word, f"他说{word}很好。", f"{word}，{word}"):
        assert word in cut(text, word, algorithm=algorithm)


def test_preferred_word_can_be_outweighed_by_the_words_around_it() -> None:
    assert cut("研究生命起源", "究生") == ["研究", "生命", "起源"]
    assert cut("北京大学", Entry("京大", weight=0.001)) == ["北京大学"]
    assert cut("甲乙丙", Entry("甲乙", weight=1), Entry("乙丙", weight=1000)) == ["甲", "乙丙"]


def test_weight_decides_between_preferred_words() -> None:
    heavy, light = Entry("结婚的", weight=1e7), Entry("结婚的", weight=1e-6)
    assert cut("结婚的和尚", heavy)[0] == "结婚的"
    assert cut("结婚的和尚", light)[0] == "结婚"


# ---- split and block ------------------------------------------------------------------------------------


@each_algorithm
def test_split_words_are_cut_into_their_pieces(algorithm: str) -> None:
    entry = Entry("北京大学", mode="split", pieces=("北京", "大", "学"))
    assert cut("在北京大学里", entry, algorithm=algorithm)[1:4] == ["北京", "大", "学"]


def test_split_and_force_conflict_by_length() -> None:
    split = Entry("北京大学", mode="split", pieces=("北京", "大学"))
    assert cut("北京大学生", split, force("京大")) == ["北京", "大学", "生"]
    assert cut("北京大学生", split, force("北京大学生")) == ["北京大学生"]


@each_algorithm
def test_blocked_words_never_come_out(algorithm: str) -> None:
    assert "北京大学" not in cut("在北京大学读书", Entry("北京大学", mode="block"), algorithm=algorithm)
    text = "2024年"
    assert text not in cut(text, Entry(text, mode="block"), algorithm=algorithm)
    text = "abc123"
    assert text not in cut(text, Entry(text, mode="block"), algorithm=algorithm)


# ---- runs of letters and digits -------------------------------------------------------------------------


def test_no_match_begins_or_ends_inside_a_run_of_letters_or_digits() -> None:
    entries: list[Entry | str] = [force("art"), force("98"), "lic", force("OS")]
    assert cut("party license 1998年 COSPLAY ＯＳＸ", *entries) == cut("party license 1998年 COSPLAY ＯＳＸ")
    assert cut("art, 98, OS", *entries) == ["art", ",", " ", "98", ",", " ", "OS"]


def test_partial_entries_may() -> None:
    assert cut("party", force("art", partial=True)) == ["p", "art", "y"]
    assert cut("iPhone15Pro", force("15", partial=True)) == ["iPhone", "15", "Pro"]


def test_partial_preferred_entries_only_offer_the_cut() -> None:
    for weight, expected in ((1e9, ["deep", "learning"]), (1, ["deeplearning"])):
        entries = (Entry(word, weight, partial=True) for word in ("deep", "learning"))
        assert cut("deeplearning", *entries) == expected


# ---- words of any characters ----------------------------------------------------------------------------


@each_algorithm
@pytest.mark.parametrize(
    "word",
    [
        "Color OS", "糖类抗原19-9", "5w-30", "C++", "C#", ".NET", "AT&T", "A+B", "\\n", "a\tb", "《红楼梦》",
        "#话题#",        "👨‍👩‍👧", "👍🏻👍🏻", "𠮷野家", "🇨🇳",
        "e\u0301t\u0301", "(笑)", "……", "＋１", "\U0002a6d6\U0002a6d5", "\x00\x00",
        "\ud800", "北京 大学", "　　",
    ],
)  # fmt: skip
def test_words_of_any_characters_are_matched(word: str, algorithm: str) -> None:
    text = f"有，{word}。无"
    assert word in cut(text, force(word), algorithm=algorithm)
    assert "".join(cut(text, force(word), algorithm=algorithm)) == text


# ---- regular expressions --------------------------------------------------------------------------------


def test_expressions_are_matched_against_the_text_as_it_stands() -> None:
    part = Entry(r"[A-Z]{2}-\d+", mode="force", regex=True)
    assert cut("型号AB-12和ab-12", part) == ["型号", "AB-12", "和", "ab-12"]


@each_algorithm
def test_forced_expressions_are_always_cut_out(algorithm: str) -> None:
    entry = Entry("第.+?条", mode="force", regex=True)
    assert cut("依第二十三条办理", entry, algorithm=algorithm)[1] == "第二十三条"


def test_preferred_expressions_are_weighed() -> None:
    heavy, light = (Entry("京大", weight, regex=True) for weight in (6e7, 1e-9))
    assert cut("南京大桥", light) == ["南京", "大桥"]
    assert cut("甲京大乙", heavy) == ["甲", "京大", "乙"]


def test_expressions_keep_out_of_runs_of_letters_unless_partial() -> None:
    assert cut("abcdef", Entry("cd", mode="force", regex=True)) == ["abcdef"]
    partial = Entry("cd", mode="force", regex=True, partial=True)
    assert cut("abcdef", partial) == ["ab", "cd", "ef"]


def test_no_expression_of_a_file_runs_for_ever(tmp_path: Path) -> None:
    file = tmp_path / "words.tsv"
    file.write_text("(a+)+$\t\t\tforce,regex\n(中|中中)+国\t\t\tprefer,regex\n", encoding="utf-8")
    text = "a" * 5000 + "b" + "中" * 5000
    assert "".join(cnlp.segment(text, lexicon=file)) == text


def test_forced_expressions_and_forced_words_conflict_by_length() -> None:
    entry = Entry("乙丙丁", mode="force", regex=True)
    assert cut("甲乙丙丁", entry, force("甲乙")) == ["甲", "乙丙丁"]
    assert cut("甲乙丙丁", entry, force("甲乙丙丁")) == ["甲乙丙丁"]


def test_tags_of_words_and_expressions_are_reported() -> None:
    lexicon = Lexicon(
        [
            Entry("云计算", tag="nz"),
            Entry(r"第\d+路", tag="bus", mode="force", regex=True),
            Entry("我们", tag="us"),
        ]
    )
    tokens = cnlp.tokenize("我们坐第12路看云计算", lexicon=lexicon)
    assert [(token.text, token.tag) for token in tokens if token.source == "user"] == [
        ("我们", "us"),
        ("第12路", "bus"),
        ("云计算", "nz"),
    ]


# ---- layers ---------------------------------------------------------------------------------------------


def test_layers_add_up_and_leave_the_layers_below_as_they_were() -> None:
    base = Lexicon(["杭研大厦"])
    tenant = base.overlay([Entry("网易杭研大厦", mode="force")])
    text = "网易杭研大厦"
    assert cnlp.segment(text, lexicon=tenant) == [text]
    assert cnlp.segment(text, lexicon=base) == ["网易", "杭研大厦"]
    assert "杭研大厦" not in cnlp.segment(text)


def test_a_later_entry_replaces_one_of_the_same_form() -> None:
    lexicon = Lexicon([force("京大"), Entry("ＡＢ", tag="x")])
    again = lexicon.overlay([Entry("京大", mode="block"), Entry("ab", tag="y")])
    assert cnlp.segment("北京大学", lexicon=again) == ["北京大学"]
    assert cnlp.segment("北京大学", lexicon=lexicon) == ["北", "京大", "学"]
    entry = again.entry_of("Ab")
    assert entry and entry.tag == "y" and len(again.entries) == 2


def test_membership_follows_the_layers() -> None:
    lexicon = Lexicon(["杭研大厦", Entry("北京大学", mode="block"), Entry("x+", regex=True)])
    assert "杭研大厦" in lexicon and "北京大学" not in lexicon and "南京" in lexicon
    assert "x+" not in lexicon and "杭研大厦" not in cnlp.load()


def test_a_lexicon_file_and_entries_may_be_mixed_by_layers(tmp_path: Path) -> None:
    path = tmp_path / "my.tsv"
    path.write_text("杭研大厦\t\t\tforce\n", encoding="utf-8")
    assert cnlp.segment("网易杭研大厦好", lexicon=Lexicon(path).overlay(["网易杭研"])) == [
        "网易",
        "杭研大厦",
        "好",
    ]


# ---- a custom lexicon only ------------------------------------------------------------------------------


def test_only_knows_nothing_else() -> None:
    lexicon = Lexicon.only(["南京市", "长江"])
    assert cnlp.segment("南京市长江大桥", lexicon=lexicon) == ["南京市", "长江", "大", "桥"]
    assert "南京市" in lexicon and "大桥" not in lexicon


def test_only_entries_without_weight_count_one() -> None:
    words: list[Entry | str] = [
        *(f"词{k}" for k in "甲乙丙丁戊己庚辛"),
        Entry("乙丙", weight=50),
        "甲乙",
        "丙",
    ]
    assert cnlp.segment("甲乙丙", lexicon=Lexicon.only(words), algorithm="unigram") == ["甲", "乙丙"]


def test_only_keeps_the_modes() -> None:
    entries = [Entry("北京大学"), force("京大"), Entry("南京市", mode="split", pieces=("南京", "市"))]
    lexicon = Lexicon.only(entries)
    assert cnlp.segment("北京大学南京市", lexicon=lexicon) == ["北", "京大", "学", "南京", "市"]


@pytest.mark.parametrize("entries", [[], [Entry("云计算", mode="force")], [Entry("算法", mode="block")]])
def test_only_works_without_any_preferred_word(entries: list[Entry]) -> None:
    words = cnlp.segment("云计算abc 1998", lexicon=Lexicon.only(entries))
    assert words[-3:] == ["abc", " ", "1998"]
    assert words[0] == ("云计算" if entries and entries[0].mode == "force" else "云")


def test_only_without_patterns_cuts_all_else_into_characters() -> None:
    lexicon = Lexicon.only(["中国"], patterns=False)
    assert cnlp.segment("中国ab1", lexicon=lexicon) == ["中国", "a", "b", "1"]


# ---- folding --------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("switch", "word", "text"),
    [("width", "ｃｎｌｐ云", "cnlp云"), ("case", "CNLP云", "cnlp云"), ("script", "雲計算機", "云计算机")],
)
@pytest.mark.parametrize(
    "make",
    [
        lambda word, **switches: Lexicon([force(word)], base=cnlp.load(**switches)),
        lambda word, **switches: Lexicon.only([force(word)], **switches),
        lambda word, **switches: Lexicon.only([word], **switches),
    ],
    ids=["layer", "only forced", "only"],
)
def test_each_folding_can_be_switched(switch: str, word: str, text: str, make: Callable[..., Lexicon]) -> None:
    for query in (word, text):
        assert cnlp.segment(f"用{query}吧", lexicon=make(word))[1] == query
    strict = make(word, **{switch: False})
    assert cnlp.segment(f"用{word}吧", lexicon=strict)[1] == word
    assert cnlp.segment(f"用{text}吧", lexicon=strict)[1] != text
    assert word in strict and text not in strict


def test_shipped_words_are_found_in_either_script_unless_switched_off() -> None:
    assert cnlp.segment("漢語詞典", lexicon=cnlp.load()) == ["漢語", "詞典"]
    assert cnlp.segment("漢語詞典", lexicon=cnlp.load(script=False)) == ["漢", "語", "詞", "典"]


def test_a_model_file_built_without_folding_keeps_its_words_under_other_switches(tmp_path: Path) -> None:
    from cnlp.lexicon.compile import compile_lexicon

    arrays, fields = compile_lexicon({"臺灣": 3.0, "ＡＢ": 2.0, "ab": 1.0}, folding=(False, True, False))
    write_model(tmp_path / "m", arrays, fields)
    lexicon = cnlp.load(tmp_path / "m", width=False, case=False, script=False)
    assert cnlp.segment("臺灣", lexicon=lexicon) == ["臺灣"]


# ---- many words, many threads ---------------------------------------------------------------------------

UNTOUCHED = [
    "研究生命起源。南京市长江大桥于1968年12月29日全面建成通车。",
    "他说的确实在理，结婚的和尚未结婚的都来了。",
    "今天天气真好，我们去www.example.com看看iPhone15 Pro的价格：8,999.00元。",
]


@pytest.mark.skipif(not IS_NATIVE, reason="takes a minute with the pure-Python kernel")
@pytest.mark.parametrize("mode", ["prefer", "force"])
def test_200000_user_words_leave_the_cuts_of_untouched_text_as_they_were(mode: str) -> None:
    syllables = [chr(0x4E00 + 97 * k % 20000) for k in range(460)]
    used = set("".join(UNTOUCHED))
    rare = [char for char in syllables if char not in used]
    words = [f"{first}{second}龘" for first in rare for second in rare][:200_000]
    assert len(words) == 200_000
    lexicon = Lexicon([Entry(word, mode=mode) for word in words])
    for algorithm in ALGORITHMS:
        for text in UNTOUCHED:
            assert cnlp.segment(text, lexicon=lexicon, algorithm=algorithm) == cnlp.segment(text, algorithm=algorithm)
    assert words[77] in cnlp.segment(f"说{words[77]}吧", lexicon=lexicon)


def test_eight_threads_may_share_a_lexicon_and_lay_their_own_over_it() -> None:
    base = Lexicon([force("云计算")])
    texts = [f"云计算平台第{k}号，客户{k}专用词。" * 10 for k in range(40)]

    def work(k: int) -> list[str]:
        return Segmenter(base.overlay([force(f"客户{k}专用词")])).segment(texts[k])

    expected = [work(k) for k in range(40)]
    with ThreadPoolExecutor(8) as pool:
        assert list(pool.map(work, range(40))) == expected
    assert [entry.word for entry in base.entries] == ["云计算"]
    assert all(f"客户{k}专用词" in words for k, words in enumerate(expected))


def test_weight_may_be_as_small_as_numbers_are() -> None:
    entries = [Entry("北京", 5e-324), Entry("京城", 2.0)]
    for lexicon in (Lexicon(entries), Lexicon.only(entries)):
        assert "".join(cnlp.segment("北京城", lexicon=lexicon)) == "北京城"


def test_a_mapping_has_weights_and_one_entry_is_no_list() -> None:
    weights = {"云原生": 0.0, "原生很": 1e6}
    assert Lexicon(weights).entries == Lexicon(list(weights.items())).entries
    with pytest.raises(errors.ArgumentError, match="a list of entries, not one Entry"):
        Lexicon(Entry("云原生"))
