"""One list of entities from a model, gazetteers and rules.

The rule:

1. ``force`` matches of the gazetteer are entities.
2. ``block`` matches of the gazetteer remove every other candidate inside them (of their label, where
   they have one); a candidate that reaches beyond the block stays.
3. The remaining candidates are those of the model, the rules, and the ``prefer`` matches of the gazetteer.
4. Among forced matches, then among the candidates beside them: the longest wins, then the leftmost; in one place
   a rule before the model before the gazetteer, then the higher score, then the one given first. What overlaps a
   winner goes.
5. An entity for whose place and label the gazetteer has a canonical name gets it.

The result is sorted, no two entities overlap, and ``text[entity.start:entity.end] == entity.text``. Cost: O(length
of the text + n log n) for n candidates.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterable, Sequence
from dataclasses import replace
from itertools import accumulate
from typing import TYPE_CHECKING

from cnlp import errors
from cnlp.types import Entity

if TYPE_CHECKING:
    from typing import TypeAlias

    from cnlp.ner.gazetteer import GazetteerMatch

    # Length below 0, start, rank, score below 0, number: the least wins. Then the entity.
    RankedEntity: TypeAlias = tuple[int, int, int, float, int, Entity | GazetteerMatch]

_RULE, _MODEL, _GAZETTEER = range(3)


def merge(
    text: str,
    model: Sequence[Entity] = (),
    *,
    matches: Sequence[GazetteerMatch] = (),
    rules: Sequence[Entity] = (),
) -> list[Entity]:
    """The entities of ``text`` by the rule above.

    Args:
        text: what all the others speak of.
        model: entities that a model found.
        matches: what :meth:`cnlp.ner.gazetteer.Gazetteer.matches` found.
        rules: entities that rules found.

    Raises:
        ArgumentError: an entity is empty, reaches outside of the text, or differs from it.

    >>> from cnlp.ner.gazetteer import Gazetteer
    >>> text = "王小川在北大"
    >>> gazetteer = Gazetteer([("北大", "ORG", "prefer", "北京大学"), ("小川", "LOC", "prefer")])
    >>> found = [Entity("王小川", 0, 3, "PER", 0.9), Entity("北大", 4, 6, "ORG", 0.8)]
    >>> for entity in merge(text, found, matches=gazetteer.matches(text)):
    ...     print(entity)
    Entity(text='王小川', start=0, end=3, label='PER', score=0.9, name=None, kind=None)
    Entity(text='北大', start=4, end=6, label='ORG', score=0.8, name='北京大学', kind=None)
    """
    for entity in (*model, *rules):
        _check(text, entity)
    candidates = [*_ranked(_RULE, rules), *_ranked(_MODEL, model)]
    if not matches:
        return _entities(text, candidates if len(candidates) < 2 else _select(candidates, bytearray(len(text))))
    by_mode: dict[str, list[GazetteerMatch]] = {"force": [], "block": [], "prefer": []}
    for match in matches:
        by_mode[match.mode].append(match)
    candidates += _ranked(_GAZETTEER, by_mode["prefer"])
    if by_mode["block"]:
        blocked = _Blocks(by_mode["block"])
        candidates = [candidate for candidate in candidates if not blocked.cover(candidate[-1])]
    taken = bytearray(len(text))
    winners = _select(_ranked(_GAZETTEER, by_mode["force"]), taken) + _select(candidates, taken)
    return _name(_entities(text, winners), matches)


def _ranked(rank: int, found: Sequence[Entity | GazetteerMatch]) -> list[RankedEntity]:
    """The entities, each after its sort key."""
    return [
        (each.start - each.end, each.start, rank, -getattr(each, "score", 1.0), number, each)
        for number, each in enumerate(found)
    ]


def _select(candidates: list[RankedEntity], taken: bytearray) -> list[RankedEntity]:
    """The winners; their places are then taken."""
    winners = []
    for candidate in sorted(candidates):
        length, start = -candidate[0], candidate[1]
        if taken.find(1, start, start + length) < 0:
            taken[start : start + length] = b"\x01" * length
            winners.append(candidate)
    return winners


def _entities(text: str, winners: list[RankedEntity]) -> list[Entity]:
    """The winners from left to right."""
    winners.sort(key=lambda candidate: candidate[1])
    return [
        each if isinstance(each, Entity) else Entity(text[each.start : each.end], *each[:3], 1.0, each.name)
        for *_, each in winners
    ]


class _Blocks:
    """The places of blocks by label, and how far they reach."""

    def __init__(self, matches: Iterable[GazetteerMatch]) -> None:
        spans: dict[str, list[tuple[int, int]]] = {}
        for match in matches:
            spans.setdefault(match.label, []).append((match.start, match.end))
        self._starts = {label: [start for start, _ in places] for label, places in spans.items()}
        self._reach = {label: list(accumulate((end for _, end in places), max)) for label, places in spans.items()}

    def cover(self, entity: Entity | GazetteerMatch) -> bool:
        """Is it inside a block of its label or of every label?"""
        return self._covers("", entity) or self._covers(entity.label, entity)

    def _covers(self, label: str, entity: Entity | GazetteerMatch) -> bool:
        before = bisect_right(self._starts.get(label, ()), entity.start)
        return before > 0 and self._reach[label][before - 1] >= entity.end


def _name(entities: list[Entity], matches: Iterable[GazetteerMatch]) -> list[Entity]:
    """The entities with the canonical names that the gazetteer has for them."""
    names = {
        (match.start, match.end, match.label): match.name for match in matches if match.name and match.mode != "block"
    }
    if not names:
        return entities
    return [
        replace(entity, name=names[place])
        if entity.name is None and (place := (entity.start, entity.end, entity.label)) in names
        else entity
        for entity in entities
    ]


def _check(text: str, entity: Entity) -> None:
    if not 0 <= entity.start < entity.end <= len(text) or text[entity.start : entity.end] != entity.text:
        raise errors.ArgumentError(f"{entity!r} does not match the text")
