"""``cnlp serve``: the web service."""

from __future__ import annotations

import click

from cnlp import errors


@click.command("serve")
@click.option("--host", default="127.0.0.1", show_default=True, help="Address to listen on.")
@click.option("--port", default=8000, show_default=True, type=click.IntRange(0, 65535), help="Port; 0: any free one.")
@click.option("--workers", default=1, show_default=True, type=click.IntRange(1), help="Processes.")
@click.option("--max-body", default=2_000_000, show_default=True, type=click.IntRange(1), help="Bytes of a request.")
@click.option("--timeout", default=10.0, show_default=True, type=click.FloatRange(0.1), help="Seconds a body may take.")
@click.option("--quiet", is_flag=True, help="Do not log requests. Texts are never logged.")
def command(host: str, port: int, workers: int, max_body: int, timeout: float, quiet: bool) -> None:
    """Serve words, parts of speech, entities and keywords as JSON, and a page to try them.

    Only this machine can reach it, unless --host says otherwise. Open http://127.0.0.1:8000/ for the page;
    /openapi.json describes the rest. Ctrl-C or SIGTERM finishes the requests in progress, then stops.
    """
    try:
        import uvicorn
    except ImportError:
        raise errors.missing_dependency("uvicorn", "serve", "cnlp serve") from None
    import os

    from cnlp.service.settings import BODY, SECONDS

    os.environ[BODY], os.environ[SECONDS] = str(max_body), str(timeout)  # read by the processes that uvicorn starts
    uvicorn.run(
        "cnlp.service.settings:app",
        factory=True,
        host=host,
        port=port,
        workers=workers,
        access_log=not quiet,
        timeout_graceful_shutdown=10,
    )
