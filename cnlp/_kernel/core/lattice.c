/* lattice.c - the candidate words of a block of text.
 *
 * A block is loaded in four steps:
 *   1. trie codes of its characters, for the base lexicon and for the user lexicon;
 *   2. patterns: an atomic match forbids the boundaries inside it (NO_BOUNDARY) and is an edge,
 *      a soft match is an edge only;
 *   3. constraints of the user lexicon: partial entries reopen boundaries inside atomic matches;
 *      force and split entries, the longest first, then the leftmost, fix their boundaries
 *      (HARD_BOUNDARY) and forbid those inside;
 *   4. pieces of reopened atomic matches become edges.
 * An edge [i, j) is permitted if neither i nor j is forbidden and no hard boundary lies inside.
 * Every permitted boundary has a permitted edge that begins there: the last resort is the single
 * character, so a path always exists.
 *
 * Edges may end beyond the block: the block knows all candidates that begin in it. A position that
 * no candidate crosses splits the text exactly, which is what decode.c cuts long texts by. */
#include "lattice.h"

#include "letter_words.h"

#include <stdlib.h>
#include <string.h>

void block_init(Block *block, const Input *input)
{
    memset(block, 0, offsetof(Block, small_codes));
    block->input = *input;
    for (size_t k = 0; k < input->n_spans; k++)
        if (input->spans[k].end - input->spans[k].start > block->longest_span)
            block->longest_span = input->spans[k].end - input->spans[k].start;
    block->flags = block->small_flags;
    block->flags_capacity = SMALL_BLOCK;
    block->binding = IS_ATOMIC;
}

void block_free(Block *block)
{
    if (block->second != block->small_codes)
        free(block->second);
    if (block->flags != block->small_flags)
        free(block->flags);
    free(block->extras);
    free(block->scratch);
}

static size_t max_length(const Block *block)
{
    size_t longest = block->input.model->trie.max_length;
    if (block->input.overlay && block->input.overlay->trie.max_length > longest)
        longest = block->input.overlay->trie.max_length;
    return longest + 1;
}

static uint8_t *flag(Block *block, size_t position)
{
    return block->flags + (position - block->begin);
}

/* Flags reach as far as the furthest atomic match or forced word that begins in the block. */
static int extend_flags(Block *block, size_t position)
{
    if (position < block->flags_end)
        return 1;
    size_t used = block->flags_end - block->begin, needed = position + 1 - block->begin;
    if (!reserve_beyond(block->small_flags, &block->flags, &block->flags_capacity, needed, 1)) {
        block->failed = 1;
        return 0;
    }
    memset(block->flags + used, 0, needed - used);
    block->flags_end = position + 1;
    return 1;
}

static void add_extra(Block *block, size_t start, size_t end, uint32_t id, int32_t cost, uint32_t source)
{
    if (!reserve(&block->extras, &block->extras_capacity, block->n_extras + 1, sizeof(Edge))) {
        block->failed = 1;
        return;
    }
    block->extras[block->n_extras++] = (Edge){(uint32_t)start, (uint32_t)end, id, cost, source};
}

static void add_class_edge(Block *block, size_t start, size_t end, uint32_t class_id)
{
    const Model *model = block->input.model;
    add_extra(block, start, end, model->trie.n_units + class_id, model->class_costs[class_id], SOURCE_PATTERN);
}

int is_blocked(const Block *block, size_t start, size_t end)
{
    const Overlay *overlay = block->input.overlay;
    if (!overlay || !overlay->has_blocks || end - start > overlay->trie.max_length)
        return 0;
    uint32_t node = trie_find(&overlay->trie, block->input.text + start, end - start);
    uint32_t value = node ? UNIT_VALUE(overlay->trie.units[node]) : 0;
    if (value == 0 || value > overlay->n_entries)
        return 0;
    uint32_t mode = overlay->modes[value - 1] & MODE_MASK;
    return mode == MODE_BLOCK || mode == MODE_SPLIT;
}

static void forbid_inside(Block *block, size_t start, size_t end)
{
    if (!extend_flags(block, end))
        return;
    memset(flag(block, start) + 1, NO_BOUNDARY, end - start - 1);
}

