"""Help and messages in Chinese, where CNLP_LANG or the locale wants it."""

from __future__ import annotations

import ast
import errno
import importlib
import os
import re
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import click
import pytest
from running_commands import ROOT, Result, environment

from cnlp import commands
from cnlp.commands import _help
from cnlp.files import catalogue
from cnlp.files.language import is_chinese

Shell = Callable[..., Result]
HAN = re.compile("[\u4e00-\u9fff]")
SAME = re.compile(r"URL$|minimum_entropy: |.*[<>]=")  # names, and ranges of numbers


@pytest.fixture
def chinese(monkeypatch: pytest.MonkeyPatch) -> None:
    """The user wants Chinese."""
    monkeypatch.setenv("CNLP_LANG", "zh")


@pytest.mark.parametrize(
    "variables, chosen",
    [
        ({"LANG": "zh_CN.UTF-8"}, True),
        ({"LANG": "en_US.UTF-8", "LC_MESSAGES": "zh_TW.UTF-8"}, True),
        ({"LANG": "zh_CN.UTF-8", "LC_ALL": "C.UTF-8"}, False),
        ({"LANG": "zh_CN.UTF-8", "CNLP_LANG": "en"}, False),
        ({"LANG": "de_DE.UTF-8", "CNLP_LANG": "zh"}, True),
        ({"LANG": "zh_CN.GBK", "CNLP_LANG": ""}, True),
        ({"LANG": "C"}, False),
    ],
)
def test_the_language_is_the_users(monkeypatch: pytest.MonkeyPatch, variables: dict[str, str], chosen: bool) -> None:
    for name in ("CNLP_LANG", "LC_ALL", "LC_MESSAGES", "LANG"):
        monkeypatch.delenv(name, raising=False)
    for name, value in variables.items():
        monkeypatch.setenv(name, value)
    assert is_chinese() is chosen


def test_english_does_not_load_the_translation() -> None:
    script = "import sys; from cnlp.commands import run; run(['segment', '--help']); print(*sys.modules)"
    loaded = subprocess.run([sys.executable, "-c", script], env=environment(), capture_output=True).stdout.split()
    assert b"cnlp.files.language" in loaded
    assert not {b"cnlp.files.catalogue", b"cnlp.commands._help"} & set(loaded)


# ---- help --------------------------------------------------------------------------------------------------------


def all_commands() -> Iterator[tuple[str, click.Command]]:
    """Every command with its name, groups and their commands among them."""
    yield "cnlp", commands.group
    for name in commands.COMMANDS:
        command = importlib.import_module(f"cnlp.commands.{name}").command
        yield name, command
        for inner, each in getattr(command, "commands", {}).items():
            yield f"{name} {inner}", each


@pytest.fixture
def looked_up(chinese: None, monkeypatch: pytest.MonkeyPatch) -> set[str]:
    """The texts that the help pages of all commands look up."""
    texts: set[str] = set()

    def translate(text: str) -> str:
        texts.add(text)
        return catalogue.translate(text)

    monkeypatch.setattr(_help, "translate", translate)
    for name, command in all_commands():
        settings = commands.group.context_settings  # click keeps the help option that it makes first
        command.get_help(commands.Context(command, info_name=name, **settings))
    return texts


def test_every_help_text_has_a_translation(looked_up: set[str]) -> None:
    same = {text for text in looked_up if catalogue.translate(text) == text}
    assert {text for text in same if re.search("[A-Za-z]{3}", text) and not SAME.match(text)} == set()
    assert [text for text in looked_up if re.search("(?:[a-z]+,? ){4}", catalogue.translate(text))] == []


@pytest.mark.parametrize("name", ["segment", "train", "train ner", "ner", "evaluate segment"])
def test_help_fits_the_terminal_and_is_chinese(shell: Shell, chinese: None, name: str) -> None:
    page = shell(*name.split(), "--help").out.decode()
    assert "用法：" in page and "选项：" in page
    assert all(_help.columns(line) <= 80 or "[" in line for line in page.splitlines())
    assert not [line for line in page.splitlines() if line.strip()[:1] in "，。；：、）”" and line.strip()]


