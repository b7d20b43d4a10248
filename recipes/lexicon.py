"""Build dictionaries/modern.tsv, the words of today: ``python -m recipes.lexicon``, from the root of the repository.

Needs jieba installed (its dictionary is read) and the data folder (``CNLP_DATA``). One core, four minutes, 2 GB.

All frequencies are on the scale of jieba's dictionary, 60,101,967 tokens. Its words keep their frequency, or get that
of the present-day text where it is larger. Witnesses of a new word are

    annotated   the sentences annotated by hand: one witness, or two where two sentences have the word
    vote        the sentences labelled by a vote of four teachers: one witness where it has the word twice, two where
                it has it three times and the teachers agreed, in one whole sentence or in most of its occurrences
    lists       JioNLP, mcbopomofo, THUOCL, foolnltk, iscut: one witness each, iscut (it has phrases) only with another

A word enters if it has two witnesses, and if it is a word at least half of the times that its characters occur side by
side. A word that the vote never has needs three lists, or two and a frequency of 8. What enters by hand
(``dictionaries/hand.tsv``: word, tag) or must not enter (``dictionaries/rejected.txt``) was decided by reading.
A new word's frequency is the largest of the sources'; mcbopomofo's, a small list, counts a quarter.

``modern.tsv`` holds the words that jieba lacks, and those whose frequency is more than half as large again as jieba's.
Its tags come from ``hand.tsv``; else from the text with parts of speech annotated by hand; else from the labels of
entities; else from the shipped part-of-speech tagger, by majority over 40 sentences of the vote.
"""

from __future__ import annotations

import argparse
import json
import re
import sys
from collections import Counter, defaultdict
from collections.abc import Collection, Iterable, Iterator, Sequence
from functools import cache
from pathlib import Path

from cnlp.corpus.registry import data_folder
from cnlp.lexicon.matcher import Matcher
from cnlp.pos.tagger import tag_words
from cnlp.segmentation.bigram import is_atomic
from cnlp.text.normalise import normalise
from recipes import modern
from recipes.dictionary import FOLDER, SCALE, read_jieba, write_table

JIONLP_TOKENS = 6.19e9  # as its authors state; its table leaves out the rarest words
LISTS = {
    "jionlp": "lexicon/permissive/jionlp_counts.tsv",
    "iscut": "lexicon/permissive/iscut_dict.txt",
    "mcbopomofo": "lexicon/permissive/mcbopomofo_phrase.occ",
    "thuocl": "lexicon/thuocl/THUOCL_*.txt",
    "foolnltk": "vectors/foolnltk_words.txt",
}
LONGEST = 8  # characters; longer words enter by hand only
HAND_FREQUENCY = 20.0  # at least, of a word that entered by hand
RAISED = 1.5
SENTENCES = 40  # to tag a word in
SURNAMES = frozenset(
    "王李张刘陈杨黄赵周吴徐孙朱马胡郭林何高罗郑梁谢宋唐许邓冯韩曹曾彭萧蔡潘田董袁于余叶蒋杜苏魏程吕丁沈任姚卢"
    "傅钟姜崔谭廖范汪陆金石戴贾韦夏邱方侯邹熊孟秦白江阎薛尹段雷"
)
INSTITUTIONS = (*"队社局部委会院厅办党团报台校所处署军", "大学", "集团", "公司", "银行", "中学")
ENTITY_TAGS = {"PER": "nr", "LOC": "ns", "ORG": "nz"}
SIMPLE_TAGS = {"vd": "v", "ad": "a", "an": "a", "Ng": "n", "Vg": "v", "Ag": "a", "Tg": "t", "w": "n", "x": "nz"}

_WORD = re.compile(r"(?=.*[\u4e00-\u9fff])[\u3400-\u4dbf\u4e00-\u9fff〇々a-z0-9]{2,}")
# Numbers with a unit, anonymous persons, plurals, and plain numerals are for patterns and grammar, not for a list.
_NOT_A_WORD = re.compile(r"(?!\d[05]后$)第?\d(?!\d*[a-z]).*|.{1,2}某{1,2}.?|.+们|[一二三四五六七八九十百千万亿两]+")


class Text:
    """Segmented text: how often each string is a word of it, and how often it occurs as a string."""

    def __init__(self, sentences: Iterable[Sequence[str]]) -> None:
        self.words: Counter[str] = Counter()
        self.strings: Counter[str] = Counter()
        self._texts: list[str] = []
        for words in sentences:
            self.words.update(words)
            self._texts.append("".join(words))
        self.size = sum(self.words.values())

    def look_for(self, words: Collection[str]) -> None:
        """Count the occurrences of strings, overlapping ones too."""
        found = Matcher(words, partial=True).iter_find("\n".join(self._texts), "all")
        self.strings = Counter(match.value for match in found)

    def share(self, word: str) -> float:
        """In which share of its occurrences a string is a word; 0 where it does not occur."""
        return self.words[word] / self.strings[word] if self.strings[word] else 0.0


