"""``cnlp train``: from a user's files to a model that the other commands accept."""

from __future__ import annotations

import json
import os
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from running_commands import ROOT, Result, run_here, run_process

import cnlp

pytest.importorskip("numpy")

Shell = Callable[..., Result]

CORPUS = """\
我们 在 云原生 大会 上 见 了 很多 老朋友 。
云原生 的 服务 网格 越来越 成熟 。
她 在 服务 网格 小组 做 开发 。
我们 小组 用 服务 网格 做 灰度 发布 。
灰度 发布 之前 要 做 压测 。
压测 的 结果 很 好 。
开发 小组 今天 开会 。
今天 的 大会 很 成熟 。
老朋友 说 云原生 越来越 好 。
他 说 要 先 做 压测 再 发布 。
发布 之后 看 监控 大盘 。
监控 大盘 上 有 很多 曲线 。
曲线 越来越 好看 。
她 说 监控 很 重要 。
我们 今天 做 灰度 发布 。
大会 之后 我们 再 开会 。
老朋友 在 小组 里 很 重要 。
服务 网格 的 监控 大盘 很 好 。
他 今天 在 看 曲线 。
云原生 小组 用 监控 大盘 看 结果 。
"""
TAGGED = (
    """\
我们/r 在/p 大会/n 上/f 见/v 了/u 老朋友/n 。/w
她/r 在/p 小组/n 做/v 开发/vn 。/w
今天/t 我们/r 开会/v 。/w
老朋友/n 在/p 小组/n 里/f 很/d 重要/a 。/w
她/r 说/v 大会/n 很/d 重要/a 。/w
"""
    * 4
)
METHODS = ("perceptron", "crf", "hmm", "bigram")


@pytest.fixture
def mine(tmp_path: Path) -> Path:
    """Twenty lines segmented by hand."""
    path = tmp_path / "mine.txt"
    path.write_text(CORPUS, encoding="utf-8")
    return path


@pytest.fixture
def tagged(tmp_path: Path) -> Path:
    """Twenty lines tagged by hand."""
    path = tmp_path / "tagged.txt"
    path.write_text(TAGGED, encoding="utf-8")
    return path


def one_line(result: Result, *parts: str, code: int = 1) -> None:
    """Check that ``result`` ends with one error line that contains ``parts``."""
    assert result.code == code, result.err
    last = result.err.splitlines()[-1]
    assert last.startswith("cnlp: error: ") and result.err.count("cnlp: error") == 1, result.err
    assert all(part in last for part in parts), last


@pytest.mark.parametrize("method", METHODS)
def test_twenty_lines_make_a_segmenter(shell: Shell, mine: Path, tmp_path: Path, method: str) -> None:
    model = tmp_path / "mine.safetensors"
    result = shell("train", "segment", "--method", method, "--train", mine, "--dev", mine, "-o", model)
    assert result.code == 0 and result.out == b""
    assert "20 sentences, 137 words to learn from" in result.err
    assert "dev F1 " in result.err and f"{model}: {model.stat().st_size:,} bytes" in result.err
    out = shell("segment", "--model", model, stdin="今天看云原生大会的监控大盘\n".encode()).out.decode()
    assert out == "今天 看 云原生 大会 的 监控 大盘\n" or method == "hmm"
    assert sorted(os.listdir(tmp_path)) == ["mine.safetensors", "mine.txt"]


def test_a_model_is_the_same_for_the_same_seed(shell: Shell, mine: Path, tmp_path: Path) -> None:
    files = []
    for name, seed in (("a", "7"), ("b", "7"), ("c", "8")):
        assert shell("train", "segment", "--train", mine, "--seed", seed, "-o", tmp_path / name).code == 0
        files.append((tmp_path / name).read_bytes())
    assert files[0] == files[1] != files[2]


