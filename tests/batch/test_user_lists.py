"""A path, a list or an object wherever the user's words, names, tables and models are wanted."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

import cnlp
from cnlp import Entry, Lexicon, errors
from cnlp.keyphrases import Idf
from cnlp.keyphrases.extractor import Extractor
from cnlp.model.registry import path_of
from cnlp.ner.linear import EntityRecognizer
from cnlp.pos.tagger import PartOfSpeech

TEXT = "她读了长安十二时辰，长安十二时辰写大厦里的开会。"
WORD = "长安十二时辰"
RAW = f"他看{WORD}好。我读{WORD}玩，买{WORD}吃。{WORD}贵，想{WORD}笑。" * 9

FUNCTIONS: dict[str, Callable[[Any], list[str]]] = {
    "segment": lambda lexicon: cnlp.segment(TEXT, lexicon=lexicon),
    "tokenize": lambda lexicon: [token.text for token in cnlp.tokenize(TEXT, lexicon=lexicon)],
    "tag": lambda lexicon: [token.text for token in cnlp.tag(TEXT, lexicon=lexicon)],
    "keywords": lambda lexicon: [keyword.text for keyword in cnlp.keywords(TEXT, lexicon=lexicon, phrases=False)],
    "Segmenter": lambda lexicon: cnlp.Segmenter(lexicon).segment(TEXT),
    "segment_batch": lambda lexicon: next(cnlp.segment_batch([TEXT], lexicon=lexicon, workers=1)),
    "tag_batch": lambda lexicon: [t.text for t in next(cnlp.tag_batch([TEXT], lexicon=lexicon, workers=1))],
    "keywords_batch": lambda lexicon: [
        k.text for k in next(cnlp.keywords_batch([TEXT], lexicon=lexicon, phrases=False, workers=1))
    ],
    "entities": lambda lexicon: _words_of_entities(cnlp.entities(TEXT, lexicon=lexicon)),
    "entities_batch": lambda lexicon: _words_of_entities(next(cnlp.entities_batch([TEXT], lexicon=lexicon, workers=1))),
    "discover_words": lambda lexicon: _left_out(
        cnlp.discover_words(RAW, max_length=6, min_pmi=-5.0, exclude=() if lexicon is None else lexicon)
    ),
}
KINDS: dict[str, Callable[[Path], Any]] = {
    "str": str,
    "Path": lambda path: path,
    "words": lambda path: [WORD],
    "entries": lambda path: [Entry(WORD)],
    "tuples": lambda path: [(WORD, 5, "n")],
    "Lexicon": Lexicon,
}


def _words_of_entities(found: list[cnlp.Entity]) -> list[str]:
    """The word, if its first half is not taken for a place."""
    return [] if any(entity.text == "长安" for entity in found) else [WORD]


def _left_out(found: list[cnlp.Candidate]) -> list[str]:
    return [] if any(candidate.text == WORD for candidate in found) else [WORD]


@pytest.fixture
def path(tmp_path: Path) -> Path:
    file = tmp_path / "words.txt"
    file.write_bytes(f"{WORD} 5 n\n".encode("gbk"))
    return file


@pytest.mark.parametrize("function", FUNCTIONS)
def test_without_it_the_word_is_not_known(function: str) -> None:
    assert WORD not in FUNCTIONS[function](None)


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("function", FUNCTIONS)
def test_a_lexicon_can_be_a_path_a_list_or_an_object(function: str, kind: str, path: Path) -> None:
    assert WORD in FUNCTIONS[function](KINDS[kind](path))


@pytest.mark.parametrize("wrong", [5, b"words", 1.5])
@pytest.mark.parametrize("function", FUNCTIONS)
def test_another_kind_is_an_error_that_says_what_to_give(function: str, wrong: object) -> None:
    if function == "discover_words" and wrong == b"words":
        return  # a container
    with pytest.raises(errors.ArgumentError, match=r"must be a Lexicon, the path of a file, or a list of words, not"):
        FUNCTIONS[function](wrong)


def test_an_item_of_another_kind_is_named_by_its_place() -> None:
    with pytest.raises(errors.ArgumentError, match=r"item 1 \(from 0\) of the lexicon must be a word, an Entry"):
        cnlp.segment(TEXT, lexicon=[WORD, 5])  # type: ignore[list-item]


def test_a_lexicon_is_laid_over_that_of_a_segmenter() -> None:
    segmenter = cnlp.Segmenter(["的开会"], algorithm="bigram")
    words = [keyword.text for keyword in cnlp.keywords(TEXT, lexicon=[WORD], segmenter=segmenter, phrases=False)]
    assert WORD in words and "的开会" in cnlp.segment(TEXT, lexicon=[WORD], model=segmenter)


def test_a_gazetteer_can_be_a_path_a_list_or_an_object(tmp_path: Path) -> None:
    file = tmp_path / "names.tsv"
    file.write_bytes(f"{WORD}\tLOC\tforce\n".encode("gbk"))
    names = [(WORD, "LOC", "force")]
    saved = tmp_path / "names.safetensors"
    cnlp.Gazetteer(names).save(saved)
    for gazetteer in (str(file), file, str(saved), saved, names, cnlp.Gazetteer(names)):
        for found in (
            cnlp.entities(TEXT, gazetteer=gazetteer),  # type: ignore[arg-type]
            next(cnlp.entities_batch([TEXT], gazetteer=gazetteer, workers=1)),  # type: ignore[arg-type]
        ):
            assert [entity.text for entity in found if entity.label == "LOC"].count(WORD) == 2
    with pytest.raises(
        errors.ArgumentError, match=r"names\.safetensors: a saved gazetteer is opened by Gazetteer\.load"
    ):
        cnlp.Gazetteer(saved)
    with pytest.raises(errors.ArgumentError, match=r"must be a Gazetteer, the path of a file, or a list of \(text"):
        cnlp.entities(TEXT, gazetteer=5)  # type: ignore[arg-type]


def test_document_frequencies_can_be_a_path_or_an_object(tmp_path: Path) -> None:
    file = tmp_path / "idf.txt"
    file.write_text("开会 12.5\n大厦 0.1\n", encoding="utf-8")
    expected = cnlp.keywords(TEXT, idf=Idf.read(file), method="tfidf")
    assert expected != cnlp.keywords(TEXT, method="tfidf")
    for idf in (str(file), file, Idf.read(file)):
        for found in (
            cnlp.keywords(TEXT, idf=idf, method="tfidf"),
            next(cnlp.keywords_batch([TEXT], idf=idf, method="tfidf", workers=1)),
        ):
            assert found == expected
    assert Extractor(idf=file).idf is not None
    with pytest.raises(errors.ArgumentError, match="idf must be an Idf, or the path of a table, not list"):
        cnlp.keywords(TEXT, idf=[1.0])  # type: ignore[arg-type]


def test_a_tagger_can_be_a_path_or_an_object() -> None:
    expected = cnlp.tag(TEXT)
    for model in ("pos", path_of("pos"), Path(path_of("pos")), PartOfSpeech(), cnlp.load("pos")):
        assert cnlp.tag(TEXT, model=model) == expected
        assert next(cnlp.tag_batch([TEXT], model=model, workers=1)) == expected
        assert cnlp.tag_words(["北京"], model=model) == ["ns"]
    with pytest.raises(errors.ArgumentError, match=r"model must be one of pos, or the path of .*, not int"):
        cnlp.tag(TEXT, model=5)  # type: ignore[arg-type]


def test_a_recognizer_can_be_a_name_a_path_or_an_object() -> None:
    text = "王小明在北京大学读书"
    expected = cnlp.entities(text)
    for model in ("ner", path_of("ner"), Path(path_of("ner")), EntityRecognizer.load()):
        assert cnlp.entities(text, model=model) == expected
        assert next(cnlp.entities_batch([text], model=model, workers=1)) == expected
    with pytest.raises(
        errors.ArgumentError, match=r"model must be one of ner, ner-.*, or the path of a model file .*, not int"
    ):
        cnlp.entities(text, model=5)  # type: ignore[arg-type]
