/* dictionary.h - the prefix dictionary of jieba's algorithm.
 *
 *     root --code point, roots[65536]--> node --(node, code point), slots--> node     a node for every prefix of a word
 *
 * The step from a node by a code point is in an open hash table; from the root, for the first 65,536 code points, in an
 * array. Node 0: the root. Most pairs of neighbouring characters begin no word, and half of those need no look into the
 * large table: the step from the root keeps which code points follow, hashed into 64 bits. */
#ifndef CNLP_DICTIONARY_H
#define CNLP_DICTIONARY_H

#include <stddef.h>
#include <stdint.h>

enum { ABSENT = -1, N_ROOTS = 0x10000 };

typedef struct {
    uint64_t key;  /* node << POINT_BITS | code point + 1; among the roots: bits of the code points that follow */
    uint32_t node; /* 0: empty */
    uint32_t word; /* its number, 0: none; MORE: longer words follow; FREQUENT: its frequency is not 0 */
} Slot;

#define POINT_BITS 21
#define MORE 0x80000000u
#define FREQUENT 0x40000000u
#define NUMBER_BITS (FREQUENT - 1)

typedef struct {
    int64_t frequency;    /* 0: no word, or deleted */
    double log_frequency; /* then not a number, which no comparison takes for the better one */
} PrefixWord;

typedef struct {
    Slot *slots;
    size_t n_slots;    /* a power of two */
    Slot *roots;       /* [N_ROOTS] */
    PrefixWord *words; /* [n_words], the first: no word */
    uint32_t n_nodes, n_words;
    size_t words_capacity;
} PrefixDictionary;

/* Numbers of tags of a dictionary's words, by the numbers of the words; 0: none. */
typedef struct {
    PrefixDictionary *words;
    uint32_t *tags;
    size_t capacity;
} WordTags;

/* Takes the tags of a file. `number` gives a tag its number, greater than 0; -1 without memory. */
typedef struct {
    WordTags *word_tags;
    int64_t (*number)(void *context, const char *tag, size_t size);
    void *context;
} TagReader;

static inline uint64_t key_of(uint32_t node, uint32_t point)
{
    return (uint64_t)node << POINT_BITS | (point + 1);
}

static inline Slot *first_slot(const PrefixDictionary *dictionary, uint64_t key)
{
    return dictionary->slots + ((size_t)(key * 0x9E3779B97F4A7C15u >> 20) & (dictionary->n_slots - 1));
}

/* The slot of the key, or an empty one where it belongs. */
static inline Slot *find_slot(const PrefixDictionary *dictionary, uint64_t key)
{
    if (key <= N_ROOTS)
        return &dictionary->roots[key - 1];
    Slot *slot = first_slot(dictionary, key), *last = dictionary->slots + dictionary->n_slots - 1;
    while (slot->node && slot->key != key)
        slot = slot == last ? dictionary->slots : slot + 1;
    return slot;
}

static inline uint32_t follower_bit(uint32_t point)
{
    return point * 0x9E3779B1u >> 26;
}

/* The step from the node, NULL if there is none. */
static inline const Slot *step(const PrefixDictionary *dictionary, uint32_t node, uint32_t point)
{
    const Slot *slot = find_slot(dictionary, key_of(node, point));
    return slot->node ? slot : NULL;
}

/* The key of the node of two characters, 0 where there can be none. */
static inline uint64_t pair_key(const PrefixDictionary *dictionary, uint32_t first, uint32_t second)
{
    if (first >= N_ROOTS) {
        const Slot *slot = step(dictionary, 0, first);
        return slot ? key_of(slot->node, second) : 0;
    }
    const Slot *root = &dictionary->roots[first];
    uint64_t may_follow = root->key >> follower_bit(second) & 1; /* no branch: it would be a guess */
    return key_of(root->node, second) & (0 - may_follow);
}

/* The slot of this key of pair_key, NULL if there is none. */
static inline const Slot *find_pair(const PrefixDictionary *dictionary, uint64_t key)
{
    const Slot *slot = key ? find_slot(dictionary, key) : NULL;
    return slot && slot->node ? slot : NULL;
}

static inline const PrefixWord *word_of(const PrefixDictionary *dictionary, const Slot *slot)
{
    return &dictionary->words[slot->word & NUMBER_BITS];
}

/* Where the tag of a word is kept, NULL if it has none. */
static inline const uint32_t *tag_of(const WordTags *tags, const Slot *slot)
{
    uint32_t number = slot->word & NUMBER_BITS;
    return number && number < tags->capacity ? &tags->tags[number] : NULL;
}

int prefix_init(PrefixDictionary *dictionary);
void prefix_free(PrefixDictionary *dictionary);
/* Sets the word's frequency; its prefixes are there from now on. Returns -1 without memory. */
int prefix_set(PrefixDictionary *dictionary, const uint32_t *word, size_t length, int64_t frequency);
/* Frequency; 0 for mere prefixes, ABSENT where there is no such node. */
int64_t prefix_get(const PrefixDictionary *dictionary, const uint32_t *word, size_t length);
/* Sets the tag of a word; one that the dictionary does not have gets the frequency 0. Returns -1 without memory. */
int word_tags_set(WordTags *tags, const uint32_t *word, size_t length, uint32_t tag);
/* The node of a word or prefix, NULL where there is none. */
const Slot *prefix_find(const PrefixDictionary *dictionary, const uint32_t *word, size_t length);
/* Reads lines `word frequency tag` in UTF-8 from data[start ..) on: frequencies, or, given a reader, tags. Returns the
 * byte where it stopped: the end, or the beginning of a line that it does not understand; adds to the total of the
 * frequencies or numbers, and to the number of lines. -1 without memory. */
int64_t prefix_load(PrefixDictionary *dictionary, const TagReader *reader, const char *data, size_t size, size_t start,
                    int64_t *total, int64_t *n_lines);

#endif
