"""EntityRecognizer: what it finds, where, how sure, and how it fails."""

from __future__ import annotations

import itertools
import math
import pickle
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

import cnlp
from cnlp import errors
from cnlp._kernel.reference import EntityTagger
from cnlp.corpus.entities import Sentence
from cnlp.model.registry import CORE
from cnlp.ner.entities import entities
from cnlp.ner.gazetteer import Gazetteer
from cnlp.ner.linear import EntityRecognizer
from cnlp.ner.parts import OfKind, Part

pytest.importorskip("numpy")
from entity_models import arrays, corpus, model

HARD_TEXTS = (
    "", "a", "\0", "\ud800", "😀😀", "王小明", "all Latin text", "𠀀王小明在\udfff北京工作。", "。。！\n\n",
    "ＡＢＣ王小明在北京工作", "王小明在上海市工作。" * 200, "\r\n王小明\t在　北京", "x" * 5000, "，" * 2000,
)  # fmt: skip


@pytest.mark.parametrize("method", ["crf", "perceptron"])
@pytest.mark.parametrize("scheme", ["BMES", "IOBES", "BIO"])
def test_it_learns_what_it_is_shown(method: str, scheme: str) -> None:
    learnt = model(method, scheme)
    assert learnt.labels_ == ["LOC", "ORG", "PER"]
    assert learnt.score(corpus()) > 0.95


@pytest.mark.parametrize("text", HARD_TEXTS)
def test_offsets_are_exact_for_every_text(text: str) -> None:
    end = 0
    for entity in model().entities(text):
        assert end <= entity.start < entity.end <= len(text)
        assert text[entity.start : entity.end] == entity.text
        assert 0.0 <= entity.score <= 1.0
        end = entity.end


def test_traditional_and_full_width_are_read_like_simplified_and_half_width() -> None:
    plain = [(e.start, e.end, e.label) for e in model().entities("今天王小明在云南省工作，华夏银行总经理李雷")]
    other = model().entities("今天王小明在雲南省工作,華夏銀行總經理李雷")
    assert plain and [(e.start, e.end, e.label) for e in other] == plain
    assert other[1].text == "雲南省"


def test_a_megabyte_on_one_line() -> None:
    text = "王小明在北京工作，" * 115_000
    found = model().entities(text)
    assert len(found) > 100_000
    assert all(text[entity.start : entity.end] == entity.text for entity in found)


def test_predict_is_entities_of_each() -> None:
    texts = [sentence.text for sentence in corpus()[:5]]
    assert model().predict(texts) == [model().entities(text) for text in texts]


def test_threads_find_the_same() -> None:
    texts = [sentence.text * 20 for sentence in corpus()]
    with ThreadPoolExecutor(4) as pool:
        assert list(pool.map(model().entities, texts)) == model().predict(texts)


def test_a_saved_model_is_the_same_model(tmp_path: Path) -> None:
    model().save(tmp_path / "ner.safetensors", {"name": "mine"})
    loaded = EntityRecognizer.load(tmp_path / "ner.safetensors")
    assert loaded.labels_ == model().labels_ and loaded.card_["name"] == "mine"
    assert loaded.predict(s.text for s in corpus()) == model().predict(s.text for s in corpus())
    loaded.save(tmp_path / "again.safetensors")
    assert EntityRecognizer.load(tmp_path / "again.safetensors").entities("李雷") == loaded.entities("李雷")


def test_the_seed_decides() -> None:
    first, second = (EntityRecognizer(epochs=2, seed=3, min_count=1).fit(corpus()) for _ in range(2))
    assert first._source == second._source


def test_dev_chooses_the_epoch() -> None:
    learnt = EntityRecognizer(epochs=3, min_count=1, smallest=0.001).fit(corpus()[:90], dev=corpus()[90:])
    assert len(learnt.log_) == 3
    assert learnt.score(corpus()[90:]) == pytest.approx(max(epoch.dev or 0.0 for epoch in learnt.log_), abs=0.02)


def test_dev_may_have_labels_that_training_lacks() -> None:
    other = [(text, [(start, end, "GPE") for start, end, _ in spans]) for text, spans in corpus()[90:]]
    learnt = EntityRecognizer(epochs=1, min_count=1).fit(corpus()[:90], dev=[*other, *corpus()[90:95]])
    assert "GPE" not in learnt.labels_
    assert EntityRecognizer(epochs=1, min_count=1).fit(corpus()[:90], dev=other).log_[0].dev == 0.0


