"""``cnlp keywords``: the keywords of files, or of their lines."""

from __future__ import annotations

from contextlib import ExitStack
from functools import partial
from typing import Any

import click

from cnlp.batch.group_formats import FILE, FOLDER, GroupTable, count_groups
from cnlp.batch.keyword_formats import Picture, make_keyword_analysis, make_keyword_format
from cnlp.batch.streams import Writing
from cnlp.batch.word_formats import SUFFIXES
from cnlp.commands._options import (
    BatchOptions,
    SegmentationOptions,
    batch_options,
    format_option,
    keyphrases_option,
    per_option,
    segmentation_options,
    typed,
)
from cnlp.files.outputs import STANDARD_OUTPUT, file_output
from cnlp.keyphrases import METHODS, Idf, make_extractor, read_stopwords


@click.command("keywords")
@batch_options(SUFFIXES)
@click.option(
    "-m",
    "--method",
    type=click.Choice(tuple(METHODS)),
    default="combined",
    show_default=True,
    help="combined: words and phrases by all features of keyphrases; tfidf: frequent here, rare elsewhere; textrank: "
    "words that recommend each other; tf: frequent.",
)
@click.option("-k", "--top-k", type=click.IntRange(0), default=20, show_default=True, help="How many at most.")
@click.option("--phrases/--no-phrases", default=True, help="Adjacent words as one keyword.  [default: phrases]")
@click.option(
    "-p",
    "--pos",
    metavar="TAGS",
    help="Wanted parts of speech, such as n,v; ns for places alone; also tags of --lexicon.",
)
@click.option("--min-length", type=click.IntRange(1), default=2, show_default=True, help="Of a keyword, in characters.")
@click.option("--stopwords", metavar="FILE", help="Words that are never keywords, one per line.")
@click.option("--idf", metavar="FILE", help="Table of 'cnlp idf', or jieba's idf.txt.")
@keyphrases_option
@segmentation_options("algorithm", "unknown", "standard", "lexicons", "segmenter")
@per_option("file")
@click.option(
    "--by",
    metavar="NAME",
    help="Compare groups: the words that each has more often than the others, by log-odds. NAME is a field of the "
    "records, with --field, or file or folder. All FILES make one result.",
)
@format_option(
    SUFFIXES,
    'text: a line for each document, separated by tabs; jsonl: {"document", "keywords": [{"text", "score", "count", '
    '"spans"}]}; tsv: document, line, rank, keyword, score, count. With --by: the group in place of document and line.',
)
@click.option("--plot", metavar="FILE", help="Also draw the scores of the one document, or of each group, as SVG.")
def command(
    batch: BatchOptions,
    method: str,
    top_k: int,
    phrases: bool,
    pos: str | None,
    min_length: int,
    stopwords: str | None,
    idf: str | None,
    model: str | None,
    segmentation: SegmentationOptions,
    per: str,
    by: str | None,
    format_: str,
    plot: str | None,
) -> None:
    """Find the keywords of documents.

    FILES are files, folders (all text files below), patterns such as 'news/*.txt', or - for standard input, which
    is also read if there are none. Each file is a document, or each line with --per line,
    or each record with --field. With --by documents are compared by groups.
    """
    options: dict[str, Any] = {"min_length": min_length, "model": model}
    options |= {"pos": pos.split(",")} if pos is not None else {}
    options |= {"stopwords": read_stopwords(stopwords)} if stopwords is not None else {}
    options |= {"idf": Idf.read(idf)} if idf is not None else {}
    if not segmentation.is_default:
        options["segmenter"] = segmentation.segmenter()
    if by is not None:
        _compare(batch, by, format_, top_k, plot, options)
        return
    plan = batch.plan(SUFFIXES[format_], also=plot)
    if plot is not None and (len(plan.inputs) > 1 or batch.resume or batch.field is not None):
        raise click.UsageError("--plot draws one document, and there are several")
    extractor = make_extractor(method, phrases, **options)
    extractor.keywords("")  # refuses wrong options before anything is written
    find = partial(extractor.keywords, top_k=top_k)
    unit = per if batch.field is None else "line"
    is_named = plan.several and STANDARD_OUTPUT in plan.targets
    form = batch.form(format_, make_keyword_format(format_, find, unit, is_named), make_keyword_analysis(find))
    with ExitStack() as stack:
        picture = Picture(stack.enter_context(file_output(plot)), find, per) if plot is not None else None
        batch.run(plan, form, Writing(watch=picture.draw if picture else None), whole=per == "file")


def _compare(
    batch: BatchOptions, by: str, format_: str, top_k: int, plot: str | None, options: dict[str, object]
) -> None:
    """The words of each group that the others have less often."""
    useless = typed("method", "phrases", "idf", "per")
    if useless:
        raise click.UsageError(f"--by counts words by log-odds, which has no use for {useless}")
    if batch.field is None and by not in (FILE, FOLDER):
        raise click.UsageError(f"--by {by} needs --field, the field that has the text; or take --by file or folder")
    plan = batch.plan(SUFFIXES[format_], also=plot, together=True)
    extractor = make_extractor("tf", phrases=False, **options)
    extractor.counts("")  # refuses wrong options before anything is written
    with ExitStack() as stack:
        picture = stack.enter_context(file_output(plot)) if plot is not None else None
        writing = Writing(new_document=partial(GroupTable, format_, top_k, picture), all_or_nothing=True)
        batch.run(plan, partial(count_groups, extractor, batch.field, by), writing)
