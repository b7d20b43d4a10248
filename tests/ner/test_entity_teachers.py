"""Learning from teachers: who wins a vote, what a student learns, and what is refused."""

from __future__ import annotations

from collections.abc import Iterable
from functools import cache
from importlib.util import find_spec

import pytest

np = pytest.importorskip("numpy")

from entity_models import corpus  # noqa: E402

from cnlp import errors  # noqa: E402
from cnlp.corpus.entities import Sentence  # noqa: E402
from cnlp.ner.base import Recognizer  # noqa: E402
from cnlp.ner.distillation import Distillation, Teacher  # noqa: E402
from cnlp.ner.linear import EntityRecognizer  # noqa: E402
from cnlp.ner.parts import Part  # noqa: E402
from cnlp.sequence.schemes import tag_set  # noqa: E402
from cnlp.sequence.targets import Targets, join, mean, of_tags  # noqa: E402
from cnlp.types import Entity  # noqa: E402

needs_torch = pytest.mark.skipif(not find_spec("torch"), reason="needs torch")
TEXTS = ["陈思在北京工作。", "巴黎的新星电子有限公司很有名！李雷说", "今天天气很好，我去长白山玩", ""]


class Finder(Recognizer):
    """Finds certain words."""

    def __init__(self, words: dict[str, str], labels: tuple[str, ...] = ("LOC", "PER")) -> None:
        self.words, self.labels_ = words, sorted(labels)

    def predict(self, texts: Iterable[str]) -> list[list[Entity]]:
        return [
            [
                Entity(word, text.index(word), text.index(word) + len(word), label, 1.0, None, None)
                for word, label in self.words.items()
                if word in text
            ]
            for text in texts
        ]


@cache
def neural(seed: int = 1, scheme: str = "BMES") -> Recognizer:
    """A small neural model of the same sentences."""
    from cnlp.ner.neural.recognizer import NeuralRecognizer
    from cnlp.ner.neural.settings import defaults

    values = {"epochs": 8, "hidden": 16, "rate": 0.02, "seed": seed, "scheme": scheme, "max_length": 12}
    return NeuralRecognizer(defaults("bilstm-crf").with_values(values)).fit(corpus()[:60])


def test_labels_are_those_of_more_than_half_of_the_teachers() -> None:
    one, two = Finder({"北京": "LOC", "陈思": "PER"}), Finder({"北京": "LOC", "陈思": "LOC"})
    other = Finder({"北京工": "LOC", "陈思": "PER"})
    assert Teacher(one).label(TEXTS[:1]) == [Sentence(TEXTS[0], ((0, 2, "PER"), (3, 5, "LOC")))]
    assert Teacher([one, two]).label(TEXTS[:1]) == [Sentence(TEXTS[0], ((3, 5, "LOC"),))]
    assert Teacher([one, two, other]).label(TEXTS[:1]) == [Sentence(TEXTS[0], ((0, 2, "PER"), (3, 5, "LOC")))]


def test_a_student_learns_the_texts_that_its_teacher_labels() -> None:
    teacher = Teacher(Finder({"喀什": "LOC", "阿凡提": "PER"}))
    known = [Sentence("张三去上海", ((0, 2, "PER"), (3, 5, "LOC")))] * 6
    texts = ["阿凡提去喀什", "阿凡提在喀什", "听说阿凡提去了喀什"] * 6
    for method in ("perceptron", "crf"):
        student = EntityRecognizer(method=method, epochs=4, min_count=1)
        student.fit(known, distillation=Distillation(teacher, texts, alpha=1))
        assert [entity.text for entity in student.entities("阿凡提去喀什")] == ["阿凡提", "喀什"]


def test_targets_of_several_teachers_and_of_stretches() -> None:
    one, other = of_tags(np.array([0, 1], np.uint8), 2), of_tags(np.array([1, 1], np.uint8), 2)
    both = mean([one, other])
    assert both.tags.tolist() == [[0.5, 0.5], [0, 1]] and both.pairs.tolist() == [[0, 0.5], [0, 0.5]]
    joined = join([both, one], 2)
    assert joined.tags.tolist() == [[0.5, 0.5], [0, 1], [1, 0], [0, 1]]
    assert joined.pairs.tolist() == [[0, 1.5], [1, 0.5]]
    assert join([], 2).tags.shape == (0, 2)


@needs_torch
def test_targets_are_probabilities_and_counts_of_pairs() -> None:
    tags = tag_set("BMES", neural().labels_)
    teacher = Teacher([neural(), neural(2)])
    for text, (of_text, pairs) in zip(TEXTS, teacher.targets(TEXTS, tags), strict=True):
        assert of_text.shape == (len(text), len(tags)) and pairs.shape == (len(tags), len(tags))
        np.testing.assert_allclose(of_text.sum(1), 1, atol=1e-5)
        np.testing.assert_allclose(pairs.sum(0), of_text[1:].sum(0), atol=1e-4)
        np.testing.assert_allclose(pairs.sum(1), of_text[:-1].sum(0), atol=1e-4)


@needs_torch
def test_a_higher_temperature_makes_the_teacher_less_sure() -> None:
    tags = tag_set("BMES", neural().labels_)
    cold, hot = (neural().targets(TEXTS[:1], tags, heat)[0].tags.max(1).mean() for heat in (1.0, 4.0))
    assert hot < cold


