"""Training: the C loops do what the numpy ones do, and both do what the formulas say."""

from __future__ import annotations

import itertools

import pytest

np = pytest.importorskip("numpy")

from cnlp import errors  # noqa: E402
from cnlp._kernel.reference import training as reference  # noqa: E402
from cnlp.sequence.linear import (  # noqa: E402
    GradientState,
    PerceptronState,
    Problem,
    Shape,
    buffer_of,
    crf_batch,
    crf_online,
)
from cnlp.sequence.schemes import transition_mask  # noqa: E402

try:
    from cnlp._kernel import training as native
except ImportError:
    native = None

ALLOWED = transition_mask(list("BMES"), "BMES")
BEGINS = [(0, 3), (3, 4), (6, 11), (11, 11), (15, 22)]
KERNELS = [reference, pytest.param(native, marks=pytest.mark.skipif(native is None, reason="not compiled"))]
needs_native = pytest.mark.skipif(native is None, reason="not compiled")


def make_problem(seed=0, start_tag=3):
    random = np.random.RandomState(seed)
    shape = Shape([(-1, 2), (0, 0), (-2, 1)], [5, 3, 4], 4)
    tags = np.array([3, 0, 2, 3, 0, 0, 0, 1, 1, 2, 3, 0, 0, 0, 0, 3, 3, 0, 2, 0, 1, 2], np.uint8)
    problem = Problem(shape, BEGINS, tags, ALLOWED, start_tag)
    for stream, rows in enumerate(shape.rows):
        problem.ids[stream] = random.randint(-1, rows, len(tags))
    return problem


def make_taught_problem(seed=0, start_tag=3):
    """The same, to be learnt from a teacher: a field of the same shape with other weights."""
    problem = make_problem(seed, start_tag)
    teacher = random_weights(problem, seed + 7)
    problem.targets = problem.marginals(teacher).astype(np.float32)
    problem.pairs = np.zeros((len(BEGINS), 4, 4), np.float32)
    for number, (begin, end) in enumerate(BEGINS):
        for path, share in shares_of_paths(problem, teacher, begin, end - begin).items():
            np.add.at(problem.pairs[number], (path[:-1], path[1:]), share)
    return problem


def random_weights(problem, seed=1):
    return np.random.RandomState(seed).normal(size=problem.shape.n_weights).astype(np.float32)


def make_row(seed):
    """Symbols, types and matches of a few lines."""
    random = np.random.RandomState(seed)
    lines = [random.randint(1, 5, length) for length in random.randint(0, 9, 4)]
    symbols = np.concatenate([np.append(line, [0, 0]) for line in [[0, 0], *lines]]).astype(np.uint32)
    starts = [start for start in range(len(symbols) - 3) if symbols[start : start + 2].all() and random.randint(2)]
    matches = np.array([(start, 2, random.randint(-1, 5)) for start in starts], np.int64).reshape(-1, 3)
    return symbols, (symbols + 2 * (symbols > 0)).astype(np.uint8), matches


@pytest.mark.parametrize("kernel", KERNELS)
class TestRowsOfSymbols:
    @pytest.mark.parametrize("symbols", [[], [0, 0, 0], [1, 0, 0, 0], [0, 0, 1, 0]])
    def test_must_begin_and_end_with_zeros(self, kernel, symbols):
        with pytest.raises(ValueError, match="zeros"):
            kernel.tagger_keys(np.array(symbols, np.uint32).tobytes(), bytes(len(symbols)), b"")

    @pytest.mark.parametrize("match", [(-1, 2, 1), (4, 3, 1), (2, 1, 1), (2, 9, 1), (1 << 62, 8, 1)])
    def test_matches_must_be_inside(self, kernel, match):
        symbols = np.array([0, 0, 5, 5, 0, 0], np.uint32)
        with pytest.raises(ValueError, match="match 0"):
            kernel.tagger_keys(symbols.tobytes(), bytes(6), np.array([match], np.int64).tobytes())


def make_pieces(seed):
    """What the recognizer sees of a few pieces: symbols, types, begins, ends, words, phrases."""
    random = np.random.RandomState(seed)
    words, size = [], 2
    for piece in random.randint(0, 6, 4):
        for length in random.randint(1, 5, piece):
            words.append((size, length, random.randint(1 << 40), random.randint(600), random.randint(9)))
            size += length
        size += 2
    symbols, types = np.zeros((2, size), np.uint32)
    for start, length, *_ in words:
        symbols[start : start + length] = random.randint(0, 4, length)
        types[start : start + length] = random.randint(1, 8, length)
    phrases = [(start, length, random.randint(1, 99)) for start, length, *_ in words if random.randint(2)]
    edges = [random.randint(0, 9, size).astype(np.uint8) * (types > 0) for _ in range(2)]
    both = np.array(words, np.int64).reshape(-1, 5), np.array(phrases, np.int64).reshape(-1, 3)
    return symbols, types, *(edge.astype(np.uint8) for edge in edges), *both


