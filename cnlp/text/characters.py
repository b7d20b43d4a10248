"""Character classes: what kind of character a code point is.

The classes are painted from Unicode blocks and ranges written down here, not asked from ``unicodedata``: its
version changes with Python, and a model must see the same classes wherever it runs. Later rows of the table
paint over earlier ones, so a block comes first and its exceptions after it. Rows follow the Unicode Character
Database 16.0 (Blocks.txt, PropList.txt, GraphemeBreakProperty.txt, emoji-data.txt). Dingbats count
as emoji, scripts written with spaces as letters; beyond the Basic Multilingual Plane the marks of historic
scripts count as letters too. Every code point has a class, lone surrogates and NUL among them (``OTHER``).

>>> class_name(char_class("中")), class_name(char_class("９")), class_name(char_class("\\ud800"))
('han', 'digit', 'other')
"""

from __future__ import annotations

from bisect import bisect_right

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

OTHER = 0
SPACE = 1
PUNCTUATION = 2
SYMBOL = 3
DIGIT = 4
LATIN = 5
LETTER = 6
HAN = 7
KANA = 8
HANGUL = 9
EMOJI = 10
MARK = 11

CLASS_NAMES = (
    "other", "space", "punctuation", "symbol", "digit", "latin", "letter", "han", "kana", "hangul", "emoji",
    "mark",
)  # fmt: skip

LAST_CODE_POINT = 0x10FFFF


def _runs(text: str) -> tuple[tuple[int, int], ...]:
    """``"0041-005A 00AA"`` as inclusive ranges ``((0x41, 0x5A), (0xAA, 0xAA))``."""
    pairs = (run.partition("-") for run in text.split())
    return tuple((int(first, 16), int(last or first, 16)) for first, _, last in pairs)


