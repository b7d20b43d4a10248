"""Many files at once: compressed, in records, damaged; what a run tells, logs and takes up again."""

from __future__ import annotations

import gzip
import json
import os
import sys
import textwrap
from collections.abc import Callable
from pathlib import Path

import pytest
from running_commands import ROOT, Result, run_here

from cnlp.files.compression import KINDS, compressed, decompressed
from cnlp.files.journal import NAME

Shell = Callable[..., Result]
COMMANDS = ("segment", "tag", "ner", "keywords")
LINE = "王小明在北京大学读书。\n"


def pack(path: Path, text: str) -> Path:
    """Write a file, compressed as its name says."""
    with open(path, "wb") as raw, compressed(raw, str(path)) as stream:
        stream.write(text.encode())
    return path


def tree(folder: Path) -> dict[str, bytes]:
    """All files below ``folder`` but the journal."""
    files = (path for path in folder.rglob("*") if path.is_file() and path.name != NAME)
    return {path.relative_to(folder).as_posix(): path.read_bytes() for path in files}


def events(log: Path) -> list[dict[str, object]]:
    """What a log says, without times."""
    lines = [json.loads(line) for line in log.read_text(encoding="utf-8").splitlines()]
    return [{key: value for key, value in line.items() if key not in ("time", "seconds")} for line in lines]


@pytest.fixture
def corpus(tmp_path: Path) -> Path:
    """A folder with plain and compressed files."""
    folder = tmp_path / "corpus"
    (folder / "sub").mkdir(parents=True)
    for number in range(4):
        (folder / f"{number}.txt").write_text(LINE * (number + 1), encoding="utf-8")
    pack(folder / "sub" / "x.txt.gz", LINE)
    return folder


@pytest.mark.parametrize("command", COMMANDS)
@pytest.mark.parametrize("suffix", [suffix for suffix in KINDS if suffix != ".zst"])
def test_compressed_files_are_read_and_written_by_their_names(command: str, suffix: str, tmp_path: Path) -> None:
    plain = pack(tmp_path / "a.txt", LINE)
    packed = pack(tmp_path / f"b.txt{suffix}", LINE)
    expected = run_here(command, plain).out
    assert run_here(command, packed).out == expected
    assert run_here(command, packed, "-o", f"{tmp_path}/out/") == Result(0, b"", "")
    assert tree(tmp_path / "out") == {"b.txt": expected}
    target = tmp_path / f"again{suffix}"
    assert run_here(command, packed, "-o", target).code == 0
    with open(target, "rb") as raw:
        assert decompressed(raw, str(target)).read(10_000) == expected


def test_compressed_files_in_folders_are_read_and_archives_of_files_are_not(shell: Shell, corpus: Path) -> None:
    pack(corpus / "y.tar.gz", LINE)
    pack(corpus / "z.pdf.gz", LINE)
    assert shell("segment", corpus, "-q", "-o", corpus.parent / "out").code == 0
    assert sorted(tree(corpus.parent / "out")) == ["0.txt", "1.txt", "2.txt", "3.txt", "sub/x.txt"]


def test_a_damaged_archive_leaves_nothing_and_does_not_stop_the_others(shell: Shell, corpus: Path) -> None:
    data = gzip.compress(LINE.encode() * 1000)
    (corpus / "cut.txt.gz").write_bytes(data[:-3])
    (corpus / "not.txt.gz").write_text(LINE, encoding="utf-8")
    result = shell("segment", corpus, "-q", "-o", corpus.parent / "out")
    assert result.code == 1 and len(tree(corpus.parent / "out")) == 5
    first, second = result.err.splitlines()
    assert first.endswith(f"cut.txt.gz: damaged gzip file: it ends too early, at byte {len(data) - 3}")
    assert "not.txt.gz: damaged gzip file: between bytes 0 and 34: " in second