@pytest.mark.parametrize("kernel", KERNELS)
class TestPieces:
    @pytest.mark.parametrize("word", [(1, 2, 0, 0, 0), (3, 2, 0, 0, 0), (2, 0, 0, 0, 0), (1 << 62, 1, 0, 0, 0)])
    def test_words_must_be_inside(self, kernel, word):
        with pytest.raises(ValueError, match="word 0"):
            kernel.entity_keys(bytes(24), bytes(24), bytes(6), bytes(6), np.array([word], np.int64).tobytes(), b"")

    def test_words_must_not_overlap(self, kernel):
        words = np.array([(2, 2, 0, 0, 0), (3, 1, 0, 0, 0)], np.int64).tobytes()
        with pytest.raises(ValueError, match="word 1"):
            kernel.entity_keys(bytes(24), bytes(24), bytes(6), bytes(6), words, b"")

    @pytest.mark.parametrize("phrase", [(1, 2, 1), (3, 2, 1), (2, 0, 1), (2, 13, 1), (1 << 62, 2, 1)])
    def test_phrases_must_be_inside(self, kernel, phrase):
        phrases = np.array([phrase], np.int64).tobytes()
        with pytest.raises(ValueError, match="phrase 0"):
            kernel.entity_keys(bytes(24), bytes(24), bytes(6), bytes(6), b"", phrases)


@needs_native
class TestTwins:
    @pytest.mark.parametrize("seed", range(5))
    def test_the_keys_of_pieces_are_the_same(self, seed):
        pieces = [array.tobytes() for array in make_pieces(seed)]
        assert native.entity_keys(*pieces) == reference.entity_keys(*pieces)

    @pytest.mark.parametrize("seed", range(5))
    def test_the_keys_of_a_corpus_are_the_same(self, seed):
        row = [array.tobytes() for array in make_row(seed)]
        assert native.tagger_keys(*row) == reference.tagger_keys(*row)

    @pytest.mark.parametrize("seed", range(5))
    @pytest.mark.parametrize("start_tag", [3, -1])
    def test_decode_alike(self, seed, start_tag):
        problem = make_problem(seed, start_tag)
        weights = random_weights(problem, seed).tobytes()
        paths = [bytearray(len(problem.tags)) for _ in range(2)]
        for kernel, path in zip((native, reference), paths, strict=True):
            kernel.decode(problem.arguments(), weights, path)
        assert paths[0] == paths[1]

    @pytest.mark.parametrize(("margin", "aggressiveness"), [(0.0, 0.0), (2.0, 0.05), (0.0, 0.1)])
    def test_perceptrons_move_alike(self, margin, aggressiveness):
        problem = make_problem()
        order = np.array([4, 2, 0, 1, 3, 0, 2, 4], np.int32).tobytes()
        states = [PerceptronState.zeros(problem.shape.n_weights) for _ in range(2)]
        results = [
            kernel.perceptron_epoch(problem.arguments(), order, s.weights, s.sums, 0, margin, aggressiveness)
            for kernel, s in zip((native, reference), states, strict=True)
        ]
        assert results[0] == results[1]
        weights, sums = (
            [np.frombuffer(getattr(s, n), t) for s in states] for n, t in (("weights", "f4"), ("sums", "f8"))
        )
        np.testing.assert_allclose(*weights, atol=1e-5)
        np.testing.assert_allclose(*sums, atol=1e-4)
        assert np.abs(weights[0]).max() > 0

    @pytest.mark.parametrize("make", [make_problem, make_taught_problem])
    @pytest.mark.parametrize("start_tag", [3, -1])
    def test_gradients_and_steps_are_alike(self, start_tag, make):
        problem = make(start_tag=start_tag)
        weights = random_weights(problem)
        outcomes = []
        for kernel in (native, reference):
            gradient, view = buffer_of(problem.shape.n_weights, np.float32)
            loss = kernel.crf_gradient(problem.arguments(), weights.tobytes(), gradient)
            moved = bytearray(weights.tobytes())
            order = np.array([0, 2, 4], np.int32).tobytes()
            epoch = kernel.crf_epoch(problem.arguments(), order, moved, 0, 1.0, 0.1, 0.5, 1e-3)
            outcomes.append((loss, view, *epoch, np.frombuffer(moved, np.float32)))
        for left, right in zip(*outcomes, strict=True):
            np.testing.assert_allclose(left, right, rtol=1e-4, atol=1e-5)

    def test_marginals_are_alike(self):
        problem = make_problem()
        values = [buffer_of(len(problem.tags) * 4, np.float64) for _ in range(2)]
        for kernel, (data, _) in zip((native, reference), values, strict=True):
            kernel.marginals(problem.arguments(), random_weights(problem).tobytes(), data)
        np.testing.assert_allclose(values[0][1], values[1][1], atol=1e-6)


