"""``cnlp ner``: what comes out for every format; a stand-in takes the place of the model."""

from __future__ import annotations

import json
import os
from collections.abc import Callable, Iterable
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from running_commands import Result, run_here

from cnlp.commands import ner
from cnlp.model.registry import path_of
from cnlp.ner.base import Recognizer
from cnlp.ner.gazetteer import Gazetteer
from cnlp.types import Entity

Shell = Callable[..., Result]
TEXT = "王小川在北京大学，3月5日花了三百元\r\n\n\t电话010-62345678，见A&B<北京>"
TEXTS = st.text(
    st.one_of(
        st.sampled_from("他在北京大学3月5日元一三百0123\t\r\n\u3000，。a1.@\\\0\ufeff😀𠮷[/]"),
        st.characters(blacklist_categories=["Cs"]),
    ),
    max_size=40,
)


def stand_in(text: str) -> list[Entity]:
    """Finds 王小川 and 北京, the latter with a low score."""
    known = (("王小川", "PER", 0.9, None), ("北京", "LOC", 0.4, "region"))
    found = [
        Entity(word, text.find(word), text.find(word) + len(word), label, score, None, kind)
        for word, label, score, kind in known
        if word in text
    ]
    return sorted(found, key=lambda entity: entity.start)


class StandIn(Recognizer):
    """A recognizer that finds these two."""

    def __init__(self) -> None:
        self.kinds_ = {"LOC": ["address", "region"], "ORG": [], "PER": []}
        self.labels_ = list(self.kinds_)

    def predict(self, texts: Iterable[str]) -> list[list[Entity]]:
        return list(map(stand_in, texts))


