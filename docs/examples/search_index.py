"""Full-text search in Chinese with SQLite: ``python docs/examples/search_index.py FILE... -- QUERY``.

SQLite's FTS5 splits words at blanks, so the index holds the words, and beside it the text as it is. Documents and
queries are segmented in the mode ``full``, which gives the words within long words, too: 中国科学院 is found by 科学院,
and by itself. What a query matched is marked in the text itself, by the offsets of its words.
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

segmenter = cnlp.Segmenter(mode="full")


def words(text: str) -> list[str]:
    """The words of a text without punctuation."""
    return [word.lower() for word in segmenter.segment(text) if any(map(str.isalnum, word))]


def build(documents: Iterable[tuple[str, str]]) -> sqlite3.Connection:
    """An index in memory; give a path instead to keep it."""
    index = sqlite3.connect(":memory:")
    index.execute("CREATE TABLE texts (id INTEGER PRIMARY KEY, title, text)")
    index.execute("CREATE VIRTUAL TABLE pages USING fts5(words, content='')")  # the words are not stored again
    for number, (title, text) in enumerate(documents):
        index.execute("INSERT INTO texts VALUES (?, ?, ?)", (number, title, text))
        index.execute("INSERT INTO pages (rowid, words) VALUES (?, ?)", (number, " ".join(words(text))))
    return index


def search(index: sqlite3.Connection, query: str) -> list[tuple[str, str]]:
    """Titles and texts of the documents that have all words of the query, best first."""
    wanted = " ".join(f'"{word}"' for word in words(query))
    return index.execute(
        "SELECT title, text FROM pages JOIN texts ON texts.id = pages.rowid WHERE pages MATCH ? ORDER BY bm25(pages)",
        (wanted,),
    ).fetchall()


def mark(text: str, query: str) -> str:
    """The text with brackets around what the query matches; words that overlap are marked as one."""
    wanted = set(words(query))
    spans = sorted((token.start, token.end) for token in segmenter.tokenize(text) if token.text.lower() in wanted)
    marked, reached = "", 0
    for start, end in spans:
        if start >= reached:
            marked += text[reached:start] + "【" + text[start:end] + "】"
        elif end > reached:
            marked = marked[:-1] + text[reached:end] + "】"
        reached = max(reached, end)
    return marked + text[reached:]


def main(arguments: list[str]) -> None:
    """Index the files, or three sentences; print what is found."""
    names, queries = arguments, ["科学院", "北京", "大学生比赛", "货物"]
    if "--" in arguments:
        at = arguments.index("--")
        names, queries = arguments[:at], arguments[at + 1 :]
    documents = [(name, Path(name).read_text(encoding="utf-8")) for name in names] or DOCUMENTS
    index = build(documents)
    for query in queries:
        print(f"{query}:")
        for title, text in search(index, query):
            print(f"  {title}: {mark(text, query)}")


if __name__ == "__main__":
    main(sys.argv[1:])
