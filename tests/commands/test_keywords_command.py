"""``cnlp keywords`` and ``cnlp idf`` as a user meets them."""

from __future__ import annotations

import json
from pathlib import Path
from xml.etree import ElementTree

import pytest
from running_commands import run_here

from cnlp.model.registry import path_of

BRIDGE = "长江大桥很长。长江大桥横跨长江。"
CITY = "南京是大城市，南京有长江大桥。"


@pytest.fixture
def files(tmp_path: Path) -> Path:
    (tmp_path / "a.txt").write_text(BRIDGE, encoding="utf-8")
    (tmp_path / "b.txt").write_text(f"{CITY}\r\n\n{BRIDGE}\n", encoding="utf-8")
    return tmp_path


def test_text_has_one_line_for_each_file_with_its_name_if_there_are_several(files: Path) -> None:
    a, b = files / "a.txt", files / "b.txt"
    options = ["-m", "tf", "-k", 2, "--no-phrases"]
    result = run_here("keywords", a, b, *options)
    assert (result.code, result.err) == (0, "")
    assert result.out.decode().splitlines() == [f"{a}\t长江\t大桥", f"{b}\t长江\t大桥"]
    assert run_here("keywords", a, *options).out.decode() == "长江\t大桥\n"
    lines = run_here("keywords", a, b, *options, "--per", "line").out.decode().splitlines()
    assert [line.split("\t")[0] for line in lines] == [f"{a}:1", f"{b}:1", f"{b}:3"]
    assert run_here("keywords", a, b, *options, "-q", "-o", files / "out").code == 0
    assert (files / "out" / "a.txt").read_text(encoding="utf-8") == "长江\t大桥\n"


def test_each_line_can_be_a_document() -> None:
    lines = f"{CITY}\n\n{BRIDGE}".encode()
    result = run_here("keywords", "--per", "line", "-m", "tf", "-k", 1, "-f", "tsv", "--no-phrases", stdin=lines)
    assert result.out.decode() == "standard input\t1\t1\t南京\t2\t2\nstandard input\t3\t1\t长江\t3\t3\n"


def test_json_has_exact_spans(files: Path) -> None:
    result = run_here("keywords", files / "a.txt", "-m", "tfidf", "-f", "jsonl")
    record = json.loads(result.out)
    assert record["document"] == str(files / "a.txt") and "line" not in record
    best = record["keywords"][0]
    assert (best["text"], best["count"], best["spans"]) == ("长江大桥", 2, [[0, 4], [7, 11]])


def test_choices_reach_the_method(files: Path) -> None:
    (files / "stop.txt").write_text("# own list\n长江\n", encoding="utf-8")
    (files / "idf.txt").write_text("横跨 99\n大桥 1\n", encoding="utf-8")
    stopped = run_here("keywords", files / "a.txt", "-m", "tf", "--stopwords", files / "stop.txt", "-k", 1)
    assert stopped.out.decode() == "大桥\n"
    weighted = run_here("keywords", files / "a.txt", "-m", "tfidf", "--idf", files / "idf.txt", "-k", 1, "--no-phrases")
    assert weighted.out.decode() == "长江\n"  # seen in no document: the greatest value, three times
    verbs = run_here("keywords", files / "a.txt", "-m", "tf", "--pos", "v")
    assert verbs.out.decode() == "横跨\n"
    own = run_here("keywords", files / "a.txt", "-m", "tf", "-l", files / "words.txt")
    assert own.code == 1 and "words.txt" in own.err


def test_another_model_has_the_tables(files: Path) -> None:
    (files / "own.safetensors").write_bytes(Path(path_of("keyphrases")).read_bytes())
    shipped = run_here("keywords", files / "a.txt").out
    assert run_here("keywords", files / "a.txt", "--model", files / "own.safetensors").out == shipped
    grouped = run_here("keywords", files / "a.txt", files / "b.txt", "--by", "file", "--model", "keyphrases")
    assert grouped.code == 0
    refused = run_here("keywords", files / "a.txt", "--model", "pos")
    assert refused.code == 1 and "this is a model of kind 'part-of-speech'" in refused.err