def test_the_card_tells_where_a_model_is_from(shell: Shell, mine: Path, tmp_path: Path) -> None:
    model, dev, words = tmp_path / "m", tmp_path / "dev.txt", tmp_path / "words.tsv"
    dev.write_text("我们 开会 。\n", encoding="utf-8")
    words.write_text("云计算\t30\n微服务\t20\n", encoding="utf-8")
    shell("train", "segment", "--train", mine, "--dev", dev, "-l", words, "--epochs", "3", "--seed", "5", "-o", model)
    card = json.loads(shell("info", "--json", model).out)
    assert card["training_data"].startswith("mine.txt (sha256 ") and len(card["training_data"]) == 82
    assert card["training_size"] == "20 sentences, 137 words" and card["training_lexicon"] == "2 words"
    assert card["dev_data"].startswith("dev.txt (sha256 ") and card["scores"].startswith("dev F1 ")
    assert card["method"] == "perceptron" and "epochs 3" in card["parameters"] and "seed 5" in card["parameters"]
    assert len(card["dev_by_epoch"].split()) == 3 and card["cnlp"] == cnlp.__version__


def test_the_words_of_a_lexicon_are_known(shell: Shell, mine: Path, tmp_path: Path) -> None:
    words = tmp_path / "words.tsv"
    words.write_text("饕餮纹\t30\n", encoding="utf-8")
    assert shell("train", "segment", "--method", "bigram", "--train", mine, "-l", words, "-o", tmp_path / "m").code == 0
    out = shell("segment", "--model", tmp_path / "m", stdin="我们看饕餮纹".encode()).out.decode()
    assert out == "我们 看 饕餮纹"


def test_a_standard_can_have_a_name(shell: Shell, mine: Path, tmp_path: Path) -> None:
    assert shell("train", "segment", "--train", mine, "--standard", "ops", "-o", tmp_path / "m").code == 0
    for arguments in ((), ("--standard", "ops")):
        result = shell("segment", "--model", tmp_path / "m", *arguments, stdin="灰度发布".encode())
        assert result.out.decode() == "灰度 发布"
    refused = shell("segment", "--model", tmp_path / "m", "--standard", "pku", stdin=b"x")
    one_line(refused, "unknown standard 'pku'; choose one of: ops", code=2)
    one_line(shell("train", "segment", "--train", mine, "-s", "Nein!", "-o", tmp_path / "n"), "'Nein!'", code=2)


FORMATS = {
    "words": "我们 见 老朋友\n\n她 开会\n",
    "slash": "我们/r 见/v 老朋友/n\n\n她/r 开会/v\n",
    "underscore": "我们_PN 见_VV 老朋友_NN\n\n她_PN 开会_VV\n",
    "pfr": "19980101-01-001-001/m  我们/r  见/v  [老/a  朋友/n]n\n\n19980101-01-001-002/m  她/r  开会/v\n",
    "conll": "# text\n1\t我们\t_\tPRON\n2\t见\t_\tVERB\n3\t老朋友\t_\tNOUN\n\n1\t她\t_\tPRON\n2\t开会\t_\tVERB\n",
}


@pytest.mark.parametrize("form", FORMATS)
@pytest.mark.parametrize("named", [False, True])
def test_every_format_is_read_and_told(shell: Shell, tmp_path: Path, form: str, named: bool) -> None:
    path = tmp_path / "corpus"
    path.write_text(FORMATS[form], encoding="utf-8")
    arguments = ("--format", form) if named else ()
    result = shell("train", "segment", "--method", "bigram", "--train", path, *arguments, "-o", tmp_path / "m")
    assert result.code == 0
    assert f"2 sentences, {6 if form == 'pfr' else 5} words to learn from" in result.err


def test_several_files_may_follow_one_option(shell: Shell, tmp_path: Path) -> None:
    for name in "abc":
        (tmp_path / f"{name}.txt").write_text("我们 开会\n" * 3, encoding="utf-8")
    files = [tmp_path / f"{name}.txt" for name in "abc"]
    for train in (files, [tmp_path / "*.txt"], [files[0], "--train", *files[1:]]):
        model = ("-o", tmp_path / "m", "--force")
        result = shell("train", "segment", "--train", *train, "--dev", files[0], files[1], *model)
        assert "9 sentences, 18 words to learn from, 6 sentences, 12 words held out" in result.err
    one_line(shell("train", "segment", "extra", "--train", files[0], "-o", tmp_path / "n"), "extra", code=2)