/* A run of kana or of hangul, of which a tagger of Chinese knows nothing, is kept together, and the one
 * apart from the other. `before`: flags of the character before it. */
static void glue_run(Block *block, size_t start, uint32_t before)
{
    const Scanner *scanner = &block->input.model->scanner;
    uint32_t here = scanner_flags(scanner, block->input.text[start]);
    size_t end = start + 1;
    if (is_syllable(before))
        *flag(block, start) |= EDGE;
    while (end < block->input.length && is_same_run(scanner_flags(scanner, block->input.text[end]), here))
        end++;
    if (end == start + 1 || is_blocked(block, start, end) || !extend_flags(block, end))
        return;
    memset(flag(block, start) + 1, NO_BOUNDARY | GLUED, end - start - 1);
    add_extra(block, start, end, 0, 0, SOURCE_HIDDEN);
    block->has_glued = 1;
}

/* No other candidate: a stretch that no block may divide. It can begin before extras that are there already. */
static void add_hidden(Block *block, size_t start, size_t end)
{
    add_extra(block, start, end, 0, 0, SOURCE_HIDDEN);
    for (size_t k = block->n_extras; !block->failed && --k > 0 && block->extras[k - 1].start > start;) {
        Edge hidden = block->extras[k];
        block->extras[k] = block->extras[k - 1];
        block->extras[k - 1] = hidden;
    }
}

static void mark_edges(Block *block, size_t start, size_t end)
{
    if (!block->failed) {
        *flag(block, start) |= EDGE;
        *flag(block, end) |= EDGE;
    }
}

/* Words of the user reopen boundaries inside, but none inside the letters. */
static void glue_letter_word(Block *block, Stretch word, Stretch letters)
{
    if (!extend_flags(block, word.end))
        return;
    memset(flag(block, word.start) + 1, NO_BOUNDARY | GLUED, word.end - word.start - 1);
    forbid_inside(block, letters.start, letters.end);
    add_hidden(block, word.start, word.end);
    mark_edges(block, word.start, word.end);
    block->has_glued = 1;
}

/* The first position from `i` on where a match or a run may begin: most characters, and most of their neighbours, have
 * no part in any. */
static size_t next_start(const Block *block, size_t i)
{
    const Scanner *scanner = &block->input.model->scanner;
    const uint32_t *text = block->input.text;
    const uint32_t starts = STARTS_ATOMIC | EXTENDS | (block->for_tagger ? 0 : STARTS_SOFT);
    size_t first = i, stop = block->end < block->input.length ? block->end + 1 : block->end;
    for (; i < stop; i++) {
        uint32_t flags = scanner_flags(scanner, text[i]);
        if ((flags & starts) || is_syllable(flags))
            return i > first && (flags & EXTENDS) ? i - 1 : i;
    }
    return i;
}

/* The cutting rule of cnlp/text/scanner.py: left to right, atomic matches do not overlap. */
static void load_patterns(Block *block)
{
    const Scanner scanner = block->input.model->scanner;
    const uint32_t *text = block->input.text;
    size_t begin = block->begin, length = block->input.length, floor = begin;
    for (size_t i = begin; (i = next_start(block, i)) < block->end && !block->failed;) {
        if (must_stop_at(block->input.watch, i))
            block->failed = 1;
        uint32_t before = i ? scanner_flags(&scanner, text[i - 1]) : BEFORE_TEXT;
        uint32_t here = scanner_flags(&scanner, text[i]);
        int soft_allowed = !block->for_tagger && (here & STARTS_SOFT) && !is_same_run(before, here);
        if (is_syllable(here) && block->for_tagger && !is_same_run(before, here))
            glue_run(block, i, before);
        Match atomic = {0, 0}, soft = {0, 0};
        if (scanner_may_match(&scanner, text, length, i, before, here, soft_allowed))
            scanner_match(&scanner, text, length, i, before, soft_allowed, &atomic, &soft);
        if (soft.end && !is_blocked(block, i, soft.end))
            add_class_edge(block, i, soft.end, soft.pattern + 1);
        if (!atomic.end) {
            i++;
            continue;
        }
        if (is_blocked(block, i, atomic.end)) { /* still one stretch: no block may begin inside */
            add_extra(block, i, atomic.end, 0, 0, SOURCE_HIDDEN);
        } else {
            add_class_edge(block, i, atomic.end, atomic.pattern + 1);
            uint32_t flags = scanner.pattern_flags[atomic.pattern], binding = flags & block->binding;
            int is_apart = flags & (IS_ISOLATED | IS_DECISIVE);
            if (binding)
                forbid_inside(block, i, atomic.end);
            Stretch match = {i, atomic.end}, word = {0, 0};
            if (!is_apart && (block->binding & (IS_ATOMIC | IS_DECISIVE)))
                word = letter_word(block, match, atomic.pattern, floor);
            if (word.end) {
                glue_letter_word(block, word, match);
                atomic.end = word.end;
            } else if (binding && is_apart) {
                mark_edges(block, i, atomic.end);
            }
        }
        i = floor = atomic.end;
    }
    size_t last = block->end < length ? letter_word_at_end(block, floor) : length;
    if (last < block->end)
        add_hidden(block, last, block->end + 1);
}

