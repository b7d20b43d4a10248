"""Functions whose plain calls go straight to a method: what :func:`cnlp.segment` and its like are."""

from __future__ import annotations

from cnlp._kernel import kernel
from cnlp.model.registry import SHIPPED

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import Any, ParamSpec, TypeVar

    P = ParamSpec("P")
    R = TypeVar("R")


def shortcut(find: Callable[..., Callable[[str], Any] | None]) -> Callable[[Callable[P, R]], Callable[P, R]]:
    """Lets calls with at most one choice go to what ``find`` returns for it, if anything."""
    return lambda function: kernel.Shortcut(function, find)


def is_fixed(model: object, kind: type) -> bool:
    """Is the model none, a name of what is shipped, or an object of this kind, so that it never changes?"""
    return model is None or isinstance(model, kind) or (isinstance(model, str) and model in SHIPPED)
