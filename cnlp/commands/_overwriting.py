"""No command overwrites a file that it reads, be it a text, a list or a model."""

from __future__ import annotations

import os
from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

from cnlp.files.inputs import Input
from cnlp.files.outputs import refuse_overwriting

if TYPE_CHECKING:
    import click

WRITTEN = frozenset({"output", "target", "to_lexicon", "plot", "log"})  # parameters that name files to write


def refuse_overwriting_parameters(context: click.Context, targets: Sequence[str] = ()) -> None:
    """Refuse to write to a file that any parameter of the command names to be read.

    Args:
        context: of the command.
        targets: further files that will be written, such as those in an output folder.

    Raises:
        ArgumentError: an output is also an input.
    """
    written = [path for name in WRITTEN for path in _texts(context.params.get(name))]
    values = [value for name, value in context.params.items() if name not in WRITTEN]
    read = [Input(path, path) for path in _texts(values) if os.path.isfile(path)]
    refuse_overwriting(read, [*written, *targets])


def _texts(value: object) -> Iterator[str]:
    """The texts in a value; not every one is a path, but an option has no other that is also an output."""
    if isinstance(value, str):
        yield value
    elif isinstance(value, (tuple, list)):
        for part in value:
            yield from _texts(part)
