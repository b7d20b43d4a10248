"""``cnlp segment``: the words of files, folders or standard input."""

from __future__ import annotations

from functools import partial

import click

from cnlp._kernel import IS_NATIVE
from cnlp.batch.streams import Writing
from cnlp.batch.word_formats import SUFFIXES, make_segment, make_word_analysis, make_word_format, segmented
from cnlp.commands._options import (
    BatchOptions,
    SegmentationOptions,
    batch_options,
    delimiter_option,
    format_option,
    segmentation_options,
)
from cnlp.names import Mode
from cnlp.segmentation import MODES


@click.command("segment")
@batch_options(SUFFIXES)
@segmentation_options("algorithm", "unknown", "standard", "lexicons", "model")
@click.option(
    "-m",
    "--mode",
    type=click.Choice(MODES),
    default="default",
    show_default=True,
    help="search: also parts of long words; full: every word of the lexicon. Their words overlap.",
)
@delimiter_option
@format_option(
    SUFFIXES,
    'jsonl: {"text", "tokens": [[word, start, end], ...]} for each line; '
    r"tsv: line, start, end, word (tab is \t, backslash \\). Offsets count code points within the line.",
)
def command(
    batch: BatchOptions,
    segmentation: SegmentationOptions,
    mode: Mode,
    delimiter: str,
    format_: str,
) -> None:
    """Segment text into words.

    FILES are files, folders (all text files below, sorted), patterns such as 'news/*.txt', or - for standard
    input, which is also read if there are none. Line endings and white space are kept as they are.
    """
    plan = batch.plan(SUFFIXES[format_])
    segmenter = segmentation.segmenter(mode)
    spans = make_segment(segmenter, mode)
    is_plain = mode == "default" and format_ == "text"
    lines = (
        partial(segmented, segmenter, delimiter.encode()) if is_plain else make_word_format(format_, spans, delimiter)
    )
    form = batch.form(format_, lines, make_word_analysis(spans, delimiter))
    threads = IS_NATIVE and form is lines and is_plain and segmenter.is_plain
    batch.run(plan, form, Writing(keep_mark=format_ == "text"), processes=not threads)
