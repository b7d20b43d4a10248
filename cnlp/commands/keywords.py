r"""``cnlp keywords``: what files, or their lines, are about.

text   One line for each document: its keywords, the best first, separated by tabs.
jsonl  One object for each document: ``{"document":"a.txt","keywords":[{"text","score","count","spans"},...]}``, with
       ``"line"`` if documents are lines. Spans are [start, end] in code points within the document.
tsv    One row for each keyword: document, line (empty if documents are files), rank, keyword, score, count; no
       heading. In names and keywords a backslash is written ``\\``, a tab ``\t``, a line break ``\n``.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, closing, nullcontext
from functools import partial
from typing import NamedTuple

import click

from cnlp.commands.choices import algorithm_option, lexicon_option, make_segmenter
from cnlp.commands.documents import Document, per_option, read_documents
from cnlp.commands.failures import FAILED, report
from cnlp.commands.inputs import Input, find_inputs
from cnlp.commands.outputs import STANDARD_OUTPUT, Output, file_output, refuse_overwriting, standard_output
from cnlp.commands.progress import show_progress
from cnlp.commands.streams import encoding_option, files_argument, total_size, workers_option
from cnlp.errors import CnlpError
from cnlp.keyphrases import METHODS, Extractor, Idf, make_extractor, read_stopwords
from cnlp.keyphrases.plot import bar_chart
from cnlp.parallel import ordered_map
from cnlp.types import Keyword

FORMATS = ("text", "jsonl", "tsv")
GROUP_SIZE = 1 << 16  # characters of the documents that a worker gets at once
_ESCAPES = str.maketrans({"\\": "\\\\", "\t": "\\t", "\n": "\\n", "\r": "\\r"})
_to_json = json.JSONEncoder(ensure_ascii=False, separators=(",", ":")).encode


@click.command("keywords")
@files_argument
@click.option(
    "-o", "--output", default=STANDARD_OUTPUT, metavar="FILE", help="File to write.  [default: standard output]"
)
@click.option(
    "-m",
    "--method",
    type=click.Choice(tuple(METHODS)),
    default="combined",
    show_default=True,
    help="combined: words and phrases by all that tells keyphrases; tfidf: often here, seldom elsewhere; textrank: "
    "words that recommend each other; tf: often.",
)
@click.option("-k", "--top-k", type=click.IntRange(0), default=20, show_default=True, help="How many at most.")
@click.option("--phrases/--no-phrases", default=True, help="Words that stand side by side as one.  [default: phrases]")
@click.option("-p", "--pos", metavar="TAGS", help="Parts of speech that are wanted, such as n,v; ns for places alone.")
@click.option("--min-length", type=click.IntRange(1), default=2, show_default=True, help="Of a keyword, in characters.")
@click.option("--stopwords", metavar="FILE", help="Words that are never keywords, one a line; not the shipped ones.")
@click.option("--idf", metavar="FILE", help="Table of 'cnlp idf', or jieba's idf.txt; not the shipped one.")
@algorithm_option
@lexicon_option
@per_option("file")
@click.option(
    "-f",
    "--format",
    "format_",
    type=click.Choice(FORMATS),
    default="text",
    show_default=True,
    help='text: a line for each document, tabs between; jsonl: {"document", "keywords": [{"text", "score", "count", '
    '"spans"}]}; tsv: document, line, rank, keyword, score, count.',
)
@click.option("--plot", metavar="FILE", help="Also draw the scores of the one document as SVG.")
@encoding_option
@workers_option
@click.pass_context
def command(
    ctx: click.Context,
    files: tuple[str, ...],
    output: str,
    method: str,
    top_k: int,
    phrases: bool,
    pos: str | None,
    min_length: int,
    stopwords: str | None,
    idf: str | None,
    algorithm: str | None,
    lexicons: tuple[str, ...],
    per: str,
    format_: str,
    plot: str | None,
    encoding: str,
    workers: int,
) -> None:
    """Find the keywords of documents.

    FILES are files, folders (all text files below), patterns such as 'news/*.txt', or - for standard input, which
    is also read if there are none. Each file is a document, or each line with --per line.
    """
    inputs, failures = find_inputs(files)
    refuse_overwriting(inputs, [path for path in (output, plot) if path is not None])
    for failure in failures:
        report(failure)
    options: dict[str, object] = {"min_length": min_length}
    options |= {"pos": pos.split(",")} if pos is not None else {}
    options |= {"stopwords": read_stopwords(stopwords)} if stopwords is not None else {}
    options |= {"idf": Idf.read(idf)} if idf is not None else {}
    if algorithm or lexicons:
        options["segmenter"] = make_segmenter(algorithm=algorithm, lexicons=lexicons)
    extractor = make_extractor(method, phrases, **options)
    extractor.keywords("")  # refuses what the command line got wrong before anything is written
    write = partial(write_documents, extractor, top_k, format_)
    failed = len(failures)
    with ExitStack() as stack:
        picture = Picture(stack.enter_context(file_output(plot)), extractor, top_k) if plot is not None else None
        opened = nullcontext(standard_output()) if output == STANDARD_OUTPUT else file_output(output)
        target = stack.enter_context(opened)
        progress = stack.enter_context(show_progress(total_size(inputs), wanted=not target.stream.isatty()))
        groups = read_groups(inputs, per, encoding, GROUP_SIZE if workers > 1 else 0, progress.advance)
        results = ordered_map(write, groups, workers=workers, processes=True, weigh=_size)
        for about, outcome in stack.enter_context(closing(results)):
            if outcome is not None:
                if picture is not None:
                    picture.draw(about.documents)
                target.write(outcome())
            if about.failure is not None:
                progress.clear()
                report(about.failure)
                failed += 1
    if failed:
        ctx.exit(FAILED)


class Group(NamedTuple):
    """Some documents, and why the input behind them cannot be read any further."""

    documents: list[Document]
    failure: CnlpError | OSError | None = None


def read_groups(
    inputs: Sequence[Input], per: str, encoding: str, size: int, on_read: Callable[[int], object]
) -> Iterator[tuple[Group, list[Document] | None]]:
    """The documents of all inputs in groups of at least ``size`` characters, and what is to be done: the documents."""
    documents: list[Document] = []
    characters = 0
    for source in inputs:
        try:
            for document in read_documents(source, per, encoding, on_read):
                documents.append(document)
                characters += len(document.text)
                if characters >= size:
                    yield Group(documents), documents
                    documents, characters = [], 0
        except (CnlpError, OSError) as error:
            yield Group(documents, error), documents or None
            documents, characters = [], 0
    if documents:
        yield Group(documents), documents


def _size(documents: Sequence[Document]) -> int:
    return sum(len(document.text) for document in documents)


def write_documents(extractor: Extractor, top_k: int, form: str, documents: Sequence[Document]) -> bytes:
    """The keywords of documents in one of ``FORMATS``."""
    lines = [
        line for document in documents for line in _lines(form, document, extractor.keywords(document.text, top_k))
    ]
    return "".join(lines).encode("utf-8", "surrogatepass")


def _lines(form: str, document: Document, keywords: Sequence[Keyword]) -> Iterator[str]:
    if form == "jsonl":
        place = {"document": document.name} | ({} if document.line is None else {"line": document.line})
        found = [{"text": k.text, "score": k.score, "count": k.count, "spans": k.spans} for k in keywords]
        yield _to_json({**place, "keywords": found}) + "\n"
    elif form == "tsv":
        start = f"{document.name.translate(_ESCAPES)}\t{document.line or ''}"
        for rank, keyword in enumerate(keywords, 1):
            yield f"{start}\t{rank}\t{keyword.text.translate(_ESCAPES)}\t{keyword.score:.6g}\t{keyword.count}\n"
    else:
        yield "\t".join(keyword.text for keyword in keywords) + "\n"


class Picture:
    """The scores of the one document as SVG."""

    def __init__(self, output: Output, extractor: Extractor, top_k: int) -> None:
        self.output = output
        self.extractor = extractor
        self.top_k = top_k
        self.documents = 0

    def draw(self, documents: Sequence[Document]) -> None:
        """Draw the first document.

        Raises:
            click.UsageError: this is the second one.
        """
        for document in documents:
            self.documents += 1
            if self.documents > 1:
                raise click.UsageError("--plot draws one document, and there are several")
            keywords = self.extractor.keywords(document.text, self.top_k)
            self.output.write(bar_chart(keywords, document.name).encode("utf-8"))
