/* decode.h - choosing words out of a lattice: maximum matching, unigram and bigram Viterbi. */
#ifndef CNLP_DECODE_H
#define CNLP_DECODE_H

#include "lattice.h"
#include "words.h"

enum { FORWARD, BACKWARD, BIDIRECTIONAL, UNIGRAM, BIGRAM, TAGGER, N_ALGORITHMS };

/* Appends the chosen words. Returns -1 without memory, or where the watch stops it. */
int decode(const Input *input, int algorithm, Words *words);

typedef struct {
    Edge *items;
    size_t count, capacity;
    int failed;
} Edges;

/* All permitted edges of the text, by start. Returns -1 without memory. */
int lattice(Block *block, Edges *edges);

/* What the bigram table takes off the cost of word `right` after word `left`. */
int32_t bigram_bonus(const Model *model, uint32_t left, uint32_t right);

#endif
