/* terms.h - the terms of a document, and longer candidates made of them.
 *
 * Words that fold to the same characters are one term; terms that are side by side are one run. All of a document's
 * terms in the text lie in arrays by position (`TermPosition`), all candidates in an array by number: first the terms,
 * then those of 2 .. MAX_WORDS terms, in the order in which they begin.
 *
 *     positions   | 0      | 1      | 2      | ...          term, place in the text, run
 *     at          | 0 - 01 | 1 - 12 | 2      | ...          [max_words] candidates that begin at a position
 *
 * at[position * max_words + n - 1] is the candidate of n terms that begins at a position. */
#ifndef CNLP_TERMS_H
#define CNLP_TERMS_H

#include <math.h>

#include "trie.h"
#include "watch.h"
#include "words.h"

/* Terms of a candidate at most, classes of words, and the length from which all candidates are alike. */
enum { MAX_WORDS = 4, TERM_CLASSES = 16, LONGEST_CANDIDATE = 9 };
/* What is known of a word besides the tables, a byte: nothing, it is not a term, or TERM_CLASSED + its class, which is
 * wanted; and TERM_LISTED more: it is a term in any case, and not left out as a part of others. */
enum { TERM_BY_TABLES, TERM_REFUSED, TERM_CLASSED, TERM_LISTED = TERM_CLASSES };
/* The value of a word of the lexicon, less 1: level << TERM_LEVEL_SHIFT | TERM_STOP if it is a stop word | class. */
enum { TERM_STOP = 16, TERM_LEVEL_SHIFT = 5 };
/* The class that longer candidates do not have: v of cnlp/keyphrases/classes.py. */
enum { TERM_VERB = 6 };
/* Features of a candidate; see cnlp/keyphrases/combined.py. */
enum {
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
    FEATURE_WORDS /* from here on kinds of features that are 1 or 0: where each begins */
};
enum {
    FEATURE_LENGTH = FEATURE_WORDS + MAX_WORDS,
    FEATURE_SINGLE = FEATURE_LENGTH + LONGEST_CANDIDATE,
    FEATURE_FIRST = FEATURE_SINGLE + TERM_CLASSES,
    FEATURE_LAST = FEATURE_FIRST + TERM_CLASSES,
    N_FEATURES = FEATURE_LAST + TERM_CLASSES
};

#define NO_TERM UINT32_MAX
#define LOGARITHMS 256

typedef struct {
    uint32_t term, start, end, place, run;
} TermPosition;

typedef struct {
    uint32_t count, first; /* first: position, NO_TERM before it was seen */
    uint8_t length;        /* terms */
} Candidate;

typedef struct {
    double idf;
    uint8_t class, is_eligible, is_listed;
} Term;

typedef struct {
    uint32_t *text, *folded; /* one allocation */
    size_t length;
    TermPosition *positions;
    size_t n_positions, positions_capacity;
    Term *terms;
    size_t n_terms, terms_capacity;
    Candidate *candidates;
    size_t n_candidates, candidates_capacity;
    uint32_t *at;
    uint8_t *at_counts;
    uint32_t max_words;
    uint64_t seed; /* of hashes of what is in the document */
    double logarithms[LOGARITHMS];
} Terms;

typedef struct {
    const Trie *lexicon, *idf, *stops; /* idf, stops: may be NULL */
    const double *levels;
    uint32_t n_levels;
    const uint32_t *letters;
    uint32_t n_letters;
    const uint8_t *kinds; /* of each word; may be NULL */
    uint32_t classes, min_length;
    uint32_t range_first, range_end; /* where in_letters looked last */
    int in_range;
    Watch *watch; /* asked in long work; may be NULL */
} TermFilter;

static inline double terms_ln(const Terms *terms, uint32_t value)
{
    return value < LOGARITHMS ? terms->logarithms[value] : log((double)value);
}

/* Does the candidate count as one: longer than one term, or a term that may be a keyword by itself? */
static inline int is_eligible(const Terms *terms, size_t number)
{
    return number >= terms->n_terms || terms->terms[number].is_eligible;
}

/* Is it one term that is kept as such? */
static inline int is_listed(const Terms *terms, size_t number)
{
    return number < terms->n_terms && terms->terms[number].is_listed;
}

/* Makes room for the folded text after the text itself: text[2 * length]. Returns -1 without memory. */
int terms_init(Terms *terms, size_t length);
/* Folds the text, makes terms of its words and candidates of the terms. The last word ends where the text does.
 * Returns -1 without memory, or where the watch stops it. */
int terms_index(Terms *terms, TermFilter *filter, const Word *words, size_t n_words);
void terms_free(Terms *terms);

/* Pairs of terms that occur together, in the order in which they are first seen. */
typedef struct {
    uint32_t *lefts, *rights; /* terms, the lower number on the left */
    double *weights;          /* how often */
    size_t count, lefts_capacity, rights_capacity, weights_capacity;
} TermEdges;

/* All pairs that are less than `window` words apart; to be freed in either case. Returns -1 without memory. */
int terms_edges(const Terms *terms, ptrdiff_t window, TermEdges *edges);
void terms_edges_free(TermEdges *edges);

#endif