def two_standards() -> EntityRecognizer:
    """To one of its standards 上海市 is an organisation."""
    other = [
        Sentence(text, tuple((a, b, "ORG" if text[a:b] == "上海市" else label) for a, b, label in spans))
        for text, spans in corpus()
    ]
    parts = [Part(corpus(), "first", 2), Part(other, "second"), Part(corpus()[:20], "background")]
    recognizer = EntityRecognizer(epochs=6, min_count=1, smallest=0.001)
    return recognizer.fit_parts(parts, standards=["first", "second"])


def test_standards_share_what_they_agree_on(tmp_path: Path) -> None:
    learnt = two_standards()
    learnt.save(tmp_path / "ner.safetensors")
    assert learnt.standards_ == ["first", "second"] and learnt.standard_ == "first"
    for standard, label in ((None, "LOC"), ("first", "LOC"), ("second", "ORG")):
        loaded = EntityRecognizer.load(tmp_path / "ner.safetensors", standard=standard)
        found = {entity.text: entity.label for entity in loaded.entities("王小明在上海市工作。")}
        assert found == {"王小明": "PER", "上海市": label}
        again = pickle.loads(pickle.dumps(loaded))
        assert again.standard_ == loaded.standard_
        assert again.entities("王小明在上海市工作。") == loaded.entities("王小明在上海市工作。")
    with pytest.raises(errors.ArgumentError, match="unknown standard 'background'; choose one of: first, second"):
        entities("王小明", model=tmp_path / "ner.safetensors", standard="background")
    with pytest.raises(errors.ArgumentError, match="follows one already"):
        entities("王小明", model=learnt, standard="second")


def test_a_kept_standard_needs_a_part() -> None:
    with pytest.raises(errors.ArgumentError, match="no part follows the standard 'other'"):
        EntityRecognizer().fit_parts([Part(corpus())], standards=["general", "other"])


def test_kinds_are_those_of_the_label() -> None:
    assert model().kinds_ == {"LOC": [], "ORG": ["company", "other"], "PER": []}
    found = model().entities("昨天新星电子有限公司宣布，李雷将去北京。世界卫生组织总经理王小明")
    kinds = {entity.text: entity.kind for entity in found}
    assert kinds == {"新星电子有限公司": "company", "李雷": None, "世界卫生组织": "other", "王小明": None, "北京": None}
    with pytest.raises(errors.ArgumentError, match="unknown label of a kind 'X'"):
        EntityRecognizer().fit_parts([Part(corpus())], kinds=[OfKind("北京", 0, 2, "X", "y")])


def test_no_entity_of_one_character_is_within_a_longer_word() -> None:
    corpus = [("对华出口", [(1, 2, "LOC")]), ("他们去了", [])] * 20
    learnt = EntityRecognizer(epochs=5, min_count=1).fit(corpus)
    assert [entity.text for entity in learnt.entities("对华进口")] == ["华"]
    assert learnt.entities("春华秋实") == []


@pytest.mark.parametrize(
    ("options", "sentences", "message"),
    [
        ({"method": "magic"}, [("李雷", [(0, 2, "PER")])], "unknown method 'magic'; choose one of: crf, perceptron"),
        ({"scheme": "XY"}, [("李雷", [(0, 2, "PER")])], "unknown scheme"),
        ({}, [("李雷", [])], "no sentence has an entity"),
        ({}, [("李雷", [(0, 3, "PER")])], r"span \(0, 3\)"),
        ({}, [("李雷", [(0, 2, "PER"), (1, 2, "LOC")])], "overlaps"),
        ({}, [("李雷", [(0, 2, f"L{k}")]) for k in range(40)], "40 labels make 161 tags"),
    ],
)
def test_what_cannot_be_learnt_is_said(options: dict[str, str], sentences: list[object], message: str) -> None:
    with pytest.raises(errors.ArgumentError, match=message):
        EntityRecognizer(**options).fit(sentences)  # type: ignore[arg-type]


