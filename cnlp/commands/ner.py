"""``cnlp ner``: find named entities in files, folders or standard input."""

from __future__ import annotations

import os
from collections.abc import Sequence
from functools import partial

import click

from cnlp import errors
from cnlp.batch.entity_formats import ENTITY_SUFFIXES, HTML, FindEntities, make_entity_analysis, make_entity_format
from cnlp.batch.streams import Writing
from cnlp.commands._numbers import FiniteRange
from cnlp.commands._options import (
    BatchOptions,
    batch_options,
    entity_standard_option,
    format_option,
    gazetteer_option,
    recognizer_option,
)
from cnlp.names import Boundary
from cnlp.ner.base import Recognizer
from cnlp.ner.gazetteer import BOUNDARIES, Gazetteer, open_gazetteer
from cnlp.ner.merge import merge
from cnlp.ner.rules import RULE_NAMES, Rules
from cnlp.types import Entity


def _split(_: click.Context, __: click.Parameter, value: str | None) -> tuple[str, ...] | None:
    """The items of a list, separated by commas."""
    return None if value is None else tuple(part for part in value.split(",") if part)


def _parse_expressions(_: click.Context, __: click.Parameter, values: Sequence[str]) -> list[tuple[str, str]]:
    """Pairs of label and expression."""
    pairs = [value.partition("=") for value in values]
    for label, equals, expression in pairs:
        if not (label and equals and expression):
            raise click.BadParameter(f"expected LABEL=EXPRESSION, got {label + equals + expression!r}")
    return [(label, expression) for label, _, expression in pairs]


@click.command("ner")
@batch_options(ENTITY_SUFFIXES)
@recognizer_option
@entity_standard_option
@click.option("--no-model", is_flag=True, help="Use gazetteers and rules only.")
@gazetteer_option
@click.option(
    "--boundaries",
    type=click.Choice(BOUNDARIES),
    default=BOUNDARIES[0],
    show_default=True,
    help="Where names of mode prefer begin and end: words: where a word of the segmenter may; any: everywhere.",
)
@click.option(
    "--rules",
    metavar="LIST",
    callback=_split,
    help=f"Rules to use, separated by commas: {', '.join(RULE_NAMES)}.  [default: all]",
)
@click.option("--no-rules", metavar="LIST", callback=_split, help="Rules to leave out; 'all' leaves out all.")
@click.option(
    "--expression",
    "expressions",
    multiple=True,
    metavar="LABEL=EXPRESSION",
    callback=_parse_expressions,
    help="A custom rule, a regular expression; may be repeated.",
)
@click.option(
    "--labels",
    metavar="LIST",
    callback=_split,
    help="Labels to report, or kinds such as company, separated by commas.  [default: all]",
)
@click.option(
    "--min-score",
    type=FiniteRange(0, 1),
    default=0.0,
    help="Leave out entities that the model scores lower, 0 to 1.  [default: 0]",
)
@format_option(
    ENTITY_SUFFIXES,
    'text: [北京/LOC]; jsonl: {"text", "entities": [{"text", "start", "end", "label", "score"}, ...]} for each '
    r"line; tsv: line, start, end, label, text, score, name, kind (tab is \t, backslash \\); bio: a character and its "
    "tag per line; html: a page that marks entities by colour. Offsets count code points within the line.",
)
def command(
    batch: BatchOptions,
    model: str | None,
    standard: str | None,
    no_model: bool,
    gazetteers: tuple[str, ...],
    boundaries: Boundary,
    rules: tuple[str, ...] | None,
    no_rules: tuple[str, ...] | None,
    expressions: list[tuple[str, str]],
    labels: tuple[str, ...] | None,
    min_score: float,
    format_: str,
) -> None:
    """Find named entities.

    FILES are files, folders (all text files below, sorted), patterns such as 'news/*.txt', or - for standard
    input, which is also read if there are none. Line endings and white space are kept as they are.
    """
    if model is not None and no_model:
        raise click.UsageError("--model and --no-model contradict each other")
    if standard is not None and no_model:
        raise click.UsageError("--standard and --no-model contradict each other")
    if format_ == "html" and batch.output_encoding != "utf-8":
        raise click.UsageError("--format html is in UTF-8, without --output-encoding")
    plan = batch.plan(ENTITY_SUFFIXES[format_])
    recognizer = None if no_model else load_recognizer(model, standard)
    gazetteer = open_gazetteer(gazetteers, boundaries)
    chosen = Rules(_choose_rules(rules, no_rules), expressions)
    _check_labels(labels or (), recognizer, gazetteer, chosen)
    find = make_finder(recognizer.predict if recognizer else None, gazetteer, chosen, labels, min_score)
    form = batch.form(format_, make_entity_format(format_, find), make_entity_analysis(find))
    batch.run(plan, form, Writing(format_ == "text", new_document=HTML if format_ == "html" else None))


def load_recognizer(model: str | None, standard: str | None) -> Recognizer:
    """A model: a file, or the name of a shipped one."""
    from cnlp.ner.entities import recognizer_for

    os.environ.setdefault("OMP_NUM_THREADS", "1")  # the number of threads is up to --workers, not torch
    return recognizer_for(model, standard)


def _check_labels(
    wanted: Sequence[str], recognizer: Recognizer | None, gazetteer: Gazetteer | None, rules: Rules
) -> None:
    """Refuse labels and kinds that nothing gives."""
    known = {rule.label for rule in rules.rules} | (gazetteer.labels if gazetteer is not None else set())
    if recognizer is not None:
        known.update(recognizer.labels_, *recognizer.kinds_.values())
    for label in wanted:
        if label not in known:
            raise errors.unknown_choice("label", label, sorted(known))


def make_finder(
    model: FindEntities | None,
    gazetteer: Gazetteer | None,
    rules: Rules,
    labels: Sequence[str] | None,
    min_score: float,
) -> FindEntities:
    """The function that finds the entities of lines by a model, a gazetteer and rules."""
    return partial(_find, model, gazetteer, rules, None if labels is None else frozenset(labels), min_score)


def _find(
    model: FindEntities | None,
    gazetteer: Gazetteer | None,
    rules: Rules,
    wanted: frozenset[str] | None,
    min_score: float,
    lines: Sequence[str],
) -> list[list[Entity]]:
    proposed: list[list[Entity]] = model(lines) if model is not None else [[] for _ in lines]
    merged = []
    for line, entities in zip(lines, proposed, strict=True):
        found = merge(
            line,
            [entity for entity in entities if entity.score >= min_score],
            matches=gazetteer.matches(line) if gazetteer is not None else (),
            rules=rules.find(line),
        )
        merged.append([each for each in found if wanted is None or each.label in wanted or each.kind in wanted])
    return merged


def _choose_rules(rules: Sequence[str] | None, without: Sequence[str] | None) -> list[str]:
    """Names of the rules to use; unknown ones are left to :class:`Rules` to refuse."""
    if without == ("all",):
        return []
    unknown = [name for name in without or () if name not in RULE_NAMES]
    chosen = list(RULE_NAMES if rules is None else rules)
    return [name for name in chosen if name not in (without or ())] + unknown