class Evidence:
    """All evidence for a word; ``held_out`` ignores the held-out blocks of the annotated text."""

    def __init__(self, *, held_out: bool = False) -> None:
        self.jieba, self.jieba_tags = read_jieba()
        self.lists = {name: read_counts(pattern) for name, pattern in LISTS.items()}
        self._taiwan_size = self.lists["mcbopomofo"].total()
        sentences = [folded(s.words) for s in modern.annotated(held_out=False if held_out else None)]
        left_out = {"".join(folded(s.words)) for s in modern.annotated(held_out=True)} if held_out else set()
        self.annotated = Text(sentences)
        self.annotated_sentences = Counter(word for words in sentences for word in set(words))
        self.agreed: Counter[str] = Counter()
        self.entities: dict[str, Counter[str]] = defaultdict(Counter)
        self.voted = Text(self._read_vote(left_out))
        for sentence in modern.annotated(held_out=False if held_out else None):
            self._note_entities(folded(sentence.words), sentence.entities)
        self.mostly_agreed = read_agreement()

    def _read_vote(self, left_out: Collection[str]) -> Iterator[list[str]]:
        for sentence in modern.voted():
            words = folded(sentence.words)
            if "".join(words) not in left_out:
                if sentence.agreed:
                    self.agreed.update(words)
                self._note_entities(words, sentence.entities)
                yield words

    def _note_entities(self, words: Sequence[str], entities: Iterable[tuple[int, int, str]]) -> None:
        for start, end, label in entities:
            if end - start == 1:
                self.entities[words[start]][label] += 1

    def frequency(self, word: str) -> float:
        """The largest of the sources' counts, each scaled to ``SCALE`` tokens."""
        return SCALE * max(
            self.voted.words[word] / self.voted.size,
            min(self.annotated.words[word], self.voted.words[word] + 3) / self.voted.size,
            self.lists["jionlp"][word] / JIONLP_TOKENS,
            self.lists["mcbopomofo"][word] / self._taiwan_size / 4,
        )

    def is_divided(self, word: str) -> bool:
        """Whether the text mostly divides it."""
        if self.annotated.strings[word] >= 2 and self.annotated.share(word) < 1 / 3:
            return True
        return self.voted.strings[word] >= 2 and max(self.voted.share(word), self.annotated.share(word)) < 0.5

    def has_witnesses(self, word: str) -> bool:
        """Whether two independent witnesses have it as a word."""
        lists = {name for name, counts in self.lists.items() if word in counts}
        if lists == {"iscut"}:
            lists = set()
        voted = self.voted.words[word]
        if not voted and not self.annotated.words[word]:
            return len(lists) >= (2 if self.frequency(word) >= 8 else 3)
        agreed = voted >= 3 and (self.agreed[word] > 0 or self.mostly_agreed[word] >= 0.6 * voted)
        return min(self.annotated_sentences[word], 2) + (2 if agreed else voted >= 2) + len(lists) >= 2


@cache
def fold(word: str) -> str:
    """The word as the lexicon holds it."""
    return normalise("".join(word.split()))


def folded(words: Sequence[str]) -> list[str]:
    """The words as the lexicon holds them."""
    return list(map(fold, words))


def read_counts(pattern: str) -> Counter[str]:
    """Folded words and counts of the files of a list; 1 where it has words only."""
    counts: Counter[str] = Counter()
    for path in sorted(data_folder().glob(pattern)):
        with open(path, encoding="utf-8-sig") as lines:
            for line in lines:
                fields = line.split()
                if len(fields) == 1 or (len(fields) == 2 and fields[1].isdigit()):
                    counts[normalise(fields[0])] += int(fields[1]) if len(fields) == 2 else 1
    return counts


def read_agreement() -> Counter[str]:
    """How often nearly all teachers segmented a word of the vote alike."""
    counts: Counter[str] = Counter()
    with open(data_folder() / "silver/new_words.tsv", encoding="utf-8") as lines:
        for line in list(lines)[1:]:
            word, _, agreed = line.split("\t")
            counts[word] = int(agreed)
    return counts


def read_hand() -> dict[str, str]:
    """Tags of the words that were written or confirmed by hand."""
    return dict(line.split("\t") for line in _lines(FOLDER / "hand.tsv"))


def read_rejected() -> set[str]:
    """Words that must not enter."""
    return set(_lines(FOLDER / "rejected.txt"))


def _lines(path: Path) -> list[str]:
    return [line for line in path.read_text(encoding="utf-8").splitlines() if line and line[0] != "#"]


