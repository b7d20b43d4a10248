"""``cnlp segment``: cut files, folders or standard input into words."""

from __future__ import annotations

import click

from cnlp._kernel import IS_NATIVE
from cnlp.commands.choices import (
    algorithm_option,
    delimiter_option,
    lexicon_option,
    make_segmenter,
    model_option,
    standard_option,
    unknown_option,
)
from cnlp.commands.failures import FAILED
from cnlp.commands.formats import SUFFIXES, make_format
from cnlp.commands.streams import Stream, encoding_option, files_argument, make_plan, output_option, workers_option
from cnlp.segmentation import MODES


@click.command("segment")
@files_argument
@output_option(SUFFIXES)
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
@encoding_option
@workers_option
@click.pass_context
def command(
    ctx: click.Context,
    files: tuple[str, ...],
    output: str | None,
    algorithm: str | None,
    unknown: str | None,
    standard: str | None,
    mode: str,
    lexicons: tuple[str, ...],
    model: str | None,
    delimiter: str,
    format_: str,
    encoding: str,
    workers: int,
) -> None:
    """Cut text into words.

    FILES are files, folders (all text files below, sorted), patterns such as 'news/*.txt', or - for standard
    input, which is also read if there are none. Line endings and white space come out as they went in.
    """
    plan = make_plan(files, output, SUFFIXES[format_])
    segmenter = make_segmenter(
        algorithm=algorithm, unknown=unknown, standard=standard, lexicons=lexicons, model=model, mode=mode
    )
    stream = Stream(
        make_format(format_, segmenter, mode, delimiter),
        encoding,
        keep_mark=format_ == "text",
        workers=workers,
        processes=not (IS_NATIVE and format_ == "text" and segmenter.is_plain),
    )
    if stream.run(plan):
        ctx.exit(FAILED)
