"""The batched Lattice LSTM gives what the paper's formulas give, written down word by word."""

from __future__ import annotations

import random
from dataclasses import replace

import pytest

torch = pytest.importorskip("torch")

from cnlp.errors import ArgumentError  # noqa: E402
from cnlp.ner.neural.data import WordLattice  # noqa: E402
from cnlp.ner.neural.lattice_lstm import LatticeLSTM  # noqa: E402
from cnlp.ner.neural.settings import defaults  # noqa: E402

CHARACTER_SIZE, WORD_SIZE = 5, 3
SETTINGS = replace(defaults("lattice-lstm"), hidden=8)

Word = tuple[int, int]  # first and last character


def encoder(seed: int = 0, lexicon: bool = True) -> LatticeLSTM:
    torch.manual_seed(seed)
    made = LatticeLSTM(CHARACTER_SIZE, WORD_SIZE, replace(SETTINGS, lexicon=lexicon)).double()
    with torch.no_grad():
        for parameter in made.parameters():
            parameter.normal_(0, 0.5)
    return made


def literal(model: LatticeLSTM, characters, words, lattice: list[Word]):
    """Section 3.2 of the paper for one sentence, character by character: (n, C) and (E, W) to (n, hidden)."""
    n, width = len(characters), model.size // 2
    directions = []
    for direction in range(2):
        last = n - 1
        order = range(n) if direction == 0 else range(n - 1, -1, -1)
        spans = [(a, b) if direction == 0 else (last - b, last - a) for a, b in lattice]
        w_character = model.character.weight.view(2, 4, width, CHARACTER_SIZE)[direction]
        b_character = model.character.bias.view(2, 4, width)[direction]
        w_word = model.word.weight.view(2, 3, width, WORD_SIZE)[direction]
        b_word = model.word.bias.view(2, 3, width)[direction]
        u = model.recurrent[direction].view(width, 3, width)
        u_word = model.word_recurrent[direction].view(width, 3, width)
        u_gate = model.word_gate[direction]
        h: list[torch.Tensor] = []
        c: list[torch.Tensor] = []
        for j, position in enumerate(order):
            x = characters[position]
            before_h = h[-1] if h else x.new_zeros(width)
            before_c = c[-1] if c else x.new_zeros(width)
            o, i, g = (w_character[k] @ x + b_character[k] + before_h @ u[:, k] for k in range(3))
            o, i, g = torch.sigmoid(o), torch.sigmoid(i), torch.tanh(g)
            gates, cells = [i], [g]
            for (start, end), vector in zip(spans, words, strict=True):
                if end == j:
                    wi, wf, wg = (w_word[k] @ vector + b_word[k] + h[start] @ u_word[:, k] for k in range(3))
                    cell = torch.sigmoid(wf) * c[start] + torch.sigmoid(wi) * torch.tanh(wg)
                    gates.append(torch.sigmoid(w_character[3] @ x + b_character[3] + cell @ u_gate))
                    cells.append(cell)
            if len(cells) > 1:
                share = torch.softmax(torch.stack(gates), 0)
                c.append((share * torch.stack(cells)).sum(0))
            else:
                c.append(i * g + (1 - i) * before_c)
            h.append(o * torch.tanh(c[-1]))
        directions.append(torch.stack(h if direction == 0 else h[::-1]))
    return torch.cat(directions, 1)


def random_lattice(rng: random.Random, length: int, share: float) -> list[Word]:
    """Words of 2 to 5 characters, each span taken with probability `share`, in the order of a batch."""
    spans = [(a, b) for b in range(length) for a in range(max(0, b - 4), b)]
    return [span for span in spans if rng.random() < share]


def batched(sentences):
    """Sentences of (characters, words, lattice) as the encoder's arguments."""
    lengths = [len(characters) for characters, _, _ in sentences]
    characters = torch.nn.utils.rnn.pad_sequence([characters for characters, _, _ in sentences], batch_first=True)
    words = torch.cat([words for _, words, _ in sentences])
    rows = [(s, a, b) for s, (_, _, lattice) in enumerate(sentences) for a, b in lattice]
    columns = torch.tensor(rows, dtype=torch.long).view(-1, 3).t()
    mask = torch.arange(max(lengths)) < torch.tensor(lengths).unsqueeze(1)
    return characters, words, WordLattice(*columns), mask


def drawn(seed: int, lengths: list[int], share: float):
    rng = random.Random(seed)
    torch.manual_seed(seed)
    sentences = []
    for length in lengths:
        lattice = random_lattice(rng, length, share)
        characters = torch.randn(length, CHARACTER_SIZE, dtype=torch.float64, requires_grad=True)
        words = torch.randn(len(lattice), WORD_SIZE, dtype=torch.float64, requires_grad=True)
        sentences.append((characters, words, lattice))
    return sentences


