/* tagger_features.h - the keys of the segmenter's streams, for scoring and for training.
 *
 * cnlp/segmentation/features.py describes the streams, cnlp/_kernel/reference/tagger_features.py defines the keys.
 * A symbol is a class-folded character: its code where a text is scored, its code point in training, 0 outside of
 * the text. */
#ifndef CNLP_TAGGER_FEATURES_H
#define CNLP_TAGGER_FEATURES_H

#include "character_features.h"

#include <stddef.h>

enum { LONGEST_MATCH = 8, N_TYPES = 512 };
/* Lengths of words that cover a character: none, 2, 3, 4, 5 and more; a cover is three of them: of the words that begin
 * with it, that end with it, that it is inside of. */
enum { COVER_CLASSES = 5, N_COVERS = COVER_CLASSES * COVER_CLASSES * COVER_CLASSES };
enum { POINT_BITS = 21, NOTHING = -1 }; /* bits of a code point; the key of a position that has none */
enum {
    STREAM_UNIGRAM,
    STREAM_BIGRAM,
    STREAM_TYPES,
    STREAM_REPETITION,
    STREAM_MATCH, /* of the words of two characters; those of the longer ones follow */
    STREAM_COVER = STREAM_MATCH + LONGEST_MATCH - 1,
    STREAM_CHAR_COVER,
    N_TAGGER_STREAMS
};

/* symbol_bits: 16 for codes, POINT_BITS for code points. */
static inline uint64_t bigram_key(uint64_t symbol, uint64_t next, int symbol_bits)
{
    return symbol << symbol_bits | next;
}

/* The key of types at a position, given that of the position before and the type of the one after. */
static inline uint32_t next_types(uint32_t kinds, uint32_t type_after)
{
    return (kinds << 3 | type_after) & (N_TYPES - 1);
}

/* Likewise the results of `equals` from two positions before on; c: the symbol at the position. */
static inline uint32_t next_equals(uint32_t repeats, const uint32_t *c)
{
    return (repeats << 2 | equals(c)) & (N_REPETITIONS - 1);
}

static inline uint8_t greater(uint8_t left, uint8_t right)
{
    return left > right ? left : right;
}

/* A word at i covers characters; a length of 0 instead of its class if is_word is 0. */
static inline void cover(uint8_t *begins, uint8_t *ends, uint8_t *inside, size_t i, uint32_t length, int is_word)
{
    uint8_t given = (uint8_t)((length < COVER_CLASSES ? length : COVER_CLASSES) - 1) & (uint8_t)-is_word;
    begins[i] = greater(begins[i], given);
    ends[i + length - 1] = greater(ends[i + length - 1], given);
    for (size_t j = i + 1; j < i + length - 1; j++)
        inside[j] = greater(inside[j], given);
}

static inline uint32_t cover_key(uint32_t begins, uint32_t ends, uint32_t inside)
{
    return (begins * COVER_CLASSES + ends) * COVER_CLASSES + inside;
}

static inline uint64_t char_cover_key(uint64_t symbol, uint32_t cover)
{
    return symbol * N_COVERS + cover;
}

#endif
