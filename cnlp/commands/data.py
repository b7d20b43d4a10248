"""``cnlp data``: the public corpora that models and benchmarks are made from, and how to get them."""

from __future__ import annotations

import json
import sys
from collections.abc import Iterable, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

import click

from cnlp.commands._errors import FAILED, report
from cnlp.corpus.fetch import Advance, address, fetch, state
from cnlp.corpus.registry import CORPORA, CORPUS_SOURCES, Corpus, chosen_folder, find_corpus
from cnlp.errors import ArgumentError, CnlpError
from cnlp.evaluation.tables import lines_of
from cnlp.files.language import translate

if TYPE_CHECKING:
    from collections.abc import Iterator

folder_option = click.option(
    "--folder",
    type=click.Path(file_okay=False, path_type=Path),
    help="The folder of the corpora; by default what the environment variable CNLP_DATA names, else ../shared/data.",
)


@click.group("data")
def command() -> None:
    """List the public corpora that models and benchmarks are made from, and fetch them.

    Nothing of them is in the package: they belong to their publishers, who set the terms.
    """


@command.command("list")
@folder_option
@click.option("--check", is_flag=True, help="Compare the SHA-256 of what is here, not its size alone.")
@click.option("--json", "as_json", is_flag=True, help="One JSON object a line, with addresses and checksums.")
def list_command(folder: Path | None, check: bool, as_json: bool) -> None:
    """List every file: its format, size, whether it is here, and the terms of its source."""
    place = folder or chosen_folder()
    states = {name: state(corpus, place, check=check) for name, corpus in CORPORA.items()}
    if as_json:
        for name, corpus in CORPORA.items():
            click.echo(json.dumps({**_facts(corpus), "state": states[name]}, ensure_ascii=False))
        return
    rows: list[Sequence[object]] = [("name", "bytes", "format", "part", "state", "source")]
    rows += [
        (name, corpus.size, corpus.format, corpus.split, states[name], corpus.source)
        for name, corpus in CORPORA.items()
    ]
    for line in lines_of(rows):
        click.echo(line)
    click.echo()
    for name, source in CORPUS_SOURCES.items():
        click.echo(f"{name}: {source.title}\n    {source.page}\n    terms: {source.terms}")


@command.command("fetch")
@click.argument("names", nargs=-1, required=True, metavar="NAME...")
@folder_option
@click.option("--mirror", metavar="URL", help="Take the files from a copy of the folder at this address.")
@click.option("-y", "--yes", is_flag=True, help="Agree to the terms of use without being asked.")
@click.pass_context
def fetch_command(
    ctx: click.Context, names: tuple[str, ...], folder: Path | None, mirror: str | None, yes: bool
) -> None:
    """Download corpora, check them, and put them where cnlp looks for them.

    NAMEs are those of 'cnlp data list', of a source there, or 'all'. An interrupted download is resumed.
    """
    place = folder or chosen_folder()
    corpora = list(_named(names))
    if not yes:
        _agree(corpora)
    failed = False
    for corpus in corpora:
        try:
            if state(corpus, place, check=True) == "here":
                click.echo(f"{corpus.name}: here already, complete")
                continue
            address(corpus, mirror)  # says so before the bar, where there is none
            with _bar(corpus.name) as advance:
                path = fetch(corpus, place, mirror=mirror, advance=advance)
            click.echo(f"{corpus.name}: {path} ({corpus.size:,} bytes, checksum verified)")
        except (CnlpError, OSError) as error:
            report(error)
            failed = True
    if failed:
        ctx.exit(FAILED)


def _named(names: Iterable[str]) -> Iterator[Corpus]:
    """The corpora of these names, each once."""
    found: dict[str, Corpus] = {}
    for name in names:
        if name == "all":
            found |= CORPORA
        elif name in CORPUS_SOURCES:
            found |= {corpus.name: corpus for corpus in CORPORA.values() if corpus.source == name}
        else:
            found[name] = find_corpus(name)
    yield from found.values()


def _agree(corpora: Iterable[Corpus]) -> None:
    """Show the terms of use and ask.

    Raises:
        ArgumentError: nobody is there to answer.
        click.Abort: the answer is no.
    """
    for name in dict.fromkeys(corpus.source for corpus in corpora):
        source = CORPUS_SOURCES[name]
        click.echo(f"{name}: {source.title} ({source.page})\n    terms: {source.terms}", err=True)
    if not sys.stdin.isatty():
        raise ArgumentError("the terms of use above need your consent: add --yes")
    click.confirm(translate("Do you agree to these terms?"), abort=True, err=True)


@contextmanager
def _bar(name: str) -> Iterator[Advance | None]:
    """A bar on standard error, if that is a terminal."""
    if sys.stderr is None or not sys.stderr.isatty():
        yield None
        return
    from tqdm import tqdm

    with tqdm(desc=name, unit="B", unit_scale=True, leave=False) as bar:

        def advance(count: int, total: int | None) -> None:
            bar.total = total
            bar.update(count)

        yield advance


def _facts(corpus: Corpus) -> dict[str, object]:
    source = CORPUS_SOURCES[corpus.source]
    return {
        "name": corpus.name,
        "path": corpus.path,
        "format": corpus.format,
        "standard": corpus.standard,
        "part": corpus.split,
        "bytes": corpus.size,
        "sha256": corpus.sha256,
        "source": source.title,
        "page": source.page,
        "terms": source.terms,
        "url": None if source.url is None else address(corpus),
        "member": corpus.location if source.url and source.url.endswith(".zip") else None,
    }
