/* arrays.h - arrays that grow.
 *
 * An array is a pointer to its items and a capacity, both of which its owner keeps: beside each other in a struct, with
 * a count of the items in use. It grows by doubling, so appending n items costs time in proportion to n. This is the
 * only place where an array grows, and the arithmetic is checked: a size that does not fit into memory is refused. */
#ifndef CNLP_ARRAYS_H
#define CNLP_ARRAYS_H

#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "compiler.h"

enum { FIRST_CAPACITY = 64 };

RARELY_CALLED int grow_array(const void *small, void *array, size_t *capacity, size_t size, size_t item_size)
{
    size_t target = *capacity ? *capacity : FIRST_CAPACITY;
    while (target < size)
        target = target > SIZE_MAX / 2 ? size : target * 2;
    if (target > SIZE_MAX / item_size)
        return 0;
    void *items;
    memcpy(&items, array, sizeof items);
    int is_small = items == small && small != NULL;
    void *more = realloc(is_small ? NULL : items, target * item_size);
    if (!more)
        return 0;
    if (is_small)
        memcpy(more, small, *capacity * item_size);
    memcpy(array, &more, sizeof more);
    *capacity = target;
    return 1;
}

/* Makes room for `size` items. `array` is the address of the pointer to the items, which may be NULL. Returns 0
 * without memory; the array is then as it was. */
static inline int reserve(void *array, size_t *capacity, size_t size, size_t item_size)
{
    return size <= *capacity || grow_array(NULL, array, capacity, size, item_size);
}

/* The same for an array that begins in `small`, a buffer of its owner, which is never freed. */
static inline int reserve_beyond(const void *small, void *array, size_t *capacity, size_t size, size_t item_size)
{
    return size <= *capacity || grow_array(small, array, capacity, size, item_size);
}

#endif