def test_plot_is_a_bar_for_each_keyword(files: Path) -> None:
    result = run_here("keywords", files / "a.txt", "--plot", files / "out.svg", "-k", 3)
    assert result.code == 0
    root = ElementTree.parse(files / "out.svg").getroot()
    bars = [node for node in root.iter() if node.get("class") == "bar"]
    assert len(bars) == len(result.out.decode().split("\t"))


def test_plot_of_several_documents_is_refused_and_nothing_is_written(files: Path) -> None:
    result = run_here("keywords", files / "a.txt", files / "b.txt", "--plot", files / "out.svg", "-o", files / "o")
    assert result.code == 2
    assert "--plot draws one document" in result.err
    assert not (files / "out.svg").exists() and not (files / "o").exists()


@pytest.mark.parametrize(
    ("arguments", "code", "message"),
    [
        (["none.txt"], 1, "none.txt: No such file"),
        (["--pos", "w"], 2, "unknown part of speech 'w'"),
        (["-m", "tf", "--idf", "idf.txt"], 1, "idf.txt: No such file"),
        (["--stopwords", "stop.txt"], 1, "stop.txt: No such file"),
        (["-m", "lda"], 2, "'lda' is not one of"),
    ],
)
def test_mistakes_are_told_in_one_line(arguments: list[str], code: int, message: str) -> None:
    result = run_here("keywords", *arguments, stdin=BRIDGE.encode())
    assert result.code == code
    assert result.err.startswith("cnlp: error: ") and result.err.count("\n") == 1
    assert message in result.err


def test_bytes_that_are_no_text_are_named_and_the_next_file_is_read(files: Path) -> None:
    (files / "bad.txt").write_bytes("好".encode() + b"\xff")
    for per in ("file", "line"):
        result = run_here("keywords", files / "bad.txt", files / "a.txt", "--per", per, "-m", "tf", "-k", 1)
        assert result.code == 1
        assert "bad.txt: not utf-8 at byte 3 (0xff)" in result.err
        assert result.out.decode().rpartition("\t")[2] == "长江大桥\n"


REVIEWS = "种类,评论\n酒店,房间干净，房间大\n水果,苹果很甜，苹果脆\n酒店,前台热情，房间干净\n"


@pytest.fixture
def reviews(tmp_path: Path) -> Path:
    (tmp_path / "reviews.csv").write_text(REVIEWS, encoding="gbk")
    return tmp_path / "reviews.csv"


@pytest.mark.parametrize("workers", [1, 2])
@pytest.mark.parametrize(
    ("format_", "lines"),
    [
        ("text", ["酒店\t房间", "水果\t苹果"]),
        ("tsv", ["酒店\t1\t房间\t0.664686\t3", "水果\t1\t苹果\t1.60075\t2"]),
    ],
)
def test_groups_of_a_column_are_compared(reviews: Path, format_: str, lines: list[str], workers: int) -> None:
    options = ["--field", "评论", "--by", "种类", "-e", "gbk", "-k", 1, "-f", format_, "--workers", workers]
    result = run_here("keywords", reviews, *options)
    assert (result.code, result.err) == (0, "")
    assert result.out.decode().splitlines() == lines
    assert run_here("keywords", reviews, *options, "-o", reviews.parent / "o").code == 0
    assert (reviews.parent / "o").read_bytes() == result.out


def test_groups_are_fields_of_json_too_and_drawn(tmp_path: Path) -> None:
    records = '{"t": "房间干净", "star": 5}\n{"t": null, "star": 1}\n{"t": "马桶漏水", "star": 1}\n'.encode()
    options = ["--field", "t", "--by", "star", "-f", "jsonl", "-k", 2, "--plot", tmp_path / "a.svg"]
    found = [json.loads(line) for line in run_here("keywords", *options, stdin=records).out.splitlines()]
    assert [(each["group"], [word["text"] for word in each["keywords"]]) for each in found] == [
        ("5", ["干净", "房间"]),
        ("1", ["漏水", "马桶"]),
    ]
    assert list(found[0]["keywords"][0]) == ["text", "score", "count"]
    picture = ElementTree.parse(tmp_path / "a.svg").getroot()
    assert [node.text for node in picture.iter() if node.get("class") == "title"] == ["5", "1"]