@pytest.mark.parametrize("workers", [1, 2])
@pytest.mark.parametrize(
    "command, shown",
    [("segment", "王小明 在 北京"), ("tag", "王小明/nr 在/p 北京/ns"), ("ner", "[王小明/PER]在[北京/LOC]")],
)
def test_a_field_holds_the_result(command: str, shown: str, workers: int, tmp_path: Path) -> None:
    (tmp_path / "a.jsonl").write_text('{"id": 1, "t": "王小明在北京"}\n' * 2, encoding="utf-8")
    (tmp_path / "b.csv").write_text('id,t\n1,"王小明在北京"\n2,\n', encoding="utf-8")
    names = ["--field", "t", "--workers", workers, tmp_path / "a.jsonl", tmp_path / "b.csv"]
    result = run_here(command, *names)
    assert result.out.decode() == f'{{"id": 1, "t": "{shown}"}}\n' * 2 + f'id,t\n1,"{shown}"\n2,\n'
    assert run_here(command, *names, "-f", "jsonl", "-q", "-o", f"{tmp_path}/out").code == 0
    made = tree(tmp_path / "out")
    assert list(made) == ["a.jsonl", "b.csv.jsonl"]
    record = json.loads(made["a.jsonl"].splitlines()[0])
    assert record["id"] == 1 and record["t"] == "王小明在北京" and record["entities" if command == "ner" else "tokens"]
    assert list(json.loads(made["b.csv.jsonl"].splitlines()[1])) == ["id", "t", *list(record)[2:]]


def test_keywords_of_a_field_are_a_field(shell: Shell, tmp_path: Path) -> None:
    (tmp_path / "a.csv").write_text("t,x\n长江大桥横跨长江。,1\n", encoding="utf-8")
    options = ["-m", "tf", "-k", "2", "--no-phrases", "--field", "t"]
    assert shell("keywords", tmp_path / "a.csv", *options).out.decode() == (
        "t,x,keywords\n长江大桥横跨长江。,1,长江\t大桥\n"
    )
    record = json.loads(shell("keywords", *options, "-f", "jsonl", stdin='{"t":"长江大桥"}'.encode()).out)
    assert [keyword["text"] for keyword in record["keywords"]] == ["长江", "大桥"]


def test_a_broken_record_is_named_by_its_line(shell: Shell, tmp_path: Path) -> None:
    (tmp_path / "a.jsonl").write_text('{"t":"我们"}\n{"t":"我们"\n', encoding="utf-8")
    (tmp_path / "b.csv").write_text('id,t\n1,"我\n们"\n2\n', encoding="utf-8")
    (tmp_path / "c.csv").write_text("id,x\n", encoding="utf-8")
    result = shell("segment", "--field", "t", *sorted(tmp_path.iterdir()), "-q", "-o", tmp_path / "out")
    assert result.code == 1 and tree(tmp_path / "out") == {}
    assert [line.removeprefix(f"cnlp: error: {tmp_path}/") for line in result.err.splitlines()] == [
        "a.jsonl:2: broken JSON: expected , or } at column 10",
        "b.csv:4: this row has 1 fields, and 't' is number 2",
        "c.csv:1: no column has the heading 't'; there are: id, x",
    ]


RECORDS = 'id,t\n1,"王小明\n在北京"\n2,上海\n'


@pytest.mark.parametrize("workers", [1, 2])
@pytest.mark.parametrize(
    ("command", "options", "result"),
    [
        ("segment", ["-f", "tsv"], "2\t0\t3\t王小明\n2\t3\t4\t \n2\t4\t5\t在\n2\t5\t7\t北京\n4\t0\t2\t上海\n"),
        ("keywords", ["-f", "tsv", "-m", "tf", "-k", 1], "{name}\t2\t1\t王小明\t1\t1\n{name}\t4\t1\t上海\t1\t1\n"),
        ("match", ["-f", "tsv"], "2\t5\t7\t北京\t首都\n"),
    ],
)
def test_tables_of_a_field_have_the_lines_of_its_records(
    command: str, options: list[str], result: str, workers: int, tmp_path: Path
) -> None:
    (tmp_path / "a.csv").write_text(RECORDS, encoding="utf-8")
    (tmp_path / "words").write_text("北京\t首都\n", encoding="utf-8")
    words = [tmp_path / "words"] if command == "match" else []
    options = [] if command == "match" else options
    found = run_here(command, *words, tmp_path / "a.csv", "--field", "t", *options, "--workers", workers)
    assert (found.code, found.err) == (0, "")
    assert found.out.decode() == result.format(name=tmp_path / "a.csv")


def test_the_page_of_a_field_has_a_line_for_each_record(shell: Shell) -> None:
    records = '{"t": "王小明\\n在北京"}\n\n{"t": null}\n{"t": "上海\\ud800"}\n'.encode()
    page = shell("ner", "--field", "t", "-f", "html", stdin=records).out.decode()
    assert ">王小明<" in page and ">北京<" in page and "上海" in page
    assert [
        line[:1] for line in shell("ner", "--field", "t", "-f", "tsv", stdin=records).out.decode().splitlines()
    ] == [
        "1",
        "1",
        "4",
    ]


