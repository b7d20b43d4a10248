"""A wrong value of any argument of any public function is an error that names the argument, never one of the internals.

The functions are those of ``cnlp.__all__``, the arguments those of their signatures: what is added later is tried too.
"""

from __future__ import annotations

import inspect
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

import cnlp
from cnlp import errors

pytest.importorskip("numpy")

from cnlp.ner.training import check_parameters

TEXT = "王小明在北京大学读书。"


class Column:
    """A column of a table, as pandas has it: iterable, compared item by item, neither true nor false."""

    def __init__(self, *items: object) -> None:
        self.items = items

    def __iter__(self) -> Iterator[object]:
        return iter(self.items)

    def __len__(self) -> int:
        return len(self.items)

    def __eq__(self, other: object) -> Any:
        return Column(*(item == other for item in self.items))

    __hash__ = None  # type: ignore[assignment]

    def __bool__(self) -> bool:
        raise ValueError("The truth value of a Series is ambiguous")


WRONG: dict[str, object] = {
    "None": None,
    "a missing file": "missing/nowhere.txt",
    "a missing path": Path("missing/nowhere.txt"),
    "a folder": Path(__file__).parent,
    "an unknown name": "nonsense",
    "a list": [TEXT, "b"],
    "lists in a list": [["a", "b"], ["c"]],
    "a list of numbers": [1, 2],
    "an empty list": [],
    "a dict": {"a": 1},
    "bytes": TEXT.encode("gbk"),
    "bytes in a list": [b"\xff"],
    "an int": 5,
    "a negative int": -1,
    "a float": 0.5,
    "NaN": float("nan"),
    "True": True,
    "an object": object(),
    "a function": len,
    "a column": Column(TEXT, None, float("nan")),
    "an empty str": "",
}
VALUES = ("Candidate", "Chunk", "Entity", "Entry", "Keyword", "Match", "Model", "Token", "__version__")  # plain data
GIVEN: dict[str, dict[str, Any]] = {  # arguments that a call needs, or that make it quick
    "Matcher": {"strings": ["北京"]},
    "chunks": {"text": TEXT},
    "discover_words": {"texts": TEXT, "max_length": 3},
    "entities": {"text": TEXT},
    "entities_batch": {"texts": [TEXT], "workers": 1},
    "keywords": {"text": TEXT},
    "keywords_batch": {"texts": [TEXT], "workers": 1},
    "keywords_by_group": {"texts": [TEXT, "上海很大"], "groups": ["a", "b"]},
    "segment": {"text": TEXT},
    "segment_batch": {"texts": [TEXT], "workers": 1},
    "sentences": {"text": TEXT},
    "show": {"text": TEXT, "found": []},
    "tag": {"text": TEXT},
    "tag_batch": {"texts": [TEXT], "workers": 1},
    "tag_words": {"words": ["北京"]},
    "tokenize": {"text": TEXT},
}
USE: dict[str, Callable[[Any], object]] = {  # what shows that an object which was made with wrong arguments is wrong
    "EntityRecognizer": check_parameters,
    "WordDiscovery": lambda made: made.fit(TEXT).candidates_,
}
SAID = {  # other words than its name by which an argument is called
    "texts": ("text",),
    "words": ("word",),
    "strings": ("string",),
    "entries": ("lexicon", "gazetteer", "entry", "text", "word", "label", "mode"),
    "names": ("rule",),
    "rules": ("rule",),
    "groups": ("group",),
    "pos": ("part of speech",),
    "unknown": ("tagger for unknown",),
    "tagset": ("tag set",),
    "segmenter": ("model",),
}


def functions() -> Iterator[tuple[str, Callable[..., Any]]]:
    """The public functions and classes that take arguments of the user's."""
    for name in cnlp.__all__:
        if name not in VALUES:
            yield name, getattr(cnlp, name)


CASES = [
    (name, argument)
    for name, function in functions()
    for argument, parameter in inspect.signature(function).parameters.items()
    if parameter.kind is not parameter.VAR_KEYWORD
]


def attempt(name: str, argument: str, value: object) -> None:
    """Call with one wrong value, and use what comes of it."""
    made = getattr(cnlp, name)(**{**GIVEN.get(name, {}), argument: value})
    if name in USE:
        USE[name](made)
    elif isinstance(made, Iterator):
        list(made)


@pytest.mark.parametrize(("name", "argument"), CASES)
def test_a_wrong_value_is_an_error_that_names_the_argument(name: str, argument: str) -> None:
    faults = []
    for kind, value in WRONG.items():
        try:
            attempt(name, argument, value)
        except OSError as error:
            if error.filename is None:
                faults.append(f"{kind}: {error!r}")
        except errors.CnlpError as error:
            if not any(said in str(error) for said in (argument, *SAID.get(argument, ()))):
                faults.append(f"{kind}: {error!r} does not name {argument}")
        except Exception as error:
            faults.append(f"{kind}: {error!r}")
    assert faults == []
