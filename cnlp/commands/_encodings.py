"""The type of options that name an encoding."""

from __future__ import annotations

from contextlib import suppress
from typing import Any

import click

from cnlp import errors
from cnlp.files.encodings import encoding_name


class EncodingChoice(click.Choice[str]):
    """One of some encodings in any of its spellings, such as GBK and utf8."""

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> str:
        """The encoding by its name here."""
        with suppress(errors.ArgumentError):  # click's own message lists the choices
            value = encoding_name(value)
        return super().convert(value, param, ctx)
