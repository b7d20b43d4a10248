r"""Keywords of groups as files, in UTF-8: the words that one group has more often than the others.

text   One line for each group: its name and its keywords, the best first, separated by tabs.
jsonl  One object for each group: ``{"group":"酒店","keywords":[{"text","score","count"},...]}``.
tsv    One row for each keyword: group, rank, keyword, score, count; no heading. Escapes are those of
       :mod:`cnlp.batch.keyword_formats`.

All texts decide every line, so this is made in two steps: :func:`count_groups` counts the words of a chunk,
:class:`GroupTable` adds the counts up and writes the result.
"""

from __future__ import annotations

import json
import os
from collections import Counter
from collections.abc import Iterator

from cnlp.batch.keyword_formats import LINE_ESCAPES
from cnlp.files.lines import split_lines
from cnlp.files.outputs import Output
from cnlp.files.records import Place, read_fields, to_json
from cnlp.keyphrases import Extractor, GroupCounts
from cnlp.keyphrases.plot import bar_charts
from cnlp.types import Keyword

FILE, FOLDER = "file", "folder"


def count_groups(extractor: Extractor, field: str | None, by: str, chunk: bytes, place: Place) -> bytes:
    """The words of each group in a chunk and how often they occur, in JSON.

    Args:
        extractor: finds the words.
        field: of the records that has the text; ``None`` if the inputs are plain text.
        by: the field of the records that names the group; or ``file`` or ``folder``.
        chunk: whole lines in UTF-8.
        place: of the chunk.

    Raises:
        RecordError: a record is broken, or lacks one of the fields.
    """
    counts: dict[str, Counter[str]] = {}
    for group, text in _texts(field, by, chunk, place):
        counts.setdefault(group, Counter()).update(extractor.counts(text))
    return json.dumps(counts).encode("ascii")


def _texts(field: str | None, by: str, chunk: bytes, place: Place) -> Iterator[tuple[str, str]]:
    """Each text with its group."""
    if field is not None:
        yield from ((group, text) for _, (text, group) in read_fields(chunk, place, [field, by]))
        return
    group = place.name if by == FILE else os.path.dirname(place.name) or os.curdir
    yield from ((group, line) for line, _ in split_lines(chunk.decode("utf-8")))


class GroupTable:
    """The keywords of all groups in a format, from what :func:`count_groups` gives.

    Args:
        name: ``text``, ``jsonl`` or ``tsv``.
        top_k: how many keywords of each group at most.
        picture: where bar charts are drawn, too.
    """

    def __init__(self, name: str, top_k: int, picture: Output | None = None) -> None:
        self.name = name
        self.top_k = top_k
        self.picture = picture
        self.counts: GroupCounts[str] = GroupCounts()

    def show(self, result: bytes) -> bytes:
        """Nothing yet."""
        for group, words in json.loads(result).items():
            self.counts.add(group, words)
        return b""

    def finish(self) -> bytes:
        """The keywords of all groups.

        Raises:
            ArgumentError: there are not two groups.
        """
        found = self.counts.keywords(self.top_k)
        if self.picture is not None:
            self.picture.write(bar_charts(found).encode("utf-8"))
        rows = (row for group, keywords in found.items() for row in self._rows(group, keywords))
        return "".join(rows).encode("utf-8", "surrogatepass")

    def _rows(self, group: str, keywords: list[Keyword]) -> Iterator[str]:
        start = group.translate(LINE_ESCAPES)
        if self.name == "jsonl":
            words = [{"text": word.text, "score": word.score, "count": word.count} for word in keywords]
            yield to_json({"group": group, "keywords": words}) + "\n"
        elif self.name == "tsv":
            for rank, word in enumerate(keywords, 1):
                yield f"{start}\t{rank}\t{word.text.translate(LINE_ESCAPES)}\t{word.score:.6g}\t{word.count}\n"
        else:
            yield "\t".join([start, *(word.text for word in keywords)]) + "\n"
