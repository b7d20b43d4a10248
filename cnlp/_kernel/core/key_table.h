/* key_table.h - a hash table from 64-bit keys to numbers, with linear probing.
 *
 *     slots   key, number + 1 | empty | key, number + 1 | ...      at most half of a power of two are in use
 *
 * Where the keys come from a stranger, a seed that he does not know keeps him from choosing keys that collide. */
#ifndef CNLP_KEY_TABLE_H
#define CNLP_KEY_TABLE_H

#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>

typedef struct {
    uint64_t key;
    uint32_t value; /* + 1; 0: empty */
} KeySlot;

typedef struct {
    KeySlot *slots;
    size_t mask, used;
    /* may be set before the first key */
    uint64_t seed;
    size_t expected; /* keys, about */
} KeyTable;

/* A seed as an odd number to multiply with. */
static inline uint64_t key_multiplier(uint64_t seed)
{
    return (seed ^ 0x9E3779B97F4A7C15u) | 1;
}

static inline uint64_t mix_key(const KeyTable *table, uint64_t key)
{
    key = (key ^ key >> 32) * key_multiplier(table->seed);
    return key ^ key >> 32;
}

enum { FIRST_SLOTS = 1024, MOST_EXPECTED = 4096 };

static inline int key_table_grow(KeyTable *table)
{
    size_t size = table->slots ? 2 * (table->mask + 1) : FIRST_SLOTS;
    size_t expected = table->expected < MOST_EXPECTED ? table->expected : MOST_EXPECTED;
    while (size < 2 * expected)
        size *= 2;
    KeySlot *slots = calloc(size, sizeof *slots);
    if (!slots)
        return -1;
    for (size_t i = 0; table->slots && i <= table->mask; i++)
        if (table->slots[i].value) {
            size_t k = mix_key(table, table->slots[i].key) & (size - 1);
            while (slots[k].value)
                k = (k + 1) & (size - 1);
            slots[k] = table->slots[i];
        }
    free(table->slots);
    table->slots = slots;
    table->mask = size - 1;
    return 0;
}

/* The value of the key, 0 if there is none. */
static inline uint32_t key_find(const KeyTable *table, uint64_t key)
{
    if (!table->slots)
        return 0;
    size_t k = mix_key(table, key) & table->mask;
    while (table->slots[k].value && table->slots[k].key != key)
        k = (k + 1) & table->mask;
    return table->slots[k].value;
}

/* The slot of the key, new (value 0) if there was none. NULL without memory. */
static inline KeySlot *key_slot(KeyTable *table, uint64_t key)
{
    if ((!table->slots || 2 * table->used > table->mask) && key_table_grow(table))
        return NULL;
    size_t k = mix_key(table, key) & table->mask;
    while (table->slots[k].value && table->slots[k].key != key)
        k = (k + 1) & table->mask;
    if (!table->slots[k].value) {
        table->slots[k].key = key;
        table->used++;
    }
    return &table->slots[k];
}

#endif
