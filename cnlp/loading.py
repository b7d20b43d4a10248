"""The models of the package, and opening any of them, or any model file: :func:`models` and :func:`load`."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING, overload

from cnlp import errors
from cnlp.model.format import ModelFile
from cnlp.model.registry import SHIPPED, open_model, path_of
from cnlp.types import Model

if TYPE_CHECKING:
    from typing import Any, Literal

    from cnlp.keyphrases.resources import Resources
    from cnlp.lexicon import Lexicon
    from cnlp.ner.linear import EntityRecognizer
    from cnlp.ner.neural.character_encoder import CharacterEncoder
    from cnlp.ner.neural.recognizer import NeuralRecognizer
    from cnlp.pos.tagger import PartOfSpeech
    from cnlp.segmentation import Segmenter


def models() -> list[Model]:
    """The models that are installed, by name: what :func:`load` and every ``model=`` take, and ``cnlp info`` lists.

    >>> [model.name for model in models() if model.kind == "segmenter"]
    ['crf', 'hmm', 'segmenter']
    """
    listed = []
    for name, kind in sorted(SHIPPED.items()):
        path = path_of(name)
        if not os.path.exists(path):  # a user may do without some of them
            continue
        file = ModelFile(path)
        standards = file.field("standards", "")
        size, description = os.path.getsize(path), file.field("description", kind)
        listed.append(Model(name, kind, size, tuple(standards.split(",")) if standards else (), description, path))
    return listed


@overload
def load(
    model: Literal["core"] = "core",
    *,
    width: bool = True,
    case: bool = True,
    script: bool = True,
    patterns: bool = True,
    copy: bool = False,
) -> Lexicon: ...
@overload
def load(model: Literal["segmenter", "crf", "hmm"], *, copy: bool = False) -> Segmenter: ...
@overload
def load(model: Literal["pos"], *, copy: bool = False) -> PartOfSpeech: ...
@overload
def load(model: Literal["ner"], *, copy: bool = False) -> EntityRecognizer: ...
@overload
def load(model: Literal["ner-resume-neural"], *, copy: bool = False) -> NeuralRecognizer: ...
@overload
def load(model: Literal["keyphrases"], *, copy: bool = False) -> Resources: ...
@overload
def load(model: Literal["small"], *, copy: bool = False) -> CharacterEncoder: ...
@overload
def load(
    model: str | os.PathLike[str],
    *,
    width: bool = True,
    case: bool = True,
    script: bool = True,
    patterns: bool = True,
    copy: bool = False,
) -> Any: ...
def load(
    model: str | os.PathLike[str] = "core",
    *,
    width: bool = True,
    case: bool = True,
    script: bool = True,
    patterns: bool = True,
    copy: bool = False,
) -> Any:
    """Open a model by its name or path, whatever its kind is.

    The file is mapped into memory, so it must not be overwritten in place while it is in use: a process that reads what
    is no longer there ends with SIGBUS. Replace it by renaming another over it, as cnlp does wherever it writes one, or
    take a ``copy`` of a file that others can write to.

    Args:
        model: a name of :func:`models`, or the path of a file; the shipped lexicon by default.
        width: match full width and half width alike (this and what follows: lexicons only).
        case: match capital and small letters alike.
        script: match Traditional and Simplified Chinese alike.
        patterns: propose numbers, times, addresses and runs of letters as words.
        copy: read the file into memory of this process, where no one can change it once its checksum was compared.
            Costs as many bytes as the file has, in each process; shipped models are mapped all the same.

    Returns:
        By what the file is:

        * a lexicon, also of ``Bigram.save``: :class:`cnlp.Lexicon`;
        * a tagger of characters, of ``cnlp train segment`` or of ``save`` of ``Perceptron``, ``CRF`` and ``HMM``:
          :class:`cnlp.Segmenter`;
        * a tagger of parts of speech: :class:`cnlp.pos.tagger.PartOfSpeech`;
        * a recognizer of entities: :class:`cnlp.EntityRecognizer` or
          :class:`cnlp.ner.neural.recognizer.NeuralRecognizer`;
        * tables for keywords: :class:`cnlp.keyphrases.resources.Resources`;
        * a character encoder: :class:`cnlp.ner.neural.character_encoder.CharacterEncoder`;
        * and what ``save`` of another class wrote: an object of that class.

    Raises:
        OSError: the file cannot be read.
        ModelError: it is damaged or foreign.
        ArgumentError: there is no such name; or a switch of lexicons was given for another model.
        MissingDependencyError: it is a neural model, and torch is not installed; or numpy is needed.

    >>> "北京大学" in load()
    True
    >>> load("crf").segment("南京市长江大桥")
    ['南京市', '长江', '大桥']
    >>> [(found.text, found.label) for found in load("ner").entities("王小明在北京大学读书")]
    [('王小明', 'PER'), ('北京大学', 'ORG')]
    """
    switches = {"width": width, "case": case, "script": script, "patterns": patterns}
    name = model if isinstance(model, str) and model in SHIPPED else None
    file = open_model(model, copy=copy)
    if file.kind == "lexicon":
        from cnlp.lexicon.lexicon import load_lexicon

        return load_lexicon(name or file, **switches)
    errors.check_flags(**switches)
    if not all(switches.values()):
        raise errors.ArgumentError("width, case, script and patterns are for lexicons; this model is something else")
    return _content(name or file, file)


def _content(model: str | ModelFile, file: ModelFile) -> Any:
    """What is in a file, other than a lexicon; a shipped model by its name, so that what is open is shared."""
    if file.kind in ("segmenter", "character-tagger"):
        from cnlp.segmentation import segmenter_for

        return segmenter_for(model=model)
    if file.kind == "hidden-markov-model":
        return _hidden_markov_model(file)
    if file.kind == "part-of-speech":
        from cnlp.pos.tagger import tagger_for

        return tagger_for(model)
    if file.kind in ("entities", "neural-entities"):
        from cnlp.ner.entities import recognizer_for

        return recognizer_for(model)
    if file.kind == "keyphrases":
        from cnlp.keyphrases.resources import Resources

        return Resources(model)
    if file.kind == "character-encoder":
        try:
            from cnlp.ner.neural.character_encoder import CharacterEncoder
        except ModuleNotFoundError as error:
            raise errors.missing_dependency(str(error.name), "neural", "an encoder") from None

        return CharacterEncoder.load(file)
    if file.kind == "gazetteer":
        from cnlp.ner.gazetteer import Gazetteer

        return Gazetteer.load(file)
    if file.kind == "trie":
        from cnlp.lexicon.trie import Trie

        return Trie.load(file)
    if file.kind == "vectors":
        from cnlp.vectors.vectors import Vectors

        return Vectors.load(file)
    raise errors.bad_model(file.path, f"this is a model of kind {file.kind!r}, which cnlp.load does not know")


def _hidden_markov_model(file: ModelFile) -> Any:
    """A Segmenter if it tags characters, and what was saved if not."""
    from cnlp.segmentation import segmenter_for
    from cnlp.segmentation.hmm import HiddenMarkovModel

    learnt = HiddenMarkovModel.load(file)
    return learnt if learnt.scheme is None else segmenter_for(model=file)
