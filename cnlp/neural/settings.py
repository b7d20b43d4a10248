"""Every hyper-parameter of the neural taggers and their training, in one place. Imports no torch."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass, fields, replace
from typing import Any

from cnlp import errors

MODELS = ("bilstm-crf", "lattice-lstm", "flat")
OPTIMISERS = ("adam", "sgd")
SCHEDULES = ("constant", "decay", "linear")
FUSIONS = ("two", "four")


@dataclass(frozen=True)
class Settings:
    """What a run depends on, beside its data. The same settings and data give the same model.

    Attributes:
        model: ``"bilstm-crf"``, ``"lattice-lstm"`` or ``"flat"``.
        scheme: the tags: ``"BMES"`` or ``"BIO"``.
        lexicon: give the encoder the lexicon's words; BiLSTM-CRF has no place for them.
        encoder: folder of a BERT model whose output stands beside the character's embedding; ``""``: none.
        encoder_frozen: epochs in which it is not trained.
        encoder_rate: its share of the step size behind them.
        max_length: longer sentences are cut, where they must be, for training and tagging alike; characters.
        character_size, bigram_size, word_size: width of the embeddings; vectors that are given replace it.
        normalise: scale the rows of vectors and of random embeddings to length 1.
        hidden: width of the encoder's output, both directions together.
        layers: layers of the encoder.
        heads: attention heads (FLAT).
        feed_forward: width of the feed-forward layer (FLAT).
        fusion: how many distances FLAT fuses: ``"two"``, as its code does, or ``"four"``, as its paper does.
        residual: add what comes into a part of FLAT's layer to what comes out, as its code does not.
        scaled: divide FLAT's scores by the root of a head's width, as its code does not.
        embedding_dropout, word_dropout: of embedded characters and of embedded words.
        output_dropout: of the encoder's output.
        feed_forward_dropout: inside FLAT.
        token_dropout: share of characters, bigrams and words that training replaces by the unknown one.
        epochs: at most so many passes over the training part.
        patience: stop after so many epochs without a better score on the dev part; 0: never.
        batch_size: sentences a step.
        optimiser: ``"adam"`` or ``"sgd"``.
        rate: step size.
        momentum: of sgd.
        schedule: of the step size behind the warm-up: ``"constant"``; ``"decay"``: times ``decay`` an epoch;
            ``"linear"``: to zero at the last step.
        warmup: share of all steps in which the step size rises from zero.
        decay: see ``schedule``.
        weight_decay: share of the weights that a step of size 1 takes away; embeddings are spared.
        clip: greatest norm of a step's gradient; 0: any.
        seed: of weights, dropout and the order of sentences.
    """

    model: str = "bilstm-crf"
    scheme: str = "BMES"
    lexicon: bool = True
    encoder: str = ""
    encoder_frozen: int = 20
    encoder_rate: float = 0.05
    max_length: int = 256
    character_size: int = 50
    bigram_size: int = 50
    word_size: int = 50
    normalise: bool = True
    hidden: int = 200
    layers: int = 1
    heads: int = 8
    feed_forward: int = 384
    fusion: str = "two"
    residual: bool = False
    scaled: bool = False
    embedding_dropout: float = 0.5
    word_dropout: float = 0.5
    output_dropout: float = 0.3
    feed_forward_dropout: float = 0.15
    token_dropout: float = 0.1
    epochs: int = 20
    patience: int = 5
    batch_size: int = 10
    optimiser: str = "adam"
    rate: float = 1e-3
    momentum: float = 0.9
    schedule: str = "constant"
    warmup: float = 0.0
    decay: float = 0.95
    weight_decay: float = 0.0
    clip: float = 5.0
    seed: int = 1

    def __post_init__(self) -> None:
        choices_of = {"model": MODELS, "optimiser": OPTIMISERS, "schedule": SCHEDULES, "fusion": FUSIONS}
        for name, choices in choices_of.items():
            if getattr(self, name) not in choices:
                raise errors.unknown_choice(name, getattr(self, name), choices)

    def with_values(self, values: Mapping[str, Any]) -> Settings:
        """The same with other values, as a file or flags give them.

        Raises:
            ArgumentError: there is no such setting, or it cannot have this value.

        >>> Settings().with_values({"rate": 0.01}).rate
        0.01
        """
        known = {field.name for field in fields(self)}
        for name in values:
            if name not in known:
                raise errors.unknown_choice("setting", name, sorted(known))
        return replace(self, **values)

    def as_dict(self) -> dict[str, Any]:
        """All of them by name, ready for JSON."""
        return asdict(self)


# By model, then by corpus; "" for any corpus.
_DEFAULTS: dict[str, dict[str, dict[str, Any]]] = {
    "bilstm-crf": {"": {"lexicon": False}},
    # Width and dropouts of the inputs are the paper's (Zhang and Yang 2018). Its 100 epochs of SGD, one sentence a
    # step, give way to Adam with a rate that falls to zero, whose last epochs are the best: no early stop. Rates and
    # epochs are chosen on the dev parts of Resume and Weibo.
    "lattice-lstm": {
        "": {"rate": 1.5e-3, "schedule": "linear", "epochs": 10, "patience": 0},
        "weibo": {"rate": 2e-3, "epochs": 20},
        "msra": {"batch_size": 16, "epochs": 8},
    },
    # Width on MSRA is that of FLAT's code there (Li et al. 2020): 8 heads of 20.
    "flat": {
        "": {"hidden": 128},
        "msra": {"hidden": 160, "feed_forward": 480, "schedule": "linear", "warmup": 0.05, "epochs": 10, "patience": 0},
    },
}


def defaults(model: str, corpus: str = "") -> Settings:
    """The settings of a model, for a corpus (``"resume"``, ``"weibo"``, ``"msra"``) or any.

    Raises:
        ArgumentError: there is no such model.

    >>> defaults("flat").hidden
    128
    """
    if model not in _DEFAULTS:
        raise errors.unknown_choice("model", model, MODELS)
    chosen = _DEFAULTS[model]
    return Settings(model=model, **{**chosen[""], **chosen.get(corpus, {})})
