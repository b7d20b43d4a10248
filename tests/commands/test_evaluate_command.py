"""``cnlp evaluate``: scores, unknown words, errors, and texts that differ."""

from __future__ import annotations

import json
import math
from collections.abc import Callable
from pathlib import Path

import pytest
from running_commands import Result

import cnlp

Shell = Callable[..., Result]

GOLD = "江 泽民 来到 北京\n\n北京大学 的 学生\n江 泽民 说\n"
PREDICTION = "江泽民 来到 北京\n北京 大学 的 学 生\n\n江泽民 说\n"


@pytest.fixture
def gold(tmp_path: Path) -> Path:
    path = tmp_path / "gold.txt"
    path.write_text(GOLD, encoding="utf-8")
    return path


@pytest.fixture
def prediction(tmp_path: Path) -> Path:
    path = tmp_path / "prediction.txt"
    path.write_text(PREDICTION, encoding="utf-8")
    return path


def one_line(result: Result, *parts: str, code: int = 1) -> None:
    assert result.code == code
    assert result.err.startswith("cnlp: error: ") and result.err.count("\n") == 1, result.err
    assert all(part in result.err for part in parts), result.err


def table(out: bytes) -> dict[str, list[str]]:
    """The lines by their first word."""
    rows = [line.split() for line in out.decode().splitlines() if line]
    return {row[0]: row[1:] for row in rows}


def test_words_of_two_files(shell: Shell, gold: Path, prediction: Path) -> None:
    result = shell("evaluate", "segment", gold, prediction, "--errors", "3")
    assert (result.code, result.err) == (0, "")
    shown = table(result.out)
    assert shown["precision"][:4] == ["0.4000", "4", "of", "10"]
    assert shown["recall"][:4] == ["0.4000", "4", "of", "10"]
    assert shown["F1"] == ["0.4000"]
    assert "errors: 2 words were split, 2 groups joined, 0 with other boundaries" in result.out.decode()
    assert shown["江"] == ["泽民", "江泽民", "2", "1", "3"]
    assert shown["北京大学"] == ["北京", "大学", "1", "2"]


def test_known_and_unknown_words(shell: Shell, gold: Path, prediction: Path, tmp_path: Path) -> None:
    words = tmp_path / "words.txt"
    words.write_text("来到\n北京\n的\n说\n学生\n", encoding="utf-8")
    (tmp_path / "train.txt").write_text("来到 北京\n的 说 学生\n", encoding="utf-8")
    for known in (("--vocabulary", words), ("--train", tmp_path / "train.txt")):
        report = json.loads(shell("evaluate", "segment", gold, prediction, *known, "-f", "json").out)
        assert (report["oov_words"], report["oov_recall"], report["iv_recall"]) == (5, 0.0, 0.8)
        assert report["errors"] == {"split": 2, "joined": 2, "crossing": 0}
        assert "OOV" in table(shell("evaluate", "segment", gold, prediction, *known).out)


@pytest.mark.parametrize(
    "choices", [(), ("-a", "bigram"), ("-s", "pku"), ("-a", "bigram", "-u", "hmm"), ("-a", "crf", "-s", "pku")]
)
def test_words_of_a_model(shell: Shell, gold: Path, tmp_path: Path, choices: tuple[str, ...]) -> None:
    text = tmp_path / "text.txt"
    text.write_text(GOLD.replace(" ", ""), encoding="utf-8")
    assert shell("segment", text, *choices, "-o", tmp_path / "cut.txt").code == 0
    by_file = json.loads(shell("evaluate", "segment", gold, tmp_path / "cut.txt", "-f", "json", "--errors", "9").out)
    by_model = json.loads(shell("evaluate", "segment", gold, *choices, "-f", "json", "--errors", "9").out)
    assert by_model.pop("prediction") != by_file.pop("prediction")
    assert by_model == by_file


def test_a_model_is_used_with_its_method(shell: Shell, gold: Path) -> None:
    report = json.loads(shell("evaluate", "segment", gold, "--model", "hmm", "-f", "json").out)
    assert report["prediction"] == "hmm (hmm, general)"
    refused = shell("evaluate", "segment", gold, "--model", "hmm", "--algorithm", "crf")
    one_line(refused, "the model was made for 'hmm', not for 'crf'", code=2)


