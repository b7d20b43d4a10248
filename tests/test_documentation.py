"""The documentation: Chinese pages have the facts of the English ones; snippets need only what was installed before."""

from __future__ import annotations

import re
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
GUIDES = sorted(page for page in (ROOT / "docs" / "zh").glob("*.md") if page.stem != "index")

NAMES = {"sklearn": {"scikit-learn"}, "pyspark": {"spark"}, "torch": {"neural"}}  # other than that of the import


def snippets(page: Path) -> list[str]:
    """The examples in Python with their results, without comments."""
    lines = re.findall(r"```python\n(>>>.*?)```", page.read_text("utf-8"), re.DOTALL)
    return [re.sub(r"  # (?!doctest).*", "", line) for block in lines for line in block.splitlines()]


def tables(page: Path) -> set[str]:
    """The names of the generated tables."""
    return set(re.findall(r"<!-- table:([\w-]+) -->", page.read_text("utf-8")))


def programs(page: Path) -> list[str]:
    """The commands that are shown, without the files that they name."""
    return re.findall(r"^    ((?:cnlp \w+|pip install \S+|python -m \w+)(?: --[a-z]+)?)", page.read_text("utf-8"), re.M)


@pytest.mark.parametrize("page", [*GUIDES, ROOT / "README.zh-CN.md"], ids=lambda page: page.stem)
def test_tables_of_chinese_pages_are_in_chinese(page: Path) -> None:
    heads = re.findall(r"<!-- table:[\w-]+ -->\n\|(.*)\|", page.read_text("utf-8"))
    words = {word for head in heads for word in re.findall("[A-Za-z]+", head)}
    assert words <= {"F", "P", "R", "MAP", "MB", "s", "PER", "LOC", "ORG", "CSL", "jieba", "rjieba"}


def test_both_readmes_say_the_same() -> None:
    english, chinese = ROOT / "README.md", ROOT / "README.zh-CN.md"
    assert snippets(english) == snippets(chinese)
    assert tables(english) == tables(chinese)
    assert programs(english) == programs(chinese)


@pytest.mark.parametrize("page", GUIDES, ids=lambda page: page.stem)
def test_a_chinese_page_has_an_english_one_that_shows_the_same_results(page: Path) -> None:
    english = ROOT / "docs" / page.name
    assert tables(page) <= tables(english)
    assert set(snippets(page)) - set(snippets(english)) == set()


@pytest.mark.parametrize("page", sorted(ROOT.glob("docs/**/*.md")), ids=lambda page: page.stem)
def test_a_snippet_needs_no_package_that_was_not_installed_before_it(page: Path) -> None:
    text = page.read_text("utf-8")
    for match in re.finditer(r"^>>> (?:import|from) (\w+)", text, re.M):
        package = match[1]
        if package not in {"cnlp", *sys.stdlib_module_names}:
            installed = re.findall(r"pip install '?([\w.\[\], -]+)", text[: match.start()])
            names = {word for line in installed for word in re.findall(r"[\w-]+", line)}
            assert NAMES.get(package, {package}) & names, f"{page}: {match[0]}"
