"""Build core.tsv and bigrams.tsv: ``python -m recipes.dictionary``, from the root of the repository.

Needs jieba installed (its dictionary is read) and the PFR corpus (``CNLP_DATA``). A word's count is

    c(w) = PFR's count + 0.02 * (jieba's frequency + 1) * (words of PFR / words of jieba)

so jieba's dictionary supplies words, and PFR says how likely they are. The factor was chosen on January
29 to 31 held out of the counts.
"""

from __future__ import annotations

import os
from collections import Counter
from collections.abc import Iterable, Mapping
from itertools import chain
from pathlib import Path

from cnlp.corpus import registry
from cnlp.segmentation.bigram import Bigram, is_atomic
from cnlp.text.normalise import normalise

FOLDER = Path(__file__).parents[1] / "dictionaries"
DICTIONARY_SHARE = 0.02
MIN_PAIR_COUNT = 2  # pairs seen once are three quarters of all, and worth .001 F1
CORPORA = ("pfr-199801", "pfr-199802")


def read_jieba() -> tuple[Counter[str], dict[str, str]]:
    """Frequencies and tags of jieba's dictionary by folded word."""
    import jieba

    frequencies: Counter[str] = Counter()
    tags: dict[str, str] = {}
    with open(os.path.join(os.path.dirname(jieba.__file__), "dict.txt"), encoding="utf-8") as lines:
        for line in lines:
            word, frequency, tag = line.split(" ")
            form = normalise(word)
            frequencies[form] += int(frequency)
            tags.setdefault(form, tag.strip())
    return frequencies, tags


def corpus_tags() -> dict[str, str]:
    """The commonest tag of each folded word of January."""
    counts: dict[str, Counter[str]] = {}
    for sentence in registry.load_tagged("pfr-199801"):
        for word, tag in zip(sentence.words, sentence.tags, strict=True):
            counts.setdefault(normalise(word), Counter())[tag] += 1
    return {word: max(tags, key=lambda tag: (tags[tag], tag)) for word, tags in counts.items()}


def write_table(name: str, head: str, rows: Iterable[tuple[object, ...]]) -> None:
    """A tab-separated file that appears when it is whole."""
    temporary = FOLDER / f"{name}.tmp"
    with open(temporary, "w", encoding="utf-8", newline="\n") as file:
        file.writelines(f"# {line}\n" for line in head.splitlines())
        file.writelines("\t".join(map(str, row)) + "\n" for row in rows)
    temporary.replace(FOLDER / name)


def weigh(frequencies: Mapping[str, int], corpus_size: int) -> dict[str, float]:
    """What jieba's frequencies add to the counts."""
    factor = DICTIONARY_SHARE * corpus_size / sum(frequencies.values())
    return {word: factor * (frequency + 1) for word, frequency in frequencies.items() if not is_atomic(word)}


def main() -> None:
    """Write both files."""
    frequencies, tags = read_jieba()
    sentences = list(chain.from_iterable(map(registry.load_corpus, CORPORA)))
    model = Bigram(words=weigh(frequencies, sum(map(len, sentences)))).fit(sentences)
    tags = {**tags, **corpus_tags()}
    counts = sorted(model.counts_.items(), key=lambda item: (-item[1], item[0]))
    write_table(
        "core.tsv",
        "word, count, tag; made by recipes/dictionary.py from jieba's dictionary (MIT licence)\n"
        "and counts over PFR People's Daily, January and February 1998: see SOURCES.md",
        ((word, f"{count:.4g}", tags.get(word, "")) for word, count in counts),
    )
    histories: Counter[str] = Counter()
    rights: dict[str, list[tuple[int, str]]] = {}
    for (left, right), count in model.bigrams_.items():
        histories[left] += count
        if count >= MIN_PAIR_COUNT:
            rights.setdefault(left, []).append((-count, right))
    write_table(
        "bigrams.tsv",
        "left, how often something followed it, then right and count in turn; made by\n"
        "recipes/dictionary.py from counts over PFR People's Daily, January and February 1998:\n"
        "see SOURCES.md",
        (
            (
                left,
                histories[left],
                *chain.from_iterable((right, -count) for count, right in sorted(rights[left])),
            )
            for left in sorted(rights)
        ),
    )


if __name__ == "__main__":
    main()
