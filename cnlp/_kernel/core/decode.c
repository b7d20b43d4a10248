/* decode.c - choosing the words: maximum matching, unigram and bigram Viterbi.
 *
 * A long text is decoded block by block, exactly. A position that no candidate crosses is a
 * boundary on every path; the best path to its left does not depend on what is to its right, except,
 * for bigrams, through the last word, so there a block is cut only where a single candidate ends.
 * A block without such a position is loaded again at twice the size. Time stays linear, and a text
 * on one line costs what it costs in short lines.
 *
 * Ties: unigram prefers the longer word on the left, bigram the longer previous word. */
#include "decode.h"

#include <stdlib.h>
#include <string.h>

#define BLOCK_SIZE 1024
#define WAITING_PAIRS 512 /* pairs of words whose rows of the table were asked for */
#define INFINITE_COST INT64_MAX
#define NO_EDGE UINT32_MAX
#define N_CLASSES 256             /* more than there can be: that of unknown words, and patterns */
#define UNREACHED (INT64_MAX / 2) /* plus or minus a cost, it is still out of reach */

/* The best word that begins, or ends, at a position. */
typedef struct {
    uint32_t other; /* its other end */
    uint32_t source;
} Choice;

/* A candidate of the bigram lattice. */
typedef struct {
    uint32_t end, id;
    int32_t cost;
    uint8_t source;
    uint8_t has_left, has_right; /* can the table have pairs with it on that side? */
    uint32_t back;               /* the arc before it on the best path */
    int64_t total;               /* the cost of the best path up to and with this arc */
} Arc;

/* Two arcs that meet, and where their bonus is in the bigram table. */
typedef struct {
    uint32_t left, right;
    uint32_t bucket, fingerprint;
} Pair;

#define WORK_ITEM (sizeof(int64_t) + 3 * sizeof(uint32_t) + 2 * sizeof(Choice) + 4)

/* Arrays of one block; index 0 is its begin. One allocation holds those by position. */
typedef struct {
    const Model *model;
    size_t capacity; /* characters */
    void *memory;
    int64_t *cost;          /* unigram: of the best path from here */
    uint32_t *reach;        /* furthest end of candidates that begin here, from the block's begin */
    uint32_t *first_arc;    /* arcs that begin here */
    uint32_t *first_ending; /* arcs that end here, in `ending` */
    Choice *starting, *closing;
    uint8_t *uncrossed; /* no candidate crosses this position */
    Arc *arcs;          /* sorted by start */
    uint32_t *ending;   /* arcs sorted by end, then start */
    uint32_t *kept;     /* of many arcs that end at one position, those that can be on the best path */
    size_t n_arcs, arcs_capacity, ending_capacity, kept_capacity;
    size_t n_pairs; /* that wait in `pairs` */
    int failed;
    int64_t small[SMALL_BLOCK * WORK_ITEM / sizeof(int64_t)];
    Pair pairs[WAITING_PAIRS]; /* by position, then right arc, then left arc */
} Work;

static void work_init(Work *work, const Model *model)
{
    memset(work, 0, offsetof(Work, small));
    work->model = model;
}

static void work_free(Work *work)
{
    if (work->memory != work->small)
        free(work->memory);
    free(work->arcs);
    free(work->ending);
    free(work->kept);
}

static int work_reserve(Work *work, size_t size)
{
    if (size <= work->capacity)
        return 0;
    size_t items = size + 3;
    if (work->memory != work->small)
        free(work->memory);
    work->memory = items <= SMALL_BLOCK ? work->small : malloc(items * WORK_ITEM);
    work->capacity = work->memory ? size : 0;
    if (!work->memory)
        return -1;
    work->cost = work->memory;
    work->starting = (Choice *)(work->cost + items);
    work->closing = work->starting + items;
    work->reach = (uint32_t *)(work->closing + items);
    work->first_arc = work->reach + items;
    work->first_ending = work->first_arc + items;
    work->uncrossed = (uint8_t *)(work->first_ending + items);
    return 0;
}

static int append(Words *words, uint32_t end, uint32_t source)
{
    if (words_reserve(words, 1))
        return -1;
    words->items[words->count++] = (Word){end, source};
    return 0;
}

