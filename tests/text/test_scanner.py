"""The kernel's arrays say the same as the tables that Python scans with."""

import os
import struct
import subprocess
import sys

from hypothesis import given
from hypothesis import strategies as st

from cnlp.text import characters, scanner
from cnlp.text.normalise import normalise

ARRAYS = {name: data for name, (_, data) in scanner.build_tables().items()}
STATES, CATEGORIES, COUNT, LOOKAHEAD, START, AFTER_WORD, AFTER_UNIT, AFTER_ROW, AFTER_DAY = struct.unpack(
    "<9I", ARRAYS["constants"]
)
SIZES = {"U8": 1, "U16": 2, "U32": 4}


def scan_arrays(text: str) -> list[tuple[int, int, int]]:
    """The loop of the module's head once more, on the arrays, as the kernel reads them."""
    pages = struct.unpack("<4352H", ARRAYS["category_pages"])
    transitions = struct.unpack(f"<{STATES * CATEGORIES}H", ARRAYS["transitions"])
    codes = [ARRAYS["categories"][pages[ord(char) >> 8] << 8 | ord(char) & 255] for char in text]
    flags = [ARRAYS["category_flags"][code] for code in codes]
    matches, p = [], 0
    while p < len(text):
        before = flags[p - 1] if p else 0x60
        soft_allowed = flags[p] & 2 and (not flags[p] & 0x80 or flags[p] & 0xE0 != before & 0xE0)
        if not (flags[p] & 1 or soft_allowed or (p + 1 < len(text) and flags[p + 1] & 16)):
            p += 1
            continue
        state = (
            AFTER_WORD if before & 4 else {0x20: AFTER_UNIT, 0x40: AFTER_ROW, 0x60: AFTER_DAY}.get(before & 0xE0, START)
        )
        q, limit, last = p, p + LOOKAHEAD, dict.fromkeys((0, 1, 8, 16), (p, 0))
        while q < min(len(text), limit):
            state = transitions[state * CATEGORIES + codes[q]]
            if state == 0:
                break
            q += 1
            pattern = ARRAYS["accepts"][state] - 1
            if pattern < 0:
                continue
            kind = ARRAYS["pattern_flags"][pattern]
            reached = q - (kind >> 5 & 1)
            if kind & 1:
                limit = q + LOOKAHEAD
            if not (reached < len(text) and flags[reached - 1] & flags[reached] & 4):
                last[kind & 24 or kind & 1] = (reached, pattern)
        soft, atomic, decisive, veto = (last[kind] for kind in (0, 1, 8, 16))
        if decisive[0] > max(atomic[0], p) and decisive[0] >= max(veto[0], soft[0]):
            atomic = decisive
        end = atomic[0]
        if end > p:
            if ARRAYS["pattern_flags"][atomic[1]] & 128:
                end = next(place for place in range(p, end) if text[place].isdecimal())
            while ARRAYS["pattern_flags"][atomic[1]] & 2 and end < len(text) and flags[end] & 16:
                end += 1
            matches.append((p, end, atomic[1]))
        if soft_allowed and soft[0] > end:
            matches.append((p, *soft))
        p = max(end, p + 1)
    return matches


def test_the_arrays_have_the_sizes_of_the_layout() -> None:
    assert {name: len(data) // SIZES[kind] for name, (kind, data) in scanner.build_tables().items()} == {
        "constants": 9,
        "category_pages": 4352,
        "categories": len(ARRAYS["categories"]),
        "category_flags": CATEGORIES,
        "point_flags": len(ARRAYS["categories"]),
        "category_class": CATEGORIES,
        "transitions": STATES * CATEGORIES,
        "accepts": STATES,
        "pattern_flags": COUNT,
    }
    assert len(ARRAYS["categories"]) % 256 == 0
    assert sum(map(len, ARRAYS.values())) < 720_000


@given(
    st.text(
        st.one_of(
            st.sampled_from("1一年月号上周三日元℃<>.点:-/@#%aA c://w\n\u0301\u200d👍🏻🇨比·第あ…\ud800"), st.characters()
        )
    )
)
def test_the_arrays_and_the_tables_find_the_same(text: str) -> None:
    assert scan_arrays(text) == scanner.scan(scanner.pattern_tables(), text)


@given(st.characters())
def test_a_category_has_one_class(char: str) -> None:
    loaded = scanner.pattern_tables()
    folded = normalise(char, script=False)
    assert loaded.classes[loaded.category_of[ord(char)]] == characters.char_class(folded)


def test_building_is_reproducible_across_hash_seeds() -> None:
    command = "import cnlp.text.scanner as t, zlib; print(zlib.crc32(repr(t.build_tables()).encode()))"
    outputs = {
        subprocess.run(
            [sys.executable, "-c", command],
            capture_output=True,
            text=True,
            check=True,
            env={**os.environ, "PYTHONHASHSEED": seed, "PYTHONPATH": os.pathsep.join(sys.path)},
        ).stdout
        for seed in ("1", "2")
    }
    assert len(outputs) == 1
