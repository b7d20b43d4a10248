/* kernel.h - the data structures of the C kernel and the functions between its files.
 *
 * The kernel has six parts, none of which knows Python or keeps global state:
 *   trie.c      the double-array trie over folded code points (lookup is inline, below)
 *   scanner.c   the deterministic automaton that finds patterns (numbers, dates, URLs, runs)
 *   lattice.c   candidate words of a text block: lexicon, user lexicon, patterns, constraints
 *   decode.c    choosing a path: maximum matching, unigram and bigram Viterbi
 *   tagger*.c   choosing tags of characters instead, under the lattice's constraints (tagger.h)
 *   unknown.c   words that no lexicon has, proposed to the lattice by a tagger
 * module.c is the only door to Python. reference.py does the same in Python and is its oracle.
 *
 * Costs are integers: -ln p in units of 1/4096 nat. So C and Python agree to the last bit.
 */
#ifndef CNLP_KERNEL_H
#define CNLP_KERNEL_H

#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>

#if defined(__GNUC__) || defined(__clang__)
#define ALWAYS_INLINE static inline __attribute__((always_inline))
#define PREFETCH(address) __builtin_prefetch(address)
#else
#define ALWAYS_INLINE static inline
#define PREFETCH(address) ((void)(address))
#endif

/* Makes room for `size` items of the array; returns 0 without memory. */
static inline int reserve(void **items, size_t *capacity, size_t size, size_t item_size)
{
    if (size <= *capacity)
        return 1;
    size_t target = *capacity ? *capacity * 2 : 64;
    while (target < size)
        target *= 2;
    void *more = realloc(*items, target * item_size);
    if (!more)
        return 0;
    *items = more;
    *capacity = target;
    return 1;
}

#define CODE_POINT_PAGES 4352 /* 0x110000 / 256 */
#define INFINITE_COST INT64_MAX
#define BONUS_STEP 256        /* one step of a bigram bonus: 1/16 nat */
#define PAIR_BUCKET 8              /* entries that are looked at together */
#define PAIR_LEFT_MULTIPLIER 0x9E3779B97F4A7C15u /* multipliers of a pair's hash */
#define PAIR_RIGHT_MULTIPLIER 0xC2B2AE3D27D4EB4Fu

/* Double-array trie.
 *
 *   code point --pages/codes--> code (folded; 0: in no word) --units--> next node
 *
 *   unit:  63       40 39       16 15        0
 *         |   value   |   base    |   label   |
 *
 * The child of a node by code c is units[base + c] if its label is c. No two nodes share a base,
 * so the label alone proves the parent. base 0: a leaf. value 0: no word ends here. Node 0 is
 * the root, its base is 0 as well: units[c] is its child by code c, or 0; no other node lies there.
 * The pages and codes belong to the trie: they hold its alphabet and its folding. */
typedef struct {
    const uint16_t *pages; /* [CODE_POINT_PAGES], each < n_pages */
    const uint16_t *codes; /* [n_pages * 256] */
    const uint64_t *units; /* [n_units] */
    uint32_t n_units;
    uint32_t max_length;   /* code points of the longest word */
} Trie;

#define UNIT_LABEL(unit) ((uint32_t)((unit) & 0xFFFF))
#define UNIT_BASE(unit) ((uint32_t)((unit) >> 16) & 0xFFFFFF)
#define UNIT_VALUE(unit) ((uint32_t)((unit) >> 40))

/* The value of a word of a model: its cost + 1, and whether the bigram table has a pair with it on
 * the left, on the right. */
enum { COST_MASK = 0x3FFFFF, PAIRS_LEFT = 1 << 22, PAIRS_RIGHT = 1 << 23 };
#define WORD_COST(unit) ((int32_t)(UNIT_VALUE(unit) & COST_MASK) - 1)

static inline uint32_t trie_code(const Trie *trie, uint32_t code_point)
{
    return trie->codes[(uint32_t)trie->pages[code_point >> 8] << 8 | (code_point & 255)];
}

/* The child of the node with this base by this code; 0 if there is none. */
static inline uint32_t trie_child(const Trie *trie, uint32_t base, uint32_t code)
{
    uint32_t node = base + code;
    if (code == 0 || node >= trie->n_units || UNIT_LABEL(trie->units[node]) != code)
        return 0;
    return node;
}

/* The node at which these code points end, 0 if the trie does not hold them as a path. */
uint32_t trie_find(const Trie *trie, const uint32_t *text, size_t length);

