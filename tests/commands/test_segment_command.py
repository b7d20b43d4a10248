"""``cnlp segment``: what comes out for every kind of input, format and encoding."""

from __future__ import annotations

import gzip
import json
import os
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from running_commands import ROOT, Result, command_line, environment, long, run_here, run_process

import cnlp
from cnlp.model import registry
from cnlp.segmentation import ALGORITHMS
from cnlp.segmentation.tagger import load_tagger

Shell = Callable[..., Result]

MARK = "\ue123"  # private use: a delimiter that no text contains
SHIPPED_STANDARDS = load_tagger().standards
SENTENCE = "他在北京大学读书，𠮷野家的饭很好吃。"
TEXTS = st.text(
    st.one_of(
        st.sampled_from("我们在中国人民大学学习的时候 \t\r\n\u3000，。a1.%\\\0\ufeff😀𠮷"),
        st.characters(blacklist_categories=["Cs"], blacklist_characters=[MARK]),
    ),
    max_size=60,
)


def joined(text: str) -> str:
    """``text`` segmented by the library, one space between words."""
    return " ".join(cnlp.Segmenter(cnlp.load()).segment(text))


def unescape(word: str) -> str:
    """A word as it was before format tsv escaped it."""
    return "\\".join(part.replace("\\t", "\t") for part in word.split("\\\\"))


def rows(out: bytes) -> Iterator[tuple[int, int, int, str]]:
    """Rows of format tsv."""
    for row in out.decode().split("\n")[:-1]:
        line, start, end, word = row.split("\t")
        yield int(line), int(start), int(end), unescape(word)


@pytest.mark.parametrize("ending", ["\n", "\r\n", "\r", ""])
def test_line_endings_come_out_as_they_went_in(shell: Shell, ending: str) -> None:
    text = f"{SENTENCE}{ending}\u3000\u3000北京大学  {ending}{ending}\t{SENTENCE}{ending}"
    result = shell("segment", "-d", MARK, stdin=text.encode())
    assert result.code == 0 and result.err == ""
    assert result.out.decode().replace(MARK, "") == text
    assert result.out.decode().count(MARK) > 4


@settings(max_examples=150, deadline=None)
@given(TEXTS)
def test_removing_the_delimiters_gives_back_the_input(text: str) -> None:
    out = run_here("segment", "-d", MARK, stdin=text.encode()).out.decode()
    assert out.replace(MARK, "") == text
    for blank in " \t\r\n\u3000":
        assert MARK + blank not in out and blank + MARK not in out


@settings(max_examples=150, deadline=None)
@given(TEXTS)
def test_jsonl_holds_the_whole_input_and_exact_offsets(text: str) -> None:
    text = text.lstrip("\ufeff")
    out = run_here("segment", "--format", "jsonl", stdin=text.encode()).out.decode()
    records = [json.loads(line) for line in out.split("\n")[:-1]]
    assert "".join(record["text"] + record.get("end", "\n") for record in records) == text
    for record in records:
        assert all(record["text"][start:end] == word for word, start, end in record["tokens"])
        assert "".join(word for word, _, _ in record["tokens"]) == record["text"]


@settings(max_examples=150, deadline=None)
@given(TEXTS)
def test_tsv_has_a_row_for_each_token_and_exact_offsets(text: str) -> None:
    text = text.lstrip("\ufeff")
    lines = text.replace("\r\n", "\n").replace("\r", "\n").split("\n")
    found = [""] * len(lines)
    for line, start, end, word in rows(run_here("segment", "-f", "tsv", stdin=text.encode()).out):
        assert lines[line - 1][start:end] == word
        found[line - 1] += word
    assert found == lines


@pytest.mark.parametrize("mode", ["search", "full"])
@pytest.mark.parametrize("form", ["jsonl", "tsv"])
def test_offsets_are_exact_where_words_overlap(shell: Shell, mode: str, form: str) -> None:
    out = shell("segment", "--mode", mode, "-f", form, stdin=SENTENCE.encode()).out
    tokens = [row[1:] for row in rows(out)] if form == "tsv" else []
    tokens = tokens or [(start, end, word) for word, start, end in json.loads(out)["tokens"]]
    assert all(SENTENCE[start:end] == word for start, end, word in tokens)


@pytest.mark.parametrize("mode", ["search", "full"])
def test_overlapping_words_keep_lines_and_white_space(shell: Shell, mode: str) -> None:
    result = shell("segment", "--mode", mode, stdin="北京大学\t 我们\r\n\n我们".encode())
    first, second, third = result.out.decode().split("\n")
    assert "\t " in first and first.endswith("\r") and second == ""
    assert first == f"{first.split(chr(9))[0]}\t {third}\r"
    assert "我们" in third.split(" ")


@pytest.mark.parametrize("algorithm", list(ALGORITHMS))
def test_every_algorithm_can_be_named(shell: Shell, algorithm: str) -> None:
    result = shell("segment", "--algorithm", algorithm, stdin=SENTENCE.encode())
    assert result.code == 0
    assert result.out.decode().replace(" ", "") == SENTENCE


