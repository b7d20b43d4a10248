r"""Keywords of documents as files, in UTF-8: functions of type :data:`cnlp.files.records.Format`.

text   One line for each document: its keywords, the best first, separated by tabs; before them the name of the
       document, where several files are written together, ``a.txt``, or ``a.txt:3`` if documents are lines.
jsonl  One object for each document: ``{"document":"a.txt","keywords":[{"text","score","count","spans"},...]}``, with
       ``"line"`` if documents are lines. Spans are [start, end] in code points within the document.
tsv    One row for each keyword: document, line (empty if documents are files), rank, keyword, score, count; no
       heading. In names and keywords a backslash is written ``\\``, a tab ``\t``, a line break ``\n``.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator, Sequence
from functools import partial

from cnlp.batch.word_formats import ESCAPES
from cnlp.errors import ArgumentError
from cnlp.files.documents import Document, split_documents
from cnlp.files.outputs import Output
from cnlp.files.records import Analysis, Format, Place, to_json
from cnlp.keyphrases.plot import bar_charts
from cnlp.types import Keyword

FindKeywords = Callable[[str], list[Keyword]]

LINE_ESCAPES = ESCAPES | str.maketrans({"\n": "\\n", "\r": "\\r"})  # names, and words of documents, have line breaks


def make_keyword_format(name: str, find: FindKeywords, per: str, is_named: bool = False) -> Format:
    """The function that writes format ``name`` with the keywords that ``find`` finds.

    Args:
        name: ``text``, ``jsonl`` or ``tsv``.
        find: finds the keywords of a document.
        per: unit of a document, one of :data:`cnlp.files.documents.PER`.
        is_named: lines of ``text`` begin with the name of the document.
    """
    return partial(_write, find, "named text" if is_named and name == "text" else name, per)


def make_keyword_analysis(find: FindKeywords) -> Analysis:
    """The same for the fields of records."""
    return Analysis("keywords", partial(_as_dicts, find), partial(_as_text, find), is_text=False)


class Picture:
    """The scores of the one document as SVG.

    Args:
        output: where it is written.
        find: finds the keywords of the document.
        per: unit of a document.
    """

    def __init__(self, output: Output, find: FindKeywords, per: str) -> None:
        self.output = output
        self.find = find
        self.per = per
        self.documents = 0

    def draw(self, chunk: bytes, place: Place) -> None:
        """Draw the document in a chunk.

        Raises:
            ArgumentError: this is the second one.
        """
        for document in split_documents(chunk.decode("utf-8"), place.name, place.line, self.per):
            self.documents += 1
            if self.documents > 1:
                raise ArgumentError("--plot draws one document, and there are several")
            title = os.path.basename(document.name)
            self.output.write(bar_charts({title: self.find(document.text)}).encode("utf-8"))


def _write(find: FindKeywords, name: str, per: str, chunk: bytes, place: Place) -> bytes:
    """The keywords of the documents of a chunk in format ``name``."""
    documents = split_documents(chunk.decode("utf-8"), place.name, place.line, per)
    lines = [line for document in documents for line in _lines(name, document, find(document.text))]
    return "".join(lines).encode("utf-8", "surrogatepass")


def _lines(name: str, document: Document, keywords: Sequence[Keyword]) -> Iterator[str]:
    if name == "jsonl":
        place = {"document": document.name} | ({} if document.line is None else {"line": document.line})
        yield to_json({**place, "keywords": list(map(_as_dict, keywords))}) + "\n"
    elif name == "tsv":
        start = f"{document.name.translate(LINE_ESCAPES)}\t{document.line or ''}"
        for rank, keyword in enumerate(keywords, 1):
            yield f"{start}\t{rank}\t{keyword.text.translate(LINE_ESCAPES)}\t{keyword.score:.6g}\t{keyword.count}\n"
    else:
        label = document.name if document.line is None else f"{document.name}:{document.line}"
        named = [label.translate(LINE_ESCAPES)] if name == "named text" else []
        yield "\t".join([*named, *(keyword.text for keyword in keywords)]) + "\n"


def _as_text(find: FindKeywords, text: str) -> str:
    return "\t".join(keyword.text for keyword in find(text))


def _as_dicts(find: FindKeywords, text: str) -> list[dict[str, object]]:
    return list(map(_as_dict, find(text)))


def _as_dict(keyword: Keyword) -> dict[str, object]:
    return {"text": keyword.text, "score": keyword.score, "count": keyword.count, "spans": keyword.spans}
