"""The options that name encodings."""

from __future__ import annotations

from typing import Any

import click

from cnlp import errors
from cnlp.files.encodings import ENCODINGS, OUTPUT_ENCODINGS, encoding_name, output_encoding_name


class EncodingChoice(click.Choice[str]):
    """One of some encodings in any of its spellings, such as GBK and utf8.

    Args:
        choices: :data:`ENCODINGS` or :data:`OUTPUT_ENCODINGS`.
    """

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> str:
        """The encoding by its name here."""
        find = output_encoding_name if self.choices == OUTPUT_ENCODINGS else encoding_name
        try:
            return find(value)
        except errors.ArgumentError as error:
            self.fail(str(error), param, ctx)


encoding_option = click.option(
    "-e",
    "--encoding",
    type=EncodingChoice(ENCODINGS),
    default="utf-8",
    show_default=True,
    help="Encoding of the input. gb18030 includes GBK and GB2312, whose names will do; utf-16 without a byte order "
    "mark is little endian.",
)
output_encoding_option = click.option(
    "--output-encoding",
    type=EncodingChoice(OUTPUT_ENCODINGS),
    default="utf-8",
    show_default=True,
    help="Encoding of the output. utf-8-sig and utf-16 begin with a byte order mark: Excel needs one in CSV.",
)