/* Words found from right to left were appended in that order: turn them round. */
static void reverse(Word *items, size_t count)
{
    for (size_t i = 0, j = count; i + 1 < j; i++) {
        Word swap = items[i];
        items[i] = items[--j];
        items[j] = swap;
    }
}

static void mark_uncrossed(const Block *block, Work *work)
{
    size_t size = block->end - block->begin, furthest = 0;
    for (size_t i = 0; i < size; i++) {
        work->uncrossed[i] = furthest <= i;
        if (work->reach[i] > furthest)
            furthest = work->reach[i];
    }
    work->uncrossed[size] = furthest <= size;
}

/* The last uncrossed position of the block after its begin; begin if there is none. */
static size_t last_uncrossed(const Block *block, const Work *work)
{
    size_t i = block->end - block->begin;
    while (i > 0 && !work->uncrossed[i])
        i--;
    return block->begin + i;
}

/* The hard boundary at or after `position`, SIZE_MAX if there is none. */
static size_t next_hard(const Block *block, size_t position)
{
    if (!block->input.overlay && block->input.n_spans == 0)
        return SIZE_MAX;
    while (position < block->flags_end && !(block->flags[position - block->begin] & HARD_BOUNDARY))
        position++;
    return position < block->flags_end ? position : SIZE_MAX;
}

/* ---- one word at a time: matching and unigram ------------------------------------------------ */

typedef struct {
    const int64_t *cost; /* from the block's begin */
    Choice *closing;
    size_t begin, end;
    int64_t least;
    uint32_t best, source;
} Chooser;

/* The longest word that begins here, and that ends there; starts come from right to left. */
static void choose_longest(void *state, size_t start, size_t end, uint32_t id, int32_t cost, uint32_t source)
{
    Chooser *chooser = state;
    (void)id;
    (void)cost;
    if (end > chooser->best) {
        chooser->best = (uint32_t)end;
        chooser->source = source;
    }
    if (end <= chooser->end && chooser->closing[end - chooser->begin].other != start)
        chooser->closing[end - chooser->begin] = (Choice){(uint32_t)start, source};
}

/* The word on the cheapest path from here. */
static void choose_cheapest(void *state, size_t start, size_t end, uint32_t id, int32_t cost, uint32_t source)
{
    Chooser *chooser = state;
    (void)start;
    (void)id;
    if (end > chooser->end)
        return;
    int64_t total = cost + chooser->cost[end - chooser->begin];
    /* Without a branch: which word is the better cannot be predicted. */
    int is_better = (total < chooser->least) | ((total == chooser->least) & (end > chooser->best));
    chooser->least = is_better ? total : chooser->least;
    chooser->best = is_better ? (uint32_t)end : chooser->best;
    chooser->source = is_better ? source : chooser->source;
}

/* Fills starting (and closing, or cost) and reach, from right to left. Returns -1 without memory. */
ALWAYS_INLINE int choose(Block *block, Work *work, Visit visit)
{
    size_t begin = block->begin, size = block->end - begin;
    size_t extra = block->n_extras, limit = next_hard(block, block->end);
    const View view = view_of(block);
    Chooser chooser = {work->cost, work->closing, begin, block->end, 0, 0, 0};
    work->cost[size] = 0;
    if (visit == choose_longest)
        memset(work->closing, 0xFF, (size + 1) * sizeof *work->closing);
    for (size_t i = size; i-- > 0;) {
        chooser.least = INFINITE_COST;
        chooser.best = 0;
        size_t reach;
        if (view.flags[begin + i] == 0 && !view.has_overlay) {
            reach = visit_words(view, begin + i, limit, visit, &chooser);
        } else {
            while (extra > 0 && view.extras[extra - 1].start >= begin + i)
                extra--;
            reach = visit_candidates(view, block, begin + i, extra, limit, visit, &chooser);
        }
        work->reach[i] = (uint32_t)(reach - begin);
        if (block->failed || must_stop_at(block->input.watch, i))
            return -1;
        /* A dead end counts 0: it is after the last uncrossed position. */
        work->cost[i] = chooser.least == INFINITE_COST ? 0 : chooser.least;
        work->starting[i] = (Choice){chooser.best, chooser.source};
        if (view.flags[begin + i] & HARD_BOUNDARY)
            limit = begin + i;
    }
    return 0;
}

