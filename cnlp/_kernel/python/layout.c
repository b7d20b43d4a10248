/* layout.c - the numbers that C and Python share, reported by name.
 *
 * cnlp/_kernel/layout.py has the same names; a test compares the two, so a number that is changed on one side only is
 * found at once. Numbers beyond 63 bits (multipliers of hashes) are in a table of their own. */
#include "module.h"

#include "../core/decode.h"
#include "../core/entities.h"
#include "../core/ngrams.h"
#include "../core/pos.h"
#include "../core/tagger_constraints.h"
#include "../core/terms.h"
#include "../core/unknown.h"

#define NUMBER(name) {#name, name}

static const struct {
    const char *name;
    int64_t value;
} NUMBERS[] = {
    /* texts, tries, bigrams */
    NUMBER(CODE_POINT_PAGES),
    NUMBER(COST_SCALE),
    NUMBER(MAX_VALUE),
    NUMBER(COST_MASK),
    NUMBER(PAIRS_LEFT),
    NUMBER(PAIRS_RIGHT),
    NUMBER(BONUS_STEP),
    NUMBER(PAIR_BUCKET),
    /* patterns */
    NUMBER(STARTS_ATOMIC),
    NUMBER(STARTS_SOFT),
    NUMBER(IS_ALNUM),
    NUMBER(IS_SPACE),
    NUMBER(EXTENDS),
    NUMBER(SYLLABLE),
    NUMBER(AFTER_UNIT),
    NUMBER(AFTER_ROW),
    NUMBER(AFTER_DAY),
    NUMBER(BEFORE_TEXT),
    NUMBER(IN_RUN),
    NUMBER(KIND),
    NUMBER(IS_ATOMIC),
    NUMBER(TAKES_MARKS),
    NUMBER(IS_ISOLATED),
    NUMBER(IS_DECISIVE),
    NUMBER(IS_VETO),
    NUMBER(HAS_CONTEXT),
    NUMBER(IS_WHOLE),
    NUMBER(IS_LABELLED),
    NUMBER(LOOKAHEAD),
    NUMBER(START),
    NUMBER(START_AFTER_ALNUM),
    NUMBER(START_AFTER_UNIT),
    NUMBER(START_AFTER_ROW),
    NUMBER(START_AFTER_DAY),
    NUMBER(CLASS_DIGIT),
    NUMBER(CLASS_HANGUL),
    /* words of the user */
    NUMBER(MODE_PREFER),
    NUMBER(MODE_FORCE),
    NUMBER(MODE_SPLIT),
    NUMBER(MODE_BLOCK),
    NUMBER(MODE_MASK),
    NUMBER(MODE_PARTIAL),
    NUMBER(NO_GAIN),
    NUMBER(MODE_TAGGER),
    /* the lattice */
    NUMBER(SOURCE_LEXICON),
    NUMBER(SOURCE_USER),
    NUMBER(SOURCE_PATTERN),
    NUMBER(SOURCE_CHARACTER),
    NUMBER(SOURCE_TAGGER),
    NUMBER(SOURCE_HIDDEN),
    NUMBER(NO_BOUNDARY),
    NUMBER(HARD_BOUNDARY),
    NUMBER(EDGE),
    NUMBER(GLUED),
    /* algorithms */
    NUMBER(FORWARD),
    NUMBER(BACKWARD),
    NUMBER(BIDIRECTIONAL),
    NUMBER(UNIGRAM),
    NUMBER(BIGRAM),
    NUMBER(TAGGER),
    /* the tagger of characters */
    NUMBER(TAG_B),
    NUMBER(TAG_M),
    NUMBER(TAG_E),
    NUMBER(TAG_S),
    NUMBER(N_TAGS),
    NUMBER(LONGEST_MATCH),
    NUMBER(N_TYPES),
    NUMBER(N_REPETITIONS),
    NUMBER(COVER_CLASSES),
    NUMBER(N_COVERS),
    NUMBER(LINE),
    NUMBER(BIGRAM_BUCKET),
    NUMBER(COVER_BUCKET),
    NUMBER(N_MARKS),
    NUMBER(N_TAGGER_STREAMS),
    NUMBER(POINT_BITS),
    NUMBER(NOTHING),
    NUMBER(BLOCKED),
    NUMBER(GAIN_WORD),
    NUMBER(GAIN_CHARACTER),
    NUMBER(GAIN_DIVISOR),
    NUMBER(GAIN_WEIGHT),
    NUMBER(GAIN_EXPRESSION),
    NUMBER(GAIN_LIMIT),
    NUMBER(NEW_WORD),
    NUMBER(NEW_CHARACTER),
    NUMBER(LONGEST_NEW),
    /* the part-of-speech tagger */
    NUMBER(ABSENT),
    NUMBER(OUTSIDE),
    NUMBER(SMALLEST),
    NUMBER(TEMPLATE_SIZE),
    NUMBER(COLUMN_WORD),
    NUMBER(COLUMN_PREFIX),
    NUMBER(COLUMN_SUFFIX),
    NUMBER(COLUMN_FIRST),
    NUMBER(COLUMN_LAST),
    NUMBER(COLUMN_ENDS),
    NUMBER(COLUMN_SECOND),
    NUMBER(COLUMN_SHAPE),
    NUMBER(COLUMN_DICTIONARY),
    NUMBER(COLUMN_CLUSTER),
    NUMBER(COLUMN_CLASS),
    NUMBER(COLUMN_COARSE),
    NUMBER(N_COLUMNS),
    NUMBER(MAX_TAGS),
    NUMBER(MAX_TEMPLATES),
    NUMBER(MAX_PARTS),
    NUMBER(MAX_REACH),
    NUMBER(MAX_ROWS),
    NUMBER(DENSE_ROW),
    NUMBER(DENSE_UNIT),
    NUMBER(BUCKET_SLOTS),
    /* entities */
    NUMBER(N_STREAMS),
    NUMBER(TAG_LIMIT),
    NUMBER(N_KIND_STREAMS),
    NUMBER(KIND_LIMIT),
    NUMBER(NO_KIND),
    NUMBER(PIECE_LENGTH),
    NUMBER(SOFT_LENGTH),
    NUMBER(LONGEST_PHRASE),
    NUMBER(PHRASE_WORDS),
    NUMBER(EDGE_OF_TEXT),
    NUMBER(LATIN_TYPE),
    NUMBER(FIRST_HAN_TYPE),
    NUMBER(FORBIDDEN),
    NUMBER(SCORE_LIMIT),
    NUMBER(FAR_BELOW),
    NUMBER(ROW_BUCKET),
    NUMBER(PHRASE_BUCKET),
    NUMBER(CODEBOOK),
    /* terms */
    NUMBER(MAX_WORDS),
    NUMBER(TERM_CLASSES),
    NUMBER(LONGEST_CANDIDATE),
    NUMBER(TERM_REFUSED),
    NUMBER(TERM_CLASSED),
    NUMBER(TERM_LISTED),
    NUMBER(TERM_VERB),
    NUMBER(TERM_STOP),
    NUMBER(TERM_LEVEL_SHIFT),
    NUMBER(FEATURE_CONSTANT),
    NUMBER(FEATURE_COUNT),
    NUMBER(FEATURE_INDEPENDENT),
    NUMBER(FEATURE_FREE_BEFORE),
    NUMBER(FEATURE_FREE_AFTER),
    NUMBER(FEATURE_FREE),
    NUMBER(FEATURE_GREATEST_COUNT),
    NUMBER(FEATURE_LEAST_IDF),
    NUMBER(FEATURE_HEADING),
    NUMBER(FEATURE_POSITION),
    NUMBER(FEATURE_SPAN),
    NUMBER(FEATURE_CAPITAL),
    NUMBER(FEATURE_WORDS),
    NUMBER(FEATURE_LENGTH),
    NUMBER(FEATURE_SINGLE),
    NUMBER(FEATURE_FIRST),
    NUMBER(FEATURE_LAST),
    NUMBER(N_FEATURES),
    /* n-grams */
    NUMBER(NGRAM_MAX),
    NUMBER(NGRAM_SYMBOLS),
    NUMBER(NGRAM_END),
    NUMBER(NGRAM_LETTER),
    NUMBER(NGRAM_FIRST_UNIT),
};

