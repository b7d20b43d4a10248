/* prefix.h - the prefix dictionary of jieba's algorithm, and segmentation with it.
 *
 *     root --code point, roots[65536]--> node --(node, code point), slots--> node     a node for every prefix of a word
 *
 * The step from a node by a code point is in an open hash table; from the root, for the first 65,536 code points, in an
 * array. Node 0: the root. */
#ifndef CNLP_PREFIX_H
#define CNLP_PREFIX_H

#include <stddef.h>
#include <stdint.h>

enum { ABSENT = -1, N_ROOTS = 0x10000 };
enum { FIRST_HAN = 0x4E00, LAST_HAN = 0x9FD5, N_HAN = LAST_HAN - FIRST_HAN + 1 };

typedef struct {
    uint64_t key; /* node << POINT_BITS | code point + 1; 0: empty */
    uint32_t node;
    uint32_t word; /* MORE: longer words follow */
} Slot;

#define POINT_BITS 21
#define MORE 0x80000000u

typedef struct {
    int64_t frequency; /* 0: deleted */
    double log_frequency;
} PrefixWord;

typedef struct {
    Slot *slots;
    size_t n_slots;    /* a power of two */
    Slot *roots;       /* [N_ROOTS] */
    PrefixWord *words; /* [n_words], the first: no word */
    uint32_t n_nodes, n_words;
    size_t words_capacity;
} PrefixDictionary;

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

enum { CUT_WORDS, CUT_HMM, CUT_ALL, CUT_RUNS };

/* A way to cut. `narrow`: % and - do not join blocks (as in tagging). */
typedef struct {
    const PrefixDictionary *dictionary, *forced; /* forced: words that the HMM must not make; or NULL */
    const PrefixHmm *hmm;                        /* for CUT_HMM */
    double log_total;
    int mode, narrow, search;
} PrefixCut;

int prefix_init(PrefixDictionary *dictionary);
void prefix_free(PrefixDictionary *dictionary);
/* Sets the word's frequency; its prefixes are there from now on. Returns -1 without memory. */
int prefix_set(PrefixDictionary *dictionary, const uint32_t *word, size_t length, int64_t frequency);
/* Frequency; 0 for mere prefixes, ABSENT where there is no such node. */
int64_t prefix_get(const PrefixDictionary *dictionary, const uint32_t *word, size_t length);
/* Reads lines `word frequency tag` in UTF-8 from data[start ..) on. Returns the byte where it
 * stopped: the end, or the beginning of a line that it does not understand; adds to the total and to
 * the number of lines. -1 without memory. */
int64_t prefix_load(PrefixDictionary *dictionary, const char *data, size_t size, size_t start, int64_t *total,
                    int64_t *n_lines);
/* Appends the pieces. Returns 0, -1 without memory, -2 if a word of letters is not one stretch of
 * the text (CUT_ALL only). */
int prefix_cut(const PrefixCut *cut, const uint32_t *text, size_t length, Pieces *pieces);

#endif
