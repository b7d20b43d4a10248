"""The entities of a text, by a model of either kind, by names and by rules together: :func:`entities`."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from functools import cache, partial
from typing import TYPE_CHECKING, Any

from cnlp import errors
from cnlp.lexicon.lexicon import Lexicon
from cnlp.model.registry import SHIPPED
from cnlp.ner.base import DEFAULT, NEURAL_KIND, Recognizer, open_entities
from cnlp.ner.linear import EntityRecognizer
from cnlp.segmentation.shortcut import is_fixed, shortcut

if TYPE_CHECKING:
    from typing import TypeAlias

    from cnlp.lexicon.lexicon import LexiconLike
    from cnlp.model.registry import ModelLike
    from cnlp.names import Standard
    from cnlp.ner.gazetteer import Gazetteer, GazetteerLike
    from cnlp.ner.rules import Rules
    from cnlp.types import Entity

    RecognizerLike: TypeAlias = "Recognizer | ModelLike"


def load_recognizer(model: ModelLike | None = None, *, standard: Standard | None = None) -> Recognizer:
    """Open a model of either kind, linear or neural.

    Args:
        model: a file, or the name of a shipped model; by default ``"ner"``.
        standard: whose conventions to follow, one of those of the model; its first by default.

    Raises:
        OSError: the file cannot be read.
        ModelError: it is damaged, or holds something else.
        ArgumentError: it has no such standard.
        MissingDependencyError: it is a neural model, and torch is not installed.
    """
    file = open_entities(model)
    if file.kind != NEURAL_KIND:
        return EntityRecognizer.from_file(file, standard=standard)
    from cnlp.ner.neural.recognizer import NeuralRecognizer

    return NeuralRecognizer.from_file(file, standard=standard)


def recognizer_for(model: RecognizerLike | None = None, standard: Standard | None = None) -> Recognizer:
    """The recognizer that :func:`entities` uses for this choice; shipped ones are opened once.

    Raises:
        ArgumentError: ``standard`` is not a name, or the model is a recognizer, which follows one already; and as
            :func:`load_recognizer`.
    """
    if isinstance(model, Recognizer):
        if standard is not None:
            raise errors.ArgumentError("standard chooses among those of a file; this recognizer follows one already")
        return model
    if standard is not None and not isinstance(standard, str):
        raise errors.ArgumentError(f"standard must be a name such as 'general', not {type(standard).__name__}")
    name = DEFAULT if model is None else model
    if isinstance(name, str) and name in SHIPPED:
        return _shipped(name, standard)
    return load_recognizer(name, standard=standard)


@cache
def _shipped(name: str, standard: Standard | None) -> Recognizer:
    return load_recognizer(name, standard=standard)


def _find(**choices: Any) -> Callable[[str], Any] | None:
    return _finder_of_one(**choices) if all(map(_never_changes, choices, choices.values())) else None


def _never_changes(name: str, value: object) -> bool:
    if name == "gazetteer":
        from cnlp.ner.gazetteer import Gazetteer

        return isinstance(value, Gazetteer)
    if name == "rules":
        from cnlp.ner.rules import Rules

        return isinstance(value, (Rules, bool))
    if name == "model":
        return is_fixed(value, Recognizer)
    return isinstance(value, Lexicon) if name == "lexicon" else name == "standard"


@shortcut(_find)
def entities(
    text: str,
    *,
    model: RecognizerLike | None = None,
    standard: Standard | None = None,
    gazetteer: GazetteerLike | None = None,
    rules: Rules | Iterable[str] | bool = False,
    lexicon: LexiconLike | None = None,
) -> list[Entity]:
    """The named entities of a text.

    Args:
        text: any str, in either script, of any width.
        model: what finds them instead of the shipped ``"ner"``, which knows persons, places, organisations, products
            and works (PER, LOC, ORG, PROD, WORK), most with a finer ``kind``: another name of :func:`cnlp.models`, the
            path of a file, or, for many texts, what :func:`cnlp.load` made of it.
        standard: whose conventions to follow: ``"general"`` (the default) those of today's text, ``"msra"`` those of
            the MSRA corpus, which has PER, LOC and ORG alone.
        gazetteer: custom names: a :class:`cnlp.ner.gazetteer.Gazetteer`, its entries, or the path of a file, of text or
            of :meth:`~cnlp.ner.gazetteer.Gazetteer.save`.
        rules: ``True`` for all built-in rules, names of some such as ``("date", "money")``, or
            :class:`cnlp.ner.rules.Rules`.
        lexicon: words that a linear model is to know besides, as in :func:`cnlp.segment`: what is one word is rarely
            split into entities. Names belong into the gazetteer.

    Returns:
        Entities by start that do not overlap; ``text[entity.start:entity.end] == entity.text``, and ``score`` is the
        model's probability for exactly this span and label. Where model, gazetteer and rules disagree, the rule of
        :mod:`cnlp.ner.merge` decides.

    Raises:
        TextTypeError: ``text`` is not a str.
        ArgumentError: there is no such standard or rule, or a gazetteer's entries contradict each other.
        OSError: a file cannot be read.
        ModelError: the model file is damaged, or holds something else.

    >>> [(each.text, each.label) for each in entities("王小明在北京大学读书")]
    [('王小明', 'PER'), ('北京大学', 'ORG')]
    """
    return _finder_of_one(model, standard, gazetteer, rules, lexicon)(text)


def finder(
    model: RecognizerLike | None,
    standard: Standard | None,
    gazetteer: GazetteerLike | None,
    rules: Rules | Iterable[str] | bool,
    lexicon: LexiconLike | None = None,
) -> Callable[[list[str]], list[list[Entity]]]:
    """What finds the entities of several texts by these arguments of :func:`entities`; other processes can have it."""
    predict = _knowing(recognizer_for(model, standard), lexicon).predict
    if gazetteer is None and are_none(rules):
        return predict
    return partial(_find_all, predict, *_beside(gazetteer, rules))


def _finder_of_one(
    model: RecognizerLike | None = None,
    standard: Standard | None = None,
    gazetteer: GazetteerLike | None = None,
    rules: Rules | Iterable[str] | bool = False,
    lexicon: LexiconLike | None = None,
) -> Callable[[str], list[Entity]]:
    """What finds the entities of one text."""
    find = _knowing(recognizer_for(model, standard), lexicon).entities
    if gazetteer is None and are_none(rules):
        return find
    return partial(_find_one, find, *_beside(gazetteer, rules))


def _knowing(recognizer: Recognizer, lexicon: LexiconLike | None) -> Recognizer:
    """The recognizer, with a lexicon."""
    if lexicon is None:
        return recognizer
    if not isinstance(recognizer, EntityRecognizer):
        raise errors.ArgumentError("a neural model has the words that it was trained with; lexicon= is for linear ones")
    return recognizer.with_lexicon(lexicon)


def are_none(rules: Rules | Iterable[str] | bool | None) -> bool:
    """Whether the argument ``rules`` asks for none."""
    return rules is None or rules is False or (isinstance(rules, (tuple, list)) and not rules)


def _beside(
    gazetteer: GazetteerLike | None, rules: Rules | Iterable[str] | bool
) -> tuple[Gazetteer | None, Rules | None]:
    """What finds entities beside the recognizer."""
    from cnlp.ner.gazetteer import as_gazetteer
    from cnlp.ner.rules import rules_for

    return None if gazetteer is None else as_gazetteer(gazetteer), None if are_none(rules) else rules_for(rules)


def _find_all(
    predict: Callable[[list[str]], list[list[Entity]]], names: Gazetteer | None, rules: Rules | None, texts: list[str]
) -> list[list[Entity]]:
    return [_merge_one(text, found, names, rules) for text, found in zip(texts, predict(texts), strict=True)]


def _find_one(
    find: Callable[[str], list[Entity]], names: Gazetteer | None, rules: Rules | None, text: str
) -> list[Entity]:
    return _merge_one(text, find(text), names, rules)


def _merge_one(text: str, found: list[Entity], names: Gazetteer | None, rules: Rules | None) -> list[Entity]:
    from cnlp.ner.merge import merge

    matches = () if names is None else names.matches(text)
    return merge(text, found, matches=matches, rules=() if rules is None else rules.entities(text))
