/* decode.c - choosing the words: maximum matching, unigram and bigram Viterbi.
 *
 * A long text is decoded block by block, exactly. A position that no candidate crosses is a
 * boundary on every path; the best path to its left does not depend on what is to its right, except,
 * for bigrams, through the last word, so there a block is cut only where a single candidate ends.
 * A block without such a position is loaded again at twice the size. Time stays linear, and a text
 * on one line costs what it costs in short lines.
 *
 * Ties: unigram prefers the longer word on the left, bigram the longer previous word. */
#include "kernel.h"

#include <stdlib.h>
#include <string.h>

#define BLOCK_SIZE 1024
#define NO_EDGE UINT32_MAX

#if defined(__GNUC__) || defined(__clang__)
#define PREFETCH(address) __builtin_prefetch(address)
#else
#define PREFETCH(address) ((void)(address))
#endif

/* Arrays of one block; index 0 is its begin. Edges are block->edges, sorted by start. */
typedef struct {
    size_t capacity;        /* characters */
    size_t edges_capacity;
    size_t *reach;          /* furthest end of candidates that begin here */
    uint8_t *uncrossed;     /* no candidate crosses this position */
    uint32_t *first_edge;   /* [size + 1]: edges that begin here */
    uint32_t *first_ending; /* [size + 2]: edges that end here, in `ending` */
    uint32_t *best;         /* the chosen edge that begins here */
    uint32_t *best_ending;  /* the chosen edge that ends here */
    int64_t *cost;          /* of the best path from here */
    uint32_t *ending;       /* edges sorted by end, then start */
    uint32_t *back;         /* by edge: the previous edge */
    int64_t *edge_cost;     /* by edge: the best path up to and with it */
} Work;

static void work_free(Work *work)
{
    free(work->reach);
    free(work->uncrossed);
    free(work->first_edge);
    free(work->first_ending);
    free(work->best);
    free(work->best_ending);
    free(work->cost);
    free(work->ending);
    free(work->back);
    free(work->edge_cost);
}

static int resize(void *array, size_t count, size_t item_size)
{
    void **items = array;
    void *more = realloc(*items, count * item_size);
    if (!more)
        return -1;
    *items = more;
    return 0;
}

static int work_reserve(Work *work, size_t size)
{
    if (size <= work->capacity)
        return 0;
    if (resize(&work->reach, size + 2, sizeof *work->reach)
        || resize(&work->uncrossed, size + 2, sizeof *work->uncrossed)
        || resize(&work->first_edge, size + 2, sizeof *work->first_edge)
        || resize(&work->first_ending, size + 3, sizeof *work->first_ending)
        || resize(&work->best, size + 2, sizeof *work->best)
        || resize(&work->best_ending, size + 2, sizeof *work->best_ending)
        || resize(&work->cost, size + 2, sizeof *work->cost))
        return -1;
    work->capacity = size;
    return 0;
}

static int work_reserve_edges(Work *work, size_t count)
{
    if (count <= work->edges_capacity)
        return 0;
    if (resize(&work->ending, count, sizeof *work->ending)
        || resize(&work->back, count, sizeof *work->back)
        || resize(&work->edge_cost, count, sizeof *work->edge_cost))
        return -1;
    work->edges_capacity = count;
    return 0;
}

static int append(Words *words, const Edge *edge)
{
    if (words->count == words->capacity) {
        size_t target = words->capacity ? words->capacity * 2 : 64;
        if (resize(&words->items, target, sizeof *words->items))
            return -1;
        words->capacity = target;
    }
    words->items[words->count++] = (Word){edge->end, edge->source};
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
    size_t size = block->end - block->begin, furthest = block->begin;
    for (size_t i = 0; i < size; i++) {
        work->uncrossed[i] = furthest <= block->begin + i;
        if (work->reach[i] > furthest)
            furthest = work->reach[i];
    }
    work->uncrossed[size] = furthest <= block->end;
}

static void index_by_start(const Block *block, Work *work)
{
    size_t size = block->end - block->begin, edge = 0;
    for (size_t i = 0; i < size; i++) {
        work->first_edge[i] = (uint32_t)edge;
        while (edge < block->n_edges && block->edges[edge].start == block->begin + i)
            edge++;
    }
    work->first_edge[size] = (uint32_t)edge;
}

/* Counting sort of the edges that end in the block. */
static void index_by_end(const Block *block, Work *work)
{
    size_t size = block->end - block->begin;
    uint32_t *first = work->first_ending;
    memset(first, 0, (size + 3) * sizeof *first);
    for (size_t k = 0; k < block->n_edges; k++)
        if (block->edges[k].end <= block->end)
            first[block->edges[k].end - block->begin + 2]++;
    for (size_t i = 2; i < size + 3; i++)
        first[i] += first[i - 1];
    for (size_t k = 0; k < block->n_edges; k++)
        if (block->edges[k].end <= block->end)
            work->ending[first[block->edges[k].end - block->begin + 1]++] = (uint32_t)k;
}

