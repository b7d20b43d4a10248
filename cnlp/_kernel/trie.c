/* trie.c - finding and building the double-array trie drawn in kernel.h.
 *
 * Building sorts the words by their codes, then places the children of each node, depth first, at
 * the first base where all their slots are free. Free slots form a doubly linked list, so a search
 * walks over free slots only; a base is used once, which `taken` records. Nodes with many children
 * are few and placed early (the root first); the bound on tries per node keeps building linear in
 * practice at the price of a few per cent of empty slots. */
#include "kernel.h"

#include <stdlib.h>
#include <string.h>

#define MAX_UNITS (1u << 24)
#define MAX_TRIES 512

uint32_t trie_find(const Trie *trie, const uint32_t *text, size_t length)
{
    uint32_t node = 0;
    for (size_t i = 0; i < length; i++) {
        uint32_t base = UNIT_BASE(trie->units[node]);
        if (i > 0 && base == 0)
            return 0;
        node = trie_child(trie, base, trie_code(trie, text[i]));
        if (node == 0)
            return 0;
    }
    return node;
}

typedef struct {
    const uint16_t *codes;
    const uint32_t *offsets, *values;
    uint32_t *order;          /* words sorted by codes */
    uint64_t *units;
    uint32_t *next, *previous; /* list of free slots; slot 0 is its head */
    uint8_t *taken;            /* bases in use */
    uint32_t size;             /* slots allocated */
    uint32_t used;             /* highest slot in use + 1 */
    uint32_t *nodes;
} Builder;

static int grow(Builder *b, uint32_t size)
{
    uint32_t old = b->size;
    if (size <= old)
        return 0;
    if (size > MAX_UNITS)
        return -2;
    uint32_t target = old ? old : 1024;
    while (target < size)
        target *= 2;
    uint64_t *units = realloc(b->units, (size_t)target * sizeof *units);
    if (units) b->units = units;
    uint32_t *next = realloc(b->next, (size_t)target * sizeof *next);
    if (next) b->next = next;
    uint32_t *previous = realloc(b->previous, (size_t)target * sizeof *previous);
    if (previous) b->previous = previous;
    uint8_t *taken = realloc(b->taken, target);
    if (taken) b->taken = taken;
    if (!units || !next || !previous || !taken)
        return -1;
    memset(units + old, 0, (size_t)(target - old) * sizeof *units);
    memset(taken + old, 0, target - old);
    if (old == 0) {
        next[0] = previous[0] = 0;
        taken[0] = 1;
        old = 1;
    }
    for (uint32_t slot = old; slot < target; slot++) {
        uint32_t last = previous[0];
        next[last] = slot;
        previous[slot] = last;
        next[slot] = 0;
        previous[0] = slot;
    }
    b->size = target;
    return 0;
}

static void claim(Builder *b, uint32_t slot)
{
    b->next[b->previous[slot]] = b->next[slot];
    b->previous[b->next[slot]] = b->previous[slot];
    b->next[slot] = b->previous[slot] = slot; /* marks it as used */
    if (slot >= b->used)
        b->used = slot + 1;
}

static int is_free(const Builder *b, uint32_t slot)
{
    return slot >= b->size || b->next[slot] != slot;
}

static uint32_t word_length(const Builder *b, uint32_t word)
{
    return b->offsets[word + 1] - b->offsets[word];
}

static uint32_t word_code(const Builder *b, uint32_t word, uint32_t depth)
{
    return b->codes[b->offsets[word] + depth];
}

static int compare_words(const Builder *b, uint32_t left, uint32_t right)
{
    uint32_t n = word_length(b, left), m = word_length(b, right);
    for (uint32_t i = 0; i < n && i < m; i++) {
        int difference = (int)word_code(b, left, i) - (int)word_code(b, right, i);
        if (difference)
            return difference;
    }
    return n < m ? -1 : n > m;
}

