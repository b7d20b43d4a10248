/* tagger_constraints.c - what binds the path of a tagger: flags of positions, and bonuses of words.
 *
 * Flags come from patterns and from forced words of the user, as in the lattice. Each other word of the user is
 * listed where it occurs: a preferred word with its bonus, a blocked one with BLOCKED. */
#include "tagger_constraints.h"

#include <stdlib.h>
#include <string.h>

static void append_bonus(Block *block, Bonuses *bonuses, size_t start, size_t end, int32_t bonus)
{
    if (!reserve(&bonuses->items, &bonuses->capacity, bonuses->count + 1, sizeof(Bonus))) {
        block->failed = 1;
        return;
    }
    bonuses->items[bonuses->count++] = (Bonus){(uint32_t)start, (uint32_t)end, bonus};
}

/* The flags inside a stretch of text that grows at its end. */
typedef struct {
    size_t start, end;
    int has_hard, has_open;
} Inside;

static void grow_inside(const Block *block, Inside *inside, size_t end)
{
    for (; inside->end < end && !inside->has_hard; inside->end++) {
        uint8_t flags = inside->end > inside->start ? block_flag(block, inside->end) : NO_BOUNDARY;
        inside->has_hard = (flags & HARD_BOUNDARY) != 0;
        inside->has_open |= !(flags & NO_BOUNDARY);
    }
}

/* A word gets its bonus where its ends are open and no hard boundary lies inside; it can be blocked
 * where a boundary inside is possible. One character is the last resort: it cannot be blocked. */
static int can_apply(const Block *block, const Inside *inside, size_t end, int is_blocked)
{
    return !((block_flag(block, inside->start) | block_flag(block, end)) & NO_BOUNDARY) && !inside->has_hard
        && (inside->has_open || !is_blocked);
}

static int by_end(const void *left, const void *right)
{
    const Bonus *a = left, *b = right;
    if (a->end != b->end)
        return a->end < b->end ? -1 : 1;
    if (a->start != b->start)
        return a->start < b->start ? -1 : 1;
    return a->bonus < b->bonus ? -1 : a->bonus > b->bonus;
}

static void add_bonus(Block *block, Bonuses *bonuses, size_t *reach, Inside *inside, size_t end, int32_t bonus)
{
    if (end > *reach)
        *reach = end;
    grow_inside(block, inside, end);
    if (can_apply(block, inside, end, bonus == BLOCKED))
        append_bonus(block, bonuses, inside->start, end, bonus);
}

/* Does a longer word that the tagger knows hold or cross text[start:end]? */
static int is_in_longer(const Tagger *tagger, const Input *input, size_t start, size_t end)
{
    const Trie *trie = &tagger->trie;
    size_t first = start < LONGEST_MATCH ? 0 : start - LONGEST_MATCH + 1;
    for (size_t i = end - start < LONGEST_MATCH ? first : end; i < end; i++) {
        uint32_t base = 0;
        for (size_t j = i; j < input->length && j < i + LONGEST_MATCH; j++) {
            uint32_t node = trie_child(trie, base, trie_code(trie, input->text[j]));
            if (node == 0)
                break;
            if (j + 1 - i > end - start && j >= start && class_of(tagger->profiles, trie->units[node]))
                return 1;
            base = UNIT_BASE(trie->units[node]);
            if (base == 0)
                break;
        }
    }
    return 0;
}

static int32_t bonus_of(const Tagger *tagger, int64_t gain)
{
    return gain <= 0 ? 0 : (int32_t)((gain < GAIN_LIMIT ? gain : GAIN_LIMIT) * tagger->nat / COST_SCALE);
}

static int32_t bonus_of_word(const Tagger *tagger, const Input *input, uint32_t entry, size_t start, size_t end)
{
    int64_t gain = input->overlay->gains[entry];
    if (gain == NO_GAIN)
        return 0;
    gain *= GAIN_WEIGHT;
    if (end - start > 1) {
        int64_t push = GAIN_WORD + (int64_t)GAIN_CHARACTER * (int64_t)(end - start - 2);
        gain += is_in_longer(tagger, input, start, end) ? push / GAIN_DIVISOR : push;
    }
    return bonus_of(tagger, gain);
}

