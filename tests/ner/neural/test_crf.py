"""The CRF is what its formula says: every path is counted by hand."""

from __future__ import annotations

import math
from itertools import pairwise, product

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

torch = pytest.importorskip("torch", reason="needs torch")

from cnlp.ner.neural.crf import CRFLayer  # noqa: E402
from cnlp.sequence.schemes import get_scheme, tag_set, transition_mask  # noqa: E402

SCHEMES = {
    "BMES": tag_set("BMES", ["PER"]),
    "BIO": tag_set("BIO", ["PER", "LOC"]),
    "free": [str(number) for number in range(3)],
}
BATCHES = st.tuples(
    st.sampled_from(sorted(SCHEMES)),
    st.lists(st.integers(1, 5), min_size=1, max_size=4),
    st.integers(0, 10_000),
    st.sampled_from([0.1, 1.0, 10.0]),
)


def build(scheme, lengths, seed, scale=1.0):
    """A CRF with random scores, random emissions (double precision) and their mask."""
    tags = SCHEMES[scheme]
    size = len(tags)
    allowed = bytes([1]) * (size * (size + 2)) if scheme == "free" else transition_mask(tags, scheme)
    generator = torch.Generator().manual_seed(seed)
    crf = CRFLayer(allowed).double()
    with torch.no_grad():
        for scores in crf.parameters():
            scores.copy_(torch.randn(scores.shape, generator=generator, dtype=torch.double) * scale)
    emissions = torch.randn(len(lengths), max(lengths), size, generator=generator, dtype=torch.double) * scale
    mask = torch.arange(max(lengths)) < torch.tensor(lengths)[:, None]
    return crf, emissions.requires_grad_(), mask


def legal_paths(scheme, length):
    """Every path that the scheme allows, by number."""
    tags = SCHEMES[scheme]
    for path in product(range(len(tags)), repeat=length):
        names = [None, *(tags[number] for number in path), None]
        may_follow = (lambda one, other: True) if scheme == "free" else get_scheme(scheme).may_follow
        if all(may_follow(one, other) for one, other in pairwise(names)):
            yield path


def score(crf, emissions, path):
    """The score of one path, as the head of crf.py defines it; ``emissions`` (n, T)."""
    total = crf.first[path[0]] + crf.last[path[-1]]
    total = total + sum(emissions[position, tag] for position, tag in enumerate(path))
    return total + sum(crf.transitions[one, other] for one, other in pairwise(path))


@settings(deadline=None, max_examples=40)
@given(BATCHES)
def test_likelihood_and_gradient_are_those_of_all_paths(batch) -> None:
    scheme, lengths, seed, scale = batch
    crf, emissions, mask = build(scheme, lengths, seed, scale)
    paths = [list(legal_paths(scheme, length)) for length in lengths]
    gold = [some[seed % len(some)] for some in paths]
    tags = torch.zeros(mask.shape, dtype=torch.long)
    expected = []
    for row, (some, chosen) in enumerate(zip(paths, gold, strict=True)):
        tags[row, : len(chosen)] = torch.tensor(chosen)
        scores = torch.stack([score(crf, emissions[row], path) for path in some])
        expected.append(score(crf, emissions[row], chosen) - scores.logsumexp(0))
    # Each sentence has a different weight, so that no gradient can hide another.
    weights = torch.arange(1.0, len(lengths) + 1, dtype=torch.double)
    wanted = [emissions, *crf.parameters()]
    total = (torch.stack(expected) * weights).sum()
    by_hand = torch.autograd.grad(total, wanted, allow_unused=True, materialize_grads=True)
    found = crf.log_likelihood(emissions, tags, mask)
    gradients = torch.autograd.grad((found * weights).sum(), wanted)
    torch.testing.assert_close(found, torch.stack(expected))
    for one, other in zip(gradients, by_hand, strict=True):
        torch.testing.assert_close(one, other, rtol=1e-7, atol=1e-9)


@settings(deadline=None, max_examples=40)
@given(BATCHES)
def test_marginals_are_the_shares_of_all_paths(batch) -> None:
    scheme, lengths, seed, scale = batch
    crf, emissions, mask = build(scheme, lengths, seed, scale)
    found = crf.marginals(emissions, mask)
    for row, length in enumerate(lengths):
        paths = list(legal_paths(scheme, length))
        shares = torch.stack([score(crf, emissions[row], path) for path in paths]).softmax(0)
        expected = torch.zeros(found.shape[1:], dtype=torch.double)
        for path, share in zip(paths, shares, strict=True):
            for position, tag in enumerate(path):
                expected[position, tag] += share.detach()
        torch.testing.assert_close(found[row], expected)


def shares_of_paths(crf, emissions, paths, temperature):
    """The probability of each path, where all scores are divided by the temperature."""
    return (torch.stack([score(crf, emissions, path) for path in paths]) / temperature).softmax(0)


