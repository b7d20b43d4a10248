"""The kernel: trie, pattern scanner, lattice, decoders and taggers in C, each with a twin in Python.

This is the one place that chooses between them: the C module where it was compiled, else its twin in
:mod:`cnlp._kernel.reference`, which has the same names and gives the same results. The environment variable
``CNLP_PURE=1`` chooses the twins; where they run without it, a warning says so. While C runs, no twin is imported.

    kernel            lexicons, segmentation, parts of speech, entities, keyphrases
    ngrams_kernel     counting n-grams; imported when it is first asked for
    training_kernel   the loops of training (its twin needs numpy); likewise
"""

from __future__ import annotations

import os

TYPE_CHECKING = False
if TYPE_CHECKING:
    from types import ModuleType

    from cnlp._kernel import native as kernel
    from cnlp._kernel import ngrams as ngrams_kernel
    from cnlp._kernel import training as training_kernel

__all__ = ["IS_NATIVE", "PURE", "choose", "kernel", "ngrams_kernel", "training_kernel"]

PURE = "pure Python, a hundred times slower than in C and more, and slower than jieba; reinstall with a C compiler"
_IS_PURE = bool(os.environ.get("CNLP_PURE"))


def choose(native: str, twin: str) -> ModuleType:
    """The C module of this name if it was compiled and is wanted, else its twin."""
    if not _IS_PURE:
        try:
            return __import__(native, fromlist=["*"])
        except ImportError:
            pass
    return __import__(twin, fromlist=["*"])


def __getattr__(name: str) -> ModuleType:
    module = name.removesuffix("_kernel")
    if module == name or module not in ("ngrams", "training"):
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return choose(f"{__name__}.{module}", f"{__name__}.reference.{module}")


if not TYPE_CHECKING:
    kernel = choose("cnlp._kernel.native", "cnlp._kernel.reference")

IS_NATIVE: bool = kernel.__name__ == "cnlp._kernel.native"
if not IS_NATIVE and not _IS_PURE:
    import warnings

    warnings.warn(f"cnlp runs in {PURE}", RuntimeWarning, stacklevel=2)