DIFFERENT = [
    (
        "江泽民 来到 北京\n北京大学 的 学者\n江泽民 说\n",
        "p.txt:2: ",
        "column 9 has '者', ",
        "g.txt:3, column 9 has '生'",
    ),
    ("江泽民 来到 北京\n", "p.txt:1: ", "column 10 has the end, ", "g.txt:3, column 1 has '北'"),
    (GOLD + "\n再 说\n", "p.txt:6: ", "column 1 has '再', ", "g.txt:4, column 7 has the end"),
    (
        "江泽民 来到 北京 市\n北京大学 的 学生\n江泽民 说\n",
        "p.txt:1: ",
        "column 11 has '市'",
        "g.txt:1, column 11 has the end",
    ),
    ("江/nr 泽民/nr 来到/v 北平/ns\n", "p.txt:1: ", "column 18 has '平'", "g.txt:1, column 10 has '京'"),
    (
        "19980101-01-001-001/m [江/nr 泽民/nr]nr 到/v\n",
        "p.txt:1: ",
        "column 38 has '到'",
        "g.txt:1, column 6 has '来'",
    ),
    ("1\t江\t_\tN\n2\t择民\t_\tN\n\n", "p.txt:2: ", "column 3 has '择'", "g.txt:1, column 3 has '泽'"),
]


@pytest.mark.parametrize("content, place, there, here", DIFFERENT, ids=range(len(DIFFERENT)))
def test_texts_that_differ_are_named_by_line_and_column(
    shell: Shell, tmp_path: Path, content: str, place: str, there: str, here: str
) -> None:
    (tmp_path / "g.txt").write_text(GOLD, encoding="utf-8")
    (tmp_path / "p.txt").write_text(content, encoding="utf-8")
    one_line(shell("evaluate", "segment", tmp_path / "g.txt", tmp_path / "p.txt"), place, there, here)


def test_what_does_not_go_together(shell: Shell, gold: Path, prediction: Path) -> None:
    one_line(shell("evaluate", "segment", gold, prediction, "-a", "bigram"), "leave it out to score a model", code=2)
    one_line(shell("evaluate", "segment", "nowhere"), "nowhere: No such file")
    one_line(shell("evaluate", "segment", gold, "--train", "nowhere"), "nowhere: No such file")
    one_line(shell("evaluate", "tag", gold), "gold.txt:1: the words have no tags")
    one_line(shell("evaluate", "segment"), "GOLD", code=2)


TAGGED = "我/r 爱/v 北京/ns 。/w\n他/r 工作/vn\n"


def test_tags_of_two_files(shell: Shell, tmp_path: Path) -> None:
    (tmp_path / "g.txt").write_text(TAGGED, encoding="utf-8")
    (tmp_path / "p.txt").write_text("我/r 爱/v 北/n 京/n 。/w\n他/r 工作/v\n", encoding="utf-8")
    (tmp_path / "t.txt").write_text("我 爱\n", encoding="utf-8")
    files = (tmp_path / "g.txt", tmp_path / "p.txt", "--train", tmp_path / "t.txt", "--errors", "2")
    report = json.loads(shell("evaluate", "tag", *files, "-f", "json").out)
    assert report["accuracy"] == 4 / 5 and report["segmentation_f1"] == 10 / 13
    assert math.isclose(report["joint_f1"], 8 / 13)
    assert (report["unknown_words"], report["unknown_accuracy"]) == (3, 2 / 3)
    assert report["listed_errors"] == [{"count": 1, "gold": "vn", "predicted": "v", "words": ["工作"]}]
    assert report["tags"]["v"] == {"precision": 0.5, "recall": 1.0, "f1": 2 / 3, "words": 1}
    shown = table(shell("evaluate", "tag", *files).out)
    assert shown["joint"][-1] == "0.6154" and shown["vn"] == ["v", "1", "工作"]


UNIVERSAL = "1\t我\t_\tPRON\n2\t爱\t_\tVERB\n3\t北京\t_\tPROPN\n4\t。\t_\tPUNCT\n\n1\t他\t_\tPRON\n2\t工作\t_\tVERB\n"
OWN_TAGS = "我/P1 爱/V1 北京/N1 。/W1\n他/P1 工作/V1\n"
TREEBANK = "我_PN 爱_VV 北京_NR 。_PU\n他_PN 工作_VV\n"


@pytest.fixture
def tag_sets(tmp_path: Path) -> dict[str, Path]:
    """One text in four tag sets."""
    contents = {"pfr": TAGGED, "universal": UNIVERSAL, "ctb": TREEBANK, "own": OWN_TAGS}
    for name, content in contents.items():
        (tmp_path / name).write_text(content, encoding="utf-8")
    return {name: tmp_path / name for name in contents}


