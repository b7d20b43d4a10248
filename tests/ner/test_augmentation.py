"""More sentences from labelled ones: no span breaks, and the same seed makes the same."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cnlp import errors
from cnlp.corpus.entities import Sentence, TokenSentence
from cnlp.ner.augmentation import CONFUSIONS, RATES, augment, near_words, read_confusions, read_synonyms
from cnlp.sequence.schemes import TagReader, spans_to_tags
from cnlp.vectors.tables import VectorTable

WANG = Sentence("王明很高兴地去了北京，他明天回来。", ((0, 2, "PER"), (8, 10, "LOC")))
LI = Sentence("李小雷在上海市工作", ((0, 3, "PER"), (4, 7, "LOC")))
CORPUS = [WANG, LI]
SYNONYMS = {"高兴": ["开心"], "明天": ["次日"], "王明": ["错误"], "北京": ["错误"]}


def entities(sentence: Sentence) -> list[tuple[str, str]]:
    return [(sentence.text[start:end], label) for start, end, label in sentence.spans]


def made(rates: dict[str, float], **options: object) -> list[Sentence]:
    """What is made of ``WANG`` in the corpus, with nine copies."""
    found = augment(CORPUS, rates, copies=9, **options)  # type: ignore[arg-type]
    return found[1 : found.index(LI)]


@st.composite
def sentences(draw: st.DrawFn) -> Sentence:
    """A text of words and entities in any order, entities side by side among them."""
    text, spans = "", []
    for part in draw(
        st.lists(st.sampled_from(["高兴", "的", "，", "。", "他", " ", "Ab", "*王明", "*上海市", "*的"]), max_size=9)
    ):
        if part[0] == "*":
            spans.append((len(text), len(text) + len(part) - 1, draw(st.sampled_from(["PER", "LOC"]))))
        text += part.lstrip("*")
    return Sentence(text, tuple(spans))


@settings(max_examples=60, deadline=None)
@given(
    st.lists(sentences(), max_size=4), st.dictionaries(st.sampled_from(list(RATES)), st.floats(0, 1)), st.integers(1, 3)
)
def test_spans_are_never_broken(corpus: list[Sentence], rates: dict[str, float], copies: int) -> None:
    found = augment(corpus, rates, copies=copies, names={"PER": ["欧阳娜娜"]}, synonyms=SYNONYMS)
    known = {entity for sentence in corpus for entity in entities(sentence)} | {("欧阳娜娜", "PER")}
    for sentence in found:
        tags = spans_to_tags(sentence.spans, len(sentence.text), "BMES")
        assert TagReader("BMES").spans(tags) == list(sentence.spans)
        assert set(entities(sentence)) <= known
    assert [sentence for sentence in found if sentence in corpus] == corpus
    copied = [sentence for sentence in found if sentence not in corpus]
    assert len(set(copied)) == len(copied) <= copies * len(corpus)


def test_the_seed_decides_everything() -> None:
    assert augment(CORPUS, synonyms=SYNONYMS, seed=4) == augment(CORPUS, synonyms=SYNONYMS, seed=4)
    assert augment(CORPUS, copies=5, seed=4) != augment(CORPUS, copies=5, seed=5)


def test_an_entity_becomes_another_one_of_its_label() -> None:
    found = made({"swap": 1}, names={"PER": ["欧阳娜娜"], "ORG": ["联合国"]})
    assert {entities(sentence)[0][0] for sentence in found} <= {"王明", "李小雷", "欧阳娜娜"}
    assert {entities(sentence)[1][0] for sentence in found} <= {"北京", "上海市"}
    assert all(sentence.text.endswith("，他明天回来。") for sentence in found)


def test_words_become_synonyms_but_entities_do_not() -> None:
    assert [sentence.text for sentence in made({"synonyms": 1}, synonyms=SYNONYMS)] == [
        "王明很开心地去了北京，他次日回来。"
    ]


def test_characters_are_left_out_and_confused_outside_of_entities() -> None:
    assert [sentence.text for sentence in made({"drop": 1})] == ["王明北京"]
    confused = made({"confuse": 1}, confusions={"他": "她", "明": "名", "京": "景"})
    assert [sentence.text for sentence in confused] == ["王明很高兴地去了北京，她名天回来。"]
    assert "得" in CONFUSIONS["地"] and CONFUSIONS["做"] == ["作"]


def test_sentences_are_cut_at_commas_and_joined_with_the_next() -> None:
    assert {sentence.text for sentence in made({"cut": 1})} == {"王明很高兴地去了北京，", "他明天回来。"}
    assert made({"join": 1}) == [Sentence(WANG.text + LI.text, (*WANG.spans, (17, 20, "PER"), (21, 24, "LOC")))]
    assert augment(CORPUS, {"join": 1})[-1].text == f"{LI.text}，{WANG.text}"


def test_originals_keep_their_tokens() -> None:
    tokens = TokenSentence("Li在上海", ((3, 5, "LOC"),))
    tokens.tokens = ((0, 2), (2, 3), (3, 4), (4, 5))
    assert augment([tokens], {"drop": 1})[0] is tokens


def test_synonyms_are_read_from_groups_and_from_cilin(tmp_path: Path) -> None:
    path = tmp_path / "words.txt"
    path.write_bytes("Aa01A01= 高兴 快乐 乐\nAa01A02# 桌子 椅子\n开心 高兴\n".encode("gb18030"))
    assert read_synonyms(path) == {"高兴": ["快乐", "开心"], "快乐": ["高兴"], "开心": ["高兴"]}
    path.write_text("高兴 1.5 -20\n\n", encoding="utf-8")
    with pytest.raises(errors.FormatError, match=r"words.txt.*synonyms between blanks"):
        read_synonyms(path)


def test_confusions_are_read(tmp_path: Path) -> None:
    path = tmp_path / "chars.txt"
    path.write_text("的 地得\n在\t再在\n\n", encoding="utf-8")
    assert read_confusions(path) == {"的": ["地", "得"], "在": ["再"]}
    path.write_text("的\n", encoding="utf-8")
    with pytest.raises(errors.FormatError, match="a character and those"):
        read_confusions(path)


def test_near_words_are_synonyms() -> None:
    table = VectorTable(["高兴", "开心", "石头", "乐"], np.array([[1, 0.1], [1, 0], [0, 1], [1, 0.1]], np.float16))
    assert near_words(table, ["高兴", "石头", "没有", "高兴"]) == {"高兴": ["开心"]}


@pytest.mark.parametrize(
    ("corpus", "rates", "message"),
    [
        (["一句话"], {}, r"item 0 \(from 0\) of sentences must be a text and its spans"),
        ([("他去", [(0, 3, "LOC")])], {}, r"\(0, 3, LOC\) is outside 0..2"),
        ([("他去了", [(0, 2, "LOC"), (1, 3, "PER")])], {}, "overlaps"),
        (CORPUS, {"swp": 0.5}, "unknown operation 'swp'.*swap"),
        (CORPUS, {"swap": 1.5}, "rate of swap must be from 0 to 1, got 1.5"),
        (CORPUS, {"swap": "much"}, "rate of swap must be a number"),
        (CORPUS, {"synonyms": 0.5}, "synonyms need a list"),
        (CORPUS, ["swap"], "rates must be probabilities by operations, not list"),
        ([("他去", [(0, 1, None)])], {}, r"the label of entity \(0, 1\)"),
    ],
)
def test_wrong_arguments_are_refused(corpus: list[Sentence], rates: dict[str, float], message: str) -> None:
    with pytest.raises((errors.ArgumentError, errors.TextTypeError), match=message):
        augment(corpus, rates)


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"names": {"PER": [""]}}, r"names\['PER'\] has an empty str"),
        ({"names": {"PER": "张三丰"}}, r"names\['PER'\] must be several str"),
        ({"synonyms": {"高兴": "开心"}}, r"synonyms\['高兴'\] must be several str"),
        ({"confusions": ["的地得"]}, "confusions must be lists of str by what they are for, not list"),
        ({"copies": 0}, "copies must be 1 or more, got 0"),
    ],
)
def test_wrong_options_are_refused(options: dict[str, Any], message: str) -> None:
    with pytest.raises((errors.ArgumentError, errors.TextTypeError), match=message):
        augment(CORPUS, **options)


def test_what_can_be_read_only_once_is_read_once() -> None:
    assert augment(iter(CORPUS), {"swap": 1}) == augment(CORPUS, {"swap": 1})
