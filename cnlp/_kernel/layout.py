"""The numbers that C and Python share: flags, sizes of tables, hashes, layouts of the arrays of model files.

``native.layout()`` reports them as C has them, by these names, and a test compares both. What each means in an array
is drawn in the C headers and in the ``FORMAT.md`` of segmentation and ner. Bits are written as shifts, the unit of
a cost is 1 / ``COST_SCALE`` nats.
"""

from __future__ import annotations

# ---- costs, tries, bigrams: trie.h, model.h ----

COST_SCALE = 4096  # units of cost per nat
CODE_POINT_PAGES = 0x110000 >> 8  # of 256 code points each, in two-level tables over code points
MAX_VALUE = (1 << 24) - 1  # of a word in a trie
COST_MASK = (1 << 22) - 1  # the value of a word of a model: its cost + 1, then
PAIRS_LEFT = 1 << 22  # does the bigram table have a pair with it on the left?
PAIRS_RIGHT = 1 << 23
BONUS_STEP = 256  # cost units: one step of a bigram bonus
PAIR_BUCKET = 8  # entries of the bigram table; a full bucket continues in the next

PAIR_LEFT_MULTIPLIER = 0x9E3779B97F4A7C15  # 2**64 over the golden ratio, an odd number
PAIR_RIGHT_MULTIPLIER = 0xC2B2AE3D27D4EB4F

# ---- patterns: cnlp/text/scanner.py, scanner.c ----

STARTS_ATOMIC, STARTS_SOFT, IS_ALNUM, IS_SPACE, EXTENDS = (1 << bit for bit in range(5))
AFTER_UNIT, AFTER_ROW, AFTER_DAY = (number << 5 for number in range(1, 4))
RUN_NUMERAL, RUN_TRANSCRIPTION, RUN_KANA, RUN_HANGUL = (number << 5 for number in range(4, 8))
CLASS_DIGIT, CLASS_HANGUL = 4, 9  # classes of cnlp.text.characters: digits, letters and syllables, between signs
SYLLABLE = 192  # the bits that only RUN_KANA and RUN_HANGUL have both
IN_RUN = 128  # the bit of all runs
KIND = 7 << 5
BEFORE_TEXT = AFTER_DAY  # what comes before the first character
IS_ATOMIC, TAKES_MARKS, IS_ISOLATED, IS_DECISIVE, IS_VETO, HAS_CONTEXT, IS_WHOLE, IS_LABELLED = (
    1 << bit for bit in range(8)
)
LOOKAHEAD = 142  # characters; a topic: two # around 140 characters
START, START_AFTER_ALNUM, START_AFTER_UNIT, START_AFTER_ROW, START_AFTER_DAY = range(1, 6)  # states of the automaton

# ---- lattices and user lexicons: model.h, words.h, lattice.h ----

MODE_PREFER, MODE_FORCE, MODE_SPLIT, MODE_BLOCK = range(4)
MODE_MASK = 3
MODE_PARTIAL = 4
NO_GAIN = -(1 << 31)  # of an entry of weight 0
MODE_TAGGER = 8  # of a span: a word that a tagger proposes
SOURCE_LEXICON, SOURCE_USER, SOURCE_PATTERN, SOURCE_CHARACTER, SOURCE_TAGGER, SOURCE_HIDDEN = range(6)
FORWARD, BACKWARD, BIDIRECTIONAL, UNIGRAM, BIGRAM, TAGGER = range(6)  # algorithms
NO_BOUNDARY, HARD_BOUNDARY, EDGE, GLUED = 1, 2, 8, 16  # flags of a position
NEW_WORD, NEW_CHARACTER = 10 * COST_SCALE, 3 * COST_SCALE  # what a word that a tagger proposes costs
LONGEST_NEW = 16  # characters of such a word

# ---- tagging characters: tagger.h, cnlp/segmentation/FORMAT.md ----

