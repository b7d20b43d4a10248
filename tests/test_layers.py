"""Imports run downward only, in the order that docs/architecture.md gives, and never in a circle.

Every import has to run downward: at the top of a file, inside a function, under ``TYPE_CHECKING``. Circles are sought
among the imports that can run: where a method passes its object to a function of another file, the annotation there
names the class, and neither file is needed to load the other.
"""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from functools import cache
from graphlib import CycleError, TopologicalSorter
from pathlib import Path

ROOT = Path(__file__).parent.parent
OUTSIDE = ("recipes", "benchmarks", "tests", "docs")  # what the package does not import


@cache
def modules() -> dict[str, Path]:
    """The files of the package by the names of their modules."""
    files = (path.relative_to(ROOT) for path in sorted(ROOT.glob("cnlp/**/*.py")))
    return {".".join(path.with_suffix("").parts).removesuffix(".__init__"): path for path in files}


@cache
def imports(module: str) -> list[tuple[int, str]]:
    """The line and the target of each import of a module from this repository."""
    return list(_imports_of(ast.parse((ROOT / modules()[module]).read_bytes())))


@cache
def imports_at_run_time(module: str) -> set[str]:
    """The targets of a module's imports that can run, other than compiled modules beside it."""
    tree = _WithoutTypes().visit(ast.parse((ROOT / modules()[module]).read_bytes()))
    return {target for _, target in _imports_of(tree)} - {module}


class _WithoutTypes(ast.NodeTransformer):
    def visit_If(self, node: ast.If) -> ast.AST | list[ast.stmt]:
        self.generic_visit(node)
        return node.orelse if isinstance(node.test, ast.Name) and node.test.id == "TYPE_CHECKING" else node


def _imports_of(tree: ast.AST) -> Iterator[tuple[int, str]]:
    for node in ast.walk(tree):
        if isinstance(node, (ast.Import, ast.ImportFrom)):
            yield from ((node.lineno, name) for name in _targets(node) if name.split(".")[0] in ("cnlp", *OUTSIDE))


def _targets(node: ast.Import | ast.ImportFrom) -> Iterator[str]:
    """What is imported: ``from cnlp.text import tables`` names a module, ``from cnlp.types import Token`` does not."""
    if isinstance(node, ast.Import):
        yield from (alias.name for alias in node.names)
        return
    assert node.level == 0, "imports are absolute"
    for alias in node.names:
        inner = f"{node.module}.{alias.name}"
        yield inner if inner in modules() else str(node.module)


@cache
def layers() -> list[list[str]]:
    """The rows of the table of layers, lowest first; a row lists folders and modules."""
    page = (ROOT / "docs" / "architecture.md").read_text("utf-8")
    table = page.split("## Layers")[1].split("\n## ")[0]
    return [re.findall(r"`([\w.]+)`", line.split("|")[1]) for line in table.splitlines() if line.startswith("| `cnlp")]


@cache
def place(module: str) -> tuple[int, str] | None:
    """The number of a module's layer, and the entry of that layer that holds it: a folder, or the module itself."""
    for number, row in enumerate(layers()):
        for name in row:
            if module == name or (name != "cnlp" and module.startswith(f"{name}.")):
                return number, name
    return None


def test_the_page_names_what_exists() -> None:
    paths = re.findall(r"`((?:cnlp|tests)/[\w./]+)`", (ROOT / "docs" / "architecture.md").read_text("utf-8"))
    assert [path for path in paths if not (ROOT / path).exists()] == []


def test_every_module_has_a_layer() -> None:
    assert [module for module in modules() if place(module) is None] == []
    assert [name for row in layers() for name in row if name not in modules()] == []


def test_imports_run_downward() -> None:
    assert [f"{modules()[module]}:{line} imports {name}" for module in modules() for line, name in upward(module)] == []


def upward(module: str) -> Iterator[tuple[int, str]]:
    """The imports of a module that are neither of a lower layer nor of its own folder."""
    layer, folder = place(module) or (-1, "")
    for line, target in imports(module):
        found = place(target)
        if found is None or (found[1] != folder and found[0] >= layer):
            yield line, target


def test_imports_make_no_circle() -> None:
    graph = {module: imports_at_run_time(module) for module in modules()}
    try:
        TopologicalSorter(graph).prepare()
    except CycleError as error:
        raise AssertionError(" imports ".join(reversed(error.args[1]))) from None


# ---- C -----------------------------------------------------------------------------------------------------------

C_LAYERS = ("cnlp/_kernel/core", "cnlp/_kernel/python", "cnlp/jieba/_prefix")  # each may include those before it
LONGEST_C_FILE = 700  # lines


@cache
def c_files() -> dict[str, list[str]]:
    """The files of the kernel, each with the files of this repository that it includes."""
    files = [path for pattern in ("*.c", "*.h") for path in sorted(ROOT.glob(f"cnlp/**/{pattern}"))]
    return {
        path.relative_to(ROOT).as_posix(): [
            (path.parent / name).resolve().relative_to(ROOT.resolve()).as_posix()
            for name in re.findall(r'^#include "(.+)"', path.read_text("utf-8"), re.MULTILINE)
        ]
        for path in files
    }


def c_layer(file: str) -> int:
    return C_LAYERS.index(file.rpartition("/")[0])


def test_includes_run_downward() -> None:
    files = c_files()
    assert [(file, name) for file in files for name in files[file] if name not in files] == []
    assert [(file, name) for file in files for name in files[file] if c_layer(name) > c_layer(file)] == []


def test_includes_make_no_circle() -> None:
    TopologicalSorter(c_files()).prepare()  # raises CycleError


def test_the_core_knows_no_python() -> None:
    core = [file for file in c_files() if c_layer(file) == 0]
    assert (
        core and [file for file in core if re.search(r"\bPy_?[A-Z]|Python\.h", (ROOT / file).read_text("utf-8"))] == []
    )


def test_no_c_file_is_long() -> None:
    lengths = {file: len((ROOT / file).read_text("utf-8").splitlines()) for file in c_files()}
    assert {file: length for file, length in lengths.items() if length > LONGEST_C_FILE} == {}