/* Builds the units for n words given as code sequences: word k is
 * codes[offsets[k] .. offsets[k + 1]). values[k] in 1 .. 2^24 - 1. Nodes are returned per word.
 * Returns 0, or -1 without memory, -2 when the trie would need more than 2^24 units. */
int trie_build(const uint16_t *codes, const uint32_t *offsets, const uint32_t *values, uint32_t n,
               uint64_t **units, uint32_t *n_units, uint32_t *nodes);

/* Pattern scanner: see cnlp/text/tables.py for the tables and the exact rule. */
typedef struct {
    const uint16_t *category_pages; /* [CODE_POINT_PAGES] */
    const uint8_t *categories;      /* [n_pages * 256] */
    const uint8_t *point_flags;     /* [n_pages * 256]: flags of the category */
    const uint16_t *transitions;    /* [n_states * n_categories] */
    const uint8_t *accepts;         /* [n_states]: 0 or pattern + 1 */
    const uint8_t *pattern_flags;   /* [n_patterns] */
    uint32_t n_categories, n_states, n_patterns;
} Scanner;

/* Flags of categories, flags of patterns, and constants of the rule in cnlp/text/tables.py. */
enum { STARTS_ATOMIC = 1, STARTS_SOFT = 2, IS_ALNUM = 4, IS_SPACE = 8, EXTENDS = 16, SYLLABLE = 64, IN_RUN = 224 };
enum { IS_ATOMIC = 1, TAKES_MARKS = 2, IS_ISOLATED = 4 };
enum { LOOKAHEAD = 142, START = 1, START_AFTER_ALNUM = 2 };

static inline uint32_t scanner_category(const Scanner *scanner, uint32_t code_point)
{
    return scanner->categories[(uint32_t)scanner->category_pages[code_point >> 8] << 8
                               | (code_point & 255)];
}

static inline uint32_t scanner_flags(const Scanner *scanner, uint32_t code_point)
{
    return scanner->point_flags[(uint32_t)scanner->category_pages[code_point >> 8] << 8
                                | (code_point & 255)];
}

/* Can a match begin with `here`, or two characters of a match with `here` and `next`? Sorts out the
 * punctuation marks, which begin a match only when they are repeated. */
static inline int scanner_can_start(const Scanner *scanner, uint32_t before, uint32_t here,
                                    uint32_t next)
{
    const uint16_t *row = scanner->transitions
                        + (before & IS_ALNUM ? START_AFTER_ALNUM : START) * scanner->n_categories;
    uint32_t state = row[scanner_category(scanner, here)];
    return scanner->accepts[state]
        || scanner->transitions[state * scanner->n_categories + scanner_category(scanner, next)];
}

/* Do both characters belong to one run? */
static inline int is_same_run(uint32_t before, uint32_t here)
{
    return (here & IN_RUN) && !((before ^ here) & IN_RUN);
}

typedef struct {
    size_t end;       /* 0: no match */
    uint32_t pattern;
} Match;

/* The longest atomic and the longest soft match that begin at text[start]; `before` are the flags of
 * the character before it. */
void scanner_match(const Scanner *scanner, const uint32_t *text, size_t length, size_t start,
                   uint32_t before, int soft_allowed, Match *atomic, Match *soft);

/* User lexicon laid over a base: word k of its trie has value k + 1. */
enum { MODE_PREFER, MODE_FORCE, MODE_SPLIT, MODE_BLOCK, MODE_MASK = 3, MODE_PARTIAL = 4 };

typedef struct {
    Trie trie;
    uint32_t n_entries;
    const uint8_t *modes;      /* [n_entries] */
    const int32_t *costs;      /* [n_entries] */
    const uint32_t *ids;       /* [n_entries]: identity in the bigram model */
    const uint32_t *pieces;    /* lengths in code points, of all split entries in turn */
    const uint32_t *pieces_at; /* [n_entries + 1]: where an entry's pieces begin */
    int has_constraints;       /* any force, split or partial entry */
    int has_blocks;            /* any block or split entry */
} Overlay;

/* A stretch the caller matched himself (a user's regular expression), or, with MODE_TAGGER, a word
 * that a tagger proposes. */
enum { MODE_TAGGER = 8 };
typedef struct {
    uint32_t start, end, mode;
    int32_t cost;
} Span;

/* Everything a decoder shares between threads; nothing in it ever changes. */
typedef struct {
    Scanner scanner;
    Trie trie;
    const int32_t *class_costs; /* [1 + n_patterns]: unknown character, then each pattern */
    const uint32_t *bigrams;    /* [n_buckets * PAIR_BUCKET]: fingerprint << 8 | bonus; 0: empty */
    uint32_t n_buckets;
    int32_t word_cost;          /* what a word costs besides, where bigrams count */
    int use_patterns;
} Model;

