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
from contextlib import ExitStack
from functools import partial

import click

from cnlp.batch.streams import Writing
from cnlp.commands.batch import Batch, batch_options, per_option
from cnlp.commands.choices import algorithm_option, lexicon_option, make_segmenter
from cnlp.commands.formats import SUFFIXES
from cnlp.files.documents import Document
from cnlp.files.lines import split_lines
from cnlp.files.outputs import Output, file_output
from cnlp.files.records import Analysis, Place
from cnlp.keyphrases import METHODS, Idf, make_extractor, read_stopwords
from cnlp.keyphrases.plot import bar_chart
from cnlp.types import Keyword

Find = Callable[[str], list[Keyword]]

_ESCAPES = str.maketrans({"\\": "\\\\", "\t": "\\t", "\n": "\\n", "\r": "\\r"})
_to_json = json.JSONEncoder(ensure_ascii=False, separators=(",", ":")).encode


@click.command("keywords")
@batch_options(SUFFIXES)
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
    type=click.Choice(tuple(SUFFIXES)),
    default="text",
    show_default=True,
    help='text: a line for each document, tabs between; jsonl: {"document", "keywords": [{"text", "score", "count", '
    '"spans"}]}; tsv: document, line, rank, keyword, score, count.',
)
@click.option("--plot", metavar="FILE", help="Also draw the scores of the one document as SVG.")
def command(
    batch: Batch,
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
) -> None:
    """Find the keywords of documents.

    FILES are files, folders (all text files below), patterns such as 'news/*.txt', or - for standard input, which
    is also read if there are none. Each file is a document, or each line with --per line,
    or each record with --field.
    """
    plan = batch.plan(SUFFIXES[format_], also=plot)
    if plot is not None and (len(plan.inputs) > 1 or batch.resume):
        raise click.UsageError("--plot draws one document, and there are several")
    options: dict[str, object] = {"min_length": min_length}
    options |= {"pos": pos.split(",")} if pos is not None else {}
    options |= {"stopwords": read_stopwords(stopwords)} if stopwords is not None else {}
    options |= {"idf": Idf.read(idf)} if idf is not None else {}
    if algorithm or lexicons:
        options["segmenter"] = make_segmenter(algorithm=algorithm, lexicons=lexicons)
    extractor = make_extractor(method, phrases, **options)
    extractor.keywords("")  # refuses what the command line got wrong before anything is written
    find = partial(extractor.keywords, top_k=top_k)
    analysis = Analysis("keywords", partial(_as_dicts, find), partial(_as_text, find), is_text=False)
    form = batch.form(format_, partial(_write, find, format_, per), analysis)
    with ExitStack() as stack:
        picture = Picture(stack.enter_context(file_output(plot)), find, per) if plot is not None else None
        batch.run(plan, form, Writing(watch=picture.draw if picture else None), whole=per == "file")


def read_documents(chunk: bytes, place: Place, per: str) -> Iterator[Document]:
    """The documents of a chunk; lines without text are none."""
    text = chunk.decode("utf-8")
    if per == "file":
        yield Document(place.name, None, text)
        return
    for number, (line, _) in enumerate(split_lines(text), place.line):
        if line.strip():
            yield Document(place.name, number, line)


def _write(find: Find, form: str, per: str, chunk: bytes, place: Place) -> bytes:
    """The keywords of the documents of a chunk in format ``form``."""
    documents = read_documents(chunk, place, per)
    lines = [line for document in documents for line in _lines(form, document, find(document.text))]
    return "".join(lines).encode("utf-8", "surrogatepass")


def _lines(form: str, document: Document, keywords: Sequence[Keyword]) -> Iterator[str]:
    if form == "jsonl":
        place = {"document": document.name} | ({} if document.line is None else {"line": document.line})
        yield _to_json({**place, "keywords": list(map(_as_dict, keywords))}) + "\n"
    elif form == "tsv":
        start = f"{document.name.translate(_ESCAPES)}\t{document.line or ''}"
        for rank, keyword in enumerate(keywords, 1):
            yield f"{start}\t{rank}\t{keyword.text.translate(_ESCAPES)}\t{keyword.score:.6g}\t{keyword.count}\n"
    else:
        yield "\t".join(keyword.text for keyword in keywords) + "\n"


def _as_text(find: Find, text: str) -> str:
    return "\t".join(keyword.text for keyword in find(text))


def _as_dicts(find: Find, text: str) -> list[dict[str, object]]:
    return list(map(_as_dict, find(text)))


def _as_dict(keyword: Keyword) -> dict[str, object]:
    return {"text": keyword.text, "score": keyword.score, "count": keyword.count, "spans": keyword.spans}


class Picture:
    """The scores of the one document as SVG."""

    def __init__(self, output: Output, find: Find, per: str) -> None:
        self.output = output
        self.find = find
        self.per = per
        self.documents = 0

    def draw(self, chunk: bytes, place: Place) -> None:
        """Draw the document in a chunk.

        Raises:
            click.UsageError: this is the second one.
        """
        for document in read_documents(chunk, place, self.per):
            self.documents += 1
            if self.documents > 1:
                raise click.UsageError("--plot draws one document, and there are several")
            self.output.write(bar_chart(self.find(document.text), document.name).encode("utf-8"))
