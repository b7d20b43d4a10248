"""Pre-training: shards, masks, and runs that resume."""

from __future__ import annotations

from dataclasses import replace

import pytest

torch = pytest.importorskip("torch")
np = pytest.importorskip("numpy")

from cnlp import Segmenter  # noqa: E402
from cnlp.errors import ArgumentError, ModelError  # noqa: E402
from cnlp.ner.neural.character_encoder import BREAK, FIRST_ROW, MASK_ROW  # noqa: E402
from cnlp.ner.neural.masking import Pieces, frequent, mask_words, write_shard  # noqa: E402
from cnlp.ner.neural.pretraining import HELD_OUT, Pretraining, pretrain  # noqa: E402

LINES = ["我在北京大学读书。", "", "  他  去了Ｓｈａｎｇｈａｉ１２次", "长江大桥\ud800"] * 40
TINY = Pretraining(layers=1, size=8, heads=2, length=8, least=1, batch_size=2, steps=4, rate=0.01)


@pytest.fixture(scope="module")
def shard(tmp_path_factory):
    path = tmp_path_factory.mktemp("text") / "1.shard"
    write_shard(LINES * 3, Segmenter(), path)
    return path


def test_a_shard_has_the_folded_text_and_where_words_begin(shard):
    codes, begins = Pieces([shard], 1, 0, 1).read(range(10))
    assert "".join(map(chr, codes[:, 0])) == "我在北京大学读书。\n"
    words, at = [], 0
    for word in [*Segmenter().segment("我在北京大学读书。"), BREAK]:
        words.append(at)
        at += len(word)
    assert np.flatnonzero(begins[:, 0]).tolist() == words
    codes, _ = Pieces([shard], 1, 0, 1).read(range(10, 29))
    assert "".join(map(chr, codes[:, 0])) == "他 去了shanghai00次\n长江大"


def test_an_epoch_has_each_piece_once_and_none_that_is_held_out(shard, tmp_path):
    write_shard(LINES, Segmenter(), tmp_path / "2.shard")
    pieces = Pieces([shard, tmp_path / "2.shard"], 8, 10, 1)
    steps = len(pieces.train) // 4
    epochs = [np.concatenate([pieces.at(epoch * steps + step, 4) for step in range(steps)]) for epoch in (0, 1)]
    for epoch in epochs:
        assert len(set(epoch.tolist())) == len(epoch) > len(pieces.train) - 4
        assert not set(epoch.tolist()) & set(pieces.held.tolist())
    assert epochs[0].tolist() != epochs[1].tolist()
    both = np.concatenate([pieces.read(range(len(pieces.train) + 10))[0].ravel()])
    assert len(both) == 8 * (len(pieces.train) + 10)


def test_rows_are_for_frequent_characters_and_the_line_break(shard):
    counts = Pieces([shard], 8, 0, 1).count()
    assert counts.sum() == sum(len(" ".join(line.split())) + 1 for line in LINES * 3 if line)
    assert counts[ord("大")] == 240
    kept = frequent(counts, 3, 1)
    assert kept[0] == BREAK and len(kept) == 3
    assert "\ud800" not in frequent(counts, 1000, 1)
    assert frequent(np.zeros_like(counts), 10, 5) == [BREAK]


def test_masks_are_of_whole_words_in_the_shares_of_bert():
    rng = np.random.default_rng(1)
    ids = rng.integers(FIRST_ROW, 500, (400, 128))
    begins = rng.random(ids.shape) < 0.6
    masked = mask_words(ids, begins, [7], 500, rng)
    begins[:, 0] = True
    word = np.cumsum(begins).reshape(ids.shape)
    allowed = ids != 7
    assert not masked.chosen[~allowed].any()
    chosen = {number: set() for number in range(1, word[-1, -1] + 1)}
    for number, is_chosen in zip(word[allowed], masked.chosen[allowed], strict=True):
        chosen[number].add(bool(is_chosen))
    assert all(len(each) < 2 for each in chosen.values())
    assert masked.chosen.mean() == pytest.approx(0.15, abs=0.01)
    shown = masked.shown[masked.chosen]
    assert (masked.shown == ids)[~masked.chosen].all() and (masked.true == ids[masked.chosen]).all()
    assert (shown == MASK_ROW).mean() == pytest.approx(0.8, abs=0.02)
    assert (shown == masked.true).mean() == pytest.approx(0.1, abs=0.02)


def test_a_run_learns_and_resumes_bit_for_bit(shard, tmp_path):
    records = []
    whole, log = pretrain(TINY, [shard], folder(tmp_path, "whole"), on_record=records.append)
    assert records == log and [record.step for record in log] == list(range(1, 5))

    def stop(record):
        if record.step == 3:
            raise KeyboardInterrupt

    for stopping in (stop, None):
        place = folder(tmp_path, "parts")
        if stopping:
            with pytest.raises(KeyboardInterrupt):
                pretrain(TINY, [shard], place, checkpoint_seconds=0, on_record=stopping)
        else:
            parts, again = pretrain(TINY, [shard], place)
    assert [replace(record, seconds=0) for record in again] == [replace(record, seconds=0) for record in log]
    for name, weight in whole.state_dict().items():
        assert torch.equal(weight, parts.state_dict()[name])
    assert {path.name for path in place.iterdir()} >= {"checkpoint.pt", "metrics.json"}


def test_the_loss_falls(shard, tmp_path):
    settings = replace(TINY, steps=60, size=16, batch_size=8, rate=0.03)
    _, log = pretrain(settings, [shard], folder(tmp_path, "run"))
    assert log[-1].held_out < log[0].held_out - 0.3


def test_runs_that_cannot_be(shard, tmp_path):
    with pytest.raises(ArgumentError, match=rf"it needs {(HELD_OUT + 500) * 8:,} characters"):
        pretrain(replace(TINY, batch_size=500), [shard], tmp_path)
    with pytest.raises(ArgumentError, match="rate must be above 0, got 0"):
        pretrain(replace(TINY, rate=0.0), [shard], tmp_path)
    pretrain(replace(TINY, steps=1), [shard], tmp_path)
    with pytest.raises(ArgumentError, match="other values of: steps"):
        pretrain(TINY, [shard], tmp_path)
    (tmp_path / "checkpoint.pt").write_bytes(b"no")
    with pytest.raises(ModelError, match="damaged"):
        pretrain(TINY, [shard], tmp_path)


def folder(parent, name):
    path = parent / name
    path.mkdir(exist_ok=True)
    return path
