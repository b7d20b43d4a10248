"""``cnlp segment``: cut files, folders or standard input into words."""

from __future__ import annotations

from functools import partial

import click

from cnlp._kernel import IS_NATIVE
from cnlp.batch.streams import Writing
from cnlp.commands.batch import Batch, batch_options
from cnlp.commands.choices import (
    algorithm_option,
    delimiter_option,
    lexicon_option,
    make_segmenter,
    model_option,
    standard_option,
    unknown_option,
)
from cnlp.commands.formats import SUFFIXES, make_analysis, make_cut, make_format, segmented
from cnlp.segmentation import MODES


@click.command("segment")
@batch_options(SUFFIXES)
@algorithm_option
@unknown_option
@standard_option
@click.option(
    "-m",
    "--mode",
    type=click.Choice(MODES),
    default="default",
    show_default=True,
    help="search: long words also in parts; full: every word of the lexicon. Their words overlap.",
)
@lexicon_option
@model_option
@delimiter_option
@click.option(
    "-f",
    "--format",
    "format_",
    type=click.Choice(tuple(SUFFIXES)),
    default="text",
    show_default=True,
    help='jsonl: {"text", "tokens": [[word, start, end], ...]} for each line; '
    r"tsv: line, start, end, word (tab is \t, backslash \\). Offsets count code points within the line.",
)
def command(
    batch: Batch,
    algorithm: str | None,
    unknown: str | None,
    standard: str | None,
    mode: str,
    lexicons: tuple[str, ...],
    model: str | None,
    delimiter: str,
    format_: str,
) -> None:
    """Cut text into words.

    FILES are files, folders (all text files below, sorted), patterns such as 'news/*.txt', or - for standard
    input, which is also read if there are none. Line endings and white space come out as they went in.
    """
    plan = batch.plan(SUFFIXES[format_])
    segmenter = make_segmenter(
        algorithm=algorithm, unknown=unknown, standard=standard, lexicons=lexicons, model=model, mode=mode
    )
    cut = make_cut(segmenter, mode)
    is_plain = mode == "default" and format_ == "text"
    lines = partial(segmented, segmenter, delimiter.encode()) if is_plain else make_format(format_, cut, delimiter)
    form = batch.form(format_, lines, make_analysis(cut, delimiter))
    threads = IS_NATIVE and form is lines and is_plain and segmenter.is_plain
    batch.run(plan, form, Writing(keep_mark=format_ == "text"), processes=not threads)
