"""Alphabets of tries: codes by code point, shared by all that folds alike."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cnlp import errors
from cnlp.lexicon.alphabet import assign_codes, pack_alphabet, unpack_alphabet
from cnlp.text.normalise import fold_table, normalise


def code(pages: bytes, cells: bytes, char: str) -> int:
    page, cell = memoryview(pages).cast("H"), memoryview(cells).cast("H")
    return cell[page[ord(char) >> 8] << 8 | ord(char) & 255]


@given(st.lists(st.text()), st.booleans())
def test_every_character_has_a_code_of_its_own(words: list[str], ranked: bool) -> None:
    codes = assign_codes(words, ranked=ranked)
    assert set(codes) == set(map(ord, "".join(words)))
    assert sorted(codes.values()) == list(range(1, len(codes) + 1))


def test_frequent_characters_come_first() -> None:
    assert assign_codes(["国", "中国", "中国人"]) == {ord("国"): 1, ord("中"): 2, ord("人"): 3}


def test_an_alphabet_has_65535_characters_at_most() -> None:
    assert len(assign_codes(map(chr, range(0x10000, 0x1FFFF)))) == 65535
    with pytest.raises(errors.ArgumentError, match="65535 different characters at most"):
        assign_codes(map(chr, range(0x10000, 0x20000)))


@given(st.lists(st.text()), st.text(), st.tuples(*[st.booleans()] * 3))
def test_packed_codes_are_those_of_the_folded_characters(
    words: list[str], others: str, folds: tuple[bool, bool, bool]
) -> None:
    width, case, script = folds
    forms = [normalise(word, width=width, case=case, script=script) for word in words]
    codes = assign_codes(forms)
    packed = pack_alphabet(codes, fold_table(*folds))
    for char in others + "".join(words) + "ＡａA國国\x00\ud800\U0010ffff":
        folded = normalise(char, width=width, case=case, script=script)
        assert code(*packed, char) == codes.get(ord(folded), 0)
    assert unpack_alphabet(*packed, fold_table(*folds)) == codes