/* A match of a force or split entry, or of the caller. entry: index, or UINT32_MAX for a span. */
typedef struct {
    size_t start, end;
    uint32_t entry;
    int32_t cost;
} Forced;

typedef struct {
    Forced *items;
    size_t count, capacity;
} ForcedList;

static void add_forced(Block *block, ForcedList *list, Forced forced)
{
    if (!reserve(&list->items, &list->capacity, list->count + 1, sizeof(Forced))) {
        block->failed = 1;
        return;
    }
    list->items[list->count++] = forced;
}

static void reopen(Block *block, size_t position)
{
    if (position < block->flags_end && position > block->begin)
        *flag(block, position) &= (uint8_t)~NO_BOUNDARY;
}

/* An entry of this mode begins or ends here. */
static void reopen_for(Block *block, size_t position, uint32_t mode)
{
    int is_glued = position < block->flags_end && (*flag(block, position) & GLUED);
    if ((mode & MODE_PARTIAL) || (is_glued && (mode & MODE_MASK) != MODE_BLOCK))
        reopen(block, position);
}

static uint32_t user_code(const Block *block, size_t position)
{
    return block->user_codes[position - block->begin];
}

static uint32_t base_code(const Block *block, size_t position)
{
    return block->codes[position - block->begin];
}

/* Partial entries, and all within glued runs, reopen their ends; force and split entries are collected. */
static void match_constraints(Block *block, ForcedList *list, int partial_pass)
{
    const Overlay *overlay = block->input.overlay;
    const Trie *trie = &overlay->trie;
    for (size_t i = block->begin; i < block->end && !block->failed; i++) {
        if (must_stop_at(block->input.watch, i))
            block->failed = 1;
        if (!partial_pass && !is_open(block, i))
            continue;
        uint32_t node = 0, base = 0;
        for (size_t j = i, stop = walk_end(block, trie, i); j < stop; j++) {
            node = trie_child(trie, base, user_code(block, j));
            if (node == 0)
                break;
            uint32_t value = UNIT_VALUE(trie->units[node]);
            if (value && value <= overlay->n_entries) {
                uint32_t mode = overlay->modes[value - 1];
                if (partial_pass) {
                    reopen_for(block, i, mode);
                    reopen_for(block, j + 1, mode);
                }
                mode &= MODE_MASK;
                if (!partial_pass && (mode == MODE_FORCE || mode == MODE_SPLIT) && is_open(block, j + 1))
                    add_forced(block, list, (Forced){i, j + 1, value - 1, overlay->costs[value - 1]});
            }
            base = UNIT_BASE(trie->units[node]);
            if (base == 0)
                break;
        }
    }
}

size_t block_first_span(const Block *block, size_t position)
{
    size_t low = 0, high = block->input.n_spans;
    while (low < high) {
        size_t middle = (low + high) / 2;
        if (block->input.spans[middle].start < position)
            low = middle + 1;
        else
            high = middle;
    }
    return low;
}

