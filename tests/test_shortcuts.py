"""The functions that people call are functions to all who look at them, and cost what a bound method costs."""

from __future__ import annotations

import copy
import doctest
import gc
import inspect
import pickle
import pydoc
import sys
import weakref
from threading import Thread

import pytest

import cnlp
from cnlp._kernel import IS_NATIVE, kernel
from cnlp.segmentation import Segmenter

FUNCTIONS = (cnlp.segment, cnlp.tokenize, cnlp.tag, cnlp.entities)


@pytest.mark.parametrize("function", FUNCTIONS)
def test_it_is_a_function_to_inspect_pydoc_pickle_and_doctest(function: object) -> None:
    assert callable(function)
    name = function.__name__  # type: ignore[attr-defined]
    assert repr(function).startswith(f"<function {name} ")
    signature = inspect.signature(function)
    assert next(iter(signature.parameters)) == "text" and "standard" in signature.parameters
    assert inspect.isroutine(function) and inspect.getdoc(function)
    assert f"{name}(text" in pydoc.plain(pydoc.render_doc(function))
    assert pickle.loads(pickle.dumps(function)) is function
    assert copy.deepcopy(function) is function
    module = sys.modules[function.__module__]
    assert f"{module.__name__}.{name}" in {test.name for test in doctest.DocTestFinder().find(module) if test.examples}


def test_calls_of_all_kinds_give_the_same() -> None:
    text = "他说的确实在理。"
    words = Segmenter().segment(text)
    assert cnlp.segment(text) == cnlp.segment(text=text) == cnlp.segment(*[text]) == cnlp.segment(text, **{}) == words
    assert cnlp.segment(text, standard="general") == cnlp.segment(text, mode="default", standard="general") == words
    for algorithm in ("unigram", "bigram", "hmm", "unigram"):
        expected = Segmenter(algorithm=algorithm).segment(text)  # type: ignore[arg-type]
        assert cnlp.segment(text, algorithm=algorithm) == expected  # type: ignore[arg-type]
        assert [token.text for token in cnlp.tokenize(text, algorithm=algorithm)] == expected  # type: ignore[arg-type]


def test_a_faulty_call_fails_as_a_function_does() -> None:
    for _ in range(2):
        with pytest.raises(TypeError, match=r"segment\(\) got an unexpected keyword argument 'colour'"):
            cnlp.segment("字", colour="red")  # type: ignore[call-arg]
        with pytest.raises(TypeError, match=r"segment\(\) missing 1 required positional argument: 'text'"):
            cnlp.segment()  # type: ignore[call-arg]
        with pytest.raises(TypeError, match="positional argument"):
            cnlp.segment("字", "unigram")  # type: ignore[misc]
        with pytest.raises(cnlp.errors.ArgumentError, match="unknown algorithm"):  # type: ignore[attr-defined]
            cnlp.segment("字", algorithm="best")  # type: ignore[arg-type]
        with pytest.raises(TypeError, match="text must be str, not int"):
            cnlp.segment(5)  # type: ignore[arg-type]


def test_a_list_of_words_is_read_at_each_call_and_a_lexicon_once() -> None:
    words = ["云原生"]
    assert cnlp.segment("云原生时代", lexicon=words)[0] == "云原生"
    words[0] = "原生时代"
    assert "原生时代" in cnlp.segment("云原生时代", lexicon=words)
    first, second = cnlp.Lexicon(["云原生"]), cnlp.Lexicon(["原生时代"])
    for _ in range(2):
        assert cnlp.segment("云原生时代", lexicon=first)[0] == "云原生"
        assert "原生时代" in cnlp.segment("云原生时代", lexicon=second)
        assert "云原生" in [token.text for token in cnlp.tokenize("云原生时代", lexicon=first)]


def test_lexicons_that_are_gone_are_not_kept() -> None:
    lexicons = [cnlp.Lexicon([f"词语{k}"]) for k in range(4)]
    for lexicon in lexicons:
        cnlp.segment("词语", lexicon=lexicon)
    seen = [weakref.ref(lexicon) for lexicon in lexicons]
    del lexicons, lexicon
    gc.collect()
    assert sum(each() is not None for each in seen) <= 1


def test_threads_share_it() -> None:
    found: list[list[str]] = []

    def work() -> None:
        for algorithm in ("unigram", "bigram", "forward") * 50:
            found.append(cnlp.segment("南京市长江大桥", algorithm=algorithm))  # type: ignore[arg-type]

    threads = [Thread(target=work) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(found) == 600 and all("".join(words) == "南京市长江大桥" for words in found)


@pytest.mark.skipif(not IS_NATIVE, reason="the twin is the function itself")
def test_what_is_found_for_a_name_is_asked_for_once() -> None:
    asked: list[dict[str, str]] = []

    def find(**choices: str) -> object:
        asked.append(choices)
        return None if "late" in choices.values() else lambda text: ("found", text, choices)

    def function(text: str, *, how: str = "") -> object:
        return "function", text, how

    call = kernel.Shortcut(function, find)  # type: ignore[arg-type]
    assert [call("a"), call("b")] == [("found", "a", {}), ("found", "b", {})]
    assert [call("a", how="x"), call("b", how="x")] == [("found", "a", {"how": "x"}), ("found", "b", {"how": "x"})]
    assert [call("a", how="late"), call("a", how="late")] == [("function", "a", "late")] * 2
    assert asked == [{}, {"how": "x"}, {"how": "late"}, {"how": "late"}]
