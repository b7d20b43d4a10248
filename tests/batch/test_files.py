"""The conversion of files, used without the shell command: inputs, outputs, failures, journal and log."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest

from cnlp.batch.files import convert_files, plan_files
from cnlp.batch.streams import Reading, Writing
from cnlp.errors import ArgumentError
from cnlp.files.records import Place

UTF8 = Reading("utf-8")


def upper(chunk: bytes, _: Place) -> bytes:
    return chunk.decode("utf-8").upper().encode("utf-8")


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    for name, data in {"a.txt": b"a\n", "b/c.txt": b"c\nd", "b/bad.txt": b"x\n\xff\n"}.items():
        path = tmp_path / "in" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(data)
    return tmp_path / "in"


def test_the_engine_does_not_import_click() -> None:
    modules = ("files", "word_formats", "entity_formats", "keyword_formats")
    code = f"import sys, {', '.join(f'cnlp.batch.{name}' for name in modules)}; print('click' in sys.modules)"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True)
    assert done.stdout == "False\n"


def test_an_input_that_fails_is_reported_and_the_others_are_converted(
    folder: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    plan = plan_files([str(folder)], str(tmp_path / "out"), ".up")
    log = tmp_path / "log"
    assert convert_files(plan, upper, UTF8, Writing(), version="1", log=str(log)) == 1
    written = {path.name: path.read_bytes() for path in (tmp_path / "out").rglob("*.up")}
    assert written == {"a.txt.up": b"A\n", "c.txt.up": b"C\nD"}
    assert "bad.txt: not utf-8 at byte 2 (0xff)" in capsys.readouterr().err
    events = [json.loads(line)["event"] for line in log.read_text().splitlines()]
    assert events == ["start", "done", "error", "done", "end"]


def test_a_journal_skips_what_is_done_with_the_same_settings(folder: Path, tmp_path: Path) -> None:
    plan = plan_files([str(folder / "a.txt")], f"{tmp_path / 'out'}/", "", resume=True)
    calls: list[bytes] = []

    def count(chunk: bytes, _: Place) -> bytes:
        calls.append(chunk)
        return chunk

    for settings, converted in (("x", 1), ("x", 1), ("y", 2)):
        assert convert_files(plan, count, UTF8, Writing(), version="1", settings=settings, quiet=True) == 0
        assert len(calls) == converted


@pytest.mark.parametrize(
    ("files", "output", "resume", "message"),
    [
        (["a.txt"], "a.txt", False, "is also an input"),
        (["a.txt", "b/c.txt"], "a.txt", False, "several inputs need a folder"),
        (["a.txt"], "new.txt", True, "--resume needs a folder"),
        (["-"], "out/", True, "standard input cannot be read again"),
    ],
)
def test_plans_that_would_destroy_something_are_refused(
    folder: Path, monkeypatch: pytest.MonkeyPatch, files: list[str], output: str, resume: bool, message: str
) -> None:
    monkeypatch.chdir(folder)
    with pytest.raises(ArgumentError, match=message):
        plan_files(files, output, "", resume=resume)
