"""Names of the algorithms, of the modes, and of what proposes words, in the order of the kernel."""

from __future__ import annotations

ALGORITHMS = ("forward", "backward", "bidirectional", "unigram", "bigram", "perceptron", "crf", "hmm")
MODES = ("default", "search", "full")
SOURCES = ("lexicon", "user", "pattern", "character", "tagger")
MATCHING = ("forward", "backward", "bidirectional")
TAGGERS = {"perceptron": "segmenter", "crf": "crf", "hmm": "hmm"}  # with their shipped models
DEFAULT_ALGORITHM = "perceptron"
