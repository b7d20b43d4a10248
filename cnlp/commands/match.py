"""``cnlp match``: find the strings of a list in files, folders or standard input, or replace them."""

from __future__ import annotations

import click

from cnlp.batch.match_formats import MATCH_SUFFIXES, make_match_analysis, make_match_format
from cnlp.batch.streams import Writing
from cnlp.commands._options import BatchOptions, batch_options
from cnlp.lexicon.matcher import MATCH_MODES, Matcher
from cnlp.names import MatchMode


@click.command("match")
@click.argument("words")
@batch_options(MATCH_SUFFIXES)
@click.option(
    "-m",
    "--mode",
    type=click.Choice(MATCH_MODES),
    default=MATCH_MODES[0],
    show_default=True,
    help="Of overlapping matches longest: the longest, then the leftmost; leftmost: from left to right, at each place "
    "the longest; all: every one.",
)
@click.option("--partial", is_flag=True, help="Also match inside runs of Latin letters or digits, as AI in AIR.")
@click.option(
    "--json", "as_json", is_flag=True, help='{"text", "matches": [{"text", "start", "end", "value"}]} a line.'
)
@click.option(
    "--replace",
    "replacement",
    metavar="TEXT",
    help="Write the text, each match replaced by TEXT, which is repeated for each character if it is one character.",
)
@click.option("--replace-by-value", is_flag=True, help="Write the text, each match replaced by its value.")
def command(
    words: str,
    batch: BatchOptions,
    mode: MatchMode,
    partial: bool,
    as_json: bool,
    replacement: str | None,
    replace_by_value: bool,
) -> None:
    r"""Find the strings of a list, or replace them.

    WORDS is a file with one string a line, its value after a tab; the value is otherwise the string. FILES are files,
    folders (all text files below, sorted), patterns such as 'news/*.txt', or - for standard input, which is also read
    if there are none. Each match is a line: line, start, end, text, value, separated by tabs (tab is \t, backslash
    \\). Offsets count code points within the line. Width, case and script do not matter.
    """
    replaces = replacement is not None or replace_by_value
    if as_json + (replacement is not None) + replace_by_value > 1:
        raise click.UsageError("--json, --replace and --replace-by-value contradict each other")
    name = "text" if replaces else "jsonl" if as_json else "tsv"
    plan = batch.plan(MATCH_SUFFIXES[name])
    matcher = Matcher(words, partial=partial)
    if replaces:
        matcher.replace("", replacement, mode)  # refuses wrong options before anything is written
    form = batch.form(
        name, make_match_format(name, matcher, mode, replacement), make_match_analysis(matcher, mode, replacement)
    )
    batch.run(plan, form, Writing(keep_mark=replaces))
