"""What a user's preferred words do: they come out, and words around them that are known as well stay whole."""

from __future__ import annotations

import pytest

import cnlp
from cnlp import Entry, Lexicon, Segmenter

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


@pytest.mark.parametrize("algorithm", ["perceptron", "crf", "hmm"])
def test_a_great_weight_all_but_forces_and_none_hardly_helps(algorithm: str) -> None:
    def cut(text: str, word: str, weight: float) -> list[str]:
        return cnlp.segment(text, algorithm=algorithm, lexicon=Lexicon([Entry(word, weight)]))

    assert "大学" in cut("他在北京大学读书", "大学", 1e6)
    assert "酒" in cut("住在酒店", "酒", 1e6)
    assert cut("搭建云原生平台", "云原生平台", 0) == cnlp.segment("搭建云原生平台", algorithm=algorithm)


def test_a_weight_of_one_is_evidence() -> None:
    assert "云原生平台" in cnlp.segment("搭建云原生平台", lexicon=Lexicon([Entry("云原生平台", 1)]))


def test_explain_shows_what_a_word_gained() -> None:
    explanation = Segmenter(Lexicon(["用户体验"])).explain("改善用户体验")
    gains = {word.text: word.gain for word in explanation.candidates if word.gain}
    assert list(gains) == ["用户体验"]
    assert f"gains {gains['用户体验']:.2f}" in str(explanation)
