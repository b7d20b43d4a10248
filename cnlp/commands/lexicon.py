"""``cnlp lexicon``: work on word lists. ``check`` reads one as ``cnlp segment --lexicon`` would."""

from __future__ import annotations

import click

from cnlp.commands._errors import FAILED, report
from cnlp.errors import CnlpError
from cnlp.lexicon.entries import read_entries


@click.group("lexicon")
def command() -> None:
    """Check word lists."""


@command.command("check")
@click.argument("files", nargs=-1, required=True, metavar="FILES...")
@click.pass_context
def check(ctx: click.Context, files: tuple[str, ...]) -> None:
    """Read word lists and report the first bad line of each.

    A line is word<TAB>weight<TAB>tag<TAB>mode<TAB>extra, of which only the word is required, or jieba's
    'word freq tag'.
    """
    failed = False
    for path in files:
        try:
            entries = read_entries(path)
        except (CnlpError, OSError) as error:
            report(error)
            failed = True
        else:
            click.echo(f"{path}: {len(entries)} entries")
    if failed:
        ctx.exit(FAILED)
