"""Whatever goes wrong: one line on standard error, a fitting exit code, nothing half-written."""

from __future__ import annotations

import os
import signal
import subprocess
import tempfile
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from running_commands import Result, command_line, environment, long, run_here, run_process

from cnlp._kernel import IS_NATIVE

Shell = Callable[..., Result]
posix = pytest.mark.skipif(os.name != "posix", reason="signals, permissions and devices of POSIX")


def one_line(result: Result, *parts: str, code: int = 1) -> None:
    """Check that ``result`` is one error line that contains ``parts``."""
    assert result.code == code
    assert result.err.startswith("cnlp: error: ")
    assert result.err.count("\n") == 1, result.err
    assert all(part in result.err for part in parts), result.err


def test_missing_file(shell: Shell) -> None:
    one_line(shell("segment", "nowhere.txt"), "cnlp: error: nowhere.txt: No such file or directory")


def test_missing_file_leaves_no_output(shell: Shell, tmp_path: Path) -> None:
    one_line(shell("segment", "nowhere.txt", "-o", tmp_path / "new" / "out.txt"), "nowhere.txt")
    assert os.listdir(tmp_path) == []


def test_a_bad_input_does_not_stop_the_others(shell: Shell, tmp_path: Path) -> None:
    (tmp_path / "good").write_text("我们\n", encoding="utf-8")
    (tmp_path / "bad").write_bytes(b"\xff\n")
    result = shell("segment", tmp_path / "bad", "nowhere", tmp_path / "good")
    assert result.code == 1
    assert result.out.decode() == "我们\n"
    assert result.err.count("cnlp: error: ") == result.err.count("\n") == 2


@pytest.mark.parametrize("number", ["nan", "inf"])
@pytest.mark.parametrize("command", ["ner --min-score", "serve --deadline", "discover --min-pmi"])
def test_no_option_takes_what_is_not_a_finite_number(shell: Shell, command: str, number: str) -> None:
    result = shell(*command.split(), number)
    assert result.code == 2 and result.err.count("\n") == 1 and number in result.err


def test_empty_folder_and_pattern_without_match(shell: Shell, tmp_path: Path) -> None:
    one_line(shell("segment", tmp_path), f"{tmp_path}: no text files in this folder")
    one_line(shell("segment", tmp_path / "*.txt"), "*.txt: no file matches this pattern")


def test_file_name_with_line_break_and_foreign_bytes(tmp_path: Path) -> None:
    one_line(run_process("segment", "two\nlines"), r"two\nlines: No such file")
    if os.name == "posix":
        one_line(run_process("segment", os.fsdecode(b"\xff.txt")), "No such file")


@pytest.mark.parametrize("form", ["text", "jsonl", "tsv"])
@pytest.mark.parametrize(
    "before", [b"", b"\xef\xbb\xbf", pytest.param("我们\r\n".encode() * 300_000, marks=long)], ids=range(3)
)
def test_wrong_encoding_is_named_by_its_byte(shell: Shell, tmp_path: Path, form: str, before: bytes) -> None:
    path, out = tmp_path / "gbk.txt", tmp_path / "out"
    path.write_bytes(before + b"ab\n" + "中文".encode("gb18030"))
    out.write_bytes(b"old")
    result = shell("segment", "-f", form, path, "-o", out)
    one_line(result, f"{path}: not utf-8 at byte {len(before) + 3} (0xd6", "--encoding")
    assert out.read_bytes() == b"old"
    assert sorted(os.listdir(tmp_path)) == ["gbk.txt", "out"]


def test_cut_character_at_the_end(shell: Shell) -> None:
    one_line(shell("segment", stdin="我们".encode()[:-1]), "standard input: not utf-8 at byte 3 (0xe4 0xbb)")


@pytest.mark.parametrize(
    "encoding, data, offset", [("gb18030", b"a\n\xff", 2), ("big5", b"\xa4", 0), ("utf-16", b"a\0b", 2)]
)
def test_wrong_other_encodings(shell: Shell, tmp_path: Path, encoding: str, data: bytes, offset: int) -> None:
    path = tmp_path / "in.txt"
    path.write_bytes(data)
    result = shell("segment", "-e", encoding, path, "-o", tmp_path / "out")
    one_line(result, f"{path}: not {encoding} at byte {offset} ")
    assert os.listdir(tmp_path) == ["in.txt"]


