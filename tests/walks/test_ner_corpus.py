"""The walk of a newcomer who has a public corpus of entities and a table to reproduce.

The corpus is in the format of Resume (Zhang and Yang 2018): a character and its tag in BMES a line, an empty line after
each sentence. Like the public one it has a broken tag. The steps are command lines as one types them, then the same in
Python.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

import cnlp
from cnlp.corpus import read_entities
from cnlp.errors import FormatError
from cnlp.evaluation.entities import evaluate_entities

TRAIN = """
[王明/NAME]，男，[汉族/RACE]，[硕士学历/EDU]，任[北京市电力公司/ORG][总经理/TITLE]。
[李建国/NAME]，女，[满族/RACE]，[本科学历/EDU]，任[上海市钢铁公司/ORG][董事长/TITLE]。
[张伟/NAME]，男，[回族/RACE]，[博士学历/EDU]，任[天津市机床厂/ORG][副总经理/TITLE]。
[刘小红/NAME]，女，[汉族/RACE]，[大专学历/EDU]，任[广州市证券公司/ORG][独立董事/TITLE]。
[陈志强/NAME]，男，[汉族/RACE]，[本科学历/EDU]，曾任[重庆市汽车厂/ORG][厂长/TITLE]。
[赵敏/NAME]，女，[壮族/RACE]，[硕士学历/EDU]，曾任[南京市纺织公司/ORG][监事/TITLE]。
[孙立/NAME]，男，[汉族/RACE]，[博士学历/EDU]，现任[武汉市建设银行/ORG][行长/TITLE]。
[周丽华/NAME]，女，[汉族/RACE]，[本科学历/EDU]，现任[大连市造船厂/ORG][总工程师/TITLE]。
"""
TEST = """
[李明/NAME]，男，[汉族/RACE]，[博士学历/EDU]，任[南京市钢铁公司/ORG][总经理/TITLE]。
[王小红/NAME]，女，[回族/RACE]，[大专学历/EDU]，曾任[北京市汽车厂/ORG][监事/TITLE]。
"""


def columns(marked: str) -> str:
    """Lines with entities in brackets, ``[王明/NAME]``, in columns."""
    rows = []
    for line in marked.split():
        for piece in line.replace("[", "]").split("]"):
            text, _, label = piece.partition("/")
            inside = [f"M-{label}"] * (len(text) - 2)
            tags = [f"B-{label}", *inside, f"E-{label}"] if label else ["O"] * len(text)
            rows += [f"{char} {tag}" for char, tag in zip(text, tags, strict=True)]
        rows.append("")
    return "\n".join(rows) + "\n"


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The corpus: train, with one broken tag, and test."""
    place = tmp_path_factory.mktemp("corpus")
    broken = columns(TRAIN).replace("理 E-TITLE", "理 M-TITLE", 1)
    (place / "train.char.bmes").write_text(broken, encoding="utf-8")
    (place / "test.char.bmes").write_text(columns(TEST), encoding="utf-8")
    return place


def run(folder: Path, line: str) -> subprocess.CompletedProcess[str]:
    """A command line, in the folder of the corpus."""
    environment = {**os.environ, "PYTHONPATH": str(Path(cnlp.__file__).parent.parent), "PYTHONUTF8": "1"}
    command = [sys.executable, "-m", *line.split()]
    return subprocess.run(command, cwd=folder, env=environment, capture_output=True, text=True, encoding="utf-8")


@pytest.fixture(scope="module")
def scores(folder: Path) -> dict[str, Any]:
    """Train, evaluate, and read the table."""
    files = "--train train.char.bmes --repair begin --test test.char.bmes"
    trained = run(folder, f"cnlp train ner {files} --method perceptron -o resume.safetensors")
    assert trained.returncode == 0, trained.stderr
    assert "8 sentences, " in trained.stderr and "test F1 " in trained.stderr
    evaluated = run(folder, "cnlp evaluate ner test.char.bmes --model resume.safetensors -f json -o table.json")
    assert (evaluated.returncode, evaluated.stdout, evaluated.stderr) == (0, "", "")
    table: dict[str, Any] = json.loads((folder / "table.json").read_text(encoding="utf-8"))
    return table


def test_training_stops_at_the_broken_tag_and_says_what_to_do(folder: Path) -> None:
    result = run(folder, "cnlp train ner --train train.char.bmes -o resume.safetensors")
    assert result.returncode == 1
    assert result.stderr == (
        "cnlp: error: train.char.bmes:25: BMES: 'O' at position 24 is not allowed after 'M-TITLE', in the line '。 O'; "
        "--repair begin reads it as conlleval does, --repair drop as seqeval's strict mode (repair= in Python)\n"
    )


def test_the_table_has_the_numbers_of_every_label(scores: dict[str, Any]) -> None:
    assert scores["overall"]["gold"] == 10 and scores["overall"]["f1"] > 0.7
    assert set(scores["labels"]) == {"NAME", "RACE", "EDU", "ORG", "TITLE"}
    assert scores["confusion"]["EDU"] == {"EDU": 2}


def test_seqeval_has_the_same_numbers(folder: Path, scores: dict[str, Any]) -> None:
    metrics, scheme = pytest.importorskip("seqeval.metrics"), pytest.importorskip("seqeval.scheme")
    result = run(folder, "cnlp evaluate ner test.char.bmes --model resume.safetensors --format conll")
    sentences = [sentence.split("\n") for sentence in result.stdout.strip().split("\n\n")]
    gold, found = ([[row.split("\t")[side] for row in rows] for rows in sentences] for side in (1, 2))
    assert metrics.f1_score(gold, found, mode="strict", scheme=scheme.IOB2) == pytest.approx(scores["overall"]["f1"])


def test_the_shipped_model_has_other_labels_and_says_so(folder: Path) -> None:
    result = run(folder, "cnlp evaluate ner test.char.bmes --label NAME=PER")
    assert result.returncode == 0
    note = "cnlp: note: test.char.bmes: labels that the shipped model lacks: RACE (2), EDU (2), TITLE (2)\n"
    assert result.stderr == note and result.stdout.startswith("gold        test.char.bmes: 2 sentences\n")


def test_the_model_finds_entities_in_text(folder: Path, scores: dict[str, Any]) -> None:
    (folder / "new.txt").write_text("张小明，男，汉族，本科学历。\n", encoding="utf-8")
    result = run(folder, "cnlp ner new.txt --model resume.safetensors --no-rules all")
    assert "[汉族/RACE]" in result.stdout and "[本科学历/EDU]" in result.stdout


def test_the_same_in_python(folder: Path, scores: dict[str, Any]) -> None:
    with pytest.raises(FormatError, match="repair= in Python"):
        list(read_entities(folder / "train.char.bmes", "bmes"))
    train = list(read_entities(folder / "train.char.bmes", "bmes", repair="begin"))
    test = list(read_entities(folder / "test.char.bmes", "bmes"))
    recognizer = cnlp.EntityRecognizer(method="perceptron").fit(train)
    texts, gold = [sentence.text for sentence in test], [sentence.spans for sentence in test]
    found = [[(entity.start, entity.end, entity.label) for entity in each] for each in recognizer.predict(texts)]
    assert evaluate_entities(texts, gold, found).overall.as_dict() == scores["overall"]
