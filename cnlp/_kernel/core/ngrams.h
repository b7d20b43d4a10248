/* ngrams.h - n-grams counted by sorting windows; the data structures are drawn at the head of ngrams.c. */
#ifndef CNLP_NGRAMS_H
#define CNLP_NGRAMS_H

#include <stddef.h>
#include <stdint.h>

#include "compiler.h"

#define NGRAM_MAX 6         /* longest n-gram; with both neighbours eight symbols, the size of a window */
#define NGRAM_SYMBOLS 65536 /* a symbol is a code point of the Basic Multilingual Plane; 0 is an edge */
#define NGRAM_LETTER 1      /* the neighbour that stands for letters and for Han characters beyond that plane */
#define NGRAM_FIRST_UNIT 16 /* lower symbols are neighbours only */
#define NGRAM_RECORD_MAX 27 /* bytes that writing a record needs: head, ten of a count, eight symbols */

typedef struct {
    uint64_t high, low; /* symbols from the most significant end: the n-gram, right neighbour, left neighbour, zeros */
} NgramWindow;

/* Windows of the units in text[start..end) into windows, which has room for end - start, grouped by their first symbol:
 * those of each begin at first[symbol], up to first[NGRAM_SYMBOLS]. Returns how many. */
size_t ngram_pack(const uint32_t *text, size_t length, size_t start, size_t end, const uint8_t *units, int max_length,
                  NgramWindow *windows, size_t *first);

/* Ascending order, in place. */
void ngram_sort(NgramWindow *windows, const size_t *first, int max_length);

/* The sorted windows as a run; returns its size. Output has room for ngram_encoded_max(n). */
size_t ngram_encode(const NgramWindow *windows, size_t n, int max_length, uint8_t *output);

/* Each record takes at most as many bytes for its count as it has windows beyond the first. */
static inline size_t ngram_encoded_max(size_t n, int max_length)
{
    return n * (1 + 2 * ((size_t)max_length + 2)) + NGRAM_RECORD_MAX;
}

/* One record after the window *last (NULL: the first); returns its size. Output has room for NGRAM_RECORD_MAX. */
size_t ngram_encode_record(const NgramWindow *last, const NgramWindow *window, uint64_t count, int max_length,
                           uint8_t *output);
#define NGRAM_END 0xFF /* the byte that ends a run */

/* Reads the record at data into *window, which holds the one before. Returns its size, 0 where there is none that
 * may follow. is_first: there is none before. */
size_t ngram_decode_record(const uint8_t *data, size_t size, int max_length, int is_first, NgramWindow *window,
                           uint64_t *count);

typedef struct {
    uint16_t symbols[NGRAM_MAX];
    uint32_t left_branching, right_branching;
    uint64_t count;
    double left_entropy, right_entropy; /* nats */
} NgramRow;

typedef struct {
    int max_length;
    uint64_t min_count, total; /* total: all units of the text */
    size_t n_rows, max_rows, size[NGRAM_MAX + 1], capacity[NGRAM_MAX + 1];
    NgramRow *rows[NGRAM_MAX + 1]; /* by length, ascending */
} NgramTable;

typedef struct NgramTabulator NgramTabulator;

/* Fills *table, which is zero except its settings, from windows in ascending order. All return -1 without memory. */
NgramTabulator *ngram_tabulator_new(NgramTable *table);
int ngram_tabulator_add(NgramTabulator *tabulator, const NgramWindow *window, uint64_t count);
int ngram_tabulator_finish(NgramTabulator *tabulator);
void ngram_tabulator_free(NgramTabulator *tabulator);
void ngram_table_free(NgramTable *table);

/* Occurrences of an n-gram, 0 if the table does not have it. */
uint64_t ngram_count(const NgramTable *table, const uint16_t *symbols, int length);

static inline uint16_t ngram_symbol(const NgramWindow *window, int i)
{
    return (uint16_t)(i < 4 ? window->high >> (48 - 16 * i) : window->low >> (112 - 16 * i));
}

static inline int ngram_less(const NgramWindow *a, const NgramWindow *b)
{
    return a->high != b->high ? a->high < b->high : a->low < b->low;
}

/* How many leading symbols two windows share, 8 if they are equal. */
static inline int ngram_shared(const NgramWindow *a, const NgramWindow *b)
{
    if (a->high != b->high)
        return LEADING_ZEROS(a->high ^ b->high) / 16;
    return a->low == b->low ? 8 : 4 + LEADING_ZEROS(a->low ^ b->low) / 16;
}

#endif
