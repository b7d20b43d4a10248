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

/* A candidate within a passage. */
typedef struct {
    uint32_t count, first, last; /* how often; positions of its first and last occurrence */
    uint32_t left, right, both;  /* how often it is at the begin, at the end of a run, at both */
    int heading;                 /* is it ever in a heading? */
} Seen;

/* A text is read in passages of at most `longest` code points, all of nearly the same length, so that the features of
 * a candidate are those of short texts, however long the text is. Nothing is a candidate across two passages. */
typedef struct {
    const Terms *terms;
    const uint32_t *headings;              /* [n_headings][2], begin and end in code points */
    size_t n_headings, n_passages, number; /* number of the passage after this one */
    uint32_t position, start, end;         /* the first position after this passage; code points */
    Seen *seen;                            /* by candidate, all 0 where it is not in the passage */
    uint32_t *longer;                      /* by candidate, the greatest count of one that is one term longer */
    uint32_t *numbers;                     /* the candidates of the passage as they begin, the shorter first */
    size_t n_seen;
} Passages;

/* longest: at least 1. To be freed in either case. Returns -1 without memory. */
int passages_init(Passages *passages, const Terms *terms, const uint32_t *headings, size_t n_headings, size_t longest);
/* Goes to the next passage. Returns 0 if there are no more. */
int passages_next(Passages *passages);
void passages_free(Passages *passages);

/* A row of N_FEATURES numbers, which are 0 before, for a candidate of this passage. */
void features_fill(const Passages *passages, uint32_t number, double *row);
/* All eligible candidates; the score is the mean over all passages of how probable a keyword it is there, by a weight
 * for each feature. Returns how many, SIZE_MAX without memory. */
size_t rank_by_features(Passages *passages, const double *weights, Ranked *ranked);

#endif
