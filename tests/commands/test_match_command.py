"""``cnlp match``: what comes out for every format, and how replacing is asked for."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import pytest
from running_commands import Result

Shell = Callable[..., Result]
TEXT = "用微信支付和\\支\t付宝\r\n\n没有\n支付寶".encode()


@pytest.fixture
def words(tmp_path: Path) -> Path:
    path = tmp_path / "words.tsv"
    path.write_text("# apps\n微信\tWeChat\n微信支付\tWeChat Pay\n支付宝\n\\支\n", encoding="utf-8")
    return path


def test_a_match_is_a_line(shell: Shell, words: Path) -> None:
    result = shell("match", words, stdin=TEXT)
    assert (result.code, result.err) == (0, "")
    assert result.out.decode().splitlines() == [
        "1\t1\t5\t微信支付\tWeChat Pay",
        "1\t6\t8\t\\\\支\t\\\\支",
        "4\t0\t3\t支付寶\t支付宝",
    ]
    every = shell("match", "--mode", "all", words, stdin=TEXT).out.decode().splitlines()
    assert every[:2] == ["1\t1\t3\t微信\tWeChat", "1\t1\t5\t微信支付\tWeChat Pay"]


def test_json_has_a_record_for_each_line(shell: Shell, words: Path) -> None:
    records = list(map(json.loads, shell("match", "--json", words, stdin=TEXT).out.splitlines()))
    assert [len(record["matches"]) for record in records] == [2, 0, 0, 1]
    assert records[3] == {
        "text": "支付寶",
        "matches": [{"text": "支付寶", "start": 0, "end": 3, "value": "支付宝"}],
        "end": "",
    }


def test_matches_are_masked_or_replaced_and_nothing_else_changes(shell: Shell, words: Path) -> None:
    assert shell("match", "--replace", "*", words, stdin=TEXT).out.decode() == ("用****和**\t付宝\r\n\n没有\n***")
    assert shell("match", "--replace", "<app>", words, stdin="用微信".encode()).out.decode() == "用<app>"
    assert shell("match", "--replace", "", words, stdin="\ufeff用微信".encode()).out.decode() == "\ufeff用"
    assert shell("match", "--replace-by-value", words, stdin=TEXT).out.decode() == (
        "用WeChat Pay和\\支\t付宝\r\n\n没有\n支付宝"
    )


@pytest.mark.parametrize("workers", [1, 2])
def test_files_folders_and_fields_are_worked_on(shell: Shell, words: Path, tmp_path: Path, workers: int) -> None:
    (tmp_path / "in").mkdir()
    (tmp_path / "in" / "a.txt").write_bytes("微信\n".encode("gb18030"))
    (tmp_path / "in" / "b.txt").write_bytes("微信群\n".encode("gb18030"))
    options = ["-e", "gb18030", "--workers", workers, "-q"]
    assert shell("match", words, tmp_path / "in", *options, "--replace", "x", "-o", tmp_path / "out").code == 0
    assert (tmp_path / "out" / "b.txt").read_text(encoding="utf-8") == "xx群\n"
    record = '{"t": "用微信"}'.encode()
    assert shell("match", words, "--field", "t", "--replace-by-value", stdin=record).out == '{"t": "用WeChat"}'.encode()
    found = json.loads(shell("match", words, "--field", "t", "--json", stdin=record).out)
    assert found["matches"] == [{"text": "微信", "start": 1, "end": 3, "value": "WeChat"}]


def test_nothing_inside_a_run_of_letters_is_found_unless_partial(shell: Shell, tmp_path: Path) -> None:
    (tmp_path / "words").write_text("AI\n", encoding="utf-8")
    assert shell("match", tmp_path / "words", stdin=b"AIR").out == b""
    assert shell("match", "--partial", tmp_path / "words", stdin=b"AIR").out == b"1\t0\t2\tAI\tAI\n"


@pytest.mark.parametrize(
    ("options", "reason"),
    [
        (["--json", "--replace", "*"], "--json, --replace and --replace-by-value contradict each other"),
        (["--replace", "*", "-m", "all"], "matches of mode 'all' overlap"),
    ],
)
def test_wrong_options_are_refused_before_anything_is_read(
    shell: Shell, words: Path, options: list[str], reason: str
) -> None:
    result = shell("match", words, *options, stdin=TEXT)
    assert (result.code, result.out) == (2, b"") and reason in result.err


def test_a_broken_list_is_named_by_file_and_line(shell: Shell, tmp_path: Path) -> None:
    (tmp_path / "words").write_text("甲\n乙\t丙\t丁\n", encoding="utf-8")
    result = shell("match", tmp_path / "words", stdin=TEXT)
    assert result.code == 1 and "words:2: at most 2 fields (string, value), separated by a tab" in result.err
    missing = shell("match", tmp_path / "none", stdin=TEXT)
    assert missing.code == 1 and missing.err.startswith("cnlp: error: ")
