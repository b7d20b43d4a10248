"""What a pattern decides is one word over its whole range, whatever the algorithm, the model and the context."""

from __future__ import annotations

import pytest

from cnlp.segmentation import ALGORITHMS, Segmenter
from cnlp.segmentation.tagger import load_tagger

DIGITS = "〇一二三四五六七八九"
YEARS = [f"{year}年" for year in range(1000, 3000)]
WEEKDAYS = [week + day for week in ("周", "星期", "礼拜") for day in "一二三四五六日天"]


def spelt(year: str) -> str:
    return "".join(DIGITS[int(sign)] if sign.isdecimal() else sign for sign in year)


KINDS = {
    "years": (YEARS, ("公司于{}成立", "在{}8月", "从{}起，", "{}")),
    "years in characters": (
        [spelt(year) for year in YEARS] + ["二００一年", "一九○八年"],
        ("公司于{}成立", "{}三月", "{}"),
    ),
    "months": ([f"{month}月" for month in range(1, 13)] + ["08月", "3月份"], ("于{}成立", "今年{}，", "{}")),
    "days": ([f"{day}日" for day in range(1, 32)], ("于{}成立", "5月{}晚", "{}")),
    "days of a month": ([f"{day}号" for day in range(1, 32)], ("5月{}成立", "我{}回来")),
    "hours": (
        [f"{hour}{sign}" for hour in range(25) for sign in ("时", "点")] + ["9点钟"],
        ("我{}到", "今天{}，", "早上{}见"),
    ),
    "days of the week": (
        [before + day for before in "上下本这" for day in WEEKDAYS],
        ("我们{}去", "{}开会", "{}"),
    ),
    "digits": (["18:00", "2024-03-05", "2017/9/8"], ("会议{}开始", "{}")),
    "numbers": (["1，000", "1，000，000", "10³", "3.5%"], ("共{}个", "{}")),
    "formulas": (["H₂O", "CO₂", "m²"], ("有{}了", "{}")),
    "below zero": (["-21", "-3.5"], ("温度{}℃", "{}℃")),
    "craft": (["东风-41", "歼-20", "运-20", "直-20", "红旗-9"], ("一架{}来了", "{}和", "{}")),
    "slashes": (["//"], ("你好吗{}@小明", "哈{}哈")),
    "mentions": (["@小明", "@li_si"], ("你好吗//{} 说", "转发{}：好")),
    "markup": (["</p>", "<br/>", "<a href='x'>", "&nbsp;"], ("文字{}文字", "{}")),
    "addresses": (
        ["127.0.0.1:8080/test.php", "example.com/path?x=1&y=2", "example.com", "a@b.com", "https://a.cn/b"],
        ("访问{}看", "见{}。", "{}"),
    ),
    "signs": (["😂", "→", "....", "~~"], ("好{}好", "{}")),
    "stops": (["."], ("It is below{}", "a character{}\n好", "The core{} It", "version 3.5{}")),
    "abbreviations": (["Mr.", "e.g.", "U.S.", "etc."], ("He is {} here", "the {}")),
}


@pytest.mark.parametrize("algorithm", ALGORITHMS)
@pytest.mark.parametrize("kind", KINDS)
def test_a_kind_is_one_word_over_its_whole_range(kind: str, algorithm: str) -> None:
    if algorithm == "hmm" and kind in ("numbers", "signs"):
        pytest.skip("atomic, so never cut, but not decisive: the HMM joins them with their neighbours")
    segmenter = Segmenter(algorithm=algorithm)
    words, frames = KINDS[kind]
    cut = []
    for frame in frames:
        for word in words:
            found = segmenter.segment(frame.format(word))
            assert "".join(found) == frame.format(word)
            if word not in found:
                cut.append(" ".join(found))
    assert not cut


@pytest.mark.parametrize(
    ("text", "word"),
    [
        ("1998年度预算", "1998年"),
        ("共100日元", "100日"),
        ("花了3日元", "3日"),
        ("乘21号线去", "21号"),
        ("我们晚上周三见", "上周三"),
        ("价格100元-200元", "-200"),
        ("20℃-30℃", "-30"),
    ],
)
def test_another_reading_is_left_to_the_tagger(text: str, word: str) -> None:
    assert word not in Segmenter().segment(text)


@pytest.mark.parametrize("algorithm", ["forward", "bidirectional", "unigram"])
@pytest.mark.parametrize("dot", "·・•‧･∙⋅")
def test_every_dot_joins_the_parts_of_a_name(dot: str, algorithm: str) -> None:
    segmenter = Segmenter(algorithm=algorithm)
    for name in ("列夫{}托尔斯泰", "比尔{}盖茨", "阿尔伯特{}爱因斯坦"):
        assert name.format(dot) in segmenter.segment(f"昨天{name.format(dot)}来到北京")


@pytest.mark.parametrize(("standard", "words"), [("pku", ["2022年"]), ("sxu", ["2022", "年"]), ("ud", ["2022", "年"])])
def test_a_standard_keeps_its_way_of_years(standard: str, words: list[str]) -> None:
    assert Segmenter(standard=standard).segment("公司于2022年成立")[2 : 2 + len(words)] == words


@pytest.mark.parametrize("standard", load_tagger().standards)
def test_no_standard_splits_a_run_of_letters(standard: str) -> None:
    segmenter = Segmenter(standard=standard)
    for word in ("Katherine", "Informer", "Photoshop", "Rutherford", "microservices", "Τελεία", "Москва"):
        found = segmenter.segment(f"我用{word}处理")
        assert any(word in piece for piece in found), found


def test_a_topic_does_not_end_at_a_comma() -> None:
    assert "#A、#" not in Segmenter().segment("音有#A、#B")
    assert "#今天很好！#" in Segmenter().segment("#今天很好！#大家好")
