"""``cnlp train ner`` with neural models: from marked files to a model, again after Ctrl-C, and what it refuses."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Callable
from importlib.util import find_spec
from pathlib import Path

import pytest
from running_commands import Result, environment, run_here

Shell = Callable[..., Result]
needs_torch = pytest.mark.skipif(not find_spec("torch"), reason="needs torch")

MARKED = (
    "王 B-PER\n明 I-PER\n在 O\n北 B-LOC\n京 I-LOC\n工 O\n作 O\n\n李 B-PER\n雷 I-PER\n去 O\n上 B-LOC\n海 I-LOC\n了 O\n\n"
)
SMALL = ("--set", "hidden=16", "--set", "rate=0.02", "--set", "batch_size=2")


@pytest.fixture
def marked(tmp_path: Path) -> Path:
    """Twelve marked sentences."""
    path = tmp_path / "marked.txt"
    path.write_text(MARKED * 6, encoding="utf-8")
    return path


def one_line(result: Result, *parts: str, code: int = 2) -> None:
    """Check that ``result`` ends with one error line that contains ``parts``."""
    assert result.code == code, result.err
    last = result.err.splitlines()[-1]
    assert last.startswith("cnlp: error: ") and all(part in last for part in parts), last


@needs_torch
def test_marked_lines_make_a_neural_model(shell: Shell, marked: Path, tmp_path: Path) -> None:
    words, model = tmp_path / "words.txt", tmp_path / "m.safetensors"
    words.write_text("北京\n上海\n工作\n", encoding="utf-8")
    files = ("--train", marked, "--dev", marked, "--test", marked, "--lexicon", words, "-o", model)
    result = shell("train", "ner", "--model", "lattice-lstm", *files, "--seeds", "3,4", "--epochs", "6", *SMALL)
    assert result.code == 0, result.err
    assert "seed 3: dev F1 " in result.err and "seed 4: dev F1 " in result.err
    assert "2 seeds: dev F1 " in result.err and "standard deviation" in result.err and "kept: seed " in result.err
    assert result.err.count("\ntest F1 ") == 1 and f"{model}: {model.stat().st_size:,} bytes" in result.err
    folder = tmp_path / "m.training"
    assert json.loads((folder / "summary.json").read_text())["mean"] > 0.5
    assert json.loads((folder / "seed-3" / "metrics.json").read_text())["settings"]["hidden"] == 16
    assert (
        shell("ner", "--no-rules", "all", "--model", model, stdin="王明在北京工作\n\n李雷去上海了".encode()).code == 0
    )
    assert json.loads(shell("evaluate", "ner", marked, "--model", model, "-f", "json").out)["overall"]["f1"] > 0.5
    card = json.loads(shell("info", "--json", model).out)
    assert card["kind"] == "neural-entities" and card["model"] == "lattice-lstm" and card["lexicon"] == "own"
    assert card["training_data"].startswith("marked.txt (sha256 ") and card["training_lexicon"] == "3 words"
    assert card["scores"].startswith("dev F1 ") and ", test F1 " in card["scores"]
    assert len(card["dev_by_epoch"].split()) == 6


@needs_torch
def test_settings_come_from_files_and_flags(shell: Shell, marked: Path, tmp_path: Path) -> None:
    (tmp_path / "s.json").write_text('{"hidden": 8, "epochs": 9, "rate": 0.001}', encoding="utf-8")
    arguments = ("--train", marked, "-o", tmp_path / "m", "--settings", tmp_path / "s.json", "--set", "rate=0.02")
    result = shell("train", "ner", "--model", "bilstm-crf", *arguments, "--epochs", "1", "--defaults", "weibo")
    assert result.code == 0, result.err
    settings = json.loads(json.loads(shell("info", "--json", tmp_path / "m").out)["settings"])
    assert (settings["hidden"], settings["rate"], settings["epochs"]) == (8, 0.02, 1)


@needs_torch
@pytest.mark.skipif(sys.version_info < (3, 11) and not find_spec("tomli"), reason="needs tomli")
def test_settings_may_be_toml(shell: Shell, marked: Path, tmp_path: Path) -> None:
    (tmp_path / "s.toml").write_text("hidden = 8\nepochs = 1\n", encoding="utf-8")
    arguments = ("--train", marked, "-o", tmp_path / "m", "--settings", tmp_path / "s.toml")
    assert shell("train", "ner", "--model", "bilstm-crf", *arguments).code == 0
    (tmp_path / "s.toml").write_text("hidden =\n", encoding="utf-8")
    one_line(shell("train", "ner", "--model", "bilstm-crf", *arguments, "--force"), "s.toml", "no settings", code=1)


@needs_torch
def test_what_ctrl_c_before_the_first_epoch_leaves(
    monkeypatch: pytest.MonkeyPatch, marked: Path, tmp_path: Path
) -> None:
    from cnlp.ner.neural import trainer

    def interrupt(*arguments: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(trainer._Run, "_epoch", interrupt)
    result = run_here("train", "ner", "--model", "bilstm-crf", "--train", marked, *SMALL, "-o", tmp_path / "m")
    assert result.code == 130 and "interrupted before anything was learnt" in result.err


@needs_torch
def test_an_interrupted_run_goes_on(monkeypatch: pytest.MonkeyPatch, marked: Path, tmp_path: Path) -> None:
    from cnlp.ner.neural import trainer

    arguments = ("--model", "bilstm-crf", "--train", marked, "--dev", marked, "--epochs", "3", *SMALL)
    assert run_here("train", "ner", *arguments, "-o", tmp_path / "whole").code == 0
    original = trainer._Run._epoch

    def interrupted(run: trainer._Run, number: int, bar: object) -> trainer.NeuralEpoch:
        if number == 2:
            raise KeyboardInterrupt
        return original(run, number, bar)

    with monkeypatch.context() as patch:
        patch.setattr(trainer._Run, "_epoch", interrupted)
        result = run_here("train", "ner", *arguments, "-o", tmp_path / "m")
    assert result.code == 130 and "same command and --resume" in result.err and not (tmp_path / "m").exists()
    again = run_here("train", "ner", *arguments, "-o", tmp_path / "m")
    assert again.code == 2 and "m.training has an earlier run: --resume continues it, --force begins anew" in again.err
    assert run_here("train", "ner", *arguments, "-o", tmp_path / "m", "--resume").code == 0
    first, second = (json.loads(run_here("info", "--json", tmp_path / name).out) for name in ("whole", "m"))
    assert first["sha256"] == second["sha256"] and first["dev_by_epoch"] == second["dev_by_epoch"]


@needs_torch
@pytest.mark.parametrize(
    "arguments, parts, code",
    [
        (("--set", "rate"), ("expected NAME=VALUE, got 'rate'",), 2),
        (("--set", "speed=3"), ("unknown setting 'speed'; choose one of: ", "batch_size"), 2),
        (("--set", "rate=fast"), ("setting rate must be of type float, got 'fast'",), 2),
        (("--set", "batch_size=0"), ("setting batch_size must be at least 1, got 0",), 2),
        (("--set", "model=flat"), ("the settings are for flat, --model says bilstm-crf",), 2),
        (("--seeds", "1,x"), ("whole numbers separated by commas, got '1,x'",), 2),
        (("--seeds", "1,2"), ("--seeds needs --dev",), 2),
        (("--settings", "no.json"), ("no.json: No such file",), 1),
        (("--vectors", "no.safetensors"), ("no.safetensors: No such file",), 1),
        (("--lexicon", "no.txt"), ("no.txt: No such file",), 1),
        (("--test", "no.bio"), ("no.bio: No such file",), 1),
        (("--device", "nonsense"), ("device 'nonsense' cannot be used",), 2),
        (("--defaults", "news"), ("news",), 2),
    ],
)
def test_what_cannot_be_is_said(
    shell: Shell, marked: Path, tmp_path: Path, arguments: tuple[str, ...], parts: tuple[str, ...], code: int
) -> None:
    model = tmp_path / "m"
    result = shell("train", "ner", "--model", "bilstm-crf", "--train", marked, "-o", model, *arguments)
    one_line(result, *parts, code=code)
    assert not model.exists()


@pytest.mark.parametrize(
    "content, parts",
    [
        ("[1]", (":1: expected an object",)),
        ('{"hidden":\n x}', (":2: no settings can be read",)),
        ('{"speed": 1}', (": unknown setting 'speed'",)),
    ],
)
def test_bad_settings_files_are_named(
    shell: Shell, marked: Path, tmp_path: Path, content: str, parts: tuple[str, ...]
) -> None:
    path = tmp_path / "s.json"
    path.write_text(content, encoding="utf-8")
    arguments = ("--train", marked, "-o", tmp_path / "m", "--settings", path)
    result = shell("train", "ner", "--model", "flat", *arguments)
    one_line(result, str(path) + parts[0], code=result.code)
    assert result.code in (1, 2)


@pytest.mark.parametrize("flag", [("--vectors", "v"), ("--seeds", "1,2"), ("--set", "rate=1"), ("--resume",)])
def test_linear_methods_take_no_neural_options(
    shell: Shell, marked: Path, tmp_path: Path, flag: tuple[str, ...]
) -> None:
    result = shell("train", "ner", "--train", marked, "-o", tmp_path / "m", *flag)
    one_line(result, f"{flag[0]} is for neural models: --model bilstm-crf, lattice-lstm, flat")


def test_linear_methods_are_tested_too(shell: Shell, marked: Path, tmp_path: Path) -> None:
    pytest.importorskip("numpy")
    arguments = ("--train", marked, "--dev", marked, "--test", marked, "--epochs", "2", "-o", tmp_path / "m")
    result = shell("train", "ner", "--method", "perceptron", *arguments)
    assert result.code == 0 and "\ndev F1 " in result.err and "\ntest F1 " in result.err


def test_without_torch_the_extra_is_named(marked: Path, tmp_path: Path) -> None:
    program = (
        "import sys; sys.modules['torch'] = None\n"
        "from cnlp.commands import run\n"
        f"sys.exit(run(['train', 'ner', '--model', 'flat', '--train', {str(marked)!r}, '-o', {str(tmp_path / 'm')!r}]))"
    )
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, encoding="utf-8", env=environment())
    assert done.returncode == 1
    assert done.stderr.splitlines()[-1] == "cnlp: error: a neural model needs torch: pip install 'cnlp[neural]'"


# ---- teachers ----


@needs_torch
def test_a_teacher_labels_text_for_its_students(shell: Shell, marked: Path, tmp_path: Path) -> None:
    teacher, raw, student = (tmp_path / name for name in ("t.safetensors", "raw.txt", "s.safetensors"))
    raw.write_text("张伟去成都。王明到广州了！\n\n张伟去成都。\n", encoding="utf-8")
    command = ("train", "ner", "--train", marked, "--force")
    neural = ("--model", "bilstm-crf", "--epochs", "2", *SMALL)
    assert shell(*command, *neural, "-o", teacher).code == 0
    lesson = ("--teacher", teacher, "--unlabelled", raw, "-o", student)
    for options, said in (
        (("--epochs", "2"), "alpha 0.5"),
        (("--epochs", "2", "--model", "perceptron"), "alpha 1.0"),
        ((*neural, "--alpha", "0.2", "--temperature", "3"), "alpha 0.2, temperature 3.0"),
    ):
        result = shell(*command, *options, *lesson)
        assert result.code == 0 and "2 sentences for the teacher to label" in result.err, result.err
        card = json.loads(shell("info", "--json", student).out)
        assert "teacher t.safetensors (sha256 " in card["parameters"] and said in card["parameters"]
    one_line(shell(*command, *lesson, "--model", "perceptron", "--alpha", "0.5"), "learns from labels")


@pytest.mark.parametrize(
    ("options", "message", "code"),
    [
        (["--teacher", "ner"], "--teacher and --unlabelled need each other", 2),
        (["--unlabelled", "RAW"], "--teacher and --unlabelled need each other", 2),
        (["--alpha", "1"], "--alpha and --temperature are for --teacher", 2),
        (["--teacher", "ner", "--unlabelled", "EMPTY"], "empty.txt:1: the file has no text", 1),
        (["--teacher", "ner", "--unlabelled", "RAW"], "the teacher has LOC, ORG, PER, PROD, WORK, and the corpus", 2),
        (["--teacher", "segmenter", "--unlabelled", "RAW"], "segmenter", 1),
    ],
)
def test_wrong_teachers_are_refused(
    shell: Shell, marked: Path, tmp_path: Path, options: list[str], message: str, code: int
) -> None:
    files = {"RAW": tmp_path / "raw.txt", "EMPTY": tmp_path / "empty.txt"}
    files["RAW"].write_text("张伟去成都。\n", encoding="utf-8")
    files["EMPTY"].write_text("\n", encoding="utf-8")
    given = [files.get(option, option) for option in options]
    result = shell("train", "ner", "--train", marked, "-o", tmp_path / "m.safetensors", *given)
    one_line(result, message, code=code)
