"""Length-preserving folding: width, case and script, one code point to one code point.

Matching and features see the folded text, users see their own: because no character is added or lost,
offsets into one are offsets into the other. Full width becomes half width (Unicode block FF00-FFEF, where the
target is one sensible character), the dots between the parts of foreign names become · (U+00B7), upper case becomes
lower case (where Unicode's mapping is one to one; İ, which has two targets, becomes i), Traditional becomes
Simplified (``dictionaries/traditional.tsv``).
Folding twice changes nothing. Cost: O(n).
"""

from __future__ import annotations

from types import MappingProxyType

from cnlp.text._data import dictionary_path

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

# Where case folding looks; str.lower() is the same for these in every Python that we support.
_CASED = (
    (0x0041, 0x024F),  # Latin
    (0x0370, 0x058F),  # Greek, Cyrillic, Armenian
    (0x1E00, 0x1FFF),  # Latin and Greek with marks
    (0x2160, 0x216F),  # Roman numerals
    (0x24B6, 0x24CF),  # letters in circles
    (0xFF21, 0xFF3A),  # full width
)

INTERPUNCTS = "・･•‧∙⋅"  # typed for · between the parts of a name

_shared: dict[tuple[bool, bool, bool], Mapping[int, int]] = {}


def normalise(text: str, *, width: bool = True, case: bool = True, script: bool = True) -> str:
    """``text`` folded for matching, character by character.

    Args:
        text: any string, lone surrogates included.
        width: full width to half width, and the dots of names to ·.
        case: upper case to lower case.
        script: Traditional to Simplified Chinese.

    Returns:
        A string of the same length; its character ``i`` corresponds to character ``i`` of ``text``.

    >>> normalise("ＣＮＬＰ讀懂漢語，１００％")
    'cnlp读懂汉语,100%'
    """
    if text.isascii():
        return text.lower() if case else text
    return text.translate(fold_table(width, case, script))


def normalise_all(words: Sequence[str], *, width: bool = True, case: bool = True, script: bool = True) -> list[str]:
    """Many words folded, in one go where none has a line break.

    >>> normalise_all(["漢語", "ＡＢ"])
    ['汉语', 'ab']
    """
    joined = "\n".join(words)
    if set(map(ord, set(joined))).isdisjoint(fold_table(width, case, script)):
        return list(words)
    if joined.count("\n") == len(words) - 1:
        return normalise(joined, width=width, case=case, script=script).split("\n")
    return [normalise(word, width=width, case=case, script=script) for word in words]


def fold_table(width: bool = True, case: bool = True, script: bool = True) -> Mapping[int, int]:
    """The folding as a read-only map from code point to code point, without what stays itself.

    The same object is returned whenever the same folds are asked for.

    Args:
        width: full width to half width.
        case: upper case to lower case.
        script: Traditional to Simplified Chinese.

    Raises:
        OSError: ``traditional.tsv`` cannot be read.

    >>> chr(fold_table()[ord("國")])
    '国'
    """
    folds = (width, case, script)
    if folds not in _shared:
        table: dict[int, int] = {}
        if script:
            table |= _script()
        if case:
            table |= _case()
        if width:
            # A full width capital is folded twice.
            table |= {wide: table.get(narrow, narrow) for wide, narrow in _width().items()}
        _shared[folds] = MappingProxyType(table)
    return _shared[folds]


def _width() -> dict[int, int]:
    table = {code: code - 0xFEE0 for code in range(0xFF01, 0xFF5F)}
    table |= dict.fromkeys(map(ord, INTERPUNCTS), ord("·"))
    table |= zip((0x3000, *range(0xFFE0, 0xFFE7)), map(ord, " ¢£¬¯¦¥₩"), strict=True)
    return table


def _case() -> dict[int, int]:
    table = {0x0130: ord("i")}
    for first, last in _CASED:
        for code in range(first, last + 1):
            lower = chr(code).lower()
            if len(lower) == 1 and ord(lower) != code:
                table[code] = ord(lower)
    return table


def _script() -> dict[int, int]:
    with open(dictionary_path("traditional.tsv"), "rb") as file:
        text = file.read().decode("utf-8").replace("\r", "")
    start = 0
    while text.startswith("#", start):
        start = text.index("\n", start) + 1
    points = list(map(ord, text[start:]))  # four a line: from, tab, to, line feed
    return dict(zip(points[::4], points[2::4], strict=True))
