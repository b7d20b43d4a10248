/* tagger.c - segmentation by tagging characters: B M E S (begin, middle, end of a word, single).
 *
 * The best path (Viterbi 1967) obeys constraints, by position: NO_BOUNDARY lets only M and E follow,
 * HARD_BOUNDARY and EDGE only B and S. And it counts bonuses of words [s, e): the score of a word from
 * s to its end is that of B at s, of M inside and of E, so with sums of the scores of M any word is
 * priced at once, at its end:
 *     a preferred word competes there with the best word of all starts, with its bonus;
 *     a blocked word: if the best word that ends there is blocked, the best of all others replaces it.
 * Where such a word wins, a `jump` leads from its end to its start; everywhere else four bits say
 * for each tag which of the two legal tags before it was the better. The path is read backwards at
 * the end of the text, so the result does not depend on windows or blocks. Time and memory are
 * linear in the length of the text, times the longest word of the user where words are blocked.
 *
 * Scores of tags come from tagger_scores.c, constraints and bonuses of words from
 * tagger_constraints.c.
 *
 * Ties: the lower tag; the ordinary path before a preferred word; of the words that replace a
 * blocked one, the shortest. */
#include "tagger.h"

#include "lanes.h"
#include "tagger_constraints.h"
#include "tagger_scores.h"

#include <stdlib.h>
#include <string.h>

#define UNREACHABLE (INT64_MIN / 2)
#define BLOCK_SIZE 960
#define FAR (1 << 29) /* more than two sums of a window can differ by */
#define BOUNDARY {0, -FAR, -FAR, 0}
#define INSIDE {-FAR, 0, 0, -FAR}

enum { WORDS_AHEAD = 8 };
enum { JUMP = 16 };           /* in `back`, above the four bits of choices */
enum { BEFORE = 2 | 2 << 6 }; /* two bits for each tag: what the tag before it is at least */

/* What flags of a position add to the tags after it. */
enum { FLAGS = NO_BOUNDARY | HARD_BOUNDARY | EDGE };
static const int32_t PERMITTED[FLAGS + 1][N_TAGS] = {
    [NO_BOUNDARY] = INSIDE,
    [HARD_BOUNDARY] = BOUNDARY,
    [HARD_BOUNDARY | NO_BOUNDARY] = BOUNDARY,
    [EDGE] = BOUNDARY,
    [EDGE | NO_BOUNDARY] = BOUNDARY,
    [EDGE | HARD_BOUNDARY] = BOUNDARY,
    [EDGE | HARD_BOUNDARY | NO_BOUNDARY] = BOUNDARY,
};

/* Where a word of the user wins: E at `end` is reached from `tag` at `from`, all between are M. */
typedef struct {
    uint32_t end, from;
    uint8_t tag;
} Jump;

/* Best sums so far of the paths of a block, kept where there are bonuses. Indexed from its begin. */
typedef struct {
    int64_t *b, *m;  /* up to B, up to M at a position */
    int64_t *middle; /* sum of the scores of M before a position */
    size_t capacity;
    Jump *jumps;
    size_t n_jumps, jumps_capacity;
} History;

static int history_reserve(History *history, size_t size)
{
    if (size <= history->capacity)
        return 0;
    free(history->b);
    history->b = malloc(3 * size * sizeof *history->b);
    history->capacity = history->b ? size : 0;
    if (!history->b)
        return -1;
    history->m = history->b + size;
    history->middle = history->m + size;
    return 0;
}

/* The state of the Viterbi between two positions, and what it reads. */
typedef struct {
    const Tagger *tagger;
    const Block *block;
    uint8_t *back; /* of the whole text */
    History *history;
    int64_t best[N_TAGS];
    const Bonus *bonuses; /* those that end after here, and how many; NULL if the block has none */
    size_t n_bonuses;
} Path;

