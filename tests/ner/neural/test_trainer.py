"""Training: it learns, it is the same again, it goes on where it stopped, and it says what is wrong."""

from __future__ import annotations

import json
import signal
from pathlib import Path
from typing import Any

import pytest

torch = pytest.importorskip("torch", reason="needs torch")

import numpy as np  # noqa: E402

from cnlp import errors  # noqa: E402
from cnlp.lexicon.trie import Trie  # noqa: E402
from cnlp.names import VectorMethod  # noqa: E402
from cnlp.ner.neural import trainer as training  # noqa: E402
from cnlp.ner.neural.data import cut_long  # noqa: E402
from cnlp.ner.neural.machine import naming_memory  # noqa: E402
from cnlp.ner.neural.model import NeuralTagger, predict  # noqa: E402
from cnlp.ner.neural.run_folder import read_checkpoint, write_checkpoint  # noqa: E402
from cnlp.ner.neural.settings import Settings, defaults  # noqa: E402
from cnlp.ner.neural.trainer import NeuralEpoch, Trained, train_neural, train_seeds  # noqa: E402
from cnlp.vectors.tables import VectorTable  # noqa: E402
from cnlp.vectors.training import VECTOR_METHODS, train_vectors  # noqa: E402
from cnlp.vectors.vectors import Vectors  # noqa: E402

PEOPLE = ("王明", "李小红", "张伟", "陈静", "刘洋", "赵丽", "周杰", "吴敏")
PLACES = ("北京", "上海", "南京市", "广州", "成都", "杭州")
FRAMES = ("{}在{}工作", "{}昨天到了{}。", "我听说{}住在{}", "{}从{}回来了")


def corpus(people=PEOPLE, places=PLACES):
    """Every person in every frame, at a place."""
    made = []
    for number, person in enumerate(people):
        for at, frame in enumerate(FRAMES):
            place = places[(number + at) % len(places)]
            text = frame.format(person, place)
            spans = [(text.index(word), text.index(word) + len(word), label)
                     for word, label in ((person, "PER"), (place, "LOC"))]  # fmt: skip
            made.append((text, tuple(spans)))
    return made


TRAIN = corpus()
DEV = corpus(("王伟", "李静"), ("北京", "杭州"))
SMALL = {"hidden": 24, "epochs": 6, "rate": 0.01, "schedule": "constant", "batch_size": 4, "patience": 0}


def small(**values) -> Settings:
    return defaults("bilstm-crf").with_values({**SMALL, **values})


def weights(trained: Trained):
    return trained.model.state_dict()


def same(one: Trained, other: Trained) -> bool:
    """Bit for bit the same weights, and the same log except the seconds."""

    def log(trained):
        return [(e.number, e.loss, e.dev) for e in trained.log]

    equal = (torch.equal(value, weights(other)[key]) for key, value in weights(one).items())
    return log(one) == log(other) and all(equal)


def test_learns_what_a_small_corpus_shows() -> None:
    trained = train_neural(small(epochs=15), TRAIN, DEV)
    assert trained.dev == 1.0
    (found,) = predict(trained.model, trained.vocabulary, ["周伟在上海工作"], trained.settings)
    assert [entity[:3] for entity in found] == [(0, 2, "PER"), (3, 5, "LOC")]


def test_the_same_seed_gives_the_same_model_and_another_seed_another() -> None:
    first, again, other = (train_neural(small(epochs=2, seed=seed), TRAIN, DEV) for seed in (1, 1, 2))
    assert same(first, again)
    assert not same(first, other)


class Interrupted(Exception):
    pass


@pytest.mark.parametrize("optimiser", ["adam", "sgd"])
@pytest.mark.parametrize("stop", [1, 4])
def test_an_interrupted_run_ends_as_if_it_had_not_been(tmp_path, optimiser, stop) -> None:
    settings = small(optimiser=optimiser, schedule="linear", warmup=0.1)
    whole = train_neural(settings, TRAIN, DEV, out_dir=tmp_path / "whole")

    def interrupt(epoch: NeuralEpoch) -> None:
        if epoch.number == stop:
            raise Interrupted

    with pytest.raises(Interrupted):
        train_neural(settings, TRAIN, DEV, out_dir=tmp_path / "parts", on_epoch=interrupt)
    torch.rand(3)  # what others draw does not matter
    resumed = train_neural(settings, TRAIN, DEV, out_dir=tmp_path / "parts", resume=True)
    assert same(whole, resumed)
    assert resumed.best == whole.best