@pytest.mark.parametrize("kernel", KERNELS)
class TestFormulas:
    def test_the_best_path_is_the_best_of_all(self, kernel):
        problem = make_problem()
        weights = random_weights(problem)
        paths = bytearray(len(problem.tags))
        kernel.decode(problem.arguments(), weights.tobytes(), paths)
        scored = {path: score_of(problem, weights, 0, path) for path in legal_paths(3)}
        assert tuple(paths[0:3]) == max(scored, key=scored.__getitem__)

    def test_the_loss_is_minus_the_logarithm_of_the_gold_paths_share(self, kernel):
        problem = make_problem()
        problem.sequences = problem.sequences[2:3]
        weights = random_weights(problem)
        loss = kernel.crf_gradient(problem.arguments(), weights.tobytes(), bytearray(weights.nbytes))
        scores = {path: score_of(problem, weights, 6, path) for path in legal_paths(5)}
        gold = scores[tuple(problem.tags[6:11].tolist())]
        assert loss == pytest.approx(np.logaddexp.reduce(list(scores.values())) - gold, rel=1e-4)

    def test_the_loss_of_a_taught_field_is_the_cross_entropy_of_the_paths(self, kernel):
        problem, begin, length = make_taught_problem(), 6, 5
        problem.sequences, problem.pairs = problem.sequences[2:3], problem.pairs[2:3]
        weights = random_weights(problem)
        loss = kernel.crf_gradient(problem.arguments(), weights.tobytes(), bytearray(weights.nbytes))
        teacher = shares_of_paths(problem, random_weights(problem, 7), begin, length)
        student = shares_of_paths(problem, weights, begin, length)
        assert loss == pytest.approx(-sum(share * np.log(student[path]) for path, share in teacher.items()), rel=1e-4)

    def test_a_teacher_that_is_sure_of_the_gold_tags_teaches_them(self, kernel):
        gold, taught = make_problem(), make_problem()
        taught.targets = np.eye(4, dtype=np.float32)[taught.tags]
        taught.pairs = np.zeros((len(BEGINS), 4, 4), np.float32)
        for number, (begin, end) in enumerate(BEGINS):
            np.add.at(taught.pairs[number], (gold.tags[begin:end][:-1], gold.tags[begin:end][1:]), 1)
        weights = random_weights(gold)
        outcomes = []
        for problem in (gold, taught):
            gradient, view = buffer_of(len(weights), np.float32)
            outcomes.append((kernel.crf_gradient(problem.arguments(), weights.tobytes(), gradient), view))
        assert outcomes[0][0] == pytest.approx(outcomes[1][0])
        np.testing.assert_allclose(outcomes[0][1], outcomes[1][1], atol=1e-6)

    @pytest.mark.parametrize("make", [make_problem, make_taught_problem])
    @pytest.mark.parametrize("start_tag", [3, -1])
    def test_the_gradient_is_the_slope(self, kernel, start_tag, make):
        problem = make(start_tag=start_tag)
        weights = random_weights(problem)
        gradient, view = buffer_of(len(weights), np.float32)
        kernel.crf_gradient(problem.arguments(), weights.tobytes(), gradient)
        for at in range(len(weights)):
            sides = []
            for by in (1e-2, -1e-2):
                moved = weights.copy()
                moved[at] += by
                sides.append(kernel.crf_gradient(problem.arguments(), moved.tobytes(), bytearray(weights.nbytes)))
            assert (sides[0] - sides[1]) / 2e-2 == pytest.approx(view[at], abs=2e-3)

    def test_marginals_sum_to_one(self, kernel):
        problem = make_problem()
        data, view = buffer_of(len(problem.tags) * 4, np.float64)
        kernel.marginals(problem.arguments(), random_weights(problem).tobytes(), data)
        inside = [p for begin, end in BEGINS for p in range(begin, end)]
        np.testing.assert_allclose(view.reshape(-1, 4)[inside].sum(1), 1.0)