@settings(deadline=None, max_examples=30)
@given(BATCHES, st.sampled_from([0.5, 1.0, 3.0]))
def test_a_teachers_cross_entropy_and_its_gradient_are_those_of_all_paths(batch, temperature) -> None:
    scheme, lengths, seed, scale = batch
    crf, emissions, mask = build(scheme, lengths, seed, scale)
    teacher, others, _ = build(scheme, lengths, seed + 1, scale)
    with torch.no_grad():
        targets, pairs = teacher.expected(others, mask, temperature)
    expected = []
    for row, length in enumerate(lengths):
        paths = list(legal_paths(scheme, length))
        theirs = shares_of_paths(teacher, others[row], paths, temperature).detach()
        ours = shares_of_paths(crf, emissions[row], paths, temperature)
        expected.append(-(theirs * ours.clamp(min=1e-300).log()).sum())
        counts = torch.zeros(pairs.shape[1:])
        for path, share in zip(paths, theirs, strict=True):
            for one, other in pairwise(path):
                counts[one, other] += share
        torch.testing.assert_close(pairs[row], counts, atol=1e-5, rtol=1e-4)
    found = crf.cross_entropy(emissions, targets.double(), pairs.double(), mask, temperature)
    torch.testing.assert_close(found, torch.stack(expected), rtol=1e-4, atol=1e-4)
    wanted = [emissions, *crf.parameters()]
    weights = torch.arange(1.0, len(lengths) + 1, dtype=torch.double)
    by_hand = torch.autograd.grad(
        (torch.stack(expected) * weights).sum(), wanted, allow_unused=True, materialize_grads=True
    )
    gradients = torch.autograd.grad((found * weights).sum(), wanted)
    for one, other in zip(gradients, by_hand, strict=True):
        torch.testing.assert_close(one, other, rtol=1e-4, atol=1e-4)


@settings(deadline=None, max_examples=60)
@given(BATCHES)
def test_the_decoded_path_is_legal_and_the_best(batch) -> None:
    scheme, lengths, seed, scale = batch
    crf, emissions, mask = build(scheme, lengths, seed, scale)
    with torch.no_grad():
        for row, path in enumerate(crf.decode(emissions, mask)):
            some = list(legal_paths(scheme, lengths[row]))
            scores = [float(score(crf, emissions[row], other)) for other in some]
            assert tuple(path) == some[scores.index(max(scores))]


def test_padding_changes_nothing() -> None:
    crf, emissions, mask = build("BMES", [4, 2], 5)
    alone, only = emissions[1:, :2], mask[1:, :2]
    junk = emissions.detach().clone()
    junk[1, 2:] = 1e4  # values after the end of a sentence do not count
    tags = torch.zeros(2, 4, dtype=torch.long)
    other = tags.clone()
    other[1, 2:] = 3
    one = crf.log_likelihood(emissions[1:, :2], tags[1:, :2], only)
    torch.testing.assert_close(crf.log_likelihood(junk, other, mask)[1:], one)
    torch.testing.assert_close(crf.marginals(junk, mask)[1:, :2], crf.marginals(alone, only))
    assert not crf.marginals(junk, mask)[1, 2:].any()
    assert crf.decode(junk, mask)[1] == crf.decode(alone, only)[0]


def test_nothing_overflows_on_long_sentences_and_extreme_scores() -> None:
    tags = tag_set("BMES", ["PER", "LOC"])
    crf = CRFLayer(transition_mask(tags, "BMES"))
    for scale in (1e-3, 1.0, 100.0):
        emissions = (torch.randn(3, 700, len(tags)) * scale).requires_grad_()
        mask = torch.arange(700) < torch.tensor([700, 1, 30])[:, None]
        found = crf.log_likelihood(emissions, torch.zeros(3, 700, dtype=torch.long), mask)
        found.sum().backward()
        assert found.isfinite().all() and (found <= 1e-2).all()
        assert emissions.grad is not None and emissions.grad.isfinite().all()
        assert all(scores.grad is not None and scores.grad.isfinite().all() for scores in crf.parameters())
        shares = crf.marginals(emissions, mask).sum(2)
        torch.testing.assert_close(shares, mask.float(), rtol=1e-4, atol=1e-4)


def test_what_the_scheme_forbids_has_no_probability() -> None:
    tags = SCHEMES["BMES"]
    crf = CRFLayer(transition_mask(tags, "BMES"))
    emissions = torch.zeros(1, 3, len(tags))
    emissions[..., tags.index("M-PER")] = 50.0
    mask = torch.ones(1, 3, dtype=torch.bool)
    path = [tags[number] for number in crf.decode(emissions, mask)[0]]
    assert path == ["B-PER", "M-PER", "E-PER"]
    assert crf.marginals(emissions, mask)[0, 0, tags.index("M-PER")] == 0
    outside = torch.zeros(1, 3, dtype=torch.long)
    assert math.isclose(float(crf.log_likelihood(emissions, outside, mask).detach()), -50, rel_tol=1e-3)