# (class, inclusive ranges); later rows win.
_PAINT = (
    # Scripts whose words are written with spaces, or as unbroken runs that we leave whole.
    (LETTER, "0370-058F 05D0-05F4 0620-1CFF 1F00-1FFF 2C00-2C5F 2C80-2DFF A000-A4CF A4D0-A71F A800-ABFF"),
    (LETTER, "10000-100FA 10280-1034A 10350-1CDFF 1D800-1EEFF 2135-2138"),
    (LATIN, "0041-005A 0061-007A 00AA 00B5 00BA 00C0-00D6 00D8-00F6 00F8-02AF 02B0-02C1 02E0-02E4"),
    (LATIN, "1D00-1DBF 1E00-1EFF 2071 207F 2090-209C 212A-212B 2C60-2C7F A722-A7FF AB30-AB6F FB00-FB06"),
    (LATIN, "2160-2188 FF21-FF3A FF41-FF5A 1D400-1D7CB"),
    (LETTER, "FB13-FB17 FB1D-FDFB FE70-FEFC 2126"),
    # Punctuation and symbols.
    (PUNCTUATION, "0021-0023 0025-002A 002C-002F 003A-003B 003F-0040 005B-005D 005F 007B 007D"),
    (SYMBOL, "0024 002B 003C-003E 005E 0060 007C 007E 00A2-00A6 00A8-00A9 00AC 00AE-00B4 00B8 00D7 00F7"),
    (PUNCTUATION, "00A1 00A7 00AB 00B6-00B7 00BB 00BF 037E 0387 055A-055F 0589-058A 05BE 05C0 05C3 05C6"),
    (PUNCTUATION, "05F3-05F4 060C-060D 061B-061F 066A-066D 06D4 0964-0965 0E4F"),
    (PUNCTUATION, "0E5A-0E5B 0F04-0F12 104A-104F"),
    (PUNCTUATION, "10FB 1360-1368 166E 169B-169C 16EB-16ED 17D4-17DA 1800-180A"),
    (SYMBOL, "02C2-02DF 02E5-02FF 2044 2052 207A-207C 208A-208C 20A0-20CF 2100-2125 2127-2129 212C-2134"),
    (SYMBOL, "2139-214F 2150-215F 2190-245F 2460-249B 249C-24FF 2500-25FF 2800-2BFF 3012-3013 3020"),
    (SYMBOL, "3036-3037"),
    (SYMBOL, "00B9 00BC-00BE 2070 2074-2079 2080-2089 3190-319F 31C0-31EF 3200-33FF 4DC0-4DFF"),
    (SYMBOL, "A700-A721 FB29 FDFC-FDFF FE62 FE64-FE66 FE69 FF04 FF0B FF1C-FF1E FF3E FF40 FF5C FF5E"),
    (SYMBOL, "FFE0-FFE6"),
    (SYMBOL, "FFE8-FFEE FFFC-FFFD 1D000-1D3FF 1EEF0-1EEFF 1F000-1F0FF 1F100-1F1E5 1F200-1F2FF 1F700-1F77F"),
    (SYMBOL, "0606-060B 2776-2793 27C0-27FF 2FF0-2FFF 3004 303C 303E-303F 1F780-1F8FF 1FA00-1FA6F"),
    (SYMBOL, "1FB00-1FBEF"),
    (PUNCTUATION, "2010-2027 2030-2043 2045-2051 2053-205E 207D-207E 208D-208E 2308-230B 2329-232A"),
    (PUNCTUATION, "27C5-27C6 27E6-27EF 2983-2998 29D8-29DB 29FC-29FD 2CF9-2CFF"),
    (PUNCTUATION, "2E00-2E7F 3001-3003 3008-3011"),
    (PUNCTUATION, "3014-301F 3030 303D"),
    (PUNCTUATION, "30A0 30FB FD3E-FD3F FE10-FE19 FE30-FE61 FE63 FE68 FE6A-FE6B"),
    (PUNCTUATION, "FF01-FF03 FF05-FF0A FF0C-FF0F"),
    (PUNCTUATION, "FF1A-FF1B FF1F-FF20 FF3B-FF3D FF3F FF5B FF5D FF5F-FF65"),
    # The scripts of East Asia.
    (HAN, "2E80-2FDF 3005-3007 3021-3029 3038-303B 3400-4DBF 4E00-9FFF F900-FAFF 16FE2-16FE3 16FF0-16FF1"),
    (HAN, "20000-2A6DF 2A700-2EE5F 2F800-2FA1F 30000-323AF"),
    (KANA, "3031-3035 3041-3096 309B-309F 30A1-30FA 30FC-30FF 31F0-31FF FF66-FF9F 1AFF0-1AFFF 1B000-1B16F"),
    (LETTER, "3105-312F 31A0-31BF"),
    (HANGUL, "1100-11FF 3131-318E A960-A97F AC00-D7A3 D7B0-D7FF FFA0-FFDC"),
    # Decimal digits (general category Nd), full width and mathematical ones included.
    (DIGIT, "0030-0039 0660-0669 06F0-06F9 07C0-07C9 0966-096F 09E6-09EF 0A66-0A6F 0AE6-0AEF 0B66-0B6F"),
    (DIGIT, "0BE6-0BEF 0C66-0C6F 0CE6-0CEF 0D66-0D6F 0DE6-0DEF 0E50-0E59 0ED0-0ED9 0F20-0F29 1040-1049"),
    (DIGIT, "1090-1099 17E0-17E9 1810-1819 1946-194F 19D0-19D9 1A80-1A89 1A90-1A99 1B50-1B59 1BB0-1BB9"),
    (DIGIT, "1C40-1C49 1C50-1C59 A620-A629 A8D0-A8D9 A900-A909 A9D0-A9D9 A9F0-A9F9 AA50-AA59 ABF0-ABF9"),
    (DIGIT, "FF10-FF19 104A0-104A9 11066-1106F 1D7CE-1D7FF 1E950-1E959"),
    # Pictographs; a skin tone is one of them, the pattern of clusters knows how it attaches.
    (EMOJI, "2194-2199 21A9-21AA 231A-231B 2328 23CF 23E9-23F3 23F8-23FA 25AA-25AB 25B6 25C0 25FB-25FE"),
    (EMOJI, "2600-2767 2794-27BF 2934-2935 2B05-2B07 2B1B-2B1C 2B50 2B55 3297 3299 1F004 1F0CF"),
    (EMOJI, "1F170-1F171 1F17E-1F17F 1F18E 1F191-1F19A 1F1E6-1F1FF 1F201-1F202 1F21A 1F22F 1F232-1F23A"),
    (EMOJI, "1F250-1F251 1F300-1F64F 1F680-1F6FF 1F7E0-1F7EB 1F7F0 1F90C-1F9FF 1FA70-1FAFF"),
    (PUNCTUATION, "2768-2775"),
    (SYMBOL, "2776-2793 1F650-1F67F"),
    # Marks that belong to the character before them: combining marks, joiners, variation selectors, tags.
    (MARK, "0300-036F 0483-0489 0591-05BD 05BF 05C1-05C2 05C4-05C5 05C7 0610-061A 064B-065F 0670 06D6-06DC"),
    (MARK, "06DF-06E4 06E7-06E8 06EA-06ED 0711 0730-074A 07A6-07B0 07EB-07F3 07FD 0816-0819 081B-0823"),
    (MARK, "0825-0827 0829-082D 0859-085B 0897-089F 08CA-08E1 08E3-0903 093A-093C 093E-094F 0951-0957"),
    (MARK, "0962-0963 0981-0983 09BC 09BE-09CD 09D7 09E2-09E3 09FE 0A01-0A03 0A3C-0A51 0A70-0A71 0A75"),
    (MARK, "0A81-0A83 0ABC 0ABE-0ACD 0AE2-0AE3 0AFA-0AFF 0B01-0B03 0B3C 0B3E-0B57 0B62-0B63 0B82 0BBE-0BCD"),
    (MARK, "0BD7 0C00-0C04 0C3C 0C3E-0C56 0C62-0C63 0C81-0C83 0CBC 0CBE-0CD6 0CE2-0CE3 0CF3 0D00-0D03"),
    (MARK, "0D3B-0D3C 0D3E-0D4D 0D57 0D62-0D63 0D81-0D83 0DCA-0DDF 0DF2-0DF3 0E31 0E34-0E3A 0E47-0E4E 0EB1"),
    (MARK, "0EB4-0EBC 0EC8-0ECE 0F18-0F19 0F35 0F37 0F39 0F3E-0F3F 0F71-0F84 0F86-0F87 0F8D-0FBC 0FC6"),
    (MARK, "102B-103E 1056-1059 105E-1060 1062-1064 1067-106D 1071-1074 1082-108D 108F 109A-109D 135D-135F"),
    (MARK, "1712-1715 1732-1734 1752-1753 1772-1773 17B4-17D3 17DD 180B-180D 180F 18A9 1920-193B 1A17-1A1B"),
    (MARK, "1A55-1A7F 1AB0-1AFF 1B00-1B04 1B34-1B44 1B6B-1B73 1B80-1B82 1BA1-1BAD 1BE6-1BF3 1C24-1C37"),
    (MARK, "1CD0-1CD2 1CD4-1CE8 1CED 1CF4 1CF7-1CF9 1DC0-1DFF 200C-200D 20D0-20FF 2CEF-2CF1 2D7F 2DE0-2DFF"),
    (MARK, "302A-302F 3099-309A A66F-A672 A674-A67D A69E-A69F A6F0-A6F1 A802 A806 A80B A823-A827 A82C"),
    (MARK, "A880-A881 A8B4-A8C5 A8E0-A8F1 A8FF A926-A92D A947-A953 A980-A983 A9B3-A9C0 A9E5 AA29-AA36 AA43"),
    (MARK, "AA4C-AA4D AA7B-AA7D AAB0 AAB2-AAB4 AAB7-AAB8 AABE-AABF AAC1 AAEB-AAEF AAF5-AAF6 ABE3-ABEA"),
    (MARK, "ABEC-ABED FB1E FE00-FE0F FE20-FE2F 101FD 102E0 10376-1037A 11000-11002 11038-11046"),
    (MARK, "1D165-1D169 1D16D-1D172 1D17B-1D182 1D185-1D18B 1D1AA-1D1AD 1E8D0-1E8D6 1E944-1E94A"),
    (MARK, "E0020-E007F E0100-E01EF"),
    (OTHER, "0000-0008 000E-001F 007F-0084 0086-009F 00AD 061C 180E 200B 200E-200F 202A-202E 2060-206F"),
    (OTHER, "D800-F8FF"),
    (OTHER, "FEFF FFF0-FFFB E0000-E001F"),
    # White_Space
    (SPACE, "0009-000D 0020 0085 00A0 1680 2000-200A 2028-2029 202F 205F 3000"),
)  # fmt: skip

