"""The options that name files of words."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING, Any, NamedTuple

import click

from cnlp.commands._encodings import EncodingChoice
from cnlp.files.encodings import ENCODINGS
from cnlp.files.messages import print_message

if TYPE_CHECKING:
    from cnlp.lexicon.reading import LexiconFile

Decorator = Callable[[Callable[..., Any]], Callable[..., Any]]


class LexiconFiles(NamedTuple):
    """Files of words, and their encoding if it was named."""

    paths: tuple[str, ...] = ()
    encoding: str | None = None

    def __bool__(self) -> bool:
        return bool(self.paths)

    def read(self) -> Iterator[LexiconFile]:
        """Read each; which encoding was detected is printed, unless it is the usual one.

        Raises:
            OSError: a file cannot be read.
            CnlpError: its encoding or a line of it is wrong.
        """
        from cnlp.lexicon.reading import LexiconFile

        for path in self.paths:
            file = LexiconFile(path, self.encoding)
            if self.encoding is None and file.encoding != "utf-8":
                note = f"{path}: read as {file.encoding}; --lexicon-encoding names another encoding"
                print_message(f"note: {note}")
            yield file


def lexicon_options(description: str, *names: str) -> Decorator:
    """``--lexicon``, or another option of these names, and ``--lexicon-encoding``: the parameter ``lexicons``."""

    def decorate(command: Callable[..., Any]) -> Callable[..., Any]:
        command = click.option(
            "--lexicon-encoding",
            type=EncodingChoice(ENCODINGS),
            is_eager=True,  # known when the files are
            expose_value=False,
            callback=_keep_encoding,
            help="Encoding of these files.  [default: detected]",
        )(command)
        return click.option(
            *(names or ("-l", "--lexicon")),
            "lexicons",
            multiple=True,
            metavar="FILE",
            callback=_gather,
            help=description,
        )(command)

    return decorate


def _keep_encoding(ctx: click.Context, _: click.Parameter, encoding: str | None) -> None:
    ctx.meta[__name__] = encoding


def _gather(ctx: click.Context, _: click.Parameter, paths: tuple[str, ...]) -> LexiconFiles:
    return LexiconFiles(tuple(paths), ctx.meta.get(__name__))
