"""What the form of a word decides about its part of speech, and what a user's word without a tag is."""

from __future__ import annotations

import pytest

import cnlp
from cnlp.pos.forms import closed_tags
from cnlp.pos.tagger import NOUNS, shipped_tagger

FORMS = {
    "w": (
        *("😂", "👍🏽", "👨\u200d👩\u200d👧", "1\ufe0f\u20e3", "🇨🇳", "→", "⇒", "↑", "★", "♥", "～", "~", "｜", "「"),
        *("……", "！！！", "^_^", "(^_^)", "╮(╯▽╰)╭"),
    ),
    "nx": (
        *("a@b.com", "https://example.com/a?b=1", "www.example.com", "@小明", "192.168.1.1", "1.2.3"),
        *("Linux", "Don't", "カメラ", "안녕"),
    ),
    "t": (
        *("18:00", "9:05:30", "2024-03-05", "2017/9/8", "2024-03-05T18:00:00Z"),
        *("2022年", "１９９８年", "二〇二四年", "8月", "30日"),
    ),
    "x": ("#今天天气真好#", "#话题#"),
    "m": (
        "3",
        "3.14",
        "1,000,000",
        "12.5%",
        "-5",
        "2:1",
        "3-0",
        "第3",
        "第二十",
        "一百二十三",
        "3万",
        "8千万",
        "百分之五",
        "3:2:1",
    ),
}


@pytest.mark.parametrize(("tag", "word"), [(tag, word) for tag, words in FORMS.items() for word in words])
def test_the_form_decides(tag: str, word: str) -> None:
    assert tag in closed_tags(word)
    for context in ([word], ["我", "看到", word, "了"], ["是", word, "的", "人"], [word] * 3):
        tags = shipped_tagger().predict(context)
        assert {tags[place] for place, other in enumerate(context) if other == word} == {tag}


@pytest.mark.parametrize("brand", ["京东", "淘宝", "小红书", "拼多多", "华为", "比亚迪"])
def test_a_brand_is_another_proper_name(brand: str) -> None:
    for context in (
        ["我", "在", brand, "买", "了", "手机"],
        [brand, "发布", "了", "新", "产品"],
        ["用", brand, "很", "方便"],
    ):
        assert shipped_tagger().predict(context)[context.index(brand)] == "nz"


OTHER_SETS = {
    "universal": {"w": "PUNCT", "nx": "X", "t": "NOUN", "x": "X", "m": "NUM"},
    "ctb": {"w": "PU", "nx": "FW", "t": "NT", "x": None, "m": "CD"},
}


@pytest.mark.parametrize("tagset", OTHER_SETS)
@pytest.mark.parametrize(("tag", "word"), [(tag, word) for tag, words in FORMS.items() for word in words])
def test_other_tag_sets_follow(tag: str, word: str, tagset: str) -> None:
    context = ["我", "看到", word, "了"]
    expected = "OD" if word[0] == "第" and tagset == "ctb" else OTHER_SETS[tagset][tag]
    assert cnlp.tag_words(context, tagset=tagset)[2] == expected


@pytest.mark.parametrize("word", ["北京", "中国人", "A股", "B站", "T恤", "哈哈", "约翰·史密斯"])
def test_other_forms_are_open(word: str) -> None:
    assert closed_tags(word) == ()


@pytest.mark.parametrize("word", ["云原生平台", "小米粥铺子", "量化私募圈", "阿尔法狗子", "王者峡谷谷主", "超导磁悬浮"])
def test_a_users_word_without_a_tag_is_a_noun_and_no_person(word: str) -> None:
    lexicon = cnlp.Lexicon([cnlp.Entry(word, mode="force")])
    for text in (word, f"我喜欢{word}。", f"{word}说", f"{word}先生表示", f"他们{word}得很好", f"在{word}里"):
        found = [token.tag for token in cnlp.tag(text, lexicon=lexicon) if token.text == word]
        assert len(found) == 1 and set(found) <= set(NOUNS)


def test_a_users_word_keeps_its_own_tag_and_its_form() -> None:
    entries = [
        cnlp.Entry("云原生平台", tag="nz", mode="force"),
        *(cnlp.Entry(word, mode="force") for word in ("↗↗", "吃")),
    ]
    lexicon = cnlp.Lexicon(entries)
    found = {token.text: token.tag for token in cnlp.tag("我吃云原生平台↗↗", lexicon=lexicon)}
    assert (found["云原生平台"], found["↗↗"], found["吃"]) == ("nz", "w", "v")
