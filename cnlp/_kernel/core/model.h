/* model.h - what a decoder reads: the model, the user lexicon, and the text with its spans.
 *
 * Nothing here ever changes while it is in use, so threads share it. */
#ifndef CNLP_MODEL_H
#define CNLP_MODEL_H

#include "scanner.h"
#include "trie.h"
#include "watch.h"

#define BONUS_STEP 256                           /* one step of a bigram bonus: 1/16 nat */
#define PAIR_BUCKET 8                            /* entries of the bigram table that are looked at together */
#define PAIR_LEFT_MULTIPLIER 0x9E3779B97F4A7C15u /* of a pair's hash */
#define PAIR_RIGHT_MULTIPLIER 0xC2B2AE3D27D4EB4Fu

/* User lexicon laid over a base: word k of its trie has value k + 1. NO_GAIN: the weight is 0. */
enum { NO_GAIN = INT32_MIN };
enum { MODE_PREFER, MODE_FORCE, MODE_SPLIT, MODE_BLOCK, MODE_MASK = 3, MODE_PARTIAL = 4 };

typedef struct {
    Trie trie;
    uint32_t n_entries;
    const uint8_t *modes;      /* [n_entries] */
    const int32_t *costs;      /* [n_entries] */
    const int32_t *gains;      /* [n_entries]: nats that a weight is above the usual one, times COST_SCALE */
    const uint32_t *ids;       /* [n_entries]: identity in the bigram model */
    const uint32_t *pieces;    /* lengths in code points, of all split entries in turn */
    const uint32_t *pieces_at; /* [n_entries + 1]: where an entry's pieces begin */
    int has_constraints;       /* any force, split or partial entry */
    int has_blocks;            /* any block or split entry */
} Overlay;

/* Is the entry, to a tagger, a word like those that it knows best? */
static inline int is_evidence(const Overlay *overlay, uint32_t entry)
{
    return (overlay->modes[entry] & MODE_MASK) == MODE_PREFER && overlay->gains[entry] != NO_GAIN;
}

/* A stretch that the caller matched (by a regular expression of the user), or, with MODE_TAGGER, a word
 * that a tagger proposes. */
enum { MODE_TAGGER = 8 };
typedef struct {
    uint32_t start, end, mode;
    int32_t cost;
} Span;

/* The lexicon, the patterns and the bigrams. */
typedef struct {
    Scanner scanner;
    Trie trie;
    const int32_t *class_costs; /* [1 + n_patterns]: unknown character, then each pattern */
    const uint32_t *bigrams;    /* [n_buckets * PAIR_BUCKET]: fingerprint << 8 | bonus; 0: empty */
    uint32_t n_buckets;
    int32_t word_cost; /* what a word costs besides, where bigrams count */
    int use_patterns;
} Model;

/* A text, and what it is segmented with. */
typedef struct {
    const Model *model;
    const Overlay *overlay; /* may be NULL */
    const uint32_t *text;
    size_t length;
    const Span *spans; /* sorted by start */
    size_t n_spans;
    Watch *watch; /* asked in long work; may be NULL */
} Input;

#endif