@pytest.mark.parametrize("command", COMMANDS)
def test_bytes_that_are_no_text_are_replaced_or_their_lines_left_out_and_told(command: str, tmp_path: Path) -> None:
    path = tmp_path / "a.txt"
    path.write_bytes(LINE.encode() + b"a\xffb\xfe\n" + LINE.encode() + b"\xe4\xb8")
    good = tmp_path / "good.txt"
    for policy, text, deed in (
        ("replace", f"{LINE}a\ufffdb\ufffd\n{LINE}\ufffd", "replaced by U+FFFD"),
        ("skip", LINE * 2, "line left out"),
    ):
        good.write_text(text, encoding="utf-8")
        result = run_here(command, "--errors", policy, path)
        assert result.code == 0 and result.out == run_here(command, good).out
        start = f"cnlp: warning: {path}"
        assert result.err.splitlines() == [
            f"{start}:2: not utf-8 at byte 35 (0xff): {deed}",
            f"{start}:2: not utf-8 at byte 37 (0xfe): {deed}",
            f"{start}:4: not utf-8 at byte 73 (0xe4 0xb8): {deed}",
        ]
        assert run_here(command, "--errors", policy, "--quiet", path).err == ""


def test_lines_keep_their_numbers_where_others_are_left_out(shell: Shell, tmp_path: Path) -> None:
    (tmp_path / "a.txt").write_bytes("我\n\n".encode() + b"\xff\n" + "们\n".encode() + b"\xff")
    (tmp_path / "b.txt").write_bytes("好".encode())
    result = shell("segment", "-f", "tsv", "--errors", "skip", "-q", tmp_path / "a.txt", tmp_path / "b.txt")
    assert result.out.decode() == "1\t0\t1\t我\n4\t0\t1\t们\n6\t0\t1\t好\n"


def test_the_terminal_tells_some_places_and_the_log_all(shell: Shell, tmp_path: Path) -> None:
    (tmp_path / "a.txt").write_bytes(b"\xff\n" * 12_345)
    result = shell("segment", "--errors", "replace", tmp_path / "a.txt", "--log", tmp_path / "log")
    lines = result.err.splitlines()
    assert len(lines) == 11 and lines[-1].endswith("a.txt: 12,335 more places like these; --log FILE names all")
    bad = [event for event in events(tmp_path / "log") if event["event"] == "bad-bytes"]
    assert [event["byte"] for event in bad] == list(range(0, 24_690, 2))


def test_skipping_lines_of_tables_is_refused(shell: Shell, tmp_path: Path) -> None:
    (tmp_path / "a.csv").write_bytes(b't\n"\xff\n"\n')
    result = shell("segment", "--errors", "skip", "--field", "t", tmp_path / "a.csv", "-q")
    assert result.code == 1
    assert "a.csv: --errors skip would leave out lines, and rows may have several: use replace" in result.err
    assert shell("segment", "--errors", "skip", "--field", "t", stdin=b'{"t":"\xff"}\n{"t":""}\n').out == b'{"t":""}\n'


def test_totals_are_told_for_several_files_and_not_in_the_way_of_a_pipe(shell: Shell, corpus: Path) -> None:
    result = shell("segment", corpus, "-o", corpus.parent / "out")
    assert result.err.startswith("cnlp: 5 files, 11 lines, 132 characters in 0.")
    assert result.err.endswith(" MB/s\n") and result.err.count("\n") == 1
    assert shell("segment", corpus, "-q", "-o", corpus.parent / "out").err == ""
    assert shell("segment", corpus).err == ""
    assert shell("segment", corpus / "0.txt", "-o", corpus.parent / "one.txt").err == ""
    (corpus / "bad.txt").write_bytes(b"\xff")
    failed = shell("segment", corpus, "-o", corpus.parent / "out").err.splitlines()
    assert len(failed) == 2 and failed[1].endswith("; 1 failed")