@needs_native
class TestChecks:
    """Nothing that Python passes makes the C loops read outside of their arrays."""

    @pytest.mark.parametrize(
        ("place", "value"),
        [
            (0, bytes(8)),
            (2, bytes(3)),
            (4, np.array([0, 10**6], np.int32).tobytes()),
            (5, bytes([9]) * 22),
            (6, b""),
            (7, 0),
            (8, 10**9),
            (8, 2**63 - 1),
            (9, 4),
            (10, bytes(4)),
            (10, bytes(22 * 16)),
        ],
    )
    def test_arrays_that_do_not_fit_are_refused(self, place, value):
        arguments = list(make_problem().arguments())
        arguments[place] = value
        weights = bytes(4 * make_problem().shape.n_weights)
        with pytest.raises(ValueError):
            native.decode(tuple(arguments), weights, bytearray(22))

    def test_a_row_that_does_not_exist_is_refused(self):
        problem = make_problem()
        problem.ids[1, 5] = 3
        with pytest.raises(ValueError, match="stream 1 has row 3 of 3"):
            native.decode(problem.arguments(), bytes(4 * problem.shape.n_weights), bytearray(22))

    @pytest.mark.parametrize("kernel", [native, reference])
    def test_some_tag_must_be_allowed_to_be_the_last(self, kernel):
        arguments = list(make_problem().arguments())
        arguments[6] = arguments[6][:-4] + bytes(4)
        with pytest.raises(ValueError, match="no tag is allowed to be the last"):
            kernel.decode(tuple(arguments), bytes(4 * make_problem().shape.n_weights), bytearray(22))

    def test_weights_that_are_no_numbers_have_a_loss_that_is_none(self):
        problem = make_problem()
        weights = np.full(problem.shape.n_weights, np.nan, np.float32).tobytes()
        assert np.isnan(native.crf_gradient(problem.arguments(), weights, bytearray(len(weights))))

    def test_bytes_are_not_written_to(self):
        problem = make_problem()
        with pytest.raises(TypeError):
            native.decode(problem.arguments(), bytes(4 * problem.shape.n_weights), bytes(22))


def test_training_that_diverges_says_so():
    state = GradientState(bytearray(4 * make_problem().shape.n_weights))
    with pytest.raises(errors.ArgumentError, match=r"training diverged in pass [1-9]: .* take a rate below 1e"):
        list(crf_online(make_problem(), state, order=range(5), epochs=9, rate=1e20, l2=0.0, seed=1))


def test_lbfgs_finds_the_minimum():
    problem = make_problem()
    logs = list(crf_batch(problem, iterations=200, l2=0.5))
    weights = logs[-1][1]
    _, gradient = problem.loss_and_gradient(weights)
    assert np.abs(gradient + 0.5 * weights).max() < 2e-2
    values = [epoch.loss for epoch, _ in logs]
    assert values == sorted(values, reverse=True)


def legal_paths(length):
    after = {0: (1, 2), 1: (1, 2), 2: (0, 3), 3: (0, 3)}
    for path in itertools.product(range(4), repeat=length) if length else ():
        if path[0] in (0, 3) and path[-1] in (2, 3) and all(b in after[a] for a, b in itertools.pairwise(path)):
            yield path


def shares_of_paths(problem, weights, begin, length):
    """The probability of each legal path of a sequence."""
    scores = {path: score_of(problem, weights, begin, path) for path in legal_paths(length) if path}
    whole = np.logaddexp.reduce(list(scores.values())) if scores else 0.0
    return {path: np.exp(score - whole) for path, score in scores.items()}


def score_of(problem, weights, begin, path):
    """The formula, word for word."""
    shape, total = problem.shape, 0.0
    for p, tag in enumerate(path, begin):
        for stream, (low, high) in enumerate(shape.windows.tolist()):
            for offset in range(low, high + 1):
                q = p - offset
                if 0 <= q < len(problem.tags) and problem.ids[stream, q] >= 0:
                    total += shape.block(weights, stream)[problem.ids[stream, q], offset - low, tag]
    table = weights[shape.transitions :].reshape(5, 4)
    before = [problem.start_tag if problem.start_tag >= 0 else 4, *path[:-1]]
    return total + sum(table[left, right] for left, right in zip(before, path, strict=True))
