"""Two corpora of one text; the first difference is named by file, line and column."""

from __future__ import annotations

from pathlib import Path

import pytest

from cnlp.corpus.comparison import EntityCorpus, WordCorpus, check_same_sentences, check_same_text
from cnlp.corpus.entities import Sentence
from cnlp.corpus.formats import read_sentences
from cnlp.errors import FormatError


def read(path: Path, text: str) -> WordCorpus:
    path.write_text(text, "utf-8")
    return WordCorpus(str(path), None, list(read_sentences(path)))


def test_words_may_differ_where_the_text_is_the_same(tmp_path: Path) -> None:
    check_same_text(read(tmp_path / "a", "我 爱 北京\n"), read(tmp_path / "b", "我爱 北 京\n"), "utf-8")


@pytest.mark.parametrize(
    ("predicted", "line", "reason"),
    [
        ("我 爱 北 京\n\n你好 呀\n", 3, "column 4 has '呀', {gold}:2, column 4 has '吗'"),
        ("我 爱 北 京\n", 1, ""),
        ("我 爱 北\n你好 吗\n", 1, "column 6 has the end, {gold}:1, column 6 has '京'"),
    ],
)
def test_the_first_other_character_is_named(tmp_path: Path, predicted: str, line: int, reason: str) -> None:
    gold, prediction = read(tmp_path / "gold", "我 爱 北京\n你好 吗\n"), read(tmp_path / "found", predicted)
    with pytest.raises(FormatError) as caught:
        check_same_text(gold, prediction, "utf-8")
    assert str(caught.value).startswith(f"{prediction.path}:{line}: the text differs from the gold standard's")
    assert reason.format(gold=gold.path) in str(caught.value)


@pytest.mark.parametrize(
    ("texts", "message"),
    [
        (["甲乙", "丁"], "found:2: the sentence that begins here differs from gold:2: character 1 is '丁', not '丙'"),
        (["甲乙", "丙", "丁"], "found:3: 2 gold and 3 sentences: the gold standard ends here"),
        (["甲乙"], "found:1: 2 gold and 1 sentences: the file ends here"),
        ([], "found:1: 2 gold and 0 sentences: the file ends here"),
    ],
)
def test_sentences_with_entities_are_compared_too(texts: list[str], message: str) -> None:
    gold = EntityCorpus("gold", [(1, Sentence("甲乙", ())), (2, Sentence("丙", ()))])
    found = EntityCorpus("found", [(number, Sentence(text, ())) for number, text in enumerate(texts, 1)])
    with pytest.raises(FormatError) as caught:
        check_same_sentences(gold, found)
    assert str(caught.value) == message
