/* ngram_spans.c - counting spans over the windows of merged runs. */
#include "ngram_spans.h"

#include <stdlib.h>

#include "arrays.h"

static int is_bound(const NgramBonds *bonds, uint16_t a, uint16_t b)
{
    const size_t bit = (size_t)bonds->numbers[a] * bonds->n + bonds->numbers[b];
    return bonds->bits[bit >> 3] >> (bit & 7) & 1;
}

void ngram_bonds_free(NgramBonds *bonds)
{
    free(bonds->numbers);
    free(bonds->bits);
}

int ngram_bonds_init(NgramBonds *bonds, const uint16_t (*pairs)[2], size_t n_pairs)
{
    *bonds = (NgramBonds){.n = 1, .numbers = calloc(NGRAM_SYMBOLS, sizeof *bonds->numbers)};
    if (!bonds->numbers)
        return -1;
    for (size_t i = 0; i < 2 * n_pairs; i++) {
        uint32_t *number = &bonds->numbers[pairs[i / 2][i % 2]];
        if (!*number)
            *number = (uint32_t)bonds->n++;
    }
    if (!(bonds->bits = calloc(bonds->n * bonds->n / 8 + 1, 1)))
        return -1;
    for (size_t i = 0; i < n_pairs; i++) {
        const size_t bit = (size_t)bonds->numbers[pairs[i][0]] * bonds->n + bonds->numbers[pairs[i][1]];
        bonds->bits[bit >> 3] |= (uint8_t)(1 << (bit & 7));
    }
    return 0;
}

static int add_span(NgramSpans *spans, const NgramWindow *window, int length, uint64_t count)
{
    if (!reserve(&spans->items, &spans->capacity, spans->count + 1, sizeof(NgramSpan)))
        return -1;
    NgramSpan *span = &spans->items[spans->count++];
    for (int i = 0; i < length; i++)
        span->symbols[i] = ngram_symbol(window, i);
    span->length = length;
    span->count = count;
    return 0;
}

/* Spans are counted where they begin: a window shows the whole span and whether it is cut off on both sides. */
int ngram_spans_count(NgramMerger *merger, const NgramBonds *bonds, uint64_t min_count, NgramSpans *spans)
{
    uint64_t counts[NGRAM_MAX + 1] = {0}, count;
    NgramWindow window = {0, 0}, last = {0, 0};
    int state;
    do {
        state = ngram_merger_next(merger, &window, &count);
        if (state < 0)
            return state;
        const int shared = state ? ngram_shared(&last, &window) : 0;
        for (int n = merger->max_length; n > shared; n--) {
            if (counts[n] >= min_count && add_span(spans, &last, n, counts[n]))
                return NGRAM_NO_MEMORY;
            counts[n] = 0;
        }
        last = window;
        const uint16_t left = ngram_symbol(&window, merger->max_length + 1), first = ngram_symbol(&window, 0);
        if (!state || first < NGRAM_FIRST_UNIT || left == NGRAM_LETTER || (left && is_bound(bonds, left, first)))
            continue;
        int length = 1;
        for (uint16_t next; length <= merger->max_length && (next = ngram_symbol(&window, length))
                            && is_bound(bonds, ngram_symbol(&window, length - 1), next);)
            length++;
        if (length <= merger->max_length && ngram_symbol(&window, length) != NGRAM_LETTER)
            counts[length] += count;
    } while (state);
    return 0;
}
