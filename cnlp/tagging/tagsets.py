"""Parts of speech of PFR, and what they are in Universal Dependencies and in the Chinese Treebank.

PFR's tags say what a word is, CTB's what it does in the sentence, so not every tag has an equal: 大 is ``a``
in PFR, and ``VA`` or ``JJ`` in CTB as it is predicate or attribute. Where the word decides, the word is asked
(是 is ``v``, and ``AUX`` and ``VC``); where only the sentence could, the converter says so: ``None`` for CTB,
``X`` in UPOS, which means "other" there.

Sources: Yu Shiwen et al. 2002 (PFR); de Marneffe et al. 2021 (UPOS); Xia, The part-of-speech tagging
guidelines for the Penn Chinese Treebank, 2000.
"""

from __future__ import annotations

from cnlp import errors

TARGETS = ("upos", "ctb")

# tag: meaning, UPOS, CTB
PFR = {
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
    "f": ("direction, place behind a noun", "ADP", "LC"),
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
    "p": ("preposition", "ADP", None),
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
    "y": ("particle at the end", "PART", "SP"),
    "Yg": ("morpheme of such a particle", "PART", "SP"),
    "z": ("state", "ADJ", None),
}

_COPULAS = frozenset(["是", "为", "系", "非"])
_MODALS = frozenset(
    ["能", "能够", "可", "可以", "会", "要", "应", "应该", "应当", "该", "须", "得", "敢", "肯", "愿", "愿意"]
)
_DETERMINERS = frozenset(
    [
        "这",
        "那",
        "该",
        "本",
        "此",
        "各",
        "每",
        "某",
        "另",
        "全",
        "诸",
        "这些",
        "那些",
        "有些",
        "一些",
        "哪",
        "哪些",
        "任何",
        "其他",
        "其它",
    ]
)
_ASPECTS = frozenset(["了", "着", "过"])
_OF_WORDS: dict[tuple[str, str], tuple[str, str | None]] = {
    **{("v", word): ("AUX", "VC" if word in ("是", "为") else "VV") for word in _COPULAS | _MODALS},
    ("v", "有"): ("VERB", "VE"),
    ("v", "没有"): ("VERB", "VE"),
    **{("r", word): ("DET", "DT") for word in _DETERMINERS},
    **{("u", word): ("AUX", "AS") for word in _ASPECTS},
    ("u", "的"): ("PART", None),
    ("u", "地"): ("PART", "DEV"),
    ("u", "得"): ("PART", "DER"),
    ("u", "等"): ("PART", "ETC"),
    ("u", "等等"): ("PART", "ETC"),
    ("u", "所"): ("PART", "MSP"),
    ("p", "把"): ("ADP", "BA"),
    ("p", "将"): ("ADP", "BA"),
    ("p", "被"): ("ADP", None),
    ("c", "如果"): ("SCONJ", "CS"),
    ("c", "因为"): ("SCONJ", "CS"),
    ("c", "虽然"): ("SCONJ", "CS"),
    ("c", "和"): ("CCONJ", "CC"),
    ("c", "与"): ("CCONJ", "CC"),
    ("c", "或"): ("CCONJ", "CC"),
}


def convert_tag(tag: str, target: str, word: str = "") -> str | None:
    """A tag of PFR in another set.

    Args:
        tag: of PFR; tags that are not in ``PFR`` (a user's own) have no equal.
        target: ``"upos"`` or ``"ctb"``.
        word: decides where it can.

    Returns:
        The tag; where nothing corresponds ``"X"`` in UPOS and ``None`` in CTB.

    Raises:
        ArgumentError: there is no such set.

    >>> convert_tag("v", "upos"), convert_tag("v", "upos", "是"), convert_tag("a", "ctb")
    ('VERB', 'AUX', None)
    """
    if target not in TARGETS:
        raise errors.unknown_choice("tag set", target, TARGETS)
    column = TARGETS.index(target)
    if (tag, word) in _OF_WORDS:
        return _OF_WORDS[tag, word][column]
    if tag not in PFR:
        return "X" if target == "upos" else None
    if target == "ctb" and tag == "m" and word.startswith("第"):
        return "OD"
    return PFR[tag][column + 1]