static int longest_then_leftmost(const void *left, const void *right)
{
    const Forced *a = left, *b = right;
    size_t n = a->end - a->start, m = b->end - b->start;
    if (n != m)
        return n > m ? -1 : 1;
    if (a->start != b->start)
        return a->start < b->start ? -1 : 1;
    return a->entry < b->entry ? -1 : a->entry > b->entry;
}

static int by_start(const void *left, const void *right)
{
    const Edge *a = left, *b = right;
    if (a->start != b->start)
        return a->start < b->start ? -1 : 1;
    if (a->end != b->end)
        return a->end < b->end ? -1 : 1;
    if (a->source != b->source)
        return a->source < b->source ? -1 : 1;
    return a->id < b->id ? -1 : a->id > b->id;
}

/* Fixes one forced stretch unless an earlier one overlaps it: `fixed` marks its characters. Earlier ones are as long or
 * longer, so one that overlaps it has its first character or its last. */
static void fix(Block *block, const Forced *forced, uint8_t *fixed)
{
    size_t at = forced->start - block->begin, size = forced->end - forced->start;
    if (fixed[at] || fixed[at + size - 1])
        return;
    memset(fixed + at, 1, size);
    forbid_inside(block, forced->start, forced->end);
    if (block->failed)
        return;
    *flag(block, forced->start) = *flag(block, forced->end) = HARD_BOUNDARY;
    const Overlay *overlay = block->input.overlay;
    if (forced->entry == UINT32_MAX) {
        add_extra(block, forced->start, forced->end, block->input.model->trie.n_units, forced->cost, SOURCE_USER);
        return;
    }
    uint32_t id = overlay->ids[forced->entry];
    uint32_t piece = overlay->pieces_at[forced->entry], last = overlay->pieces_at[forced->entry + 1];
    size_t start = forced->start;
    for (; piece < last && start < forced->end; piece++) {
        size_t end = start + overlay->pieces[piece];
        if (end > forced->end)
            break;
        *flag(block, end) = HARD_BOUNDARY;
        add_extra(block, start, end, block->input.model->trie.n_units, forced->cost, SOURCE_USER);
        start = end;
    }
    if (start < forced->end)
        add_extra(block, start, forced->end, id, forced->cost, SOURCE_USER);
}

/* What reaches beyond the block, and what overlaps that, can lose to a stretch that begins there: it comes last,
 * and is for a block that begins before it. Returns how many are decided here.
 *
 *     first    the first start of those; by end, from the right: what ends after `first` moves it to its start
 *     starts   [block + 1] the first start of the stretches that end at a position */
static size_t decide(ForcedList *list, Block *block)
{
    size_t first = block->end, decided = 0;
    if (block->end == block->input.length || !list->count)
        return list->count;
    uint32_t *starts = malloc((block->end - block->begin + 1) * sizeof *starts);
    if (!starts) {
        block->failed = 1;
        return 0;
    }
    memset(starts, 0xFF, (block->end - block->begin + 1) * sizeof *starts);
    for (size_t k = 0; k < list->count; k++) {
        const Forced *forced = &list->items[k];
        uint32_t start = (uint32_t)forced->start;
        if (forced->end > block->end)
            first = start < first ? start : first;
        else if (start < starts[forced->end - block->begin])
            starts[forced->end - block->begin] = start;
    }
    for (size_t end = block->end; end > first; end--)
        if (starts[end - block->begin] < first)
            first = starts[end - block->begin];
    free(starts);
    for (size_t k = 0; k < list->count; k++)
        if (list->items[k].end <= first) {
            Forced forced = list->items[k];
            list->items[k] = list->items[decided];
            list->items[decided++] = forced;
        }
    return decided;
}

/* Atomic matches with reopened boundaries also offer the pieces between these. */
static void add_pieces(Block *block, size_t n_patterns)
{
    for (size_t k = 0; k < n_patterns && !block->failed; k++) {
        Edge edge = block->extras[k];
        size_t piece = edge.start;
        if (edge.source == SOURCE_HIDDEN)
            continue;
        uint32_t pattern = edge.id - block->input.model->trie.n_units - 1;
        if (!(block->input.model->scanner.pattern_flags[pattern] & IS_ATOMIC))
            continue;
        for (size_t i = piece + 1; i <= edge.end; i++) {
            if (i < edge.end && !is_open(block, i))
                continue;
            if (piece != edge.start || i != edge.end)
                add_extra(block, piece, i, edge.id, edge.cost, SOURCE_PATTERN);
            piece = i;
        }
    }
}

