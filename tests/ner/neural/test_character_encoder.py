"""The character encoder: its sums, its file, its place in taggers."""

from __future__ import annotations

import json
from dataclasses import asdict, replace

import pytest

torch = pytest.importorskip("torch")

from cnlp.errors import ArgumentError, ModelError  # noqa: E402
from cnlp.model.format import ModelFile  # noqa: E402
from cnlp.model.registry import path_of  # noqa: E402
from cnlp.ner.neural import embeddings  # noqa: E402
from cnlp.ner.neural.character_encoder import BREAK, CharacterEncoder, Shape  # noqa: E402
from cnlp.ner.neural.data import collate, encode_parts  # noqa: E402
from cnlp.ner.neural.packing import pack_tagger, unpack_tagger  # noqa: E402
from cnlp.ner.neural.recognizer import NeuralRecognizer  # noqa: E402
from cnlp.ner.neural.settings import defaults  # noqa: E402
from cnlp.ner.neural.trainer import train_neural  # noqa: E402
from cnlp.ner.parts import Part  # noqa: E402

CORPUS = [("王小明在北京工作。", [(0, 3, "PER"), (4, 6, "LOC")]), ("李红去上海", [(0, 2, "PER"), (3, 5, "LOC")])] * 8
CHARACTERS = [BREAK, " ", *"王小明在北京工作李红去上海a。"]
SMALL = Shape(layers=2, size=16, heads=2, length=8)


def encoder_of(shape=SMALL):
    torch.manual_seed(1)
    return CharacterEncoder(CHARACTERS, shape).eval()


def mask_of(*lengths):
    return torch.arange(max(lengths)) < torch.tensor(lengths)[:, None]


@pytest.fixture(scope="module")
def path(tmp_path_factory):
    path = tmp_path_factory.mktemp("encoder") / "small.safetensors"
    encoder_of().save(path, {"description": "for tests"})
    return path


def literal(encoder, ids):
    """The same, character by character, as the head of the module writes it."""
    x = encoder.table.weight[torch.tensor(ids)]
    heads, width = encoder.shape.heads, encoder.size // encoder.shape.heads
    for layer in encoder.layers:
        parts = layer.query_key_value(layer.attention_norm(x))
        query, key, value = parts.view(len(ids), 3, heads, width).unbind(1)
        found = torch.zeros(len(ids), heads, width)
        for h in range(heads):
            for i in range(len(ids)):
                near = [j for j in range(len(ids)) if abs(i - j) < encoder.shape.length]
                scores = torch.stack([turned(query[i, h], i) @ turned(key[j, h], j) for j in near]) / width**0.5
                found[i, h] = torch.softmax(scores, 0) @ value[near, h]
        x = x + layer.output(found.reshape(len(ids), -1))
        x = x + layer.narrow(torch.relu(layer.wide(layer.forward_norm(x))))
    found = encoder.norm(x)
    return found / found.norm(dim=1, keepdim=True)


def turned(vector, place):
    half = len(vector) // 2
    out = torch.empty_like(vector)
    for i in range(half):
        angle = torch.tensor(place * 10000.0 ** (-2 * i / len(vector)))
        a, b = vector[i], vector[half + i]
        out[i], out[half + i] = a * angle.cos() - b * angle.sin(), b * angle.cos() + a * angle.sin()
    return out


@pytest.mark.parametrize("text", ["王", "王小明", "王小明在北京工作。王小明在上海"])
def test_it_is_what_its_formulas_say(text):
    encoder = encoder_of()
    ids = [encoder.rows[BREAK], *encoder.encode(text), encoder.rows[BREAK]]
    torch.testing.assert_close(encoder([text], mask_of(len(text)))[0], literal(encoder, ids)[1:-1])


def test_neither_padding_nor_neighbours_in_a_batch_matter():
    encoder = encoder_of()
    both = encoder(["王小明在北京工作。李红", "去"], mask_of(11, 1))
    assert not both[1, 1:].any()
    torch.testing.assert_close(both[1:, :1], encoder(["去"], mask_of(1)))


def test_text_is_folded_and_what_is_strange_is_unknown():
    encoder = encoder_of()
    assert encoder.encode("Ａ\t龘\ud800") == encoder.encode("a 😀😀")


