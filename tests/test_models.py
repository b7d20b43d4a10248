"""Models by one set of names: what ``cnlp.models`` lists, every function and command takes, as it takes files."""

from __future__ import annotations

import pickle
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

import cnlp
from cnlp import errors, loading
from cnlp.model.format import write_model
from cnlp.model.registry import SHIPPED

np = pytest.importorskip("numpy")

from cnlp.segmentation.bigram import Bigram  # noqa: E402
from cnlp.segmentation.crf import CRF  # noqa: E402
from cnlp.segmentation.hmm import HMM, HiddenMarkovModel  # noqa: E402
from cnlp.segmentation.perceptron import Perceptron  # noqa: E402

TEXT = "南京市长江大桥"
CORPUS = [["南京", "市长", "江大桥"], ["市长", "在", "南京"]] * 10
WORDS = ["南京", "市长", "江大桥"]
LEARNERS = {"perceptron": Perceptron, "crf": CRF, "hmm": HMM, "bigram": Bigram}
TYPES = {
    "lexicon": cnlp.Lexicon,
    "segmenter": cnlp.Segmenter,
    "entities": cnlp.EntityRecognizer,
    "part-of-speech": "PartOfSpeech",
    "keyphrases": "Resources",
    "neural-entities": "NeuralRecognizer",
    "character-encoder": "CharacterEncoder",
}
SEGMENT: dict[str, Callable[[Any], list[str]]] = {
    "segment": lambda model: cnlp.segment(TEXT, model=model),
    "tokenize": lambda model: [token.text for token in cnlp.tokenize(TEXT, model=model)],
    "tag": lambda model: [token.text for token in cnlp.tag(TEXT, segmenter=model)],
    "Segmenter": lambda model: cnlp.Segmenter(model=model).segment(TEXT),
    "segment_batch": lambda model: next(cnlp.segment_batch([TEXT], model=model, workers=1)),
    "tag_batch": lambda model: [token.text for token in next(cnlp.tag_batch([TEXT], segmenter=model, workers=1))],
    "keywords": lambda model: _in_order(cnlp.keywords(TEXT, segmenter=model, phrases=False)),
    "keywords_batch": lambda model: _in_order(
        next(cnlp.keywords_batch([TEXT], segmenter=model, phrases=False, workers=1))
    ),
}


def _in_order(keywords: list[cnlp.Keyword]) -> list[str]:
    return [keyword.text for keyword in sorted(keywords, key=lambda keyword: keyword.spans)]


