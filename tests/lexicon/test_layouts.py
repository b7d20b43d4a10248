"""Layouts of lexicon files: those of other segmenters are read, and what is unclear is refused by its line."""

from __future__ import annotations

import pytest

from cnlp import Entry, errors
from cnlp.lexicon.layouts import ParsedLines, parse_lines


def parse(text: str) -> ParsedLines:
    return parse_lines(text.split("\n"), "my.txt")


def entries(text: str) -> list[Entry]:
    return list(map(Entry._make, parse(text).rows))


LAYOUTS = {
    "ours": ("云计算\n大数据\t3\tn\tforce\n云是\t\t\tblock", [("大数据", 3, "n", "force")]),
    "ours, tags alone": ("云计算\t\tn\n大数据\t\tn", [("云计算", None, "n")]),
    "jieba": ("云计算 5 n\n李小福 2 nr\n创新办 3 i", [("云计算", 5, "n"), ("李小福", 2, "nr")]),
    "jieba without tags": ("云计算 5\n李小福 2", [("云计算", 5), ("李小福", 2)]),
    "jieba without frequencies": ("云计算 n\n李小福 nr\n八一双鹿", [("云计算", None, "n"), ("八一双鹿",)]),
    "HanLP": ("希望 v 7685 vn 616\n云计算 nz 5", [("希望", 8301, "v"), ("云计算", 5, "nz")]),
    "HanLP with tabs": ("希望\tv\t616\tvn\t7685\n云计算\tnz\t5", [("希望", 8301, "vn"), ("云计算", 5, "nz")]),
    "HanLP with commas": ("希望,v,386,vn,96\n云 计算,nz,5", [("希望", 482, "v"), ("云 计算", 5, "nz")]),
    "HanLP, tags alone": ("云计算 nz\n希望 v 5", [("云计算", None, "nz")]),
    "LAC": ("春天/SEASON\n李小福/PER\n秋天的风", [("春天", None, "SEASON"), ("秋天的风",)]),
    "LAC, several words": ("花/n 开/v\n落阳/n", [("花开", None, None, "split", ("花", "开"))]),
    "pkuseg": ("云计算\n李小福", [("云计算",), ("李小福",)]),
    "pkuseg with tags": ("云计算\tn\n李小福\tnr\n中国队", [("云计算", None, "n"), ("中国队",)]),
    "tabs": ("云计算\t5\tn\n李小福\t2\tnr", [("云计算", 5, "n"), ("李小福", 2, "nr")]),
    "tabs and blanks": ("云计算 \t 5\t n", [("云计算", 5, "n")]),
    "commas": ("云计算,5,n\n李小福,2,nr\n八一双鹿", [("云计算", 5, "n"), ("八一双鹿",)]),
    "commas and quotes": ('"云计算","5","n"\n"Hi, Tech",2,nz', [("云计算", 5, "n"), ("Hi, Tech", 2, "nz")]),
    "commas of full width": ("云计算，5，n\n李小福，2，nr", [("云计算", 5, "n")]),
    "several blanks": ("云计算   5    n\n李小福     2  nr", [("云计算", 5, "n"), ("李小福", 2, "nr")]),
    "blanks of full width": ("云计算　5　n\n李小福　2　nr", [("云计算", 5, "n"), ("李小福", 2, "nr")]),
    "no-break spaces": ("云计算\xa05\xa0n", [("云计算", 5, "n")]),
    "decimal weights": ("云计算 2.5 n\n李小福 1e3", [("云计算", 2.5, "n"), ("李小福", 1000)]),
    "capital tags": ("李小福 PER\n王小明 PER", [("李小福", None, "PER"), ("王小明", None, "PER")]),
    "Latin words with blanks": ("hello world\nColor OS 3 nz\nnatural language processing", [("hello world",)]),
    "Latin words with tags": ("云计算 5 n\ncloud n\nA股\nC++ 3 nz\nTCP/IP", [("cloud", None, "n"), ("TCP/IP",)]),
}


@pytest.mark.parametrize("name", LAYOUTS)
def test_a_layout_is_read(name: str) -> None:
    text, expected = LAYOUTS[name]
    found = entries(text)
    assert len(found) == text.count("\n") + 1
    for fields in expected:
        assert Entry(*fields) in found  # type: ignore[arg-type]


REFUSED = {
    "several words a line": "云计算\n机器 学习 模型",
    "words between commas": "云计算,大数据,人工智能",
    "words between commas of full width": "云计算，大数据，人工智能",
    "words between 、": "云计算、大数据",
    "other separators": "云计算|5|n",
    "semicolons": "云计算;5;n",
    "a gloss": "云计算 cloud computing",
    "a gloss of one word": "云计算 cloud",
    "a gloss after a tab": "云计算\tcloud computing",
    "a synonym": "云计算\t云端运算",
    "a name or a tag": "腾讯 QQ",
    "pinyin": "云计算\tyun ji suan\t5",
    "another separator in one line": "大数据\t5\tn\n云计算 5 n",
    "another order": "大数据\t5\tn\n云计算\tn\t5",
    "tags, then a weight": "大数据\tn\n云计算\t5",
    "one LAC line": "大数据\n人工智能\n云计算/n",
    "a heading": "word,freq,tag\n云计算,5,n",
    "a short word or a tag": "log in",
}


@pytest.mark.parametrize("name", REFUSED)
def test_a_line_that_cannot_be_told_is_refused(name: str) -> None:
    text = REFUSED[name]
    line = 1 if name == "a heading" else text.count("\n") + 1
    with pytest.raises(errors.FormatError, match=rf"^my\.txt:{line}: "):
        parse(text)


def test_the_refusal_says_what_is_expected_and_what_to_do() -> None:
    with pytest.raises(errors.FormatError, match=r"expected word<TAB>weight<TAB>tag.*a tab after the word") as caught:
        parse("云计算 cloud computing")
    assert "\n" not in str(caught.value)
    assert entries("云计算 cloud computing\t") == [Entry("云计算 cloud computing")]


@pytest.mark.parametrize("text", ["1,000", ":)", "~~~", "3.14", "。", "O'Neil", "#话题#", "@用户", "C++"])
def test_a_word_may_be_odd(text: str) -> None:
    assert entries(text) == [Entry(text)]


def test_lines_are_numbered_as_in_the_file() -> None:
    assert parse("# 注释\n\n云计算 5\n#\n大数据 5").numbers == [3, 5]


def test_comments_say_nothing_about_the_layout() -> None:
    assert entries("# word\tweight\n云计算 5 n") == [Entry("云计算", 5, "n")]
