"""Tables of document frequencies: counting, merging, reading, looking up."""

from __future__ import annotations

import math
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cnlp import errors
from cnlp.keyphrases import Idf
from cnlp.keyphrases.document_frequency import DocumentFrequencies, StreamingCounter, merge_counts
from cnlp.keyphrases.resources import shipped_resources

words = st.sampled_from(["长江", "大桥", "南京", "Ab", "ａｂ", "9", "，", "國家"])
documents = st.lists(st.lists(words, max_size=6), max_size=20)


@given(docs=documents, cut=st.integers(0, 20), capacity=st.integers(1, 6))
@settings(max_examples=50, deadline=None)
def test_shards_merged_equal_the_whole(
    docs: list[list[str]], cut: int, capacity: int, tmp_path_factory: pytest.TempPathFactory
) -> None:
    folder = tmp_path_factory.mktemp("idf")
    for name, part in (("whole", docs), ("left", docs[:cut]), ("right", docs[cut:])):
        with StreamingCounter(capacity) as counter:
            for words in part:
                counter.add(words)
            counter.write(folder / name)
    merge_counts([folder / "left", folder / "right"], folder / "merged")
    assert (folder / "merged").read_bytes() == (folder / "whole").read_bytes()
    expected = DocumentFrequencies()
    for words in docs:
        expected.add(words)
    assert DocumentFrequencies.read(folder / "whole").counts == expected.counts


def test_words_are_folded_and_numbers_are_not_counted() -> None:
    table = DocumentFrequencies().add(["Ab", "ａｂ", "國家", "9", "，", " "])
    assert table.counts == {"ab": 1, "国家": 1}


def test_words_of_few_documents_can_be_left_out(tmp_path: Path) -> None:
    table = DocumentFrequencies(3, [("长江", 3), ("大桥", 1)])
    table.write(tmp_path / "idf.tsv", min_count=2)
    assert (tmp_path / "idf.tsv").read_text(encoding="utf-8") == "# documents\t3\n长江\t3\n"


def test_unseen_words_have_the_idf_of_a_word_in_no_document(tmp_path: Path) -> None:
    DocumentFrequencies(9, [("长江", 4)]).write(tmp_path / "idf.tsv")
    table = Idf.read(tmp_path / "idf.tsv")
    assert table["长江"] == pytest.approx(math.log(10 / 5))
    assert table["大桥"] == pytest.approx(math.log(10))
    assert (table.documents, table.document_frequency("长江"), table.document_frequency("大桥")) == (9, 4, 0)


def test_tables_of_jieba_are_read(tmp_path: Path) -> None:
    path = tmp_path / "idf.txt"
    path.write_text("长江 7.5\n大桥 9.25\n", encoding="utf-8")
    table = Idf.read(path)
    assert (table["长江"], table["大桥"], table["南京"]) == (7.5, 9.25, 9.25)


@pytest.mark.parametrize(
    ("data", "message"),
    [
        (b"# documents\tmany\n", r":1: a table of document frequencies begins with"),
        (b"# documents\t5\n\xe9\x95\xbf\n", r":2: word<TAB>documents needed, 1 to 5"),
        (b"# documents\t5\nab\t6\n", r":2: word<TAB>documents needed, 1 to 5"),
        (b"# documents\t5\nab\t1\nac\t\xff\n", "not UTF-8"),
        (b"ab 1.5\nac x\n", r":2: a word and its IDF needed"),
        (b"ab\n", r":1: a word and its IDF needed"),
        (b"\xff 1\n", r":1: a word and its IDF needed"),
    ],
)
def test_bad_lines_are_named(data: bytes, message: str, tmp_path: Path) -> None:
    path = tmp_path / "idf.tsv"
    path.write_bytes(data)
    with pytest.raises(errors.FormatError, match=message):
        Idf.read(path)


def test_tables_that_are_not_sorted_are_not_merged(tmp_path: Path) -> None:
    path, output = tmp_path / "idf.tsv", tmp_path / "out.tsv"
    path.write_text("# documents\t5\nb\t1\na\t1\n", encoding="utf-8")
    with pytest.raises(errors.FormatError, match=r"idf\.tsv:3: words must be sorted"):
        merge_counts([path], output)
    assert not output.exists()


def test_the_shipped_table_knows_common_words_better_than_rare_ones() -> None:
    table = shipped_resources().idf
    assert table["我们"] < table["经济"] < table["神经网络"] <= table["没有这个词吧"]
    assert table.document_frequency("國家") == table.document_frequency("国家") > 1000
