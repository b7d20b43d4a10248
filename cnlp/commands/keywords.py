r"""``cnlp keywords``: what files, or their lines, are about.

text   One line for each document: its keywords, the best first, separated by tabs.
jsonl  One object for each document: ``{"document":"a.txt","keywords":[{"text","score","count","spans"},...]}``, with
       ``"line"`` if documents are lines. Spans are [start, end] in code points within the document.
tsv    One row for each keyword: document, line (empty if documents are files), rank, keyword, score, count; no
       heading. In names and keywords a backslash is written ``\\``, a tab ``\t``, a line break ``\n``.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, nullcontext

import click

from cnlp.commands.choices import algorithm_option, lexicon_option, make_segmenter
from cnlp.commands.documents import Document, per_option, read_documents
from cnlp.commands.failures import FAILED, report
from cnlp.commands.inputs import Input, find_inputs
from cnlp.commands.outputs import STANDARD_OUTPUT, Output, file_output, refuse_overwriting, standard_output
from cnlp.commands.progress import show_progress
from cnlp.commands.streams import encoding_option, files_argument, total_size
from cnlp.errors import CnlpError
from cnlp.keyphrases import METHODS, Extractor, Idf, make_extractor, read_stopwords
from cnlp.keyphrases.plot import bar_chart
from cnlp.types import Keyword

FORMATS = ("text", "jsonl", "tsv")
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
    with ExitStack() as stack:
        chart = stack.enter_context(file_output(plot)) if plot is not None else None
        opened = nullcontext(standard_output()) if output == STANDARD_OUTPUT else file_output(output)
        writer = Writer(stack.enter_context(opened), format_, chart)
        failed = write_all(inputs, extractor, top_k, per, encoding, writer)
    if failed + len(failures):
        ctx.exit(FAILED)


class Writer:
    """Writes the keywords of documents.

    Args:
        output: takes the lines.
        form: one of ``FORMATS``.
        chart: takes the picture of the one document.
    """

    def __init__(self, output: Output, form: str, chart: Output | None) -> None:
        self.output = output
        self.form = form
        self.chart = chart
        self.documents = 0

    def write(self, document: Document, keywords: Sequence[Keyword]) -> None:
        """Write the keywords of one document.

        Raises:
            click.UsageError: a picture is wanted and this is the second document.
        """
        self.documents += 1
        if self.chart is not None:
            if self.documents > 1:
                raise click.UsageError("--plot draws one document, and there are several")
            self.chart.write(bar_chart(keywords, document.name).encode("utf-8"))
        self.output.write("".join(self._lines(document, keywords)).encode("utf-8", "surrogatepass"))

    def _lines(self, document: Document, keywords: Sequence[Keyword]) -> Iterator[str]:
        if self.form == "jsonl":
            place = {"document": document.name} | ({} if document.line is None else {"line": document.line})
            found = [{"text": k.text, "score": k.score, "count": k.count, "spans": k.spans} for k in keywords]
            yield _to_json({**place, "keywords": found}) + "\n"
        elif self.form == "tsv":
            start = f"{document.name.translate(_ESCAPES)}\t{document.line or ''}"
            for rank, keyword in enumerate(keywords, 1):
                yield f"{start}\t{rank}\t{keyword.text.translate(_ESCAPES)}\t{keyword.score:.6g}\t{keyword.count}\n"
        else:
            yield "\t".join(keyword.text for keyword in keywords) + "\n"


def write_all(
    inputs: Sequence[Input], extractor: Extractor, top_k: int, per: str, encoding: str, writer: Writer
) -> int:
    """Write the keywords of all documents; returns how many inputs failed, which are reported."""
    failed = 0
    with show_progress(total_size(inputs), wanted=not writer.output.stream.isatty()) as progress:
        for source in inputs:
            try:
                for document in read_documents(source, per, encoding, progress.advance):
                    writer.write(document, extractor.keywords(document.text, top_k))
            except (CnlpError, OSError) as error:
                if writer.output.failed:
                    raise
                progress.clear()
                report(error)
                failed += 1
    return failed