/* Merge sort: qsort has no argument for the builder and no bound on its time. */
static void sort_words(const Builder *b, uint32_t *words, uint32_t *spare, uint32_t n)
{
    if (n < 2)
        return;
    uint32_t half = n / 2, i = 0, j = half, k = 0;
    sort_words(b, words, spare, half);
    sort_words(b, words + half, spare, n - half);
    memcpy(spare, words, (size_t)n * sizeof *words);
    while (i < half && j < n)
        words[k++] = compare_words(b, spare[j], spare[i]) < 0 ? spare[j++] : spare[i++];
    while (i < half)
        words[k++] = spare[i++];
    while (j < n)
        words[k++] = spare[j++];
}

/* The first base at which all n children fit. */
static int find_base(Builder *b, const uint16_t *labels, uint32_t n, uint32_t *base)
{
    uint32_t slot = b->next[0], tries = 0;
    for (;; tries++) {
        if (slot == 0 || tries >= MAX_TRIES) {
            slot = b->used > labels[0] ? b->used : labels[0] + 1u;
            while (slot - labels[0] < b->size && b->taken[slot - labels[0]])
                slot++;
            break;
        }
        if (slot > labels[0] && !b->taken[slot - labels[0]]) {
            uint32_t k = 1;
            while (k < n && is_free(b, slot - labels[0] + labels[k]))
                k++;
            if (k == n)
                break;
        }
        slot = b->next[slot];
    }
    *base = slot - labels[0];
    return grow(b, *base + labels[n - 1] + 1u);
}

/* Places the subtree of `node`, which holds words order[first .. last) from `depth` on. The depth
 * of recursion is the length of the longest word, which the caller bounds. */
static int place(Builder *b, uint32_t node, uint32_t first, uint32_t last, uint32_t depth)
{
    while (first < last && word_length(b, b->order[first]) == depth) {
        uint32_t word = b->order[first++];
        b->units[node] |= (uint64_t)b->values[word] << 40;
        b->nodes[word] = node;
    }
    if (first == last)
        return 0;
    uint32_t n = 0, capacity = 0;
    uint16_t *labels = NULL;
    uint32_t *starts = NULL;
    int status = 0;
    for (uint32_t i = first; i < last; i++) {
        uint16_t code = (uint16_t)word_code(b, b->order[i], depth);
        if (n && labels[n - 1] == code)
            continue;
        if (n == capacity) {
            capacity = capacity ? capacity * 2 : 8;
            uint16_t *more_labels = realloc(labels, capacity * sizeof *labels);
            if (more_labels) labels = more_labels;
            uint32_t *more_starts = realloc(starts, capacity * sizeof *starts);
            if (more_starts) starts = more_starts;
            if (!more_labels || !more_starts) {
                status = -1;
                goto done;
            }
        }
        labels[n] = code;
        starts[n++] = i;
    }
    uint32_t base = 0;
    if (node == 0)
        status = grow(b, labels[n - 1] + 1u);
    else
        status = find_base(b, labels, n, &base);
    if (status)
        goto done;
    if (node) {
        b->taken[base] = 1;
        b->units[node] |= (uint64_t)base << 16;
    }
    for (uint32_t k = 0; k < n; k++) {
        claim(b, base + labels[k]);
        b->units[base + labels[k]] = labels[k];
    }
    for (uint32_t k = 0; k < n && !status; k++)
        status = place(b, base + labels[k], starts[k], k + 1 < n ? starts[k + 1] : last, depth + 1);
done:
    free(labels);
    free(starts);
    return status;
}

int trie_build(const uint16_t *codes, const uint32_t *offsets, const uint32_t *values, uint32_t n,
               uint64_t **units, uint32_t *n_units, uint32_t *nodes)
{
    Builder b = {.codes = codes, .offsets = offsets, .values = values, .nodes = nodes, .used = 1};
    uint32_t *spare = malloc(((size_t)n + 1) * sizeof *spare);
    b.order = malloc(((size_t)n + 1) * sizeof *b.order);
    int status = spare && b.order ? grow(&b, 1024) : -1;
    if (!status) {
        for (uint32_t k = 0; k < n; k++)
            b.order[k] = k;
        sort_words(&b, b.order, spare, n);
        status = place(&b, 0, 0, n, 0);
    }
    free(spare);
    free(b.order);
    free(b.next);
    free(b.previous);
    free(b.taken);
    if (status) {
        free(b.units);
        return status;
    }
    *units = b.units;
    *n_units = b.used;
    return 0;
}
