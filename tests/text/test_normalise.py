"""Folding keeps the length, changes nothing the second time, and joins what users see as one."""

from itertools import product

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cnlp.text._data import dictionary_path
from cnlp.text.normalise import fold_table, normalise, normalise_all

FOLDS = list(product((True, False), repeat=3))
any_text = st.text(st.characters())  # surrogates included


@given(any_text, st.sampled_from(FOLDS))
def test_folding_keeps_the_length_and_is_idempotent(text: str, folds: tuple[bool, bool, bool]) -> None:
    width, case, script = folds
    once = normalise(text, width=width, case=case, script=script)
    assert len(once) == len(text)
    assert normalise(once, width=width, case=case, script=script) == once


@pytest.mark.parametrize("folds", FOLDS)
def test_no_target_of_the_table_is_folded_again(folds: tuple[bool, bool, bool]) -> None:
    table = fold_table(*folds)
    assert not [chr(source) for source, target in table.items() if target in table]


@pytest.mark.parametrize(
    ("text", "folded"),
    [
        ("ＣＮＬＰ　１００％", "cnlp 100%"),
        ("￥５", "¥5"),
        ("列夫・托･尔•斯‧泰∙⋅", "列夫·托·尔·斯·泰··"),
        ("İstanbul ẞ ǅ Ⅲ", "istanbul ß ǆ ⅲ"),
        ("讀懂漢語", "读懂汉语"),
        ("看著頭髮，了不起的皇后在公里外", "看着头发,了不起的皇后在公里外"),
        ("台灣、臺北、乾淨", "台湾、台北、干净"),
        ("\x00\ud800😀", "\x00\ud800😀"),
    ],
)
def test_variants_fold_to_one_form(text: str, folded: str) -> None:
    assert normalise(text) == folded


def test_each_fold_can_be_left_out() -> None:
    assert normalise("Ａ漢", width=False) == "ａ汉"
    assert normalise("Ａ漢", case=False) == "A汉"
    assert normalise("Ａ漢", script=False) == "a漢"
    assert normalise("Ａ漢", width=False, case=False, script=False) == "Ａ漢"
    assert normalise("ABC", case=False) == "ABC"


def test_simplified_characters_of_their_own_meaning_stay() -> None:
    stay = "后里云台只干面系松范征郁发复覆阪"
    assert normalise(stay) == stay


def test_the_table_is_shared_and_cannot_be_changed() -> None:
    assert fold_table() is fold_table()
    with pytest.raises(TypeError):
        fold_table()[0] = 1  # type: ignore[index]


def test_the_traditional_table_is_sorted_single_characters_with_its_provenance() -> None:
    with open(dictionary_path("traditional.tsv"), encoding="utf-8") as file:
        lines = file.read().splitlines()
    header = [line for line in lines if line.startswith("#")]
    rows = [line.split("\t") for line in lines[len(header) :]]
    assert "OpenCC" in " ".join(header)
    assert "Apache-2.0" in " ".join(header)
    assert all(len(row) == 2 and len(row[0]) == len(row[1]) == 1 for row in rows)
    sources = [row[0] for row in rows]
    assert sources == sorted(set(sources))


def test_a_missing_dictionary_says_where_it_was_looked_for() -> None:
    with pytest.raises(FileNotFoundError, match=r"nothing\.tsv: not in"):
        dictionary_path("nothing.tsv")


@given(st.lists(st.text(st.sampled_from("中国國臺aAＡ９ \n\ud800"), max_size=4)), st.booleans(), st.booleans())
def test_many_words_fold_like_each_of_them(words: list[str], case: bool, script: bool) -> None:
    wanted = [normalise(word, case=case, script=script) for word in words]
    assert normalise_all(words, case=case, script=script) == wanted
