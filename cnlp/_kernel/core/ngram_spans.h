/* ngram_spans.h - the longest stretches of a text in which every pair of neighbours is bound. */
#ifndef CNLP_NGRAM_SPANS_H
#define CNLP_NGRAM_SPANS_H

#include "ngram_merge.h"

/* Which pairs of symbols are bound: a square of bits over the symbols that are in any pair. */
typedef struct {
    uint32_t *numbers; /* [NGRAM_SYMBOLS] from 1, 0 for the others */
    uint8_t *bits;     /* [n][n] */
    size_t n;
} NgramBonds;

/* To be freed in either case. Returns -1 without memory. */
int ngram_bonds_init(NgramBonds *bonds, const uint16_t (*pairs)[2], size_t n_pairs);
void ngram_bonds_free(NgramBonds *bonds);

typedef struct {
    uint16_t symbols[NGRAM_MAX];
    int length;
    uint64_t count;
} NgramSpan;

typedef struct {
    NgramSpan *items;
    size_t count, capacity;
} NgramSpans;

/* Appends the spans that occur often enough, ascending. Returns 0, or what the merger returned. */
int ngram_spans_count(NgramMerger *merger, const NgramBonds *bonds, uint64_t min_count, NgramSpans *spans);

#endif
