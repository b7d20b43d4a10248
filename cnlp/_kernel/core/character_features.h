/* character_features.h - what the tagger of words and that of entities see of a character and its neighbours. */
#ifndef CNLP_CHARACTER_FEATURES_H
#define CNLP_CHARACTER_FEATURES_H

#include <stdint.h>

enum { LATIN_TYPE = 2 };     /* the letters a-z */
enum { FIRST_HAN_TYPE = 5 }; /* types from here on: no digit, number or letter a-z; these can be repeated characters */
enum { N_REPETITIONS = 64 };

/* Which of the characters at c, c + 1 and c + 2 are equal to that at c: two bits. Three of these in a row, from
 * two characters before on, say which of five characters are equal. */
static inline uint32_t equals(const uint32_t *c)
{
    return (uint32_t)(c[0] == c[1]) << 1 | (uint32_t)(c[0] == c[2]);
}

/* The key of the stream repetition, whose bits are c0=c-1, c0=c-2, c1=c-1, c-1=c-2, c0=c1, c0=c2, from three
 * results of `equals`, six bits, the last the lowest. */
static inline uint32_t repetition_of_equals(uint32_t k)
{
    return (k & 1) << 5 | (k >> 1 & 1) << 4 | (k >> 2 & 1) << 2 | (k >> 3 & 1) | (k >> 4 & 1) << 1 | (k >> 5 & 1) << 3;
}

/* That key at c. */
static inline uint32_t repetition(const uint32_t *c, uint32_t type)
{
    return type < FIRST_HAN_TYPE ? 0 : repetition_of_equals(equals(c - 2) << 4 | equals(c - 1) << 2 | equals(c));
}

#endif
