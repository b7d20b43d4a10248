"""A BERT beside the embeddings: a tiny random one, made here."""

from __future__ import annotations

import shutil
from dataclasses import replace

import pytest

torch = pytest.importorskip("torch")
transformers = pytest.importorskip("transformers")

from cnlp.errors import ArgumentError, ModelError  # noqa: E402
from cnlp.ner.neural.encoder import BERT  # noqa: E402
from cnlp.ner.neural.recognizer import NeuralRecognizer  # noqa: E402
from cnlp.ner.neural.settings import defaults  # noqa: E402
from cnlp.ner.neural.trainer import train_neural  # noqa: E402

VOCABULARY = ["[PAD]", "[UNK]", "[CLS]", "[SEP]", *"王小明在北京工作李红去上海a"]
CORPUS = [("王小明在北京工作。", [(0, 3, "PER"), (4, 6, "LOC")]), ("李红去上海", [(0, 2, "PER"), (3, 5, "LOC")])] * 8


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    path = tmp_path_factory.mktemp("bert")
    torch.manual_seed(1)
    config = transformers.BertConfig(
        vocab_size=len(VOCABULARY), hidden_size=8, num_hidden_layers=1, num_attention_heads=2, intermediate_size=16,
        max_position_embeddings=40,
    )  # fmt: skip
    transformers.BertModel(config).save_pretrained(path)
    (path / "vocab.txt").write_text("\n".join(VOCABULARY) + "\n", encoding="utf-8")
    return path


def mask_of(*lengths):
    return torch.arange(max(lengths)) < torch.tensor(lengths)[:, None]


def test_a_character_has_one_vector_and_padding_none(folder):
    bert = BERT(folder, 20).eval()
    out = bert(["王小明", "李"], mask_of(3, 1))
    assert out.shape == (2, 3, 8)
    assert not out[1, 1:].any()
    torch.testing.assert_close(out[1:, :1], bert(["李"], mask_of(1)))


def test_it_is_what_transformers_says(folder):
    ids = transformers.BertTokenizer.from_pretrained(folder)("王小明在上海", return_tensors="pt")
    whole = transformers.BertModel.from_pretrained(folder).eval()(**ids).last_hidden_state
    torch.testing.assert_close(BERT(folder, 20).eval()(["王小明在上海"], mask_of(6)), whole[:, 1:-1])


def test_unknown_characters_and_capitals(folder):
    bert = BERT(folder, 20).eval()
    strange = bert(["A 😀\ud800"], mask_of(4))
    torch.testing.assert_close(strange, bert(["a龘龘龘"], mask_of(4)))


@pytest.mark.parametrize("model", ["flat", "bilstm-crf"])
def test_it_is_frozen_first_and_trained_then(folder, model):
    settings = replace(
        defaults(model), encoder=str(folder), encoder_frozen=1, hidden=16, heads=2, feed_forward=16, max_length=30,
        epochs=1, batch_size=4, rate=0.01, warmup=0.0,
    )  # fmt: skip
    words = ["北京", "上海", "工作"]
    start = transformers.BertModel.from_pretrained(folder).state_dict()["embeddings.word_embeddings.weight"]

    def trained(epochs):
        result = train_neural(replace(settings, epochs=epochs), CORPUS, lexicon=words)
        return result.model.embeddings.encoder.bert.state_dict()["embeddings.word_embeddings.weight"]

    assert torch.equal(trained(1), start)
    assert 0 < (trained(2) - start).abs().max() < 0.1


def test_a_model_file_needs_the_folder_and_says_so(folder, tmp_path):
    moved = tmp_path / "bert"
    shutil.copytree(folder, moved)
    settings = defaults("bilstm-crf").with_values(
        {"encoder": str(moved), "encoder_frozen": 1, "hidden": 16, "max_length": 30, "epochs": 2, "rate": 0.01}
    )
    model = NeuralRecognizer(settings).fit(CORPUS)
    model.save(tmp_path / "model.safetensors")
    text = "李红在上海"
    assert NeuralRecognizer.load(tmp_path / "model.safetensors").entities(text) == model.entities(text)
    shutil.rmtree(moved)
    with pytest.raises(FileNotFoundError, match="bert"):
        NeuralRecognizer.load(tmp_path / "model.safetensors")
    moved.mkdir()
    with pytest.raises(ModelError, match=r"bert' is not a BERT folder: it has no vocab\.txt"):
        NeuralRecognizer.load(tmp_path / "model.safetensors")


def test_errors_say_what_is_wrong(folder, tmp_path):
    with pytest.raises(ArgumentError, match=r"no vocab\.txt"):
        BERT(tmp_path, 20)
    with pytest.raises(ArgumentError, match="may be 38 with this encoder, got 50"):
        BERT(folder, 50)
    (tmp_path / "vocab.txt").write_text("[PAD]\n", encoding="utf-8")
    with pytest.raises(ArgumentError, match=r"\[CLS\], \[SEP\], \[UNK\] missing"):
        BERT(tmp_path, 20)
    (tmp_path / "vocab.txt").write_bytes(b"\xff\n")
    with pytest.raises(ArgumentError, match="not UTF-8"):
        BERT(tmp_path, 20)
    (tmp_path / "vocab.txt").write_text("\n".join(VOCABULARY), encoding="utf-8")
    with pytest.raises(ArgumentError, match="no BERT can be read"):
        BERT(tmp_path, 20)
    (tmp_path / "config.json").write_text('{"model_type": "gpt2"}', encoding="utf-8")
    with pytest.raises(ArgumentError, match="of the type 'gpt2', wanted 'bert'"):
        BERT(tmp_path, 20)
    for name in ("config.json", "model.safetensors"):
        (tmp_path / name).write_bytes((folder / name).read_bytes())
    (tmp_path / "vocab.txt").write_text("\n".join([*VOCABULARY, "一"]), encoding="utf-8")
    with pytest.raises(ArgumentError, match=rf"more tokens than the model has rows, {len(VOCABULARY)}"):
        BERT(tmp_path, 20)
