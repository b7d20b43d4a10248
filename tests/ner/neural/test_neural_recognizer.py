"""NeuralRecognizer: what it finds, where, how sure, what it saves, and how it fails."""

from __future__ import annotations

import itertools
import json
import math
import pickle
import subprocess
import sys
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from functools import cache
from pathlib import Path

import pytest

import cnlp
from cnlp import errors
from cnlp.corpus.entities import Sentence
from cnlp.model.format import ModelFile
from cnlp.ner.entities import load_recognizer
from cnlp.ner.linear import EntityRecognizer
from cnlp.ner.neural.settings import defaults
from cnlp.ner.parts import Part

pytest.importorskip("torch")
import numpy as np
import torch

from cnlp.ner.neural.crf import CRFLayer
from cnlp.ner.neural.packing import _quantise, _restore
from cnlp.ner.neural.recognizer import NeuralRecognizer
from cnlp.sequence.schemes import tag_set, tags_to_spans, transition_mask

PEOPLE, PLACES = ("王小明", "李雷", "张秀英", "陈思"), ("北京", "上海市", "云南省", "长白山")
HARD_TEXTS = (
    "", "a", "\0", "\ud800", "😀😀", "王小明", "all Latin text", "𠀀王小明在\udfff北京工作。", "。。！\n\n",
    "ＡＢＣ王小明在北京工作", "王小明在上海市工作。" * 100, "\r\n王小明\t在　北京", "x" * 3000, "，" * 1000,
)  # fmt: skip


def corpus() -> list[Sentence]:
    """Sentences with PER and LOC."""
    pairs = itertools.product(PEOPLE, PLACES, ("在", "昨天去了"))
    return [
        Sentence(p + verb + place + "。", ((0, len(p), "PER"), (len(p + verb), len(p + verb + place), "LOC")))
        for p, place, verb in pairs
    ]


@cache
def model(name: str = "bilstm-crf", scheme: str = "BMES") -> NeuralRecognizer:
    """A small recognizer of the corpus."""
    small = {"scheme": scheme, "hidden": 16, "epochs": 12, "rate": 0.02, "max_length": 40, "lexicon": True}
    return NeuralRecognizer(defaults(name).with_values(small)).fit(corpus())


@pytest.mark.parametrize("scheme", ["BMES", "IOBES", "BIO"])
def test_it_learns_what_it_is_shown(scheme: str) -> None:
    assert model(scheme=scheme).labels_ == ["LOC", "PER"]
    assert model(scheme=scheme).score(corpus()) > 0.95
    assert len(model(scheme=scheme).log_) == 12


@pytest.mark.parametrize("text", HARD_TEXTS)
def test_offsets_are_exact_for_every_text(text: str) -> None:
    end = 0
    for entity in model().entities(text):
        assert end <= entity.start < entity.end <= len(text)
        assert text[entity.start : entity.end] == entity.text
        assert 0.0 <= entity.score <= 1.0
        end = entity.end


def test_a_megabyte_on_one_line() -> None:
    text = "王小明在北京工作，" * 40_000
    assert len(text.encode()) > 1_000_000
    found = model().entities(text)
    assert len(found) > 70_000
    assert all(text[entity.start : entity.end] == entity.text for entity in found)


def test_a_sentence_without_end_is_tagged_to_its_end() -> None:
    text = "王小明在北京" * 200
    found = model().entities(text)
    assert all(text[entity.start : entity.end] == entity.text for entity in found)
    assert len(found) > 300 and found[-1].end == len(text)


def test_predict_is_entities_of_each() -> None:
    texts = [sentence.text * times for sentence, times in zip(corpus()[:6], (1, 9, 2, 1, 5, 3), strict=True)]
    for alone, together in zip(map(model().entities, texts), model().predict(texts), strict=True):
        assert [(e.start, e.end, e.label) for e in alone] == [(e.start, e.end, e.label) for e in together]
        assert [e.score for e in alone] == pytest.approx([e.score for e in together], abs=1e-4)
    assert model().predict([]) == [] and model().predict(["", "\n"]) == [[], []]


def test_threads_find_the_same() -> None:
    texts = [sentence.text * 3 for sentence in corpus()]
    with ThreadPoolExecutor(4) as pool:
        assert list(pool.map(model().entities, texts)) == list(map(model().entities, texts))


def test_it_goes_to_other_processes_as_its_file_has_it() -> None:
    packed = pickle.dumps(model())
    assert len(packed) < 2 * sum(len(data) for _, data in model().arrays_.values())
    texts = [sentence.text for sentence in corpus()]
    assert pickle.loads(packed).predict(texts) == model().predict(texts)
    assert list(cnlp.entities_batch(texts, model=model(), processes=True, workers=2)) == model().predict(texts)
    with pytest.raises(errors.ArgumentError, match="learnt nothing"):
        pickle.loads(pickle.dumps(NeuralRecognizer())).entities("王小明")


