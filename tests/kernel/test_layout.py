"""The numbers, names and signatures that C and Python share."""

from __future__ import annotations

import ast
import inspect
import os
import subprocess
import sys
from importlib import import_module
from pathlib import Path
from typing import Any

import pytest
from twins import native, needs_native

import cnlp
from cnlp._kernel import layout

PYTHON_ONLY = {"RUN_NUMERAL", "RUN_KANA", "RUN_HANGUL", "RUN_TRANSCRIPTION"}  # to C all of them are IN_RUN
# Modules in C, and their twins.
MODULES = {
    "cnlp._kernel.native": "cnlp._kernel.reference",
    "cnlp._kernel.ngrams": "cnlp._kernel.reference.ngrams",
    "cnlp._kernel.training": "cnlp._kernel.reference.training",
    "cnlp.jieba._prefix.native": "cnlp.jieba._prefix.reference",
}


def numbers() -> dict[str, Any]:
    """The numbers of layout.py by name; its tables of names are not among them."""
    return {
        name: value
        for name, value in vars(layout).items()
        if name.isupper() and name != "TYPE_CHECKING" and (isinstance(value, int) or isinstance(value[0], int))
    }


@needs_native
def test_c_and_python_share_all_numbers() -> None:
    reported = native.layout()
    assert reported == {name: getattr(layout, name) for name in reported}
    assert numbers().keys() - reported.keys() == PYTHON_ONLY


@pytest.mark.parametrize("name", MODULES)
def test_stubs_have_the_names_and_parameters_of_the_twins(name: str) -> None:
    c_module, twin = pytest.importorskip(name), import_module(MODULES[name])
    tree = ast.parse(Path(cnlp.__file__).parent.parent.joinpath(*name.split(".")).with_suffix(".pyi").read_text())
    for node in tree.body:
        if isinstance(node, ast.FunctionDef):
            assert hasattr(c_module, node.name)
            assert parameters(node) == list(inspect.signature(getattr(twin, node.name)).parameters)
        if not isinstance(node, ast.ClassDef):
            continue
        of_twin, of_c = getattr(twin, node.name), getattr(c_module, node.name)
        for member in node.body:
            if not isinstance(member, ast.FunctionDef):
                continue
            assert hasattr(of_c, member.name), f"{node.name}.{member.name}"
            if not any(isinstance(mark, ast.Name) and mark.id == "property" for mark in member.decorator_list):
                method = getattr(of_twin, member.name)
                assert parameters(member) == list(inspect.signature(method).parameters), f"{node.name}.{member.name}"


def parameters(node: ast.FunctionDef) -> list[str]:
    """The names of a function's parameters."""
    return [argument.arg for argument in node.args.args]


USE = """
import sys, cnlp, cnlp.jieba, cnlp.jieba.posseg
text = "他在北京大学研究自然语言处理，2024年发表了三篇论文。"
lexicon = cnlp.Lexicon([cnlp.Entry("自然语言处理", mode="force", tag="nz"), "三篇论文"])
assert "".join(cnlp.segment(text)) == text
assert "自然语言处理" in cnlp.segment(text, lexicon=lexicon)
cnlp.Lexicon.only(["北京", "大学"])
cnlp.tag(text, lexicon=lexicon)
cnlp.entities(text)
cnlp.keywords(text)
cnlp.discover_words([text])
cnlp.Segmenter().explain(text), cnlp.Segmenter().confidence(text)
cnlp.jieba.lcut(text), cnlp.jieba.lcut_for_search(text), cnlp.jieba.posseg.lcut(text)
print(*sys.modules)
"""


def modules_after(**environment: str) -> set[str]:
    """The modules that a process has imported after using most of the package."""
    kept = {name: value for name, value in os.environ.items() if name != "CNLP_PURE"}
    kept["PYTHONPATH"] = str(Path(cnlp.__file__).parent.parent)
    found = subprocess.run(
        [sys.executable, "-c", USE], env={**kept, **environment}, capture_output=True, text=True, check=False
    )
    assert found.returncode == 0, found.stderr
    return set(found.stdout.split())


@needs_native
def test_no_twin_is_imported_while_c_runs() -> None:
    assert not {name for name in modules_after() if ".reference" in name}


@needs_native
def test_no_c_module_is_imported_where_python_is_chosen() -> None:
    found = modules_after(CNLP_PURE="1")
    assert not found & MODULES.keys()
    assert found >= {twin for twin in MODULES.values() if not twin.endswith(".training")}
