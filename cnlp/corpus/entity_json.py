"""Sentences with entities as JSON, one object a line: CLUENER's form, and the one that ``cnlp ner`` writes.

CLUENER: ``{"text": "他在北京", "label": {"address": {"北京": [[2, 3]]}}}``, ends inclusive (Xu et al., CLUENER2020,
2020). Ours: ``{"text": "他在北京", "entities": [{"start": 2, "end": 4, "label": "LOC", "text": "北京"}]}``, ends
exclusive, the entity's own text optional; other keys are skipped. Offsets count code points. Spans may overlap.
"""

from __future__ import annotations

import json
import os
from collections.abc import Iterator
from typing import Any

from cnlp import errors
from cnlp.corpus.entities import Sentence
from cnlp.corpus.lines import read_numbered_lines

_to_json = json.JSONEncoder(ensure_ascii=False).encode


def number_cluener(path: str | os.PathLike[str], *, encoding: str = "utf-8") -> Iterator[tuple[int, Sentence]]:
    """Each sentence of a file of CLUENER and its line.

    Raises:
        OSError: the file cannot be read.
        cnlp.errors.EncodingError: the file is not in ``encoding``.
        cnlp.errors.FormatError: a line is not such an object, or a span's text differs; file and line are named.

    >>> import tempfile, pathlib
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     path = pathlib.Path(folder, "a.json")
    ...     _ = path.write_text('{"text": "他在北京", "label": {"address": {"北京": [[2, 3]]}}}', encoding="utf-8")
    ...     list(number_cluener(path))
    [(1, Sentence(text='他在北京', spans=((2, 4, 'address'),)))]
    """
    for number, record in number_records(path, encoding):
        text, spans = record["text"], []
        try:
            for label, mentions in record["label"].items():
                for mention, places in mentions.items():
                    spans += [_span(text, start, last + 1, label, mention) for start, last in places]
        except errors.ArgumentError as error:
            raise errors.bad_line(path, number, str(error)) from None
        except (KeyError, AttributeError, TypeError, ValueError):
            wanted = '"label": {label: {mention: [[first, last], ...]}}'
            raise errors.bad_line(path, number, f"expected {wanted}") from None
        yield number, Sentence(text, tuple(sorted(spans)))


def format_cluener(sentence: Sentence) -> str:
    """The sentence as a line of CLUENER; labels and mentions in the order in which they appear.

    >>> format_cluener(Sentence("去北京", ((1, 3, "address"),)))
    '{"text": "去北京", "label": {"address": {"北京": [[1, 2]]}}}\\n'
    """
    labels: dict[str, dict[str, list[list[int]]]] = {}
    for start, end, label in sentence.spans:
        labels.setdefault(label, {}).setdefault(sentence.text[start:end], []).append([start, end - 1])
    return _to_json({"text": sentence.text, "label": labels}) + "\n"


def number_jsonl(path: str | os.PathLike[str], *, encoding: str = "utf-8") -> Iterator[tuple[int, Sentence]]:
    """Each sentence of a file of ``cnlp ner --format jsonl`` and its line; errors as :func:`number_cluener`."""
    for number, record in number_records(path, encoding):
        text = record["text"]
        try:
            spans = [
                _span(text, each["start"], each["end"], each["label"], each.get("text")) for each in record["entities"]
            ]
        except errors.ArgumentError as error:
            raise errors.bad_line(path, number, str(error)) from None
        except (KeyError, AttributeError, TypeError):
            wanted = '"entities": [{"start", "end", "label"}, ...]'
            raise errors.bad_line(path, number, f"expected {wanted}") from None
        yield number, Sentence(text, tuple(sorted(spans)))


def format_jsonl(sentence: Sentence) -> str:
    """The sentence as a line of the format ``jsonl``.

    >>> format_jsonl(Sentence("去北京", ((1, 3, "LOC"),)))
    '{"text": "去北京", "entities": [{"text": "北京", "start": 1, "end": 3, "label": "LOC"}]}\\n'
    """
    entities = [
        {"text": sentence.text[start:end], "start": start, "end": end, "label": label}
        for start, end, label in sentence.spans
    ]
    return _to_json({"text": sentence.text, "entities": entities}) + "\n"


def number_records(path: str | os.PathLike[str], encoding: str) -> Iterator[tuple[int, dict[str, Any]]]:
    """Each object of a file of JSON lines and its line; it has a ``text``.

    Raises:
        OSError: the file cannot be read.
        cnlp.errors.EncodingError: the file is not in ``encoding``.
        cnlp.errors.FormatError: a line is not an object with a text; file and line are named.
    """
    for number, line in read_numbered_lines(path, encoding):
        if not line.strip():
            continue
        try:
            record = json.loads(line)
        except ValueError as error:
            reason = f"{error.msg} at column {error.colno}" if isinstance(error, json.JSONDecodeError) else str(error)
            raise errors.bad_line(path, number, f"not JSON: {reason}") from None
        if not isinstance(record, dict) or not isinstance(record.get("text"), str):
            raise errors.bad_line(path, number, 'expected an object with a "text"')
        yield number, record


def _span(text: str, start: Any, end: Any, label: Any, mention: Any) -> tuple[int, int, str]:
    """A span that has been checked."""
    if not (isinstance(start, int) and isinstance(end, int) and isinstance(label, str) and label):
        raise TypeError
    if not 0 <= start < end <= len(text):
        raise errors.ArgumentError(f"span ({start}, {end}) is empty or reaches outside 0..{len(text)}")
    if mention is not None and text[start:end] != mention:
        raise errors.ArgumentError(f"span ({start}, {end}) holds {text[start:end]!r}, not {mention!r}")
    return start, end, label
