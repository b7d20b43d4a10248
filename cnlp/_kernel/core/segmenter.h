/* segmenter.h - a model, an algorithm, a user lexicon and a tagger: everything but the text. */
#ifndef CNLP_SEGMENTER_H
#define CNLP_SEGMENTER_H

#include "tagger.h"

typedef struct {
    const Model *model;
    const Overlay *overlay; /* may be NULL */
    const Tagger *tagger; /* segments where the algorithm is TAGGER, may propose words where it is BIGRAM, else NULL */
    int algorithm;
} Segmenter;

static inline Input input_of(const Segmenter *segmenter, const uint32_t *text, size_t length)
{
    return (Input){.model = segmenter->model, .overlay = segmenter->overlay, .text = text, .length = length};
}

/* Appends the words of the text. Sources are filled in if asked for. Returns -1 without memory,
 * or where the watch stops it. */
int segment(const Segmenter *segmenter, const Input *input, int with_sources, Words *words);

/* Many texts at once.
 *
 *     items       | text 0 | text 1      |   | text 3 |      code points of all texts in turn
 *     first       ^        ^             ^   ^        ^      [count + 1]: where each begins
 *     words       ends of the words, from the beginning of each text
 *     first_word  [count + 1]: the first word of each text
 */
typedef struct {
    uint32_t *items;
    size_t *first, *first_word;
    size_t count, capacity;
    Words words;
    Watch *watch; /* asked in long work; may be NULL */
} Batch;

/* Does the watch stop work that continues after text k? It is asked after each stride of characters. */
static inline int batch_must_stop(const Batch *batch, size_t k)
{
    return batch->first[k + 1] / WATCH_STRIDE != batch->first[k] / WATCH_STRIDE && must_stop(batch->watch);
}

/* Segments all texts. Returns -1 without memory, or where the watch stops it. */
int segment_batch(const Segmenter *segmenter, Batch *batch, int with_sources);
void batch_free(Batch *batch);

#endif