def test_a_saved_model_is_the_same_model(tmp_path: Path) -> None:
    path = tmp_path / "ner.safetensors"
    model().save(path, {"name": "mine"})
    loaded = cnlp.load(path)
    assert isinstance(loaded, NeuralRecognizer)
    assert loaded.labels_ == model().labels_ and loaded.card_["name"] == "mine"
    texts = [sentence.text for sentence in corpus()]
    assert loaded.predict(texts) == model().predict(texts)
    loaded.save(tmp_path / "again.safetensors")
    assert load_recognizer(tmp_path / "again.safetensors").entities("李雷") == loaded.entities("李雷")
    assert cnlp.entities(texts[0], model=path) == cnlp.entities(texts[0], model=loaded) == loaded.entities(texts[0])
    ModelFile(path).verify()


def test_a_lexicon_of_ones_own_is_in_the_file(tmp_path: Path) -> None:
    settings = defaults("flat").with_values({"hidden": 16, "epochs": 2, "heads": 2, "feed_forward": 16})
    learnt = NeuralRecognizer(settings).fit(corpus(), lexicon=["王小明", "长白山", "昨天"])
    learnt.save(tmp_path / "m")
    loaded = NeuralRecognizer.load(tmp_path / "m")
    lexicon = loaded._vocabulary.lexicon
    assert loaded.card_["lexicon"] == "own" and lexicon is not None and len(lexicon) == 3
    assert loaded._vocabulary.encode("王小明去长白山").starts == [0, 4]
    assert loaded.predict(["王小明去长白山"]) == learnt.predict(["王小明去长白山"])


@pytest.mark.parametrize("scheme", ["BMES", "BIO"])
def test_scores_are_the_marginals_of_brute_force(scheme: str) -> None:
    torch.manual_seed(3)
    tags, lengths = tag_set(scheme, ["A", "B"]), (4, 3, 1)
    crf = CRFLayer(transition_mask(tags, scheme))
    for weight in crf.parameters():
        torch.nn.init.normal_(weight)
    emissions = torch.randn(3, 4, len(tags))
    mask = torch.arange(4) < torch.tensor(lengths)[:, None]
    paths = crf.decode(emissions, mask)
    transitions, first, last = (scores.detach() for scores in crf._scores())
    spans, wanted = [], []
    for row, length in enumerate(lengths):
        weights: dict[object, float] = {}
        total = 0.0
        for path in itertools.product(range(len(tags)), repeat=length):
            score = float(first[path[0]] + last[path[-1]] + sum(emissions[row, p, t] for p, t in enumerate(path)))
            score += sum(float(transitions[a, b]) for a, b in itertools.pairwise(path))
            if score == -math.inf:
                continue
            total += math.exp(score)
            for span in tags_to_spans([tags[tag] for tag in path], scheme):
                weights[span] = weights.get(span, 0.0) + math.exp(score)
        for start, end, label in tags_to_spans([tags[tag] for tag in paths[row]], scheme):
            spans.append((row, start, end - 1))
            wanted.append(weights[start, end, label] / total)
    assert len(spans) > 1
    assert crf.span_probabilities(emissions, mask, paths, spans) == pytest.approx(wanted, rel=1e-5)


def test_wrong_use_is_said(tmp_path: Path) -> None:
    for use in (lambda m: m.entities("王小明"), lambda m: m.predict([]), lambda m: m.save(tmp_path / "x")):
        with pytest.raises(errors.ArgumentError, match="has learnt nothing yet"):
            use(NeuralRecognizer())
    with pytest.raises(errors.TextTypeError, match="text must be str, not bytes; decode"):
        model().entities(b"x")  # type: ignore[arg-type]
    with pytest.raises(errors.TextTypeError, match="several texts"):
        model().predict("王小明")
    with pytest.raises(OSError):
        NeuralRecognizer.load(tmp_path / "missing")
    with pytest.raises(errors.ModelError, match="not 'entities' or 'neural-entities'"):
        NeuralRecognizer.load("core")
    with pytest.raises(errors.ModelError, match=r"kind 'entities'.*not 'neural-entities'"):
        NeuralRecognizer.load("ner")
    model().save(tmp_path / "m")
    with pytest.raises(errors.ModelError, match=r"kind 'neural-entities'.*not 'entities'"):
        EntityRecognizer.load(tmp_path / "m")
    with pytest.raises(errors.ArgumentError, match="no sentence of the training part has an entity"):
        NeuralRecognizer().fit([("王小明", [])])


