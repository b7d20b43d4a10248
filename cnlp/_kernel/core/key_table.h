/* key_table.h - a hash table from 64-bit keys to numbers, with linear probing.
 *
 *     slots   key, number + 1 | empty | key, number + 1 | ...      at most half of a power of two are in use
 */
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
} KeyTable;

static inline uint64_t mix_key(uint64_t key)
{
    key ^= key >> 32;
    key *= 0x9E3779B97F4A7C15u;
    return key ^ key >> 29;
}

static inline int key_table_grow(KeyTable *table)
{
    size_t size = table->slots ? 2 * (table->mask + 1) : 1024;
    KeySlot *slots = calloc(size, sizeof *slots);
    if (!slots)
        return -1;
    for (size_t i = 0; table->slots && i <= table->mask; i++)
        if (table->slots[i].value) {
            size_t k = mix_key(table->slots[i].key) & (size - 1);
            while (slots[k].value)
                k = (k + 1) & (size - 1);
            slots[k] = table->slots[i];
        }
    free(table->slots);
    table->slots = slots;
    table->mask = size - 1;
    return 0;
}

/* The slot of the key, new (value 0) if there was none. NULL without memory. */
static inline KeySlot *key_slot(KeyTable *table, uint64_t key)
{
    if ((!table->slots || 2 * table->used > table->mask) && key_table_grow(table))
        return NULL;
    size_t k = mix_key(key) & table->mask;
    while (table->slots[k].value && table->slots[k].key != key)
        k = (k + 1) & table->mask;
    if (!table->slots[k].value) {
        table->slots[k].key = key;
        table->used++;
    }
    return &table->slots[k];
}

#endif
