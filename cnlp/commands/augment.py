"""``cnlp augment``: more sentences from a corpus with named entities."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import click

from cnlp import errors
from cnlp.commands._augmentation import Augmentation, augmentation_options
from cnlp.commands._corpora import entity_format_option, print_repairs, repair_option
from cnlp.commands._encodings import encoding_option, output_encoding_option
from cnlp.commands._training import seed_option
from cnlp.commands.convert import write_corpus
from cnlp.corpus.entities import Repairs, Sentence
from cnlp.corpus.entity_formats import WRITERS, detect_entities, number_entities
from cnlp.names import Repair


@click.command("augment")
@click.argument("source", metavar="IN")
@click.argument("target", metavar="OUT")
@entity_format_option("--from")
@click.option("--to", type=click.Choice((*WRITERS, "brat")), help="Format of OUT.  [default: that of IN]")
@augmentation_options("--rate")
@seed_option
@repair_option
@encoding_option
@output_encoding_option
def command(
    source: str,
    target: str,
    form: str | None,
    to: str | None,
    augmentation: Augmentation,
    seed: int,
    repair: Repair | None,
    encoding: str,
    output_encoding: str,
) -> None:
    """Make more sentences from a corpus with named entities.

    IN and OUT are files in the formats of 'cnlp convert', or - for standard input (with --from) and output. Each
    sentence is followed by what is made from it. Operations: swap an entity for another one of its label; replace words
    by synonyms; drop or confuse characters, outside of entities; cut the sentence at a comma; join it with the next
    one. Only augment what is learnt from, never what is scored on.
    """
    repairs = Repairs()
    kind = form or detect_entities(source, encoding=encoding)
    numbered = list(number_entities(source, kind, repair=repair, encoding=encoding, repairs=repairs))
    if not numbered:
        raise errors.bad_line(source, 1, "the file has no sentences")
    made = augmentation.apply([sentence for _, sentence in numbered], seed)
    write_corpus(source, _numbered(made, numbered), target, to or (kind if kind in WRITERS else "bio"), output_encoding)
    print_repairs(source, repair, repairs)


def _numbered(made: Sequence[Sentence], originals: Sequence[tuple[int, Sentence]]) -> Iterator[tuple[int, Sentence]]:
    """What was made, with the line of the original that it follows."""
    following = iter(originals)
    number, coming = next(following, (0, None))
    line = number
    for sentence in made:
        if sentence == coming:
            line = number
            number, coming = next(following, (0, None))
        yield line, sentence
