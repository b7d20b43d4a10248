"""Puts the recorded results as tables into README.md and docs, between markers:

    <!-- table:NAME -->
    …
    <!-- /table -->

Pictures are drawn anew, the one of accuracy and speed (:mod:`benchmarks.report.picture`) where its figures have
changed. NAME is a key of :data:`benchmarks.report.tables.TABLES`, or ``models``: the cards of the shipped models.
``--check`` changes nothing and fails when a table in a page and its JSON differ, so that no figure in the documentation
is older than its measurement.
"""

from __future__ import annotations

import argparse
import re
import sys
from collections.abc import Callable, Iterable, Sequence
from pathlib import Path

from benchmarks import record as records
from benchmarks.report import growth, learning_curves, neural_plot, picture, scaling_plot
from benchmarks.report.cards import model_cards
from benchmarks.report.chinese import is_chinese, translate_table
from benchmarks.report.markdown import origin
from benchmarks.report.tables import TABLES
from cnlp import errors

PICTURES: dict[str, tuple[Callable[..., str], tuple[str, ...]]] = {  # below docs, drawn from the results of records
    "neural-entities.svg": (neural_plot.plot, ("neural_ner.json",)),
    "learning-curves.svg": (learning_curves.plot, ("neural_ner.json",)),
    "growth.svg": (growth.plot, ("scaling.json",)),
    "scaling.svg": (scaling_plot.plot, ("streams-files.json", "streams-commands.json")),
}
_OPEN = re.compile(r"<!-- table:(?P<name>[^ ]+) -->")
_TABLE = re.compile(
    r"(?P<open><!-- table:(?P<name>[^ ]+) -->\n)(?P<body>(?:(?!<!-- table:).)*?)(?P<close><!-- /table -->)",
    re.S,
)


def main(arguments: Sequence[str] | None = None) -> int:
    """Run from the command line; with ``--check`` 1 if a page is out of date."""
    options = _parser().parse_args(sys.argv[1:] if arguments is None else list(arguments))
    pages = options.pages or documentation(records.ROOT)
    try:
        stale = [page for page in pages if update(page, options.results, write=not options.check)]
        if not options.pages:
            stale += [path for name in PICTURES if (path := draw(name, options.results, write=not options.check))]
            if not picture.is_current(options.results):
                stale.append(picture.PICTURE)
                if not options.check:
                    picture.draw(options.results)
    except errors.CnlpError as error:
        print(error, file=sys.stderr)
        return 1
    for page in stale:
        print(f"{page.name}: {'differs from its results' if options.check else 'updated'}")
    return int(options.check and bool(stale))


def draw(name: str, results: Path, *, write: bool) -> Path | None:
    """The picture if it differs from ``results``, which need not have what it shows; with ``write`` it is replaced."""
    make, sources = PICTURES[name]
    paths = [results / source for source in sources]
    if not all(path.is_file() for path in paths):
        return None
    path, new = records.ROOT / "docs" / name, make(*(records.load(source)["results"] for source in paths))
    if path.is_file() and path.read_text(encoding="utf-8") == new:
        return None
    if write:
        path.write_text(new, encoding="utf-8")
    return path


def documentation(root: Path) -> list[Path]:
    """README.md, its translation, and every Markdown page below docs."""
    return [path for path in (*sorted(root.glob("README*.md")), *sorted(root.glob("docs/**/*.md"))) if path.is_file()]


def update(page: Path, results: Path, *, write: bool) -> bool:
    """Whether the tables of ``page`` differ from ``results``; with ``write`` they are replaced.

    Raises:
        cnlp.errors.FormatError: an unknown table, a marker without its end, or a missing result; page and
            line are named.
    """
    with page.open(encoding="utf-8", newline="") as file:
        old = file.read()
    new = render(old, results, page)
    if write and new != old:
        with page.open("w", encoding="utf-8", newline="") as file:
            file.write(new)
    return new != old


def render(text: str, results: Path, page: Path) -> str:
    """``text`` with every table made anew from the records in the folder ``results``."""
    matches = list(_TABLE.finditer(text))
    _check_markers(text, {match.start() for match in matches}, page)

    def replace(match: re.Match[str]) -> str:
        line = text.count("\n", 0, match.start()) + 1
        made = make_table(match["name"], results, page, line)
        return f"{match['open']}{translate_table(made) if is_chinese(page) else made}\n{match['close']}"

    return _TABLE.sub(replace, text)


def make_table(name: str, results: Path, page: Path, line: int) -> str:
    """The table called ``name`` and the line that names its origin."""
    if name == "models":
        return model_cards()
    if name not in TABLES:
        raise errors.bad_line(page.name, line, f"unknown table {name!r}; known: {', '.join(TABLES)}")
    sources, make = TABLES[name]
    found = []
    for file in [sources] if isinstance(sources, str) else sources:
        if not (results / file).is_file():
            raise errors.bad_line(page.name, line, f"table {name!r} needs {file}; run the benchmark first")
        found.append(records.load(results / file))
    return f"{make(*found)}\n\n{origin(*found)}"


def _check_markers(text: str, starts: Iterable[int], page: Path) -> None:
    """Refuse a marker that opens a table and is not followed by its end."""
    for match in _OPEN.finditer(text):
        if match.start() not in starts:
            line = text.count("\n", 0, match.start()) + 1
            raise errors.bad_line(page.name, line, f"table {match['name']!r} has no <!-- /table -->")


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.report", description=__doc__)
    parser.formatter_class = argparse.RawDescriptionHelpFormatter
    parser.add_argument("pages", nargs="*", type=Path, help="pages to work on; default: README.md and docs")
    parser.add_argument("--check", action="store_true", help="change nothing; fail if a table is out of date")
    parser.add_argument("--results", type=Path, default=records.RESULTS, help="the folder of the records")
    return parser


if __name__ == "__main__":
    sys.exit(main())
