"""Build core.tsv and bigrams.tsv: ``python -m recipes.dictionary``, from the root of the repository.

Needs jieba installed (its dictionary is read), ``dictionaries/modern.tsv`` and the corpora (``CNLP_DATA``). A word's
count is

    c(w) = PFR + A annotated + V vote + D (frequency + 1) (words of PFR / 60,101,967)

with its counts in PFR, in the present-day text annotated by hand and in that labelled by a vote of teachers, and its
frequency in the dictionary: jieba's, or that of ``modern.tsv`` where it has the word. So the dictionary supplies words,
and the text says how likely they are. Of the vote only words of the dictionary or of PFR are counted. Pairs are
counted alike, without a dictionary. A, V and D were chosen on the held-out blocks of the annotated text
(:mod:`recipes.modern`) and on January 29 to 31 of PFR.
"""

from __future__ import annotations

import os
from collections import Counter, defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from functools import cache
from itertools import chain
from pathlib import Path

from cnlp.corpus import registry
from cnlp.lexicon.build import rows_of
from cnlp.segmentation.bigram import Bigram, is_atomic
from cnlp.text.normalise import normalise
from cnlp.text.scanner import find_patterns
from recipes import modern

FOLDER = Path(__file__).parents[1] / "dictionaries"
SCALE = 60_101_967  # tokens that the frequencies of jieba and of modern.tsv are out of
DICTIONARY_SHARE = 0.02
ANNOTATED_WEIGHT = 4
VOTE_WEIGHT = 0.05
LETTER_COUNT = (
    20.0  # at least, of a word that joins letters; else the letters, a common class, are a word by themselves
)
NAMES = frozenset(("j", "nr", "ns", "nt", "nz"))
MIN_PAIR_COUNT = 2  # pairs seen once are three quarters of all, and worth .001 F1
CORPORA = ("pfr-199801", "pfr-199802")
OTHER = "<other>"  # a word that is not counted

Counts = tuple[Mapping[str, float], Mapping[tuple[str, str], float]]


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
    """The most common tag of each folded word of January."""
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


def read_dictionary() -> tuple[dict[str, float], dict[str, str]]:
    """Frequencies and tags of the words of jieba's dictionary and of ``modern.tsv``, which prevails."""
    frequencies, tags = read_jieba()
    today = list(rows_of(str(FOLDER / "modern.tsv")))
    return (
        {**frequencies, **{word: float(frequency) for word, frequency, _ in today}},
        {**tags, **{word: tag for word, _, tag in today}},
    )


def known_words(sentences: Iterable[Sequence[str]], known: Collection[str]) -> Iterator[list[str]]:
    """The sentences with ``OTHER`` for each word of Han characters that is not known."""

    @cache
    def kept(word: str) -> str:
        return word if not any(map(is_han, word)) or normalise(word) in known or is_atomic(word) else OTHER

    for words in sentences:
        yield list(map(kept, words))


def is_han(char: str) -> bool:
    """Whether it is one of the common Han characters."""
    return "\u4e00" <= char <= "\u9fff"


@cache
def is_listed(word: str) -> bool:
    """Whether the files list the word: not what the patterns cut, signs and numbers such as ``-20℃`` or ``3.``."""
    if word == OTHER:
        return False
    return any(map(is_han, word)) or not any(
        (match.pattern.decisive or match.pattern.isolated) and match.end - match.start < len(word)
        for match in find_patterns(word)
    )


def joins_letters(word: str, tag: str) -> bool:
    """Whether Han characters and letters make one word, not a phrase such as IP地址: 阿Q, 三K党, AB面, QQ音乐."""
    n_han = sum(map(is_han, word))
    has_letter = any(char.isalpha() and char < "\u2e80" for char in word)
    return has_letter and n_han > 0 and (is_han(word[0]) or n_han == 1 or tag in NAMES)


def count(sentences: Iterable[Sequence[str]], known: Mapping[str, float]) -> Counts:
    """How often words and pairs of words occur."""
    model = Bigram(words=dict.fromkeys(known, 0)).fit(sentences)
    return model.counts_, model.bigrams_


def add(parts: Iterable[tuple[Counts, float]]) -> tuple[dict[str, float], dict[tuple[str, str], float]]:
    """The weighted sum of counts."""
    counts: dict[str, float] = defaultdict(float)
    pairs: dict[tuple[str, str], float] = defaultdict(float)
    for (words, of_words), weight in parts:
        for word, times in words.items():
            counts[word] += weight * times
        for pair, times in of_words.items():
            pairs[pair] += weight * times
    return counts, pairs


def main() -> None:
    """Write both files."""
    frequencies, tags = read_dictionary()
    pfr = list(chain.from_iterable(map(registry.load_corpus, CORPORA)))
    known = {**frequencies, **dict.fromkeys((normalise(word) for words in pfr for word in words), 0.0)}
    sources = (
        (pfr, 1),
        (known_words((sentence.words for sentence in modern.annotated()), known), ANNOTATED_WEIGHT),
        (known_words((sentence.words for sentence in modern.voted()), known), VOTE_WEIGHT),
    )
    counts, pairs = add((count(sentences, frequencies), weight) for sentences, weight in sources)
    write_words(counts, frequencies, tags, sum(map(len, pfr)))
    write_pairs(pairs)


def write_words(counts: dict[str, float], frequencies: Mapping[str, float], tags: Mapping[str, str], size: int) -> None:
    """Write core.tsv: the counts, of ``size`` words of PFR and other text, and what the dictionary adds to them."""
    share = DICTIONARY_SHARE * size / SCALE
    for word, frequency in frequencies.items():
        if not is_atomic(word):
            counts[word] = counts.get(word, 0.0) + share * (frequency + 1)
            if joins_letters(word, tags.get(word, "")):
                counts[word] = max(counts[word], LETTER_COUNT)
    all_tags = {**tags, **corpus_tags()}
    rows = sorted(((word, n) for word, n in counts.items() if n and is_listed(word)), key=lambda row: (-row[1], row[0]))
    write_table(
        "core.tsv",
        "word, count, tag; made by recipes/dictionary.py from jieba's dictionary (MIT licence), modern.tsv,\n"
        "and counts over PFR People's Daily 1998 and present-day text: see SOURCES.md",
        ((word, f"{n:.4g}", all_tags.get(word, "")) for word, n in rows),
    )


def write_pairs(pairs: Mapping[tuple[str, str], float]) -> None:
    """Write bigrams.tsv."""
    histories: dict[str, float] = defaultdict(float)
    rights: dict[str, list[tuple[int, str]]] = {}
    for (left, right), n in pairs.items():
        histories[left] += n
        if n >= MIN_PAIR_COUNT and is_listed(left) and is_listed(right):
            rights.setdefault(left, []).append((-round(n), right))
    write_table(
        "bigrams.tsv",
        "left, how often something followed it, then right and count in turn; made by\n"
        "recipes/dictionary.py from counts over PFR People's Daily 1998 and present-day text:\n"
        "see SOURCES.md",
        (
            (
                left,
                round(histories[left]),
                *chain.from_iterable((right, -n) for n, right in sorted(rights[left])),
            )
            for left in sorted(rights)
        ),
    )


if __name__ == "__main__":
    main()
