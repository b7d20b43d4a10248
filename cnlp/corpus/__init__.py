"""Readers of the public formats of word-segmented text, and a registry of the public corpora.

>>> from cnlp.corpus import read_words
>>> for words in read_words("corpus.txt"):  # doctest: +SKIP
...     print(words)
"""

from cnlp.corpus.conll import read_conll
from cnlp.corpus.pfr import join_names, read_pfr
from cnlp.corpus.plain import read_word_list, read_words, split_words
from cnlp.corpus.registry import (
    CORPORA,
    Corpus,
    data_folder,
    load,
    load_tagged,
    load_vocabulary,
    verify,
)
from cnlp.corpus.sentence import Compound, TaggedSentence
from cnlp.corpus.word_pos import read_word_pos

__all__ = [
    "CORPORA",
    "Compound",
    "Corpus",
    "TaggedSentence",
    "data_folder",
    "join_names",
    "load",
    "load_tagged",
    "load_vocabulary",
    "read_conll",
    "read_pfr",
    "read_word_list",
    "read_word_pos",
    "read_words",
    "split_words",
    "verify",
]