static int emit_forward(const Block *block, const Work *work, size_t from, size_t to, Words *words)
{
    while (from < to) {
        Choice choice = work->starting[from - block->begin];
        if (append(words, choice.other, choice.source))
            return -1;
        from = choice.other;
    }
    return 0;
}

static int emit_backward(const Block *block, const Work *work, size_t from, size_t to, Words *words)
{
    size_t first = words->count;
    while (to > from) {
        Choice choice = work->closing[to - block->begin];
        if (append(words, (uint32_t)to, choice.source))
            return -1;
        to = choice.other;
    }
    reverse(words->items + first, words->count - first);
    return 0;
}

static size_t count_singles(const Word *words, size_t count, size_t from)
{
    size_t singles = 0;
    for (size_t k = 0; k < count; k++) {
        singles += words[k].end == from + 1;
        from = words[k].end;
    }
    return singles;
}

/* Of the two matchings of each stretch between uncrossed positions: the one with fewer words, then
 * with fewer single characters, then the backward one. */
static int emit_bidirectional(const Block *block, const Work *work, size_t to, Words *words)
{
    for (size_t from = block->begin, next; from < to; from = next) {
        for (next = from + 1; !work->uncrossed[next - block->begin];)
            next++;
        size_t first = words->count;
        if (emit_forward(block, work, from, next, words))
            return -1;
        size_t middle = words->count, n_forward = middle - first;
        if (emit_backward(block, work, from, next, words))
            return -1;
        size_t n_backward = words->count - middle;
        size_t forward_singles = count_singles(words->items + first, n_forward, from);
        size_t backward_singles = count_singles(words->items + middle, n_backward, from);
        words->count = middle;
        if (n_forward < n_backward || (n_forward == n_backward && forward_singles < backward_singles))
            continue;
        memmove(words->items + first, words->items + middle, n_backward * sizeof *words->items);
        words->count = first + n_backward;
    }
    return 0;
}

/* Decodes the loaded block up to *cut. Returns -1 without memory. */
static int solve_words(Block *block, Work *work, int algorithm, size_t *cut, Words *words)
{
    if (algorithm == UNIGRAM ? choose(block, work, choose_cheapest) : choose(block, work, choose_longest))
        return -1;
    *cut = block->input.length;
    if (block->end < block->input.length || algorithm == BIDIRECTIONAL) {
        mark_uncrossed(block, work);
        *cut = last_uncrossed(block, work);
    }
    if (algorithm == UNIGRAM)
        words->cost += work->cost[0] - work->cost[*cut - block->begin];
    if (algorithm == BIDIRECTIONAL)
        return emit_bidirectional(block, work, *cut, words);
    if (algorithm == BACKWARD)
        return emit_backward(block, work, block->begin, *cut, words);
    return emit_forward(block, work, block->begin, *cut, words);
}

#if defined(__GNUC__) && !defined(__clang__)
#pragma GCC push_options
#pragma GCC optimize("O2") /* a twentieth of the time: these loops run two or three times, O3 unrolls them */
#endif

/* ---- bigram ---------------------------------------------------------------------------------- */

/* The hash of a pair is linear in both words (Dietzfelbinger et al. 1997): the upper 32 bits choose
 * the bucket, the 24 below are the fingerprint. A full bucket continues in the next. */
static uint64_t pair_hash(uint32_t left, uint32_t right)
{
    return left * PAIR_LEFT_MULTIPLIER + right * PAIR_RIGHT_MULTIPLIER;
}

static uint32_t bucket_of(const Model *model, uint64_t hash)
{
    return (uint32_t)(((hash >> 32) * model->n_buckets) >> 32);
}

/* The steps of the pair's bonus, 0 if it is not in the table. The entries of a bucket are compared
 * all at once, without a branch; few buckets are full. */
static uint32_t look_up(const Model *model, uint32_t bucket, uint32_t fingerprint)
{
    for (uint32_t tries = model->n_buckets; tries; tries--) {
        const uint32_t *entries = model->bigrams + (size_t)bucket * PAIR_BUCKET;
        uint32_t steps = 0;
        for (int k = 0; k < PAIR_BUCKET; k++)
            steps |= (entries[k] >> 8 == fingerprint ? entries[k] : 0) & 255;
        if (steps || entries[PAIR_BUCKET - 1] == 0)
            return steps;
        if (++bucket == model->n_buckets)
            bucket = 0;
    }
    return 0;
}

