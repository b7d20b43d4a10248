/* trie.c - finding and building the double-array trie drawn in trie.h.
 *
 * Building makes a plain tree first (nodes in arrays, children of a node side by side), then lays it
 * out: nodes with many children first, each at the first base where all slots of its children are
 * free. Free slots form a doubly linked list, so the search walks over free slots only, and it
 * resumes where the last node with as many children was placed, because the slots before that place have
 * failed already. Single children come last and fill the holes: few slots stay empty. Among nodes
 * with as many children, those of low values (the frequent words) come first, so that what is often
 * visited lies together. */
#include "trie.h"

#include "arrays.h"

#include <stdlib.h>
#include <string.h>

#define MAX_UNITS (1u << 24)

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

/* Depths of nodes while they are measured: not looked at, on the way up from a node, on no path from the root. */
enum { UNKNOWN, PENDING = UINT32_MAX - 1, LOST = UINT32_MAX };

/* The parent of a node: 0 is the root, LOST none. owners: by base, the node that has it. */
static uint32_t parent_of(const Trie *trie, const uint32_t *owners, uint32_t node)
{
    uint32_t label = UNIT_LABEL(trie->units[node]);
    return label == node ? 0 : label && label < node ? owners[node - label] : LOST;
}

/* Finds the depths of the nodes from this one up. */
static void measure(const Trie *trie, const uint32_t *owners, uint32_t *depths, uint32_t node)
{
    uint32_t steps = 0, top = node;
    for (; top && top != LOST && depths[top] == UNKNOWN; top = parent_of(trie, owners, top), steps++)
        depths[top] = PENDING;
    uint32_t above = !top ? 0 : top == LOST || depths[top] == PENDING ? LOST : depths[top];
    for (uint32_t depth = above + steps; steps; steps--, depth--) {
        depths[node] = above == LOST ? LOST : depth;
        node = parent_of(trie, owners, node);
    }
}

int trie_longest(const Trie *trie, uint32_t *longest)
{
    size_t n = trie->n_units;
    uint32_t *owners = malloc((n + 1) * sizeof *owners), *depths = calloc(n + 1, sizeof *depths);
    int status = owners && depths ? 0 : -1;
    *longest = 0;
    if (!status)
        memset(owners, 0xFF, n * sizeof *owners);
    for (uint32_t node = 1; node < n && !status; node++) {
        uint32_t base = UNIT_BASE(trie->units[node]);
        if (!base || base >= n)
            continue;
        status = owners[base] == LOST ? 0 : -2;
        owners[base] = node;
    }
    for (uint32_t node = 1; node < n && !status; node++) {
        if (depths[node] == UNKNOWN)
            measure(trie, owners, depths, node);
        if (depths[node] != LOST && depths[node] > *longest)
            *longest = depths[node];
    }
    free(owners);
    free(depths);
    return status;
}

/* Words sorted by their codes. */
typedef struct {
    const uint16_t *codes;
    const uint32_t *offsets;
    uint32_t *order;
    uint32_t count;
} Sorted;

static uint32_t word_length(const Sorted *s, uint32_t word)
{
    return s->offsets[word + 1] - s->offsets[word];
}

static uint32_t word_code(const Sorted *s, uint32_t word, uint32_t depth)
{
    return s->codes[s->offsets[word] + depth];
}

static int compare_words(const Sorted *s, uint32_t left, uint32_t right)
{
    uint32_t n = word_length(s, left), m = word_length(s, right);
    for (uint32_t i = 0; i < n && i < m; i++) {
        int difference = (int)word_code(s, left, i) - (int)word_code(s, right, i);
        if (difference)
            return difference;
    }
    return n < m ? -1 : n > m;
}

/* Merge sort: qsort has no argument for the words. */
static void sort_words(const Sorted *s, uint32_t *words, uint32_t *spare, uint32_t n)
{
    if (n < 2)
        return;
    uint32_t half = n / 2, i = 0, j = half, k = 0;
    sort_words(s, words, spare, half);
    sort_words(s, words + half, spare, n - half);
    memcpy(spare, words, (size_t)n * sizeof *words);
    while (i < half && j < n)
        words[k++] = compare_words(s, spare[j], spare[i]) < 0 ? spare[j++] : spare[i++];
    while (i < half)
        words[k++] = spare[i++];
    while (j < n)
        words[k++] = spare[j++];
}

