/* keyphrases.h - the candidates of a document with their scores, and the best of them. */
#ifndef CNLP_KEYPHRASES_H
#define CNLP_KEYPHRASES_H

#include "terms.h"

/* A candidate: its score, its first position, its terms, its number. */
typedef struct {
    double score;
    uint32_t first, length, number;
} Ranked;

/* Which candidates are left out besides the same text in other letters: none; parts of better ones; those that share
 * terms of the text with better ones, phrases in half of their occurrences or more, terms in all. Listed terms stay. */
typedef enum { CHOOSE_ALL, CHOOSE_WHOLE, CHOOSE_APART } Choice;

/* Candidates that occur more often than any longer one, and listed terms, scored by the scores of their terms.
 * `ranked` has room for all candidates. Returns how many, SIZE_MAX without memory. */
size_t rank_by_terms(const Terms *terms, const double *scores, Ranked *ranked);

/* Moves the best to the head of `best`; `ranked` is used up. Returns how many, SIZE_MAX without memory, or where the
 * watch stops it. */
size_t ranked_choose(const Terms *terms, Ranked *ranked, size_t count, Ranked *best, size_t top_k, Choice choice,
                     Watch *watch);

/* What a candidate has to its sides, over all its occurrences. */
typedef struct {
    uint32_t left, right, both; /* how often it is at the begin, at the end of a run, at both */
    uint32_t last;              /* position of its last occurrence */
    int heading;                /* is it ever in a heading? */
} Sides;

/* What the features of all candidates need, by candidate. */
typedef struct {
    Sides *sides;
    uint32_t *longer; /* the greatest count of a candidate one term longer */
} Facts;

/* headings: [n_headings][2], begin and end in code points. To be freed in either case. Returns -1 without memory. */
int facts_load(Facts *facts, const Terms *terms, const uint32_t *headings, size_t n_headings);
void facts_free(Facts *facts);

/* A row of N_FEATURES numbers, which are 0 before. */
void features_fill(const Terms *terms, const Facts *facts, size_t number, double *row);
/* All eligible candidates, scored by a weight for each feature. Returns how many. */
size_t rank_by_features(const Terms *terms, const Facts *facts, const double *weights, Ranked *ranked);

#endif