/* E at `end` now comes from `tag` at `from`. Returns -1 without memory. */
static int jump(Path *path, size_t end, size_t from, int tag)
{
    History *history = path->history;
    if (history->n_jumps && history->jumps[history->n_jumps - 1].end == end)
        history->n_jumps--;
    if (!reserve(&history->jumps, &history->jumps_capacity, history->n_jumps + 1, sizeof(Jump)))
        return -1;
    history->jumps[history->n_jumps++] = (Jump){(uint32_t)end, (uint32_t)from, (uint8_t)tag};
    path->back[end] |= JUMP;
    return 0;
}

/* One position. Scores count + 32768 each, on all paths alike. */
static void step(Path *path, uint64_t total, size_t i)
{
    const int32_t (*t)[N_TAGS] = path->tagger->transitions;
    const int64_t b = path->best[TAG_B], m = path->best[TAG_M], e = path->best[TAG_E], s = path->best[TAG_S];
    int64_t eb = e + t[TAG_E][TAG_B], sb = s + t[TAG_S][TAG_B], es = e + t[TAG_E][TAG_S], ss = s + t[TAG_S][TAG_S];
    int64_t bm = b + t[TAG_B][TAG_M], mm = m + t[TAG_M][TAG_M], be = b + t[TAG_B][TAG_E], me = m + t[TAG_M][TAG_E];
    path->back[i] = (uint8_t)((sb > eb) | (mm > bm) << 1 | (me > be) << 2 | (ss > es) << 3);
    path->best[TAG_B] = (sb > eb ? sb : eb) + tag_score(total, TAG_B);
    path->best[TAG_M] = (mm > bm ? mm : bm) + tag_score(total, TAG_M);
    path->best[TAG_E] = (me > be ? me : be) + tag_score(total, TAG_E);
    path->best[TAG_S] = (ss > es ? ss : es) + tag_score(total, TAG_S);
}

static void restrict_to_flags(Path *path, uint8_t flags)
{
    if (flags & (HARD_BOUNDARY | EDGE))
        path->best[TAG_M] = path->best[TAG_E] = UNREACHABLE;
    else if (flags & NO_BOUNDARY)
        path->best[TAG_B] = path->best[TAG_S] = UNREACHABLE;
}

/* The score of the word [start, i] without what comes before its B: M inside, E at i. */
static int64_t rest_of_word(const Path *path, size_t start, size_t i, int64_t e)
{
    const int32_t (*t)[N_TAGS] = path->tagger->transitions;
    const int64_t *middle = path->history->middle - path->block->begin;
    if (start + 1 == i)
        return t[TAG_B][TAG_E] + e;
    return t[TAG_B][TAG_M] + (int64_t)(i - start - 2) * t[TAG_M][TAG_M] + t[TAG_M][TAG_E] + middle[i]
         - middle[start + 1] + e;
}

/* The start of the best word that ends at i, but not before `least`. */
static size_t word_start(const Path *path, size_t i, size_t least)
{
    int tag = TAG_E;
    for (; i > least && tag != TAG_B; i--)
        tag = path->back[i] >> (tag == TAG_E ? 2 : 1) & 1;
    return tag == TAG_B ? i : SIZE_MAX;
}

static int is_blocked_start(const Bonus *bonuses, size_t count, size_t start)
{
    for (size_t k = 0; k < count; k++)
        if (bonuses[k].start == start && bonuses[k].bonus == BLOCKED)
            return 1;
    return 0;
}

