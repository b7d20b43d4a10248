"""Build stopwords.txt: ``python -m recipes.stopwords``, from the root of the repository.

A stop word says nothing about what a text is about: it occurs everywhere. So the list is counted, not copied. The raw
texts of ``CNLP_DATA`` make six genres (news, law, technology, reviews, novels, web); the evenness of a word is the
geometric mean, over the genres, of the share of their paragraphs that have it; 0 if a genre lacks it.

    evenness >= 0.0002    pronouns, particles, prepositions, conjunctions, adverbs, numerals, interjections
    evenness >= 0.01      verbs, but no verbal nouns (管理)

Nouns and adjectives are not stop words, as 系统 or 高 may be part of a term and their low IDF is enough, except those
that only relate (财政援助方面). The threshold for verbs was chosen on CSL dev. Tags are those of core.tsv. English has
no tags there: its function words are listed here, and so are the words that pass and yet begin many a term (自然语言,
随机森林, 支持向量机).
"""

from __future__ import annotations

from collections import Counter
from math import exp, log
from pathlib import Path

from cnlp import segment
from cnlp.corpus.registry import data_folder
from cnlp.lexicon.build import rows_of
from cnlp.text.normalise import normalise

FOLDER = Path(__file__).parents[1] / "dictionaries"
GENRES = {
    "news": ("news_*.txt",),
    "law": ("law_*.txt",),
    "technology": ("tech_*.txt",),
    "reviews": ("reviews/*.csv",),
    "novels": ("novels/*.txt",),
    "web": ("chid_*.txt", "wiki_*.txt", "titles_*.txt"),
}
THRESHOLDS = {**dict.fromkeys("rupcdmeyo", 0.0002), "v": 0.01}
BEGIN_TERMS = """
    最 支持 自动 自然 自我 自身 随机 相对 多样 单 双 极 边 特 预 零 虚 偏 本地 长期 即时 定期 定时 实地 反复
"""
RELATIONS = """
    方面 时候 期间 以来 之际 之前 之后 请
"""
ENGLISH = """
    a about after all also an and any are as at be because been before being both but by can could did do does each
    for from had has have he her his how i if in into is it its just may more most must my no not of on one only or
    other our out over she should so some such than that the their them then there these they this those through to
    under up very was we were what when where which who why will with would you your
"""


def shares(patterns: tuple[str, ...]) -> dict[str, float]:
    """The share of a genre's paragraphs that contain each word."""
    counts: Counter[str] = Counter()
    paragraphs = 0
    for pattern in patterns:
        for path in sorted((data_folder() / "raw").glob(pattern)):
            with open(path, encoding="utf-8") as lines:
                for line in filter(None, map(str.strip, lines)):
                    counts.update(set(segment(normalise(line))))
                    paragraphs += 1
    return {word: count / paragraphs for word, count in counts.items()}


def main() -> None:
    """Write the file."""
    tags = {word: rest[1] for word, *rest in rows_of(str(FOLDER / "core.tsv")) if len(rest) > 1}
    genres = [shares(patterns) for patterns in GENRES.values()]
    evenness = {
        word: exp(sum(log(genre[word]) for genre in genres) / len(genres))
        for word in set.intersection(*map(set, genres))
        if any(map(str.isalpha, word))
    }
    chosen = [
        (-value, word)
        for word, value in evenness.items()
        if (tag := tags.get(word)) and value >= THRESHOLDS.get(tag[0], 1)
        if tag not in ("vn", "mq") and word not in BEGIN_TERMS.split()
    ]
    words = [*(word for _, word in sorted(chosen)), *RELATIONS.split(), *ENGLISH.split()]
    head = "# made by recipes/stopwords.py, the most even words first, then relations and English: see SOURCES.md\n"
    text = head + "".join(f"{word}\n" for word in dict.fromkeys(words))
    (FOLDER / "stopwords.txt").write_text(text, encoding="utf-8", newline="\n")


if __name__ == "__main__":
    main()
