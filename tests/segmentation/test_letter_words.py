"""A listed word that joins letters with Han characters is one word, whatever the algorithm, the case and the width."""

from __future__ import annotations

import re

import pytest

from cnlp import Entry
from cnlp.lexicon.build import rows_of
from cnlp.segmentation import ALGORITHMS, Segmenter
from cnlp.segmentation.algorithms import MATCHING
from recipes.dictionary import FOLDER, LETTER_COUNT, joins_letters

WIDE = {code: code + 0xFEE0 for code in range(0x21, 0x7F)}
NUMBERED = re.compile("[0-9]+[^0-9a-z]")  # 85度c: its number is a pattern
WORDS = [
    word
    for word, count, tag in rows_of(str(FOLDER / "core.tsv"))
    if float(count) >= LETTER_COUNT and joins_letters(word, tag) and not NUMBERED.match(word)
]
FRAMES = ("他说{}很好。", "我们今天讨论了{}的问题", "{}")


@pytest.mark.parametrize("algorithm", ALGORITHMS)
def test_listed_words_stay_whole(algorithm: str) -> None:
    segmenter = Segmenter(algorithm=algorithm)
    cut = []
    for word in WORDS:
        for form in (word, word.upper(), word.translate(WIDE)):
            found = [segmenter.segment(frame.format(form)) for frame in FRAMES]
            cut += [" ".join(words) for words in found if form not in words]
    assert len(WORDS) > 300
    assert not cut


@pytest.mark.parametrize("algorithm", ALGORITHMS)
@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("疯狂打call", ["打call"]),
        ("三K党徒", ["三K党"]),
        ("吃维生素C", ["维生素C"]),
        ("去卡拉OK厅", ["卡拉OK厅"]),
        ("用全民K歌", ["全民K歌"]),
        ("双C位", ["C位"]),
        ("看K线图", ["K线图"]),
        ("买A股股票", ["A股"]),
    ],
)
def test_of_several_the_longer_word(text: str, words: list[str], algorithm: str) -> None:
    assert set(words) <= set(Segmenter(algorithm=algorithm).segment(text))


@pytest.mark.parametrize("algorithm", [algorithm for algorithm in ALGORITHMS if algorithm not in (*MATCHING, "hmm")])
@pytest.mark.parametrize(
    ("text", "word"), [("A股市", "A股"), ("B站长", "B站"), ("K歌手", "K歌"), ("思维C", "维C"), ("IP地址", "IP地址")]
)
def test_more_probable_words_cross_and_phrases_are_apart(text: str, word: str, algorithm: str) -> None:
    assert word not in Segmenter(algorithm=algorithm).segment(text)


@pytest.mark.parametrize("algorithm", ALGORITHMS)
def test_words_of_the_user_prevail(algorithm: str) -> None:
    segmenter = Segmenter([Entry("打", mode="force"), Entry("C位", mode="block")], algorithm=algorithm)
    assert segmenter.segment("打call")[0] == "打"
    assert "C位" not in segmenter.segment("站C位")


@pytest.mark.parametrize("algorithm", ["perceptron", "unigram", "bigram"])
def test_where_a_block_of_text_ends_does_not_matter(algorithm: str) -> None:
    segmenter = Segmenter(algorithm=algorithm)
    for length in (*range(955, 970), *range(1018, 1034)):
        text = "好，" * (length // 2) + "好" * (length % 2)
        for word in ("打call", "维生素C", "卡拉OK厅"):
            assert segmenter.segment(f"{text}，{word}。")[-2:] == [word, "。"]
