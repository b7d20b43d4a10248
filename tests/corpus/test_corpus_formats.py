"""The format of a corpus is told from its first lines; places in it are named by line and column."""

from __future__ import annotations

from pathlib import Path

import pytest

from cnlp.corpus.formats import FORMATS, detect_format, locate, read_sentences, read_tagged
from cnlp.errors import ArgumentError, FormatError

TEXTS = {
    "words": "  北京　欢迎 你\n\n1/2 的 人 a_b\n",
    "slash": "北京/ns 欢迎/v 你/r\n\n1/2/m 的/u 人/n a_b/x\n",
    "underscore": "北京_NR 欢迎_VV 你_PN\n\n1/2_CD 的_DEG 人_NN a_b_FW\n",
    "pfr": "19980101-01-001-001/m  [北京/ns  欢迎/v]nt  你/r\n\n19980101-01-001-002/m 1/2/m 的/u 人/n a_b/nx\n",
    "conll": "# sent_id = 1\n1\t北京\t_\tPROPN\n2-3\t欢迎你\t_\t_\n2\t欢迎\t_\tVERB\n3\t你\t_\tPRON\n\n"
    "1\t1/2\t_\tNUM\n2\t的\t_\tPART\n3\t人\t_\tNOUN\n4\ta_b\t_\tX\n",
}


@pytest.mark.parametrize("form", FORMATS)
def test_the_format_is_told(tmp_path: Path, form: str) -> None:
    path = tmp_path / "corpus"
    path.write_text(TEXTS[form], encoding="utf-8")
    assert detect_format(path) == form
    sentences = list(read_sentences(path))
    assert [sentence.words for sentence in sentences] == [("北京", "欢迎", "你"), ("1/2", "的", "人", "a_b")]
    assert all(bool(sentence.tags) == (form != "words") for sentence in sentences)
    assert list(read_sentences(path, form)) == sentences


@pytest.mark.parametrize("form", FORMATS)
def test_every_character_can_be_found(tmp_path: Path, form: str) -> None:
    path = tmp_path / "corpus"
    path.write_text(TEXTS[form], encoding="utf-8")
    lines = TEXTS[form].split("\n")
    for number, sentence in enumerate(read_sentences(path)):
        for place, char in enumerate(sentence.text):
            line, column = locate(path, form, number, place)
            assert lines[line - 1][column - 1] == char
        line, column = locate(path, form, number, len(sentence.text))
        assert lines[line - 1][: column - 1].endswith(sentence.words[-1])


def test_tags_are_needed_where_tags_are_learnt(tmp_path: Path) -> None:
    path = tmp_path / "corpus"
    path.write_text(TEXTS["words"], encoding="utf-8")
    with pytest.raises(FormatError, match=":1: the words have no tags"):
        list(read_tagged(path))
    with pytest.raises(ArgumentError, match="unknown format 'xml'"):
        list(read_sentences(path, "xml"))


def test_a_word_that_lost_its_tag_is_no_other_format(tmp_path: Path) -> None:
    path = tmp_path / "corpus"
    path.write_text("北京/ns 欢迎/v 你/r\n" * 5 + "他 来/v 了/u\n", encoding="utf-8")
    with pytest.raises(FormatError, match=":6: expected word/POS, got '他'"):
        list(read_sentences(path))


def test_text_that_is_not_cut_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "raw.txt"
    path.write_text("南京市长江大桥是长江上第一座由中国自行设计和建造的桥。\n" * 3, encoding="utf-8")
    with pytest.raises(FormatError, match=":1: 27 characters between blanks: this text is not segmented"):
        list(read_sentences(path))