@pytest.fixture(scope="module")
def saved(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    """A file of ``save`` of each estimator."""
    folder = tmp_path_factory.mktemp("saved")
    paths = {}
    for name, learner in LEARNERS.items():
        paths[name] = folder / f"{name}.safetensors"
        learner().fit(CORPUS).save(paths[name])
    return paths


def test_models_lists_what_is_shipped() -> None:
    listed = {model.name: model for model in cnlp.models()}
    assert sorted(listed) == sorted(SHIPPED)
    for model in listed.values():
        assert model.size == Path(model.path).stat().st_size and model.description
    assert listed["segmenter"].kind == "segmenter" and listed["segmenter"].standards[:2] == ("general", "pku")
    assert listed["core"].standards == () and listed["ner"].standards == ("general", "msra")


@pytest.mark.parametrize("name", SHIPPED)
def test_load_opens_each_by_its_name_and_by_its_path(name: str) -> None:
    if SHIPPED[name] in ("neural-entities", "character-encoder"):
        pytest.importorskip("torch")
    expected = TYPES[SHIPPED[name]]
    for given in (name, loading.path_of(name), Path(loading.path_of(name))):
        loaded = cnlp.load(given)
        assert type(loaded).__name__ == expected if isinstance(expected, str) else isinstance(loaded, expected)


def test_an_editor_knows_the_type_of_every_name() -> None:
    typed = re.findall(
        r'"([\w-]+)"', "".join(re.findall(r"Literal\[(.*?)\]", Path(loading.__file__).read_text("utf-8")))
    )
    assert sorted(typed) == sorted(SHIPPED)


@pytest.mark.parametrize("function", SEGMENT)
def test_segmentation_takes_names_paths_and_objects(function: str) -> None:
    segment = SEGMENT[function]
    expected = segment("crf")
    for model in (loading.path_of("crf"), Path(loading.path_of("crf")), cnlp.load("crf")):
        assert segment(model) == expected
    assert "".join(segment("core")) == TEXT


@pytest.mark.parametrize("method", LEARNERS)
@pytest.mark.parametrize("function", SEGMENT)
def test_what_an_estimator_saved_segments_everywhere(function: str, method: str, saved: dict[str, Path]) -> None:
    segment, path = SEGMENT[function], saved[method]
    for model in (path, str(path), cnlp.load(path), LEARNERS[method]().fit(CORPUS)):
        assert segment(model) == WORDS


@pytest.mark.parametrize("method", LEARNERS)
def test_the_algorithm_is_that_of_the_model(method: str, saved: dict[str, Path]) -> None:
    segmenter = cnlp.Segmenter(model=saved[method])
    assert segmenter.algorithm == method
    assert pickle.loads(pickle.dumps(segmenter)).segment(TEXT) == WORDS


def test_a_model_of_one_standard_is_used_with_it(tmp_path: Path) -> None:
    model = Perceptron(epochs=3).fit(CORPUS, ["pku"] * len(CORPUS))
    model.save(tmp_path / "pku.safetensors")
    for segmenter in (cnlp.Segmenter(model=tmp_path / "pku.safetensors"), cnlp.load(tmp_path / "pku.safetensors")):
        assert segmenter.standard == "pku" and segmenter.segment(TEXT) == WORDS
    with pytest.raises(errors.ArgumentError, match="unknown standard 'general'; choose one of: pku"):
        cnlp.segment(TEXT, model=tmp_path / "pku.safetensors", standard="general")


def test_other_choices_change_a_segmenter() -> None:
    segmenter = cnlp.load("crf")
    assert cnlp.segment(TEXT, model=segmenter, mode="search") == cnlp.segment(TEXT, model="crf", mode="search")
    assert cnlp.segment(TEXT, model=segmenter, lexicon=["江大桥"]) == cnlp.segment(
        TEXT, model="crf", lexicon=["江大桥"]
    )
    assert cnlp.Segmenter(model=segmenter, standard="pku").standard == "pku"


def test_a_second_order_hmm_says_what_to_do(tmp_path: Path) -> None:
    HMM(order=2).fit(CORPUS).save(tmp_path / "hmm")
    assert HMM.load(tmp_path / "hmm").predict([TEXT]) == [WORDS]
    with pytest.raises(errors.ArgumentError, match=r"takes an HMM of first order, HMM\(order=1\)"):
        cnlp.segment(TEXT, model=tmp_path / "hmm")


def test_a_hidden_markov_model_of_other_tags_is_what_it_was(tmp_path: Path) -> None:
    HiddenMarkovModel().fit([(["雨", "大"], ["n", "a"])]).save(tmp_path / "m")
    assert cnlp.load(tmp_path / "m").predict([["雨", "大"]]) == [["n", "a"]]
    with pytest.raises(errors.ModelError, match=r"other tags than those of words; cnlp\.load opens it"):
        cnlp.segment(TEXT, model=tmp_path / "m")


def test_an_estimator_that_learnt_nothing_says_so() -> None:
    for learner in LEARNERS.values():
        with pytest.raises(errors.ArgumentError, match="has learnt nothing yet: call fit first"):
            cnlp.segment(TEXT, model=learner())


WRONG: dict[str, tuple[Callable[[Any], Any], str, str]] = {  # what is called, a model of another kind, what is said
    "segment": (lambda model: cnlp.segment(TEXT, model=model), "pos", "kind 'part-of-speech' (for tag as model), not"),
    "tag": (
        lambda model: cnlp.tag(TEXT, model=model),
        "crf",
        "for segment and tokenize as model, for tag and keywords",
    ),
    "tag_words": (lambda model: cnlp.tag_words(["北京"], model=model), "ner", "for entities and 'cnlp ner' as model"),
    "entities": (lambda model: cnlp.entities(TEXT, model=model), "keyphrases", "for keywords as model"),
    "keywords": (lambda model: cnlp.keywords(TEXT, model=model), "hmm", "for segment and tokenize as model"),
}


@pytest.mark.parametrize("function", WRONG)
def test_a_model_of_another_kind_says_what_it_is_for(function: str) -> None:
    call, model, said = WRONG[function]
    for given in (model, loading.path_of(model)):
        with pytest.raises(errors.ModelError) as caught:
            call(given)
        assert said in str(caught.value)


@pytest.mark.parametrize("function", WRONG)
def test_a_wrong_name_lists_the_right_ones(function: str) -> None:
    call, _, _ = WRONG[function]
    with pytest.raises(errors.ArgumentError, match=r"unknown model or file 'nonsense'; choose one of: "):
        call("nonsense")
    with pytest.raises(FileNotFoundError):
        call("nonsense.safetensors")
    with pytest.raises(FileNotFoundError):
        call(Path("nonsense"))
    with pytest.raises(errors.ArgumentError, match=r"model must be .*the path of a model file"):
        call(5)


def test_the_nearest_name_is_shown() -> None:
    with pytest.raises(errors.ArgumentError, match=r"\(did you mean 'ner-resume-neural'\?\)"):
        cnlp.load("resume-neural")
    with pytest.raises(errors.ArgumentError, match=r"\(did you mean 'crf'\?\)"):
        cnlp.segment(TEXT, model="CRF")


def test_a_file_that_is_called_as_a_model_is_reached_by_a_path(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    write_model("pos", {}, {"kind": "toy"})
    write_model("mine", {}, {"kind": "toy"})
    assert type(cnlp.load("pos")).__name__ == "PartOfSpeech"
    for path in ("./pos", Path("pos"), "mine"):
        with pytest.raises(errors.ModelError, match="kind 'toy'"):
            cnlp.load(path)


def test_keywords_take_other_tables(tmp_path: Path) -> None:
    expected = cnlp.keywords(TEXT)
    tables = cnlp.load("keyphrases")
    for model in ("keyphrases", loading.path_of("keyphrases"), tables, pickle.loads(pickle.dumps(tables))):
        assert cnlp.keywords(TEXT, model=model) == expected
    assert next(cnlp.keywords_batch([TEXT] * 2, model=tables, workers=2)) == expected
