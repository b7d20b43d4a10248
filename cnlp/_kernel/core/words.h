/* words.h - the words that were chosen, in order: where each ends, and what proposed it.
 *
 *     items   end, source | end, source | ...       a word begins where the one before it ends
 *
 * Few words need no allocation: they are in `small`. */
#ifndef CNLP_WORDS_H
#define CNLP_WORDS_H

#include <stdlib.h>

#include "arrays.h"

enum { SOURCE_LEXICON, SOURCE_USER, SOURCE_PATTERN, SOURCE_CHARACTER, SOURCE_TAGGER, SOURCE_HIDDEN };

#define SMALL_BLOCK 128 /* characters of a text that need no allocation */

typedef struct {
    uint32_t end, source;
} Word;

typedef struct {
    Word *items;
    size_t count, capacity;
    int64_t cost; /* of the path, where the algorithm has costs */
    Word small[SMALL_BLOCK];
} Words;

static inline void words_init(Words *words)
{
    words->items = words->small;
    words->count = 0;
    words->capacity = SMALL_BLOCK;
    words->cost = 0;
}

static inline void words_free(Words *words)
{
    if (words->items != words->small)
        free(words->items);
}

/* Makes room for `count` more words. Returns -1 without memory. */
static inline int words_reserve(Words *words, size_t count)
{
    return reserve_beyond(words->small, &words->items, &words->capacity, words->count + count, sizeof(Word)) ? 0 : -1;
}

#endif
