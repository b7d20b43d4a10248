"""Options of the commands that read corpora: their files and formats."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from cnlp.corpus.entities import with_spans
from cnlp.corpus.entity_formats import ENTITY_READERS
from cnlp.corpus.formats import FORMATS
from cnlp.files.messages import print_message
from cnlp.sequence.schemes import REPAIRS

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from cnlp.commands._lexicons import Decorator
    from cnlp.corpus.entities import Repairs, Sentence
    from cnlp.names import Repair

repair_option = click.option(
    "--repair",
    type=click.Choice(REPAIRS),
    help="Handling of tags that break their scheme, which occur in public corpora: 'begin' begins an entity with a tag "
    "that cannot continue the one before (as conlleval), 'drop' drops entities that do not begin and end correctly (as "
    "seqeval's strict mode). Of overlapping entities the longest is kept.  [default: both are errors]",
)


def print_repairs(path: str, repair: Repair | None, repairs: Repairs) -> None:
    """Print what ``--repair`` changed in a file, if it was given."""
    if repair is not None:
        print_message(f"{path}: tags repaired: {repairs.tags}; overlapping entities left out: {repairs.overlaps}")


def _parse_renames(_: click.Context, __: click.Parameter, values: Sequence[str]) -> dict[str, str]:
    """New labels by old ones."""
    pairs = [value.partition("=") for value in values]
    for old, equals, new in pairs:
        if not (old and new):
            raise click.BadParameter(f"expected OLD=NEW, got {old + equals + new!r}")
    return {old: new for old, _, new in pairs}


label_option = click.option(
    "--label",
    "renames",
    multiple=True,
    metavar="OLD=NEW",
    callback=_parse_renames,
    help="Another name for a label; may be repeated.",
)


def rename_labels(sentence: Sentence, renames: Mapping[str, str]) -> Sentence:
    """The sentence with the labels that ``--label`` gives."""
    if not renames:
        return sentence
    return with_spans(sentence, ((start, end, renames.get(label, label)) for start, end, label in sentence.spans))


def corpus_format_option(*names: str) -> Decorator:
    """The format of segmented or tagged files, the parameter ``form``."""
    return click.option(
        *names,
        "form",
        type=click.Choice(FORMATS),
        help="Format of the files: words separated by blanks, word/tag (slash), word_tag (underscore), PFR's brackets, "
        "CoNLL-X and CoNLL-U.  [default: detected from their first lines]",
    )


def entity_format_option(*names: str) -> Decorator:
    """The format of files with entities, the parameter ``form``."""
    return click.option(
        *names,
        "form",
        type=click.Choice(tuple(ENTITY_READERS)),
        help="Format of the files that are read.  [default: detected from their first lines]",
    )


def corpus_files_option(name: str, description: str, *, required: bool = False) -> Decorator:
    """``--train``, ``--dev`` and the like: several files may follow one, see :class:`FilesCommand`."""
    return click.option(name, multiple=True, required=required, metavar="FILES", help=description)


class FilesCommand(click.Command):
    """Lets several files follow one ``--train``, ``--dev`` and the like, as an unquoted pattern gives them."""

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        """Repeat the option before each file after the first."""
        many = ("--train", "--dev", "--test", "--teacher", "--unlabelled")
        spread: list[str] = []
        option, filled = "", False
        for argument in args:
            if argument.startswith("-") and argument != "-":
                option, filled = (argument if argument in many else ""), False
            elif option and filled:
                spread.append(option)
            else:
                filled = True
            spread.append(argument)
        return super().parse_args(ctx, spread)