static void load_constraints(Block *block)
{
    const Overlay *overlay = block->input.overlay;
    size_t before = block->begin > block->longest_span ? block->begin - block->longest_span : 0;
    size_t reaching = block_first_span(block, before), first = block_first_span(block, block->begin);
    size_t last = block_first_span(block, block->end);
    if (!(overlay && (overlay->has_constraints || block->has_glued)) && reaching == last)
        return;
    size_t n_patterns = block->n_extras;
    ForcedList list = {0};
    for (size_t k = reaching; k < last; k++) { /* what loses still reopens its end, in this block or the next */
        if (block->input.spans[k].mode == MODE_TAGGER)
            continue;
        reopen(block, block->input.spans[k].start);
        reopen(block, block->input.spans[k].end);
    }
    if (overlay && (overlay->has_constraints || block->has_glued)) {
        match_constraints(block, &list, 1);
        match_constraints(block, &list, 0);
    }
    for (size_t k = first; k < last; k++) {
        const Span *span = &block->input.spans[k];
        if (span->mode == MODE_FORCE)
            add_forced(block, &list, (Forced){span->start, span->end, UINT32_MAX, span->cost});
        else
            add_extra(block, span->start, span->end, block->input.model->trie.n_units, span->cost,
                      span->mode == MODE_TAGGER ? SOURCE_TAGGER : SOURCE_USER);
    }
    size_t decided = decide(&list, block);
    for (size_t k = decided; k < list.count; k++)
        add_extra(block, list.items[k].start, list.items[k].end, 0, 0, SOURCE_HIDDEN);
    list.count = decided;
    if (list.count) {
        qsort(list.items, list.count, sizeof(Forced), longest_then_leftmost);
        uint8_t *fixed = calloc(block->end - block->begin + 1, 1);
        if (!fixed || !extend_flags(block, block->end))
            block->failed = 1;
        for (size_t k = 0; k < list.count && !block->failed; k++)
            fix(block, &list.items[k], fixed);
        free(fixed);
    }
    free(list.items);
    add_pieces(block, n_patterns);
    if (!block->failed && block->n_extras)
        qsort(block->extras, block->n_extras, sizeof(Edge), by_start);
}

/* Trie codes of the characters, and the nodes after two characters. The walks of all positions are made
 * side by side, since each step waits for memory: one pass asks for the second nodes, one looks at
 * them and asks for the third. */
static void load_codes(Block *block, size_t size)
{
    const Trie trie = block->input.model->trie;
    const uint32_t *text = block->input.text + block->begin;
    uint16_t *codes = block->codes;
    uint32_t *second = block->second;
    uint32_t base = 0; /* of the character before; 0: in no longer word */
    for (size_t i = 0; i < size; i++) {
        uint32_t code = trie_code(&trie, text[i]);
        codes[i] = (uint16_t)code;
        if (i > 0) {
            second[i - 1] = base;
            PREFETCH(trie.units + base + code);
        }
        uint64_t unit = trie.units[code];
        base = UNIT_BASE(unit);
    }
    for (size_t i = 0; i + 1 < size; i++) {
        second[i] = child_or_none(&trie, second[i], codes[i + 1]);
        if (i + 2 < size)
            PREFETCH(trie.units + UNIT_BASE(trie.units[second[i]]) + codes[i + 2]);
    }
    if (size > 0)
        second[size - 1] = 0;
}

static int reserve_codes(Block *block, size_t size)
{
    if (size <= block->capacity)
        return 1;
    if (block->second != block->small_codes)
        free(block->second);
    size_t target = size <= SMALL_BLOCK ? SMALL_BLOCK : size + size / 4;
    block->second = size <= SMALL_BLOCK ? block->small_codes : malloc(target * sizeof(uint32_t) * 2);
    block->capacity = block->second ? target : 0;
    if (!block->second)
        return 0;
    block->codes = (uint16_t *)(block->second + target);
    block->user_codes = block->codes + target;
    return 1;
}

