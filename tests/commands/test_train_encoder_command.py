"""``cnlp train encoder``."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from running_commands import Result

pytest.importorskip("torch")

from cnlp.ner.neural.character_encoder import CharacterEncoder

Shell = Callable[..., Result]
TINY = ("--layers", 1, "--size", 8, "--batch-size", 2)


@pytest.fixture
def raw(tmp_path: Path) -> Path:
    """A file of raw text, one line of it also in a test part."""
    path = tmp_path / "raw.txt"
    held = "他说南京市长江大桥通车了，大家都很高兴。\n"
    path.write_text("武汉长江大桥是长江上的第一座大桥。\n" * 2000 + held * 30, encoding="utf-8")
    (tmp_path / "test.txt").write_text(held, encoding="utf-8")
    return path


def test_raw_text_becomes_an_encoder_with_a_card(shell: Shell, raw: Path, tmp_path: Path) -> None:
    output = tmp_path / "small.safetensors"
    command = ("train", "encoder", raw, "-o", output, "--without", tmp_path / "test.txt", *TINY, "--steps", 2)
    result = shell(*command)
    assert result.code == 0
    assert "step 2: loss" in result.err
    encoder = CharacterEncoder.load(output)
    assert encoder.size == 8
    assert "武" in encoder.rows and "说" not in encoder.rows
    info = shell("info", output).out.decode()
    assert "raw.txt (sha256 " in info and "test.txt (sha256 " in info and "36,000 characters" in info
    names = {path.name for path in (tmp_path / "small.training").iterdir()}
    assert names >= {"1.shard", "checkpoint.pt", "metrics.json"}
    before = output.read_bytes()
    assert shell(*command, "--force").code == 0
    assert output.read_bytes() == before
    other = shell(*command[:-1], 3, "--force")
    assert other.code == 2
    assert "other values of: steps" in other.err


def test_too_little_text_is_an_error(shell: Shell, tmp_path: Path) -> None:
    (tmp_path / "raw.txt").write_text("长江", encoding="utf-8")
    result = shell("train", "encoder", tmp_path / "raw.txt", "-o", tmp_path / "e", *TINY)
    assert result.code == 2
    assert "the text is too short: it needs 33,024 characters" in result.err
    assert [path.name for path in tmp_path.iterdir()] == ["raw.txt"]


def test_text_that_is_all_held_out_is_named(shell: Shell, raw: Path, tmp_path: Path) -> None:
    output = tmp_path / "e"
    result = shell("train", "encoder", raw, "-o", output, *TINY, "--without", raw)
    assert result.code == 2 and "nothing is left to learn from: all lines share text with --without" in result.err
    assert not (tmp_path / "e.training").exists()


def test_what_cannot_be_trained_is_said_before_text_is_read(shell: Shell, raw: Path, tmp_path: Path) -> None:
    output = tmp_path / "small.safetensors"
    for code, arguments, message in (
        (2, (raw, "--size", 12), "size 12 must be a multiple of twice the heads, 8"),
        (2, ("-",), "standard input cannot be read here"),
        (1, (tmp_path / "none.txt",), "none.txt"),
        (2, (raw, "--rate", 0), "--rate"),
        (2, (), "RAW"),
    ):
        result = shell("train", "encoder", *arguments, "-o", output)
        assert result.code == code and message in result.err
    output.write_bytes(b"mine")
    result = shell("train", "encoder", raw, "-o", output, *TINY)
    assert result.code == 2 and "--force" in result.err
    assert output.read_bytes() == b"mine"
    assert not (tmp_path / "small.training").exists()


def test_ctrl_c_says_how_to_resume(shell: Shell, raw: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def interrupt(*arguments: object, **options: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr("cnlp.ner.neural.pretraining.pretrain", interrupt)
    result = shell("train", "encoder", raw, "-o", tmp_path / "small.safetensors", *TINY)
    assert result.code == 130
    assert "the same command resumes" in result.err
