/* trie.h - the double-array trie over folded code points.
 *
 *   code point --pages/codes--> code (folded; 0: in no word) --units--> next node
 *
 *   unit:  63       40 39       16 15        0
 *         |   value   |   base    |   label   |
 *
 * The child of a node by code c is units[base + c] if its label is c. No two nodes share a base,
 * so the label alone proves the parent. base 0: a leaf. value 0: no word ends here. Node 0 is
 * the root, its base is 0 as well: units[c] is its child by code c, or 0; no other node lies there.
 * The pages and codes belong to the trie: they are its alphabet and its folding.
 *
 * Finding is inline, since every decoder does it in its innermost loop; trie.c builds.
 *
 * Costs are integers: -ln p in units of 1/COST_SCALE nat. So C and Python agree to the last bit. */
#ifndef CNLP_TRIE_H
#define CNLP_TRIE_H

#include <stddef.h>

#include "code_points.h"

typedef struct {
    const uint16_t *pages; /* [CODE_POINT_PAGES], each < n_pages */
    const uint16_t *codes; /* [n_pages * 256] */
    const uint64_t *units; /* [n_units] */
    uint32_t n_units;
    uint32_t max_length; /* code points of the longest word */
} Trie;

enum { COST_SCALE = 4096 };         /* units of cost per nat */
enum { MAX_VALUE = (1 << 24) - 1 }; /* of a word */

#define UNIT_LABEL(unit) ((uint32_t)((unit) & 0xFFFF))
#define UNIT_BASE(unit) ((uint32_t)((unit) >> 16) & 0xFFFFFF)
#define UNIT_VALUE(unit) ((uint32_t)((unit) >> 40))

/* The value of a word of a model: its cost + 1, and whether the bigram table has a pair with it on
 * the left, on the right. */
enum { COST_MASK = 0x3FFFFF, PAIRS_LEFT = 1 << 22, PAIRS_RIGHT = 1 << 23 };
#define WORD_COST(unit) ((int32_t)(UNIT_VALUE(unit) & COST_MASK) - 1)

static inline uint32_t trie_code(const Trie *trie, uint32_t code_point)
{
    return trie->codes[cell_of(trie->pages, code_point)];
}

/* The child of the node with this base by this code; 0 if there is none. */
static inline uint32_t trie_child(const Trie *trie, uint32_t base, uint32_t code)
{
    uint32_t node = base + code;
    if (code == 0 || node >= trie->n_units || UNIT_LABEL(trie->units[node]) != code)
        return 0;
    return node;
}

/* The same without a branch: 0 also if the base is 0. */
static inline uint32_t child_or_none(const Trie *trie, uint32_t base, uint32_t code)
{
    uint32_t node = base + code;
    node &= -(uint32_t)(node < trie->n_units);
    return node & -(uint32_t)((UNIT_LABEL(trie->units[node]) == code) & (base != 0) & (code != 0));
}

/* Where the child of the node with this base, n_units for none, by this code would be; the root if nowhere. Without a
 * branch, as the next. */
static inline uint32_t child_place(const Trie *trie, uint32_t base, uint32_t code)
{
    uint32_t node = base + code;
    return node & -(uint32_t)(node < trie->n_units);
}

/* The unit of the child at this place by this code; 0 if there is none. */
static inline uint64_t child_unit(const Trie *trie, uint32_t place, uint32_t code)
{
    uint64_t unit = trie->units[place];
    return unit & -(uint64_t)(UNIT_LABEL(unit) == code);
}

/* The node at which these code points end, 0 if the trie does not hold them as a path. */
uint32_t trie_find(const Trie *trie, const uint32_t *text, size_t length);

/* The code points of the longest word, proven: no two nodes share a base, so each node has one parent and no path
 * returns to itself. Returns 0, -1 without memory, -2 where two nodes share a base. */
int trie_longest(const Trie *trie, uint32_t *longest);

/* Builds the units for n words given as code sequences: word k is
 * codes[offsets[k] .. offsets[k + 1]). values[k] in 1 .. MAX_VALUE. Nodes are returned per word.
 * Returns 0, or -1 without memory, -2 when the trie would need more than 2^24 units. */
int trie_build(const uint16_t *codes, const uint32_t *offsets, const uint32_t *values, uint32_t n, uint64_t **units,
               uint32_t *n_units, uint32_t *nodes);

#endif
