"""The models that come with the package, by name, and the one way to open a model file: :func:`open_model`."""

from __future__ import annotations

import os

from cnlp import errors
from cnlp.model.format import ModelFile

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import TypeAlias

    ModelLike: TypeAlias = str | os.PathLike[str] | ModelFile  # a name or a path, or what is open already

SUFFIX = ".safetensors"
SHIPPED = {  # the kind of each model by its name, which is that of its file here; the default of a kind is the first
    "segmenter": "segmenter",
    "crf": "segmenter",
    "hmm": "segmenter",
    "core": "lexicon",
    "pos": "part-of-speech",
    "ner": "entities",
    "ner-resume-neural": "neural-entities",
    "keyphrases": "keyphrases",
    "small": "character-encoder",
}
_FOR_WORDS = "for segment and tokenize as model, for tag and keywords as segmenter"
_FOR_ENTITIES = "for entities and 'cnlp ner' as model"
PURPOSES = {  # what a model of each kind is for, in messages of errors
    "lexicon": _FOR_WORDS,
    "segmenter": _FOR_WORDS,
    "character-tagger": _FOR_WORDS,
    "hidden-markov-model": _FOR_WORDS,
    "part-of-speech": "for tag as model",
    "entities": _FOR_ENTITIES,
    "neural-entities": _FOR_ENTITIES,
    "keyphrases": "for keywords as model",
    "gazetteer": "for Gazetteer.load and 'cnlp ner --gazetteer'",
    "character-encoder": "for 'cnlp train ner' as setting encoder",
    "vectors": "for cnlp.Vectors and 'cnlp train ner --vectors'",
}


def path_of(name: str) -> str:
    """The file of a shipped model."""
    return os.path.join(os.path.dirname(__file__), name + SUFFIX)


CORE = path_of("core")


def open_model(model: ModelLike = "core", *kinds: str, copy: bool = False, argument: str = "model") -> ModelFile:
    """Open a shipped model by its name, or a file by its path.

    A str that is a name means the shipped model even where a file is called so; ``"./pos"`` is the file. A user's file
    is compared with its checksum; shipped ones are trusted to the installer, and checked by ``cnlp info``.

    Args:
        model: a name, a path, or a file that is open.
        kinds: those that are wanted; any if there are none.
        copy: read a user's file into memory of this process, in place of mapping it.
        argument: what the caller's user calls the model.

    Raises:
        ArgumentError: it is neither a name nor a path.
        OSError: the file cannot be read.
        ModelError: the file is damaged, foreign, or of another kind.
    """
    if isinstance(model, ModelFile):
        file = model
    elif isinstance(model, str) and model in SHIPPED:
        file = _open_shipped(model)
    else:
        file = ModelFile(_path_of_file(model, kinds, argument))
        if copy:
            file = file.copied()
        file.verify()
    if kinds and file.kind not in kinds:
        wanted = " or ".join(filter(None, (", ".join(map(repr, kinds[:-1])), repr(kinds[-1]))))
        purpose = f" ({PURPOSES[file.kind]})" if file.kind in PURPOSES else ""
        raise errors.bad_model(file.path, f"this is a model of kind {file.kind!r}{purpose}, not {wanted}")
    return file


def _open_shipped(name: str) -> ModelFile:
    path = path_of(name)
    if not os.path.exists(path):
        raise errors.bad_model(
            path,
            "the shipped model is missing: install with 'pip install .', and start Python outside the source folder",
        )
    file = ModelFile(path)
    file.is_trusted = True
    return file


def _path_of_file(model: str | os.PathLike[str], kinds: tuple[str, ...], argument: str) -> str:
    """The path; what looks like a name, and is no file, is an unknown name."""
    names = [name for name, kind in SHIPPED.items() if not kinds or kind in kinds]
    path = os.fspath(model) if isinstance(model, (str, os.PathLike)) else None
    if not isinstance(path, str):
        listed = f"one of {', '.join(names)}, or " if names else ""
        raise errors.ArgumentError(
            f"{argument} must be {listed}the path of a model file (str or os.PathLike), not {type(model).__name__}"
        )
    is_name = path is model and os.path.basename(path) == path and not os.path.splitext(path)[1]
    if names and is_name and not os.path.exists(path):
        raise errors.unknown_choice(f"{argument} or file", path, names)
    return path