@pytest.mark.parametrize("standard", SHIPPED_STANDARDS)
def test_every_standard_can_be_named(shell: Shell, standard: str) -> None:
    result = shell("segment", "--standard", standard, stdin=SENTENCE.encode())
    expected = cnlp.segment(SENTENCE, standard=standard)
    assert result.out.decode().split(" ") == expected
    assert standard in shell("segment", "--help").out.decode()


def test_a_tagger_may_propose_words_to_the_bigrams(shell: Shell) -> None:
    text = "记者杨茉薇报道"
    result = shell("segment", "-a", "bigram", "--unknown", "perceptron", stdin=text.encode())
    assert result.out.decode() == "记者 杨茉薇 报道"


def test_the_kind_of_a_model_file_is_told(shell: Shell) -> None:
    for name, algorithm in (("core", "bigram"), ("segmenter", "perceptron"), ("hmm", "hmm")):
        path = os.path.join(os.path.dirname(registry.CORE), f"{name}.safetensors")
        result = shell("segment", "--model", path, stdin=SENTENCE.encode())
        assert result.out.decode().split(" ") == cnlp.segment(SENTENCE, algorithm=algorithm)
    refused = shell("segment", "--model", path, "--algorithm", "unigram", stdin=b"x")
    assert refused.code == 2 and "not for 'unigram'" in refused.err


@pytest.mark.parametrize(
    "written, meant", [("/", "/"), (r"\t", "\t"), (r"\\", "\\"), (r"\u3000", "\u3000"), ("| ", "| ")]
)
def test_the_delimiter_may_be_any_text(shell: Shell, written: str, meant: str) -> None:
    out = shell("segment", "-d", written, stdin=SENTENCE.encode()).out.decode()
    assert out == joined(SENTENCE).replace(" ", meant)


@pytest.mark.parametrize("encoding, codec", [("gb18030", "gb18030"), ("big5", "big5"), ("utf-16", "utf-16")])
@pytest.mark.parametrize("form", ["text", "jsonl", "tsv"])
def test_other_encodings_come_out_in_utf8(shell: Shell, tmp_path: Path, encoding: str, codec: str, form: str) -> None:
    text = "中國人民\r\n大學 生活\n"
    path = tmp_path / "in.txt"
    path.write_bytes(text.encode(codec))
    expected = shell("segment", "-f", form, stdin=text.encode()).out
    assert shell("segment", "-f", form, "-e", encoding, path).out == expected


TABLE = 'id,文章\r\n1,"今天，""公司""很忙"\r\n2,去北京\r\n'
CUT_TABLE = 'id,文章\r\n1,"今天 ， "" 公司 "" 很 忙"\r\n2,去 北京\r\n'


@pytest.mark.parametrize("name", ["t.csv", "t.csv.gz", None])
@pytest.mark.parametrize(
    "encoding, codec", [("utf8", "utf-8-sig"), ("gbk", "gbk"), ("big5", "cp950"), ("utf-16", "utf-16")]
)
@pytest.mark.parametrize("to, written", [("UTF-8-SIG", "utf-8-sig"), ("gb18030", "gb18030"), ("utf_16", "utf-16")])
def test_tables_from_and_for_excel(
    shell: Shell, tmp_path: Path, name: str | None, encoding: str, codec: str, to: str, written: str
) -> None:
    options = ("--field", "文章", "-e", encoding, "--output-encoding", to)
    if name is None:
        assert shell("segment", *options, stdin=TABLE.encode(codec)) == Result(0, CUT_TABLE.encode(written), "")
        return
    open_file = gzip.open if name.endswith(".gz") else open
    with open_file(tmp_path / name, "wb") as file:
        file.write(TABLE.encode(codec))
    assert shell("segment", tmp_path / name, *options, "-o", tmp_path / f"out-{name}").code == 0
    with open_file(tmp_path / f"out-{name}", "rb") as file:
        assert file.read() == CUT_TABLE.encode(written)


def test_a_heading_in_another_encoding_is_an_error_of_encoding(shell: Shell, tmp_path: Path) -> None:
    path = tmp_path / "t.csv"
    path.write_bytes(TABLE.encode("gbk"))
    result = shell("segment", path, "--field", "文章")
    assert (result.code, result.err[:12]) == (1, "cnlp: error:") and f"{path}: not utf-8 at byte 3" in result.err


def test_what_the_output_encoding_lacks_is_named_and_leaves_no_file(shell: Shell, tmp_path: Path) -> None:
    options = ("segment", "--output-encoding", "gbk")
    result = shell(*options, stdin="我们\n𠮷野家\n".encode())
    assert result.code == 1
    assert result.err == (
        "cnlp: error: standard output:2: not in gbk: '𠮷' (U+20BB7); write --output-encoding utf-8 or gb18030\n"
    )
    (tmp_path / "a.txt").write_text("𠮷", encoding="utf-8")
    assert shell(*options, tmp_path / "a.txt", "-o", tmp_path / "b.txt").code == 1
    assert not (tmp_path / "b.txt").exists()
    assert shell("ner", "-f", "html", "--output-encoding", "gbk").code == 2


