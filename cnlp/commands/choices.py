r"""Options that choose how text is cut, for every command that cuts text, and the segmenter they stand for."""

from __future__ import annotations

import re
from collections.abc import Sequence

import click

from cnlp import Segmenter
from cnlp.lexicon import load
from cnlp.models.format import ModelFile
from cnlp.segmentation import ALGORITHMS, DEFAULT_ALGORITHM
from cnlp.segmentation.algorithms import TAGGERS

_ESCAPE = re.compile(r"\\(?:([tnr0\\])|u([0-9a-fA-F]{4}))")
_ESCAPED = {"t": "\t", "n": "\n", "r": "\r", "0": "\0", "\\": "\\"}


def _parse_delimiter(_: click.Context, __: click.Parameter, value: str) -> str:
    r"""``value`` with \t \n \r \0 \\ and \uXXXX replaced."""
    delimiter = _ESCAPE.sub(lambda match: _ESCAPED.get(match[1]) or chr(int(match[2], 16)), value)
    if not delimiter or any("\ud800" <= char <= "\udfff" for char in delimiter):
        raise click.BadParameter("must be at least one character of Unicode text")
    return delimiter


algorithm_option = click.option(
    "-a",
    "--algorithm",
    type=click.Choice(ALGORITHMS),
    help=f"How words are chosen.  [default: {DEFAULT_ALGORITHM}, or what --model was made for]",
)
unknown_option = click.option(
    "-u",
    "--unknown",
    type=click.Choice(TAGGERS),
    help="A tagger that proposes words which the lexicon lacks, to --algorithm bigram.",
)
standard_option = click.option(
    "-s",
    "--standard",
    metavar="NAME",
    help="Whose habits to follow: general (the default), pku, msr, sxu, ud, cnc, medical, zhuxian, wtb, or one "
    "that --model has.",
)
lexicon_option = click.option(
    "-l", "--lexicon", "lexicons", multiple=True, metavar="FILE", help="Words of your own; may be repeated."
)
model_option = click.option(
    "--model", metavar="PATH", help="Model file to use in place of the one in the package, see 'cnlp train'."
)
delimiter_option = click.option(
    "-d",
    "--delimiter",
    default=" ",
    metavar="TEXT",
    callback=_parse_delimiter,
    help=r"Put between words in format text. \t, \n, \r, \0, \\ and \uXXXX are understood.  "
    "[default: one space]",
)


def make_segmenter(
    *,
    algorithm: str | None = None,
    unknown: str | None = None,
    standard: str | None = None,
    lexicons: Sequence[str] = (),
    model: str | None = None,
    mode: str = "default",
) -> Segmenter:
    """The segmenter of these choices.

    Args:
        algorithm, unknown, standard, mode: see :class:`cnlp.Segmenter`.
        lexicons: files of words, laid over the model's own; the last one is uppermost.
        model: a file of a lexicon or of a tagger. A tagger's standard is the first it has.

    Raises:
        OSError: a file cannot be read.
        CnlpError: a file is damaged, or the choices do not go together.
    """
    kind = None if model is None else ModelFile(model).kind
    lexicon = load(None if kind == "segmenter" else model)
    for path in lexicons:
        lexicon = lexicon.overlay(path)
    if kind != "segmenter":
        return Segmenter(lexicon, algorithm=algorithm, unknown=unknown, mode=mode, standard=standard)
    standard = standard or ModelFile(str(model)).field("standards").split(",")[0]
    return Segmenter(lexicon, algorithm=algorithm, unknown=unknown, mode=mode, standard=standard, model=model)