TAG_B, TAG_M, TAG_E, TAG_S = range(4)
N_TAGS = 4
LONGEST_MATCH = 8  # characters of a word of the lexicon
LATIN_TYPE = 2  # the letters a-z
FIRST_HAN_TYPE = 5  # types of characters from here on can be repeated characters of a word
N_TYPES, N_REPETITIONS = 8**3, 2**6
COVER_CLASSES = 5  # of lengths: none, 2, 3, 4, 5 and more characters
N_COVERS = COVER_CLASSES**3
LINE = 64  # bytes of a cache line, a bucket of a hash table
BIGRAM_BUCKET, COVER_BUCKET = 3, 8  # rows of a bucket
N_MARKS = 8  # bits of a key's marks
TAGGER_MULTIPLIER = 0x9E3779B1
# Name, and the window of positions that a row speaks about; cnlp/segmentation/features.py describes them.
TAGGER_STREAMS = (
    ("unigram", -2, 2),
    ("bigram", -1, 2),
    ("types", 0, 0),
    ("repetition", 0, 0),
    *((f"match{length}", -1, length) for length in range(2, LONGEST_MATCH + 1)),
    ("cover", 0, 0),
    ("char_cover", 0, 0),
)
N_TAGGER_STREAMS = len(TAGGER_STREAMS)
POINT_BITS = 21  # bits of a code point
NOTHING = -1  # the key of a position that has none
BLOCKED = -(1 << 31)  # in place of a bonus: this is not a word
# What a preferred word gains of a tagger, in nats times COST_SCALE: a word of two characters, and for each further one;
# that part is divided where a longer known word holds or crosses it. GAIN_WEIGHT: for each nat above the usual weight.
GAIN_WORD, GAIN_CHARACTER, GAIN_DIVISOR, GAIN_WEIGHT = COST_SCALE, 4 * COST_SCALE, 4, 3
GAIN_EXPRESSION = 6 * COST_SCALE  # a match of an expression
GAIN_LIMIT = 1 << 24

# ---- parts of speech: pos.h ----

# What a word shows by itself, as numbers; ABSENT: it does not have this, OUTSIDE: there is no word here.
COLUMNS = (
    "word",
    "prefix1",
    "prefix2",
    "prefix3",
    "suffix1",
    "suffix2",
    "suffix3",
    "first",
    "last",
    "ends",
    "second",
    "shape",
    "dictionary",
    "cluster",
    "class",
    "coarse",
)
N_COLUMNS = len(COLUMNS)
COLUMN_WORD, COLUMN_PREFIX, COLUMN_SUFFIX = 0, 1, 4  # the first of the three of a kind
(
    COLUMN_FIRST,
    COLUMN_LAST,
    COLUMN_ENDS,
    COLUMN_SECOND,
    COLUMN_SHAPE,
    COLUMN_DICTIONARY,
    COLUMN_CLUSTER,
    COLUMN_CLASS,
    COLUMN_COARSE,
) = range(7, N_COLUMNS)
ABSENT, OUTSIDE, SMALLEST = 0, 1, 2
MAX_TAGS, MAX_TEMPLATES, MAX_PARTS, MAX_REACH, MAX_ROWS = 64, 64, 4, 3, 256
TEMPLATE_SIZE = 4 + 2 * MAX_PARTS
DENSE_ROW, DENSE_UNIT, BUCKET_SLOTS = 1 << 31, 16, 8
POS_MULTIPLIER = 0x9E3779B97F4A7C15
POS_SEED = 0xD6E8FEB86659FD93

# ---- entities: entities.h, cnlp/ner/FORMAT.md ----

