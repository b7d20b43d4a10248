"""Opening model files: ``load``."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

from cnlp import errors
from cnlp.model.format import ModelFile
from cnlp.model.registry import ENTITIES, READERS

if TYPE_CHECKING:
    from typing import Any


def load(
    path: str | os.PathLike[str] | None = None,
    *,
    width: bool = True,
    case: bool = True,
    script: bool = True,
    patterns: bool = True,
    copy: bool = False,
) -> Any:
    """The content of a model file: a :class:`cnlp.Lexicon`, or a recognizer of entities, linear or neural.

    The file is mapped into memory, so it must not be overwritten in place while it is in use: a process that reads what
    is no longer there ends with SIGBUS. Replace it by renaming another over it, as cnlp does wherever it writes one, or
    take a ``copy`` of a file that others can write to.

    Args:
        path: a model file of kind ``"lexicon"``, ``"entities"`` or ``"neural-entities"``, or the name of a shipped
            entity model, ``"general"``; the shipped lexicon by default.
        width: match full width and half width alike (this and what follows: lexicons only).
        case: match capital and small letters alike.
        script: match Traditional and Simplified Chinese alike.
        patterns: propose numbers, times, addresses and runs of letters as words.
        copy: read the file into memory of this process, where no one can change it once its checksum was compared.
            Costs as many bytes as the file has, in each process; shipped models are mapped all the same.

    Raises:
        OSError: the file cannot be read.
        ModelError: it is damaged, foreign, or of another kind.
        ArgumentError: a switch of lexicons was given for entities.
        MissingDependencyError: it is a neural model, and torch is not installed.

    >>> import cnlp
    >>> "北京大学" in cnlp.load()
    True
    >>> [(found.text, found.label) for found in cnlp.load("general").entities("王小明在北京大学读书")]
    [('王小明', 'PER'), ('北京大学', 'ORG')]
    """
    name = "" if path is None else os.fspath(path)
    kind = "lexicon" if path is None else "entities" if name in ENTITIES else ModelFile(name).kind
    if kind not in READERS:
        other = "; Segmenter(model=...) takes it" if kind == "segmenter" else ""
        raise errors.bad_model(name, f"this is a model of kind {kind!r}, not 'lexicon' or 'entities'{other}")
    switches = {"width": width, "case": case, "script": script, "patterns": patterns}
    if kind != "lexicon":
        if not all(switches.values()):
            raise errors.ArgumentError("width, case, script and patterns are for lexicons, this is an entity model")
        switches = {}
    module, function = READERS[kind]
    return getattr(__import__(module, fromlist=[function]), function)(path, copy=copy, **switches)