static const struct {
    const char *name;
    uint64_t value;
} HASHES[] = {
    {"TAGGER_MULTIPLIER", TAGGER_MULTIPLIER},
    {"POS_MULTIPLIER", POS_MULTIPLIER},
    {"POS_SEED", POS_SEED},
    {"ENTITY_MULTIPLIER", ENTITY_MULTIPLIER},
    {"PAIR_LEFT_MULTIPLIER", PAIR_LEFT_MULTIPLIER},
    {"PAIR_RIGHT_MULTIPLIER", PAIR_RIGHT_MULTIPLIER},
};

static int set_number(PyObject *numbers, const char *name, PyObject *value)
{
    int status = value ? PyDict_SetItemString(numbers, name, value) : -1;
    Py_XDECREF(value);
    return status;
}

static PyObject *tuple_of(const int8_t *items, Py_ssize_t count)
{
    PyObject *tuple = PyTuple_New(count);
    for (Py_ssize_t k = 0; k < count && tuple; k++)
        if (PyTuple_SetItem(tuple, k, PyLong_FromLong(items[k])))
            Py_CLEAR(tuple);
    return tuple;
}

PyObject *layout(PyObject *module, PyObject *nothing)
{
    PyObject *numbers = PyDict_New();
    int status = numbers ? 0 : -1;
    (void)module;
    (void)nothing;
    for (size_t k = 0; k < sizeof NUMBERS / sizeof *NUMBERS && !status; k++)
        status = set_number(numbers, NUMBERS[k].name, PyLong_FromLongLong(NUMBERS[k].value));
    for (size_t k = 0; k < sizeof HASHES / sizeof *HASHES && !status; k++)
        status = set_number(numbers, HASHES[k].name, PyLong_FromUnsignedLongLong(HASHES[k].value));
    if (!status)
        status = set_number(numbers, "STREAM_LOWS", tuple_of(STREAM_LOWS, N_STREAMS));
    if (!status)
        status = set_number(numbers, "STREAM_WIDTHS", tuple_of(STREAM_WIDTHS, N_STREAMS));
    if (status)
        Py_CLEAR(numbers);
    return numbers;
}