def test_a_run_that_is_over_is_not_trained_again(tmp_path) -> None:
    settings = small(epochs=3)
    done = train_neural(settings, TRAIN, DEV, out_dir=tmp_path)
    again = train_neural(
        settings, TRAIN, DEV, out_dir=tmp_path, resume=True, on_epoch=lambda epoch: pytest.fail("trained")
    )
    assert same(done, again)


def test_ctrl_c_without_a_folder_keeps_the_best_model_so_far() -> None:
    def interrupt(epoch: NeuralEpoch) -> None:
        if epoch.number == 2:
            raise KeyboardInterrupt

    stopped = train_neural(small(), TRAIN, DEV, on_epoch=interrupt)
    assert same(stopped, train_neural(small(epochs=2), TRAIN, DEV))


def test_resuming_another_run_or_a_damaged_one_is_refused(tmp_path) -> None:
    train_neural(small(epochs=1), TRAIN, DEV, out_dir=tmp_path)
    with pytest.raises(errors.ArgumentError, match=r"other values of: rate;"):
        train_neural(small(epochs=1, rate=0.5), TRAIN, DEV, out_dir=tmp_path, resume=True)
    with pytest.raises(errors.ArgumentError, match=r"other values of: train;"):
        train_neural(small(epochs=1), TRAIN[1:], DEV, out_dir=tmp_path, resume=True)
    (tmp_path / "checkpoint.pt").write_bytes(b"PK damaged")
    with pytest.raises(errors.ModelError, match=r"checkpoint\.pt: .* damaged"):
        train_neural(small(epochs=1), TRAIN, DEV, out_dir=tmp_path, resume=True)


def test_training_leaves_random_numbers_and_threads_of_others_alone() -> None:
    torch.manual_seed(7)
    expected = torch.rand(3)
    torch.manual_seed(7)
    before = torch.get_num_threads()
    train_neural(small(epochs=1), TRAIN[:4], DEV)
    assert torch.equal(torch.rand(3), expected)
    assert torch.get_num_threads() == before


def test_the_best_epoch_is_kept_and_training_ends_when_no_better_one_comes(monkeypatch) -> None:
    scores = iter([0.2, 0.6, 0.5, 0.6, 0.1, 0.9])
    seen = []

    def score(run: Any, gold: Any) -> Any:
        seen.append({name: value.clone() for name, value in run.model.state_dict().items()})
        value = next(scores)
        return type("Score", (), {"f1": value, "precision": value, "recall": value})

    monkeypatch.setattr(training._Run, "_score", score)
    trained = train_neural(small(patience=3), TRAIN[:8], DEV)
    assert [epoch.dev for epoch in trained.log] == [0.2, 0.6, 0.5, 0.6, 0.1]
    assert (trained.best, trained.dev) == (2, 0.6)
    assert all(torch.equal(value, seen[1][name]) for name, value in weights(trained).items())


def test_without_a_dev_part_the_last_epoch_counts() -> None:
    trained = train_neural(small(epochs=3, patience=1), TRAIN[:8])
    assert (trained.best, trained.dev, len(trained.log)) == (3, None, 3)


def test_the_folder_has_metrics_and_a_picture(tmp_path) -> None:
    pytest.importorskip("matplotlib", reason="the picture needs matplotlib")
    trained = train_neural(small(epochs=2), TRAIN, DEV, out_dir=tmp_path / "deep" / "run")
    folder = tmp_path / "deep" / "run"
    assert sorted(path.name for path in folder.iterdir()) == ["checkpoint.pt", "curve.png", "metrics.json"]
    metrics = json.loads((folder / "metrics.json").read_text("utf-8"))
    assert metrics["settings"] == trained.settings.as_dict()
    assert [epoch["loss"] for epoch in metrics["epochs"]] == [epoch.loss for epoch in trained.log]
    assert metrics["labels"] == ["LOC", "PER"] and metrics["dev"] == trained.dev
    assert (folder / "curve.png").read_bytes().startswith(b"\x89PNG")