def test_the_list_of_commands_is_chinese(shell: Shell, chinese: None) -> None:
    page = shell("--help").out.decode()
    rows = page.split("命令：\n")[1].splitlines()
    assert [row for row in rows if not HAN.search(row)] == []
    assert "..." not in shell("train", "--help").out.decode().split("命令：\n")[1]


# ---- messages ----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "arguments, message",
    [
        (["segmnt"], "错误：没有命令 segmnt"),
        (["segment", "--foo"], "错误：没有选项 --foo"),
        (["segment", "--workers", "0"], "错误：'--workers' 的值无效：0 不在范围 x>=1 之内"),
        (["match"], "错误：缺少参数“词表”。（用法见 cnlp match --help）"),
        (["segment", "nowhere.txt"], "错误：nowhere.txt: 文件或文件夹不存在"),
        (["ner", "--model", "ner", "--no-model"], "错误：--model 与 --no-model 不能同时使用"),
    ],
)
def test_errors_are_chinese(shell: Shell, chinese: None, arguments: list[str], message: str) -> None:
    assert message in shell(*arguments).err


def test_values_stay_as_they_are(chinese: None) -> None:
    assert catalogue.translate("a.txt:7: no field 'model'; there are: text, name") == (
        "a.txt:7: 没有字段 'model'；现有字段：text, name"
    )
    assert catalogue.translate("unknown algorithm 'mode'; choose one of: hmm") == "未知的算法 'mode'；可选：hmm"
    assert catalogue.translate("a message of nobody: 3") == "a message of nobody: 3"


def test_a_message_of_a_million_characters_is_translated_in_no_time() -> None:
    text = "no field '" + ": '; " * 250_000
    assert catalogue.translate(text) == text


def constants(path: Path) -> Iterator[str]:
    """Every literal text of a module."""
    for node in ast.walk(ast.parse(path.read_bytes())):
        if isinstance(node, ast.Constant) and isinstance(node.value, str):
            yield node.value


def test_no_translation_is_stale(looked_up: set[str]) -> None:
    files = [*ROOT.glob("cnlp/**/*.py"), *Path(click.__file__).parent.glob("*.py")]
    literal = "\n".join(text for path in files for text in constants(path))
    literal += "\n".join(os.strerror(code) for code in errno.errorcode)
    whole, patterns = catalogue.read_catalogue()
    pieces = {piece.strip(" '().:;") for pattern in patterns for piece in pattern.pieces} | whole.keys() - looked_up
    older = ("No such option", "Possible options")  # click before 8.4
    assert [piece for piece in pieces if piece not in literal and piece not in older] == []


def test_every_error_of_the_command_line_has_a_translation(chinese: None) -> None:
    files = [*ROOT.glob("cnlp/commands/*.py"), *ROOT.glob("cnlp/files/*.py"), ROOT / "cnlp/batch/files.py"]
    errors = {error for path in files for error in raised(path)}
    assert [error for error in errors if not HAN.search(catalogue.translate(error))] == []


def raised(path: Path) -> Iterator[str]:
    """The messages of the errors that a module raises, with x for values."""
    for node in ast.walk(ast.parse(path.read_bytes())):
        if isinstance(node, ast.Call) and re.search(r"(Error|Parameter)$", ast.unparse(node.func)) and node.args:
            text = example(node.args[0])
            if " " in text.replace("x: ", ""):
                yield text


def example(node: ast.expr) -> str:
    """A literal text, with x for values."""
    if isinstance(node, ast.Constant) and isinstance(node.value, str):
        return node.value
    if isinstance(node, ast.JoinedStr):
        return "".join(map(example, node.values))
    if isinstance(node, ast.FormattedValue):
        return "'x'" if node.conversion == ord("r") else "x"
    return ""