def test_a_file_has_the_same_encoder_in_bytes(path):
    loaded, made = CharacterEncoder.load(path), encoder_of()
    assert loaded.rows == made.rows and loaded.shape == made.shape and loaded.frozen
    half_bit = 2**-11  # the largest relative error of 16 bits
    for name, weight in made.state_dict().items():
        bound = half_bit * weight.abs()
        if weight.dim() > 1:
            bound = (0.5 / 127 + half_bit) * weight.abs().max(1, keepdim=True).values
        assert ((loaded.state_dict()[name] - weight).abs() <= bound + 1e-7).all()
    with pytest.raises(ModelError, match="'character-encoder'"):
        NeuralRecognizer.load(path)


def test_a_damaged_file_is_an_error(path, tmp_path):
    data, damaged = path.read_bytes(), tmp_path / "damaged.safetensors"
    at = data.index(b"\x00", len(data) // 2)
    for bad in (data[:-9], data[:at] + b"\x01" + data[at + 1 :]):
        damaged.write_bytes(bad)
        with pytest.raises(ModelError, match=r"damaged\.safetensors"):
            CharacterEncoder.load(damaged)


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        ('"layers":"2"', '"layers":"9"', "larger than the file"),
        ('"size":"16"', '"size":"13"', "multiple of twice the heads"),
        ('"size":"16"', '"size":"12"', "shape"),
        ('"heads":"2"', '"heads":"0"', "heads must be above 0"),
        ("layers.1.wide.bias", "layers.1.lost.bias", "no array 'layers.1.wide.bias'"),
    ],
)
def test_a_file_whose_parts_do_not_fit_is_an_error(path, tmp_path, old, new, message):
    changed = tmp_path / "changed.safetensors"
    changed.write_bytes(path.read_bytes().replace(old.encode(), new.encode(), 1))
    with pytest.raises(ModelError, match=message):
        CharacterEncoder.load(changed)


def test_shapes_that_cannot_be():
    with pytest.raises(ArgumentError, match="multiple of twice the heads, 8"):
        Shape(size=12, heads=4)
    with pytest.raises(ArgumentError, match="layers must be above 0, got 0"):
        Shape(layers=0)
    with pytest.raises(ArgumentError, match="line break"):
        CharacterEncoder("王", SMALL)
    settings = replace(defaults("encoder-crf"), character_size=0, bigram_size=0)
    with pytest.raises(ArgumentError, match="no encoder, and character_size and bigram_size are 0"):
        train_neural(settings, CORPUS)


def test_a_tagger_has_all_of_its_encoder(path, tmp_path):
    moved, saved = tmp_path / "moved.safetensors", tmp_path / "model.safetensors"
    moved.write_bytes(path.read_bytes())
    settings = replace(defaults("encoder-crf"), encoder=str(moved), epochs=1)
    model = NeuralRecognizer(settings).fit(CORPUS[:2])
    model.save(saved)
    moved.unlink()
    text = CORPUS[0][0]
    assert NeuralRecognizer.load(saved).predict([text]) == model.predict([text])


def test_what_a_frozen_encoder_says_is_kept_as_long_as_it_is_frozen(path, monkeypatch):
    settings = replace(defaults("bilstm-crf"), encoder=str(path), encoder_frozen=2, epochs=4, batch_size=3, hidden=8)
    encode, told = CharacterEncoder.forward, []

    def telling(encoder, texts, mask):
        if len(texts) > 1:  # not the dev part
            told.append(len(texts))
        return encode(encoder, texts, mask)

    monkeypatch.setattr(CharacterEncoder, "forward", telling)
    kept = train_neural(settings, CORPUS, CORPUS[:1])
    assert told == [2] + [3] * 10  # the two different texts of 16 sentences; then all but one, twice
    monkeypatch.setattr(embeddings, "MOST_BYTES", 0)
    anew = train_neural(settings, CORPUS, CORPUS[:1])
    assert [epoch.loss for epoch in kept.log] == pytest.approx([epoch.loss for epoch in anew.log], rel=1e-3)


