"""Paths as Windows has them: drives, backslashes, and names that differ in case only."""

from __future__ import annotations

import ntpath
import os
from types import SimpleNamespace

import pytest

from cnlp.corpus.brat import pair_of_files
from cnlp.errors import ArgumentError, bad_line
from cnlp.files.catalogue import translate
from cnlp.files.compression import kind_of, without_suffix
from cnlp.files.inputs import Input
from cnlp.files.messages import describe
from cnlp.files.outputs import choose_targets, is_folder
from cnlp.files.records import kind_by_name

MODULES = ("files.outputs", "files.compression", "files.records", "corpus.brat")


@pytest.fixture(autouse=True)
def windows(monkeypatch: pytest.MonkeyPatch) -> None:
    """The modules of this test believe that they run on Windows."""
    system = SimpleNamespace(**{**vars(os), "path": ntpath, "sep": "\\", "altsep": "/"})
    for module in MODULES:
        monkeypatch.setattr(f"cnlp.{module}.os", system)


def inputs(*below: str) -> list[Input]:
    return [Input(f"C:\\news\\{name}", name, single=False) for name in below]


def test_results_lie_below_the_folder_of_the_output() -> None:
    targets = choose_targets(inputs("a.txt", "2026\\b.txt"), "D:\\cut\\", True, ".jsonl")
    assert targets == ["D:\\cut\\a.txt.jsonl", "D:\\cut\\2026\\b.txt.jsonl"]


def test_either_slash_means_a_folder() -> None:
    assert is_folder("D:\\cut\\") and is_folder("cut/") and not is_folder("D:\\cut.txt")


def test_names_that_differ_in_case_only_are_one_file() -> None:
    with pytest.raises(ArgumentError, match="would both be written to"):
        choose_targets(inputs("A.txt", "a.TXT"), "cut\\", True, "")


def test_suffixes_are_those_of_the_name() -> None:
    assert kind_of("C:\\news.gz\\a.txt") is None and without_suffix("C:\\news.v1\\a.CSV.GZ") == "C:\\news.v1\\a.CSV"
    assert (kind_by_name("C:\\news.v1\\a.CSV.GZ"), kind_by_name("C:\\news.csv\\a")) == (",", None)
    assert pair_of_files("C:\\news.v1\\a.ANN") == ("C:\\news.v1\\a.txt", "C:\\news.v1\\a.ann")


def test_messages_show_the_path_as_it_is() -> None:
    assert (
        describe(FileNotFoundError(2, "No such file or directory", "C:\\a.txt"))
        == "C:\\a.txt: No such file or directory"
    )
    message = str(bad_line("C:\\a.txt", 3, "expected word/tag, got '我'"))
    assert translate(message) == "C:\\a.txt:3: 应为 词/词性，而不是 '我'"