/* Can the table have a pair with this word on that side? Classes and the beginning always can. */
static int has_pairs(const Model *model, uint32_t id, uint32_t side)
{
    const Trie *trie = &model->trie;
    return id == 0 || id >= trie->n_units || (UNIT_VALUE(trie->units[id]) & side);
}

int32_t bigram_bonus(const Model *model, uint32_t left, uint32_t right)
{
    if (!has_pairs(model, left, PAIRS_LEFT) || !has_pairs(model, right, PAIRS_RIGHT))
        return 0;
    uint64_t hash = pair_hash(left, right);
    return (int32_t)look_up(model, bucket_of(model, hash), (uint32_t)hash >> 8) * BONUS_STEP;
}

static void add_arc(void *state, size_t start, size_t end, uint32_t id, int32_t cost, uint32_t source)
{
    Work *work = state;
    (void)start;
    if (!reserve(&work->arcs, &work->arcs_capacity, work->n_arcs + 1, sizeof(Arc))) {
        work->failed = 1;
        return;
    }
    const Model *model = work->model;
    work->arcs[work->n_arcs++] = (Arc){(uint32_t)end,
                                       id,
                                       cost,
                                       (uint8_t)source,
                                       has_pairs(model, id, PAIRS_LEFT) != 0,
                                       has_pairs(model, id, PAIRS_RIGHT) != 0,
                                       NO_EDGE,
                                       UNREACHED};
}

/* Returns -1 without memory. */
static int list_arcs(Block *block, Work *work)
{
    size_t begin = block->begin, size = block->end - begin, extra = 0, limit = begin;
    const View view = view_of(block);
    work->n_arcs = 0;
    for (size_t i = 0; i < size; i++) {
        if (limit <= begin + i)
            limit = next_hard(block, begin + i + 1);
        while (extra < block->n_extras && block->extras[extra].start < begin + i)
            extra++;
        work->first_arc[i] = (uint32_t)work->n_arcs;
        work->reach[i] = (uint32_t)(visit_edges(view, block, begin + i, extra, limit, add_arc, work) - begin);
        if (work->failed || block->failed || must_stop_at(block->input.watch, i))
            return -1;
    }
    work->first_arc[size] = (uint32_t)work->n_arcs;
    return 0;
}

/* Counting sort of the arcs that end in the block. Returns -1 without memory. */
static int index_by_end(const Block *block, Work *work)
{
    size_t size = block->end - block->begin;
    uint32_t *first = work->first_ending;
    if (!reserve(&work->ending, &work->ending_capacity, work->n_arcs, sizeof *work->ending))
        return -1;
    memset(first, 0, (size + 3) * sizeof *first);
    for (size_t k = 0; k < work->n_arcs; k++)
        if (work->arcs[k].end <= block->end)
            first[work->arcs[k].end - block->begin + 2]++;
    for (size_t i = 2; i < size + 3; i++)
        first[i] += first[i - 1];
    for (size_t k = 0; k < work->n_arcs; k++)
        if (work->arcs[k].end <= block->end)
            work->ending[first[work->arcs[k].end - block->begin + 1]++] = (uint32_t)k;
    return 0;
}

/* The best path to each right arc of the pairs that wait. A pair costs one step without a branch: which of two paths is
 * the better cannot be predicted. */
static void weigh_pairs(Work *work)
{
    const Model *model = work->model;
    Arc *arcs = work->arcs;
    for (size_t k = 0; k < work->n_pairs; k++) {
        const Pair *pair = &work->pairs[k];
        Arc *right = &arcs[pair->right];
        int32_t bonus = (int32_t)look_up(model, pair->bucket, pair->fingerprint) * BONUS_STEP;
        int64_t total = arcs[pair->left].total + right->cost + model->word_cost - bonus;
        int is_better = total < right->total;
        right->back = is_better ? pair->left : right->back;
        right->total = is_better ? total : right->total;
    }
    work->n_pairs = 0;
}

