"""The models that come with the package, and which function reads a model file of which kind."""

from __future__ import annotations

import os

from cnlp import errors
from cnlp.model.format import ModelFile

_FOLDER = os.path.dirname(__file__)
CORE = os.path.join(_FOLDER, "core.safetensors")
SEGMENTERS = {  # by algorithm: the shipped files of kind "segmenter"
    "perceptron": os.path.join(_FOLDER, "segmenter.safetensors"),
    "crf": os.path.join(_FOLDER, "crf.safetensors"),
    "hmm": os.path.join(_FOLDER, "hmm.safetensors"),
}
ENTITIES = {  # by name: the shipped files of kinds "entities" and "neural-entities"
    "general": os.path.join(_FOLDER, "ner.safetensors"),
    "msra-neural": os.path.join(_FOLDER, "ner-msra-neural.safetensors"),
    "resume-neural": os.path.join(_FOLDER, "ner-resume-neural.safetensors"),
}
POS = os.path.join(_FOLDER, "pos.safetensors")
KEYPHRASES = os.path.join(_FOLDER, "keyphrases.safetensors")
READERS = {  # by kind: module and function, imported when a file of the kind is opened
    "lexicon": ("cnlp.lexicon.lexicon", "load_lexicon"),
    "entities": ("cnlp.ner.entities", "load_recognizer"),
    "neural-entities": ("cnlp.ner.entities", "load_recognizer"),
}


def open_model(
    path: str | os.PathLike[str] | None = None, kind: str | None = None, *, shipped: str = CORE, copy: bool = False
) -> ModelFile:
    """Open the model file at ``path``, or the shipped one, by default the lexicon.

    A user's file is compared with its checksum; the shipped one is trusted to the installer,
    and checked by ``cnlp info``. With ``copy`` its content is read into memory of this process, in place of mapped.

    Raises:
        OSError: the file cannot be read.
        ModelError: the file is damaged, foreign, or not of the ``kind``.
    """
    if path is None and not os.path.exists(shipped):
        raise errors.bad_model(shipped, "the shipped model is missing: install with 'pip install .'")
    model = ModelFile(shipped if path is None else path)
    if copy:
        model = model.copied()
    model.is_trusted = path is None
    if path is not None:
        model.verify()
    if kind is not None:
        model.expect(kind)
    return model