/* Applies the bonuses of words that end after i. `e`: the score of E at i. */
static int apply_bonuses(Path *path, size_t i, const Bonus *bonuses, size_t count, int64_t e)
{
    const int32_t (*t)[N_TAGS] = path->tagger->transitions;
    const uint8_t *flags = path->block->flags - path->block->begin;
    const int64_t *b = path->history->b - path->block->begin;
    const int64_t *m = path->history->m - path->block->begin;
    const int64_t *middle = path->history->middle - path->block->begin;
    size_t least = SIZE_MAX;
    for (size_t k = count; k-- > 0;)
        if (bonuses[k].bonus == BLOCKED)
            least = bonuses[k].start;
    int64_t *best = &path->best[TAG_E];
    if (least != SIZE_MAX && *best > UNREACHABLE / 2 && is_blocked_start(bonuses, count, word_start(path, i, least))) {
        *best = UNREACHABLE;
        size_t start = i, after = count; /* bonuses from `after` on begin after `start` or there */
        while (start > least && !(flags[start] & (HARD_BOUNDARY | EDGE))) {
            int is_blocked = 0;
            for (start--; after > 0 && bonuses[after - 1].start >= start; after--)
                is_blocked |= bonuses[after - 1].start == start && bonuses[after - 1].bonus == BLOCKED;
            if (is_blocked)
                continue;
            int64_t total = b[start] + rest_of_word(path, start, i, e);
            if (total > *best) {
                *best = total;
                if (jump(path, i, start, TAG_B))
                    return -1;
            }
        }
        if (start == least && least + 1 <= i && !(flags[least + 1] & (HARD_BOUNDARY | EDGE))) {
            int64_t total = m[least] + (int64_t)(i - least - 1) * t[TAG_M][TAG_M] + t[TAG_M][TAG_E] + middle[i]
                          - middle[least + 1] + e;
            if (total > *best) {
                *best = total;
                if (jump(path, i, least, TAG_M))
                    return -1;
            }
        }
    }
    for (size_t k = 0; k < count; k++) {
        size_t start = bonuses[k].start;
        if (bonuses[k].bonus == BLOCKED || start == i)
            continue;
        int64_t total = b[start] + rest_of_word(path, start, i, e) + bonuses[k].bonus;
        if (total > *best) {
            *best = total;
            if (jump(path, i, start, TAG_B))
                return -1;
        }
    }
    return 0;
}

/* One position of a block with bonuses. */
static int walk_with_bonuses(Path *path, uint64_t total, size_t i)
{
    History *history = path->history;
    size_t at = i - path->block->begin, count = 0;
    while (count < path->n_bonuses && path->bonuses[count].end == i + 1)
        count++;
    step(path, total, i);
    uint8_t flags = path->block->flags[at];
    if (flags)
        restrict_to_flags(path, i ? flags : 0);
    for (size_t k = 0; k < count; k++)
        if (path->bonuses[k].start == i && path->bonuses[k].bonus != BLOCKED)
            path->best[TAG_S] += path->bonuses[k].bonus;
    history->b[at] = path->best[TAG_B];
    history->m[at] = path->best[TAG_M];
    history->middle[at + 1] = history->middle[at] + tag_score(total, TAG_M);
    if (count && apply_bonuses(path, i, path->bonuses, count, tag_score(total, TAG_E)))
        return -1;
    path->bonuses += count;
    path->n_bonuses -= count;
    return 0;
}

/* Positions of a window without bonuses. Relative to the best sum at its begin, all fit into 32 bits. */
static void walk_free(Path *path, const uint64_t *totals, size_t begin, size_t end)
{
    const int32_t (*t)[N_TAGS] = path->tagger->transitions;
    const uint8_t *flags = path->block->flags - path->block->begin;
    const Tags after_first = tags_of(t[TAG_E][TAG_B], t[TAG_B][TAG_M], t[TAG_B][TAG_E], t[TAG_E][TAG_S]);
    const Tags after_second = tags_of(t[TAG_S][TAG_B], t[TAG_M][TAG_M], t[TAG_M][TAG_E], t[TAG_S][TAG_S]);
    int64_t base = path->best[0];
    int32_t sums[N_TAGS];
    for (int tag = 1; tag < N_TAGS; tag++)
        base = path->best[tag] > base ? path->best[tag] : base;
    for (int tag = 0; tag < N_TAGS; tag++)
        sums[tag] = path->best[tag] - base < -FAR ? -FAR : (int32_t)(path->best[tag] - base);
    Tags best = tags_of(sums[0], sums[1], sums[2], sums[3]);
    for (size_t i = begin; i < end; i++) {
        const int32_t *permitted = PERMITTED[flags[i] & FLAGS & -(i != 0)];
        best = tags_next(best, after_first, after_second, totals[i - begin], permitted, &path->back[i]);
    }
    tags_store(best, sums);
    for (int tag = 0; tag < N_TAGS; tag++)
        path->best[tag] = sums[tag] < -FAR / 2 ? UNREACHABLE : base + sums[tag];
}