def test_tags_of_different_sets_are_refused(shell: Shell, tag_sets: dict[str, Path]) -> None:
    pfr, universal, ctb, own = tag_sets.values()
    differ = f"the tags differ: {universal} has universal tags (PRON, VERB, PROPN, PUNCT), and "
    theirs = f"{pfr} has pfr tags (r, v, w, ns, vn); compare in one set: --tagset universal"
    for arguments, message in (
        ([universal, pfr], differ + theirs),
        ([universal], differ + "the shipped tagger has pfr tags"),
        ([ctb], "compare in one set: --tagset universal or ctb"),
        ([own], f"{own} has other tags (P1, V1, N1, W1), and the shipped tagger has pfr tags"),
        ([own, pfr], "known sets: pfr, universal, ctb"),
        ([own, pfr, "-t", "ctb"], f"{own}: its tags (P1, V1, N1, W1) are of no known set"),
        ([universal, pfr, "-t", "ctb"], "of universal: they cannot be converted to ctb"),
    ):
        one_line(shell("evaluate", "tag", *arguments), message, code=2)


@pytest.mark.parametrize(
    "gold, other, options, tagset",
    [
        ("universal", "pfr", ["--tagset", "universal"], "universal"),
        ("pfr", "ctb", ["--tagset", "universal"], "universal"),
        ("ctb", "pfr", ["--tagset", "ctb"], "ctb"),
        ("universal", "universal", [], "universal"),
        ("own", "own", [], None),
    ],
)
def test_tags_are_compared_in_one_set(
    shell: Shell, tag_sets: dict[str, Path], gold: str, other: str, options: list[str], tagset: str | None
) -> None:
    report = json.loads(shell("evaluate", "tag", tag_sets[gold], tag_sets[other], *options, "-f", "json").out)
    assert report["tagset"] == tagset
    assert report["accuracy"] == (1 if gold == other else 5 / 6)  # 工作 is vn or VERB
    assert sum(sum(row.values()) for row in report["confusion"].values()) == 6


def test_tags_that_a_set_lacks_are_named(shell: Shell, tmp_path: Path) -> None:
    path = tmp_path / "g.txt"
    path.write_text(TAGGED.replace("/v ", "/vshi "), encoding="utf-8")
    result = shell("evaluate", "tag", path, path)
    assert (result.code, result.err) == (0, f"cnlp: note: {path}: tags that pfr lacks: vshi (1)\n")


def test_tags_of_a_model(shell: Shell, tmp_path: Path) -> None:
    path = tmp_path / "g.txt"
    path.write_text(TAGGED, encoding="utf-8")
    report = json.loads(shell("evaluate", "tag", path, "-f", "json").out)
    tags = [cnlp.tag_words(line) for line in (["我", "爱", "北京", "。"], ["他", "工作"])]
    right = sum(
        a == b
        for line, gold in zip(tags, (["r", "v", "ns", "w"], ["r", "vn"]), strict=True)
        for a, b in zip(line, gold, strict=True)
    )
    assert report["accuracy"] == right / 6 and report["words"] == 6
    one_line(shell("evaluate", "tag", path, path, "--model", "m"), "leave it out", code=2)


GOLD_COLUMNS = "王 B-PER\n明 I-PER\n在 O\n北 B-ORG\n京 I-ORG\n大 I-ORG\n学 I-ORG\n\n去 O\n上 B-LOC\n海 I-LOC\n"
FOUND_COLUMNS = "王 B-PER\n明 E-PER\n在 O\n北 B-LOC\n京 E-LOC\n大 O\n学 M-LOC\n\n去 O\n上 B-ORG\n海 E-ORG\n"


def test_entities_of_two_files(shell: Shell, tmp_path: Path) -> None:
    gold, found, train = tmp_path / "g.bio", tmp_path / "p.bmes", tmp_path / "t.json"
    gold.write_text(GOLD_COLUMNS, encoding="utf-8")
    found.write_text(FOUND_COLUMNS, encoding="utf-8")
    train.write_text('{"text": "王明", "label": {"PER": {"王明": [[0, 1]]}}}\n', encoding="utf-8")
    report = json.loads(
        shell("evaluate", "ner", gold, found, "--train", train, "--errors", "9", "--format", "json").out
    )
    assert report["overall"] == {
        "precision": 1 / 3,
        "recall": 1 / 3,
        "f1": 1 / 3,
        "gold": 3,
        "predicted": 3,
        "correct": 1,
    }
    assert report["labels"]["PER"]["f1"] == 1.0 and list(report["labels"]) == ["LOC", "ORG", "PER"]
    assert (report["seen"]["correct"], report["unseen"]["gold"]) == (1, 2)
    assert report["lengths"]["4-5"]["gold"] == 1
    assert report["errors"] == {"missed": 0, "spurious": 0, "boundary": 0, "label": 1, "both": 0, "inside": 1}
    assert report["listed_errors"] == [
        {"kind": "label", "line": 9, "gold": "去[上海/LOC]", "predicted": "去[上海/ORG]"},
        {"kind": "inside", "line": 1, "gold": "王明在[北京大学/ORG]", "predicted": "王明在[北京/LOC]大学"},
    ]
    result = shell("evaluate", "ner", gold, found, "--train", train, "--errors", "9")
    assert result.code == 0 and result.err == ""
    shown = table(result.out)
    assert shown["all"] == ["0.3333", "0.3333", "0.3333", "3", "3", "1"]
    assert shown["9"] == ["label", "去[上海/LOC]", "去[上海/ORG]"]


