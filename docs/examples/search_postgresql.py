"""Full-text search in Chinese with PostgreSQL: ``python docs/examples/search_postgresql.py [DSN] QUERY...``.

The application segments, PostgreSQL indexes: a column with the words, separated by blanks, and a ``tsvector`` of it by
the configuration ``simple``. Queries are segmented in the same way. Needs ``pip install 'psycopg[binary]'``; without a
DSN such as ``postgresql://user@host/base`` a server of ``pip install pgserver`` is started in a temporary folder.
"""

from __future__ import annotations

import sys
import tempfile

import psycopg

import cnlp

DOCUMENTS = [
    "中国科学院计算技术研究所在北京成立了新的实验室。",
    "北京大学的篮球队赢得了全国大学生比赛。",
    "上海港去年的货物吞吐量又增加了一成。",
]
TABLE = """
CREATE TABLE pages (
    id serial PRIMARY KEY,
    text text NOT NULL,
    words text NOT NULL,
    vector tsvector GENERATED ALWAYS AS (to_tsvector('simple', words)) STORED
)
"""
QUERY = """
SELECT text FROM pages, plainto_tsquery('simple', %s) AS query
WHERE vector @@ query ORDER BY ts_rank(vector, query) DESC, id
"""

segmenter = cnlp.Segmenter(mode="full")


def words(text: str) -> str:
    """The words of a text, separated by blanks."""
    return " ".join(word for word in segmenter.segment(text) if any(map(str.isalnum, word)))


def main(arguments: list[str]) -> None:
    """Index three sentences and print what the queries find."""
    if arguments and "://" in arguments[0]:
        dsn, *queries = arguments
    else:
        import pgserver

        server = pgserver.get_server(tempfile.mkdtemp())
        dsn, queries = server.get_uri(), arguments or ["科学院", "北京", "大学生比赛"]
    with psycopg.connect(dsn) as connection:
        connection.execute(TABLE)
        connection.execute("CREATE INDEX ON pages USING gin (vector)")
        for text in DOCUMENTS:
            connection.execute("INSERT INTO pages (text, words) VALUES (%s, %s)", (text, words(text)))
        for query in queries:
            print(f"{query}:", *(text for (text,) in connection.execute(QUERY, (words(query),))))
        connection.rollback()  # an example leaves nothing


if __name__ == "__main__":
    main(sys.argv[1:])