def test_several_seeds(tmp_path) -> None:
    results: list[Trained] = []
    best = train_seeds(small(epochs=2), [1, 2], TRAIN, DEV, out_dir=tmp_path, on_seed=results.append)
    assert [result.settings.seed for result in results] == [1, 2]
    assert best.dev == max(result.dev or 0 for result in results)
    summary = json.loads((tmp_path / "summary.json").read_text("utf-8"))
    assert summary["dev"] == {str(result.settings.seed): result.dev for result in results}
    assert summary["mean"] == pytest.approx(sum(summary["dev"].values()) / 2)
    assert (tmp_path / "seed-2" / "metrics.json").exists()
    with pytest.raises(errors.ArgumentError, match="no seeds"):
        train_seeds(small(), [], TRAIN, DEV)


@pytest.mark.parametrize("method", VECTOR_METHODS)
def test_flat_learns_with_vectors_of_each_method(method: VectorMethod, tmp_path: Path) -> None:
    pytest.importorskip("gensim")
    lexicon = Trie.build(["北京", "上海", "工作"])
    learnt = train_vectors([text for text, _ in TRAIN], lexicon, method=method, size=6, epochs=1)
    learnt.save(tmp_path / "v")
    settings = defaults("flat").with_values({**SMALL, "epochs": 1, "heads": 2, "feed_forward": 8})
    trained = train_neural(settings, TRAIN, vectors=Vectors.load(tmp_path / "v"), lexicon=["北京", "上海", "工作"])
    assert (trained.settings.character_size, trained.settings.word_size) == (6, 6)
    assert set(trained.vocabulary.words) == {"北京", "上海", "工作"}


def test_vectors_set_rows_and_widths() -> None:
    matrix = np.arange(12, dtype=np.float16).reshape(2, 6) + 1
    vectors = Vectors(VectorTable(["王", "鑫"], matrix), VectorTable(["在北"], matrix[:1]), card={})
    trained = train_neural(small(epochs=1, rate=1e-9), TRAIN, vectors=vectors)
    assert (trained.settings.character_size, trained.settings.bigram_size, trained.settings.word_size) == (6, 6, 50)
    table = trained.model.embeddings.characters.weight
    for row, char in enumerate("王鑫"):  # one is in the training part, the other is not
        expected = torch.from_numpy(matrix[row].astype("float32"))
        found = table[trained.vocabulary.characters[char]].detach()
        torch.testing.assert_close(found, expected / expected.norm(), rtol=1e-4, atol=1e-4)


# ---- what is wrong is said ----


@pytest.mark.parametrize(
    ("train_part", "dev", "message"),
    [
        ([], DEV, "nothing to learn from: the training part has no text"),
        ([("", ())], DEV, "the training part has no text"),
        ([("今天天气好", ()), ("我走了", ())], DEV, "no sentence of the training part has an entity"),
        (TRAIN, [("今天天气好", ())], "the dev part has no entity"),
        ([*TRAIN, ("在北京", [(1, 9, "LOC")])], DEV, r"sentence 33 of the training part: span \(1, 9\) .* outside"),
        ([("在北京", [(1, 3, "LOC"), (2, 3, "PER")])], DEV, "sentence 1 of the training part: .* overlaps"),
        ([("北" * 99, [(0, 99, "LOC")])], DEV, "an entity is longer than max_length, 64 characters"),
    ],
)
def test_data_that_cannot_be_learnt_from(train_part, dev, message) -> None:
    with pytest.raises(errors.ArgumentError, match=message):
        train_neural(small(max_length=64), train_part, dev)


def test_a_loss_that_is_no_number() -> None:
    message = r"the loss became \w+ in epoch \d+, step \d+ of 8: take a smaller rate"
    with pytest.raises(errors.TrainingError, match=message):
        train_neural(small(optimiser="sgd", rate=1e38, clip=0.0), TRAIN, DEV)


@pytest.mark.parametrize("error", [
    RuntimeError("[enforce fail at alloc_cpu.cpp:127] . DefaultCPUAllocator: can't allocate memory: you tried ..."),
    MemoryError(),
    torch.cuda.OutOfMemoryError("CUDA out of memory. Tried to allocate 20.00 GiB"),
])  # fmt: skip
def test_out_of_memory(monkeypatch, error) -> None:
    def fail(self: Any, batch: Any) -> Any:
        raise error

    monkeypatch.setattr(NeuralTagger, "loss", fail)
    message = "out of memory in epoch 1, with 4 sentences of up to 1?[0-9] characters: take a smaller batch_size"
    with pytest.raises(errors.TrainingError, match=message):
        train_neural(small(), TRAIN, DEV)


