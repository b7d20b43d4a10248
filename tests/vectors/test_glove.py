"""GloVe and the simpler GloVe: loss and gradient as the papers write them, and what learning converges to."""

from __future__ import annotations

import math
from pathlib import Path

import pytest

pytest.importorskip("scipy")

import numpy as np

from cnlp.files.progress import Progress
from cnlp.vectors.cooccurrence import PAIR
from cnlp.vectors.glove import RATE, GloVe

Pairs = list[tuple[int, int, float]]

PAIRS: Pairs = [(0, 1, 30.0), (0, 2, 4.0), (1, 1, 6.0), (1, 2, 250.0), (2, 3, 8.0), (0, 3, 2.5)]
ITEMS = ["甲", "乙", "丙", "丁"]


def model(folder: Path, *, simpler: bool, size: int = 3, pairs: Pairs = PAIRS) -> GloVe:
    """One of each kind, before it has learnt."""
    np.array(pairs, PAIR).tofile(folder / "pairs")
    return GloVe(str(folder / "pairs"), ITEMS, size=size, simpler=simpler, seed=1)


def full(pairs: Pairs = PAIRS) -> np.ndarray:
    """The matrix x."""
    x = np.zeros((4, 4))
    for i, j, count in pairs:
        x[i, j] = x[j, i] = count
    return x


def weight(count: float) -> float:
    return min(1.0, (count / 100) ** 0.75)


def glove_loss(w: np.ndarray, b: np.ndarray, c: np.ndarray, d: np.ndarray) -> float:
    """Equation 8 of the paper, halved."""
    x = full()
    return sum(
        weight(x[i, j]) * (w[i] @ c[j] + b[i] + d[j] - math.log(x[i, j])) ** 2 / 2
        for i in range(4)
        for j in range(4)
        if x[i, j]
    )


def simpler_loss(v: np.ndarray) -> float:
    """The squared distance of products from pointwise mutual information."""
    x = full()
    sums, total = x.sum(1), x.sum()
    return sum(
        weight(x[i, j]) * (v[i] @ v[j] - math.log(x[i, j] * total / (sums[i] * sums[j]))) ** 2 / 2
        for i in range(4)
        for j in range(4)
        if x[i, j]
    )


def test_one_step_of_glove_is_adagrad_on_the_loss_of_the_paper(tmp_path: Path) -> None:
    learner = model(tmp_path, simpler=False)
    parts = [learner.state["w"][:, :3], learner.state["w"][:, 3], learner.state["c"][:, :3], learner.state["c"][:, 4]]
    parameters = [part.astype(np.float64) for part in parts]
    expected = [after_one_step(parameters, at, glove_loss) for at in range(4)]
    before = glove_loss(*parameters)
    learner.learn(0, Progress(None))
    w, c = learner.state["w"], learner.state["c"]
    assert learner.loss == pytest.approx(before / len(PAIRS), rel=1e-5)
    for found, wanted in zip([w[:, :3], w[:, 3], c[:, :3], c[:, 4]], expected, strict=True):
        assert np.allclose(found, wanted, atol=1e-5)
    assert (w[:, 4] == 1).all() and (c[:, 3] == 1).all()
    assert np.allclose(learner.vectors(), w[:, :3] + c[:, :3])


def test_one_step_of_the_simpler_glove_is_adagrad_on_its_loss(tmp_path: Path) -> None:
    learner = model(tmp_path, simpler=True)
    v = learner.state["v"].astype(np.float64)
    expected = after_one_step([v], 0, simpler_loss)
    before = simpler_loss(v)
    learner.learn(0, Progress(None))
    assert learner.loss == pytest.approx(before / len(PAIRS), rel=1e-5)
    assert np.allclose(learner.vectors(), expected, atol=1e-5)


def after_one_step(parameters: list[np.ndarray], at: int, loss: object) -> np.ndarray:
    """One of the parameters after a step of AdaGrad, whose sum of squares begins with 1; slopes by differences."""
    assert callable(loss)
    changed = parameters[at]
    slope = np.zeros_like(changed)
    for place in np.ndindex(*changed.shape):
        values = []
        for change in (1e-5, -1e-5):
            moved = changed.copy()
            moved[place] += change
            values.append(loss(*parameters[:at], moved, *parameters[at + 1 :]))
        slope[place] = (values[0] - values[1]) / 2e-5
    return changed - RATE * slope / np.sqrt(1 + slope**2)


@pytest.fixture
def in_big_steps(monkeypatch: pytest.MonkeyPatch) -> None:
    """Few pairs need few epochs so."""
    monkeypatch.setattr("cnlp.vectors.glove.RATE", 0.3)


def test_the_simpler_glove_converges_to_pointwise_mutual_information(tmp_path: Path, in_big_steps: None) -> None:
    pairs = [(first, second, count) for first, second, count in PAIRS if first != second]  # v . v cannot be below 0
    learner = model(tmp_path, simpler=True, size=6, pairs=pairs)
    for epoch in range(800):
        learner.learn(epoch, Progress(None))
    x = full(pairs)
    v = learner.vectors()
    for i, j, count in pairs:
        pmi = math.log(count * x.sum() / (x[i].sum() * x[j].sum()))
        assert v[i] @ v[j] == pytest.approx(pmi, abs=0.03)


def test_glove_converges_to_the_logarithms_of_the_counts(tmp_path: Path, in_big_steps: None) -> None:
    learner = model(tmp_path, simpler=False, size=6)
    for epoch in range(800):
        learner.learn(epoch, Progress(None))
    products = learner.state["w"] @ learner.state["c"].T
    for i, j, count in PAIRS:
        assert products[i, j] == pytest.approx(math.log(count), abs=0.03)
