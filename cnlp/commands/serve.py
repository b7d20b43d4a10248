"""``cnlp serve``: the web service."""

from __future__ import annotations

import os

import click

from cnlp import errors
from cnlp.commands._lexicons import LexiconFiles, lexicon_options
from cnlp.commands._numbers import FiniteRange
from cnlp.commands._options import gazetteer_option
from cnlp.model.registry import SHIPPED


@click.command("serve")
@click.option("--host", default="127.0.0.1", show_default=True, help="Address to listen on.")
@click.option("--port", default=8000, show_default=True, type=click.IntRange(0, 65535), help="Port; 0: any free one.")
@click.option("--workers", default=1, show_default=True, type=click.IntRange(1), help="Processes.")
@click.option("--max-body", default=2_000_000, show_default=True, type=click.IntRange(1), help="Bytes of a request.")
@click.option(
    "--timeout",
    default=10.0,
    show_default=True,
    type=FiniteRange(0.1),
    help="Seconds in which the head of a request must come, and then its body.",
)
@click.option(
    "--deadline", default=5.0, show_default=True, type=FiniteRange(0.1), help="Seconds that a request may work."
)
@click.option(
    "--write-timeout",
    default=30.0,
    show_default=True,
    type=FiniteRange(0.1),
    help="Seconds in which a client must take an answer.",
)
@click.option("--connections", default=500, show_default=True, type=click.IntRange(1), help="Open connections.")
@click.option(
    "--allowed-host",
    "hosts",
    multiple=True,
    metavar="NAME",
    help="A name by which clients call it, besides addresses, localhost and --host; may be repeated; *: any.",
)
@lexicon_options(
    "Custom words for all requests; may be repeated. A changed file is taken up at once, without a restart."
)
@gazetteer_option
@click.option(
    "--model",
    "models",
    multiple=True,
    metavar="NAME",
    help="A model in place of a default one, a name or a file of 'cnlp train'; its kind says whether it is for words, "
    "tags, entities or keywords. May be repeated.",
)
@click.option("--quiet", is_flag=True, help="Do not log requests. Texts are never logged.")
def command(
    host: str,
    port: int,
    workers: int,
    max_body: int,
    timeout: float,
    deadline: float,
    write_timeout: float,
    connections: int,
    hosts: tuple[str, ...],
    lexicons: LexiconFiles,
    gazetteers: tuple[str, ...],
    models: tuple[str, ...],
    quiet: bool,
) -> None:
    """Serve words, parts of speech, entities and keywords as JSON, and a page to try them.

    Only this machine can reach it, unless --host says otherwise. Open http://127.0.0.1:8000/ for the page;
    /openapi.json describes the rest. Ctrl-C or SIGTERM finishes the requests in progress, then stops, within ten
    seconds. The limits of connections and requests are those of each of the --workers.
    """
    try:
        from cnlp.service.server import serve
    except ImportError:
        raise errors.missing_dependency("uvicorn", "serve", "cnlp serve") from None
    from cnlp.ner.gazetteer import open_gazetteer
    from cnlp.service.models import sort_models
    from cnlp.service.settings import Settings

    names = None if "*" in hosts else tuple(name.lower() for name in (*hosts, host))
    for _ in lexicons.read():  # what is wrong with a file is an error now, not in each process
        pass
    open_gazetteer(gazetteers)
    sort_models(models)
    settings = Settings(
        max_body,
        timeout,
        deadline,
        write_timeout,
        connections,
        names,
        lexicons=tuple(map(os.path.abspath, lexicons.paths)),
        lexicon_encoding=lexicons.encoding,
        gazetteers=tuple(map(os.path.abspath, gazetteers)),
        models=tuple(model if model in SHIPPED else os.path.abspath(model) for model in models),
    )
    serve(settings, host=host, port=port, workers=workers, quiet=quiet)