def test_a_model_that_does_not_fit_is_an_error_before_the_first_epoch() -> None:
    with pytest.raises(errors.TrainingError, match="out of memory while the model is made: take smaller widths"):
        train_neural(small(hidden=1 << 40), TRAIN, DEV)


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_a_signal_waits_until_a_checkpoint_is_written(tmp_path, monkeypatch, number) -> None:
    class Came(BaseException):
        pass

    def handle(number: int, frame: object) -> None:
        raise Came

    save = torch.save

    def interrupted(state: Any, file: Any) -> None:
        signal.raise_signal(number)
        save(state, file)

    before = signal.signal(number, handle)
    monkeypatch.setattr(torch, "save", interrupted)
    try:
        with pytest.raises(Came):
            write_checkpoint(tmp_path / "checkpoint.pt", {"identity": {}, "epoch": 3})
        assert signal.getsignal(number) is handle
    finally:
        signal.signal(number, before)
    assert read_checkpoint(tmp_path / "checkpoint.pt", {}, torch.device("cpu"))["epoch"] == 3
    assert [path.name for path in tmp_path.iterdir()] == ["checkpoint.pt"]


def test_the_allocator_says_what_the_message_is_known_by() -> None:
    with pytest.raises(errors.TrainingError, match="out of memory here"), naming_memory("here"):
        torch.empty(1 << 60)


def test_other_errors_pass_as_they_are(monkeypatch) -> None:
    def fail(self: Any, batch: Any) -> Any:
        raise RuntimeError("shapes do not match")

    monkeypatch.setattr(NeuralTagger, "loss", fail)
    with pytest.raises(RuntimeError, match="shapes do not match"):
        train_neural(small(), TRAIN, DEV)


@pytest.mark.parametrize("device", ["tpu-9", "cuda:99", "my gpu"])
def test_a_device_that_is_not_there(device) -> None:
    with pytest.raises(errors.ArgumentError, match=f"device {device!r} cannot be used: .*; choose cpu"):
        train_neural(small(), TRAIN, DEV, device=device)


def test_long_sentences_are_cut_and_none_is_dropped() -> None:
    text = "，".join(text for text, _ in TRAIN)
    spans, offset = [], 0
    for sentence, found in TRAIN:
        spans += [(start + offset, end + offset, label) for start, end, label in found]
        offset += len(sentence) + 1
    settings = small(max_length=20)
    trained = train_neural(settings, [(text, spans)] * 3, DEV)
    assert trained.split == 3
    whole, nothing = predict(trained.model, trained.vocabulary, [text, ""], settings)
    pieces = cut_long(text, 20)
    parts = predict(trained.model, trained.vocabulary, [text[start:end] for start, end in pieces], settings)
    shifted = [(start + a, start + b, label) for (start, _), part in zip(pieces, parts, strict=True)
               for a, b, label, _ in part]  # fmt: skip
    assert [entity[:3] for entity in whole] == shifted and len(shifted) > len(TRAIN) and nothing == []


@pytest.mark.parametrize(("name", "value"), [("model", "bert"), ("optimiser", "lbfgs"), ("schedule", "cosine")])
def test_settings_name_what_there_is(name, value) -> None:
    with pytest.raises(errors.ArgumentError, match=f"unknown {name} {value!r}; choose one of: "):
        Settings().with_values({name: value})


@pytest.mark.parametrize(
    ("name", "value", "message"),
    [
        ("output_dropout", 1.0, "must be 0 to 0.99, got 1.0"),
        ("rate", 0.0, "must be at least 1e-09, got 0.0"),
        ("rate", float("nan"), "must be at least 1e-09, got nan"),
        ("hidden", 1, "must be at least 2, got 1"),
        ("hidden", 20.5, "must be of type int, got 20.5"),
        ("scheme", "BILOU", "unknown scheme 'BILOU'; choose one of: BIO, BMES, IOBES"),
    ],
)
def test_values_that_a_setting_cannot_have(name, value, message) -> None:
    with pytest.raises(errors.ArgumentError, match=message):
        Settings().with_values({name: value})


def test_a_setting_that_does_not_exist() -> None:
    with pytest.raises(errors.ArgumentError, match=r"unknown setting 'learning_rate'; choose one of: .*rate"):
        Settings().with_values({"learning_rate": 1})
