"""The names that arguments take, as types: an editor lists them, a type checker refuses others.

Names that a model or a file may add are any ``str``.
"""

from __future__ import annotations

from typing import Literal

Algorithm = Literal["forward", "backward", "bidirectional", "unigram", "bigram", "perceptron", "crf", "hmm"]
Mode = Literal["default", "search", "full"]
Unknown = Literal["perceptron", "crf", "hmm"]
Standard = Literal["general", "pku", "msr", "sxu", "ud", "cnc", "medical", "zhuxian", "wtb"] | str
Tagset = Literal["pfr", "universal", "ctb"]
EntryMode = Literal["prefer", "force", "split", "block"]
KeywordMethod = Literal["combined", "tfidf", "textrank", "tf"]
DiscoveryMethod = Literal["entropy", "minimum_entropy"]
MatchMode = Literal["longest", "leftmost", "all"]
Boundary = Literal["words", "any"]
Repair = Literal["begin", "drop"]
VectorMethod = Literal["skipgram", "cbow", "glove", "simpler-glove"]
