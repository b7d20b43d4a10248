"""Training: it learns, it is the same again, it goes on where it stopped, and it says what is wrong."""

from __future__ import annotations

import pytest

torch = pytest.importorskip("torch", reason="needs torch")

from cnlp.neural.model import predict  # noqa: E402
from cnlp.neural.settings import Settings, defaults  # noqa: E402
from cnlp.neural.trainer import Epoch, Trained, train  # noqa: E402

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
SMALL = {"hidden": 24, "epochs": 6, "rate": 0.01, "batch_size": 4, "patience": 0, "lexicon": False}


def small(**values) -> Settings:
    return defaults("bilstm-crf").with_values({**SMALL, **values})


def weights(trained: Trained):
    return trained.model.state_dict()


def same(one: Trained, other: Trained) -> bool:
    """Bit for bit the same weights, and the same log but for the seconds."""
    def log(trained):
        return [(e.number, e.loss, e.dev) for e in trained.log]

    equal = (torch.equal(value, weights(other)[key]) for key, value in weights(one).items())
    return log(one) == log(other) and all(equal)


def test_learns_what_a_small_corpus_shows() -> None:
    trained = train(small(epochs=15), TRAIN, DEV)
    assert trained.dev == 1.0
    assert predict(trained.model, trained.vocabulary, ["周伟在上海工作"], trained.settings) == [
        [(0, 2, "PER"), (3, 5, "LOC")]
    ]


def test_the_same_seed_gives_the_same_model_and_another_seed_another() -> None:
    first, again, other = (train(small(epochs=2, seed=seed), TRAIN, DEV) for seed in (1, 1, 2))
    assert same(first, again)
    assert not same(first, other)


class Interrupted(Exception):
    pass


@pytest.mark.parametrize("optimiser", ["adam", "sgd"])
@pytest.mark.parametrize("stop", [1, 4])
def test_an_interrupted_run_ends_as_if_it_had_not_been(tmp_path, optimiser, stop) -> None:
    settings = small(optimiser=optimiser, schedule="linear", warmup=0.1)
    whole = train(settings, TRAIN, DEV, out_dir=tmp_path / "whole")

    def interrupt(epoch: Epoch) -> None:
        if epoch.number == stop:
            raise Interrupted

    with pytest.raises(Interrupted):
        train(settings, TRAIN, DEV, out_dir=tmp_path / "parts", on_epoch=interrupt)
    torch.rand(3)  # what others draw does not matter
    resumed = train(settings, TRAIN, DEV, out_dir=tmp_path / "parts", resume=True)
    assert same(whole, resumed)
    assert resumed.best == whole.best
