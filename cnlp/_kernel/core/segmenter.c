/* segmenter.c - the words of a text, or of many texts, by the algorithm of a segmenter. */
#include "segmenter.h"

#include "decode.h"
#include "unknown.h"

int segment(const Segmenter *segmenter, const Input *input, int with_sources, Words *words)
{
    if (segmenter->algorithm == TAGGER)
        return tagger_decode(segmenter->tagger, input, with_sources, words);
    if (segmenter->tagger)
        return decode_unknown(segmenter->tagger, input, segmenter->algorithm, words);
    return decode(input, segmenter->algorithm, words);
}

int segment_batch(const Segmenter *segmenter, Batch *batch, int with_sources)
{
    Words *words = &batch->words;
    if (words_reserve(words, batch->first[batch->count] + 1)) /* enough, or the array would grow with each text */
        return -1;
    for (size_t k = 0; k < batch->count; k++) {
        Input input = input_of(segmenter, batch->items + batch->first[k], batch->first[k + 1] - batch->first[k]);
        input.watch = batch->watch;
        if (segment(segmenter, &input, with_sources, words) || batch_must_stop(batch, k))
            return -1;
        batch->first_word[k + 1] = words->count;
    }
    return 0;
}

void batch_free(Batch *batch)
{
    words_free(&batch->words);
    free(batch->items);
    free(batch->first);
    free(batch->first_word);
}
