"""The limits of what can be read and written: what is preserved, and what is refused with which words."""

from __future__ import annotations

import codecs
import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable
from pathlib import Path

import pytest
from running_commands import Result, command_line, environment, long, run_here, run_process

from cnlp.errors import InputError
from cnlp.files.inputs import Input
from cnlp.files.journal import NAME

Shell = Callable[..., Result]
COMMANDS = ("segment", "tag", "ner", "keywords")
MARK = "\ue123"  # private use: a delimiter that no text contains
posix = pytest.mark.skipif(os.name != "posix", reason="signals, links and limits of POSIX")
every_command = pytest.mark.parametrize("command", COMMANDS)


def preserved(shell: Shell, path: Path, *options: str) -> bytes:
    """What ``segment`` makes of a file, without the delimiters."""
    result = shell("segment", "-d", MARK, path, *options)
    assert (result.code, result.err) == (0, "")
    return result.out.replace(MARK.encode(), b"")


@pytest.mark.parametrize(
    "data",
    [
        pytest.param("王小明在北京。".encode(), id="no newline"),
        pytest.param("王小明\r\n\r\n在北京。\r\n".encode(), id="CRLF"),
        pytest.param("王小明\r\r\n在\n\r北京。\r".encode(), id="mixed endings"),
        pytest.param(codecs.BOM_UTF8 + "王小明\n".encode(), id="byte order mark"),
        pytest.param("王\0小明\0\n".encode() * 3, id="NUL"),
        pytest.param(("王小明在北京。" * 100 + "\0").encode(), id="one NUL"),
        pytest.param(b"\n" * 10_000, id="empty lines"),
        pytest.param(b"", id="empty"),
        pytest.param(" \u3000\u2028\x0b\x0c\x85\n".encode(), id="white space"),
    ],
)
def test_these_come_out_as_they_went_in(shell: Shell, tmp_path: Path, data: bytes) -> None:
    (tmp_path / "a.txt").write_bytes(data)
    assert preserved(shell, tmp_path / "a.txt") == data


@long
@pytest.mark.parametrize("workers", ["1", "2"])
def test_a_line_of_many_megabytes_is_one_line(shell: Shell, tmp_path: Path, workers: str) -> None:
    data = ("王小明在北京，" * 400_000).encode()  # 8 MB
    (tmp_path / "a.txt").write_bytes(data + b"\n" + data)
    assert preserved(shell, tmp_path / "a.txt", "--workers", workers) == data + b"\n" + data


@pytest.mark.parametrize("mark", [codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE])
def test_utf16_is_read_when_it_is_named_and_told_when_not(shell: Shell, tmp_path: Path, mark: bytes) -> None:
    text = "王小明在北京。\r\n"
    data = mark + text.encode("utf-16-le" if mark == codecs.BOM_UTF16_LE else "utf-16-be")
    (tmp_path / "a.txt").write_bytes(data)
    assert preserved(shell, tmp_path / "a.txt", "-e", "utf-16") == text.encode()
    result = shell("segment", tmp_path / "a.txt")
    assert result.err == f"cnlp: error: {tmp_path}/a.txt: is UTF-16; say so with --encoding utf-16\n"


def test_a_file_in_two_encodings_is_named_by_its_first_byte_or_mended(shell: Shell, tmp_path: Path) -> None:
    path = tmp_path / "a.txt"
    path.write_bytes("王小明\n".encode() + "北京\n".encode("gb18030") + "上海\n".encode())
    assert f"{path}: not utf-8 at byte 10 (0xb1); name" in shell("segment", path).err
    assert preserved(lambda *words: shell(*words, "-q"), path, "--errors", "skip") == "王小明\n上海\n".encode()
    replaced = preserved(lambda *words: shell(*words, "-q"), path, "--errors", "replace").decode()
    assert replaced.split("\n")[::2] == ["王小明", "上海"] and "\ufffd" in replaced


BINARY = {
    "a PNG image": b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR",
    "a JPEG image": b"\xff\xd8\xff\xe0\0\x10JFIF",
    "a PDF document": b"%PDF-1.7\n%\xe2\xe3",
    "a ZIP archive or an office document": b"PK\x03\x04\x14\0",
    "a program": b"\x7fELF\x02\x01\x01\0",
    "a database": b"SQLite format 3\0\x10\0",
    "binary data": bytes(range(256)) * 4,
}


@every_command
def test_binary_files_are_refused_by_name_and_read_from_standard_input(command: str, tmp_path: Path) -> None:
    for what, data in BINARY.items():
        path = tmp_path / "data"
        path.write_bytes(data)
        result = run_here(command, path)
        advice = "not text; if it is text after all, read it from standard input"
        assert result == Result(1, b"", f"cnlp: error: {path}: is {what}, {advice}: < {path}\n")
        assert run_here(command, "--errors", "replace", "-q", stdin=data).code == 0


