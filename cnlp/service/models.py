"""The models that a service uses in place of the shipped ones, at most one for each use."""

from __future__ import annotations

from collections.abc import Sequence

from cnlp import errors
from cnlp.model.registry import open_model
from cnlp.segmentation.opening import KINDS

USES = {  # neural models are not among them: their work cannot be stopped at a deadline
    **dict.fromkeys(KINDS, "words"),
    "part-of-speech": "tags",
    "entities": "entities",
    "keyphrases": "keywords",
}


def sort_models(models: Sequence[str]) -> dict[str, str]:
    """Models, names or paths, by what they are for.

    Raises:
        ArgumentError: two are for the same, or a service has no use for one.
        OSError, ModelError: a file cannot be read, or is damaged.

    >>> sort_models(["crf", "pos"])
    {'words': 'crf', 'tags': 'pos'}
    """
    found: dict[str, str] = {}
    for model in models:
        kind = open_model(model).kind
        if kind not in USES:
            raise errors.ArgumentError(
                f"{model}: a service has no use for a model of kind {kind!r}; it takes {', '.join(USES)}"
            )
        use = USES[kind]
        if use in found:
            raise errors.ArgumentError(f"{found[use]} and {model} are both models for {use}; give one")
        found[use] = model
    return found
