"""``cnlp lexicon``: work on word lists. ``check`` reads one as ``cnlp segment --lexicon`` would."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator

import click

from cnlp.commands._encodings import EncodingChoice, output_encoding_option
from cnlp.commands._errors import FAILED, report
from cnlp.errors import CnlpError
from cnlp.files.encodings import ENCODINGS
from cnlp.files.outputs import STANDARD_OUTPUT, write_text
from cnlp.lexicon.entries import Entry
from cnlp.lexicon.inspection import duplicates, suspicious_lines
from cnlp.lexicon.layouts import format_entry
from cnlp.lexicon.reading import LexiconFile

SHOWN = 10  # lines of each kind

files_argument = click.argument("files", nargs=-1, required=True, metavar="FILES...")
encoding_option = click.option(
    "-e",
    "--encoding",
    "--lexicon-encoding",
    type=EncodingChoice(ENCODINGS),
    help="Encoding of the files.  [default: detected]",
)


@click.group("lexicon")
def command() -> None:
    """Check word lists, and convert them to the format of this program."""


@command.command("check")
@files_argument
@encoding_option
@click.pass_context
def check(ctx: click.Context, files: tuple[str, ...], encoding: str | None) -> None:
    """Read word lists; print what is in them, or the first bad line of each.

    A line is word<TAB>weight<TAB>tag<TAB>mode<TAB>extra, of which only the word is required; or jieba's 'word freq
    tag', HanLP's 'word tag freq', LAC's word/tag, or a word alone; with tabs, commas or blanks between the fields.
    """
    failed = False
    for path in files:
        try:
            file = LexiconFile(path, encoding)
        except (CnlpError, OSError) as error:
            report(error)
            failed = True
        else:
            click.echo(f"{path}: {len(file.rows):,} entries; {file.encoding}; {file.layout}")
            for line in _summary(file):
                click.echo(f"  {line}")
    if failed:
        ctx.exit(FAILED)


@command.command("convert")
@files_argument
@encoding_option
@click.option("-o", "--output", default=STANDARD_OUTPUT, metavar="FILE", help="The file to write.  [default: -]")
@output_encoding_option
def convert(files: tuple[str, ...], encoding: str | None, output: str, output_encoding: str) -> None:
    """Write word lists of any layout and encoding as one in the format of this program."""
    entries = [entry for path in files for entry in LexiconFile(path, encoding).entries]
    write_text(output, (format_entry(entry) + "\n" for entry in entries), output_encoding)


def _summary(file: LexiconFile) -> Iterator[str]:
    """What is in the file, a line for each kind of things."""
    entries = file.entries
    yield f"modes: {_counts(entry.mode for entry in entries)}"
    tags = Counter(entry.tag for entry in entries)
    untagged = tags.pop(None, 0)
    if tags:
        yield f"tags: {_counts(entry.tag for entry in entries if entry.tag)}; none: {untagged:,}"
    weighted = sum(entry.weight is not None for entry in entries)
    if weighted:
        yield f"weights: {weighted:,}; none: {len(entries) - weighted:,}"
    repeated = duplicates(entries, file.numbers)
    yield from _some("duplicates", [f"{word}: lines {', '.join(map(str, lines))}" for word, lines in repeated.items()])
    found = suspicious_lines(entries, file.numbers)
    yield from _some("suspicious lines", [f"{number}: {_shown(entry)}: {reason}" for number, entry, reason in found])


def _counts(values: Iterable[str]) -> str:
    """The most frequent values and how often each occurs."""
    counts = Counter(values).most_common()
    rest = f", and {len(counts) - SHOWN:,} others" if len(counts) > SHOWN else ""
    return ", ".join(f"{value} {count:,}" for value, count in counts[:SHOWN]) + rest


def _some(name: str, lines: list[str]) -> Iterator[str]:
    """How many there are, and the first of them."""
    yield f"{name}: {len(lines):,}"
    yield from (f"  {line}" for line in lines[:SHOWN])
    if len(lines) > SHOWN:
        yield f"  and {len(lines) - SHOWN:,} more"


def _shown(entry: Entry) -> str:
    """The word, or its beginning, on one line."""
    return repr(entry.word if len(entry.word) <= 20 else entry.word[:20] + "…")
