/* prefix.h - segmentation with the prefix dictionary of jieba's algorithm. */
#ifndef CNLP_PREFIX_H
#define CNLP_PREFIX_H

#include "../../_kernel/core/arrays.h"
#include "dictionary.h"

enum { FIRST_HAN = 0x4E00, LAST_HAN = 0x9FD5, N_HAN = LAST_HAN - FIRST_HAN + 1 };

static inline int is_han(uint32_t point)
{
    return point >= FIRST_HAN && point <= LAST_HAN;
}

static inline int is_letter(uint32_t point)
{
    return (point >= 'a' && point <= 'z') || (point >= 'A' && point <= 'Z') || (point >= '0' && point <= '9');
}

static inline int is_digit(uint32_t point)
{
    return point >= '0' && point <= '9';
}

/* ln p of the tags of characters, by B E M S. Only Han characters have emissions. */
typedef struct {
    double start[4], transitions[4][4]; /* [from][to] */
    const double *emissions;            /* [N_HAN][4] */
} PrefixHmm;

typedef struct {
    uint32_t start, end, kind;
} Piece;

/* A piece is a word or a character of the dictionary's route; one found by the HMM, or, where
 * the caller does that, a run to be looked into; a run of letters; white space; another
 * character outside the blocks. */
enum { KIND_WORD, KIND_UNKNOWN, KIND_LETTERS, KIND_SPACE, KIND_OTHER };

typedef struct {
    Piece *items;
    size_t count, capacity;
} Pieces;

/* Appends a piece; returns -1 without memory. */
static inline int add_piece(Pieces *pieces, size_t start, size_t end, uint32_t kind)
{
    if (!reserve(&pieces->items, &pieces->capacity, pieces->count + 1, sizeof(Piece)))
        return -1;
    pieces->items[pieces->count++] = (Piece){(uint32_t)start, (uint32_t)end, kind};
    return 0;
}

enum { CUT_WORDS, CUT_HMM, CUT_ALL, CUT_RUNS };

/* A way to cut. `narrow`: % and - do not join blocks (as in tagging). */
typedef struct {
    const PrefixDictionary *dictionary, *forced; /* forced: words that the HMM must not make; or NULL */
    const PrefixHmm *hmm;                        /* for CUT_HMM */
    double log_total;
    int mode, narrow, search;
} PrefixCut;

/* Appends the pieces. Returns 0, -1 without memory, -2 if a word of letters is not one stretch of
 * the text (CUT_ALL only). */
int prefix_cut(const PrefixCut *cut, const uint32_t *text, size_t length, Pieces *pieces);

#endif