# Name, and the window of positions that a row speaks about. The number of a stream is part of its keys.
ENTITY_STREAMS = (
    ("unigram", -2, 2),
    ("bigram", -1, 2),
    ("trigram", -1, 1),
    ("types", 0, 0),
    ("repetition", 0, 0),
    ("word", 0, 0),
    ("word_before", 0, 0),
    ("word_after", 0, 0),
    ("class", -1, 1),
    ("class_before", 0, 0),
    ("class_after", 0, 0),
    ("class_around", 0, 0),
    ("word_before_class", 0, 0),
    ("word_after_class", 0, 0),
    ("phrase_begin", -1, 1),
    ("phrase_end", -1, 1),
    ("phrase_inside", 0, 0),
    ("phrase_before", 0, 0),
    ("phrase_after", 0, 0),
    ("edges", 0, 2),
    ("suffix", 0, 0),
    ("cluster", -1, 1),
    ("cluster_before", 0, 0),
    ("cluster_after", 0, 0),
    ("clusters_before", 0, 0),
    ("clusters_after", 0, 0),
)
N_STREAMS = len(ENTITY_STREAMS)
STREAM_LOWS = tuple(low for _, low, _ in ENTITY_STREAMS)
STREAM_WIDTHS = tuple(high - low + 1 for _, low, high in ENTITY_STREAMS)
PIECE_LENGTH = 512  # characters that a piece has at most
SOFT_LENGTH = 256  # from here on a piece may end at a comma or a space
LONGEST_PHRASE, PHRASE_WORDS = 12, 5  # characters, words
EDGE_OF_TEXT = 1 << 20  # in place of the word, or its class, before and after a piece
N_KIND_STREAMS = 13  # what is seen of an entity
KIND_LIMIT = NO_KIND = 64  # finer kinds of entities at most; the number of none
TAG_LIMIT = 102  # at most: places of a row, five positions times the tags, must fit into nine bits
ROW_BUCKET, PHRASE_BUCKET = 12, 8
ENTITY_MULTIPLIER = 0x9E3779B97F4A7C15
CODEBOOK = 128  # weights
FORBIDDEN = -0x8000
SCORE_LIMIT = 1 << 20  # of a tag at a position; only a damaged model goes beyond
FAR_BELOW = 40  # nats below the best tag of a position

# ---- keyphrases: terms.c, cnlp/keyphrases/combined.py ----

MAX_WORDS = 4  # of the longest candidate
TERM_CLASSES = 16
TERM_REFUSED, TERM_CLASSED, TERM_LISTED = 1, 2, 16  # what is known of a word besides the tables, see terms.h
TERM_VERB = 6  # the class that longer candidates do not have
TERM_STOP, TERM_LEVEL_SHIFT = 16, 5  # the value of a word less 1: level << 5 | is a stop word | class
LONGEST_CANDIDATE = 9  # characters of a candidate, the longest and beyond in one
(
    FEATURE_CONSTANT,
    FEATURE_COUNT,
    FEATURE_INDEPENDENT,
    FEATURE_FREE_BEFORE,
    FEATURE_FREE_AFTER,
    FEATURE_FREE,
    FEATURE_GREATEST_COUNT,
    FEATURE_LEAST_IDF,
    FEATURE_HEADING,
    FEATURE_POSITION,
    FEATURE_SPAN,
    FEATURE_CAPITAL,
) = range(12)
FEATURE_WORDS = 12  # the first of MAX_WORDS features, and so on
FEATURE_LENGTH = FEATURE_WORDS + MAX_WORDS
FEATURE_SINGLE = FEATURE_LENGTH + LONGEST_CANDIDATE
FEATURE_FIRST = FEATURE_SINGLE + TERM_CLASSES
FEATURE_LAST = FEATURE_FIRST + TERM_CLASSES
N_FEATURES = FEATURE_LAST + TERM_CLASSES

# ---- n-grams: ngrams.h ----

NGRAM_MAX = 6  # units of the longest n-gram
NGRAM_SYMBOLS = 1 << 16  # a symbol is a code point of the Basic Multilingual Plane; 0 is an edge
NGRAM_END = 0xFF  # the byte that ends a run
NGRAM_LETTER = 1  # the neighbour that stands for letters and for rare Han characters
NGRAM_FIRST_UNIT = 16  # lower symbols are neighbours only


def to_cost(nats: float) -> int:
    """The integer cost of a word.

    >>> to_cost(1.0)
    4096
    """
    return max(0, min(round(nats * COST_SCALE), COST_MASK - 1))
