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

TAGSETS = ("pfr", "universal", "ctb")

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


def check_tagset(name: str) -> None:
    """Is there such a tag set?

    Raises:
        ArgumentError: there is none.
    """
    if name not in TAGSETS:
        raise errors.unknown_choice("tag set", name, TAGSETS)


def convert_tag(tag: str, tagset: str, word: str = "") -> str | None:
    """A tag of PFR in another set.

    Args:
        tag: of PFR; tags that are not in ``PFR`` (a user's own) have no equal.
        tagset: one of ``TAGSETS``.
        word: decides where it can.

    Returns:
        The tag; where nothing corresponds ``"X"`` in UPOS and ``None`` in CTB.

    Raises:
        ArgumentError: there is no such set.

    >>> convert_tag("v", "universal"), convert_tag("v", "universal", "是"), convert_tag("a", "ctb")
    ('VERB', 'AUX', None)
    """
    check_tagset(tagset)
    if tagset == "pfr":
        return tag
    _, universal, ctb = PFR.get(tag, ("", "X", None))
    universal, ctb = _OF_WORDS.get((tag, word), (universal, ctb))
    if tag == "m" and word.startswith("第"):
        ctb = "OD"
    return ctb if tagset == "ctb" else universal
