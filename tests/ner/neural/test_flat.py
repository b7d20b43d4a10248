"""FLAT: its attention is the paper's formula, and neither padding nor its neighbours in a batch change a sentence."""

from __future__ import annotations

import math
from dataclasses import replace

import pytest

torch = pytest.importorskip("torch")

from cnlp.errors import ArgumentError  # noqa: E402
from cnlp.ner.neural.data import WordLattice  # noqa: E402
from cnlp.ner.neural.flat import FLAT, FUSED, lay_out, relate  # noqa: E402
from cnlp.ner.neural.settings import defaults  # noqa: E402

LENGTHS = (5, 8, 3)
WORDS = ((0, 1, 2), (0, 0, 3), (1, 0, 1), (1, 1, 3), (1, 5, 7), (1, 2, 7))


def lattice_of(words):
    columns = zip(*words, strict=True) if words else ((), (), ())
    return WordLattice(*(torch.tensor(column, dtype=torch.long) for column in columns))


def make(fusion="two", layers=1, residual=False, scaled=False):
    torch.manual_seed(7)
    settings = replace(
        defaults("flat"), hidden=12, heads=3, layers=layers, fusion=fusion, residual=residual, scaled=scaled,
        feed_forward=20, feed_forward_dropout=0.0,
    )  # fmt: skip
    return FLAT(6, 4, settings).double()


def inputs(lengths=LENGTHS, words=WORDS):
    torch.manual_seed(3)
    n = max(lengths)
    mask = torch.arange(n) < torch.tensor(lengths)[:, None]
    characters = torch.randn(len(lengths), n, 6, dtype=torch.double)
    return characters, torch.randn(len(words), 4, dtype=torch.double), lattice_of(words), mask


