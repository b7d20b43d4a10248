r"""Matches of strings in text as files, in UTF-8: functions of type :data:`cnlp.files.records.Format`.

tsv    One match per line: ``line<TAB>start<TAB>end<TAB>text<TAB>value``, no heading. ``line`` counts from 1, offsets
       are code points within the line; a backslash is written ``\\`` and a tab ``\t``.
jsonl  One object per input line: ``{"text":"用微信","matches":[{"text":"微信","start":1,"end":3,"value":"WeChat"}]}``,
       and ``"end"`` as ``cnlp segment`` adds it.
text   The input with the matches replaced. Nothing else changes.
"""

from __future__ import annotations

from functools import partial

from cnlp.batch.word_formats import ESCAPES
from cnlp.files.lines import split_lines
from cnlp.files.records import Analysis, Format, Place, to_json
from cnlp.lexicon.matcher import Matcher
from cnlp.names import MatchMode

MATCH_SUFFIXES = {"tsv": ".tsv", "jsonl": ".jsonl", "text": ""}
"""Names of the formats, and what each adds to a file's name in an output folder."""


def make_match_format(name: str, matcher: Matcher, mode: MatchMode, by: str | None) -> Format:
    """The function that writes format ``name``; text has ``by``, or the values if it is ``None``, in place of matches.

    It raises ``UnicodeDecodeError`` with offsets in the chunk where the chunk is not UTF-8.
    """
    if name == "text":
        return partial(_replaced, matcher, mode, by)
    return partial(_objects if name == "jsonl" else _rows, matcher, mode)


def make_match_analysis(matcher: Matcher, mode: MatchMode, by: str | None) -> Analysis:
    """The same of the fields of records."""
    return Analysis("matches", partial(_as_dicts, matcher, mode), partial(matcher.replace, by=by, mode=mode))


def _replaced(matcher: Matcher, mode: MatchMode, by: str | None, chunk: bytes, _: Place) -> bytes:
    pieces = []
    for line, ending in split_lines(chunk.decode("utf-8")):
        pieces += [matcher.replace(line, by, mode), ending]
    return "".join(pieces).encode("utf-8")


def _rows(matcher: Matcher, mode: MatchMode, chunk: bytes, place: Place) -> bytes:
    rows = []
    for number, (line, _) in enumerate(split_lines(chunk.decode("utf-8")), place.before + 1):
        for text, start, end, value in matcher.iter_find(line, mode):
            rows.append(f"{number}\t{start}\t{end}\t{text.translate(ESCAPES)}\t{value.translate(ESCAPES)}\n")
    return "".join(rows).encode("utf-8")


def _objects(matcher: Matcher, mode: MatchMode, chunk: bytes, _: Place) -> bytes:
    records = []
    for line, ending in split_lines(chunk.decode("utf-8")):
        record: dict[str, object] = {"text": line, "matches": _as_dicts(matcher, mode, line)}
        if ending != "\n":
            record["end"] = ending
        records.append(to_json(record) + "\n")
    return "".join(records).encode("utf-8")


def _as_dicts(matcher: Matcher, mode: MatchMode, text: str) -> list[dict[str, object]]:
    return [match._asdict() for match in matcher.iter_find(text, mode)]