/* A candidate word. id: node of the trie, or n_units + class. */
typedef struct {
    uint32_t start, end, id;
    int32_t cost;
    uint32_t source;
} Edge;

enum { SOURCE_LEXICON, SOURCE_USER, SOURCE_PATTERN, SOURCE_CHARACTER, SOURCE_TAGGER, SOURCE_HIDDEN };

/* Flags of a position between two characters. HAS_EXTRA: an extra edge begins here. EDGE: beside a
 * pattern that is never part of a word; to taggers a boundary, to lattices, whose words someone listed,
 * nothing. GLUED: inside a run of kana or of hangul, for taggers; the user's words reopen it. */
enum { NO_BOUNDARY = 1, HARD_BOUNDARY = 2, HAS_EXTRA = 4, EDGE = 8, GLUED = 16 };

/* One block of a text, ready for its candidates to be listed. Positions are absolute in the text;
 * arrays are indexed from `begin`. */
#define SMALL_BLOCK 128 /* characters that need no allocation */

typedef struct {
    const Model *model;
    const Overlay *overlay; /* may be NULL */
    const uint32_t *text;
    size_t length;          /* of the whole text */
    const Span *spans;
    size_t n_spans, longest_span;
    size_t begin, end;      /* the block; edges may reach beyond its end */
    size_t capacity;        /* characters the arrays have room for */
    uint32_t *second;       /* node after two characters from here, 0 if there is none */
    uint16_t *codes;        /* trie codes of text[begin .. end + max_length) */
    uint16_t *user_codes;   /* these three in one allocation, at second */
    uint8_t *flags;         /* of positions begin .. flags_end - 1 */
    size_t flags_end, flags_capacity;
    Edge *extras;           /* patterns, forced words: sorted by start */
    size_t n_extras, extras_capacity;
    Edge *scratch;          /* candidates of one start, where there is an overlay */
    size_t scratch_capacity;
    int for_tagger;         /* it needs no proposals of words; runs of kana and of hangul stay whole */
    int has_glued;
    int isolated_only;      /* other patterns bind nothing: a tagger follows its standard */
    int failed;             /* out of memory */
    uint32_t small_codes[2 * SMALL_BLOCK];
    uint8_t small_flags[SMALL_BLOCK];
} Block;

void block_init(Block *block, const Model *model, const Overlay *overlay, const uint32_t *text,
                size_t length, const Span *spans, size_t n_spans);
void block_free(Block *block);
/* Prepares text[begin .. end): codes, patterns, constraints. Returns -1 without memory. */
int block_load(Block *block, size_t begin, size_t end);
/* The same without the base's codes: flags and extras. For taggers, who list no candidates. */
int block_constrain(Block *block, size_t begin, size_t end);
/* All candidates that begin at `start` into block->scratch: the user's words, the base's that these do
 * not hide, the extras from index `extra` on. Returns how many. */
size_t block_candidates(Block *block, size_t start, size_t extra);
/* The first of the caller's spans (sorted by start) that begins at or after the position. */
size_t block_first_span(const Block *block, size_t position);

static inline int is_open(const Block *block, size_t position)
{
    return position >= block->flags_end
        || !(block->flags[position - block->begin] & NO_BOUNDARY);
}

/* Where a walk from `start` must stop: behind the trie's longest word, or the text. */
static inline size_t walk_end(const Block *block, const Trie *trie, size_t start)
{
    size_t end = start + trie->max_length;
    return end < block->length ? end : block->length;
}

typedef void (*Visit)(void *state, size_t start, size_t end, uint32_t id, int32_t cost,
                      uint32_t source);

/* What the walk over a loaded block reads, as values: unlike a Block's, these fields cannot change
 * behind the compiler's back, so they stay in registers. Arrays are indexed by absolute positions. */
typedef struct {
    const uint64_t *units;
    const uint16_t *codes;
    const uint32_t *second;
    const uint8_t *flags;
    const Edge *extras;
    size_t n_extras, flags_end, length;
    uint32_t n_units, max_length;
    int32_t unknown_cost;
    int has_overlay;
} View;

static inline View view_of(const Block *block)
{
    const Trie *trie = &block->model->trie;
    return (View){.units = trie->units,
                  .codes = block->codes - block->begin,
                  .second = block->second - block->begin,
                  .flags = block->flags - block->begin,
                  .extras = block->extras,
                  .n_extras = block->n_extras,
                  .flags_end = block->flags_end,
                  .length = block->length,
                  .n_units = trie->n_units,
                  .max_length = trie->max_length,
                  .unknown_cost = block->model->class_costs[0],
                  .has_overlay = block->overlay != NULL};
}