def test_reports_as_columns(shell: Shell, tmp_path: Path) -> None:
    gold, found, tags = tmp_path / "g.bio", tmp_path / "p.bmes", tmp_path / "t.txt"
    for path, content in ((gold, GOLD_COLUMNS), (found, FOUND_COLUMNS), (tags, TAGGED)):
        path.write_text(content, encoding="utf-8")

    def columns(*arguments: str | Path) -> str:
        return shell("evaluate", *arguments, "--format", "conll").out.decode()

    assert columns("ner", gold, found).split("\n\n")[1] == "去\tO\tO\n上\tB-LOC\tB-ORG\n海\tI-LOC\tI-ORG"
    assert columns("tag", tags, tags).startswith("我\tr\tr\n爱\tv\tv\n")
    assert columns("segment", tags, tags).startswith("我\tS\tS\n爱\tS\tS\n北\tB\tB\n京\tE\tE\n")


def test_reports_in_files(shell: Shell, tmp_path: Path) -> None:
    gold, found, report = tmp_path / "g.bio", tmp_path / "p.bmes", tmp_path / "r.json"
    gold.write_text(GOLD_COLUMNS, encoding="utf-8")
    found.write_text(FOUND_COLUMNS, encoding="utf-8")
    to_file = ("-f", "json", "-o", report, "--output-encoding", "utf-8-sig")
    assert shell("evaluate", "ner", gold, found, *to_file).out == b""
    assert json.loads(report.read_text("utf-8-sig"))["confusion"] == {
        "LOC": {"ORG": 1},
        "ORG": {"LOC": 1},
        "PER": {"PER": 1},
    }
    one_line(shell("evaluate", "ner", gold, found, "-o", gold), f"{gold}: is also an input", code=2)


def test_labels_that_differ_can_be_renamed(shell: Shell, tmp_path: Path) -> None:
    gold, found = tmp_path / "g.bio", tmp_path / "p.bio"
    gold.write_text(GOLD_COLUMNS.replace("PER", "NR").replace("LOC", "NS").replace("ORG", "NT"), encoding="utf-8")
    found.write_text(GOLD_COLUMNS, encoding="utf-8")
    differ = f"the labels differ: {gold} has NR, NS, NT, and {found} has LOC, ORG, PER; --label OLD=NEW renames one"
    one_line(shell("evaluate", "ner", gold, found), differ, code=2)
    one_line(shell("evaluate", "ner", gold), "and the shipped model has LOC, ORG, PER", code=2)
    result = shell("evaluate", "ner", gold, found, "--label", "NR=PER", "--label", "NS=LOC")
    assert result.err == f"cnlp: note: {gold}: labels that {found} lacks: NT (1)\n"
    assert table(result.out)["all"][2] == "0.6667"


def test_sentences_with_entities_that_differ(shell: Shell, tmp_path: Path) -> None:
    gold, found = tmp_path / "g.bio", tmp_path / "p.bmes"
    gold.write_text(GOLD_COLUMNS, encoding="utf-8")
    found.write_text(FOUND_COLUMNS.replace("海", "每"), encoding="utf-8")
    place = f"{found}:9: the sentence that begins here differs from {gold}:9: character 3 is '每', not '海'"
    one_line(shell("evaluate", "ner", gold, found), place)
    found.write_text(FOUND_COLUMNS.split("\n\n")[0], encoding="utf-8")
    one_line(shell("evaluate", "ner", gold, found), f"{found}:1: 2 gold and 1 sentences: the file ends here")
    one_line(shell("evaluate", "ner", found, gold), f"{found}:7: BMES: 'M-LOC' at position 6 is not allowed after 'O'")
    assert shell("evaluate", "ner", found, found, "--repair", "drop").code == 0
    found.write_text("我们 开会\n", encoding="utf-8")
    one_line(shell("evaluate", "ner", gold, found), f"{found}:1: the format was not recognized; name one of ")
    one_line(shell("evaluate", "ner", gold, gold, "--model", "m"), "leave it out to score a model", code=2)
