"""The loops of training as mypy sees them; ``cnlp/_kernel/reference/training.py`` describes the functions."""

from typing import Any

Problem = tuple[Any, ...]

def decode(problem: Problem, weights: bytes, paths: bytearray) -> None: ...
def perceptron_epoch(
    problem: Problem,
    order: bytes,
    weights: bytearray,
    sums: bytearray,
    steps: int,
    margin: float,
    aggressiveness: float,
) -> tuple[int, int]: ...
def crf_gradient(problem: Problem, weights: bytes, gradient: bytearray) -> float: ...
def crf_epoch(
    problem: Problem,
    order: bytes,
    weights: bytearray,
    steps: int,
    scale: float,
    rate: float,
    decay: float,
    l2: float,
) -> tuple[float, int, float]: ...
def marginals(problem: Problem, weights: bytes, values: bytearray) -> None: ...
def tagger_keys(symbols: bytes, types: bytes, matches: bytes) -> tuple[bytearray, ...]: ...
def entity_keys(
    symbols: bytes, types: bytes, begins: bytes, ends: bytes, words: bytes, phrases: bytes
) -> tuple[bytearray, ...]: ...