def test_files_and_folders_are_groups(files: Path) -> None:
    by_file = run_here("keywords", "--by", "file", "-k", 1, files / "a.txt", files / "b.txt").out.decode()
    assert by_file == f"{files / 'a.txt'}\t长江\n{files / 'b.txt'}\t南京\n"
    (files / "c").mkdir()
    (files / "c" / "d.txt").write_text("苹果很甜", encoding="utf-8")
    by_folder = run_here("keywords", "--by", "folder", "-k", 1, files).out.decode()
    assert by_folder == f"{files}\t长江\n{files / 'c'}\t苹果\n"


@pytest.mark.parametrize(
    ("arguments", "code", "message"),
    [
        (["--by", "种类"], 2, "--by 种类 needs --field"),
        (["--by", "种", "--field", "评论"], 1, "reviews.csv:1: no column has the heading '种'; there are: 种类, 评论"),
        (["--by", "种类", "--field", "评论", "-m", "tfidf"], 2, "which has no use for --method"),
        (["--by", "种类", "--field", "评论", "--pos", "zz"], 2, "unknown part of speech 'zz'"),
        (["--by", "file"], 2, "two groups of texts or more are needed"),
        (["--by", "种类", "--field", "评论", "none.csv"], 1, "none.csv: No such file"),
        (["--by", "种类", "--field", "评论", "-o", "."], 2, "is a folder"),
        (["--field", "评论", "--plot", "a.svg"], 2, "--plot draws one document"),
    ],
)
def test_groups_that_cannot_be_compared_are_an_error_and_nothing_is_written(
    reviews: Path, arguments: list[str], code: int, message: str
) -> None:
    output = [] if "-o" in arguments else ["-o", reviews.parent / "out.tsv"]
    result = run_here("keywords", reviews, "-e", "gbk", *arguments, *output)
    assert result.code == code and message in result.err
    assert result.err.count("\n") == 1 and result.out == b""
    assert [path.name for path in reviews.parent.iterdir()] == ["reviews.csv"]


def test_idf_counts_lines_or_files(files: Path) -> None:
    result = run_here("idf", files / "a.txt", files / "b.txt", "-o", files / "idf.tsv")
    assert (result.code, result.out) == (0, b"")
    table = (files / "idf.tsv").read_text(encoding="utf-8").splitlines()
    assert table[0] == "# documents\t3" and "长江\t3" in table and "南京\t1" in table
    run_here("idf", "-o", files / "idf.tsv", "--per", "file", "--min-count", 2, files / "a.txt", files / "b.txt")
    table = (files / "idf.tsv").read_text(encoding="utf-8").splitlines()
    assert table[0] == "# documents\t2" and "长江\t2" in table and "南京\t1" not in table


def test_merged_tables_equal_the_whole(files: Path) -> None:
    for name, inputs in (("a", ["a.txt"]), ("b", ["b.txt"]), ("whole", ["a.txt", "b.txt"])):
        assert run_here("idf", *(files / each for each in inputs), "-o", files / f"{name}.tsv").code == 0
    assert run_here("idf", "merge", files / "a.tsv", files / "b.tsv", "-o", files / "merged.tsv").code == 0
    assert (files / "merged.tsv").read_bytes() == (files / "whole.tsv").read_bytes()
    used = run_here("keywords", files / "a.txt", "-m", "tfidf", "--idf", files / "merged.tsv", "-k", 1, "--no-phrases")
    assert used.out.decode() == "横跨\n"


def test_a_table_of_half_a_corpus_is_not_written(files: Path) -> None:
    result = run_here("idf", files / "a.txt", files / "none.txt", "-o", files / "idf.tsv")
    assert result.code == 1 and "none.txt: No such file" in result.err
    assert not (files / "idf.tsv").exists()
    broken = run_here("idf", "merge", files / "a.txt", "-o", files / "idf.tsv")
    assert broken.code == 1 and "a.txt:1: a table of document frequencies begins with" in broken.err
    assert not (files / "idf.tsv").exists()
    assert run_here("idf", files / "a.txt", "-o", files / "a.txt").code == 2
