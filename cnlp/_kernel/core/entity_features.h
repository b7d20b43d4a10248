/* entity_features.h - the keys of the recognizer's streams, for scoring and for training.
 *
 * cnlp/ner/FORMAT.md lists the streams, cnlp/_kernel/reference/entity_features.py defines the keys. */
#ifndef CNLP_ENTITY_FEATURES_H
#define CNLP_ENTITY_FEATURES_H

#include "character_features.h"

#include <stddef.h>

#define ENTITY_MULTIPLIER 0x9E3779B97F4A7C15u
enum { N_STREAMS = 26, LONGEST_PHRASE = 12 }; /* of a known entity: characters */
enum { EDGE_OF_TEXT = 1 << 20 };              /* the word before and after a piece, and its class */

enum { FIRST_OF_PHRASES = 14, LAST_OF_PHRASES = 18 }; /* streams in which not every position has a key */

enum { N_KIND_STREAMS = 13 }; /* what is seen of an entity; their keys follow those of positions */

/* What is seen at a position. */
typedef struct {
    const uint32_t *c, *t;                               /* class-folded code and type, at -2 .. 2 */
    uint64_t word, word_before, word_after;              /* hashes */
    uint64_t class_here, class_before, class_after;      /* of the words */
    uint64_t clusters[5];                                /* of the words at -2 .. 2 */
    uint64_t place;                                      /* in the word */
    uint64_t phrase_begin, phrase_end, phrase_inside;    /* known entities; 0: none */
    uint64_t begins;                                     /* how the character begins entities */
    uint64_t end_before, ends, end_after, end_two_after; /* how it and its neighbours end them */
} EntityView;

static inline uint64_t step(uint64_t value, uint64_t part)
{
    value = (value ^ part) * ENTITY_MULTIPLIER;
    return value ^ value >> 32;
}

/* The place of p in the word [start, end): 1 first, 2 inside, 3 last, 4 a word of one character. */
static inline uint64_t place_of(int64_t p, int64_t start, int64_t end)
{
    return end - start == 1 ? 4 : p == start ? 1 : p == end - 1 ? 3 : 2;
}

/* What known entities say of each position; sizes are those of the longest so far. */
typedef struct {
    uint32_t *begin, *end, *inside;
    uint8_t *end_size, *inside_size;
} Phrases;

/* A known entity [start, end); those that begin together come by length, all by start. */
static inline void add_phrase(const Phrases *phrases, size_t start, size_t end, uint32_t kind)
{
    uint32_t size = (uint32_t)(end - start);
    phrases->begin[start] = kind * 16 + size;
    if (size > phrases->end_size[end - 1]) {
        phrases->end_size[end - 1] = (uint8_t)size;
        phrases->end[end - 1] = kind * 16 + size;
    }
    for (size_t p = start + 1; p + 1 < end; p++) {
        if (size < phrases->inside_size[p])
            continue;
        uint32_t left = p - start < 3 ? (uint32_t)(p - start) : 3;
        uint32_t right = end - 1 - p < 3 ? (uint32_t)(end - 1 - p) : 3;
        phrases->inside_size[p] = (uint8_t)size;
        phrases->inside[p] = kind * 16 + left * 4 + right;
    }
}

/* seed[k] = step(1, k); a key of 0 is none. */
static inline void entity_keys(const uint64_t seed[N_STREAMS], EntityView v, uint64_t key[N_STREAMS])
{
    const uint32_t *c = v.c, *t = v.t;
    uint64_t kinds = t[-2] | t[-1] << 3 | t[0] << 6 | t[1] << 9 | (uint64_t)t[2] << 12;
    key[0] = step(seed[0], c[0]);
    key[1] = step(step(seed[1], c[0]), c[1]);
    key[2] = step(step(step(seed[2], c[-1]), c[0]), c[1]);
    key[3] = step(seed[3], kinds);
    key[4] = step(seed[4], repetition(c, t[0]));
    key[5] = step(step(seed[5], v.word), v.place);
    key[6] = step(step(seed[6], v.word_before), v.place);
    key[7] = step(step(seed[7], v.word_after), v.place);
    key[8] = step(step(seed[8], v.class_here), v.place);
    key[9] = step(step(step(seed[9], v.class_before), v.class_here), v.place);
    key[10] = step(step(step(seed[10], v.class_after), v.class_here), v.place);
    key[11] = step(step(step(step(seed[11], v.class_before), v.class_here), v.class_after), v.place);
    key[12] = step(step(step(seed[12], v.word_before), v.class_here), v.place);
    key[13] = step(step(step(seed[13], v.word_after), v.class_here), v.place);
    key[14] = v.phrase_begin ? step(seed[14], v.phrase_begin) : 0;
    key[15] = v.phrase_end ? step(seed[15], v.phrase_end) : 0;
    key[16] = v.phrase_inside ? step(seed[16], v.phrase_inside) : 0;
    key[17] = v.phrase_begin ? step(step(seed[17], v.phrase_begin), c[-1]) : 0;
    key[18] = v.phrase_end ? step(step(seed[18], v.phrase_end), c[1]) : 0;
    key[19] = step(step(step(seed[19], v.begins), v.end_after), v.end_two_after);
    key[20] = step(step(step(step(seed[20], v.end_before), v.ends), v.class_here), v.place);
    key[21] = step(step(seed[21], v.clusters[2]), v.place);
    key[22] = step(step(step(seed[22], v.clusters[1]), v.clusters[2]), v.place);
    key[23] = step(step(step(seed[23], v.clusters[3]), v.clusters[2]), v.place);
    key[24] = step(step(step(seed[24], v.clusters[0]), v.clusters[1]), v.place);
    key[25] = step(step(step(seed[25], v.clusters[4]), v.clusters[3]), v.place);
}

/* What is seen of an entity [start, end). */
typedef struct {
    const uint32_t *first, *end; /* codes as words have them; two zeros and more before and after the piece */
    uint64_t label;
    uint64_t before, first_word, last_word, after; /* clusters of words */
} KindView;

static inline void kind_keys(KindView v, uint64_t key[N_KIND_STREAMS])
{
    const uint32_t *first = v.first, *end = v.end;
    uint64_t whole = 1, size = (uint64_t)(end - first);
    for (const uint32_t *c = first; c < end && c < first + LONGEST_PHRASE; c++)
        whole = step(whole, *c);
    for (int k = 0; k < N_KIND_STREAMS; k++)
        key[k] = step(step(1, N_STREAMS + (uint64_t)k), v.label);
    key[0] = step(key[0], end[-1]);
    key[1] = step(step(key[1], end[-2]), end[-1]);
    key[2] = size < 3 ? 0 : step(step(step(key[2], end[-3]), end[-2]), end[-1]);
    key[3] = step(key[3], first[0]);
    key[4] = size < 2 ? 0 : step(step(key[4], first[0]), first[1]);
    key[5] = step(key[5], whole);
    key[6] = step(step(key[6], first[-2]), first[-1]);
    key[7] = step(step(key[7], end[0]), end[1]);
    key[8] = step(key[8], v.before);
    key[9] = step(key[9], v.first_word);
    key[10] = step(key[10], v.last_word);
    key[11] = step(key[11], v.after);
    key[12] = step(key[12], size < 8 ? size : 8);
}

#endif
