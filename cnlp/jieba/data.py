"""jieba's own files, read from where it is installed; its code is not run."""

from __future__ import annotations

import os
from functools import cache
from typing import Any

from cnlp import errors


@cache
def folder() -> str:
    """The folder of the installed jieba.

    Raises:
        MissingDependencyError: it is not installed.
    """
    from importlib.util import find_spec

    spec = find_spec("jieba")
    if spec is None or spec.origin is None:
        raise errors.MissingDependencyError(
            "cnlp.jieba reads the dictionary and the tables of jieba, which is not installed: pip install jieba, "
            'or give a custom dictionary and HMM=False, or use backend="cnlp"'
        )
    return os.path.dirname(spec.origin)


def path(*names: str) -> str:
    """The path of one of its files."""
    return os.path.join(folder(), *names)


@cache
def table(package: str, name: str) -> Any:
    """The constant ``P`` of one of its modules of probabilities, such as ``finalseg/prob_emit.py``."""
    from importlib.util import module_from_spec, spec_from_file_location

    spec = spec_from_file_location(f"cnlp.jieba._{package}_{name}", path(package, f"{name}.py"))
    assert spec is not None and spec.loader is not None
    module = module_from_spec(spec)
    spec.loader.exec_module(module)
    return module.P


def decoded(text: str | bytes) -> str:
    """Text as str; bytes are UTF-8, else GB18030, as jieba takes them.

    Raises:
        TextTypeError: it is neither.
        EncodingError: the bytes are in neither encoding (jieba drops what it cannot read).

    >>> decoded("南京".encode("gbk"))
    '南京'
    """
    if isinstance(text, str):
        return text
    if not isinstance(text, bytes):
        raise errors.not_text(text)
    try:
        return text.decode()
    except UnicodeDecodeError as error:
        try:
            return text.decode("gb18030")
        except UnicodeDecodeError:
            raise errors.EncodingError(
                f"byte {error.start}: the text is neither UTF-8 nor GB18030; decode it first"
            ) from None
