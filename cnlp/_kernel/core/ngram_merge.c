/* ngram_merge.c - merging sorted runs by a heap.
 *
 *     run 0   | records read ahead | ...      the heap has the runs that have not ended, the one with the least window
 *     run 1   | records ...                   first; equal windows are taken in the order of their runs
 *
 * Each run has one block of memory. What is read is checked record by record, so a damaged run is reported and nothing
 * worse. */
#include "ngram_merge.h"

#include <stdlib.h>
#include <string.h>

#include "arrays.h"

static int damaged(NgramMerger *merger, const NgramRun *run)
{
    merger->damaged = (size_t)(run - merger->runs);
    return NGRAM_DAMAGED;
}

/* Reads until a whole record or the run's end is there. */
static int fill(const NgramMerger *merger, NgramRun *run)
{
    while (run->size - run->position < NGRAM_RECORD_MAX) {
        const size_t rest = run->size - run->position;
        memmove(run->data, run->data + run->position, rest);
        run->position = 0;
        run->size = rest;
        const ptrdiff_t size =
            merger->read(merger->context, (size_t)(run - merger->runs), run->data + rest, merger->block);
        if (size < 0)
            return NGRAM_UNREADABLE;
        run->size += (size_t)size;
        if (!size)
            break;
    }
    return 0;
}

/* Is there a record? Then it is in run->window and run->count. */
static int decode(const NgramMerger *merger, NgramRun *run)
{
    const size_t size = ngram_decode_record(run->data + run->position, run->size - run->position, merger->max_length,
                                            !run->n_records, &run->window, &run->count);
    run->position += size;
    run->n_records += size > 0;
    return size > 0;
}

/* 1: the next record is in run->window and run->count; 0: the run has ended. */
static int advance(NgramMerger *merger, NgramRun *run)
{
    if (run->size - run->position >= NGRAM_RECORD_MAX && decode(merger, run))
        return 1;
    if (run->size - run->position < NGRAM_RECORD_MAX
        && !(run->size - run->position == 1 && run->data[run->position] == NGRAM_END)) {
        const int status = fill(merger, run);
        if (status)
            return status;
    }
    if (run->position < run->size && run->data[run->position] == NGRAM_END)
        return run->position + 1 == run->size ? 0 : damaged(merger, run);
    return decode(merger, run) ? 1 : damaged(merger, run);
}

static inline int comes_before(const NgramHead *one, const NgramHead *other)
{
    const int is_equal = one->window.high == other->window.high && one->window.low == other->window.low;
    return is_equal ? one->run < other->run : ngram_less(&one->window, &other->window);
}

static void sift_down(NgramMerger *merger, size_t at)
{
    NgramHead *heap = merger->heap;
    const NgramHead moving = heap[at];
    for (size_t child; (child = 2 * at + 1) < merger->n_open; at = child) {
        if (child + 1 < merger->n_open)
            child += (size_t)comes_before(&heap[child + 1], &heap[child]);
        if (!comes_before(&heap[child], &moving))
            break;
        heap[at] = heap[child];
    }
    heap[at] = moving;
}

void ngram_merger_free(NgramMerger *merger)
{
    for (size_t i = 0; merger->runs && i < merger->n_runs; i++)
        free(merger->runs[i].data);
    free(merger->runs);
    free(merger->heap);
}

int ngram_merger_open(NgramMerger *merger, size_t n_runs, int max_length, size_t block, NgramRead read, void *context)
{
    *merger =
        (NgramMerger){.read = read, .context = context, .max_length = max_length, .block = block, .n_runs = n_runs};
    merger->runs = calloc(n_runs + 1, sizeof *merger->runs);
    merger->heap = calloc(n_runs + 1, sizeof *merger->heap);
    if (!merger->runs || !merger->heap)
        return NGRAM_NO_MEMORY;
    for (size_t i = 0; i < n_runs; i++) {
        NgramRun *run = &merger->runs[i];
        if (!(run->data = malloc(block + NGRAM_RECORD_MAX)))
            return NGRAM_NO_MEMORY;
        const int state = advance(merger, run);
        if (state < 0)
            return state;
        if (state)
            merger->heap[merger->n_open++] = (NgramHead){run->window, i};
    }
    for (size_t i = merger->n_open / 2; i-- > 0;)
        sift_down(merger, i);
    return 0;
}

int ngram_merger_next(NgramMerger *merger, NgramWindow *window, uint64_t *count)
{
    if (!merger->n_open)
        return 0;
    *window = merger->heap[0].window;
    *count = 0;
    while (merger->n_open) {
        if (ngram_less(window, &merger->heap[0].window))
            break;
        NgramRun *run = &merger->runs[merger->heap[0].run];
        *count += run->count;
        const int state = advance(merger, run);
        if (state < 0)
            return state;
        if (state)
            merger->heap[0].window = run->window;
        else
            merger->heap[0] = merger->heap[--merger->n_open];
        if (merger->n_open)
            sift_down(merger, 0);
    }
    return 1;
}

int ngram_writer_add(NgramWriter *writer, const NgramWindow *window, uint64_t count, int max_length)
{
    if (!reserve(&writer->data, &writer->capacity, writer->size + NGRAM_RECORD_MAX, 1))
        return -1;
    writer->size += ngram_encode_record(writer->n_records++ ? &writer->last : NULL, window, count, max_length,
                                        writer->data + writer->size);
    writer->last = *window;
    return 0;
}

int ngram_writer_end(NgramWriter *writer)
{
    if (!reserve(&writer->data, &writer->capacity, writer->size + 1, 1))
        return -1;
    writer->data[writer->size++] = NGRAM_END;
    return 0;
}