def test_compressed_data_without_its_suffix_is_told(shell: Shell, tmp_path: Path) -> None:
    (tmp_path / "a.txt").write_bytes(b"\x1f\x8b\x08\0\0")
    assert shell("segment", tmp_path / "a.txt").err.endswith("a.txt: is compressed; its name must end with .gz\n")


@posix
def test_loops_of_links_end(shell: Shell, tmp_path: Path) -> None:
    folder = tmp_path / "in"
    (folder / "sub").mkdir(parents=True)
    (folder / "a.txt").write_text("我们\n", encoding="utf-8")
    (folder / "sub" / "up").symlink_to(folder)
    (folder / "self").symlink_to(folder / "self")
    result = shell("segment", folder, "-q", "-o", tmp_path / "out")
    assert result == Result(1, b"", f"cnlp: error: {folder}/self: Too many levels of symbolic links\n")
    assert sorted(path.name for path in (tmp_path / "out").iterdir()) == ["a.txt"]


@every_command
@posix
def test_an_output_that_is_an_input_is_refused_through_links_too(command: str, tmp_path: Path) -> None:
    path = tmp_path / "a.txt"
    path.write_text("我们\n", encoding="utf-8")
    (tmp_path / "soft").symlink_to(path)
    os.link(path, tmp_path / "hard")
    for target in ("a.txt", "soft", "hard"):
        result = run_here(command, path, "-o", tmp_path / target)
        message = f"{tmp_path}/{target}: is also an input ({path}); choose another output"
        assert result.code == 2 and result.err.startswith(f"cnlp: error: {message}")
    (tmp_path / "linked").symlink_to(tmp_path)
    assert run_here(command, tmp_path, "-o", tmp_path / "linked").code == 2
    assert path.read_text(encoding="utf-8") == "我们\n"


@every_command
def test_a_folder_in_the_place_of_an_output_is_told(command: str, tmp_path: Path) -> None:
    (tmp_path / "a.txt").write_text("我们\n", encoding="utf-8")
    (tmp_path / "out" / "a.txt").mkdir(parents=True)
    result = run_here(command, tmp_path / "a.txt", "-o", tmp_path / "out")
    assert result == Result(1, b"", f"cnlp: error: {tmp_path}/out/a.txt: Is a directory\n")


def fill(*arguments: str | Path, size: int) -> Result:
    """Run where no file can be longer than ``size``, as on a disk that is full."""
    import resource

    def limit() -> None:
        resource.setrlimit(resource.RLIMIT_FSIZE, (size, size))
        signal.signal(signal.SIGXFSZ, signal.SIG_IGN)

    return run_process(*arguments, preexec_fn=limit)


@posix
@pytest.mark.parametrize("workers", ["1", "2"])
@pytest.mark.parametrize("suffix", ["", ".gz"])
def test_a_full_disk_leaves_whole_files_only(tmp_path: Path, workers: str, suffix: str) -> None:
    folder = tmp_path / "in"
    folder.mkdir()
    (folder / "a.txt").write_text("我们\n" * 10, encoding="utf-8")
    noise = "".join(chr(0x4E00 + number * 7919 % 20_000) for number in range(40_000))
    (folder / "b.txt").write_text(noise, encoding="utf-8")
    target = tmp_path / f"b{suffix}" if suffix else tmp_path / "out"
    source = folder / "b.txt" if suffix else folder
    result = fill("segment", source, "-q", "-o", target, "--workers", workers, size=50_000)
    name = target if suffix else target / "b.txt"
    assert (result.code, result.err) == (1, f"cnlp: error: {name}: File too large\n")
    left = sorted(path.name for path in tmp_path.rglob("*") if path.is_file() and path.parent != folder)
    assert left == ([] if suffix else ["a.txt"])


@posix
def test_a_journal_without_space_is_told_and_what_is_missing_in_it_is_done_again(tmp_path: Path) -> None:
    folder = tmp_path / "in"
    folder.mkdir()
    for number in range(9):
        (folder / f"{number}.txt").write_text("我们\n", encoding="utf-8")
    arguments = ("segment", folder, "-q", "-o", tmp_path / "out", "--resume")
    result = fill(*arguments, size=1000)
    assert result.code == 1
    assert set(result.err.splitlines()) == {f"cnlp: error: {tmp_path}/out/{NAME}: File too large"}
    again = run_process(*arguments)
    assert again.code == 0 and "damaged line ignored" not in again.err
    assert len(list((tmp_path / "out").glob("*.txt"))) == 9


@pytest.mark.skipif(not os.path.exists("/dev/full"), reason="no /dev/full")
@every_command
def test_a_full_device_is_told_once(command: str, tmp_path: Path) -> None:
    for name in ("a.txt", "b.txt"):
        (tmp_path / name).write_text("我们\n", encoding="utf-8")
    with open("/dev/full", "wb") as full:
        result = run_process(command, tmp_path, "--workers", "2", stdout=full)
    assert (result.code, result.err) == (1, "cnlp: error: standard output: No space left on device\n")