/* The scored positions [begin, end) of the block. */
static int walk(Path *path, const uint64_t *totals, size_t begin, size_t end)
{
    if (path->bonuses) {
        for (size_t i = begin; i < end; i++)
            if (walk_with_bonuses(path, totals[i - begin], i))
                return -1;
    } else {
        walk_free(path, totals, begin, end);
    }
    return 0;
}

/* Leaves 1 in `back` where a word ends, else 0, from right to left; returns how many there are. */
static size_t trace(const Path *path, size_t length)
{
    uint8_t *back = path->back;
    const Jump *taken = path->history->jumps + path->history->n_jumps;
    int tag = path->best[TAG_S] > path->best[TAG_E] ? TAG_S : TAG_E;
    size_t count = 0;
    for (size_t i = length; i-- > 0;) {
        int is_end = tag >= TAG_E;
        count += (size_t)is_end;
        uint8_t choices = back[i];
        back[i] = (uint8_t)is_end;
        if ((choices & JUMP) && tag == TAG_E) {
            do
                taken--;
            while (taken->end != i);
            for (i--; i > taken->from; i--)
                back[i] = 0;
            choices = back[i];
            back[i] = 0;
            tag = taken->tag;
        }
        tag = (choices >> tag & 1) | (BEFORE >> 2 * tag & 2); /* B, S: E or S; M, E: B or M */
    }
    return count;
}

static size_t window_end(size_t begin, size_t end)
{
    return end - begin > WINDOW_CORE ? begin + WINDOW_CORE : end;
}

/* Runs the Viterbi over the whole text, block by block. Returns -1 without memory. */
static int find_path(Path *path, Block *block, Window *window)
{
    const Tagger *tagger = path->tagger;
    const uint32_t *text = block->input.text;
    size_t length = block->input.length, size = BLOCK_SIZE;
    Bonuses bonuses = {0};
    uint8_t carried = 0;
    int status = 0;
    for (size_t begin = 0, cut; begin < length && !status; begin = cut) {
        size_t end = length - begin > size ? begin + size : length;
        window_load(window, tagger, text, length, begin, window_end(begin, end));
        cut = tagger_constrain(block, tagger, begin, end, carried, &bonuses);
        if (block->failed || (bonuses.count && history_reserve(path->history, cut - begin + 1))
            || (begin && must_stop(block->input.watch)))
            status = -1;
        if (cut == begin)
            size *= 2;
        path->bonuses = bonuses.count ? bonuses.items : NULL;
        path->n_bonuses = bonuses.count;
        if (bonuses.count && !status)
            path->history->middle[0] = 0;
        for (size_t from = begin, to; from < cut && !status; from = to) {
            to = window_end(from, cut);
            if (from > begin)
                window_load(window, tagger, text, length, from, to);
            status = walk(path, window_scores(window, tagger, block->input.overlay), from, to);
        }
        carried = cut > begin ? block_flag(block, cut) : carried;
    }
    free(bonuses.items);
    return status;
}

