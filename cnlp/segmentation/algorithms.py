"""Names of the algorithms, of the modes, and of what proposes words, in the order of the kernel."""

from __future__ import annotations

ALGORITHMS = ("forward", "backward", "bidirectional", "unigram", "bigram", "perceptron", "crf", "hmm")
MODES = ("default", "search", "full")
SOURCES = ("lexicon", "user", "pattern", "character", "tagger")
MATCHING = ("forward", "backward", "bidirectional")
TAGGERS = ("perceptron", "crf", "hmm")  # to the kernel all the same: weights
DEFAULT_ALGORITHM = "perceptron"