def test_an_interrupted_run_with_an_encoder_ends_as_if_it_had_not_been(path, tmp_path):
    settings = replace(defaults("bilstm-crf"), encoder=str(path), encoder_frozen=2, batch_size=3, hidden=8)
    whole = train_neural(replace(settings, epochs=4), CORPUS, CORPUS[:1])

    def interrupt(epoch):
        if epoch.number == 1:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        train_neural(replace(settings, epochs=4), CORPUS, CORPUS[:1], out_dir=tmp_path, on_epoch=interrupt)
    resumed = train_neural(replace(settings, epochs=4), CORPUS, CORPUS[:1], out_dir=tmp_path, resume=True)
    weights = resumed.model.state_dict()
    assert all(torch.equal(weight, weights[name]) for name, weight in whole.model.state_dict().items())


def test_the_shipped_encoder_has_a_name_also_beside_a_folder_called_so(tmp_path, monkeypatch):
    (tmp_path / "small").mkdir()
    monkeypatch.chdir(tmp_path)
    trained = train_neural(replace(defaults("encoder-crf"), encoder="small", encoder_frozen=9, epochs=2), CORPUS)
    assert trained.log[1].loss < trained.log[0].loss
    shipped, used = CharacterEncoder.load("small").state_dict(), trained.model.embeddings.encoder.state_dict()
    assert all(torch.equal(weight, used[name]) for name, weight in shipped.items())
    assert ModelFile(path_of("small")).card["source"] == "python -m recipes.encoder"


def test_a_frozen_encoder_loses_nothing_in_a_tagger_s_file(path):
    settings = replace(defaults("encoder-crf"), encoder=str(path), encoder_frozen=9, epochs=1)
    trained = train_neural(settings, CORPUS[:2])
    model, _, _ = unpack_tagger(*pack_tagger(trained.model, trained.vocabulary, settings))
    weights = model.embeddings.encoder.state_dict()
    assert all(torch.equal(weight, weights[name]) for name, weight in CharacterEncoder.load(path).state_dict().items())


def test_a_tagger_that_promises_a_large_encoder_is_refused(path):
    trained = train_neural(replace(defaults("encoder-crf"), encoder=str(path), epochs=1), CORPUS[:2])
    arrays, card = pack_tagger(trained.model, trained.vocabulary, trained.settings)
    large = json.dumps(asdict(replace(SMALL, size=1 << 20)))
    with pytest.raises(ValueError, match="the layers are larger than the file"):
        unpack_tagger(arrays, {**card, "shape": large})


@pytest.mark.parametrize("model", ["flat", "bilstm-crf", "encoder-crf"])
@pytest.mark.parametrize("frozen", [0, 9])
def test_taggers_learn_with_it(path, model, frozen, tmp_path):
    settings = replace(
        defaults(model), encoder=str(path), encoder_frozen=frozen, encoder_rate=0.5, hidden=16, heads=2,
        feed_forward=16, epochs=4, batch_size=4, rate=0.02, warmup=0.0, character_size=0, bigram_size=0,
    )  # fmt: skip
    trained = train_neural(settings, CORPUS, lexicon=["北京", "上海"])
    assert trained.log[-1].loss < trained.log[0].loss
    encoder = trained.model.embeddings.encoder
    start = CharacterEncoder.load(path).state_dict()
    moved = {name for name, weight in start.items() if not torch.equal(weight, encoder.state_dict()[name])}
    assert moved == (set() if frozen else set(start))
    model = NeuralRecognizer(settings).take(trained, own_lexicon=True)
    model.save(tmp_path / "model.safetensors")
    again = NeuralRecognizer.load(tmp_path / "model.safetensors")
    texts = [text for text, _ in CORPUS]
    assert again.predict(texts) == model.predict(texts)


def test_products_in_16_bits_are_near_and_the_rest_is_in_32(path):
    settings = replace(defaults("encoder-crf"), encoder=str(path), epochs=1, batch_size=4)
    trained = train_neural(settings, CORPUS)
    layer, batch = trained.model.embeddings, collate(encode_parts([Part(CORPUS[:2])], trained.vocabulary, 99)[0])
    plain, _ = layer(batch)
    layer.encoder_bfloat16 = True
    rounded, _ = layer(batch)
    assert rounded.dtype == torch.float32
    assert 0 < (rounded - plain).abs().max() < 0.05
    assert train_neural(replace(settings, encoder_bfloat16=True), CORPUS).log[0].loss != trained.log[0].loss