static inline int is_boundary(const View *view, size_t position)
{
    return position >= view->flags_end || !(view->flags[position] & NO_BOUNDARY);
}

/* The edges of the base lexicon, and the single character where it has no word for it. Most positions
 * need no more than this. Returns the furthest end. */
ALWAYS_INLINE size_t visit_words(const View view, size_t start, size_t limit, Visit visit, void *state)
{
    const uint8_t *flags = view.flags + start;
    size_t reach = start + 1;
    uint32_t code = view.codes[start];
    uint64_t unit = view.units[code]; /* the root's child, or nothing */
    if (!(flags[1] & NO_BOUNDARY)) {
        if (UNIT_VALUE(unit))
            visit(state, start, start + 1, code, WORD_COST(unit), SOURCE_LEXICON);
        else
            visit(state, start, start + 1, view.n_units, view.unknown_cost, SOURCE_CHARACTER);
    }
    uint32_t node = view.second[start];
    if (node == 0)
        return reach;
    unit = view.units[node];
    if (UNIT_VALUE(unit) && !(flags[2] & NO_BOUNDARY) && start + 2 <= limit) {
        reach = start + 2;
        visit(state, start, start + 2, node, WORD_COST(unit), SOURCE_LEXICON);
    }
    size_t stop = start + view.max_length < view.length ? start + view.max_length : view.length;
    for (size_t j = start + 2; UNIT_BASE(unit) && j < stop;) {
        code = view.codes[j++];
        node = UNIT_BASE(unit) + code;
        if (code == 0 || node >= view.n_units || UNIT_LABEL(unit = view.units[node]) != code)
            break;
        if (UNIT_VALUE(unit) && !(view.flags[j] & NO_BOUNDARY) && j <= limit) {
            reach = j;
            visit(state, start, j, node, WORD_COST(unit), SOURCE_LEXICON);
        }
    }
    return reach;
}

/* The same with the user's words, patterns and forced words. */
ALWAYS_INLINE size_t visit_candidates(const View view, Block *block, size_t start, size_t extra,
                                      size_t limit, Visit visit, void *state)
{
    size_t reach = start + 1, count = block_candidates(block, start, extra);
    int open = is_boundary(&view, start), has_single = 0;
    for (size_t k = 0; k < count; k++) {
        const Edge *edge = &block->scratch[k];
        int permitted = open && edge->end <= limit && is_boundary(&view, edge->end);
        if (edge->end > reach && (permitted || edge->source != SOURCE_LEXICON))
            reach = edge->end;
        if (!permitted || edge->source == SOURCE_HIDDEN)
            continue;
        has_single |= edge->end == start + 1;
        visit(state, start, edge->end, edge->id, edge->cost, edge->source);
    }
    if (open && !has_single && is_boundary(&view, start + 1))
        visit(state, start, start + 1, view.n_units, view.unknown_cost, SOURCE_CHARACTER);
    return reach;
}

/* Calls visit(state, ...) for each permitted edge that begins at `start`. `extra` is the index of the
 * first of the extras with that start, `limit` the next hard boundary. Returns the furthest end of
 * the permitted edges, the user's words and the extras. Inlined, so that each decoder gets a loop
 * of its own and no edge need be stored that is looked at once. */
ALWAYS_INLINE size_t visit_edges(const View view, Block *block, size_t start, size_t extra,
                                 size_t limit, Visit visit, void *state)
{
    if (view.has_overlay || (view.flags[start] & (HAS_EXTRA | NO_BOUNDARY)))
        return visit_candidates(view, block, start, extra, limit, visit, state);
    return visit_words(view, start, limit, visit, state);
}

/* The chosen words, in order: where each ends, and what proposed it. */
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

void words_free(Words *words);

enum { FORWARD, BACKWARD, BIDIRECTIONAL, UNIGRAM, BIGRAM, TAGGER, N_ALGORITHMS };

/* Appends the chosen words. Returns -1 without memory. */
int decode(const Model *model, const Overlay *overlay, const uint32_t *text, size_t length,
           const Span *spans, size_t n_spans, int algorithm, Words *words);
typedef struct {
    Edge *items;
    size_t count, capacity;
    int failed;
} Edges;

/* All permitted edges of the text, by start. Returns -1 without memory. */
int lattice(Block *block, Edges *edges);
/* What the bigram table takes off the cost of word `right` after word `left`. */
int32_t bigram_bonus(const Model *model, uint32_t left, uint32_t right);

#endif
