"""``segment_batch`` and its like: the results of one text after the other, whatever the workers and the source."""

from __future__ import annotations

import gc
import itertools
import threading
import weakref
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import cnlp
from cnlp import errors
from cnlp.batch import texts as batch
from cnlp.ner.rules import Rules

Stream = Callable[..., Iterator[Any]]

TEXTS = ["王小明在北京大学读书，2024年3月去了上海。", "", "长江大桥\r\n", "a b\u3000c", "\ud800😀\0", "研究生命" * 40]
ONE_BY_ONE: dict[str, Callable[[str], Any]] = {
    "segment_batch": cnlp.segment,
    "tag_batch": cnlp.tag,
    "entities_batch": cnlp.entities,
    "keywords_batch": cnlp.keywords,
}
every = pytest.mark.parametrize("name", ONE_BY_ONE)
small_groups = pytest.fixture(autouse=True)(lambda monkeypatch: monkeypatch.setattr(batch, "GROUP_TEXTS", 3))


@every
@settings(max_examples=25, deadline=None)
@given(texts=st.lists(st.sampled_from(TEXTS) | st.text(max_size=20), max_size=30), workers=st.integers(1, 4))
def test_threads_give_what_one_text_after_the_other_gives(name: str, texts: list[str], workers: int) -> None:
    found = getattr(cnlp, name)(texts, workers=workers, processes=False)
    assert list(found) == list(map(ONE_BY_ONE[name], texts))


@every
def test_processes_give_the_same(name: str) -> None:
    texts = [*TEXTS * 3, "她去了上海"]
    assert list(getattr(cnlp, name)(texts, workers=2, processes=True)) == list(map(ONE_BY_ONE[name], texts))


def test_what_python_has_to_do_is_sent_to_processes() -> None:
    lexicon = cnlp.Lexicon([cnlp.Entry(r"v\d+", regex=True, tag="ver"), cnlp.Entry("京大", mode="force", tag="x")])
    names = cnlp.Gazetteer([("京大", "ORG", "force", "北京大学")])
    texts = ["北京大学v12", "京大在上海，三月五日"] * 4
    streams = [
        (cnlp.segment_batch(texts, workers=2, lexicon=lexicon), [cnlp.segment(t, lexicon=lexicon) for t in texts]),
        (cnlp.segment_batch(texts, workers=2, mode="full"), [cnlp.segment(t, mode="full") for t in texts]),
        (cnlp.tag_batch(texts, workers=2, lexicon=lexicon), [cnlp.tag(t, lexicon=lexicon) for t in texts]),
        (
            cnlp.entities_batch(texts, workers=2, gazetteer=names, rules=["date"]),
            [cnlp.entities(t, gazetteer=names, rules=Rules(["date"])) for t in texts],
        ),
    ]
    for found, wanted in streams:
        assert list(found) == wanted


def test_a_source_without_end_is_read_as_far_as_needed() -> None:
    read = []

    def endless() -> Iterator[str]:
        for number in itertools.count():
            read.append(number)
            yield f"第{number}号"

    for workers in (1, 3):
        read.clear()
        stream = cnlp.segment_batch(endless(), workers=workers)
        assert ["".join(words) for words in itertools.islice(stream, 5)] == [f"第{n}号" for n in range(5)]
        assert len(read) == 5 if workers == 1 else len(read) <= 3 * 4 * 3 + 3
        stream.close()  # type: ignore[attr-defined]


def test_results_that_are_not_taken_are_not_made() -> None:
    class Text(str):
        """A text that can be watched."""

    alive: weakref.WeakSet[Text] = weakref.WeakSet()

    def source() -> Iterator[str]:
        for number in range(2000):
            text = Text(f"第{number}号文")
            alive.add(text)
            yield text

    most = 0
    for _ in cnlp.segment_batch(source(), workers=2):
        most = max(most, len(alive))
    assert most < 60


def test_an_error_of_the_source_comes_after_the_results_before_it() -> None:
    def source() -> Iterator[str]:
        yield from ["甲", "乙", "丙", "丁"]
        raise OSError("the disk is gone")

    for workers in (1, 2):
        stream = cnlp.segment_batch(source(), workers=workers)
        assert [next(stream) for _ in range(4)] == [["甲"], ["乙"], ["丙"], ["丁"]]
        with pytest.raises(OSError, match="the disk is gone"):
            next(stream)
        assert list(stream) == []


@every
def test_what_is_no_text_is_named_by_its_place(name: str) -> None:
    for workers in (1, 2):
        stream = getattr(cnlp, name)(["甲", "乙", "丙", "丁", b"bytes", "戊"], workers=workers, processes=False)
        assert len([next(stream) for _ in range(4)]) == 4
        with pytest.raises(errors.TextTypeError, match=r"text 4 \(from 0\) must be str, not bytes"):
            next(stream)


@pytest.mark.parametrize("processes", [False, True])
def test_an_error_of_one_text_comes_in_its_place(processes: bool) -> None:
    stream = cnlp.entities_batch(list("甲乙丙丁戊己庚辛"), workers=2, processes=processes, model=Picky())
    assert [next(stream) for _ in range(5)] == [[]] * 5
    with pytest.raises(ValueError, match="not this one"):
        next(stream)


class Picky(cnlp.EntityRecognizer):
    """A recognizer that has something against one text."""

    def predict(self, texts: Any) -> Any:
        if "己" in texts:
            raise ValueError("not this one")
        return [[] for _ in texts]


@every
def test_wrong_arguments_are_refused_at_once(name: str) -> None:
    stream: Stream = getattr(cnlp, name)
    with pytest.raises(errors.ArgumentError, match="workers must be a whole number from 1"):
        stream([], workers=0)
    with pytest.raises(errors.TextTypeError, match="texts must be several texts"):
        stream("text")
    with pytest.raises(errors.TextTypeError, match="not NoneType"):
        stream(None)


def test_choices_are_checked_before_the_first_text() -> None:
    with pytest.raises(errors.ArgumentError, match="unknown mode"):
        cnlp.segment_batch([], mode="quick")
    with pytest.raises(errors.ArgumentError, match="unknown tag set"):
        cnlp.tag_batch([], tagset="none")
    with pytest.raises(errors.ArgumentError, match="top_k"):
        cnlp.keywords_batch([], top_k=-1)


def test_closing_a_stream_ends_its_threads() -> None:
    before = threading.active_count()
    stream = cnlp.segment_batch(itertools.repeat("研究生命的起源"), workers=4)
    next(stream)
    assert threading.active_count() > before
    stream.close()  # type: ignore[attr-defined]
    assert threading.active_count() == before


def test_a_stream_that_is_forgotten_ends_its_threads() -> None:
    before = threading.active_count()
    next(cnlp.segment_batch(itertools.repeat("研究生命的起源"), workers=4))
    gc.collect()
    assert threading.active_count() == before


def test_few_texts_need_no_workers() -> None:
    before = threading.active_count()
    stream = cnlp.segment_batch(["甲", "乙"], workers=4)
    next(stream)
    assert threading.active_count() == before
