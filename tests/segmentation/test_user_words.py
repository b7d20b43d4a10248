"""What a user's preferred words do: they come out, and words around them that are known as well stay whole."""

from __future__ import annotations

from pathlib import Path

import pytest

import cnlp
from cnlp import Entry, Lexicon, Segmenter, errors
from cnlp.segmentation import ALGORITHMS
from cnlp.segmentation.algorithms import MATCHING

CASES = [
    (["机器学习", "机器", "学习"], "研究机器学习", "机器学习"),
    (["跳转", "跳转到"], "跳转到首页", "跳转到"),
    (["大学"], "他在北京大学读书", "北京大学"),
    (["酒"], "住在酒店", "酒店"),
    (["人"], "人们都说好", "人们"),
    (["用户体验"], "改善用户体验", "用户体验"),
    (["湖南省长沙市"], "湖南省长沙市", "湖南省长沙市"),
    (["支付宝账号"], "我的支付宝账号丢了", "支付宝账号"),
    (["云原生平台", "云原生", "平台"], "搭建云原生平台", "云原生平台"),
]


@pytest.mark.parametrize(("words", "text", "expected"), CASES)
def test_listed_terms_come_out_and_longer_known_words_stay(words: list[str], text: str, expected: str) -> None:
    assert expected in cnlp.segment(text, lexicon=Lexicon(words))


@pytest.mark.parametrize("algorithm", ALGORITHMS)
def test_a_great_weight_all_but_forces_and_none_hardly_helps(algorithm: str) -> None:
    def cut(text: str, word: str, weight: float) -> list[str]:
        return cnlp.segment(text, algorithm=algorithm, lexicon=Lexicon([Entry(word, weight)]))

    assert "大学" in cut("他在北京大学读书", "大学", 1e6)
    assert "酒" in cut("住在酒店", "酒", 1e6)
    if algorithm not in MATCHING:  # which takes the longest word
        assert cut("搭建云原生平台", "云原生平台", 0) == cnlp.segment("搭建云原生平台", algorithm=algorithm)
        assert "云原生平台" in cut("搭建云原生平台", "云原生平台", 1000)


def test_a_weight_of_one_is_evidence() -> None:
    assert "用户体验" in cnlp.segment("改善用户体验", lexicon=Lexicon([Entry("用户体验", 1)]))


def test_explain_shows_what_a_word_gained() -> None:
    explanation = Segmenter(Lexicon(["用户体验"])).explain("改善用户体验")
    gains = {word.text: word.gain for word in explanation.candidates if word.gain}
    assert list(gains) == ["用户体验"]
    assert f"gains {gains['用户体验']:.2f}" in str(explanation)


def test_a_list_or_a_path_will_do_for_a_lexicon(tmp_path: Path) -> None:
    path = tmp_path / "words.txt"
    path.write_text("杭研大厦\n", encoding="utf-8")
    for lexicon in (["杭研大厦"], ("杭研大厦",), path, str(path), Lexicon(["杭研大厦"])):
        assert cnlp.segment("网易杭研大厦", lexicon=lexicon) == ["网易", "杭研大厦"]
        assert [token.text for token in cnlp.tag("网易杭研大厦", lexicon=lexicon)] == ["网易", "杭研大厦"]
        assert Segmenter(lexicon).segment("网易杭研大厦") == ["网易", "杭研大厦"]
    assert list(cnlp.segment_batch(["网易杭研大厦"], lexicon=["杭研大厦"])) == [["网易", "杭研大厦"]]


@pytest.mark.parametrize("lexicon", [5, b"words"])
def test_what_cannot_be_a_lexicon_is_named(lexicon: object) -> None:
    with pytest.raises(errors.ArgumentError, match="path of a file, or a list of words"):
        cnlp.segment("网易杭研大厦", lexicon=lexicon)  # type: ignore[arg-type]


def test_search_and_full_mode_give_the_words_within_a_forced_one() -> None:
    lexicon = Lexicon([Entry("云原生平台", mode="force"), "云原生"])
    for mode in ("search", "full"):
        assert {"云原生", "平台", "云原生平台"} <= set(cnlp.segment("搭建云原生平台", mode=mode, lexicon=lexicon))
    blocked = lexicon.overlay([Entry("平台", mode="block")])
    assert "平台" not in cnlp.segment("搭建云原生平台", mode="search", lexicon=blocked)
