"""``cnlp tag``: words and their parts of speech, of files, folders or standard input."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial

import click

import cnlp
from cnlp.batch.streams import Writing
from cnlp.batch.texts import tag_texts
from cnlp.batch.word_formats import SUFFIXES, WordSpan, make_word_analysis, make_word_format, tag_given_words, tagged
from cnlp.commands._options import (
    BatchOptions,
    SegmentationOptions,
    batch_options,
    delimiter_option,
    format_option,
    segmentation_options,
    tagger_option,
)
from cnlp.files.records import Format
from cnlp.names import Tagset
from cnlp.pos.tagger import convert_tokens, tagger_for
from cnlp.pos.tagsets import TAGSETS
from cnlp.segmentation import Segmenter
from cnlp.types import Token


class TextTagger:
    """Segments and tags text as the command line says.

    Args:
        segmenter: segments it.
        tagset: see :func:`cnlp.tag`.
        model: the tagger, a name or a path.
    """

    def __init__(self, segmenter: Segmenter, tagset: Tagset = "pfr", model: str | None = None) -> None:
        self.segmenter = segmenter
        self.tagset = tagset
        self.model = tagger_for(model)

    @property
    def tags(self) -> tuple[str, ...]:
        """All tags of the model."""
        return self.model.tags

    def tag(self, text: str) -> list[Token]:
        """The words of a text with their tags."""
        return convert_tokens(self.segmenter.tag(text, self.model), self.tagset)

    def tag_words(self, words: Sequence[str]) -> list[str]:
        """The tags of words; ``""`` for none."""
        return [tag or "" for tag in cnlp.tag_words(words, tagset=self.tagset, model=self.model)]

    def spans(self, text: str) -> list[WordSpan]:
        """The words of a text, white space among them, with offsets and tags."""
        return [(token.text, token.start, token.end, token.tag) for token in self.tag(text)]


@click.command("tag")
@batch_options(SUFFIXES)
@click.option("-w", "--words", "is_segmented", is_flag=True, help="The input is segmented: blanks separate its words.")
@click.option(
    "-t",
    "--tagset",
    type=click.Choice(TAGSETS),
    default="pfr",
    show_default=True,
    help="pfr: People's Daily; universal: UPOS; ctb: Chinese Treebank, without a tag where none corresponds.",
)
@tagger_option
@segmentation_options("algorithm", "unknown", "standard", "lexicons", "segmenter")
@delimiter_option
@format_option(
    SUFFIXES,
    'text: word/tag; jsonl: {"text", "tokens": [[word, start, end, tag], ...]} for each line; '
    r"tsv: line, start, end, word, tag (tab is \t, backslash \\). Offsets count code points within the line.",
)
def command(
    batch: BatchOptions,
    is_segmented: bool,
    tagset: Tagset,
    segmentation: SegmentationOptions,
    model: str | None,
    delimiter: str,
    format_: str,
) -> None:
    """Tag words with their parts of speech.

    FILES are files, folders (all text files below, sorted), patterns such as 'news/*.txt', or - for standard
    input, which is also read if there are none. The text is segmented as 'cnlp segment' does, unless --words says
    that it is segmented already. Tags that a --lexicon gives are kept.
    """
    if is_segmented and not segmentation.is_default:
        raise click.UsageError("--words leaves nothing for --algorithm, --standard, --lexicon and the like to segment")
    plan = batch.plan(SUFFIXES[format_])
    tagger = TextTagger(segmentation.segmenter(), tagset, model)
    spans = tag_given_words(tagger.tag_words) if is_segmented else tagger.spans
    if format_ == "text" and not is_segmented:
        lines: Format = partial(tagged, partial(tag_texts, tagger.segmenter, tagset, tagger.model), delimiter)
    else:
        lines = make_word_format(format_, spans, delimiter)
    form = batch.form(format_, lines, make_word_analysis(spans, delimiter))
    batch.run(plan, form, Writing(keep_mark=format_ == "text"))
