/* training_keys.h - the keys of a tagger's streams at every position of a corpus.
 *
 * A corpus is one row of symbols with at least two zeros before, between and after its lines, so that no window
 * reaches from one line into another. */
#ifndef CNLP_TRAINING_KEYS_H
#define CNLP_TRAINING_KEYS_H

#include "entity_features.h"
#include "tagger_features.h"

/* A word of the lexicon that is found in the corpus. */
typedef struct {
    int64_t start, length, evidence; /* no word if evidence is negative */
} Match;

/* The segmenter's keys: keys[stream][position], NOTHING where there is none. `covers` is [3][n], zeros. */
void training_tagger_keys(const uint32_t *symbols, const uint8_t *types, int64_t n, const Match *matches,
                          int64_t n_matches, uint8_t *covers, int64_t *const keys[N_TAGGER_STREAMS]);

/* A word of the corpus. */
typedef struct {
    int64_t start, length, hash, lexicon_class, cluster;
} CorpusWord;

/* A phrase of the corpus that is known as an entity; sorted by start, then by length. */
typedef struct {
    int64_t start, length, kind;
} KnownPhrase;

/* What the recognizer sees: [n] each. */
typedef struct {
    const uint32_t *symbols, *types;
    const uint8_t *begins, *ends; /* how characters begin and end entities */
    Phrases phrases;
} CorpusView;

/* The recognizer's keys. Words that touch are of one piece. */
void training_entity_keys(const CorpusView *view, int64_t n, const CorpusWord *words, int64_t n_words,
                          int64_t *const keys[N_STREAMS]);

#endif