/* A node of the tree: the words order[first .. last) begin with its path, `depth` codes long. */
typedef struct {
    uint32_t first, last, depth;
    uint32_t children, n_children; /* index of the first child, and how many */
    uint32_t value, slot;
    uint32_t least; /* value in the subtree */
    uint16_t label;
} Node;

typedef struct {
    Node *nodes;
    uint32_t count;
    size_t capacity;
} Tree;

static Node *add_node(Tree *tree)
{
    if (!reserve(&tree->nodes, &tree->capacity, (size_t)tree->count + 1, sizeof(Node)))
        return NULL;
    memset(&tree->nodes[tree->count], 0, sizeof(Node));
    return &tree->nodes[tree->count++];
}

/* Breadth first, so the children of a node lie side by side. word_nodes: tree node of each word. */
static int grow_tree(const Sorted *s, const uint32_t *values, Tree *tree, uint32_t *word_nodes)
{
    if (!add_node(tree))
        return -1;
    tree->nodes[0].last = s->count;
    for (uint32_t k = 0; k < tree->count; k++) {
        Node parent = tree->nodes[k];
        uint32_t i = parent.first;
        for (; i < parent.last && word_length(s, s->order[i]) == parent.depth; i++) {
            tree->nodes[k].value = values[s->order[i]];
            word_nodes[s->order[i]] = k;
        }
        tree->nodes[k].children = tree->count;
        while (i < parent.last) {
            uint32_t code = word_code(s, s->order[i], parent.depth), first = i;
            while (i < parent.last && word_code(s, s->order[i], parent.depth) == code)
                i++;
            Node *child = add_node(tree);
            if (!child)
                return -1;
            child->first = first;
            child->last = i;
            child->depth = parent.depth + 1;
            child->label = (uint16_t)code;
            tree->nodes[k].n_children++;
        }
        if (tree->count > MAX_UNITS)
            return -2;
    }
    return 0;
}

/* Slots of the double array, as sets of bits: 64 places are tried at a time. Slot 0 is the root's. */
typedef struct {
    uint64_t *free;  /* slots; also those after the last one in use, for SPARE_SLOTS or more */
    uint64_t *taken; /* bases in use */
    uint32_t used;   /* highest slot in use + 1 */
    size_t words;    /* of either set */
    size_t free_capacity, taken_capacity;
} Slots;

/* find_base reads no further than two labels and a word after the last slot in use, and looks back that many slots for
 * gaps in which other nodes did not fit. */
enum { SPARE_SLOTS = 3 << 16, LOOK_BACK = 1024 };

static int grow_slots(Slots *slots, uint32_t used)
{
    size_t words = ((size_t)used + SPARE_SLOTS) / 64 + 1, old = slots->words;
    if (used > MAX_UNITS)
        return -2;
    if (words <= old)
        return 0;
    words += old; /* doubles, or more */
    if (!reserve(&slots->free, &slots->free_capacity, words, sizeof *slots->free)
        || !reserve(&slots->taken, &slots->taken_capacity, words, sizeof *slots->taken))
        return -1;
    memset(slots->free + old, 0xFF, (words - old) * sizeof *slots->free);
    memset(slots->taken + old, 0, (words - old) * sizeof *slots->taken);
    slots->words = words;
    return 0;
}

static void claim(Slots *slots, uint32_t slot)
{
    slots->free[slot / 64] &= ~((uint64_t)1 << slot % 64);
    if (slot >= slots->used)
        slots->used = slot + 1;
}

/* 64 bits from any one on. */
static uint64_t bits_from(const uint64_t *bits, uint32_t first)
{
    uint32_t shift = first % 64;
    const uint64_t *word = bits + first / 64;
    return shift ? word[0] >> shift | word[1] << (64 - shift) : word[0];
}

/* The first base where the children fit, with their first one at or after slot *from, which follows. */
static uint32_t find_base(const Slots *slots, const Node *children, uint32_t n, uint32_t *from)
{
    uint32_t first = children[0].label, slot = *from > first ? *from : first + 1u;
    for (;; slot += 64) {
        uint32_t base = slot - first;
        uint64_t fits = bits_from(slots->free, slot) & ~bits_from(slots->taken, base);
        for (uint32_t k = 1; k < n && fits; k++)
            fits &= bits_from(slots->free, base + children[k].label);
        if (!fits)
            continue;
        for (; !(fits & 1); fits >>= 1)
            slot++;
        if (slot > *from + LOOK_BACK)
            *from = slot - LOOK_BACK;
        return slot - first;
    }
}

