"""The user's language: help and messages are in English, or in Chinese where CNLP_LANG or the locale says so.

Texts are English in the code and translated when they are displayed, see :mod:`cnlp.files.catalogue`.
"""

from __future__ import annotations

import os
import sys

LANGUAGE_VARIABLE = "CNLP_LANG"
_VARIABLES = (LANGUAGE_VARIABLE, "LC_ALL", "LC_MESSAGES", "LANG")


def is_chinese() -> bool:
    """Whether the user wants Chinese: CNLP_LANG says so, or without it the locale."""
    wanted = next((value for name in _VARIABLES if (value := os.environ.get(name))), None)
    if wanted is None and sys.platform == "win32":
        import locale

        wanted = locale.getlocale()[0]
    return (wanted or "").lower().startswith(("zh", "chinese"))


def translate(text: str) -> str:
    """``text`` in the user's language; unchanged if there is no translation."""
    if not is_chinese():
        return text
    from cnlp.files import catalogue  # not needed in English

    return catalogue.translate(text)
