"""BiLSTM-CRF: its parts do what the whole needs, and padding changes nothing."""

from __future__ import annotations

import pytest

torch = pytest.importorskip("torch", reason="needs torch")

from cnlp.ner.neural.bilstm_crf import BiLSTM  # noqa: E402
from cnlp.ner.neural.data import Vocabulary, WordLattice, collate, lattice_lexicon  # noqa: E402
from cnlp.ner.neural.embeddings import Embeddings  # noqa: E402
from cnlp.ner.neural.model import NeuralTagger  # noqa: E402
from cnlp.ner.neural.optimiser import SparseSGD, clip_gradient, make_optimisers, rate_factor  # noqa: E402
from cnlp.ner.neural.settings import MODELS, Settings, defaults  # noqa: E402

TRAIN = [
    ("王明在南京市工作", ((0, 2, "PER"), (3, 6, "LOC"))),
    ("他去了长江大桥，明天回来", ((3, 7, "LOC"),)),
    ("李红", ((0, 2, "PER"),)),
]
VOCABULARY = Vocabulary.build(TRAIN, "BMES", lattice_lexicon(["南京", "南京市", "长江", "长江大桥"]))


def nothing() -> WordLattice:
    return WordLattice(*(torch.zeros(0, dtype=torch.long) for _ in range(3)))


def test_both_directions_are_those_of_torch() -> None:
    torch.manual_seed(1)
    ours = BiLSTM(6, 4, Settings(hidden=10, layers=2)).eval()
    torchs = torch.nn.LSTM(6, 5, num_layers=2, bidirectional=True, batch_first=True)
    state = {
        f"{name[:-1]}{layer}{end}": weight
        for end, side in (("", ours.forwards), ("_reverse", ours.backwards))
        for layer, lstm in enumerate(side)
        for name, weight in lstm.state_dict().items()
    }
    torchs.load_state_dict(state)
    characters = torch.randn(3, 7, 6)
    lengths = torch.tensor([7, 1, 4])
    mask = torch.arange(7) < lengths[:, None]
    found = ours(characters, torch.zeros(0, 4), nothing(), mask)
    packed = torch.nn.utils.rnn.pack_padded_sequence(characters, lengths, batch_first=True, enforce_sorted=False)
    expected = torch.nn.utils.rnn.pad_packed_sequence(torchs(packed)[0], batch_first=True)[0]
    torch.testing.assert_close(found[mask], expected[mask])


@pytest.mark.parametrize("name", MODELS)
def test_padding_and_neighbours_change_nothing(name) -> None:
    torch.manual_seed(1)
    settings = defaults(name).with_values({"lexicon": True})
    model = NeuralTagger(VOCABULARY.sizes, VOCABULARY.tags, settings).double().eval()
    examples = [VOCABULARY.encode(text, spans) for text, spans in TRAIN]
    together = collate(examples)
    emissions = model(together)
    losses = []
    for row, example in enumerate(examples):
        alone = collate([example])
        torch.testing.assert_close(model(alone)[0], emissions[row, : len(example.text)])
        torch.testing.assert_close(model.marginals(alone)[0], model.marginals(together)[row, : len(example.text)])
        assert model.decode(alone)[0] == model.decode(together)[row]
        losses.append(model.loss(alone))
    torch.testing.assert_close(model.loss(together), torch.stack(losses).mean())


@pytest.mark.parametrize("name", MODELS)
def test_every_weight_learns(name) -> None:
    torch.manual_seed(1)
    settings = defaults(name).with_values({"lexicon": True})
    model = NeuralTagger(VOCABULARY.sizes, VOCABULARY.tags, settings)
    model.loss(collate([VOCABULARY.encode(text, spans) for text, spans in TRAIN])).backward()
    without = {key for key, weight in model.named_parameters() if weight.grad is None}
    assert without == ({"embeddings.words.weight"} if name in ("bilstm-crf", "encoder-crf") else set())


def test_token_dropout_makes_rows_unknown_but_not_padding() -> None:
    torch.manual_seed(1)
    still = {"embedding_dropout": 0.0, "word_dropout": 0.0}
    embeddings = Embeddings(VOCABULARY.sizes, Settings(token_dropout=0.5, **still))
    batch = collate([VOCABULARY.encode(text) for text, _ in TRAIN])
    width = Settings().character_size
    unknown = embeddings.characters.weight[1]
    learning = embeddings(batch)[0][..., :width]
    hidden = (learning == unknown).all(2)
    assert 0.2 < float(hidden[batch.mask].float().mean()) < 0.8 and not hidden[~batch.mask].any()
    assert not learning[~batch.mask].any()
    assert not (embeddings.eval()(batch)[0][..., :width] == unknown).all(2).any()


def test_a_sparse_step_moves_the_rows_of_the_batch_and_no_others() -> None:
    settings = Settings(optimiser="sgd", token_dropout=0.0)
    model = NeuralTagger(VOCABULARY.sizes, VOCABULARY.tags, settings)
    before = model.embeddings.characters.weight.detach().clone()
    model.loss(collate([VOCABULARY.encode(*TRAIN[2])])).backward()
    for optimiser in make_optimisers(model, settings):
        optimiser.step()
    moved = (model.embeddings.characters.weight.detach() != before).any(1).nonzero()[:, 0].tolist()
    assert moved == sorted(VOCABULARY.characters[char] for char in "李红")


def test_sparse_sgd_is_sgd_where_every_row_has_a_gradient() -> None:
    torch.manual_seed(1)
    one, other = (torch.nn.Embedding(4, 3, sparse=sparse) for sparse in (True, False))
    other.load_state_dict(one.state_dict())
    sparse, dense = SparseSGD([one.weight], 0.1, 0.9), torch.optim.SGD([other.weight], 0.1, momentum=0.9)
    for _ in range(3):
        for table, optimiser in ((one, sparse), (other, dense)):
            optimiser.zero_grad()
            (table(torch.tensor([0, 1, 1, 2, 3])) ** 2).sum().backward()
            optimiser.step()
    torch.testing.assert_close(one.weight, other.weight)


def test_clipping_scales_the_whole_gradient() -> None:
    model = NeuralTagger(VOCABULARY.sizes, VOCABULARY.tags, Settings())
    model.loss(collate([VOCABULARY.encode(*TRAIN[0])])).backward()

    def gradients():
        found = [weight.grad for weight in model.parameters() if weight.grad is not None]
        return torch.cat([grad.to_dense().flatten() for grad in found])

    before = gradients()
    clip_gradient(model, 1e9)
    assert torch.equal(gradients(), before)
    clip_gradient(model, 0.1)
    torch.testing.assert_close(gradients(), before * 0.1 / before.norm())


def test_schedules() -> None:
    def factors(**values):
        settings = Settings(epochs=2, **values)
        return [round(rate_factor(settings, step, 5), 3) for step in range(10)]

    assert factors() == [1.0] * 10
    assert factors(schedule="decay", decay=0.5) == [1.0] * 5 + [0.5] * 5
    assert factors(warmup=0.2) == [0.5] + [1.0] * 9
    assert factors(schedule="linear", warmup=0.2) == [0.5, 1.0, 1.0, 0.875, 0.75, 0.625, 0.5, 0.375, 0.25, 0.125]