/* An item that placing_order sorts: a node of the tree and its rank. */
typedef struct {
    uint64_t rank;
    uint32_t node;
} Ranked;

static int by_rank(const void *left, const void *right)
{
    const Ranked *a = left, *b = right;
    if (a->rank != b->rank)
        return a->rank < b->rank ? -1 : 1;
    return a->node < b->node ? -1 : a->node > b->node;
}

/* Nodes that have children: those with most first, then those with the least value. */
static Ranked *placing_order(Tree *tree, uint32_t *count)
{
    Ranked *order = malloc((size_t)tree->count * sizeof *order);
    *count = 0;
    for (uint32_t k = tree->count; order && k-- > 0;) {
        Node *node = &tree->nodes[k];
        node->least = node->value ? node->value & COST_MASK : UINT32_MAX;
        for (uint32_t i = 0; i < node->n_children; i++)
            if (tree->nodes[node->children + i].least < node->least)
                node->least = tree->nodes[node->children + i].least;
        if (node->n_children)
            order[(*count)++] = (Ranked){(uint64_t)(0x10000 - node->n_children) << 32 | node->least, k};
    }
    if (order)
        qsort(order, *count, sizeof *order, by_rank);
    return order;
}

/* Gives every node of the tree its slot, and stores the bases. The slots of all codes are the root's
 * children's, so that units[code] needs no look at its label. */
static int lay_out(Tree *tree, Slots *slots, uint32_t highest_code, uint32_t *bases)
{
    uint32_t count, from = 0, width = 0;
    Ranked *order = placing_order(tree, &count);
    int status = order ? grow_slots(slots, 0x10001) : -1;
    if (!status) {
        claim(slots, 0);
        slots->taken[0] = 1;
    }
    for (uint32_t code = 1; code <= highest_code && !status; code++)
        claim(slots, code);
    for (uint32_t k = 0; k < tree->nodes[0].n_children && !status; k++)
        tree->nodes[1 + k].slot = tree->nodes[1 + k].label;
    for (uint32_t k = 0; k < count && !status; k++) {
        const Node *node = &tree->nodes[order[k].node];
        Node *children = &tree->nodes[node->children];
        if (order[k].node == 0)
            continue;
        if (node->n_children != width)
            from = 0;
        width = node->n_children;
        uint32_t base = find_base(slots, children, width, &from);
        status = grow_slots(slots, base + children[width - 1].label + 1u);
        for (uint32_t i = 0; i < width && !status; i++)
            claim(slots, children[i].slot = base + children[i].label);
        if (!status) {
            slots->taken[base / 64] |= (uint64_t)1 << base % 64;
            bases[order[k].node] = base;
        }
    }
    free(order);
    return status;
}

int trie_build(const uint16_t *codes, const uint32_t *offsets, const uint32_t *values, uint32_t n, uint64_t **units,
               uint32_t *n_units, uint32_t *nodes)
{
    Sorted sorted = {codes, offsets, malloc(((size_t)n + 1) * sizeof(uint32_t)), n};
    uint32_t *spare = malloc(((size_t)n + 1) * sizeof *spare), *bases = NULL;
    Tree tree = {0};
    Slots slots = {0};
    int status = sorted.order && spare ? 0 : -1;
    if (!status) {
        for (uint32_t k = 0; k < n; k++)
            sorted.order[k] = k;
        sort_words(&sorted, sorted.order, spare, n);
        status = grow_tree(&sorted, values, &tree, nodes);
    }
    uint32_t highest_code = 0;
    for (uint32_t i = 0; i < offsets[n]; i++)
        highest_code = codes[i] > highest_code ? codes[i] : highest_code;
    if (!status)
        status = (bases = calloc(tree.count, sizeof *bases)) ? lay_out(&tree, &slots, highest_code, bases) : -1;
    if (!status) {
        *n_units = slots.used;
        status = (*units = calloc(slots.used, sizeof **units)) ? 0 : -1;
    }
    for (uint32_t k = 0; k < tree.count && !status; k++) {
        const Node *node = &tree.nodes[k];
        (*units)[node->slot] = (uint64_t)node->value << 40 | (uint64_t)bases[k] << 16 | node->label;
    }
    for (uint32_t k = 0; k < n && !status; k++)
        nodes[k] = tree.nodes[nodes[k]].slot;
    free(sorted.order);
    free(spare);
    free(bases);
    free(tree.nodes);
    free(slots.free);
    free(slots.taken);
    return status;
}