/* All pairs of the arcs that meet at a position, which wait; asks memory for their rows of the table. */
static void add_pairs(Work *work, size_t i)
{
    const Model *model = work->model;
    const Arc *arcs = work->arcs;
    uint32_t first = work->first_ending[i], last = work->first_ending[i + 1];
    Pair *pair = work->pairs + work->n_pairs;
    for (uint32_t k = work->first_arc[i]; k < work->first_arc[i + 1]; k++)
        for (uint32_t p = first; p < last; p++) {
            uint32_t left = work->ending[p];
            uint64_t hash = pair_hash(arcs[left].id, arcs[k].id);
            uint32_t is_asked = -(uint32_t)(arcs[left].has_left & arcs[k].has_right);
            uint32_t bucket = bucket_of(model, hash) & is_asked;
            PREFETCH(model->bigrams + (size_t)bucket * PAIR_BUCKET);
            *pair++ = (Pair){left, k, bucket, (uint32_t)hash >> 8 | ~is_asked};
        }
    work->n_pairs = (size_t)(pair - work->pairs);
}

/* Of the arcs that end at a position, those that can be on the best path: of all that have no pairs the best, and of
 * all of one class, which have the same pairs. Returns how many, SIZE_MAX without memory. */
static size_t keep_best(Work *work, size_t i)
{
    uint32_t first = work->first_ending[i], last = work->first_ending[i + 1], best[N_CLASSES + 1];
    const Arc *arcs = work->arcs;
    size_t count = 0;
    if (!reserve(&work->kept, &work->kept_capacity, last - first, sizeof *work->kept))
        return SIZE_MAX;
    memset(best, 0xFF, sizeof best);
    for (int is_second = 0; is_second < 2; is_second++)
        for (uint32_t p = first; p < last; p++) {
            uint32_t arc = work->ending[p], class_id = arcs[arc].id - work->model->trie.n_units;
            uint32_t *rival = !arcs[arc].has_left ? &best[N_CLASSES] : class_id < N_CLASSES ? &best[class_id] : NULL;
            if (is_second && (!rival || *rival == arc))
                work->kept[count++] = arc;
            else if (!is_second && rival && (*rival == NO_EDGE || arcs[arc].total < arcs[*rival].total))
                *rival = arc;
        }
    return count;
}

/* The same as add_pairs and weigh_pairs where many arcs meet, such as nested words of the user: their pairs are not
 * listed, and words without pairs cost no more than one step each. Returns -1 without memory. */
static int join_many(Work *work, size_t i)
{
    const Model *model = work->model;
    Arc *arcs = work->arcs;
    size_t count = keep_best(work, i);
    if (count == SIZE_MAX)
        return -1;
    uint32_t previous = NO_EDGE; /* the right arc before, with the same pairs */
    int64_t least = 0;
    for (uint32_t k = work->first_arc[i]; k < work->first_arc[i + 1]; k++) {
        Arc *right = &arcs[k];
        int is_same = previous != NO_EDGE && right->has_right == arcs[previous].has_right
                   && (!right->has_right || right->id == arcs[previous].id);
        for (size_t p = 0; p < count && !is_same; p++) {
            const Arc *left = &arcs[work->kept[p]];
            uint64_t hash = pair_hash(left->id, right->id);
            uint32_t steps =
                left->has_left && right->has_right ? look_up(model, bucket_of(model, hash), (uint32_t)hash >> 8) : 0;
            int64_t total = left->total - (int64_t)steps * BONUS_STEP;
            if (p == 0 || total < least) {
                least = total;
                right->back = work->kept[p];
            }
        }
        if (is_same)
            right->back = arcs[previous].back;
        if (count)
            right->total = least + right->cost + model->word_cost;
        previous = k;
    }
    return 0;
}

/* Viterbi over the arcs. `previous`: identity of the word before the block. Returns -1 without memory. */
static int find_paths(const Block *block, Work *work, uint32_t previous)
{
    const Model *model = work->model;
    Arc *arcs = work->arcs;
    size_t size = block->end - block->begin;
    for (uint32_t k = 0; k < work->first_arc[1]; k++)
        arcs[k].total = (int64_t)arcs[k].cost + model->word_cost - bigram_bonus(model, previous, arcs[k].id);
    work->n_pairs = 0;
    for (size_t i = 1; i < size; i++) {
        size_t count =
            (size_t)(work->first_ending[i + 1] - work->first_ending[i]) * (work->first_arc[i + 1] - work->first_arc[i]);
        if (work->n_pairs + count > WAITING_PAIRS)
            weigh_pairs(work);
        if (count <= WAITING_PAIRS)
            add_pairs(work, i);
        else if (join_many(work, i))
            return -1;
        if (must_stop_at(block->input.watch, i))
            return -1;
    }
    weigh_pairs(work);
    return 0;
}

