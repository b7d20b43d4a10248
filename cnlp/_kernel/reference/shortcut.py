"""The twin of Shortcut: in Python no call is faster than that of the function itself."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any


def Shortcut(function: Callable[..., Any], find: Callable[..., Any]) -> Callable[..., Any]:
    """The function.

    Args:
        function: of a text and of choices by keyword.
        find: gives, for one choice by keyword or none, the callable of a text that does what ``function`` does, or
            ``None`` if each call has to look anew.
    """
    return function
