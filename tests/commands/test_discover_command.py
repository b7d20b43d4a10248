"""``cnlp discover``: what it writes, what it refuses, and that a killed run goes on."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from random import Random

import pytest
from running_commands import Result, command_line, environment, long

import cnlp

Shell = Callable[..., Result]
HEADING = "word\tcount\tpmi\tleft_entropy\tright_entropy\tscore"
PLANTED = ["葡萄", "狐狸", "弼马温"]


def make_text(words: int) -> str:
    chance = Random(3)
    noise = [chr(0x4E00 + i) for i in range(900)]
    return "".join(
        (chance.choice(PLANTED) if chance.random() < 0.04 else chance.choice(noise))
        + ("。\n" if chance.random() < 0.1 else "")
        for _ in range(words)
    )


TEXT = make_text(15_000)


@pytest.fixture
def text(tmp_path: Path) -> Path:
    path = tmp_path / "text.txt"
    path.write_text(TEXT, encoding="utf-8")
    return path


def words_of(data: bytes) -> list[str]:
    heading, *lines = data.decode().splitlines()
    assert heading == HEADING
    return [line.split("\t")[0] for line in lines]


def test_a_table_best_words_first(shell: Shell, text: Path, tmp_path: Path) -> None:
    done = shell("discover", text)
    assert (done.code, done.err) == (0, "")
    expected = cnlp.discover_words(TEXT)
    assert words_of(done.out) == [word.text for word in expected]
    fields = done.out.decode().splitlines()[1].split("\t")
    assert fields[:3] == [expected[0].text, str(expected[0].count), f"{expected[0].pmi:.4f}"]
    assert shell("discover", stdin=TEXT.encode()).out == done.out
    shell("discover", text, "-o", tmp_path / "new" / "words.tsv")
    assert (tmp_path / "new" / "words.tsv").read_bytes() == done.out


def test_options_reach_the_finder(shell: Shell, text: Path, tmp_path: Path) -> None:
    (tmp_path / "known.tsv").write_text("葡萄\n", encoding="utf-8")
    words = words_of(shell("discover", text, "-x", tmp_path / "known.tsv", "-k", "2").out)
    assert set(words) == {"狐狸", "弼马温"}
    assert "弼马温" not in words_of(shell("discover", text, "--max-length", "2").out)
    assert words_of(shell("discover", text, "--min-count", "100000").out) == []
    assert words_of(shell("discover", text, "--min-entropy", "99").out) == []
    assert words_of(shell("discover", text, "--min-pmi", "99").out) == []
    assert set(words_of(shell("discover", text, "-m", "minimum_entropy", "-k", "3").out)) == set(PLANTED)
    assert "葡萄" not in words_of(shell("discover", text, "--new-only").out)


def test_a_lexicon_and_a_plot(shell: Shell, text: Path, tmp_path: Path) -> None:
    made = tmp_path / "words.txt"
    shell("discover", text, "-k", "3", "--to-lexicon", made, "--plot", tmp_path / "plot.svg")
    assert set(made.read_text(encoding="utf-8").split()) == set(PLANTED)
    assert shell("lexicon", "check", made).code == 0
    cut = shell("segment", "--lexicon", made, stdin="弼马温吃葡萄\n".encode()).out.decode()
    assert cut.split() == ["弼马温", "吃", "葡萄"]
    assert (tmp_path / "plot.svg").read_text(encoding="utf-8").startswith("<svg ")


@pytest.mark.parametrize(
    ("arguments", "code", "message"),
    [
        (["missing.txt"], 1, "missing.txt: No such file or directory"),
        (["-x", "missing.tsv", "TEXT"], 1, "missing.tsv: No such file or directory"),
        (["TEXT", "-o", "TEXT"], 2, "is also an input"),
        (["TEXT", "--memory", "0"], 2, "--memory"),
        (["TEXT", "--max-length", "7"], 2, "--max-length"),
        (["--work-folder", "work"], 2, "standard input cannot be read again"),
        (["TEXT", "-e", "gb18030"], 1, "not gb18030 at byte"),
    ],
)
def test_errors_are_one_line_and_leave_nothing(
    shell: Shell,
    text: Path,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    arguments: list[str],
    code: int,
    message: str,
) -> None:
    monkeypatch.chdir(tmp_path)
    done = shell("discover", "--to-lexicon", "lexicon.txt", *(a.replace("TEXT", str(text)) for a in arguments))
    assert done.code == code
    assert message in done.err and done.err.count("\n") == 1
    assert [path.name for path in tmp_path.iterdir()] == ["text.txt"]


def test_words_of_a_field_are_counted_alone(shell: Shell, text: Path, tmp_path: Path) -> None:
    lines = text.read_text(encoding="utf-8").splitlines()
    (tmp_path / "a.csv").write_text(
        "id,t\r\n" + "".join(f'葡京,"{line}"\r\n' for line in lines), encoding="utf-8-sig", newline=""
    )
    (tmp_path / "b.jsonl").write_text("".join(f'{{"t": "{line}", "x": 1}}\n' for line in lines), encoding="utf-8")
    expected = shell("discover", text).out
    for name in ("a.csv", "b.jsonl"):
        done = shell("discover", "--field", "t", tmp_path / name)
        assert (done.code, done.err) == (0, "") and done.out == expected
    (tmp_path / "b.jsonl").write_text('{"t": "好"}\n\n{"x": 1}\n', encoding="utf-8")
    done = shell("discover", "--field", "t", tmp_path / "b.jsonl")
    assert done.code == 1 and "b.jsonl:3: no field 't'; there are: x" in done.err
    done = shell("discover", "--field", "t", stdin=b'{"t": "\xff"}')
    assert done.code == 1 and "not utf-8 at byte 7" in done.err


def test_one_bad_input_spoils_all(shell: Shell, text: Path, tmp_path: Path) -> None:
    (tmp_path / "bad.txt").write_bytes(b"\xff\xff")
    done = shell("discover", text, tmp_path / "bad.txt", "-o", tmp_path / "words.tsv")
    assert done.code == 1 and "bad.txt: not utf-8 at byte 0" in done.err
    assert not (tmp_path / "words.tsv").exists()


def test_a_least_count_that_memory_raised_is_told(shell: Shell, tmp_path: Path) -> None:
    chance = Random(4)
    pairs = [chr(0x4E00 + chance.randrange(5000)) + chr(0x4E00 + chance.randrange(5000)) for _ in range(9000)]
    (tmp_path / "pairs.txt").write_text("\n".join(pairs * 5 + pairs[:99] * 9), encoding="utf-8")
    done = shell("discover", tmp_path / "pairs.txt", "--memory", "1")
    assert done.code == 0 and set(pairs[:99]) <= set(words_of(done.out))
    assert min(int(line.split("\t")[1]) for line in done.out.decode().splitlines()[1:]) >= 7
    assert done.err == "cnlp: note: the minimum count was raised from 5 to 7 to stay within --memory\n"


@pytest.mark.skipif(not os.path.exists("/dev/full"), reason="no /dev/full")
def test_a_full_disk_is_told(process: Shell, text: Path) -> None:
    done = process("discover", text, "-o", "/dev/full")
    assert (done.code, done.err) == (1, "cnlp: error: /dev/full: No space left on device\n")


@long
@pytest.mark.skipif(sys.platform == "win32", reason="no SIGKILL")
def test_a_killed_run_goes_on_and_gives_the_same(tmp_path: Path, process: Shell) -> None:
    big = tmp_path / "big.txt"
    big.write_text(make_text(2_000_000), encoding="utf-8")
    expected = process("discover", big, "--min-count", "50").out
    work = tmp_path / "work"
    arguments = ["discover", big, "--min-count", "50", "--memory", "1", "--work-folder", work]
    running = subprocess.Popen(command_line(*arguments), env=environment(), stdout=subprocess.DEVNULL)
    while running.poll() is None and len(list(work.glob("*.run"))) < 5:
        time.sleep(0.001)
    running.send_signal(signal.SIGKILL)
    assert running.wait() == -signal.SIGKILL
    kept = {path.name: path.stat().st_mtime_ns for path in work.glob("*.run")}
    assert 5 <= len(kept) < 100
    refused = process("discover", big, "--memory", "2", "--work-folder", work)
    assert refused.code == 2 and "holds the work of other inputs or settings" in refused.err
    assert kept == {path.name: path.stat().st_mtime_ns for path in work.glob("*.run")}
    done = process(*arguments)
    assert (done.code, done.err) == (0, "")
    assert done.out == expected
    assert not work.exists()
