"""One list of entities from a model, gazetteers and rules.

The rule:

1. ``force`` matches of the gazetteer are entities.
2. ``block`` matches of the gazetteer remove every other candidate that stands inside them (of their label, where
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

from cnlp import errors
from cnlp.types import Entity

TYPE_CHECKING = False
if TYPE_CHECKING:
    from cnlp.ner.gazetteer import GazetteerMatch

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
        ArgumentError: an entity is empty, reaches outside of the text, or is not what stands there.

    >>> from cnlp.ner.gazetteer import Gazetteer
    >>> text = "王小川在北大"
    >>> gazetteer = Gazetteer([("北大", "ORG", "prefer", "北京大学"), ("小川", "LOC", "prefer")])
    >>> found = [Entity("王小川", 0, 3, "PER", 0.9), Entity("北大", 4, 6, "ORG", 0.8)]
    >>> for entity in merge(text, found, matches=gazetteer.matches(text)):
    ...     print(entity)
    Entity(text='王小川', start=0, end=3, label='PER', score=0.9, name=None)
    Entity(text='北大', start=4, end=6, label='ORG', score=0.8, name='北京大学')
    """
    ranked = [(_RULE, entity) for entity in rules] + [(_MODEL, entity) for entity in model]
    for _, entity in ranked:
        _check(text, entity)
    forced = [_entity(text, match) for match in matches if match.mode == "force"]
    ranked += [(_GAZETTEER, _entity(text, match)) for match in matches if match.mode == "prefer"]
    blocked = _Blocks(match for match in matches if match.mode == "block")
    free = [(rank, entity) for rank, entity in ranked if not blocked.cover(entity)]
    if not forced and len(free) < 2:
        kept = [entity for _, entity in free]
    else:
        taken = bytearray(len(text))
        kept = _select([(_GAZETTEER, entity) for entity in forced], taken) + _select(free, taken)
        kept.sort(key=lambda entity: entity.start)
    return _name(kept, matches) if matches else kept


def _select(candidates: Iterable[tuple[int, Entity]], taken: bytearray) -> list[Entity]:
    """The winners among the candidates, each with its rank; their places are then taken."""

    def order(candidate: tuple[int, Entity]) -> tuple[int, int, int, float]:
        rank, entity = candidate
        return entity.start - entity.end, entity.start, rank, -entity.score

    return [entity for _, entity in sorted(candidates, key=order) if _take(taken, entity.start, entity.end)]


def _take(taken: bytearray, start: int, end: int) -> bool:
    """Take a place if all of it is free."""
    if taken.find(1, start, end) >= 0:
        return False
    taken[start:end] = b"\x01" * (end - start)
    return True


class _Blocks:
    """The places of blocks by label, and how far they reach."""

    def __init__(self, matches: Iterable[GazetteerMatch]) -> None:
        spans: dict[str, list[tuple[int, int]]] = {}
        for match in matches:
            spans.setdefault(match.label, []).append((match.start, match.end))
        self._starts = {label: [start for start, _ in places] for label, places in spans.items()}
        self._reach = {label: list(accumulate((end for _, end in places), max)) for label, places in spans.items()}

    def cover(self, entity: Entity) -> bool:
        """Does the entity stand inside a block of its label or of every label?"""
        return bool(self._starts) and (self._covers("", entity) or self._covers(entity.label, entity))

    def _covers(self, label: str, entity: Entity) -> bool:
        before = bisect_right(self._starts.get(label, ()), entity.start)
        return before > 0 and self._reach[label][before - 1] >= entity.end


def _entity(text: str, match: GazetteerMatch) -> Entity:
    return Entity(text[match.start : match.end], match.start, match.end, match.label, 1.0, match.name)


def _name(entities: Iterable[Entity], matches: Iterable[GazetteerMatch]) -> list[Entity]:
    """The entities with the canonical names that the gazetteer has for them."""
    names = {
        (match.start, match.end, match.label): match.name for match in matches if match.name and match.mode != "block"
    }
    return [
        replace(entity, name=names[place])
        if entity.name is None and (place := (entity.start, entity.end, entity.label)) in names
        else entity
        for entity in entities
    ]


def _check(text: str, entity: Entity) -> None:
    if not 0 <= entity.start < entity.end <= len(text) or text[entity.start : entity.end] != entity.text:
        raise errors.ArgumentError(f"{entity!r} does not stand in the text")
