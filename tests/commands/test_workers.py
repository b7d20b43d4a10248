"""``--workers``: the same output for any number, and nothing left behind when a run ends early."""

from __future__ import annotations

import os
import signal
import subprocess
import time
from pathlib import Path

import pytest
from running_commands import command_line, environment, long, run_here, run_process

COMMANDS = [
    ["segment"],
    ["segment", "-f", "tsv"],
    ["segment", "-m", "search", "-f", "jsonl"],
    ["tag"],
    ["ner"],
    ["ner", "-f", "html"],
    ["keywords"],
    ["keywords", "--per", "line", "-f", "tsv"],
]
unix = pytest.mark.skipif(os.name != "posix", reason="signals as Unix has them")


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Files of which each is a chunk; one ends without a newline, one is empty, one is not UTF-8 in its second line."""
    source = tmp_path / "in"
    source.mkdir()
    for number in range(9):
        lines = [f"王小明在北京大学读书，2024年{number}月去了上海。\r\n", "\n", f"长江大桥很长，第{number}次。"]
        (source / f"{number}.txt").write_bytes("".join(lines * 3).encode() + b"\n" * (number % 2))
    (source / "4.txt").write_bytes(b"")
    (source / "6.txt").write_bytes("南京市\n".encode() + b"\xff\n" + "长江\n".encode())
    return source


@pytest.mark.parametrize("words", COMMANDS, ids=" ".join)
def test_the_number_of_workers_does_not_show(words: list[str], folder: Path) -> None:
    one, three = (run_here(*words, folder, "--workers", number) for number in (1, 3))
    assert one.out and one == three
    assert one.code == 1 and "6.txt: not utf-8 at byte 10" in one.err


def test_each_input_of_a_folder_has_its_own_output(folder: Path, tmp_path: Path) -> None:
    for number in (1, 2):
        run_here("segment", "-f", "tsv", folder, "-o", tmp_path / f"out{number}", "--workers", number)
    one, two = ({path.name: path.read_bytes() for path in (tmp_path / f"out{n}").iterdir()} for n in (1, 2))
    assert len(one) == 8 and "6.txt.tsv" not in one
    assert one == two


@long
def test_a_file_of_many_chunks_comes_out_in_order(tmp_path: Path) -> None:
    lines = [f"第{number}行，王小明在北京。\n" for number in range(120_000)]
    (tmp_path / "big.txt").write_text("".join(lines), encoding="utf-8")
    done = run_here("segment", tmp_path / "big.txt", "--workers", 3)
    assert done.out.decode().replace(" ", "").splitlines(keepends=True) == lines


@unix
@long
@pytest.mark.parametrize("command", ["segment", "tag"])
def test_a_reader_that_leaves_ends_all_workers_without_a_word(command: str, tmp_path: Path) -> None:
    (tmp_path / "big.txt").write_text("王小明在北京。\n" * 150_000, encoding="utf-8")
    line = command_line(command, tmp_path / "big.txt", "--workers", "2")
    with subprocess.Popen(line, stdout=subprocess.PIPE, stderr=subprocess.PIPE, env=environment()) as process:
        assert process.stdout is not None and process.stderr is not None
        process.stdout.read(10)
        process.stdout.close()
        assert (process.stderr.read(), process.wait(60)) == (b"", 141)


@unix
@long
@pytest.mark.parametrize("command", ["segment", "tag"])
@pytest.mark.parametrize("number, code", [(signal.SIGINT, 130), (signal.SIGTERM, 143)])
def test_an_interrupted_run_leaves_nothing(command: str, number: int, code: int, tmp_path: Path) -> None:
    (tmp_path / "big.txt").write_text("王小明在北京。\n" * 1_000_000, encoding="utf-8")
    line = command_line(command, tmp_path / "big.txt", "-o", tmp_path / "out" / "big.txt", "--workers", "2")
    with subprocess.Popen(line, stderr=subprocess.PIPE, env=environment(), start_new_session=True) as process:
        while not (tmp_path / "out").exists() or not list((tmp_path / "out").iterdir()):
            time.sleep(0.01)
        if number == signal.SIGINT:
            os.killpg(process.pid, number)  # Ctrl-C reaches the workers, too
        else:
            process.send_signal(number)
        assert process.stderr is not None
        assert (process.stderr.read().strip(), process.wait(60)) == (b"", code)
    assert list((tmp_path / "out").iterdir()) == []


@unix
@long
def test_workers_do_not_outlive_a_run_that_is_killed(tmp_path: Path) -> None:
    (tmp_path / "big.txt").write_text("王小明在北京。\n" * 1_000_000, encoding="utf-8")
    line = command_line("tag", tmp_path / "big.txt", "-o", tmp_path / "out.txt", "--workers", "2")
    with subprocess.Popen(line, stderr=subprocess.PIPE, env=environment()) as process:
        while not list(tmp_path.glob(".cnlp-*")):
            time.sleep(0.01)
        time.sleep(0.5)
        process.kill()
        process.communicate(timeout=60)  # comes to an end when the last worker has closed standard error


def test_workers_must_be_at_least_one() -> None:
    done = run_process("segment", "--workers", "0")
    assert done.code == 2 and "--workers" in done.err
