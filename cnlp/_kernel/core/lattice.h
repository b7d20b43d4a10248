/* lattice.h - the candidate words of a block of text, and the walk over them.
 *
 *     position    0     1     2     3     4          a candidate is an edge between two positions
 *     characters    南    京    市    长
 *                 |-----------|     |                flags of positions say where words may begin and end
 *                 |-----------------|
 *
 * A block holds what is needed to list the candidates that begin in it: codes of its characters, flags of its
 * positions, and `extras`, the candidates that are not found by a walk through a trie. They are listed position by
 * position, by visit_edges(), which calls the decoder for each and stores none. */
#ifndef CNLP_LATTICE_H
#define CNLP_LATTICE_H

#include "compiler.h"
#include "model.h"
#include "words.h"

/* A candidate word. id: node of the trie, or n_units + class. */
typedef struct {
    uint32_t start, end, id;
    int32_t cost;
    uint32_t source;
} Edge;

/* Flags of a position between two characters. HAS_EXTRA: an extra edge begins here. EDGE: beside a
 * pattern that is never part of a word; to taggers a boundary, to lattices, whose words someone listed,
 * nothing. GLUED: inside a run of kana or of hangul, for taggers, or in a
 * word of letters and Han characters; words of the user reopen it. */
enum { NO_BOUNDARY = 1, HARD_BOUNDARY = 2, HAS_EXTRA = 4, EDGE = 8, GLUED = 16 };

/* One block of a text, ready for its candidates to be listed. Positions are absolute in the text;
 * arrays are indexed from `begin`. */
typedef struct {
    Input input; /* the whole text */
    size_t longest_span;
    size_t begin, end;    /* the block; edges may reach beyond its end */
    size_t capacity;      /* characters the arrays have room for */
    uint32_t *second;     /* node after two characters from here, 0 if there is none */
    uint16_t *codes;      /* trie codes of text[begin .. end + max_length) */
    uint16_t *user_codes; /* these three in one allocation, at second */
    uint8_t *flags;       /* of positions begin .. flags_end - 1 */
    size_t flags_end, flags_capacity;
    Edge *extras; /* patterns, forced words: sorted by start */
    size_t n_extras, extras_capacity;
    Edge *scratch; /* candidates of one start, where there is an overlay */
    size_t scratch_capacity;
    int for_tagger; /* it needs no proposals of words; runs of kana and of hangul stay whole */
    int has_glued;
    uint32_t binding; /* flags of patterns, one of which makes a match bind: a tagger follows its standard */
    int failed;       /* out of memory, or stopped */
    uint32_t small_codes[2 * SMALL_BLOCK];
    uint8_t small_flags[SMALL_BLOCK];
} Block;

void block_init(Block *block, const Input *input);
void block_free(Block *block);
/* Prepares text[begin .. end): codes, patterns, constraints. Returns -1 without memory. */
int block_load(Block *block, size_t begin, size_t end);
/* The same without the base's codes: flags and extras. For taggers, who list no candidates. */
int block_constrain(Block *block, size_t begin, size_t end);
/* All candidates that begin at `start` into block->scratch: words of the user, words of the base that these do
 * not hide, the extras from index `extra` on. Returns how many. */
size_t block_candidates(Block *block, size_t start, size_t extra);
/* Does the user lexicon say that text[start:end] is never a word? */
int is_blocked(const Block *block, size_t start, size_t end);
/* The first of the caller's spans (sorted by start) that begins at or after the position. */
size_t block_first_span(const Block *block, size_t position);

static inline int is_open(const Block *block, size_t position)
{
    return position >= block->flags_end || !(block->flags[position - block->begin] & NO_BOUNDARY);
}

/* Where a walk from `start` must stop: after the trie's longest word, or the text. */
static inline size_t walk_end(const Block *block, const Trie *trie, size_t start)
{
    size_t end = start + trie->max_length;
    return end < block->input.length ? end : block->input.length;
}

typedef void (*Visit)(void *state, size_t start, size_t end, uint32_t id, int32_t cost, uint32_t source);

/* What the walk over a loaded block reads, as values: unlike a Block's, these fields cannot change
 * without the compiler's knowledge, so they stay in registers. Arrays are indexed by absolute positions. */
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
    const Trie *trie = &block->input.model->trie;
    return (View){.units = trie->units,
                  .codes = block->codes - block->begin,
                  .second = block->second - block->begin,
                  .flags = block->flags - block->begin,
                  .extras = block->extras,
                  .n_extras = block->n_extras,
                  .flags_end = block->flags_end,
                  .length = block->input.length,
                  .n_units = trie->n_units,
                  .max_length = trie->max_length,
                  .unknown_cost = block->input.model->class_costs[0],
                  .has_overlay = block->input.overlay != NULL};
}

static inline int is_boundary(const View *view, size_t position)
{
    return position >= view->flags_end || !(view->flags[position] & NO_BOUNDARY);
}

/* The edges of the base lexicon, and the single character where it is not a word. Most positions
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

/* The same with words of the user, patterns and forced words. */
ALWAYS_INLINE size_t visit_candidates(const View view, Block *block, size_t start, size_t extra, size_t limit,
                                      Visit visit, void *state)
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
 * the permitted edges, words of the user and the extras. Inlined, so that each decoder gets a loop
 * of its own and no edge need be stored that is looked at once. */
ALWAYS_INLINE size_t visit_edges(const View view, Block *block, size_t start, size_t extra, size_t limit, Visit visit,
                                 void *state)
{
    if (view.has_overlay || (view.flags[start] & (HAS_EXTRA | NO_BOUNDARY)))
        return visit_candidates(view, block, start, extra, limit, visit, state);
    return visit_words(view, start, limit, visit, state);
}

#endif
