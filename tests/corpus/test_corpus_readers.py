"""Readers of segmented text: what they yield, what they tolerate, and how they refuse."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from cnlp import errors
from cnlp.corpus import (
    Compound,
    TaggedSentence,
    join_names,
    read_conll,
    read_pfr,
    read_word_list,
    read_word_pos,
    read_words,
    split_words,
)
from cnlp.corpus.lines import first_lines

PFR = """19980101-01-001-001/m  迈向/v  １月/t

19980131-01-001-002/m  [中央/n  电视台/n]nt  江/nr  泽民/nr  和/c  [江/nr  泽民/nr  路/n]ns
"""


def write(folder: Path, text: str, encoding: str = "utf-8") -> Path:
    path = folder / "corpus.txt"
    path.write_bytes(text.encode(encoding))
    return path


def names(*words: str) -> tuple[str, ...]:
    return join_names(TaggedSentence(words, ("nr",) * len(words))).words


class TestPlain:
    def test_ascii_and_ideographic_spaces_and_tabs_part_words(self) -> None:
        assert split_words("\u3000許多　社區 \t長青  學苑\u3000") == ["許多", "社區", "長青", "學苑"]

    def test_no_break_and_zero_width_spaces_do_not(self) -> None:
        assert split_words("a\u00a0b c\u2003d e\u200bf \u0085") == [
            "a\u00a0b",
            "c\u2003d",
            "e\u200bf",
            "\u0085",
        ]

    def test_byte_order_mark_and_crlf_are_tolerated(self, tmp_path: Path) -> None:
        path = write(tmp_path, "\ufeff「  練 得\r\n本  港\r\n")
        assert list(read_words(path)) == [["「", "練", "得"], ["本", "港"]]

    def test_a_mark_inside_the_file_is_text(self, tmp_path: Path) -> None:
        assert list(read_words(write(tmp_path, "a\n\ufeff\nb"))) == [["a"], ["\ufeff"], ["b"]]

    def test_empty_lines_go_unless_kept(self, tmp_path: Path) -> None:
        path = write(tmp_path, "甲 乙\n\n \u3000\n丙")
        assert list(read_words(path)) == [["甲", "乙"], ["丙"]]
        assert list(read_words(path, keep_empty=True)) == [["甲", "乙"], [], [], ["丙"]]

    def test_only_line_feeds_end_a_line(self, tmp_path: Path) -> None:
        assert list(read_words(write(tmp_path, "a\u2028b c\x1cd\n"))) == [["a\u2028b", "c\x1cd"]]

    def test_other_encodings(self, tmp_path: Path) -> None:
        assert list(read_words(write(tmp_path, "北京 大学\n", "gb18030"), encoding="gb18030")) == [["北京", "大学"]]
        assert list(read_words(write(tmp_path, "臺灣 大學\n", "big5"), encoding="big5")) == [["臺灣", "大學"]]
        assert list(read_words(write(tmp_path, "北京 大学\n", "utf-16"), encoding="UTF-16")) == [["北京", "大学"]]

    def test_wrong_encoding_names_file_and_byte(self, tmp_path: Path) -> None:
        path = write(tmp_path, "ascii line\n北京\n", "gb18030")
        with pytest.raises(errors.EncodingError, match=r"corpus\.txt: not utf-8 at byte 11 "):
            list(read_words(path))

    def test_the_format_of_a_pipe_is_to_be_named(self, tmp_path: Path) -> None:
        for path in ("-", tmp_path / "pipe"):
            if path != "-":
                os.mkfifo(path)
            with pytest.raises(errors.ArgumentError, match="name the format, a pipe cannot be read twice"):
                first_lines(path, 1)

    def test_missing_file(self, tmp_path: Path) -> None:
        with pytest.raises(FileNotFoundError):
            list(read_words(tmp_path / "none.txt"))

    def test_word_list_keeps_inner_spaces_and_drops_empty_lines(self, tmp_path: Path) -> None:
        assert read_word_list(write(tmp_path, "\n藝展\r\n Phang\u3000Nga \n")) == {"藝展", "Phang\u3000Nga"}


class TestPfr:
    def test_words_tags_and_identifier(self, tmp_path: Path) -> None:
        first, second = read_pfr(write(tmp_path, PFR))
        assert first == TaggedSentence(("迈向", "１月"), ("v", "t"), (), "19980101-01-001-001")
        assert second.words[:4] == ("中央", "电视台", "江", "泽民")
        assert second.compounds == ()

    def test_many_brackets_take_no_longer_than_other_signs(self, tmp_path: Path) -> None:
        with pytest.raises(errors.FormatError, match="expected word/tag"):
            list(read_pfr(write(tmp_path, "[" * 200_000)))

    def test_compounds_on_request(self, tmp_path: Path) -> None:
        second = list(read_pfr(write(tmp_path, PFR), compounds=True))[1]
        assert second.compounds == (Compound(0, 2, "nt"), Compound(5, 8, "ns"))

    def test_names_joined_and_compounds_moved(self, tmp_path: Path) -> None:
        second = list(read_pfr(write(tmp_path, PFR), compounds=True, join_person_names=True))[1]
        assert second.words == ("中央", "电视台", "江泽民", "和", "江泽民", "路")
        assert second.tags == ("n", "n", "nr", "c", "nr", "n")
        assert second.compounds == (Compound(0, 2, "nt"), Compound(4, 6, "ns"))

    def test_days(self, tmp_path: Path) -> None:
        (only,) = read_pfr(write(tmp_path, PFR), days=range(29, 32))
        assert only.identifier == "19980131-01-001-002"

    def test_text_without_paragraph_names(self, tmp_path: Path) -> None:
        path = write(tmp_path, "迈向/v 1/2/m //w\n")
        assert list(read_pfr(path)) == [TaggedSentence(("迈向", "1/2", "/"), ("v", "m", "w"))]
        with pytest.raises(errors.FormatError, match=r"corpus\.txt:1: no paragraph name"):
            list(read_pfr(path, days=[1]))

    def test_one_word_in_brackets(self, tmp_path: Path) -> None:
        (sentence,) = read_pfr(write(tmp_path, "[联合国/nt]nt 好/a"), compounds=True)
        assert sentence.compounds == (Compound(0, 1, "nt"),)

    @pytest.mark.parametrize(
        ("line", "reason"),
        [
            ("迈向/v 充满", "expected word/tag, got '充满'"),
            ("迈向/", "expected word/tag"),
            ("/v", "expected word/tag"),
            ("[中央/n 台/n", "opened at '中央' and never closed"),
            ("中央/n 台/n]nt", "closed but never opened"),
            ("[中央/n [台/n]nt", "bracket opened at '中央' and never closed"),
        ],
    )
    def test_a_broken_line_names_file_line_and_reason(self, tmp_path: Path, line: str, reason: str) -> None:
        path = write(tmp_path, f"好/a\n\n{line}\n")
        with pytest.raises(errors.FormatError) as caught:
            list(read_pfr(path))
        assert str(caught.value).startswith(f"{path}:3: ")
        assert reason in str(caught.value)

    def test_who_is_a_person(self) -> None:
        assert names("江", "泽民") == ("江泽民",)
        assert names("李", "鹏", "吴", "邦国") == ("李鹏", "吴邦国")
        assert names("欧阳", "山尊") == ("欧阳山尊",)
        assert names("陈", "方", "安生") == ("陈方安生",)
        assert names("克林顿") == ("克林顿",)
        assert names("克林顿", "江", "泽民") == ("克林顿", "江泽民")
        assert names("小平", "郭") == ("小平", "郭")

    def test_only_nr_is_joined(self) -> None:
        sentence = TaggedSentence(("老", "王", "说", "李", "鹏"), ("a", "nr", "v", "nr", "nr"))
        assert join_names(sentence).words == ("老", "王", "说", "李鹏")

    def test_joining_an_empty_sentence(self) -> None:
        assert join_names(TaggedSentence((), ())) == TaggedSentence((), ())

    def test_a_compound_that_cuts_a_name_is_dropped(self) -> None:
        sentence = TaggedSentence(("江", "泽民"), ("nr", "nr"), (Compound(1, 2, "nz"), Compound(0, 2, "nt")))
        assert join_names(sentence).compounds == (Compound(0, 1, "nt"),)


CONLL = "# text\n1-2\t学习\n1\t学习\t_\tVERB\tVV\n2\tTom B\t_\tPROPN\tNR\n2.1\t空\t_\t_\t_\n\n\n1\t#\t_\tSYM\tPU"


class TestConll:
    def test_comments_ranges_and_empty_nodes_are_skipped(self, tmp_path: Path) -> None:
        first, second = read_conll(write(tmp_path, CONLL))
        assert first == TaggedSentence(("学习", "Tom B"), ("VERB", "PROPN"))
        assert second.words == ("#",)

    def test_tag_column(self, tmp_path: Path) -> None:
        assert next(read_conll(write(tmp_path, CONLL), tag_column=5)).tags == ("VV", "NR")
        with pytest.raises(errors.ArgumentError, match="tag_column"):
            next(read_conll(write(tmp_path, CONLL), tag_column=2))

    @pytest.mark.parametrize(
        ("line", "reason"),
        [
            ("1\t学习", "expected 4 columns or more, got 2"),
            ("one\t学习\t_\tVV\tVV", "first column must be a number, got 'one'"),
            ("1\t\t_\tVV\tVV", "word in column 2 is empty"),
        ],
    )
    def test_a_broken_line(self, tmp_path: Path, line: str, reason: str) -> None:
        path = write(tmp_path, f"1\t好\t_\tA\tA\n{line}\n")
        with pytest.raises(errors.FormatError) as caught:
            list(read_conll(path))
        assert f"{path}:2: " in str(caught.value)
        assert reason in str(caught.value)


class TestWordPos:
    def test_the_last_underscore_parts_word_and_tag(self, tmp_path: Path) -> None:
        (sentence,) = read_word_pos(write(tmp_path, "第一_OD a_b_NN __PU\n\n"))
        assert sentence == TaggedSentence(("第一", "a_b", "_"), ("OD", "NN", "PU"))
        assert sentence.text == "第一a_b_"

    @pytest.mark.parametrize("token", ["第一", "_OD", "第一_"])
    def test_a_broken_token(self, tmp_path: Path, token: str) -> None:
        path = write(tmp_path, f"章_M\n好_VA {token}")
        with pytest.raises(errors.FormatError, match=r":2: expected word_POS, got "):
            list(read_word_pos(path))
