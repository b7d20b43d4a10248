/* unknown.c - words that the lexicon does not have, for the bigram lattice.
 *
 * A tagger segments the text under the user's constraints. Each of its words that no list and no pattern
 * knows becomes an edge of the lattice, and Viterbi decides. Such a word of n characters has the
 * probability exp(-10 - 3 n): to be new, and for each character; chosen on PFR January 26 to 31. */
#include "unknown.h"

#include "decode.h"

#include <string.h>

static int is_proposed(const Overlay *overlay, const uint32_t *text, size_t start, Word word)
{
    size_t length = word.end - start;
    if (word.source != SOURCE_TAGGER || length > LONGEST_NEW)
        return 0;
    uint32_t node = overlay ? trie_find(&overlay->trie, text + start, length) : 0;
    return node == 0 || UNIT_VALUE(overlay->trie.units[node]) == 0;
}

int propose(const Tagger *tagger, const Input *input, Spans *all)
{
    const Span *spans = input->spans;
    size_t n_spans = input->n_spans;
    Words words;
    words_init(&words);
    int status = tagger_decode(tagger, input, 1, &words);
    size_t start = 0, next = 0;
    for (size_t k = 0; k < words.count && !status; k++) {
        uint32_t end = words.items[k].end;
        if (must_stop_at(input->watch, k)
            || !reserve(&all->items, &all->capacity, all->count + n_spans - next + 1, sizeof(Span)))
            status = -1;
        while (!status && next < n_spans && spans[next].start <= start)
            all->items[all->count++] = spans[next++];
        if (!status && is_proposed(input->overlay, input->text, start, words.items[k]))
            all->items[all->count++] =
                (Span){(uint32_t)start, end, MODE_TAGGER, NEW_WORD + NEW_CHARACTER * (int32_t)(end - start)};
        start = end;
    }
    while (!status && next < n_spans)
        all->items[all->count++] = spans[next++];
    words_free(&words);
    return status;
}

int decode_unknown(const Tagger *tagger, const Input *input, int algorithm, Words *words)
{
    Spans all = {0};
    Input proposed = *input;
    int status = propose(tagger, input, &all);
    proposed.spans = all.items;
    proposed.n_spans = all.count;
    if (!status)
        status = decode(&proposed, algorithm, words);
    free(all.items);
    return status;
}