def test_a_damaged_file_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "ner.safetensors"
    model().save(path)
    data = bytearray(path.read_bytes())
    data[-1] ^= 1
    path.write_bytes(data)
    with pytest.raises(errors.ModelError, match="do not match their checksum"):
        NeuralRecognizer.load(path)


@pytest.mark.parametrize(
    "change",
    [
        lambda arrays, card: arrays.pop("tags"),
        lambda arrays, card: arrays.update({"bigrams.items": ("U8", b"nonsense")}),
        lambda arrays, card: arrays.update({"words.rows": ("U8", b"\0")}),
        lambda arrays, card: arrays.pop("weights.linear.weight"),
        lambda arrays, card: card.update(settings="[]"),
        lambda arrays, card: card.update(settings='{"no_such": 1}'),
        lambda arrays, card: card.update(settings="{"),
        lambda arrays, card: card.pop("lexicon"),
    ],
    ids=range(8),
)
def test_a_file_that_contradicts_itself_is_refused(
    tmp_path: Path, change: Callable[[dict[str, object], dict[str, str]], object]
) -> None:
    from cnlp.model.format import write_model

    arrays, card = dict(model().arrays_), dict(model().card_)
    change(arrays, card)  # type: ignore[arg-type]
    write_model(tmp_path / "m", arrays, card)
    with pytest.raises(errors.ModelError):
        NeuralRecognizer.load(tmp_path / "m")


def test_without_torch_the_extra_is_named(tmp_path: Path) -> None:
    model().save(tmp_path / "m")
    program = (
        "import sys; sys.modules['torch'] = None\n"
        f"import cnlp\ntry: cnlp.entities('王小明', model={str(tmp_path / 'm')!r})\n"
        "except cnlp.errors.MissingDependencyError as error: print(error)"
    )
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, encoding="utf-8", check=True)
    assert done.stdout == "a neural model needs torch: pip install 'cnlp[neural]'\n"


@pytest.mark.parametrize("width", [1, 4, 7])
def test_rows_of_four_bits_are_near_the_rows(width: int) -> None:
    matrix = np.random.default_rng(1).normal(size=(9, width)).astype(np.float32)
    matrix[3] = 0
    rows, scales = _quantise(matrix)
    restored = _restore(rows, scales, width)
    assert rows.shape == (9, (width + 1) // 2) and rows.dtype == np.uint8 and restored.shape == matrix.shape
    assert np.abs(restored - matrix).max() <= 0.41 * np.abs(matrix).max()
    again, same = _quantise(restored)
    assert np.allclose(_restore(again, same, width), restored, atol=1e-3)
    assert not restored[3].any()


def test_rows_are_small(tmp_path: Path) -> None:
    model().save(tmp_path / "m")
    card = ModelFile(tmp_path / "m").card
    assert json.loads(card["settings"])["hidden"] == 16
    items = {name: count for name, (_, count) in ModelFile(tmp_path / "m").arrays.items()}
    assert items["characters.rows"] == 25 * items["characters.scales"]


def test_standards_share_a_model_and_keep_their_conventions(tmp_path: Path) -> None:
    """Of two corpora with the same texts, one has places and the other only persons."""
    persons = [Sentence(text, spans[:1]) for text, spans in corpus()]
    small = defaults("bilstm-crf").with_values({"hidden": 16, "epochs": 12, "rate": 0.02})
    trained = NeuralRecognizer(small).fit(corpus(), others=[Part(persons, "persons", 2)])
    trained.save(tmp_path / "two.safetensors")
    assert trained.standards_ == ["general", "persons"] and trained.standard_ == "general"
    assert trained.score(corpus()) > 0.95
    second = load_recognizer(tmp_path / "two.safetensors", standard="persons")
    assert second.score(persons) > 0.95
    assert {each.label for found in second.predict([text for text, _ in persons]) for each in found} == {"PER"}
    text = corpus()[0].text
    assert pickle.loads(pickle.dumps(second)).entities(text) == second.entities(text)
    assert cnlp.entities(text, model=tmp_path / "two.safetensors", standard="persons") == second.entities(text)
    with pytest.raises(errors.ArgumentError, match=r"'msra'.*general.*persons"):
        load_recognizer(tmp_path / "two.safetensors", standard="msra")


def test_a_span_that_is_wrong_names_its_part() -> None:
    wrong = Part([Sentence("在北京", ()), Sentence("在上海", ((1, 9, "LOC"),))], "web")
    with pytest.raises(errors.ArgumentError, match="sentence 2 of the part 'web'"):
        NeuralRecognizer(defaults("bilstm-crf").with_values({"epochs": 1})).fit(corpus(), others=[wrong])
