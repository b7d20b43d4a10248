/* ngram_merge.h - many runs read as one, and runs written; a run is drawn at the head of ngrams.c. */
#ifndef CNLP_NGRAM_MERGE_H
#define CNLP_NGRAM_MERGE_H

#include "ngrams.h"

/* Reads the next bytes of a run, at most `room`. Returns how many, 0 at its end, -1 if it cannot be read. */
typedef ptrdiff_t (*NgramRead)(void *context, size_t run, uint8_t *data, size_t room);

enum { NGRAM_NO_MEMORY = -1, NGRAM_UNREADABLE = -2, NGRAM_DAMAGED = -3 };

typedef struct {
    uint8_t *data; /* [block + NGRAM_RECORD_MAX] */
    size_t position, size, n_records;
    NgramWindow window;
    uint64_t count;
} NgramRun;

/* A run that has not ended, and its window, so that runs are compared without looking at them. */
typedef struct {
    NgramWindow window;
    size_t run;
} NgramHead;

typedef struct {
    NgramRead read;
    void *context;
    int max_length;
    size_t block; /* bytes to read at a time */
    NgramRun *runs;
    size_t n_runs, n_open;
    NgramHead *heap; /* [n_open] the least window first */
    size_t damaged;  /* the run, after NGRAM_DAMAGED */
} NgramMerger;

/* Both return a negative number on failure; to be freed in either case. */
int ngram_merger_open(NgramMerger *merger, size_t n_runs, int max_length, size_t block, NgramRead read, void *context);
/* The next distinct window and its count over all runs: 1, or 0 at the end. */
int ngram_merger_next(NgramMerger *merger, NgramWindow *window, uint64_t *count);
void ngram_merger_free(NgramMerger *merger);

/* A run that is written. Its owner may take the bytes and set `size` to 0 at any time. */
typedef struct {
    uint8_t *data;
    size_t size, capacity, n_records;
    NgramWindow last;
} NgramWriter;

/* Both return -1 without memory. */
int ngram_writer_add(NgramWriter *writer, const NgramWindow *window, uint64_t count, int max_length);
int ngram_writer_end(NgramWriter *writer);

#endif
