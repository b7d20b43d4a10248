"""A search index of Whoosh with cnlp's words: ``python docs/examples/search_whoosh.py QUERY...``.

An analyzer of Whoosh is a tokenizer and filters. Needs ``pip install whoosh-reloaded``. For jieba's words take
``cnlp.jieba.analyse.ChineseAnalyzer``.
"""

from __future__ import annotations

import sys
from collections.abc import Iterator
from typing import Any

from whoosh.analysis import LowercaseFilter, Token, Tokenizer
from whoosh.fields import ID, TEXT, Schema
from whoosh.filedb.filestore import RamStorage
from whoosh.qparser import QueryParser

import cnlp

DOCUMENTS = {
    "science": "中国科学院计算技术研究所在北京成立了新的实验室。",
    "sports": "北京大学的篮球队赢得了全国大学生比赛。",
    "economy": "上海港去年的货物吞吐量又增加了一成。",
}


class Words(Tokenizer):
    """The words of a text and of a query; Whoosh saves it with the index, and the lexicon in it."""

    def __init__(self, lexicon: cnlp.Lexicon | None = None) -> None:
        self.segmenter = cnlp.Segmenter(lexicon, mode="full")

    def __call__(self, text: str, **options: Any) -> Iterator[Token]:
        """One token object, filled in anew for each word, as Whoosh wants it."""
        token = Token()
        for word in self.segmenter.tokenize(text):
            if any(map(str.isalnum, word.text)):
                token.original = token.text = word.text
                token.pos = token.startchar = word.start
                token.endchar = word.end
                yield token


def main(queries: list[str]) -> None:
    """Index three sentences and print what the queries find."""
    analyzer = Words(cnlp.Lexicon(["计算技术研究所"])) | LowercaseFilter()
    schema = Schema(title=ID(stored=True), text=TEXT(stored=True, analyzer=analyzer))
    index = RamStorage().create_index(schema)  # whoosh.index.create_in(folder, schema) keeps it
    with index.writer() as writer:
        for title, text in DOCUMENTS.items():
            writer.add_document(title=title, text=text)
    parser = QueryParser("text", schema)
    with index.searcher() as searcher:
        for query in queries or ["科学院", "北京", "大学生比赛", "计算技术研究所"]:
            hits = searcher.search(parser.parse(query))
            print(f"{query}:", ", ".join(hit["title"] for hit in hits))


if __name__ == "__main__":
    main(sys.argv[1:])