def test_wrong_use_is_said(tmp_path: Path) -> None:
    with pytest.raises(errors.ArgumentError, match="has learnt nothing yet"):
        EntityRecognizer().entities("王小明")
    with pytest.raises(errors.ArgumentError, match="has learnt nothing yet"):
        EntityRecognizer().save(tmp_path / "x")
    with pytest.raises(errors.TextTypeError, match="text must be str, not bytes; decode"):
        model().entities(b"x")  # type: ignore[arg-type]
    with pytest.raises(errors.TextTypeError, match="several texts"):
        model().predict("王小明")
    with pytest.raises(OSError):
        EntityRecognizer.load(tmp_path / "missing")
    with pytest.raises(errors.ModelError, match="not 'entities'"):
        EntityRecognizer.load(CORE)


def test_english_and_code_are_no_entities_to_the_shipped_model() -> None:
    texts = ["Hello world", "import numpy as np", "The quick brown fox jumps over the lazy dog."]
    assert EntityRecognizer.load().predict(texts) == [[], [], []]


def test_load_opens_entity_models_by_path_and_by_name(tmp_path: Path) -> None:
    path = tmp_path / "ner.safetensors"
    model().save(path)
    loaded = cnlp.load(path)
    assert isinstance(loaded, EntityRecognizer)
    assert loaded.entities("王小明在北京工作。") == model().entities("王小明在北京工作。")
    assert cnlp.load("ner").labels_ == EntityRecognizer.load().labels_
    assert isinstance(cnlp.load(), cnlp.Lexicon) and isinstance(cnlp.load(CORE), cnlp.Lexicon)
    with pytest.raises(errors.ArgumentError, match="are for lexicons"):
        cnlp.load(path, width=False)
    with pytest.raises(FileNotFoundError):
        cnlp.load(tmp_path / "missing")


def test_a_damaged_file_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "ner.safetensors"
    model().save(path)
    data = bytearray(path.read_bytes())
    data[-1] ^= 1
    path.write_bytes(data)
    with pytest.raises(errors.ModelError, match="do not match their checksum"):
        EntityRecognizer.load(path)


def test_scores_are_the_marginals_of_brute_force(tmp_path: Path) -> None:
    source, ranges, unit, *names = arrays(tmp_path / "ner.safetensors")
    tagger = EntityTagger(source, ranges, unit, *names)
    text, ends = "李雷在京", [2, 3, 4]
    scores, tags = tagger.scores(text, ends), range(tagger.n_tags)
    last = tagger.n_tags + 1
    total, wanted = 0.0, {}
    spans = {found[:3] for found in tagger.tag(text, ends)}
    assert spans
    for path in itertools.product(tags, repeat=len(text)):
        moves = [tagger.n_tags, *path]
        if not tagger.legal[last][path[-1]] or not all(tagger.legal[a][b] for a, b in itertools.pairwise(moves)):
            continue
        score = sum(tagger.moves[a][b] for a, b in itertools.pairwise(moves))
        weight = math.exp(unit * (score + sum(row[tag] for row, tag in zip(scores, path, strict=True))))
        total += weight
        for start, end, label in spans:
            goes_on = end < len(text) and tagger.roles[path[end]] == 2
            inside = all(tagger.roles[path[p]] == 2 for p in range(start + 1, end))
            opens = tagger.roles[path[start]] in (1, 3, 4) and tagger.labels[path[start]] == label
            if opens and inside and not goes_on:
                wanted[start, end, label] = wanted.get((start, end, label), 0.0) + weight
    for start, end, label, _, score in tagger.tag(text, ends):
        assert score == pytest.approx(wanted[start, end, label] / total, rel=1e-6)


def test_gazetteer_and_rules_join_the_model() -> None:
    text = "李雷3月5日在北京买了乐乐糖"
    found = entities(text, model=model(), gazetteer=Gazetteer([("乐乐糖", "PRODUCT")]), rules=["date"])
    assert ("乐乐糖", "PRODUCT") in [(e.text, e.label) for e in found]
    assert ("3月5日", "DATE") in [(e.text, e.label) for e in found]
    assert entities(text, model=model()) == model().entities(text)
    with pytest.raises(errors.ArgumentError, match="unknown rule"):
        entities(text, model=model(), rules=["nonsense"])