def test_binary_file(shell: Shell, tmp_path: Path) -> None:
    path = tmp_path / "image"
    path.write_bytes(b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR")
    refused = shell("segment", path)
    one_line(refused, "image: is a PNG image, not text; if it is text after all, read it from standard input: < ")
    one_line(shell("segment", stdin=path.read_bytes()), "standard input: not utf-8 at byte 0 (0x89)")


def test_broken_lexicon_line(shell: Shell, tmp_path: Path) -> None:
    path = tmp_path / "words.tsv"
    path.write_text("饕餮\t3\n夔龙\tmany\n", encoding="utf-8")
    one_line(shell("segment", "-l", path, stdin=b"x"), f"{path}:2: ")
    one_line(shell("lexicon", "check", path), f"{path}:2: ")
    one_line(shell("segment", "-l", tmp_path / "none.tsv", stdin=b"x"), "none.tsv: No such file")


@pytest.mark.parametrize(
    "content", [b"", b"not a model", b"\xff" * 100, b"\x40" + b"\0" * 7 + b"{" * 100], ids=range(4)
)
def test_damaged_model(shell: Shell, tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "model.bin"
    path.write_bytes(content)
    one_line(shell("segment", "--model", path, stdin=b"x"), f"{path}: ")
    one_line(shell("info", path), f"{path}: ")


def test_missing_model(shell: Shell) -> None:
    one_line(shell("segment", "--model", "none.bin", stdin=b"x"), "none.bin")
    one_line(shell("info", "none.bin"), "none.bin")


@pytest.mark.parametrize(
    "arguments",
    [
        ("segmnt",),
        ("--nonsense",),
        ("segment", "--algorithm", "magic"),
        ("segment", "--mode", "magic"),
        ("segment", "--format", "xml"),
        ("segment", "--encoding", "ebcdic"),
        ("segment", "--delimiter", ""),
        ("segment", "--delimiter", r"\ud800"),
        ("segment", "-o"),
        ("lexicon", "check"),
    ],
)
def test_wrong_command_lines(shell: Shell, arguments: tuple[str, ...]) -> None:
    one_line(shell(*arguments), code=2)


@pytest.mark.parametrize("group", ["data", "evaluate", "lexicon", "train"])
def test_a_group_without_its_command_shows_its_help(shell: Shell, group: str) -> None:
    result = shell(group)
    shown = result.out.decode() + result.err  # older versions of click print help on standard output
    assert shown.startswith("Usage: ") and "\nCommands:\n" in shown and "\\n" not in shown


def test_unexpected_errors_are_one_line_too(shell: Shell, monkeypatch: pytest.MonkeyPatch) -> None:
    from cnlp.commands import _options

    def explode(*arguments: object, **options: object) -> None:
        raise RuntimeError("wires\ncrossed")

    monkeypatch.setattr(_options, "plan_files", explode)
    one_line(shell("segment", stdin=b"x"), r"internal error: RuntimeError: wires\ncrossed")


def test_a_folder_as_lexicon_or_model(shell: Shell, tmp_path: Path) -> None:
    one_line(shell("segment", "-l", tmp_path, stdin=b"x"), str(tmp_path))
    one_line(shell("segment", "--model", tmp_path, stdin=b"x"), str(tmp_path))


@pytest.fixture
def open_folder() -> Iterator[Path]:
    """A folder that any user may enter."""
    with tempfile.TemporaryDirectory() as name:
        os.chmod(name, 0o755)
        yield Path(name)


def run_as_nobody(*arguments: str | Path) -> Result:
    """Run as a user to whom permissions apply (they do not to root)."""
    if os.geteuid() != 0:
        return run_here(*arguments)
    run_here(*arguments)  # imports what is needed while it can be read
    os.seteuid(65534)
    try:
        return run_here(*arguments)
    finally:
        os.seteuid(0)


@posix
def test_without_permission(open_folder: Path) -> None:
    locked = open_folder / "locked"
    locked.mkdir()
    (locked / "a.txt").write_text("我们", encoding="utf-8")
    file = open_folder / "closed.txt"
    file.write_text("我们", encoding="utf-8")
    file.chmod(0)
    locked.chmod(0)
    try:
        one_line(run_as_nobody("segment", file), f"{file}: Permission denied")
        one_line(run_as_nobody("segment", locked), f"{locked}: Permission denied")
        both = run_as_nobody("segment", open_folder)
        assert both.code == 1 and both.err.count("Permission denied\n") == both.err.count("\n") == 2
    finally:
        locked.chmod(0o755)


@posix
def test_output_without_permission(open_folder: Path) -> None:
    (open_folder / "a.txt").write_text("我们", encoding="utf-8")
    (open_folder / "a.txt").chmod(0o644)
    open_folder.chmod(0o555)
    out = open_folder / "out.txt"
    result = run_as_nobody("segment", open_folder / "a.txt", "-o", out)
    open_folder.chmod(0o755)
    one_line(result, f"{out}: Permission denied")


def test_output_into_a_file_as_folder(shell: Shell, tmp_path: Path) -> None:
    (tmp_path / "file").write_text("我们", encoding="utf-8")
    one_line(shell("segment", "-o", tmp_path / "file" / "out", stdin=b"x"), "file")


@pytest.mark.skipif(not os.path.exists("/dev/full"), reason="no /dev/full")
def test_no_space_left(tmp_path: Path) -> None:
    with open("/dev/full", "wb") as full:
        for size in (1, 3_000_000 if IS_NATIVE else 30_000):
            result = run_process("segment", stdin="我们\n".encode() * size, stdout=full)
            one_line(result, "standard output: No space left on device")
    one_line(run_process("segment", "-o", "/dev/full", stdin="我们".encode()), "/dev/full: No space left")
    with open("/dev/full", "wb") as full:
        one_line(run_process("--help", stdout=full), "No space left on device")


@long
@posix
def test_a_full_disk_leaves_nothing(tmp_path: Path) -> None:
    import resource

    def limit() -> None:
        resource.setrlimit(resource.RLIMIT_FSIZE, (100_000, 100_000))

    out = tmp_path / "out"
    result = run_process("segment", "-o", out, stdin="我们大学\n".encode() * 100_000, preexec_fn=limit)
    one_line(result, f"{out}: File too large")
    assert os.listdir(tmp_path) == []


def wait_for_file(folder: Path) -> None:
    """Wait until the temporary file is there."""
    for _ in range(600):
        if os.listdir(folder):
            return
        time.sleep(0.05)
    raise AssertionError("the command did not start to write")


@posix
@pytest.mark.parametrize("number, code", [(signal.SIGINT, 130), (signal.SIGTERM, 143)])
def test_an_interrupted_run_leaves_nothing(tmp_path: Path, number: signal.Signals, code: int) -> None:
    line = command_line("segment", "-o", tmp_path / "out")
    with subprocess.Popen(line, stdin=subprocess.PIPE, stderr=subprocess.PIPE, env=environment()) as process:
        assert process.stdin is not None and process.stderr is not None
        process.stdin.write("我们\n".encode() * 5_000)
        process.stdin.flush()
        wait_for_file(tmp_path)
        process.send_signal(number)
        assert process.wait(60) == code
        assert process.stderr.read().strip() == b""
    assert os.listdir(tmp_path) == []


@long
@posix
@pytest.mark.parametrize("form", ["text", "tsv"])
def test_a_reader_that_goes_away_is_no_error(tmp_path: Path, form: str) -> None:
    path = tmp_path / "long.txt"
    path.write_text("我们在大学学习\n" * 200_000, encoding="utf-8")
    line = command_line("segment", "-f", form, path)
    with subprocess.Popen(line, stdout=subprocess.PIPE, stderr=subprocess.PIPE, env=environment()) as process:
        assert process.stdout is not None and process.stderr is not None
        assert process.stdout.readline()
        process.stdout.close()
        assert process.stderr.read() == b""
        assert process.wait(60) == 141


@posix
@pytest.mark.parametrize("closed", [0, 1, 2])
def test_closed_standard_streams(closed: int) -> None:
    script = f'exec "$@" {closed}>&-' if closed else 'exec "$@" <&-'
    line = ["sh", "-c", script, "sh", *command_line("segment")]
    done = subprocess.run(line, input=b"x" if closed else None, capture_output=True, env=environment())
    assert b"Traceback" not in done.stderr
    assert done.returncode == (0 if closed == 2 else 1)


@long
@posix
def test_the_progress_bar_is_for_terminals_only(tmp_path: Path) -> None:
    path = tmp_path / "long.txt"
    path.write_text("我们在大学学习\n" * 500_000, encoding="utf-8")
    assert run_process("segment", path, "-o", tmp_path / "out").err == ""
    shown = run_on_terminal(*command_line("segment", path, "-o", tmp_path / "out"))
    assert "Traceback" not in shown


def run_on_terminal(*line: str) -> str:
    """What a command shows on a pseudo-terminal."""
    import pty

    shown = []

    def read(descriptor: int) -> bytes:
        data = os.read(descriptor, 1024)
        shown.append(data)
        return data

    parent, child = pty.openpty()
    with subprocess.Popen(line, stderr=child, stdin=child, env=environment()) as process:
        os.close(child)
        try:
            while read(parent):
                pass
        except OSError:
            pass  # the terminal ends with its process
        os.close(parent)
        assert process.wait(60) == 0
    return b"".join(shown).decode()