/* The source of a word: the user, a pattern, the lexicon, a single character, or the tagger. */
static uint32_t source_of(const Block *block, const Scanner *scanner, size_t start, size_t end)
{
    const uint32_t *text = block->input.text;
    size_t length = end - start;
    const Overlay *overlay = block->input.overlay;
    for (size_t k = block_first_span(block, start); k < block->input.n_spans && block->input.spans[k].start == start;
         k++)
        if (block->input.spans[k].end == end)
            return SOURCE_USER;
    if (overlay && length <= overlay->trie.max_length) {
        uint32_t node = trie_find(&overlay->trie, text + start, length);
        uint32_t value = node ? UNIT_VALUE(overlay->trie.units[node]) : 0;
        if (value && value <= overlay->n_entries) {
            uint32_t mode = overlay->modes[value - 1] & MODE_MASK;
            if (mode == MODE_PREFER || mode == MODE_FORCE)
                return SOURCE_USER;
        }
    }
    Match atomic = {0, 0}, soft = {0, 0};
    uint32_t before = start ? scanner_flags(scanner, text[start - 1]) : BEFORE_TEXT;
    uint32_t here = scanner_flags(scanner, text[start]);
    int soft_allowed = (here & STARTS_SOFT) && !is_same_run(before, here);
    if (block->input.model->use_patterns
        && scanner_may_match(scanner, text, block->input.length, start, before, here, soft_allowed)
        && !scanner_is_inside(scanner, text, block->input.length, end))
        scanner_match(scanner, text, block->input.length, start, before, soft_allowed, &atomic, &soft);
    if (atomic.end == end)
        return SOURCE_PATTERN;
    if (length <= block->input.model->trie.max_length) {
        uint32_t node = trie_find(&block->input.model->trie, text + start, length);
        if (node && UNIT_VALUE(block->input.model->trie.units[node]))
            return SOURCE_LEXICON;
    }
    if (soft.end == end)
        return SOURCE_PATTERN;
    return length == 1 ? SOURCE_CHARACTER : SOURCE_TAGGER;
}

/* Fills in the sources of the words. The lexicon's nodes are asked for some words ahead. */
static int find_sources(const Block *block, Word *words, size_t count)
{
    const Model *model = block->input.model;
    const Trie *trie = &model->trie;
    const uint32_t *text = block->input.text;
    size_t start = 0;
    for (size_t k = 0, ahead = 0; k < count; k++) {
        for (; ahead < count && ahead < k + WORDS_AHEAD; ahead++) {
            size_t end = words[ahead].end; /* the next word begins there */
            if (end + 1 < block->input.length)
                PREFETCH(trie->units + UNIT_BASE(trie->units[trie_code(trie, text[end])])
                         + trie_code(trie, text[end + 1]));
        }
        if (must_stop_at(block->input.watch, k))
            return -1;
        words[k].source = source_of(block, &model->scanner, start, words[k].end);
        start = words[k].end;
    }
    return 0;
}

int tagger_decode(const Tagger *tagger, const Input *input, int with_sources, Words *words)
{
    size_t length = input->length;
    uint8_t small[SMALL_BLOCK];
    uint8_t *back = length <= SMALL_BLOCK ? small : malloc(length);
    History history = {0};
    Window window;
    Block block;
    int status = -1;
    block_init(&block, input);
    block.for_tagger = 1;
    block.binding = tagger->binding;
    Path path = {.tagger = tagger,
                 .block = &block,
                 .back = back,
                 .history = &history,
                 .best = {UNREACHABLE, UNREACHABLE, UNREACHABLE, 0}};
    if (length == 0)
        status = 0;
    else if (back && !find_path(&path, &block, &window)) {
        size_t count = trace(&path, length);
        status = words_reserve(words, count + 1);
        size_t first = words->count;
        Word *word = words->items + first;
        for (size_t i = 0; i < length && !status; word += back[i], i++) /* without a branch: ends are hard to predict */
            *word = (Word){(uint32_t)(i + 1), SOURCE_LEXICON};
        words->count = (size_t)(word - words->items);
        if (with_sources && !status)
            status = find_sources(&block, words->items + first, words->count - first);
    }
    block_free(&block);
    free(history.b);
    free(history.jumps);
    if (back != small)
        free(back);
    return status;
}
