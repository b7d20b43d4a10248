"""What users call does work in proportion to the text, whatever their words: counted in lines of Python that run.

The steps of the kernel are counted by ``tests/kernel/test_instrumented.py``.
"""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from types import FrameType
from typing import Any

import pytest

import cnlp
from cnlp import Entry, Gazetteer, Lexicon, Matcher, Segmenter

SIZE = 240
WORDS = {  # words of the user, and the text of which they make the most
    "nested": (["中" * length for length in range(2, 21)], "中"),
    "overlapping itself": (["中中"], "中"),
    "crossing": (["人大", "大人"], "人大"),
    "ordinary": (["北京大学", "北京", "大学"], "他在北京大学读书，"),
}
MODES = ("prefer", "force", "split", "block")
ALGORITHMS = ("perceptron", "bigram", "unigram", "forward", "backward", "bidirectional", "crf", "hmm")


def lexicon(words: list[str], mode: str) -> Lexicon:
    """Words of the user in one mode; split ones after their first character."""
    pieces = {word: (word[:1], word[1:]) if mode == "split" else () for word in words}
    return Lexicon([Entry(word, mode=mode, pieces=pieces[word]) for word in words])


def lines_run(call: Callable[[str], Any], text: str) -> int:
    """How many lines of Python the call runs."""
    count = 0

    def trace(frame: FrameType, event: str, argument: Any) -> Any:
        nonlocal count
        count += event == "line"
        return trace

    before = sys.gettrace()
    sys.settrace(trace)
    try:
        call(text)
    finally:
        sys.settrace(before)
    return count


def calls(words: list[str], mode: str) -> Iterator[tuple[str, Callable[[str], Any]]]:
    """All that works on a text."""
    own = lexicon(words, mode)
    for algorithm in ALGORITHMS:
        for output in ("default", "search", "full") if algorithm in ("perceptron", "bigram") else ("default",):
            yield f"{algorithm} {output}", Segmenter(own, algorithm=algorithm, mode=output).tokenize
    for algorithm in ("perceptron", "bigram"):
        yield f"explain {algorithm}", Segmenter(own, algorithm=algorithm).explain
    yield "confidence", Segmenter(own).confidence
    yield "n_best", lambda text: Segmenter(own, algorithm="bigram").n_best(text, 5)
    yield "tag", Segmenter(own).tag
    yield "keywords", lambda text: cnlp.keywords(text, lexicon=own)
    for method in ("tf", "tfidf", "textrank"):
        yield f"keywords {method}", lambda text, method=method: cnlp.keywords(text, method=method, lexicon=own)
    yield "entities", lambda text: cnlp.entities(text, lexicon=own, rules=True)


def listed(words: list[str]) -> Iterator[tuple[str, Callable[[str], Any]]]:
    """What finds given strings."""
    gazetteer, matcher = Gazetteer([(word, "ORG") for word in words]), Matcher(words)
    yield "gazetteer", lambda text: cnlp.entities(text, gazetteer=gazetteer)
    for mode in ("all", "longest", "leftmost"):
        yield f"matcher {mode}", lambda text, mode=mode: matcher.find(text, mode)
    yield "replace", lambda text: matcher.replace(text, "*")


@pytest.mark.parametrize("case", WORDS)
@pytest.mark.parametrize("mode", [*MODES, "listed"])
def test_twice_the_text_runs_twice_the_lines(case: str, mode: str) -> None:
    words, unit = WORDS[case]
    text = unit * (SIZE // len(unit))
    for name, call in listed(words) if mode == "listed" else calls(words, mode):
        call(text)  # loads what it needs
        once, twice = lines_run(call, text), lines_run(call, text * 2)
        assert twice <= 2.2 * once + 500, name
