"""Names of the algorithms, of the modes, and of what proposes words, in the order of the kernel."""

from __future__ import annotations

TYPE_CHECKING = False
if TYPE_CHECKING:
    from cnlp.names import Algorithm

ALGORITHMS = ("forward", "backward", "bidirectional", "unigram", "bigram", "perceptron", "crf", "hmm")
MODES = ("default", "search", "full")
SOURCES = ("lexicon", "user", "pattern", "character", "tagger")
MATCHING = ("forward", "backward", "bidirectional")
TAGGERS: dict[Algorithm, str] = {"perceptron": "segmenter", "crf": "crf", "hmm": "hmm"}  # with their shipped models
DEFAULT_ALGORITHM: Algorithm = "perceptron"