def test_an_existing_file_is_not_replaced_without_force(shell: Shell, mine: Path, tmp_path: Path) -> None:
    model = tmp_path / "m"
    model.write_bytes(b"old")
    one_line(shell("train", "segment", "--train", mine, "-o", model), f"{model}: exists already; --force", code=2)
    assert model.read_bytes() == b"old"
    assert shell("train", "segment", "--train", mine, "-o", model, "--force").code == 0
    assert shell("info", model).code == 0
    refused = shell("train", "segment", "--train", mine, "-o", mine, "--force")
    one_line(refused, "mine.txt: is also an input", code=2)
    assert mine.read_text(encoding="utf-8") == CORPUS
    one_line(shell("train", "segment", "--train", mine, "-o", tmp_path, "--force"), "is not a file", code=2)
    one_line(shell("train", "segment", "--train", mine, "-o", tmp_path / "no" / "m"), "no/m: No such file or directory")


@pytest.mark.parametrize(
    "content, form, message",
    [
        (b"", None, ":1: the file has no words"),
        (b"\n \n\n", None, ":1: the file has no words"),
        (b"", "pfr", ":1: the file has no words"),
        ("我们在云原生大会上见了很多老朋友。\n".encode() * 3, None, "this text is not segmented into words"),
        ("我们/r 见/v\n".encode() * 9 + "他/r 开会\n".encode(), None, ":10: expected word/POS, got '开会'"),
        ("[我们/r  见/v\n".encode(), "pfr", ":1: bracket opened at '我们' and never closed"),
        ("1\t我们\t_\tPRON\n2\t见\n".encode(), None, ":2: expected 4 columns or more, got 2"),
        ("我们 见\n".encode() + b"\xff\n", None, ": not utf-8 at byte 11 (0xff)"),
    ],
    ids=range(8),
)
def test_bad_training_files_are_named_by_line(
    shell: Shell, mine: Path, tmp_path: Path, content: bytes, form: str | None, message: str
) -> None:
    bad = tmp_path / "bad.txt"
    bad.write_bytes(content)
    arguments = ("--format", form) if form else ()
    one_line(shell("train", "segment", "--train", bad, *arguments, "-o", tmp_path / "m"), str(bad), message)
    assert not (tmp_path / "m").exists()
    if form is None:
        result = shell("train", "segment", "--train", mine, "--dev", bad, "-o", tmp_path / "m")
        one_line(result, str(bad))


def test_missing_files(shell: Shell, mine: Path, tmp_path: Path) -> None:
    one_line(shell("train", "segment", "--train", "nowhere", "-o", tmp_path / "m"), "nowhere: No such file")
    one_line(shell("train", "segment", "--train", tmp_path / "*.none", "-o", tmp_path / "m"), "no file matches")
    one_line(shell("train", "segment", "--train", mine), "--output", code=2)
    one_line(shell("train", "segment", "--train", mine, "-l", "none.tsv", "-o", tmp_path / "m"), "none.tsv: No such")
    one_line(shell("train", "segment", "--method", "magic", "--train", mine, "-o", tmp_path / "m"), "magic", code=2)


def test_other_encodings(shell: Shell, tmp_path: Path) -> None:
    (tmp_path / "gbk.txt").write_bytes("我们 开会\n".encode("gb18030"))
    arguments = ("--method", "bigram", "--train", tmp_path / "gbk.txt", "-o", tmp_path / "m")
    one_line(shell("train", "segment", *arguments), "gbk.txt: not utf-8 at byte 0", "--encoding")
    assert shell("train", "segment", *arguments, "-e", "gb18030").code == 0


def interrupted_after(epochs: int) -> Callable[..., Iterator[Any]]:
    """The perceptron, and Ctrl-C after so many epochs."""
    from cnlp.sequence import linear

    original = linear.perceptron

    def perceptron(*arguments: Any, **options: Any) -> Iterator[Any]:
        for number, item in enumerate(original(*arguments, **options)):
            if number == epochs:
                raise KeyboardInterrupt
            yield item

    return perceptron