/* Flags and extras of text[begin .. end), and codes for the trie of the user lexicon. -1: `failed` is set. */
static int load(Block *block, size_t begin, size_t end, int with_codes)
{
    size_t reach = end + max_length(block);
    if (reach > block->input.length)
        reach = block->input.length;
    block->begin = begin;
    block->end = end;
    block->n_extras = 0;
    block->has_glued = 0;
    block->flags_end = begin;
    if (!extend_flags(block, reach) || ((with_codes || block->input.overlay) && !reserve_codes(block, reach - begin))) {
        block->failed = 1;
        return -1;
    }
    if (with_codes)
        load_codes(block, reach - begin);
    if (block->input.overlay)
        for (size_t i = begin; i < reach; i++)
            block->user_codes[i - begin] = (uint16_t)trie_code(&block->input.overlay->trie, block->input.text[i]);
    if (block->input.model->use_patterns)
        load_patterns(block);
    if (block->input.overlay || block->input.n_spans)
        load_constraints(block);
    return block->failed ? -1 : 0;
}

int block_load(Block *block, size_t begin, size_t end)
{
    int status = load(block, begin, end, 1);
    for (size_t k = 0; k < block->n_extras && !status; k++)
        *flag(block, block->extras[k].start) |= HAS_EXTRA;
    return status;
}

int block_constrain(Block *block, size_t begin, size_t end)
{
    return load(block, begin, end, 0);
}

static int reserve_scratch(Block *block, size_t count)
{
    if (!reserve(&block->scratch, &block->scratch_capacity, count, sizeof(Edge)))
        block->failed = 1;
    return !block->failed;
}

/* Walks the trie of the user lexicon from `start`; a blocked word is marked by its source. */
static size_t user_candidates(Block *block, size_t start)
{
    const Overlay *overlay = block->input.overlay;
    const Trie *trie = &overlay->trie;
    size_t count = 0;
    uint32_t base = 0;
    for (size_t j = start, stop = walk_end(block, trie, start); j < stop; j++) {
        uint32_t node = trie_child(trie, base, user_code(block, j));
        if (node == 0)
            break;
        uint32_t value = UNIT_VALUE(trie->units[node]);
        if (value && value <= overlay->n_entries) {
            uint32_t mode = overlay->modes[value - 1] & MODE_MASK;
            int is_word = mode == MODE_PREFER || mode == MODE_FORCE;
            if (!reserve_scratch(block, count + 1))
                return 0;
            block->scratch[count++] = (Edge){(uint32_t)start, (uint32_t)(j + 1), overlay->ids[value - 1],
                                             overlay->costs[value - 1], is_word ? SOURCE_USER : SOURCE_HIDDEN};
        }
        base = UNIT_BASE(trie->units[node]);
        if (base == 0)
            break;
    }
    return count;
}

size_t block_candidates(Block *block, size_t start, size_t extra)
{
    size_t n_user = block->input.overlay ? user_candidates(block, start) : 0, count = n_user, user = 0;
    const Trie *trie = &block->input.model->trie;
    uint32_t base = 0;
    for (size_t j = start, stop = walk_end(block, trie, start); j < stop; j++) {
        uint32_t node = trie_child(trie, base, base_code(block, j));
        if (node == 0)
            break;
        uint64_t unit = trie->units[node];
        while (user < n_user && block->scratch[user].end < j + 1)
            user++;
        int is_hidden = user < n_user && block->scratch[user].end == j + 1;
        if (UNIT_VALUE(unit) && !is_hidden && !reserve_scratch(block, count + 1))
            return 0;
        if (UNIT_VALUE(unit) && !is_hidden)
            block->scratch[count++] = (Edge){(uint32_t)start, (uint32_t)(j + 1), node, WORD_COST(unit), SOURCE_LEXICON};
        base = UNIT_BASE(unit);
        if (base == 0)
            break;
    }
    for (; extra < block->n_extras && block->extras[extra].start == start; extra++) {
        if (!reserve_scratch(block, count + 1))
            return 0;
        block->scratch[count++] = block->extras[extra];
    }
    return count;
}