def new_words(evidence: Evidence) -> list[str]:
    """What enters beside the words of jieba."""
    hand, rejected = read_hand(), read_rejected()
    seen = set().union(evidence.voted.words, evidence.annotated.words, *evidence.lists.values())
    candidates = {
        word
        for word in seen - evidence.jieba.keys() - rejected
        if _WORD.fullmatch(word) and len(word) <= LONGEST and not _NOT_A_WORD.fullmatch(word) and not is_atomic(word)
        if evidence.has_witnesses(word)
    }
    raised = {word for word, frequency in evidence.jieba.items() if evidence.frequency(word) > frequency}
    evidence.voted.look_for(candidates | raised)
    evidence.annotated.look_for(candidates)
    by_machine = {word for word in candidates if not evidence.is_divided(word)}
    return sorted(by_machine | (hand.keys() - evidence.jieba.keys()))


def merged_frequencies(evidence: Evidence) -> dict[str, float]:
    """Every word, of jieba and new, with its frequency today."""
    hand = read_hand()
    frequencies = dict.fromkeys(new_words(evidence), 0.0)
    for word in frequencies:
        frequencies[word] = max(1.0, evidence.frequency(word))
    for word, frequency in evidence.jieba.items():
        today = evidence.frequency(word) if evidence.voted.share(word) >= 0.5 else 0.0
        frequencies[word] = max(float(frequency), today)
    for word in hand:
        frequencies[word] = max(frequencies[word], HAND_FREQUENCY)
    return frequencies


def annotated_tags() -> dict[str, str]:
    """The most common tag of each folded word of the text with parts of speech annotated by hand."""
    counts: dict[str, Counter[str]] = defaultdict(Counter)
    with open(data_folder() / "modern/pos_train.jsonl", encoding="utf-8") as lines:
        for row in map(json.loads, lines):
            for word, tag in zip(folded(row["words"]), row["tags"], strict=True):
                counts[word][tag] += 1
    return {word: max(tags, key=lambda tag: (tags[tag], tag)) for word, tags in counts.items()}


def tags_in_context(words: Collection[str]) -> dict[str, str]:
    """The most common tag that the shipped tagger gives each word in the text of the vote."""
    counts: dict[str, Counter[str]] = {word: Counter() for word in words}
    for sentence in modern.voted():
        forms = folded(sentence.words)
        if any(form in counts and counts[form].total() < SENTENCES for form in forms):
            for form, tag in zip(forms, tag_words(sentence.words), strict=True):
                if form in counts and tag:
                    counts[form][SIMPLE_TAGS.get(tag, tag)] += 1
    return {word: max(tags, key=lambda tag: (tags[tag], tag)) for word, tags in counts.items() if tags}


def tags_of(words: Collection[str], evidence: Evidence) -> dict[str, str]:
    """A tag for each word, from the best source that has one."""
    known = {**annotated_tags(), **read_hand()}
    context = tags_in_context(words)
    return {word: known.get(word) or _entity_tag(word, evidence) or _tag(word, context.get(word)) for word in words}


def _entity_tag(word: str, evidence: Evidence) -> str | None:
    labels = evidence.entities[word]
    if not labels or 2 * labels.total() < evidence.voted.words[word]:
        return None
    label = max(labels, key=lambda label: (labels[label], label))
    return "nt" if label == "ORG" and word.endswith(INSTITUTIONS) else ENTITY_TAGS[label]


def _tag(word: str, context: str | None) -> str:
    is_person = len(word) == 3 and word[0] in SURNAMES
    if context is None or context == "nr":  # the tagger takes many a brand for a person
        return "nr" if is_person else "nz"
    return context


def main(arguments: Sequence[str] | None = None) -> int:
    """Write the table."""
    argparse.ArgumentParser(prog="python -m recipes.lexicon", description="Build modern.tsv.").parse_args(arguments)
    evidence = Evidence()
    frequencies = merged_frequencies(evidence)
    jieba = evidence.jieba
    rows = {
        word: value
        for word, value in frequencies.items()
        if value > RAISED * jieba.get(word, 0) and not is_atomic(word)
    }
    tags = {**evidence.jieba_tags, **annotated_tags(), **tags_of(rows.keys() - jieba.keys(), evidence), **read_hand()}
    write_table(
        "modern.tsv",
        "word, frequency among 60,101,967 tokens, tag: words that jieba's dictionary lacks, and words more frequent\n"
        "today than it says; made by recipes/lexicon.py: see SOURCES.md",
        ((word, round(rows[word]), tags[word]) for word in sorted(rows, key=lambda word: (-round(rows[word]), word))),
    )
    print(f"{len(rows):,} words, {len(rows.keys() - jieba.keys()):,} of them new")
    return 0


if __name__ == "__main__":
    sys.exit(main())
