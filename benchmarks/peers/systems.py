"""The segmenters that are compared: every algorithm of cnlp, jieba with and without its HMM, rjieba.

A system is a name and a function without arguments that loads it and returns ``str -> list[str]``. Nothing is
imported before it is asked for.
"""

from __future__ import annotations

import importlib
import logging
from collections.abc import Callable, Iterable
from typing import Any

from cnlp import errors

Segment = Callable[[str], list[str]]
Load = Callable[[], Segment]

PEERS = ("jieba", "rjieba")


def cnlp_segmenter(algorithm: str | None = None, standard: str | None = None) -> Any:
    """A ``cnlp.Segmenter`` for the algorithm and the standard; ``None`` is the default one."""
    product: Any = importlib.import_module("cnlp")
    return product.Segmenter(algorithm=algorithm, standard=standard)


def cnlp_algorithms() -> tuple[str, ...]:
    """Names of cnlp's algorithms, as the product lists them."""
    return tuple(importlib.import_module("cnlp.segmentation").ALGORITHMS)


def load_cnlp(algorithm: str | None = None) -> Segment:
    """``str -> list[str]`` of one algorithm of cnlp; the function ``cnlp.segment`` for the default one."""
    product: Any = importlib.import_module("cnlp")
    segment: Segment = cnlp_segmenter(algorithm).segment if algorithm else product.segment
    return segment


def load_jieba(hmm: bool = True) -> Segment:
    """jieba's ``lcut`` with its dictionary loaded."""
    jieba: Any = importlib.import_module("jieba")
    jieba.setLogLevel(logging.ERROR)
    jieba.initialize()
    cut = jieba.lcut

    def segment(text: str) -> list[str]:
        words: list[str] = cut(text, HMM=hmm)
        return words

    return segment


def load_rjieba() -> Segment:
    """rjieba's ``cut`` (with HMM) with its dictionary loaded."""
    rjieba: Any = importlib.import_module("rjieba")
    segment: Segment = rjieba.Jieba().cut
    segment("好")
    return segment


def all_systems() -> dict[str, Load]:
    """Every system by name: ``cnlp NAME``, ``jieba``, ``jieba without HMM``, ``rjieba``."""

    def of(algorithm: str) -> Load:
        return lambda: load_cnlp(algorithm)

    return {
        **{f"cnlp {name}": of(name) for name in cnlp_algorithms()},
        "jieba": load_jieba,
        "jieba without HMM": lambda: load_jieba(hmm=False),
        "rjieba": load_rjieba,
    }


def choose(names: Iterable[str] | None, known: dict[str, Load]) -> dict[str, Load]:
    """Those of ``known`` that ``names`` lists, in that order; all for ``None``.

    Raises:
        cnlp.errors.ArgumentError: an unknown name.

    >>> list(choose(["b"], {"a": load_jieba, "b": load_rjieba}))
    ['b']
    """
    chosen = list(known) if names is None else list(names)
    for name in chosen:
        if name not in known:
            raise errors.unknown_choice("system", name, known)
    return {name: known[name] for name in chosen}