_shared: dict[str, tuple[list[int], bytes]] = {}  # the one table, made when first asked for


def class_ranges() -> Iterator[tuple[int, int, int]]:
    """All of Unicode as ``(first, last, class)`` in order, both ends included, without gap or overlap.

    >>> next(class_ranges())
    (0, 8, 0)
    """
    starts, classes = _table()
    ends = [start - 1 for start in starts[1:]] + [LAST_CODE_POINT]
    return zip(starts, ends, classes, strict=True)


def char_class(char: str) -> int:
    """The class of one character.

    Args:
        char: a string of one code point.

    Returns:
        One of the constants ``OTHER`` … ``MARK``.

    Raises:
        TypeError: ``char`` is not one code point long.

    >>> char_class("汉") == HAN, char_class("Я") == LETTER, char_class("\\u3000") == SPACE
    (True, True, True)
    """
    starts, classes = _table()
    return classes[bisect_right(starts, ord(char)) - 1]


def class_name(value: int) -> str:
    """The English name of a class.

    Args:
        value: one of the class constants.

    Raises:
        IndexError: ``value`` is not a class.

    >>> class_name(HAN)
    'han'
    """
    return CLASS_NAMES[value]


def _table() -> tuple[list[int], bytes]:
    """Starts of the runs of equal class and their classes."""
    if "table" not in _shared:
        canvas = bytearray(LAST_CODE_POINT + 1)
        borders = {0}
        for value, text in _PAINT:
            for first, last in _runs(text):
                canvas[first : last + 1] = bytes((value,)) * (last - first + 1)
                borders |= {first, last + 1}
        borders.discard(LAST_CODE_POINT + 1)
        starts = sorted(start for start in borders if start == 0 or canvas[start] != canvas[start - 1])
        _shared["table"] = starts, bytes(canvas[start] for start in starts)
    return _shared["table"]
