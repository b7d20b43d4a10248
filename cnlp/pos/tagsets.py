"""Parts of speech of PFR, and what they are in Universal Dependencies and in the Chinese Treebank.

PFR's tags say what a word is, CTB's what it does in the sentence, so not every tag has an equal: 大 is ``a``
in PFR, and ``VA`` or ``JJ`` in CTB as it is predicate or attribute. Where the word decides, the word is asked
(是 is ``v``, and ``AUX`` and ``VC``); where only the sentence could, the converter says so: ``None`` for CTB,
``X`` in UPOS, which means "other" there.

Sources: Yu Shiwen et al. 2002 (PFR); de Marneffe et al. 2021 (UPOS); Xia, The part-of-speech tagging
guidelines for the Penn Chinese Treebank, 2000.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from functools import cache

from cnlp import errors
from cnlp.corpus.sentence import TaggedSentence

TAGSETS = ("pfr", "universal", "ctb")
_CONVERTIBLE = {"pfr": TAGSETS, "ctb": ("ctb", "universal"), "universal": ("universal",)}
_NO_TAG = "_"
_SHOWN = 5  # tags in a message

# tag: meaning, UPOS, CTB
PFR: dict[str, tuple[str, str, str | None]] = {
    "a": ("adjective", "ADJ", None),
    "ad": ("adjective as adverbial", "ADV", "AD"),
    "an": ("adjective as noun", "NOUN", "NN"),
    "Ag": ("morpheme of an adjective", "ADJ", None),
    "b": ("attributive only", "ADJ", "JJ"),
    "Bg": ("morpheme of an attributive", "ADJ", "JJ"),
    "c": ("conjunction", "CCONJ", None),
    "d": ("adverb", "ADV", "AD"),
    "Dg": ("morpheme of an adverb", "ADV", "AD"),
    "e": ("interjection", "INTJ", "IJ"),
    "f": ("direction, place after a noun", "ADP", "LC"),
    "h": ("prefix", "PART", None),
    "i": ("idiom of four characters", "X", None),
    "j": ("abbreviation", "NOUN", None),
    "k": ("suffix", "PART", None),
    "l": ("phrase used as one word", "X", None),
    "m": ("number", "NUM", "CD"),
    "Mg": ("morpheme of a number", "NUM", "CD"),
    "n": ("noun", "NOUN", "NN"),
    "Ng": ("morpheme of a noun", "NOUN", "NN"),
    "nr": ("person", "PROPN", "NR"),
    "ns": ("place", "PROPN", "NR"),
    "nt": ("organisation", "PROPN", "NR"),
    "nx": ("foreign letters", "X", "FW"),
    "nz": ("other proper name", "PROPN", "NR"),
    "o": ("sound", "INTJ", "ON"),
    "p": ("preposition", "ADP", "P"),
    "q": ("measure", "NOUN", "M"),
    "r": ("pronoun", "PRON", None),
    "Rg": ("morpheme of a pronoun", "PRON", None),
    "s": ("place noun", "NOUN", "NN"),
    "t": ("time", "NOUN", "NT"),
    "Tg": ("morpheme of a time", "NOUN", "NT"),
    "u": ("particle", "PART", None),
    "v": ("verb", "VERB", "VV"),
    "vd": ("verb as adverbial", "ADV", "AD"),
    "Vg": ("morpheme of a verb", "VERB", "VV"),
    "vn": ("verb as noun", "NOUN", "NN"),
    "w": ("punctuation", "PUNCT", "PU"),
    "x": ("anything else: topics", "X", None),
    "y": ("particle at the end", "PART", "SP"),
    "Yg": ("morpheme of such a particle", "PART", "SP"),
    "z": ("state", "ADJ", None),
}

# Words whose tag in the other sets is that of the word. "为" as a preposition is ``p`` in PFR.
_WORDS = (
    # tag, UPOS, CTB, words
    ("v", "AUX", "VC", "是 为"),
    ("v", "AUX", "VV", "系 非 能 能够 可 可以 会 要 应 应该 应当 该 须 得 敢 肯 愿 愿意"),
    ("v", "VERB", "VE", "有 没有"),
    ("r", "PRON", "PN", "我 你 您 他 她 它 我们 你们 他们 她们 它们 咱们 自己 大家 谁"),
    ("r", "DET", "DT", "这 那 该 本 此 各 每 某 另 全 诸 这些 那些 有些 一些 哪 哪些 任何 其他 其它"),
    ("u", "AUX", "AS", "了 着 过"),
    ("u", "PART", "DEV", "地"),
    ("u", "PART", "DER", "得"),
    ("u", "PART", "ETC", "等 等等"),
    ("u", "PART", "MSP", "所"),
    ("p", "ADP", "BA", "把 将"),
    ("p", "ADP", None, "被"),
    ("c", "SCONJ", "CS", "如果 因为 虽然"),
    ("c", "CCONJ", "CC", "和 与 或"),
)
_OF_WORDS = {(tag, word): (upos, ctb) for tag, upos, ctb, words in _WORDS for word in words.split()}

_CTB = {
    "ADJ": "JJ VA",
    "ADP": "BA LB LC P SB",
    "ADV": "AD",
    "AUX": "AS VC",
    "CCONJ": "CC",
    "DET": "DT",
    "INTJ": "IJ ON",
    "NOUN": "M NN NT",
    "NUM": "CD OD",
    "PART": "DEC DEG DER DEV ETC MSP SP",
    "PRON": "PN",
    "PROPN": "NR",
    "PUNCT": "PU",
    "SCONJ": "CS",
    "VERB": "VE VV",
    "X": "FW URL",
}
CTB = {tag: universal for universal, tags in _CTB.items() for tag in tags.split()}
"""The tags of CTB with their UPOS."""
UNIVERSAL = {*_CTB, "SYM", "CONJ"}  # which is CCONJ in version 1
_KNOWN: dict[str, Collection[str]] = {"pfr": PFR, "universal": UNIVERSAL, "ctb": CTB}


def check_tagset(name: str) -> None:
    """Is there such a tag set?

    Raises:
        ArgumentError: there is none.
    """
    errors.check_choice("tag set", name, TAGSETS)


def convert_tag(tag: str, tagset: str, word: str = "", source: str = "pfr") -> str | None:
    """A tag in another set.

    Args:
        tag: of ``source``; tags that it lacks (a user's own) have no equal.
        tagset: one of ``TAGSETS``; of CTB only ``"universal"``, of that none is converted.
        word: decides where it can.
        source: the set of ``tag``.

    Returns:
        The tag; where nothing corresponds ``"X"`` in UPOS and ``None`` in CTB.

    Raises:
        ArgumentError: there is no such set, or no such conversion.

    >>> convert_tag("v", "universal"), convert_tag("v", "universal", "是"), convert_tag("a", "ctb")
    ('VERB', 'AUX', None)
    >>> convert_tag("NR", "universal", source="ctb")
    'PROPN'
    """
    check_tagset(tagset)
    check_tagset(source)
    if tagset not in _CONVERTIBLE[source]:
        raise errors.ArgumentError(f"tags of {source} cannot be converted to {tagset}")
    if source == "universal":
        return "CCONJ" if tag == "CONJ" else tag
    if source == tagset:
        return tag
    if source == "ctb":
        is_modal = tag == "VV" and _OF_WORDS.get(("v", word), ("", None))[0] == "AUX"
        return "AUX" if is_modal else CTB.get(tag, "X")
    _, universal, ctb = PFR.get(tag, ("", "X", None))
    universal, ctb = _OF_WORDS.get((tag, word), (universal, ctb))
    if tag == "m" and word.startswith("第"):
        ctb = "OD"
    return ctb if tagset == "ctb" else universal


@cache
def conversion_of_pfr(tagset: str) -> tuple[dict[str, str | None], dict[tuple[str, str], str | None]]:
    """What :func:`convert_tag` gives for a tag of PFR, but for ``m``, whose words have to be looked at, as tables.

    Returns:
        By tag, and by tag and word for those words that decide.
    """
    of_tag = {tag: convert_tag(tag, tagset) for tag in PFR if tag != "m"}
    return of_tag, {(tag, word): convert_tag(tag, tagset, word) for tag, word in _OF_WORDS}


class TagUse:
    """The tags of a corpus or a tagger.

    Args:
        name: of the file or the model.
        counts: how often each tag is used.

    Attributes:
        tagset: the set that has the tags of most words; ``None`` if none has those of half of them.

    >>> TagUse("a.conll", {"NOUN": 3, "VERB": 2, "mine": 1}).tagset
    'universal'
    """

    def __init__(self, name: str, counts: Mapping[str, int]) -> None:
        self.name = name
        self.counts = counts
        shares = {name: sum(counts[tag] for tag in counts if tag in known) for name, known in _KNOWN.items()}
        best = max(shares, key=shares.__getitem__)
        self.tagset = best if 2 * shares[best] > sum(counts.values()) else None

    @property
    def unknown(self) -> dict[str, int]:
        """The tags that its set lacks, and how often each is used."""
        known = self.counts if self.tagset is None else _KNOWN[self.tagset]
        return {tag: count for tag, count in self.counts.items() if tag not in known}

    @property
    def shown(self) -> str:
        """Its most common tags, for messages."""
        tags = sorted(self.counts, key=lambda tag: (-self.counts[tag], len(tag), tag))
        return ", ".join(tags[:_SHOWN]) + (", ..." if len(tags) > _SHOWN else "")

    def convert(self, sentence: TaggedSentence, tagset: str | None) -> TaggedSentence:
        """A sentence with tags in another set, ``"_"`` for none; as they are if ``tagset`` is ``None``."""
        source = self.tagset
        if tagset is None or source is None:
            return sentence
        words, tags = sentence.words, sentence.tags
        found = (convert_tag(tag, tagset, word, source) for word, tag in zip(words, tags, strict=True))
        return TaggedSentence(words, tuple(tag or _NO_TAG for tag in found))


def common_tagset(gold: TagUse, other: TagUse, tagset: str | None = None) -> str | None:
    """The set in which two uses of tags can be compared; ``None``: as they are, both have tags of their own.

    Args:
        gold: one of them.
        other: the other.
        tagset: the set that is wanted; by default that of both.

    Raises:
        ArgumentError: they have different sets and none is wanted, or not all can be converted to it.

    >>> mine, theirs = TagUse("a.txt", {"n": 2, "v": 1}), TagUse("b.conll", {"NOUN": 2, "VERB": 1})
    >>> common_tagset(mine, theirs, "universal")
    'universal'
    """
    uses = gold, other
    if tagset is not None:
        for use in uses:
            if use.tagset is None or tagset not in _CONVERTIBLE[use.tagset]:
                of = f"of {use.tagset}" if use.tagset else f"of no known set ({', '.join(TAGSETS)})"
                raise errors.ArgumentError(
                    f"{use.name}: its tags ({use.shown}) are {of}: they cannot be converted to {tagset}"
                )
        return tagset
    if gold.tagset == other.tagset is not None:
        return gold.tagset
    ways = [name for name in TAGSETS if all(name in _CONVERTIBLE.get(use.tagset or "", ()) for use in uses)]
    if ways or not set(gold.counts) & set(other.counts):
        sides = [f"{use.name} has {use.tagset or 'other'} tags ({use.shown})" for use in uses]
        way = f"compare in one set: --tagset {' or '.join(ways)}" if ways else f"known sets: {', '.join(TAGSETS)}"
        raise errors.ArgumentError(f"the tags differ: {', and '.join(sides)}; {way}")
    return None
