/* training_keys.h - the keys of a tagger's streams at every position of a corpus.
 *
 * A corpus is one row of symbols with at least two zeros before, between and after its lines, so that no window
 * reaches from one line into another. */
#ifndef CNLP_TRAINING_KEYS_H
#define CNLP_TRAINING_KEYS_H

#include "tagger_features.h"

/* A word of the lexicon that is found in the corpus. */
typedef struct {
    int64_t start, length, evidence; /* no word if evidence is negative */
} Match;

/* The segmenter's keys: keys[stream][position], NOTHING where there is none. `covers` is [3][n], zeros. */
void training_tagger_keys(const uint32_t *symbols, const uint8_t *types, int64_t n, const Match *matches,
                          int64_t n_matches, uint8_t *covers, int64_t *const keys[N_TAGGER_STREAMS]);

#endif
