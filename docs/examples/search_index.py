"""Full-text search in Chinese with SQLite: ``python docs/examples/search_index.py FILE... -- QUERY``.

SQLite's FTS5 splits words at blanks, so Chinese text has to be segmented before. Documents are indexed with the mode
``search``, which also gives the words within long words: 中国科学院 is found by 科学院, and by itself. The same works
for any engine that takes words: replace jieba's ``cut_for_search`` by ``segment(mode="search")``.
"""

from __future__ import annotations

import sqlite3
import sys
from collections.abc import Iterable
from pathlib import Path

import cnlp

DOCUMENTS = [
    ("科学", "中国科学院计算技术研究所在北京成立了新的实验室。"),
    ("体育", "北京大学的篮球队赢得了全国大学生比赛。"),
    ("经济", "上海港去年的货物吞吐量又增加了一成。"),
]

segmenter = cnlp.Segmenter(mode="search")


def words(text: str) -> str:
    """The words of a text as FTS5 needs them: separated by blanks, without punctuation."""
    return " ".join(word for word in segmenter.segment(text) if any(map(str.isalnum, word)))


def build(documents: Iterable[tuple[str, str]]) -> sqlite3.Connection:
    """An index in memory; give a path instead to keep it."""
    index = sqlite3.connect(":memory:")
    index.execute("CREATE VIRTUAL TABLE pages USING fts5(title, words)")
    index.executemany("INSERT INTO pages VALUES (?, ?)", ((title, words(text)) for title, text in documents))
    return index


def search(index: sqlite3.Connection, query: str) -> list[str]:
    """Titles of the documents that have all words of the query, best first."""
    wanted = " ".join(f'"{word}"' for word in words(query).split())
    rows = index.execute("SELECT title FROM pages WHERE words MATCH ? ORDER BY bm25(pages)", (wanted,))
    return [title for (title,) in rows]


def main(arguments: list[str]) -> None:
    """Index the files, or three sentences; print what is found."""
    names, queries = arguments, ["科学院", "北京", "大学生比赛", "货物"]
    if "--" in arguments:
        at = arguments.index("--")
        names, queries = arguments[:at], arguments[at + 1 :]
    documents = [(name, Path(name).read_text(encoding="utf-8")) for name in names] or DOCUMENTS
    index = build(documents)
    for query in queries:
        print(f"{query}:", ", ".join(search(index, query)) or "nothing")


if __name__ == "__main__":
    main(sys.argv[1:])