/* Everything the user wants of words that begin at `start`. */
static void collect(Block *block, const Tagger *tagger, size_t start, size_t *reach, Bonuses *bonuses)
{
    const Trie *trie = &block->input.overlay->trie;
    Inside inside = {start, start, 0, 0};
    uint32_t base = 0;
    for (size_t j = start, stop = walk_end(block, trie, start); j < stop; j++) {
        uint32_t node = trie_child(trie, base, block->user_codes[j - block->begin]);
        if (node == 0)
            break;
        uint32_t value = UNIT_VALUE(trie->units[node]);
        if (value && value <= block->input.overlay->n_entries) {
            uint32_t mode = block->input.overlay->modes[value - 1] & MODE_MASK;
            int is_word = mode == MODE_PREFER || mode == MODE_FORCE;
            add_bonus(block, bonuses, reach, &inside, j + 1,
                      is_word ? bonus_of_word(tagger, &block->input, value - 1, start, j + 1) : BLOCKED);
        }
        base = UNIT_BASE(trie->units[node]);
        if (base == 0)
            break;
    }
}

size_t tagger_constrain(Block *block, const Tagger *tagger, size_t begin, size_t end, uint8_t carried, Bonuses *bonuses)
{
    bonuses->count = 0;
    if (block_constrain(block, begin, end))
        return begin;
    block->flags[0] |= carried;
    size_t cut = begin, reach = begin, extra = 0, span = block_first_span(block, begin);
    if (!block->input.overlay && !block->input.n_spans) { /* patterns only */
        for (; extra < block->n_extras; extra++) {
            const Edge *edge = &block->extras[extra];
            cut = edge->start >= reach ? edge->start : cut;
            reach = edge->end > reach ? edge->end : reach;
        }
        return reach <= end ? end : cut;
    }
    for (size_t i = begin; i < end && !block->failed; i++) {
        if (must_stop_at(block->input.watch, i))
            block->failed = 1;
        if (reach <= i)
            cut = i;
        for (; extra < block->n_extras && block->extras[extra].start == i; extra++)
            if (block->extras[extra].end > reach)
                reach = block->extras[extra].end;
        if (block->input.overlay)
            collect(block, tagger, i, &reach, bonuses);
        for (; span < block->input.n_spans && block->input.spans[span].start == i; span++) {
            Inside inside = {i, i, 0, 0};
            if (block->input.spans[span].mode != MODE_FORCE)
                add_bonus(block, bonuses, &reach, &inside, block->input.spans[span].end,
                          bonus_of(tagger, GAIN_EXPRESSION));
            else if (block->input.spans[span].end > reach)
                reach = block->input.spans[span].end;
        }
    }
    if (reach <= end)
        cut = end;
    size_t kept = 0;
    for (size_t k = 0; k < bonuses->count; k++)
        if (bonuses->items[k].end <= cut)
            bonuses->items[kept++] = bonuses->items[k];
    bonuses->count = kept;
    if (kept)
        qsort(bonuses->items, kept, sizeof(Bonus), by_end);
    return cut;
}

int tagger_constraints(const Tagger *tagger, const Input *input, uint8_t *flags, Bonuses *bonuses)
{
    size_t length = input->length;
    Block block;
    block_init(&block, input);
    block.for_tagger = 1;
    block.binding = tagger->binding;
    memset(flags, 0, length + 1);
    tagger_constrain(&block, tagger, 0, length, 0, bonuses);
    for (size_t i = 0; i <= length && !block.failed; i++) {
        flags[i] = block_flag(&block, i) & (uint8_t)~GLUED;
        if (flags[i] & HARD_BOUNDARY)
            flags[i] = HARD_BOUNDARY;
    }
    int status = block.failed ? -1 : 0;
    block_free(&block);
    return status;
}
