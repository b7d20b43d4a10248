"""Makes ``traditional.tsv``, the one-to-one map of Traditional to Simplified characters.

    python -m recipes.traditional

Source: ``TSCharacters.txt`` of OpenCC (Apache-2.0) as packed by ``opencc-python-reimplemented``, which must
be installed. Of several targets the first is taken, and chains are followed to their end, so that folding
twice changes nothing. ``JUDGEMENTS`` overrules the source where matching words asks for it.
"""

from __future__ import annotations

import os
from importlib import metadata

import opencc

PACKAGE = "opencc-python-reimplemented"
TARGET = os.path.join(os.path.dirname(os.path.dirname(os.path.abspath(__file__))), "dictionaries", "traditional.tsv")

# Lexicon and text are folded alike, so a merged pair costs little; a pair kept apart costs every Traditional
# word written with it. OpenCC keeps these as they are, since 著名, 瞭望, 慰藉, 彷徨 are Simplified as well.
# Kept there and here: 覆 (覆盖) and 阪 (大阪).
JUDGEMENTS = {
    "著": "着",  # 看著 = 看着
    "瞭": "了",  # 瞭解 = 了解
    "藉": "借",  # 藉口 = 借口
    "彷": "仿",  # 彷彿 = 仿佛
    "牴": "抵",  # 牴觸 = 抵触
    "祇": "只",  # 祇有 = 只有
    "衹": "只",
    "妳": "你",
}


def read_source() -> dict[str, str]:
    """The first target of each single character of OpenCC's table, itself where it is its own target."""
    path = os.path.join(os.path.dirname(opencc.__file__), "dictionary", "TSCharacters.txt")
    table = {}
    with open(path, encoding="utf-8") as lines:
        for line in lines:
            source, targets = line.rstrip("\n").split("\t")
            target = targets.split()[0]
            if len(source) == 1 and len(target) == 1:
                table[source] = target
    return table


def resolve(table: dict[str, str]) -> dict[str, str]:
    """Follows chains (薴 → 苧 → 苎) to their end and drops what maps to itself.

    Raises:
        ValueError: the table runs in a circle.
    """
    resolved = {}
    for source in table:
        seen, target = {source}, table[source]
        while table.get(target, target) != target:
            if target in seen:
                raise ValueError(f"{source}: the targets run in a circle")
            seen.add(target)
            target = table[target]
        if target != source:
            resolved[source] = target
    return resolved


def main() -> None:
    """Writes the table beside this file."""
    table = resolve(read_source() | JUDGEMENTS)
    with open(TARGET, "w", encoding="utf-8", newline="\n") as out:
        out.write("# Traditional to Simplified Chinese, one character to one character, by code point.\n")
        out.write("# Made by recipes/traditional.py from OpenCC's TSCharacters.txt, first targets\n")
        out.write(f"# ({PACKAGE} {metadata.version(PACKAGE)}, Apache-2.0, https://github.com/BYVoid/OpenCC),\n")
        out.write(f"# with {len(JUDGEMENTS)} judgements of our own that stand in the script.\n")
        for source in sorted(table):
            out.write(f"{source}\t{table[source]}\n")


if __name__ == "__main__":
    main()