@pytest.mark.parametrize("task, scored", [("segment", "dev F1 "), ("tag", "dev accuracy ")])
def test_ctrl_c_keeps_the_best_model_and_says_so(
    monkeypatch: pytest.MonkeyPatch, tagged: Path, tmp_path: Path, task: str, scored: str
) -> None:
    monkeypatch.setattr("cnlp.sequence.linear.perceptron", interrupted_after(3))
    model = tmp_path / "m"
    result = run_here("train", task, "--train", tagged, "--dev", tagged, "--epochs", "5", "-o", model)
    assert result.code == 130
    assert "interrupted after 3 of 5 epochs: the best of them is kept" in result.err and scored in result.err
    assert run_here("info", model).code == 0
    assert len(json.loads(run_here("info", "--json", model).out)["dev_by_epoch"].split()) == 3


def test_ctrl_c_before_anything_is_learnt_leaves_nothing(
    monkeypatch: pytest.MonkeyPatch, mine: Path, tmp_path: Path
) -> None:
    monkeypatch.setattr("cnlp.sequence.linear.perceptron", interrupted_after(0))
    result = run_here("train", "segment", "--train", mine, "-o", tmp_path / "m")
    assert result.code == 130 and "interrupted before anything was learnt: no model was written" in result.err
    assert os.listdir(tmp_path) == ["mine.txt"]


def test_twenty_lines_make_a_tagger(shell: Shell, tagged: Path, tmp_path: Path) -> None:
    model = tmp_path / "pos.safetensors"
    result = shell("train", "tag", "--train", tagged, "--dev", tagged, "-o", model)
    assert result.code == 0 and "dev accuracy 1.0000 on given words" in result.err
    from cnlp.pos.tagger import PartOfSpeech

    assert PartOfSpeech(model).predict(["她", "在", "大会", "上"]) == ["r", "p", "n", "f"]
    card = json.loads(shell("info", "--json", model).out)
    assert card["kind"] == "part-of-speech" and card["training_data"].startswith("tagged.txt (sha256 ")


def test_tags_need_a_tagged_file(shell: Shell, mine: Path, tmp_path: Path) -> None:
    one_line(shell("train", "tag", "--train", mine, "-o", tmp_path / "m"), "mine.txt:1: the words have no tags")


@pytest.mark.parametrize("line", ["我 爱 你", "我们 开会", "我"])
@pytest.mark.parametrize("method", METHODS)
def test_one_line_is_a_corpus(shell: Shell, tmp_path: Path, line: str, method: str) -> None:
    (tmp_path / "one.txt").write_text(line + "\n", encoding="utf-8")
    arguments = ("--method", method, "--train", tmp_path / "one.txt", "-o", tmp_path / "m")
    result = shell("train", "segment", *arguments)
    if method == "hmm" and result.code:
        one_line(result, "the sentences have no word of one character, or none of three and more", code=2)
        return
    assert result.code == 0, result.err
    out = shell("segment", "--model", tmp_path / "m", stdin="我们爱你".encode())
    assert out.code == 0 and out.out.decode().replace(" ", "") == "我们爱你"


MARKED = (
    "王 B-PER\n明 I-PER\n在 O\n北 B-LOC\n京 I-LOC\n工 O\n作 O\n\n李 B-PER\n雷 I-PER\n去 O\n上 B-LOC\n海 I-LOC\n了 O\n\n"
)


def test_a_few_marked_lines_make_a_recognizer(shell: Shell, tmp_path: Path) -> None:
    method = "perceptron"  # crf, the default, is what the guide walks through
    path, model = tmp_path / "marked.txt", tmp_path / "ner.safetensors"
    path.write_text(MARKED * 10, encoding="utf-8")
    result = shell("train", "ner", "--method", method, "--train", path, "--dev", path, "-o", model)
    assert result.code == 0, result.err
    assert "20 sentences, 130 characters, 40 entities to learn from" in result.err and "dev F1 1.0000" in result.err
    assert shell("ner", "--model", model, stdin="李明在上海工作".encode()).out.decode() == "[李明/PER]在[上海/LOC]工作"
    assert json.loads(shell("evaluate", "ner", path, "--model", model, "-f", "json").out)["overall"]["f1"] == 1.0
    card = json.loads(shell("info", "--json", model).out)
    assert card["kind"] == "entities" and card["method"] == method and card["training_data"].startswith("marked.txt (")