@pytest.mark.parametrize("share", [0.0, 0.3, 1.0])
@pytest.mark.parametrize("lengths", [[1], [2], [6, 6], [8, 1, 4, 2]])
def test_outputs_and_gradients_are_those_of_the_formulas(lengths: list[int], share: float) -> None:
    model = encoder()
    sentences = drawn(len(lengths), lengths, share)
    leaves = [*model.parameters(), *(leaf for sentence in sentences for leaf in sentence[:2])]
    weights = [torch.randn(length, model.size, dtype=torch.float64) for length in lengths]

    expected = [literal(model, *sentence) for sentence in sentences]
    total = sum((out * weight).sum() for out, weight in zip(expected, weights, strict=True))
    wanted = torch.autograd.grad(total, leaves, allow_unused=True)

    outputs = model(*batched(sentences))
    assert outputs.shape == (len(lengths), max(lengths), model.size)
    total = sum((outputs[s, : len(weight)] * weight).sum() for s, weight in enumerate(weights))
    gradients = torch.autograd.grad(total, leaves, allow_unused=True)

    for s, out in enumerate(expected):
        torch.testing.assert_close(outputs[s, : len(out)], out, atol=1e-9, rtol=0)
        assert not outputs[s, len(out) :].any()
    for leaf, got, want in zip(leaves, gradients, wanted, strict=True):
        zeros = torch.zeros_like(leaf)
        torch.testing.assert_close(zeros if got is None else got, zeros if want is None else want, atol=1e-9, rtol=0)


def test_single_precision_stays_within_1e_5() -> None:
    model = encoder(3)
    sentences = drawn(3, [30, 12, 21], 0.3)
    expected = model(*batched(sentences)).detach()
    single = [(characters.float(), words.float(), lattice) for characters, words, lattice in sentences]
    outputs = model.float()(*batched(single)).detach()
    torch.testing.assert_close(outputs.double(), expected, atol=1e-5, rtol=0)


def test_the_gradient_is_that_of_finite_differences() -> None:
    model = encoder(1)
    characters, words, lattice, mask = batched(drawn(1, [5, 3], 0.5))
    inputs = characters.detach().requires_grad_(), words.detach().requires_grad_()
    assert torch.autograd.gradcheck(lambda *given: model(*given, lattice, mask), inputs, fast_mode=True)


def test_padding_and_neighbours_change_nothing() -> None:
    model = encoder(2)
    sentences = drawn(2, [4, 11, 1, 8], 0.4)
    together = model(*batched(sentences))
    for s, sentence in enumerate(sentences):
        alone = model(*batched([sentence]))[0]
        torch.testing.assert_close(together[s, : len(alone)], alone, atol=1e-12, rtol=0)
        noise = sentence[0].detach()
        longer = batched([(torch.cat((noise, torch.full((5, CHARACTER_SIZE), 1e3).double())), *sentence[1:])])
        mask = torch.arange(len(noise) + 5).unsqueeze(0) < len(noise)
        torch.testing.assert_close(model(*longer[:3], mask)[0, : len(noise)], alone, atol=1e-12, rtol=0)


def test_without_the_lexicon_words_are_not_read() -> None:
    plain = encoder(4, lexicon=False)
    full = encoder(4)
    characters, words, lattice, mask = batched(drawn(4, [6, 9], 0.5))
    outputs = plain(characters, words, lattice, mask)
    nothing = WordLattice(*(column[:0] for column in lattice))
    torch.testing.assert_close(outputs, full(characters, words[:0], nothing, mask), atol=0, rtol=0)
    assert not torch.allclose(outputs, full(characters, words, lattice, mask))
    assert sum(p.numel() for p in plain.parameters()) == sum(p.numel() for p in full.parameters())


def test_no_gradient_is_kept_where_none_is_asked_for() -> None:
    model = encoder(5)
    arguments = batched(drawn(5, [6, 3], 0.5))
    with torch.no_grad():
        outputs = model(*arguments)
    assert not outputs.requires_grad
    with torch.inference_mode():
        torch.testing.assert_close(model(*arguments), outputs, atol=0, rtol=0)


def test_the_same_input_gives_the_same_bits() -> None:
    model = encoder(6)
    arguments = batched(drawn(6, [20, 20, 13], 0.6))
    first, second = model(*arguments), model(*arguments)
    assert torch.equal(first, second)
    gradients = [torch.autograd.grad(out.square().sum(), model.parameters()) for out in (first, second)]
    assert all(torch.equal(a, b) for a, b in zip(*gradients, strict=True))


def test_the_start_is_that_of_the_papers_code() -> None:
    model = LatticeLSTM(CHARACTER_SIZE, WORD_SIZE, SETTINGS)
    width = model.size // 2
    for block in model.character.weight.data.split(width):
        torch.testing.assert_close(block @ block.t(), torch.eye(width))
    assert torch.equal(model.recurrent[0, :, :width], torch.eye(width))
    assert not model.word.bias.any()


@pytest.mark.parametrize(("name", "value"), [("hidden", 7), ("layers", 2)])
def test_sizes_it_cannot_have_are_refused(name: str, value: int) -> None:
    with pytest.raises(ArgumentError, match=f"{name} is {value}"):
        LatticeLSTM(CHARACTER_SIZE, WORD_SIZE, replace(SETTINGS, **{name: value}))
