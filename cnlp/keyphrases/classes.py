"""Classes of words for the filter of candidates and for the prior of :class:`cnlp.keyphrases.Combined`.

A class is a set of tags of PFR, see :mod:`cnlp.pos.tagsets`; a word has the class of its most common tag, so that
no text need be tagged. ``v`` are verbs that are hardly ever nouns (前往, not 合作, which is ``vn``); no phrase has
one. ``other`` are the closed classes, numerals and times. A word that the shipped table does not have is
``unknown``; such words are mostly names and terms, and count as nouns.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from cnlp import errors
from cnlp._kernel.layout import TERM_LEVEL_SHIFT, TERM_STOP

if TYPE_CHECKING:
    from collections.abc import Iterable

CLASSES = ("unknown", "n", "nr", "ns", "nt", "nz", "v", "vn", "a", "b", "j", "i", "nx", "g", "f", "other")
OTHER_CLASS = CLASSES.index("other")
CONTENT = (1 << OTHER_CLASS) - 1  # every class but the last
_TAGS = {
    "n": "n nrfg na",
    "nr": "nr nrt",
    "ns": "ns",
    "nt": "nt",
    "nz": "nz",
    "v": "v vi vq vd",
    "vn": "vn",
    "a": "a ad an z",
    "b": "b d",
    "j": "j",
    "i": "i l",
    "nx": "nx eng",
    "g": "Ng ng Vg vg Ag ag Dg dg Tg tg Bg Rg Mg mg g zg x",
    "f": "f s q",
    "unknown": "",
}
_CLASS_OF = {tag: CLASSES.index(name) for name, tags in _TAGS.items() for tag in (tags or " ").split(" ")}


def class_of(tag: str) -> int:
    """The class of a tag; no tag is ``unknown``.

    >>> CLASSES[class_of("nrt")], CLASSES[class_of("p")], CLASSES[class_of("")]
    ('nr', 'other', 'unknown')
    """
    return _CLASS_OF.get(tag, OTHER_CLASS)


def class_mask(tags: Iterable[str] | None) -> int:
    """Bits of the classes whose names begin with one of ``tags``; all content classes for ``None``.

    Raises:
        ArgumentError: no class has such a name.

    >>> [name for bit, name in enumerate(CLASSES) if class_mask(["n"]) >> bit & 1]
    ['unknown', 'n', 'nr', 'ns', 'nt', 'nz', 'nx']
    """
    if tags is None:
        return CONTENT
    if isinstance(tags, str):
        tags = [tags]
    mask = 0
    for tag in tags:
        found = [bit for bit, name in enumerate(CLASSES) if name.startswith(tag) and bit not in (0, OTHER_CLASS)]
        if not tag or not found:
            raise errors.unknown_choice("part of speech", tag, CLASSES[1:OTHER_CLASS])
        mask |= sum(1 << bit for bit in found) | (tag == "n")
    return mask


def pack_classes(level: int, word_class: int = 0, stop: bool = False) -> int:
    """The value of a word in a trie of the kernel's ``Terms``."""
    return 1 + (level << TERM_LEVEL_SHIFT | TERM_STOP * stop | word_class)