/* The cut of the block: where a single arc ends, or the end of the text. The cheapest arc that
 * ends there is stored. Returns begin if there is none. */
static size_t bigram_cut(const Block *block, const Work *work, uint32_t *final)
{
    for (size_t i = block->end - block->begin; i > 0; i--) {
        uint32_t first = work->first_ending[i], last = work->first_ending[i + 1];
        if (block->begin + i != block->input.length && (last - first != 1 || !work->uncrossed[i]))
            continue;
        *final = NO_EDGE;
        for (uint32_t p = first; p < last; p++) {
            uint32_t arc = work->ending[p];
            if (work->arcs[arc].total < UNREACHED / 2
                && (*final == NO_EDGE || work->arcs[arc].total < work->arcs[*final].total))
                *final = arc;
        }
        if (*final != NO_EDGE)
            return block->begin + i;
    }
    return block->begin;
}

static int solve_bigram(Block *block, Work *work, uint32_t *previous, size_t *cut, Words *words)
{
    uint32_t final;
    if (list_arcs(block, work) || index_by_end(block, work) || find_paths(block, work, *previous))
        return -1;
    if (block->end < block->input.length)
        mark_uncrossed(block, work);
    *cut = bigram_cut(block, work, &final);
    if (*cut == block->begin)
        return 0;
    *previous = work->arcs[final].id;
    words->cost += work->arcs[final].total;
    size_t first = words->count;
    for (uint32_t arc = final; arc != NO_EDGE; arc = work->arcs[arc].back)
        if (append(words, work->arcs[arc].end, work->arcs[arc].source))
            return -1;
    reverse(words->items + first, words->count - first);
    return 0;
}

#if defined(__GNUC__) && !defined(__clang__)
#pragma GCC pop_options
#endif

/* ---- the text, block by block ---------------------------------------------------------------- */

int decode(const Input *input, int algorithm, Words *words)
{
    size_t length = input->length;
    Block block;
    Work work;
    int status = 0;
    size_t size = BLOCK_SIZE;
    uint32_t previous = 0; /* the root: beginning of the text */
    block_init(&block, input);
    work_init(&work, input->model);
    for (size_t begin = 0, cut; begin < length && !status; begin = cut) {
        size_t end = length - begin > size ? begin + size : length;
        cut = begin;
        if (work_reserve(&work, end - begin) || block_load(&block, begin, end) || (begin && must_stop(input->watch)))
            status = -1;
        else if (algorithm == BIGRAM)
            status = solve_bigram(&block, &work, &previous, &cut, words);
        else
            status = solve_words(&block, &work, algorithm, &cut, words);
        if (block.failed)
            status = -1;
        if (cut == begin)
            size *= 2;
    }
    block_free(&block);
    work_free(&work);
    return status;
}

static void add_edge(void *state, size_t start, size_t end, uint32_t id, int32_t cost, uint32_t source)
{
    Edges *edges = state;
    if (!reserve(&edges->items, &edges->capacity, edges->count + 1, sizeof(Edge))) {
        edges->failed = 1;
        return;
    }
    edges->items[edges->count++] = (Edge){(uint32_t)start, (uint32_t)end, id, cost, source};
}

int lattice(Block *block, Edges *edges)
{
    size_t extra = 0, limit = 0;
    if (block_load(block, 0, block->input.length))
        return -1;
    const View view = view_of(block);
    for (size_t i = 0; i < block->input.length; i++) {
        if (limit <= i)
            limit = next_hard(block, i + 1);
        while (extra < block->n_extras && block->extras[extra].start < i)
            extra++;
        visit_edges(view, block, i, extra, limit, add_edge, edges);
        if (block->failed || edges->failed || must_stop_at(block->input.watch, i))
            return -1;
    }
    return 0;
}