/* The last uncrossed position of the block behind its begin; begin if there is none. */
static size_t last_uncrossed(const Block *block, const Work *work)
{
    size_t i = block->end - block->begin;
    while (i > 0 && !work->uncrossed[i])
        i--;
    return block->begin + i;
}

/* work->best: the longest word that begins here. */
static void match_forward(const Block *block, Work *work)
{
    for (size_t i = 0, size = block->end - block->begin; i < size; i++) {
        uint32_t best = NO_EDGE;
        for (uint32_t k = work->first_edge[i]; k < work->first_edge[i + 1]; k++)
            if (best == NO_EDGE || block->edges[k].end > block->edges[best].end)
                best = k;
        work->best[i] = best;
    }
}

/* work->best_ending: the longest word that ends here. */
static void match_backward(const Block *block, Work *work)
{
    for (size_t k = block->n_edges; k-- > 0;)
        if (block->edges[k].end <= block->end)
            work->best_ending[block->edges[k].end - block->begin] = (uint32_t)k;
}

/* work->best: the first word on the cheapest path from here. */
static void solve_unigram(const Block *block, Work *work)
{
    size_t size = block->end - block->begin;
    work->cost[size] = 0;
    for (size_t i = size; i-- > 0;) {
        int64_t least = INFINITE_COST;
        uint32_t best = NO_EDGE;
        for (uint32_t k = work->first_edge[i]; k < work->first_edge[i + 1]; k++) {
            const Edge *edge = &block->edges[k];
            if (edge->end > block->end)
                continue;
            int64_t cost = edge->cost + work->cost[edge->end - block->begin];
            if (cost < least || (cost == least && edge->end > block->edges[best].end)) {
                least = cost;
                best = k;
            }
        }
        /* A dead end counts 0: it lies behind the last uncrossed position. */
        work->cost[i] = best == NO_EDGE ? 0 : least;
        work->best[i] = best;
    }
}

static int emit_forward(const Block *block, const Work *work, size_t from, size_t to, Words *words)
{
    while (from < to) {
        const Edge *edge = &block->edges[work->best[from - block->begin]];
        words->cost += edge->cost;
        if (append(words, edge))
            return -1;
        from = edge->end;
    }
    return 0;
}

static int emit_backward(const Block *block, const Work *work, size_t from, size_t to, Words *words)
{
    size_t first = words->count;
    while (to > from) {
        const Edge *edge = &block->edges[work->best_ending[to - block->begin]];
        if (append(words, edge))
            return -1;
        to = edge->start;
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
        if (n_forward < n_backward
            || (n_forward == n_backward && forward_singles < backward_singles))
            continue;
        memmove(words->items + first, words->items + middle, n_backward * sizeof *words->items);
        words->count = first + n_backward;
    }
    return 0;
}

static uint64_t bigram_hash(uint32_t left, uint32_t right)
{
    uint64_t key = ((uint64_t)left << 32 | right) * 0x9E3779B97F4A7C15u;
    return (key ^ key >> 29) * 0xBF58476D1CE4E5B9u;
}

static uint32_t bigram_slot(const Model *model, uint64_t hash)
{
    return (uint32_t)(((hash >> 32) * model->n_bigrams) >> 32);
}

int32_t bigram_bonus(const Model *model, uint32_t left, uint32_t right)
{
    if (model->n_bigrams == 0)
        return 0;
    uint64_t hash = bigram_hash(left, right);
    uint32_t fingerprint = (uint32_t)hash & 0xFFFFFF;
    uint32_t slot = bigram_slot(model, hash);
    for (uint32_t probes = model->n_bigrams; probes; probes--) {
        uint32_t entry = model->bigrams[slot];
        if (entry == 0)
            return 0;
        if (entry >> 8 == fingerprint)
            return (int32_t)(entry & 255) * BONUS_STEP;
        if (++slot == model->n_bigrams)
            slot = 0;
    }
    return 0;
}

/* Asks for the table rows that position i will need. */
static void prefetch_bigrams(const Block *block, const Work *work, size_t i)
{
    const Model *model = block->model;
    for (uint32_t p = work->first_ending[i]; p < work->first_ending[i + 1]; p++)
        for (uint32_t k = work->first_edge[i]; k < work->first_edge[i + 1]; k++) {
            uint64_t hash = bigram_hash(block->edges[work->ending[p]].id, block->edges[k].id);
            PREFETCH(model->bigrams + bigram_slot(model, hash));
        }
}

