"""The kernel's arrays say the same as the tables that Python scans with."""

import os
import struct
import subprocess
import sys

from hypothesis import given
from hypothesis import strategies as st

from cnlp.text import characters, tables
from cnlp.text.normalise import normalise

ARRAYS = {name: data for name, (_, data) in tables.build_tables().items()}
STATES, CATEGORIES, COUNT, LOOKAHEAD, START, AFTER_WORD = struct.unpack("<6I", ARRAYS["constants"])
SIZES = {"U8": 1, "U16": 2, "U32": 4}


def scan_arrays(text: str) -> list[tuple[int, int, int]]:
    """The loop of the module's head once more, on the arrays, as the kernel reads them."""
    pages = struct.unpack("<4352H", ARRAYS["category_pages"])
    transitions = struct.unpack(f"<{STATES * CATEGORIES}H", ARRAYS["transitions"])
    codes = [ARRAYS["categories"][pages[ord(char) >> 8] << 8 | ord(char) & 255] for char in text]
    flags = [ARRAYS["category_flags"][code] for code in codes]
    matches, p = [], 0
    while p < len(text):
        before = flags[p - 1] if p else 0
        soft_allowed = flags[p] & 2 and not flags[p] & before & 0xE0
        if not (flags[p] & 1 or soft_allowed or (p + 1 < len(text) and flags[p + 1] & 16)):
            p += 1
            continue
        state, q, limit = AFTER_WORD if before & 4 else START, p, p + LOOKAHEAD
        atomic, soft = (p, 0), (p, 0)
        while q < min(len(text), limit):
            state = transitions[state * CATEGORIES + codes[q]]
            if state == 0:
                break
            q += 1
            pattern = ARRAYS["accepts"][state] - 1
            if pattern < 0:
                continue
            cuts_word = q < len(text) and flags[q - 1] & flags[q] & 4
            if ARRAYS["pattern_flags"][pattern] & 1:
                atomic, limit = (atomic if cuts_word else (q, pattern)), q + LOOKAHEAD
            elif not cuts_word:
                soft = (q, pattern)
        end = atomic[0]
        if end > p:
            while ARRAYS["pattern_flags"][atomic[1]] & 2 and end < len(text) and flags[end] & 16:
                end += 1
            matches.append((p, end, atomic[1]))
        if soft_allowed and soft[0] > end:
            matches.append((p, *soft))
        p = max(end, p + 1)
    return matches


def test_the_arrays_have_the_sizes_of_the_layout() -> None:
    assert {name: len(data) // SIZES[kind] for name, (kind, data) in tables.build_tables().items()} == {
        "constants": 6,
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
    assert sum(map(len, ARRAYS.values())) < 300_000


@given(st.text(st.one_of(st.sampled_from("1一年.点:-/@#%aA c://w\n\u0301\u200d👍🏻🇨比·第あ…\ud800"), st.characters())))
def test_the_arrays_and_the_tables_find_the_same(text: str) -> None:
    assert scan_arrays(text) == tables.scan(tables.pattern_tables(), text)


@given(st.characters())
def test_a_category_has_one_class(char: str) -> None:
    loaded = tables.pattern_tables()
    folded = normalise(char, script=False)
    assert loaded.classes[loaded.category_of[ord(char)]] == characters.char_class(folded)


def test_building_is_reproducible_across_hash_seeds() -> None:
    command = "import cnlp.text.tables as t, zlib; print(zlib.crc32(repr(t.build_tables()).encode()))"
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