OVERLAP = (
    '{"text": "北京大学", "entities": [{"start": 0, "end": 2, "label": "A"}, {"start": 0, "end": 4, "label": "B"}]}\n'
)


def test_bad_files_of_entities_are_named_by_line(shell: Shell, tmp_path: Path) -> None:
    path, model = tmp_path / "marked.txt", tmp_path / "m"
    for content, message in (
        ("", ":1: the file has no sentences"),
        ("王 B-PER\n明 I-LOC\n", ":2: BIO: 'I-LOC' at position 1 is not allowed after 'B-PER'"),
        ("我们 开会\n", ":1: the format was not recognized; name one of "),
        ("我 O\n", ""),
        (OVERLAP, ":1: '北京' (0, 2, A) overlaps '北京大学' (0, 4, B); --repair begin or drop keeps the longest"),
    ):
        path.write_text(content, encoding="utf-8")
        result = shell("train", "ner", "--train", path, "-o", model)
        assert result.code and not model.exists()
        assert f"cnlp: error: {path}{message}" in result.err if message else "no sentence has an entity" in result.err
    path.write_text(MARKED + "王 B-PER\n明 I-LOC\n", encoding="utf-8")
    result = shell("train", "ner", "--train", path, "--repair", "begin", "--epochs", "1", "-o", model)
    assert result.code == 0 and "3 sentences, 15 characters, 6 entities" in result.err


@pytest.mark.parametrize("method", ["crf", "perceptron", "hmm", "bigram"])
def test_a_segmenter_learns_from_a_teacher(shell: Shell, tmp_path: Path, method: str) -> None:
    train, raw, model = tmp_path / "train.txt", tmp_path / "raw.txt", tmp_path / "m.safetensors"
    train.write_text(CORPUS, encoding="utf-8")
    raw.write_text("我们在北京大学学习。他也在！\n北京大学的学习\n", encoding="utf-8")
    given = ("train", "segment", "--train", train, "--method", method, "--teacher", "segmenter", "--unlabelled", raw)
    result = shell(*given, "-o", model)
    assert result.code == 0 and "3 sentences for the teacher to label" in result.err, result.err
    card = json.loads(shell("info", "--json", model).out)
    assert "teacher segmenter, unlabelled raw.txt (sha256 " in card["parameters"]
    assert f"alpha {0.5 if method == 'crf' else 1.0}" in card["parameters"]
    if method != "crf":
        assert (
            "learns from labels, not from probabilities" in shell(*given, "--alpha", "0.5", "--force", "-o", model).err
        )
    if method == "crf":
        refused = shell(*given, "--standard", "nowhere", "--force", "-o", model)
        assert refused.code == 2 and "nowhere" in refused.err


def test_the_walk_of_the_guide(tmp_path: Path) -> None:
    guide = (ROOT / "docs" / "training.md").read_text(encoding="utf-8").split("\n## Vectors")[0]
    held_out = {"## Words": "我们 看 监控 大盘 。\n", "## Parts of speech": TAGGED, "## Names": MARKED}
    files = {
        "train.txt": CORPUS,
        "tagged.txt": TAGGED,
        "marked.txt": MARKED * 10,
        "news.txt": "今天看云原生大会的监控大盘\n",
        "cilin.txt": "Aa01A01= 工作 干活\n",
    }
    for name, content in files.items():
        (tmp_path / name).write_text(content, encoding="utf-8")
    shown = {}
    for line in guide.splitlines():
        if line in held_out:
            (tmp_path / "heldout.txt").write_text(held_out[line], encoding="utf-8")
        if line.startswith("    cnlp "):
            result = run_process(*line.split()[1:], cwd=tmp_path)
            assert result.code == 0, result.err
            assert "Traceback" not in result.err
            shown[" ".join(line.split()[:3])] = result.out.decode()
    assert len(shown) >= 10
    assert shown["cnlp segment --model"] == "今天 看 云原生 大会 的 监控 大盘\n"
    assert shown["cnlp tag --model"].startswith("今天/t ")
    assert "大会的监控大盘" in shown["cnlp ner --model"]
    assert "F1" in shown["cnlp evaluate segment"] and "joint F1" in shown["cnlp evaluate tag"]
