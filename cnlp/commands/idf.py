"""``cnlp idf``: count document frequencies over files of any size, and merge tables of them.

If an input fails, nothing is written: a table of half a corpus would look like a complete one.
"""

from __future__ import annotations

import click

from cnlp.commands._encodings import encoding_option
from cnlp.commands._options import (
    SegmentationOptions,
    files_argument,
    per_option,
    segmentation_options,
)
from cnlp.files.documents import read_documents
from cnlp.files.inputs import find_inputs, total_size
from cnlp.files.outputs import refuse_overwriting
from cnlp.files.progress import show_progress
from cnlp.keyphrases import document_frequency

output_option = click.option("-o", "--output", required=True, metavar="FILE", help="Table to write.")
min_count_option = click.option(
    "--min-count",
    type=click.IntRange(1),
    default=1,
    show_default=True,
    help="Leave out words of fewer documents. Use 1 for tables to be merged, or the sums are too small.",
)


class CountingGroup(click.Group):
    """``cnlp idf FILES`` is ``cnlp idf count FILES``."""

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        """Put ``count`` before what is not the name of a command."""
        if not args or (args[0] not in self.commands and args[0] not in ctx.help_option_names):
            args.insert(0, "count")
        return super().parse_args(ctx, args)


@click.group("idf", cls=CountingGroup)
def command() -> None:
    """Count in how many documents each word occurs.

    'cnlp idf CORPUS... -o idf.tsv' counts, 'cnlp idf merge TABLE... -o idf.tsv' adds tables up. A table is text:
    '# documents<TAB>number', then word<TAB>documents, sorted by word. 'cnlp keywords --idf' reads it.
    """


@command.command("count")
@files_argument
@output_option
@min_count_option
@segmentation_options("algorithm", "lexicons")
@per_option("line")
@encoding_option
def count(
    files: tuple[str, ...],
    output: str,
    min_count: int,
    segmentation: SegmentationOptions,
    per: str,
    encoding: str,
) -> None:
    """Count in how many documents each word occurs; memory is bounded.

    FILES are files, folders (all text files below), patterns such as 'news/*.txt', or - for standard input, which
    is also read if there are none. Each line with text is a document, or each file with --per file.
    """
    inputs, failures = find_inputs(files)
    for failure in failures:
        raise failure
    refuse_overwriting(inputs, [output])
    segmenter = segmentation.segmenter()
    with document_frequency.StreamingCounter() as counter:
        with show_progress(total_size(inputs), wanted=True) as progress:
            for source in inputs:
                for document in read_documents(source, per, encoding, progress.read):
                    counter.add(segmenter.segment(document.text))
        words = counter.write(output, min_count=min_count)
    click.echo(f"{counter.documents:,} documents, {words:,} words", err=True)


@command.command("merge")
@click.argument("tables", nargs=-1, required=True, metavar="TABLE...")
@output_option
@min_count_option
def merge_tables(tables: tuple[str, ...], output: str, min_count: int) -> None:
    """Add up tables of different documents, in bounded memory."""
    inputs, failures = find_inputs(tables, compressed=False)
    for failure in failures:
        raise failure
    refuse_overwriting(inputs, [output])
    words = document_frequency.merge_counts([source.path for source in inputs], output, min_count=min_count)
    click.echo(f"{words:,} words", err=True)