def test_a_file_that_changes_while_it_is_read_is_told(tmp_path: Path) -> None:
    path = tmp_path / "a.txt"
    for change, now in ((lambda: os.truncate(path, 3), 3), (lambda: path.write_bytes(b"x" * 300), 300)):
        path.write_bytes(b"a" * 200)
        with Input(str(path), "a.txt").open() as stream:
            stream.read(2)
            os.utime(path, ns=(1, 1))  # whatever the clock's resolution
            change()
            with pytest.raises(InputError) as caught:
                while stream.read(100):
                    pass
        assert str(caught.value).startswith(f"{path}: changed while it was read (200 bytes before, {now} now)")


@long
@posix
def test_a_file_that_grows_while_it_is_read_has_no_output(tmp_path: Path) -> None:
    path = tmp_path / "a.txt"
    path.write_text("王小明在北京。\n" * 300_000, encoding="utf-8")
    stop = threading.Event()

    def grow() -> None:
        while not stop.is_set():
            with open(path, "a", encoding="utf-8") as file:
                file.write("又\n")
            time.sleep(0.005)

    writer = threading.Thread(target=grow)
    writer.start()
    try:
        result = run_process("segment", path, "-o", tmp_path / "out" / "a.txt")
    finally:
        stop.set()
        writer.join()
    assert result.code == 1 and "a.txt: changed while it was read (" in result.err
    assert list((tmp_path / "out").iterdir()) == []


@long
@posix
@pytest.mark.parametrize("workers", ["1", "2"])
@pytest.mark.parametrize("number, code", [(signal.SIGINT, 130), (signal.SIGTERM, 143)])
def test_an_interrupted_batch_leaves_whole_files_and_goes_on(
    tmp_path: Path, number: signal.Signals, code: int, workers: str
) -> None:
    folder, out = tmp_path / "in", tmp_path / "out"
    folder.mkdir()
    for name in range(40):
        (folder / f"{name:02}.txt").write_text(f"第{name}行，王小明在北京。\n" * 20_000, encoding="utf-8")
    line = command_line("segment", folder, "-o", out, "--resume", "--workers", workers, "--log", tmp_path / "log")
    with subprocess.Popen(line, stderr=subprocess.PIPE, env=environment()) as process:
        while len(list(out.glob("*.txt"))) < 3:
            time.sleep(0.005)
        process.send_signal(number)
        assert process.stderr is not None
        told = process.stderr.read().decode()
        assert process.wait(60) == code
    assert told.startswith("cnlp: ") and told.strip().count("\n") == 0 and " files, " in told
    assert '"ended_by": "' in (tmp_path / "log").read_text(encoding="utf-8").splitlines()[-1]
    done = {path.name: path.read_bytes() for path in out.iterdir() if path.name != NAME}
    assert 3 <= len(done) < 40
    for name, data in done.items():
        assert data.replace(b" ", b"") == (folder / name).read_bytes()
    again = run_process("segment", folder, "-o", out, "--resume")
    assert again.code == 0  # the signal may have come between a file and its line in the journal
    assert again.err.endswith(tuple(f"; {len(done) - late} files were done before\n" for late in (0, 1)))
    assert len(list(out.glob("*.txt"))) == 40


@posix
@every_command
def test_a_reader_that_leaves_ends_a_batch_without_a_word(command: str, tmp_path: Path) -> None:
    for name in range(20):
        (tmp_path / f"{name}.txt").write_text("王小明在北京大学读书。\n" * 2_000, encoding="utf-8")
    line = command_line(command, tmp_path, *(["--per", "line"] if command == "keywords" else []))
    with subprocess.Popen(line, stdout=subprocess.PIPE, stderr=subprocess.PIPE, env=environment()) as process:
        assert process.stdout is not None and process.stderr is not None
        process.stdout.read(10)
        process.stdout.close()
        assert (process.stderr.read(), process.wait(60)) == (b"", 141)


@long
@pytest.mark.skipif(sys.platform != "linux", reason="limits of Linux")
def test_memory_does_not_grow_with_the_file(tmp_path: Path) -> None:
    import resource

    def limit() -> None:
        resource.setrlimit(resource.RLIMIT_AS, (400_000_000, 400_000_000))

    path = tmp_path / "a.txt"
    path.write_text("王小明在北京大学读书。\n" * 2_000_000, encoding="utf-8")  # 70 MB
    result = run_process("segment", path, "-o", tmp_path / "out.txt", preexec_fn=limit)
    assert (result.code, result.err) == (0, "")
    assert os.path.getsize(tmp_path / "out.txt") > os.path.getsize(path)
