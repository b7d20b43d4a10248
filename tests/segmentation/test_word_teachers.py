"""Learning to segment from teachers: who wins a vote, what a student learns, and what is refused."""

from __future__ import annotations

import pytest

np = pytest.importorskip("numpy")

from cnlp import errors  # noqa: E402
from cnlp.lexicon import Lexicon  # noqa: E402
from cnlp.segmentation import encode  # noqa: E402
from cnlp.segmentation.characters import ALLOWED, START_TAG, CharacterTagger  # noqa: E402
from cnlp.segmentation.corpora import Part, clause_texts  # noqa: E402
from cnlp.segmentation.crf import CRF  # noqa: E402
from cnlp.segmentation.distillation import Distillation, Teacher  # noqa: E402
from cnlp.segmentation.perceptron import Perceptron  # noqa: E402
from cnlp.segmentation.segmenter import Segmenter  # noqa: E402
from cnlp.sequence.linear import Problem, Shape  # noqa: E402

CORPUS = [["中国", "人民", "的", "生活"], ["人民", "生活", "在", "中国"]] * 5
TEXTS = ["他在北京大学学习。我们也在北京大学学习", "", "北京大学的学习"]
SHIPPED = Teacher(Segmenter())


def test_words_end_where_those_of_more_than_half_of_the_teachers_do() -> None:
    whole, split = (Segmenter(Lexicon.only(words), algorithm="forward") for words in (["北京大学", "学习"], ["学学习"]))
    assert Teacher(whole).label(["北京大学学习", ""]) == [["北京大学", "学习"], []]
    assert split.segment("北京大学学习") == ["北", "京", "大", "学学习"]
    assert Teacher([whole, split]).label(["北京大学学习"]) == [["北京大学学习"]]
    assert Teacher([whole, split, whole]).label(["北京大学学习"]) == [["北京大学", "学习"]]


@pytest.mark.parametrize("student", [CRF(epochs=4), Perceptron(epochs=4)])
def test_a_student_learns_the_words_of_its_teacher(student: CharacterTagger) -> None:
    student.fit_parts([Part(CORPUS)], distillation=Distillation(SHIPPED, TEXTS * 4, alpha=1))
    assert student.predict(["北京大学的生活"]) == [["北京大学", "的", "生活"]]


@pytest.mark.parametrize("alpha", [0.0, 0.5])
def test_a_field_learns_the_probabilities_of_its_teacher(alpha: float) -> None:
    soft, hard = (
        CRF(epochs=4).fit_parts([Part(CORPUS)], distillation=Distillation(SHIPPED, TEXTS * 4, share))
        for share in (alpha, 1)
    )
    assert soft.predict(["北京大学的生活"]) == [["北京大学", "的", "生活"]]
    sure = [model.marginals(["北京大学的生活"])[0].max(1).mean() for model in (soft, hard)]
    assert sure[0] != sure[1]


def test_targets_are_the_confidence_of_the_segmenter() -> None:
    text = "他说的确实在理"
    problem = Problem(Shape([], [], 4), [(0, len(text))], np.zeros(len(text), np.uint8), ALLOWED, START_TAG)
    (targets,) = SHIPPED.targets([text], problem)
    np.testing.assert_allclose(targets.tags.sum(1), 1, atol=1e-5)
    np.testing.assert_allclose(targets.pairs.sum(0), targets.tags[1:].sum(0), atol=1e-4)
    np.testing.assert_allclose(targets.pairs.sum(1), targets.tags[:-1].sum(0), atol=1e-4)
    words = SHIPPED.models[0].confidence(text)
    assert [word.probability for word in words if word.end == word.start + 1] == pytest.approx(
        [targets.tags[word.start, START_TAG] for word in words if word.end == word.start + 1], abs=0.01
    )


def test_the_texts_of_clauses_are_as_they_were_written() -> None:
    parts = [Part([["Ａ股", "涨", "了", "。", "好"], [], ["嗯"]])]
    packed = encode.pack_lines("".join(words) for words in parts[0].sentences)
    borders = [
        (packed.begins[0], packed.begins[0] + 5),
        (packed.begins[0] + 5, packed.ends[0]),
        (packed.begins[2], packed.ends[2]),
    ]
    assert clause_texts(parts, np.array(borders, np.int32)) == ["Ａ股涨了。", "好", "嗯"]


@pytest.mark.parametrize(
    ("make", "message"),
    [
        (lambda: Teacher([]), "a teacher needs at least one model"),
        (
            lambda: Perceptron().fit_parts([Part(CORPUS)], distillation=Distillation(SHIPPED, TEXTS)),
            "method 'perceptron' learns from labels, not from probabilities",
        ),
        (
            lambda: CRF().fit_parts([Part(CORPUS, "a"), Part(CORPUS, "b")], distillation=Distillation(SHIPPED, TEXTS)),
            "a teacher teaches one standard",
        ),
        (
            lambda: CRF().fit_parts([Part(CORPUS, "mine")], distillation=Distillation(SHIPPED, TEXTS)),
            "the teacher follows general, the corpus mine",
        ),
        (
            lambda: CRF().fit_parts(
                [Part(CORPUS)], distillation=Distillation(Teacher(Segmenter(algorithm="bigram")), TEXTS)
            ),
            "algorithm 'bigram' has no probabilities of tags to teach",
        ),
    ],
)
def test_what_cannot_be_taught_is_refused(make, message: str) -> None:
    with pytest.raises(errors.ArgumentError, match=message):
        make()