def literal(model, characters, words, lattice, mask):
    """FLAT sentence by sentence, token by token, as the formulas of cnlp/ner/neural/flat.py say."""
    size, out = model.size, torch.zeros(*mask.shape, model.size, dtype=torch.double)

    def sinusoid(distance):
        steps = [math.exp(-i * math.log(10000) / (size // 2 - 1)) * distance for i in range(size // 2)]
        return torch.tensor([math.sin(x) for x in steps] + [math.cos(x) for x in steps], dtype=torch.double)

    for row, length in enumerate(mask.sum(1).tolist()):
        mine = [e for e in range(len(words)) if lattice.sentence[e] == row]
        places = [(i, i) for i in range(length)] + [(int(lattice.start[e]), int(lattice.end[e])) for e in mine]
        x = [model.character(characters[row, i]) for i in range(length)] + [model.word(words[e]) for e in mine]
        for layer in model.layers:
            after = []
            for i, (hi, ti) in enumerate(places):
                heads = []
                for h in range(layer.heads):
                    cut = slice(h * size // layer.heads, (h + 1) * size // layer.heads)
                    q, scores, values = layer.query(x[i])[cut], [], []
                    for j, (hj, tj) in enumerate(places):
                        four = (hi - hj, hi - tj, ti - hj, ti - tj)
                        vectors = [sinusoid(four[which]) for which in FUSED[model.fusion]]
                        r = layer.relation(torch.relu(model.fuse(torch.cat(vectors))))[cut]
                        key, value = layer.key_value(x[j])[:size][cut], layer.key_value(x[j])[size:][cut]
                        scores.append(((q + layer.u[h]) @ key + (q + layer.w[h]) @ r) * layer.scale)
                        values.append(value)
                    heads.append(torch.softmax(torch.stack(scores), 0) @ torch.stack(values))
                attended = torch.cat(heads)
                attended = layer.attention_norm(attended + x[i] if layer.residual else attended)
                fed = layer.feed_forward(attended)
                after.append(layer.forward_norm(fed + attended if layer.residual else fed))
            x = after
        out[row, :length] = torch.stack(x[:length])
    return out


def gradients(model, out, inputs):
    wanted = [*model.parameters(), *inputs]
    weights = torch.linspace(-1, 1, out.numel(), dtype=out.dtype).view_as(out)
    return torch.autograd.grad((out * weights).sum(), wanted, allow_unused=True)


@pytest.mark.parametrize(
    ("fusion", "layers", "residual", "scaled"),
    [("two", 1, False, False), ("four", 1, False, True), ("two", 2, True, False), ("four", 3, False, False)],
)
def test_it_is_the_formula(fusion, layers, residual, scaled):
    model = make(fusion, layers, residual, scaled)
    characters, words, lattice, mask = inputs()
    characters.requires_grad_(), words.requires_grad_()
    fast = torch.where(mask[..., None], model(characters, words, lattice, mask), 0.0)
    slow = literal(model, characters, words, lattice, mask)
    torch.testing.assert_close(fast, slow, atol=1e-10, rtol=0)
    for one, other in zip(
        gradients(model, fast, (characters, words)), gradients(model, slow, (characters, words)), strict=True
    ):
        torch.testing.assert_close(one, other, atol=1e-9, rtol=0)


@pytest.mark.parametrize("fusion", FUSED)
def test_a_sentence_alone_gives_what_it_gives_in_a_batch(fusion):
    model = make(fusion, layers=2)
    characters, words, lattice, mask = inputs()
    together = model(characters, words, lattice, mask)
    for row, length in enumerate(LENGTHS):
        mine = lattice.sentence == row
        alone = WordLattice(torch.zeros_like(lattice.start[mine]), lattice.start[mine], lattice.end[mine])
        got = model(characters[row : row + 1, :length], words[mine], alone, mask[row : row + 1, :length])
        torch.testing.assert_close(got[0], together[row, :length], atol=1e-10, rtol=0)


def test_padding_changes_nothing():
    model = make()
    characters, words, lattice, mask = inputs()
    wide = torch.nn.functional.pad(characters, (0, 0, 0, 4), value=9.0)
    got = model(wide, words, lattice, torch.nn.functional.pad(mask, (0, 4)))[:, : mask.shape[1]]
    torch.testing.assert_close(got[mask], model(characters, words, lattice, mask)[mask], atol=1e-10, rtol=0)


@pytest.mark.parametrize("lengths", [(1,), (4, 2), (1, 1)])
def test_a_sentence_may_have_no_words(lengths):
    model = make()
    characters, words, lattice, mask = inputs(lengths, ())
    out = torch.where(mask[..., None], model(characters, words, lattice, mask), 0.0)
    torch.testing.assert_close(out, literal(model, characters, words, lattice, mask), atol=1e-10, rtol=0)
    out.sum().backward()


def test_single_precision_is_close_enough():
    model = make()
    characters, words, lattice, mask = inputs()
    exact = model(characters, words, lattice, mask)
    got = model.float()(characters.float(), words.float(), lattice, mask)
    torch.testing.assert_close(got[mask].double(), exact[mask], atol=1e-5, rtol=0)


def test_no_query_has_two_keys_of_the_same_relation():
    *_, lattice, mask = inputs()
    tokens = lay_out(lattice, mask)
    for fusion in FUSED:
        relations = relate(tokens, mask.shape[1], tokens.mask.shape[1], fusion)
        for row in range(len(mask)):
            for line in relations.index[row][:, tokens.mask[row]].tolist():
                assert len(set(line)) == len(line)


def test_heads_must_divide_the_width():
    with pytest.raises(ArgumentError, match=r"hidden 10 .* heads 3"):
        FLAT(6, 4, replace(defaults("flat"), hidden=10, heads=3))


def test_long_sentences_are_worked_off_in_stretches(monkeypatch):
    model = make(layers=2)
    characters, words, lattice, mask = inputs()
    characters.requires_grad_(), words.requires_grad_()
    whole = model(characters, words, lattice, mask)[mask]
    monkeypatch.setattr("cnlp.ner.neural.flat.PRODUCT", 200)
    parts = model(characters, words, lattice, mask)[mask]
    torch.testing.assert_close(parts, whole, atol=1e-12, rtol=0)
    pairs = zip(gradients(model, parts, (characters, words)), gradients(model, whole, (characters, words)), strict=True)
    for one, other in pairs:
        torch.testing.assert_close(one, other, atol=1e-10, rtol=0)