def test_the_log_is_a_line_of_json_for_each_event(shell: Shell, corpus: Path, tmp_path: Path) -> None:
    log = tmp_path / "log.jsonl"
    (corpus / "1.txt").write_bytes(b"\xff")
    for number in (1, 2):
        assert shell("segment", corpus, "-q", "-o", tmp_path / "out", "--log", log).code == 1
        told = events(log)
        assert len(told) == 7 * number  # it is appended to
    assert [event["event"] for event in told[:7]] == ["start", "done", "error", "done", "done", "done", "end"]
    counts = {"lines": 1, "characters": 12, "bytes": 34, "bad": 0}
    output = str(tmp_path / "out" / "0.txt")
    assert told[1] == {"event": "done", "input": str(corpus / "0.txt"), "output": output, **counts}
    assert told[2] == {
        "event": "error",
        "message": f"{corpus / '1.txt'}: not utf-8 at byte 0 (0xff); name the file's own encoding with --encoding "
        "(encoding= in Python)",
    }
    assert {key: told[6][key] for key in ("files", "failed", "lines")} == {"files": 4, "failed": 1, "lines": 9}


def test_a_log_that_cannot_be_written_ends_the_run(shell: Shell, corpus: Path, tmp_path: Path) -> None:
    assert "Is a directory" in shell("segment", corpus, "--log", tmp_path).err
    refused = shell("segment", corpus, "--log", corpus / "0.txt")
    assert refused.code == 2 and "0.txt: is also an input" in refused.err
    refused = shell("segment", corpus / "0.txt", "-o", tmp_path / "x", "--log", tmp_path / "x")
    assert refused.code == 2 and "x: is also an output" in refused.err


@pytest.mark.parametrize("command", COMMANDS)
def test_a_second_run_leaves_out_what_is_done(command: str, corpus: Path, tmp_path: Path) -> None:
    arguments = [command, corpus, "-o", tmp_path / "out", "--resume"]
    assert run_here(*arguments).err.startswith("cnlp: 5 files, ")
    before = tree(tmp_path / "out")
    stamps = {path: os.stat(tmp_path / "out" / path).st_mtime_ns for path in before}
    again = run_here(*arguments, "--workers", 2)
    assert again.code == 0 and again.err.startswith("cnlp: 0 files, 0 lines, 0 characters in ")
    assert again.err.endswith("; 5 files were done before\n")
    assert {path: os.stat(tmp_path / "out" / path).st_mtime_ns for path in before} == stamps


def redone(corpus: Path, tmp_path: Path, *options: str) -> list[str]:
    """The outputs that one more run makes."""
    log = tmp_path / "log"
    log.unlink(missing_ok=True)
    run_here("segment", corpus, "-q", "-o", tmp_path / "out", "--resume", "--log", log, *options)
    done = [str(event["output"]) for event in events(log) if event["event"] == "done"]
    return sorted(os.path.relpath(path, tmp_path / "out") for path in done)


def test_what_changed_is_done_again(corpus: Path, tmp_path: Path) -> None:
    out = tmp_path / "out"
    everything = ["0.txt", "1.txt", "2.txt", "3.txt", "sub/x.txt"]
    assert redone(corpus, tmp_path) == everything
    expected = tree(out)
    (corpus / "0.txt").write_text(LINE.replace("王", "李"), encoding="utf-8")  # of the same size
    (corpus / "1.txt").write_text(LINE * 9, encoding="utf-8")
    (out / "2.txt").unlink()
    (out / "3.txt").write_bytes(expected["3.txt"][:-1] + b"x")
    assert redone(corpus, tmp_path) == ["0.txt", "1.txt", "2.txt", "3.txt"]
    assert {name: tree(out)[name] for name in ("2.txt", "3.txt")} == {
        name: expected[name] for name in ("2.txt", "3.txt")
    }
    assert redone(corpus, tmp_path) == []
    assert redone(corpus, tmp_path, "--delimiter", "/") == everything
    assert redone(corpus, tmp_path, "--delimiter", "/", "--workers", "2") == []


def test_the_content_of_a_lexicon_is_a_setting(corpus: Path, tmp_path: Path) -> None:
    words = tmp_path / "words.tsv"
    words.write_text("京大\n", encoding="utf-8")
    assert len(redone(corpus, tmp_path, "-l", str(words))) == 5
    assert redone(corpus, tmp_path, "-l", str(words)) == []
    words.write_text("学读\n", encoding="utf-8")
    assert len(redone(corpus, tmp_path, "-l", str(words))) == 5


def test_damaged_lines_of_the_journal_are_told_and_their_files_done_again(corpus: Path, tmp_path: Path) -> None:
    redone(corpus, tmp_path)
    journal = tmp_path / "out" / NAME
    lines = journal.read_bytes().splitlines(keepends=True)
    journal.write_bytes(b'{"output": 1}\n[]\n' + b"".join(lines[:3]) + lines[3][:40] + b"\0\xff\n" + lines[4][:-9])
    result = run_here("segment", corpus, "-o", tmp_path / "out", "--resume")
    told = result.err.splitlines()
    assert [line.split(":")[3] for line in told[:4]] == ["1", "2", "6", "7"]
    assert all(line.endswith("damaged line ignored; its output is made again") for line in told[:4])
    assert told[4].startswith("cnlp: 2 files, ")
    assert redone(corpus, tmp_path) == []