def test_a_byte_order_mark_stays_in_text_and_counts_for_no_offset(shell: Shell) -> None:
    text = "\ufeff我们".encode()
    assert shell("segment", stdin=text).out == text
    assert json.loads(shell("segment", "-f", "jsonl", stdin=text).out)["tokens"] == [["我们", 0, 2]]
    assert shell("segment", "-f", "tsv", stdin=text).out.decode() == "1\t0\t2\t我们\n"
    assert shell("segment", stdin=b"\xef\xbb\xbf").out == b"\xef\xbb\xbf"


def test_nothing_comes_out_of_nothing(shell: Shell) -> None:
    assert shell("segment", stdin=b"") == Result(0, b"", "")
    assert shell("segment", "-", stdin=b"\n\n") == Result(0, b"\n\n", "")


def test_nul_passes_through(shell: Shell) -> None:
    assert shell("segment", "-d", MARK, stdin=b"a\0b\n").out.decode().replace(MARK, "") == "a\0b\n"


def test_words_of_the_user_are_found(shell: Shell, tmp_path: Path) -> None:
    first, second = tmp_path / "first.tsv", tmp_path / "second.tsv"
    first.write_text("饕餮兽面纹罍\n", encoding="utf-8")
    second.write_text("夔龙纹簋盖\n", encoding="utf-8")
    text = "看饕餮兽面纹罍和夔龙纹簋盖"
    words = shell("segment", "-l", first, "--lexicon", second, stdin=text.encode()).out.decode().split(" ")
    assert "饕餮兽面纹罍" in words and "夔龙纹簋盖" in words


def test_several_inputs_become_one_stream_of_lines(shell: Shell, tmp_path: Path) -> None:
    (tmp_path / "a").write_bytes("\ufeff我们".encode())
    (tmp_path / "b").write_bytes("\ufeff大学\n".encode())
    assert shell("segment", tmp_path / "a", tmp_path / "b").out.decode() == "\ufeff我们\n大学\n"
    out = shell("segment", "-f", "tsv", tmp_path / "a", tmp_path / "b").out
    assert list(rows(out)) == [(1, 0, 2, "我们"), (2, 0, 2, "大学")]


@long
def test_one_huge_line(process: Shell, tmp_path: Path) -> None:
    path = tmp_path / "huge.txt"
    path.write_text(SENTENCE * 200_000, encoding="utf-8")  # 10 MB without a line ending
    result = process("segment", "-d", MARK, path)
    assert result.code == 0
    assert result.out.decode().replace(MARK, "") == SENTENCE * 200_000


@long
def test_chunks_do_not_show(shell: Shell, tmp_path: Path) -> None:
    path = tmp_path / "long.txt"
    path.write_bytes(f"{SENTENCE}\r\n".encode() * 50_000)  # several chunks
    line = shell("segment", stdin=SENTENCE.encode()).out + b"\r\n"
    assert shell("segment", path).out == line * 50_000
    last = shell("segment", "-f", "tsv", path).out.split(b"\n")[-2]
    assert last.startswith(b"50000\t")


@pytest.mark.parametrize("start", [["-m", "cnlp"], ["cli.py"]])
def test_the_shim_and_the_module_are_the_command(start: list[str]) -> None:
    line = [sys.executable, *start, "segment"]
    done = subprocess.run(line, input="我们\n".encode(), capture_output=True, cwd=ROOT, env=environment())
    assert (done.returncode, done.stdout.decode(), done.stderr) == (0, "我们\n", b"")


def test_each_chunk_is_written_when_it_is_read() -> None:
    with subprocess.Popen(
        command_line("segment"), stdin=subprocess.PIPE, stdout=subprocess.PIPE, env=environment(), bufsize=0
    ) as process:
        assert process.stdin is not None and process.stdout is not None
        process.stdin.write("我们\n".encode())
        assert process.stdout.readline().decode() == "我们\n"
        process.stdin.close()
    assert process.returncode == 0


def test_help_and_version() -> None:
    assert run_process("--version").out.decode() == f"cnlp {cnlp.__version__}\n"
    for arguments in [
        (),
        ("--help",),
        ("-h",),
        ("segment", "--help"),
        ("info", "--help"),
        ("lexicon", "--help"),
    ]:
        result = run_here(*arguments)
        assert result.code == 0 and b"Usage: cnlp" in result.out
    listed = run_here("--help").out.decode()
    assert all(name in listed for name in ("segment", "info", "lexicon"))


def test_the_list_of_commands_says_what_the_commands_say() -> None:
    from cnlp.commands import COMMANDS, group

    for name, line in COMMANDS.items():
        command = group.get_command(None, name)  # type: ignore[arg-type]
        assert command is not None and command.get_short_help_str(limit=200) == line


def test_help_imports_no_segmenter() -> None:
    code = "import sys, cnlp.commands as c; c.run(['--help']); print('cnlp.segmentation' in sys.modules)"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, env=environment(), text=True)
    assert done.stdout.endswith("False\n")