@pytest.fixture(autouse=True)
def _model(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(ner, "load_recognizer", lambda model, standard: StandIn())


@pytest.fixture
def names(tmp_path: Path) -> Path:
    path = tmp_path / "names.tsv"
    path.write_text("北京大学\tORG\t\tPeking University\n三百元\t\tblock\n", encoding="utf-8")
    return path


def test_names_begin_and_end_where_words_do_unless_asked(shell: Shell, names: Path) -> None:
    names.write_text("马云\tPER\n", encoding="utf-8")
    options = ("ner", "--no-model", "-g", names)
    assert shell(*options, stdin="马云骑马云游".encode()).out.decode() == "[马云/PER]骑马云游"
    anywhere = shell(*options, "--boundaries", "any", stdin="马云骑马云游".encode())
    assert anywhere.out.decode() == "[马云/PER]骑[马云/PER]游"


def test_text_has_marks_and_nothing_else_changes(shell: Shell, names: Path) -> None:
    result = shell("ner", "-g", names, stdin=f"\ufeff{TEXT}".encode())
    assert (result.code, result.err) == (0, "")
    assert result.out.decode() == (
        "\ufeff[王小川/PER]在[北京大学/ORG]，[3月5日/DATE]花了三百元\r\n\n\t电话[010-62345678/PHONE]，见A&B<[北京/LOC]>"
    )


def test_jsonl_has_an_object_for_each_line(shell: Shell, names: Path) -> None:
    records = [
        json.loads(line) for line in shell("ner", "-g", names, "-f", "jsonl", stdin=TEXT.encode()).out.splitlines()
    ]
    assert [record["text"] for record in records] == TEXT.replace("\r", "").split("\n")
    assert [record.get("end") for record in records] == ["\r\n", None, ""]
    assert records[0]["entities"][:2] == [
        {"text": "王小川", "start": 0, "end": 3, "label": "PER", "score": 0.9},
        {"text": "北京大学", "start": 4, "end": 8, "label": "ORG", "score": 1.0, "name": "Peking University"},
    ]
    assert records[1]["entities"] == []


def test_tsv_has_a_row_for_each_entity(shell: Shell, names: Path) -> None:
    rows = shell("ner", "-g", names, "-f", "tsv", stdin=TEXT.encode()).out.decode().splitlines()
    assert rows == [
        "1\t0\t3\tPER\t王小川\t0.9\t\t",
        "1\t4\t8\tORG\t北京大学\t1.0\tPeking University\t",
        "1\t9\t13\tDATE\t3月5日\t1.0\t\t",
        "3\t3\t15\tPHONE\t010-62345678\t1.0\t\t",
        "3\t21\t23\tLOC\t北京\t0.4\t\tregion",
    ]


def test_bio_has_a_row_for_each_character(shell: Shell) -> None:
    out = shell("ner", "-f", "bio", "--no-rules", "all", stdin="他在北京\n\n\t \n".encode()).out.decode()
    assert out == "他\tO\n在\tO\n北\tB-LOC\n京\tI-LOC\n\n\t\tO\n \tO\n\n"


def test_html_is_one_page(shell: Shell, tmp_path: Path) -> None:
    one, two = tmp_path / "1.txt", tmp_path / "2.txt"
    one.write_text("在北京\n", encoding="utf-8")
    two.write_text("去北京<b>", encoding="utf-8")
    page = shell("ner", "-f", "html", one, two).out.decode()
    assert page.count("<!doctype html>") == page.count("</html>") == 1
    assert page.count("<p>") == 2 and "LOC<small>2</small>" in page and "&lt;b&gt;" in page
    assert shell("ner", "-f", "html", one, two, "-o", tmp_path / "out").code == 0
    assert "LOC<small>1</small>" in (tmp_path / "out" / "2.txt.html").read_text(encoding="utf-8")
    assert shell("ner", "-f", "html").out.decode().endswith("</html>\n")


def test_rules_are_chosen(shell: Shell) -> None:
    text = "3月5日12:30，三百元".encode()
    assert shell("ner", "--rules", "date,time", stdin=text).out.decode() == "[3月5日/DATE][12:30/TIME]，三百元"
    assert shell("ner", "--no-rules", "date,time", stdin=text).out.decode() == "3月5日12:30，[三百元/MONEY]"
    assert shell("ner", "--no-rules", "all", stdin=text).out == text
    own = shell("ner", "--no-rules", "all", "--expression", r"N=\d+月", "--expression", "M=[三四]百元", stdin=text)
    assert own.out.decode() == "[3月/N]5日12:30，[三百元/M]"


def test_labels_and_scores_are_chosen(shell: Shell) -> None:
    text = "王小川3月5日在北京".encode()
    assert shell("ner", "--labels", "PER,LOC", stdin=text).out.decode() == "[王小川/PER]3月5日在[北京/LOC]"
    assert shell("ner", "--labels", "region,DATE", stdin=text).out.decode() == "王小川[3月5日/DATE]在[北京/LOC]"
    assert shell("ner", "--labels", "ORG", stdin=text).out == text
    assert shell("ner", "--min-score", "0.5", stdin=text).out.decode() == "[王小川/PER][3月5日/DATE]在北京"
    assert shell("ner", "--no-model", stdin=text).out.decode() == "王小川[3月5日/DATE]在北京"


@pytest.mark.skipif(not os.path.exists(path_of("ner")), reason="the shipped model is not built")
def test_the_shipped_model_finds_people_places_and_organisations(process: Shell) -> None:
    out = process("ner", stdin="王小明3月5日在北京大学读书，去过纽约。".encode()).out.decode()
    assert out == "[王小明/PER][3月5日/DATE]在[北京大学/ORG]读书，去过[纽约/LOC]。"


def test_the_last_gazetteer_counts(shell: Shell, tmp_path: Path) -> None:
    for number, label in enumerate(("A", "B")):
        (tmp_path / f"{number}.tsv").write_text(f"北大\t{label}\n", encoding="utf-8")
    out = shell("ner", "-g", tmp_path / "0.tsv", "-g", tmp_path / "1.tsv", stdin="北大".encode()).out.decode()
    assert out == "[北大/B]"


def test_a_saved_gazetteer_is_mapped(shell: Shell, names: Path, tmp_path: Path) -> None:
    saved = tmp_path / "names.safetensors"
    Gazetteer(names).save(saved)
    text = TEXT.encode()
    assert shell("ner", "-g", saved, stdin=text) == shell("ner", "-g", names, stdin=text)
    result = shell("ner", "-g", saved, "-g", names, stdin=text)
    assert result.code == 2 and "a saved gazetteer must be the only one" in result.err


@pytest.mark.parametrize(
    ("arguments", "code", "message"),
    [
        (["--rules", "dates"], 2, "unknown rule 'dates'; choose one of: date, time"),
        (["--no-rules", "dates"], 2, "unknown rule 'dates'; choose one of: date, time"),
        (["--expression", "abc"], 2, "expected LABEL=EXPRESSION, got 'abc'"),
        (["--expression", "A=(?=b)c"], 2, r"the expression '(?=b)c' uses (?=, which cannot be matched in linear time"),
        (["--min-score", "2"], 2, "2.0 is not in the range"),
        (["--model", "missing.safetensors"], 1, "missing.safetensors: No such file or directory"),
        (["--model", "x", "--no-model"], 2, "--model and --no-model contradict each other"),
        (["--standard", "msra", "--no-model"], 2, "--standard and --no-model contradict each other"),
        (["--labels", "PRE"], 2, "unknown label 'PRE'; choose one of: DATE, "),
        (["--labels", "PER", "--no-model", "--rules", "date"], 2, "unknown label 'PER'; choose one of: DATE"),
        (["-g", "missing.tsv"], 1, "missing.tsv: No such file or directory"),
        (["missing.txt"], 1, "missing.txt: No such file or directory"),
    ],
)
def test_what_is_wrong_is_said_in_one_line(
    shell: Shell, monkeypatch: pytest.MonkeyPatch, arguments: list[str], code: int, message: str
) -> None:
    if "--model" in arguments:
        monkeypatch.undo()
    result = shell("ner", *arguments)
    assert result.code == code and message in result.err
    assert result.err.startswith("cnlp: error: ") and result.err.count("\n") == 1


def test_a_broken_gazetteer_is_named_by_line(shell: Shell, tmp_path: Path) -> None:
    path = tmp_path / "names.tsv"
    path.write_text("北京\tLOC\n上海\n", encoding="utf-8")
    result = shell("ner", "-g", path)
    assert result.code == 1 and f"{path}:2: the label is empty" in result.err


def test_a_file_in_another_encoding_is_named_by_byte_and_leaves_no_half_page(shell: Shell, tmp_path: Path) -> None:
    path = tmp_path / "a.txt"
    path.write_bytes(b"abc\n" + "北京".encode("gb18030"))
    result = shell("ner", path, "-f", "html", "-o", tmp_path / "a.html")
    assert result.code == 1 and "not utf-8 at byte 4" in result.err and not (tmp_path / "a.html").exists()
    assert shell("ner", "-e", "gb18030", path).out.decode() == "abc\n[北京/LOC]"


@settings(max_examples=100, deadline=None)
@given(TEXTS)
def test_marks_taken_away_leave_the_text_and_jsonl_has_exact_offsets(text: str) -> None:
    out = run_here("ner", "-f", "jsonl", stdin=text.encode()).out.decode()
    records = [json.loads(line) for line in out.split("\n")[:-1]]
    assert "".join(record["text"] + record.get("end", "\n") for record in records) == text.removeprefix("\ufeff")
    marked = run_here("ner", stdin=text.encode()).out.decode()
    for record in records:
        for each in record["entities"]:
            assert record["text"][each["start"] : each["end"]] == each["text"]
            marked = marked.replace(f"[{each['text']}/{each['label']}]", each["text"], 1)
    assert marked == text


def test_a_long_line_of_everything(shell: Shell) -> None:
    text = "臺灣大學１２３４５👍\0" * 40_000
    result = shell("ner", "-f", "jsonl", stdin=text.encode())
    assert result.code == 0 and json.loads(result.out)["text"] == text