/* Fills edge_cost and back. `previous`: identity of the word before the block. */
static void solve_bigram(const Block *block, Work *work, uint32_t previous)
{
    const Model *model = block->model;
    const Edge *edges = block->edges;
    size_t size = block->end - block->begin;
    for (size_t i = 0; i < size; i++) {
        if (model->n_bigrams && i + 4 < size)
            prefetch_bigrams(block, work, i + 4);
        uint32_t first = work->first_ending[i], last = work->first_ending[i + 1];
        for (uint32_t k = work->first_edge[i]; k < work->first_edge[i + 1]; k++) {
            int64_t least = INFINITE_COST;
            uint32_t best = NO_EDGE;
            if (i == 0)
                least = -bigram_bonus(model, previous, edges[k].id);
            for (uint32_t p = first; p < last; p++) {
                uint32_t left = work->ending[p];
                if (work->edge_cost[left] == INFINITE_COST)
                    continue;
                int64_t cost = work->edge_cost[left]
                             - bigram_bonus(model, edges[left].id, edges[k].id);
                if (cost < least) {
                    least = cost;
                    best = left;
                }
            }
            work->edge_cost[k] = 
                least == INFINITE_COST ? least : least + edges[k].cost + model->word_cost;
            work->back[k] = best;
        }
    }
}

/* The cut of the block: where a single edge ends, or the end of the text. The cheapest edge that
 * ends there is stored. Returns begin if there is none. */
static size_t bigram_cut(const Block *block, const Work *work, uint32_t *final)
{
    for (size_t i = block->end - block->begin; i > 0; i--) {
        uint32_t first = work->first_ending[i], last = work->first_ending[i + 1];
        if (!work->uncrossed[i] || (last - first != 1 && block->begin + i != block->length))
            continue;
        *final = NO_EDGE;
        for (uint32_t p = first; p < last; p++) {
            uint32_t edge = work->ending[p];
            if (work->edge_cost[edge] != INFINITE_COST
                && (*final == NO_EDGE || work->edge_cost[edge] < work->edge_cost[*final]))
                *final = edge;
        }
        if (*final != NO_EDGE)
            return block->begin + i;
    }
    return block->begin;
}

static int emit_path(const Block *block, const Work *work, uint32_t edge, Words *words)
{
    size_t first = words->count;
    for (; edge != NO_EDGE; edge = work->back[edge])
        if (append(words, &block->edges[edge]))
            return -1;
    reverse(words->items + first, words->count - first);
    return 0;
}

/* Decodes the loaded block as far as it is decided: *cut, begin if not at all. */
static int solve(const Block *block, Work *work, int algorithm, uint32_t *previous, size_t *cut,
                 Words *words)
{
    index_by_start(block, work);
    mark_uncrossed(block, work);
    if (algorithm == BIGRAM) {
        uint32_t final;
        index_by_end(block, work);
        solve_bigram(block, work, *previous);
        *cut = bigram_cut(block, work, &final);
        if (*cut == block->begin)
            return 0;
        *previous = block->edges[final].id;
        words->cost += work->edge_cost[final];
        return emit_path(block, work, final, words);
    }
    *cut = last_uncrossed(block, work);
    if (algorithm == UNIGRAM)
        solve_unigram(block, work);
    else if (algorithm != BACKWARD)
        match_forward(block, work);
    if (algorithm == BACKWARD || algorithm == BIDIRECTIONAL)
        match_backward(block, work);
    if (algorithm == BIDIRECTIONAL)
        return emit_bidirectional(block, work, *cut, words);
    if (algorithm == BACKWARD)
        return emit_backward(block, work, block->begin, *cut, words);
    return emit_forward(block, work, block->begin, *cut, words);
}

int decode(const Model *model, const Overlay *overlay, const uint32_t *text, size_t length,
           const Span *spans, size_t n_spans, int algorithm, Words *words)
{
    Block block;
    Work work = {0};
    int status = 0;
    size_t size = BLOCK_SIZE;
    uint32_t previous = 0; /* the root: beginning of the text */
    block_init(&block, model, overlay, text, length, spans, n_spans);
    for (size_t begin = 0, cut; begin < length && !status; begin = cut) {
        size_t end = length - begin > size ? begin + size : length;
        cut = begin;
        if (work_reserve(&work, end - begin) || block_load(&block, begin, end)
            || block_edges(&block, work.reach) || work_reserve_edges(&work, block.n_edges))
            status = -1;
        else
            status = solve(&block, &work, algorithm, &previous, &cut, words);
        if (cut == begin)
            size *= 2;
    }
    block_free(&block);
    work_free(&work);
    return status;
}
