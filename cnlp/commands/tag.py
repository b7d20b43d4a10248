"""``cnlp tag``: words and their parts of speech, of files, folders or standard input."""

from __future__ import annotations

from collections.abc import Sequence

import click

import cnlp
from cnlp import Segmenter
from cnlp.batch.streams import Writing
from cnlp.commands.batch import Batch, batch_options
from cnlp.commands.choices import (
    algorithm_option,
    delimiter_option,
    lexicon_option,
    make_segmenter,
    standard_option,
    unknown_option,
)
from cnlp.commands.formats import SUFFIXES, Span, make_analysis, make_format, make_tag_cut
from cnlp.pos.tagger import PartOfSpeech, convert_tokens
from cnlp.pos.tagsets import TAGSETS
from cnlp.types import Token


class Tagger:
    """Cuts and tags text as the command line says.

    Args:
        segmenter: cuts it.
        tagset: see :func:`cnlp.tag`.
        model: a file of a tagger of one's own.
    """

    def __init__(self, segmenter: Segmenter, tagset: str = "pfr", model: str | None = None) -> None:
        self.segmenter = segmenter
        self.tagset = tagset
        self.model = PartOfSpeech(model) if model is not None else None

    def tag(self, text: str) -> list[Token]:
        """The words of a text with their tags."""
        return convert_tokens(self.segmenter.tag(text, self.model), self.tagset)

    def tag_words(self, words: Sequence[str]) -> list[str]:
        """The tags of words; ``""`` for none."""
        return [tag or "" for tag in cnlp.tag_words(words, tagset=self.tagset, model=self.model)]

    def spans(self, text: str) -> list[Span]:
        """The words of a text, white space among them, with offsets and tags."""
        return [(token.text, token.start, token.end, token.tag) for token in self.tag(text)]


@click.command("tag")
@batch_options(SUFFIXES)
@click.option("-w", "--words", "is_cut", is_flag=True, help="The input is cut already: blanks part its words.")
@click.option(
    "-t",
    "--tagset",
    type=click.Choice(TAGSETS),
    default="pfr",
    show_default=True,
    help="pfr: People's Daily; universal: UPOS; ctb: Chinese Treebank, without a tag where none corresponds.",
)
@algorithm_option
@unknown_option
@standard_option
@lexicon_option
@click.option("--model", metavar="PATH", help="A tagger of your own, see 'cnlp train tag'.")
@delimiter_option
@click.option(
    "-f",
    "--format",
    "format_",
    type=click.Choice(tuple(SUFFIXES)),
    default="text",
    show_default=True,
    help='text: word/tag; jsonl: {"text", "tokens": [[word, start, end, tag], ...]} for each line; '
    r"tsv: line, start, end, word, tag (tab is \t, backslash \\). Offsets count code points within the line.",
)
def command(
    batch: Batch,
    is_cut: bool,
    tagset: str,
    algorithm: str | None,
    unknown: str | None,
    standard: str | None,
    lexicons: tuple[str, ...],
    model: str | None,
    delimiter: str,
    format_: str,
) -> None:
    """Tell the parts of speech of words.

    FILES are files, folders (all text files below, sorted), patterns such as 'news/*.txt', or - for standard
    input, which is also read if there are none. The text is cut as 'cnlp segment' cuts it, unless --words says
    that it is cut already. Tags that a --lexicon gives are kept.
    """
    if is_cut and (algorithm or unknown or standard or lexicons):
        raise click.UsageError("--words leaves nothing to cut for --algorithm, --unknown, --standard and --lexicon")
    plan = batch.plan(SUFFIXES[format_])
    segmenter = make_segmenter(algorithm=algorithm, unknown=unknown, standard=standard, lexicons=lexicons)
    tagger = Tagger(segmenter, tagset, model)
    cut = make_tag_cut(tagger.tag_words) if is_cut else tagger.spans
    form = batch.form(format_, make_format(format_, cut, delimiter), make_analysis(cut, delimiter))
    batch.run(plan, form, Writing(keep_mark=format_ == "text"))
