"""Readers of the public formats of segmented, tagged and annotated text, and a registry of the public corpora.

>>> from cnlp.corpus import read_words
>>> for words in read_words("corpus.txt"):  # doctest: +SKIP
...     print(words)

Names are imported when they are first used: commands that need one reader do not wait for all.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from cnlp.corpus.annotated import AnnotatedSentence as AnnotatedSentence
    from cnlp.corpus.annotated import read_annotated as read_annotated
    from cnlp.corpus.conll import read_conll as read_conll
    from cnlp.corpus.entities import Sentence as Sentence
    from cnlp.corpus.entity_formats import read_entities as read_entities
    from cnlp.corpus.pfr import join_names as join_names
    from cnlp.corpus.pfr import read_pfr as read_pfr
    from cnlp.corpus.plain import read_word_list as read_word_list
    from cnlp.corpus.plain import read_words as read_words
    from cnlp.corpus.plain import split_words as split_words
    from cnlp.corpus.registry import CORPORA as CORPORA
    from cnlp.corpus.registry import Corpus as Corpus
    from cnlp.corpus.registry import data_folder as data_folder
    from cnlp.corpus.registry import load_annotated as load_annotated
    from cnlp.corpus.registry import load_corpus as load_corpus
    from cnlp.corpus.registry import load_tagged as load_tagged
    from cnlp.corpus.registry import load_vocabulary as load_vocabulary
    from cnlp.corpus.registry import verify as verify
    from cnlp.corpus.sentence import Compound as Compound
    from cnlp.corpus.sentence import TaggedSentence as TaggedSentence
    from cnlp.corpus.word_pos import read_word_pos as read_word_pos

_HOMES = {
    "AnnotatedSentence": "cnlp.corpus.annotated",
    "CORPORA": "cnlp.corpus.registry",
    "Compound": "cnlp.corpus.sentence",
    "Corpus": "cnlp.corpus.registry",
    "Sentence": "cnlp.corpus.entities",
    "TaggedSentence": "cnlp.corpus.sentence",
    "data_folder": "cnlp.corpus.registry",
    "join_names": "cnlp.corpus.pfr",
    "load_corpus": "cnlp.corpus.registry",
    "load_annotated": "cnlp.corpus.registry",
    "load_tagged": "cnlp.corpus.registry",
    "load_vocabulary": "cnlp.corpus.registry",
    "read_annotated": "cnlp.corpus.annotated",
    "read_conll": "cnlp.corpus.conll",
    "read_entities": "cnlp.corpus.entity_formats",
    "read_pfr": "cnlp.corpus.pfr",
    "read_word_list": "cnlp.corpus.plain",
    "read_word_pos": "cnlp.corpus.word_pos",
    "read_words": "cnlp.corpus.plain",
    "split_words": "cnlp.corpus.plain",
    "verify": "cnlp.corpus.registry",
}

__all__ = [*_HOMES]


def __getattr__(name: str) -> object:
    if name not in _HOMES:
        raise AttributeError(f"module 'cnlp.corpus' has no attribute {name!r}")
    value = getattr(__import__(_HOMES[name], fromlist=[name]), name)
    globals()[name] = value
    return value


def __dir__() -> list[str]:
    return sorted(__all__)