def test_what_a_killed_run_left_is_removed(corpus: Path, tmp_path: Path) -> None:
    redone(corpus, tmp_path)
    (tmp_path / "out" / "sub" / ".cnlp-resume-0123456789ab.tmp").write_bytes(b"half")
    (tmp_path / "out" / ".cnlp-0123456789ab.tmp").write_bytes(b"of another run")
    redone(corpus, tmp_path)
    assert sorted(tree(tmp_path / "out"))[0] == ".cnlp-0123456789ab.tmp"
    assert len(tree(tmp_path / "out")) == 6


@pytest.mark.skipif(os.name != "posix", reason="links and pipes as Unix has them")
def test_a_journal_that_is_no_file_is_not_written_to(shell: Shell, corpus: Path, tmp_path: Path) -> None:
    (tmp_path / "out").mkdir()
    other = tmp_path / "other"
    other.write_text("mine", encoding="utf-8")
    journal = tmp_path / "out" / NAME
    journal.symlink_to(other)
    result = shell("segment", corpus, "-o", tmp_path / "out", "--resume")
    assert result.code == 1 and "the journal is a symbolic link" in result.err
    assert other.read_text(encoding="utf-8") == "mine"
    journal.unlink()
    os.mkfifo(journal)
    result = shell("segment", corpus, "-o", tmp_path / "out", "--resume")
    assert result.code == 1 and "the journal is not an ordinary file" in result.err


@pytest.mark.skipif(sys.platform == "win32", reason="no such locks")
def test_two_batches_do_not_share_a_journal(shell: Shell, corpus: Path, tmp_path: Path) -> None:
    import fcntl

    redone(corpus, tmp_path)
    with open(tmp_path / "out" / NAME, "rb") as journal:
        fcntl.flock(journal, fcntl.LOCK_EX)
        result = shell("segment", corpus, "-o", tmp_path / "out", "--resume")
    assert result.code == 1 and "another 'cnlp --resume' writes to this folder" in result.err


@pytest.mark.parametrize(
    "arguments, message",
    [
        (["a.txt", "--resume"], "--resume needs a folder as --output"),
        (["a.txt", "-o", "b.txt", "--resume"], "--resume needs a folder as --output"),
        (["-", "-o", "out/", "--resume"], "--resume needs files: standard input cannot be read again"),
    ],
)
def test_a_journal_needs_a_folder_and_files(shell: Shell, arguments: list[str], message: str) -> None:
    result = shell("segment", *arguments)
    assert result.code == 2 and message in result.err


def test_the_four_commands_have_the_same_options_for_batches(shell: Shell) -> None:
    for command in COMMANDS:
        shown = shell(command, "--help").out.decode()
        for option in ("--output", "--encoding", "--errors", "--field", "--workers", "--resume", "--quiet", "--log"):
            assert f"{option} " in shown or f"{option}\n" in shown


def test_the_guide_shows_what_comes_out(shell: Shell, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    guide = (ROOT / "docs" / "batch.md").read_text(encoding="utf-8")
    block = guide.split("    $ cat posts.csv\n")[1].split("\n\n")[0]
    table, *examples = textwrap.dedent(block).split("$ cnlp ")
    monkeypatch.chdir(tmp_path)
    Path("posts.csv").write_text(table, encoding="utf-8")
    for example in examples:
        words, shown = example.split("\n", 1)
        assert shell(*words.split(" ")).out.decode().rstrip() == shown.rstrip()
    assert len(examples) == 2


def test_compressed_files_are_read_by_the_commands_that_count_too(shell: Shell, tmp_path: Path) -> None:
    for name in ("a.txt", "b.txt.gz"):
        pack(tmp_path / name, "长江大桥很长。" * 30 + "\n")
    for command in (["idf", "--min-count", "1"], ["discover", "--min-pmi", "1"]):
        made = []
        for name in ("a.txt", "b.txt.gz"):
            assert shell(*command, tmp_path / name, "-o", tmp_path / "table").code == 0
            made.append((tmp_path / "table").read_bytes())
        assert made[0] == made[1] != b""
