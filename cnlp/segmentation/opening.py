"""What can be a model for segmentation: files and names, lexicons, and what the estimators learn or save."""

from __future__ import annotations

from typing import TYPE_CHECKING

from cnlp import errors
from cnlp.lexicon.lexicon import Lexicon, load_lexicon
from cnlp.model.format import ModelFile, model_bytes
from cnlp.model.registry import SHIPPED, open_model
from cnlp.segmentation.tagger import KIND
from cnlp.sequence.estimator import Estimator

if TYPE_CHECKING:
    from cnlp.model.registry import ModelLike

KINDS = (KIND, "lexicon", "character-tagger", "hidden-markov-model")


def open_words(model: Lexicon | Estimator | ModelLike, argument: str = "model") -> Lexicon | ModelFile | str:
    """A lexicon, or a tagger: its file, or its name if it is a shipped one.

    A tagger that its estimator saved whole is packed as the Segmenter reads it, in memory; that takes seconds for a
    large one. ``cnlp train segment`` writes files that open at once.

    Raises:
        ArgumentError: it is none of these, or a hidden Markov model of second order.
        OSError: the file cannot be read.
        ModelError: it is damaged, or models something else.
    """
    if isinstance(model, Lexicon):
        return model
    if isinstance(model, Estimator):
        return _learnt(model)
    if isinstance(model, str) and SHIPPED.get(model) == KIND:
        return model
    file = open_model(model, *KINDS, argument=argument)
    if file.kind == "lexicon":
        return load_lexicon(file)
    return file if file.kind == KIND else _learnt(_estimator(file), file.path)


def _estimator(file: ModelFile) -> Estimator:
    """The estimator that saved the file."""
    if file.kind == "hidden-markov-model":
        from cnlp.segmentation.hmm import HMM

        return HMM.load(file)
    _need_numpy()
    from cnlp.segmentation.crf import CRF
    from cnlp.segmentation.perceptron import Perceptron

    return (CRF if file.field("method") == CRF.__name__ else Perceptron).load(file)


def _learnt(model: Estimator, path: str | None = None) -> Lexicon | ModelFile:
    """What an estimator has learnt."""
    _need_numpy()
    from cnlp.segmentation.characters import CharacterTagger
    from cnlp.segmentation.compact import compact, pack_hmm, pack_model
    from cnlp.segmentation.hmm import HMM

    method = type(model).__name__.lower()
    if isinstance(model, CharacterTagger) and hasattr(model, "weights_"):
        arrays, metadata = pack_model(model, *compact(model))
    elif isinstance(model, HMM) and hasattr(model, "model_"):
        arrays, metadata = pack_hmm(model)
    elif hasattr(model, "segmenter") and hasattr(model, "counts_"):
        lexicon: Lexicon = model.segmenter().lexicon
        return lexicon
    else:
        raise errors.ArgumentError(f"model: this {type(model).__name__} has learnt nothing yet: call fit first")
    return ModelFile(path or method, model_bytes(arrays, {**metadata, "method": method}))


def _need_numpy() -> None:
    try:
        import numpy as np  # noqa: F401
    except ImportError:
        raise errors.missing_dependency("numpy", "train", "a model that its estimator saved whole") from None
