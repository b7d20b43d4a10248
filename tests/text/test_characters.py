"""Character classes: every code point has one, and the ones that matter are right."""

import pytest

from cnlp.text import characters
from cnlp.text.characters import char_class, class_name, class_ranges


@pytest.mark.parametrize(
    ("name", "chars"),
    [
        ("han", "中〇鿿㐀𠀀𪜀𫝀𫠠𬺰𰀀𱍐豈\U0002f800⼀々"),
        ("digit", "0９٣०𝟘"),
        ("latin", "aＺéßŁﬁ"),
        ("letter", "ЯαאبกㄅⲀ"),
        ("kana", "あアーｱㇰ"),
        ("hangul", "한ㄱᄀ"),
        ("punctuation", ",.!，。、《》“”…—（）·・"),
        ("symbol", "+$￥∶℃①→■"),
        ("space", " \t\n\r\u3000\xa0\u2028\u2009"),
        ("emoji", "😀👍🇨🏻♥☎⭐🥲🫠"),
        ("mark", "\u0301\u200d\ufe0f\U000e0100\U000e0067\u20e3\u3099"),
        ("other", "\x00\ud800\udfff\ue000\u200b\ufeff\U0010ffff"),
    ],
)
def test_characters_have_the_class_a_reader_expects(name: str, chars: str) -> None:
    assert {char: class_name(char_class(char)) for char in chars} == dict.fromkeys(chars, name)


def test_the_ranges_cover_unicode_without_gap_or_overlap() -> None:
    expected = 0
    for first, last, value in class_ranges():
        assert first == expected
        assert first <= last
        assert 0 <= value < len(characters.CLASS_NAMES)
        expected = last + 1
    assert expected == 0x110000


def test_looking_up_agrees_with_the_ranges() -> None:
    for first, last, value in class_ranges():
        assert char_class(chr(first)) == char_class(chr(last)) == value
