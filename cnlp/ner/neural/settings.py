"""Every hyper-parameter of the neural taggers and their training, in one place. Imports no torch."""

from __future__ import annotations

import json
import os
from collections.abc import Mapping
from dataclasses import asdict, dataclass, fields, replace
from typing import Any

from cnlp import errors
from cnlp.sequence.schemes import get_scheme

MODELS = ("bilstm-crf", "lattice-lstm", "flat", "encoder-crf")
TUNED_CORPORA = ("resume", "weibo", "msra")  # those that defaults were chosen for
OPTIMISERS = ("adam", "sgd")
SCHEDULES = ("constant", "decay", "linear")
FUSIONS = ("two", "four")


# Least and most values; of others whole numbers are 1 at least, the rest 0.
_SHARE = (0, 0.99)
_RANGES: dict[str, tuple[float, float | None]] = {
    **dict.fromkeys(("embedding_dropout", "word_dropout", "output_dropout", "feed_forward_dropout"), _SHARE),
    **dict.fromkeys(("token_dropout", "momentum"), _SHARE),
    **dict.fromkeys(("patience", "encoder_frozen", "character_size", "bigram_size", "word_size"), (0, None)),
    "seed": (0, errors.MAX_SEED),
    "warmup": (0, 1),
    "rate": (1e-9, None),
    "hidden": (2, None),
}


@dataclass(frozen=True)
class Settings:
    """The settings of a run. The same settings and data give the same model.

    Attributes:
        model: ``"bilstm-crf"``, ``"lattice-lstm"``, ``"flat"``, or ``"encoder-crf"``: a CRF on the embeddings and the
            encoder's output.
        scheme: the tags: ``"BMES"`` or ``"BIO"``.
        lexicon: give the encoder the lexicon's words; BiLSTM-CRF has no place for them.
        encoder: ``"small"``, the shipped one; a file of ``cnlp train encoder``, or the folder of a BERT model. Its
            output is concatenated to the character's embedding; ``""``: none.
        encoder_frozen: epochs in which it is not trained.
        encoder_rate: its share of the step size after them.
        encoder_bfloat16: multiply its matrices in 16 bits, two to three times as fast on processors that can.
        max_length: longer sentences are split, in training and in tagging; characters.
        least: a character, bigram or word that the training part has less often, and the vectors have not, is unknown.
        character_size, bigram_size, word_size: width of the embeddings, 0 for none; vectors that are given replace it.
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
        schedule: of the step size after the warm-up: ``"constant"``; ``"decay"``: times ``decay`` an epoch;
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
    encoder_bfloat16: bool = False
    max_length: int = 256
    least: int = 1
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
        get_scheme(self.scheme)
        for name, value in self.as_dict().items():
            least, most = _RANGES.get(name, (1, None) if type(value) is int else (0, None))
            if type(value) in (int, float) and not (least <= value and (most is None or value <= most)):
                bounds = f"at least {least}" if most is None else f"{least} to {most}"
                raise errors.ArgumentError(f"setting {name} must be {bounds}, got {value}")

    def with_values(self, values: Mapping[str, Any]) -> Settings:
        """The same with other values, as a file or flags give them.

        Raises:
            ArgumentError: there is no such setting, or it cannot have this value.

        >>> Settings().with_values({"rate": 0.01}).rate
        0.01
        """
        known = {field.name for field in fields(self)}
        given = dict(values)
        for name, value in values.items():
            if name not in known:
                raise errors.unknown_choice("setting", name, sorted(known))
            wanted = type(getattr(self, name))
            if wanted is float and type(value) is int:
                given[name] = float(value)
            elif type(value) is not wanted:
                raise errors.ArgumentError(f"setting {name} must be of type {wanted.__name__}, got {value!r}")
        return replace(self, **given)

    def as_dict(self) -> dict[str, Any]:
        """All of them by name, ready for JSON."""
        return asdict(self)


# By model, then by corpus; "" for any corpus.
_DEFAULTS: dict[str, dict[str, dict[str, Any]]] = {
    # One layer of 100 a direction, as Lattice LSTM has. One rate for each corpus was tried, on the dev parts of Resume
    # and Weibo; no other.
    "bilstm-crf": {
        "": {"lexicon": False, "rate": 2e-3, "schedule": "linear", "epochs": 10, "patience": 0},
        "weibo": {"rate": 3e-3, "epochs": 20},
        "msra": {"batch_size": 16, "epochs": 8},
    },
    # Not tuned: what the encoder learnt is to be kept, so less is dropped.
    "encoder-crf": {
        "": {
            "lexicon": False,
            "embedding_dropout": 0.2,
            "output_dropout": 0.0,
            "encoder_frozen": 0,
            "encoder_rate": 0.2,
            "schedule": "linear",
            "warmup": 0.05,
            "epochs": 12,
            "patience": 0,
        },
        "weibo": {"epochs": 20},
    },
    # Width and dropouts of the inputs are the paper's (Zhang and Yang 2018). Its 100 epochs of SGD, one sentence a
    # step, give way to Adam with a rate that falls to zero, whose last epochs are the best: no early stop. Rates and
    # epochs are chosen on the dev parts of Resume and Weibo.
    "lattice-lstm": {
        "": {"rate": 1.5e-3, "schedule": "linear", "epochs": 10, "patience": 0},
        "weibo": {"rate": 2e-3, "epochs": 20},
        "msra": {"batch_size": 16, "epochs": 8},
    },
    # Widths, heads and dropouts are those of FLAT's code (Li et al. 2020): 8 heads of 16, on MSRA of 20. Its 50 to 100
    # epochs of SGD with a constant rate give way to Adam with a rate that falls to zero. Token dropout is ours.
    # MSRA's dev score still rises in its last epoch: more of them would help, where there is time for them.
    "flat": {
        "": {"hidden": 128, "schedule": "linear", "warmup": 0.05, "epochs": 12, "patience": 0},
        "weibo": {"feed_forward_dropout": 0.3, "epochs": 20},
        "msra": {"hidden": 160, "feed_forward": 480, "epochs": 10},
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


def read_settings(path: str | os.PathLike[str]) -> dict[str, Any]:
    """The settings in a file: TOML if its name ends so, else JSON, an object.

    Raises:
        OSError: the file cannot be read.
        FormatError: it is not what its name says.
        MissingDependencyError: TOML, on Python 3.10 without tomli.

    >>> import tempfile
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     path = os.path.join(folder, "mine.json")
    ...     with open(path, "w") as file:
    ...         print('{"rate": 0.002}', file=file)
    ...     read_settings(path)
    {'rate': 0.002}
    """
    with open(path, "rb") as file:
        data = file.read()
    try:
        if os.fspath(path).endswith(".toml"):
            return _parse_toml(data.decode("utf-8"))
        found = json.loads(data)
    except UnicodeDecodeError as error:
        raise errors.undecodable(
            path, "utf-8", error.start, data[error.start : error.end], errors.SAVE_AS_UTF8
        ) from None
    except ValueError as error:
        raise errors.bad_line(path, getattr(error, "lineno", 1), f"no settings can be read: {error}") from None
    if not isinstance(found, dict):
        raise errors.bad_line(path, 1, 'expected an object, such as {"rate": 0.002}')
    return found


def _parse_toml(text: str) -> dict[str, Any]:
    try:
        import tomllib
    except ImportError:  # Python 3.10
        try:
            import tomli as tomllib  # type: ignore[no-redef]
        except ImportError:
            raise errors.missing_dependency("tomli", "neural", "a TOML file on Python 3.10") from None
    return tomllib.loads(text)
