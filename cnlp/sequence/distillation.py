"""What students learn from teachers, whatever they tag."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from typing import Generic, TypeVar

from cnlp import errors

T = TypeVar("T")

TEMPERATURES = 0.1, 100.0  # beyond them probabilities are those of the first choice alone, or all alike


@dataclass(frozen=True)
class Distillation(Generic[T]):
    """What is learnt from a teacher.

    Attributes:
        teacher: labels the texts.
        unlabelled: texts to learn from beside the corpus.
        alpha: the share of labels in the loss, 0 to 1; 1: labels alone, which any teacher and student can do.
        temperature: by which scores are divided where probabilities are learnt, for neural students; above 1 the
            teacher's second choices weigh more.

    Raises:
        ArgumentError: alpha or the temperature is out of range, or there is no teacher.
        TextTypeError: the texts are not several str.
    """

    teacher: T
    unlabelled: Sequence[str]
    alpha: float = 0.5
    temperature: float = 1.0

    def __post_init__(self) -> None:
        if not hasattr(self.teacher, "label"):
            raise errors.ArgumentError(f"teacher must be a Teacher, not {type(self.teacher).__name__}: Teacher(model)")
        object.__setattr__(self, "unlabelled", errors.check_strings("unlabelled", self.unlabelled))
        for name in ("alpha", "temperature"):
            errors.check_number(name, getattr(self, name), whole=False)
        if not 0 <= self.alpha <= 1:
            raise errors.ArgumentError(f"alpha must be from 0 to 1, got {self.alpha}")
        least, most = TEMPERATURES
        if not least <= self.temperature <= most:
            raise errors.ArgumentError(f"temperature must be from {least} to {most}, got {self.temperature}")

    @property
    def is_soft(self) -> bool:
        """Are probabilities learnt, not labels alone?"""
        return self.alpha < 1

    @staticmethod
    def check_standards(standards: Collection[str]) -> None:
        """Refuse a corpus of several standards.

        Raises:
            ArgumentError: there are several.
        """
        if len(standards) > 1:
            raise errors.ArgumentError("a teacher teaches one standard; the parts follow several")

    def check_linear(self, method: str) -> None:
        """Refuse what a linear student cannot learn.

        Raises:
            ArgumentError: what is not a conditional random field is to learn probabilities, or a temperature is given.
        """
        if self.is_soft and method != "crf":
            raise errors.ArgumentError(
                f"method {method!r} learns from labels, not from probabilities: take alpha=1, or method 'crf'"
            )
        if self.temperature != 1:
            raise errors.ArgumentError(f"a temperature is for neural students, got {self.temperature}")