@needs_torch
@pytest.mark.parametrize("alpha", [0.0, 0.5])
def test_a_field_learns_the_probabilities_of_its_teacher(alpha: float) -> None:
    gold, teacher = corpus()[:30], Teacher(neural())
    soft, hard = (
        EntityRecognizer(epochs=4).fit(gold, distillation=Distillation(teacher, TEXTS[:3] * 3, alpha=share))
        for share in (alpha, 1)
    )
    assert soft.score(gold) > 0.8
    sure = [[entity.score for entities in model.predict(TEXTS) for entity in entities] for model in (soft, hard)]
    assert sure[0] != sure[1]


@needs_torch
def test_a_neural_student_learns_and_resumes_with_the_same_teacher_only(tmp_path) -> None:
    from cnlp.ner.neural.settings import defaults
    from cnlp.ner.neural.trainer import train_neural

    settings = defaults("bilstm-crf").with_values({"epochs": 2, "hidden": 16, "rate": 0.02})
    lessons = [
        Distillation(Teacher(neural()), TEXTS[:3], alpha, heat) for alpha, heat in ((0.3, 2.0), (1, 1), (0.3, 3.0))
    ]
    losses = []
    for number, lesson in enumerate(lessons):
        log = train_neural(settings, corpus()[:20], distillation=lesson, out_dir=tmp_path / str(number)).log
        losses.append([epoch.loss for epoch in log])
        assert losses[-1][1] < losses[-1][0]
    assert losses[0] != losses[1]
    again = train_neural(settings, corpus()[:20], distillation=lessons[0], out_dir=tmp_path / "0", resume=True)
    assert [epoch.loss for epoch in again.log] == losses[0]
    with pytest.raises(errors.ArgumentError, match="other values of: teacher"):
        train_neural(settings, corpus()[:20], distillation=lessons[2], out_dir=tmp_path / "0", resume=True)


PEOPLE = [Sentence("张三去上海", ((0, 2, "PER"), (3, 5, "LOC")))] * 3
FINDER = Teacher(Finder({"喀什": "LOC"}))


@pytest.mark.parametrize(
    ("make", "message"),
    [
        (lambda: Teacher([]), "a teacher needs at least one model"),
        (
            lambda: Teacher([Finder({}), Finder({}, ("LOC", "ORG"))]),
            "the labels differ: one teacher has LOC, PER, and another has LOC, ORG",
        ),
        (lambda: Distillation(FINDER, [], alpha=1.5), "alpha must be from 0 to 1, got 1.5"),
        (lambda: Distillation(FINDER, [], temperature=1e300), "temperature must be from 0.1 to 100.0, got 1e[+]300"),
        (lambda: Distillation("ner", []), "teacher must be a Teacher, not str"),
        (lambda: Teacher("ner"), "a teacher is a recognizer, as cnlp.load opens it, not str"),
        (lambda: Distillation(FINDER, [], temperature=0), "temperature must be from 0.1 to 100.0, got 0"),
        (lambda: Distillation(FINDER, "喀什"), "unlabelled must be several str"),
        (
            lambda: EntityRecognizer().fit(
                [("去上海", [(1, 3, "GPE")])], distillation=Distillation(FINDER, ["去喀什"])
            ),
            "the labels differ: the teacher has LOC, PER, and the corpus has GPE",
        ),
        (
            lambda: EntityRecognizer().fit_parts(
                [Part(PEOPLE), Part(PEOPLE, "other")], distillation=Distillation(FINDER, ["去喀什"])
            ),
            "a teacher teaches one standard",
        ),
        (
            lambda: EntityRecognizer().fit(PEOPLE, distillation=Distillation(FINDER, ["去喀什"])),
            "can be learnt from neural teachers only; from a linear one take alpha=1",
        ),
        (
            lambda: EntityRecognizer(method="perceptron").fit(PEOPLE, distillation=Distillation(FINDER, ["去喀什"])),
            "method 'perceptron' learns from labels, not from probabilities: take alpha=1, or method 'crf'",
        ),
        (
            lambda: EntityRecognizer().fit(PEOPLE, distillation=Distillation(FINDER, ["去喀什"], 1, 2.0)),
            "a temperature is for neural students, got 2.0",
        ),
    ],
)
def test_what_cannot_be_taught_is_refused(make, message: str) -> None:
    with pytest.raises((errors.ArgumentError, errors.TextTypeError), match=message):
        make()


@needs_torch
def test_another_scheme_is_refused() -> None:
    lesson = Distillation(Teacher(neural(scheme="BIO")), TEXTS[:3])
    with pytest.raises(errors.ArgumentError, match="they need the same labels and scheme"):
        EntityRecognizer().fit(corpus(), distillation=lesson)
    assert isinstance(next(lesson.teacher.targets(TEXTS, tag_set("BIO", neural().labels_))), Targets)


def test_texts_that_can_be_read_only_once_are_learnt_from() -> None:
    (_, taught) = Distillation(FINDER, (text for text in ["去喀什", "去上海"]), 1).join([Part(iter(PEOPLE))])
    assert [sentence.text for sentence in taught.sentences] == ["去喀什", "去上海"]
    assert EntityRecognizer(epochs=1).fit(iter(PEOPLE)).labels_ == EntityRecognizer(epochs=1).fit(PEOPLE).labels_
