/* unknown.h - words that no lexicon has, which a tagger proposes to the lattice. */
#ifndef CNLP_UNKNOWN_H
#define CNLP_UNKNOWN_H

#include "tagger.h"

/* A new word costs NEW_WORD, and NEW_CHARACTER for each character. */
enum { NEW_WORD = 10 * COST_SCALE, NEW_CHARACTER = 3 * COST_SCALE, LONGEST_NEW = 16 };

typedef struct {
    Span *items; /* by start */
    size_t count, capacity;
} Spans;

/* The caller's spans and the words that the tagger proposes (items to be freed). Returns -1 without memory. */
int propose(const Tagger *tagger, const Input *input, Spans *all);
/* decode() over a lattice with these words. */
int decode_unknown(const Tagger *tagger, const Input *input, int algorithm, Words *words);

#endif
